"""Comparisons, logic and bits, element by element.  None has a gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.autodiff import op
from edukeras.ops.dtypes import promote
from edukeras.ops.gradients import no_gradient
from edukeras.tensor import as_array

# -- comparisons --------------------------------------------------------------


@op
def equal(x1, x2):
    """Whether x1 == x2.

    >>> equal([1, 2], [1, 3])
    Tensor([ True, False], shape=(2,), dtype=bool)
    """
    return np.equal(*promote(x1, x2)), no_gradient


@op
def not_equal(x1, x2):
    """Whether x1 != x2."""
    return np.not_equal(*promote(x1, x2)), no_gradient


@op
def less(x1, x2):
    """Whether x1 < x2."""
    return np.less(*promote(x1, x2)), no_gradient


@op
def less_equal(x1, x2):
    """Whether x1 <= x2."""
    return np.less_equal(*promote(x1, x2)), no_gradient


@op
def greater(x1, x2):
    """Whether x1 > x2."""
    return np.greater(*promote(x1, x2)), no_gradient


@op
def greater_equal(x1, x2):
    """Whether x1 >= x2."""
    return np.greater_equal(*promote(x1, x2)), no_gradient


@op
def isclose(x1, x2, *, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether |x1 - x2| <= atol + rtol * |x2|."""
    return np.isclose(x1, x2, rtol, atol, equal_nan), no_gradient


def allclose(
    x1: Any,
    x2: Any,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    equal_nan: bool = False,
) -> bool:
    """Whether `isclose` holds everywhere."""
    return bool(np.allclose(as_array(x1), as_array(x2), rtol, atol, equal_nan))


@op
def isin(x1, x2, *, assume_unique=False, invert=False):
    """Whether each element of x1 is somewhere in x2."""
    y = np.isin(x1, x2, assume_unique=assume_unique, invert=invert)
    return y, no_gradient


# -- logic --------------------------------------------------------------------


@op
def logical_and(x1, x2):
    """Whether both are true (not 0)."""
    return np.logical_and(x1, x2), no_gradient


@op
def logical_or(x1, x2):
    """Whether one of the two is true (not 0)."""
    return np.logical_or(x1, x2), no_gradient


@op
def logical_xor(x1, x2):
    """Whether exactly one of the two is true (not 0)."""
    return np.logical_xor(x1, x2), no_gradient


@op
def logical_not(x):
    """Whether x is false (0)."""
    return np.logical_not(x), no_gradient


# -- what kind of number ------------------------------------------------------


@op
def isnan(x):
    """Whether x is "not a number"."""
    return np.isnan(x), no_gradient


@op
def isinf(x):
    """Whether x is infinite."""
    return np.isinf(x), no_gradient


@op
def isposinf(x):
    """Whether x is plus infinity."""
    return np.equal(x, np.inf), no_gradient


@op
def isneginf(x):
    """Whether x is minus infinity."""
    return np.equal(x, -np.inf), no_gradient


@op
def isfinite(x):
    """Whether x is a number and finite."""
    return np.isfinite(x), no_gradient


@op
def signbit(x):
    """Whether the sign is minus, also that of -0.0."""
    return np.signbit(x), no_gradient


# -- bits of whole numbers ----------------------------------------------------


@op
def bitwise_and(x, y):
    """The bits that are set in both."""
    return np.bitwise_and(*promote(x, y)), no_gradient


@op
def bitwise_or(x, y):
    """The bits that are set in one of the two, or both."""
    return np.bitwise_or(*promote(x, y)), no_gradient


@op
def bitwise_xor(x, y):
    """The bits that are set in exactly one of the two."""
    return np.bitwise_xor(*promote(x, y)), no_gradient


@op
def bitwise_invert(x):
    """Every bit changed."""
    return np.bitwise_invert(x), no_gradient


bitwise_not = bitwise_invert


@op
def bitwise_left_shift(x, y):
    """x * 2 ** y: the bits y places to the left.

    >>> bitwise_left_shift(5, 2)
    Tensor(20, shape=(), dtype=int32)
    """
    return np.left_shift(*promote(x, y)), no_gradient


@op
def bitwise_right_shift(x, y):
    """x / 2 ** y, rounded down: the bits y places to the right."""
    return np.right_shift(*promote(x, y)), no_gradient


left_shift, right_shift = bitwise_left_shift, bitwise_right_shift
