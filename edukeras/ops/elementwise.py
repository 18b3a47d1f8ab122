"""Element by element: arithmetic, extremes, limits and rounding."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.autodiff import op
from edukeras.ops.dtypes import (
    countable,
    promote,
    promote_arrays,
    promote_to_float,
    to_float,
)
from edukeras.ops.gradients import no_gradient, unbroadcast
from edukeras.ops.indexing import nonzero

# -- arithmetic ---------------------------------------------------------------


@op
def add(x1, x2):
    """x1 + x2, with broadcasting.

    >>> add(np.float32([1, 2]), 1.0)
    Tensor([2., 3.], shape=(2,), dtype=float32)
    """
    a, b = promote(x1, x2)

    def backward(grad, need):
        return (
            unbroadcast(grad, a) if need[0] else None,
            unbroadcast(grad, b) if need[1] else None,
        )

    return np.add(a, b), backward


@op
def subtract(x1, x2):
    """x1 - x2, with broadcasting."""
    a, b = promote(x1, x2)

    def backward(grad, need):
        return (
            unbroadcast(grad, a) if need[0] else None,
            unbroadcast(-grad, b) if need[1] else None,
        )

    return np.subtract(a, b), backward


@op
def multiply(x1, x2):
    """x1 * x2, with broadcasting."""
    a, b = promote(x1, x2)

    def backward(grad, need):
        return (
            unbroadcast(grad * b, a) if need[0] else None,
            unbroadcast(grad * a, b) if need[1] else None,
        )

    return np.multiply(a, b), backward


@op
def true_divide(x1, x2):
    """x1 / x2, with broadcasting; whole numbers become real ones."""
    a, b = promote_to_float(x1, x2)
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.true_divide(a, b)

    def backward(grad, need):
        with np.errstate(divide="ignore", invalid="ignore"):
            return (
                unbroadcast(grad / b, a) if need[0] else None,
                unbroadcast(-grad * y / b, b) if need[1] else None,
            )

    return y, backward


divide = true_divide


@op
def divide_no_nan(x1, x2):
    """x1 / x2, and 0 where x2 is 0."""
    a, b = promote_to_float(x1, x2)
    # Dividing by infinity gives the wanted 0, in the value and in both gradients.
    divisor = np.where(np.equal(b, 0), np.inf, b).astype(np.result_type(a, b))
    y = np.divide(a, divisor)

    def backward(grad, need):
        return (
            unbroadcast(grad / divisor, a) if need[0] else None,
            unbroadcast(-grad * y / divisor, b) if need[1] else None,
        )

    return y, backward


@op
def floor_divide(x1, x2):
    """The whole part of x1 / x2, rounded down. No gradient.

    >>> floor_divide(np.float32([7, -7]), 2)
    Tensor([ 3., -4.], shape=(2,), dtype=float32)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.floor_divide(*map(countable, promote(x1, x2))), no_gradient


@op
def mod(x1, x2):
    """The remainder of x1 / x2, with the sign of x2."""
    a, b = map(countable, promote(x1, x2))
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.mod(a, b)

    def backward(grad, need):
        return (
            unbroadcast(grad, a) if need[0] else None,
            unbroadcast(-grad * np.floor_divide(a, b), b) if need[1] else None,
        )

    return y, backward


@op
def fmod(x1, x2):
    """The remainder of x1 / x2, with the sign of x1."""
    a, b = promote(x1, x2)
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.fmod(a, b)

    def backward(grad, need):
        return (
            unbroadcast(grad, a) if need[0] else None,
            unbroadcast(-grad * np.trunc(np.divide(a, b)), b) if need[1] else None,
        )

    return y, backward


@op
def power(x1, x2):
    """x1 ** x2, with broadcasting."""
    a, b = map(countable, promote(x1, x2))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        y = np.power(a, b)

    def backward(grad, need):
        base = exponent = None
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if need[0]:
                base = unbroadcast(grad * b * np.power(a, b - 1), a)
            if need[1]:
                # log(x1) has a value only for x1 > 0; elsewhere the gradient is 0.
                logarithm = np.log(np.where(np.greater(a, 0), a, 1), dtype=grad.dtype)
                exponent = unbroadcast(grad * y * logarithm, b)
        return base, exponent

    return y, backward


@op
def negative(x):
    """-x."""
    return np.negative(x), lambda grad, need: (-grad,)


@op
def absolute(x):
    """|x|; the gradient at 0 is 0."""
    return np.abs(x), lambda grad, need: (grad * np.sign(x),)


abs = absolute


@op
def fabs(x):
    """|x| as a real number."""
    return absolute.arrays(to_float(x))


@op
def sign(x):
    """-1, 0 or 1. No gradient."""
    return np.sign(x), no_gradient


@op
def square(x):
    """x * x."""
    x = countable(x)
    return np.square(x), lambda grad, need: (2 * grad * x,)


@op
def reciprocal(x):
    """1 / x."""
    with np.errstate(divide="ignore"):
        y = 1 / to_float(x)
    return y, lambda grad, need: (-grad * y * y,)


@op
def hypot(x1, x2):
    """sqrt(x1² + x2²), without overflow: the long side of a right triangle."""
    a, b = promote_to_float(x1, x2)
    y = np.hypot(a, b)

    def backward(grad, need):
        slope = np.divide(grad, y, out=np.zeros_like(y), where=y != 0)
        return unbroadcast(slope * a, a), unbroadcast(slope * b, b)

    return y, backward


# -- extremes of two ----------------------------------------------------------


def _extreme(function, x1, x2):
    """maximum, minimum and their kin: the gradient goes to the one that was chosen;
    where both are equal, each gets half."""
    a, b = promote(x1, x2)
    y = function(a, b)

    def backward(grad, need):
        first, second = np.equal(a, y), np.equal(b, y)
        share = np.where(first & second, 0.5, first).astype(grad.dtype)
        return unbroadcast(grad * share, a), unbroadcast(grad * (1 - share), b)

    return y, backward


@op
def maximum(x1, x2):
    """The larger of x1 and x2; where they are equal, each gets half the gradient."""
    return _extreme(np.maximum, x1, x2)


@op
def minimum(x1, x2):
    """The smaller of x1 and x2; where they are equal, each gets half the gradient."""
    return _extreme(np.minimum, x1, x2)


@op
def fmax(x1, x2):
    """The larger of x1 and x2; a NaN gives way to the other."""
    return _extreme(np.fmax, x1, x2)


@op
def fmin(x1, x2):
    """The smaller of x1 and x2; a NaN gives way to the other."""
    return _extreme(np.fmin, x1, x2)


# -- limits -------------------------------------------------------------------


@op
def clip(x, x_min, x_max):
    """x, but not below x_min nor above x_max.

    The gradient goes to x inside the limits, and to a limit where it holds.

    >>> clip(np.float32([-2, 0.5, 2]), -1, 1)
    Tensor([-1. ,  0.5,  1. ], shape=(3,), dtype=float32)
    """
    low, x_low = promote(x_min, x)
    raised = np.maximum(x_low, low)
    high, raised = promote(x_max, raised)

    def backward(grad, need):
        below, above = np.less(x, low), np.greater(raised, high)
        return (
            unbroadcast(grad * ~(below | above), x),
            unbroadcast(grad * (below & ~above), low) if need[1] else None,
            unbroadcast(grad * above, high) if need[2] else None,
        )

    return np.minimum(raised, high), backward


@op
def nan_to_num(x, *, nan=0.0, posinf=None, neginf=None):
    """Numbers in place of NaN and infinities; None is the dtype's extreme."""
    y = np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)
    return y, lambda grad, need: (grad * np.isfinite(x),)


# -- rounding (no gradients) --------------------------------------------------


@op
def round(x, *, decimals=0):
    """The nearest whole number, halves to the even one. No gradient."""
    return np.round(x, decimals), no_gradient


@op
def floor(x):
    """The next whole number below. No gradient."""
    return np.floor(to_float(x)), no_gradient


@op
def ceil(x):
    """The next whole number above. No gradient."""
    return np.ceil(to_float(x)), no_gradient


@op
def trunc(x):
    """The whole number without the digits behind the point. No gradient."""
    return np.trunc(x), no_gradient


@op
def heaviside(x1, x2):
    """0 for negative x1, 1 for positive, x2 for 0: the step function."""
    a, b = promote_to_float(x1, x2)

    def backward(grad, need):
        return None, unbroadcast(grad * np.equal(a, 0), b)

    return np.heaviside(a, b), backward


@op
def gcd(x1, x2):
    """The greatest common divisor of whole numbers."""
    return np.gcd(*promote(x1, x2)), no_gradient


@op
def lcm(x1, x2):
    """The least common multiple of whole numbers."""
    return np.lcm(*promote(x1, x2)), no_gradient


@op
def ldexp(x1, x2):
    """x1 * 2 ** x2, for whole numbers x2."""
    a = to_float(np.asarray(x1))
    scale = np.ldexp(a.dtype.type(1), x2)
    return a * scale, lambda grad, need: (unbroadcast(grad * scale, a), None)


@op
def nextafter(x1, x2):
    """The next number after x1 on the way to x2 that the dtype knows. No gradient."""
    return np.nextafter(*promote_to_float(x1, x2)), no_gradient


# -- choosing -----------------------------------------------------------------


@op
def _where(condition, x1, x2):
    a, b = promote_arrays(x1, x2)

    def backward(grad, need):
        zero = np.zeros((), grad.dtype)
        return (
            None,
            unbroadcast(np.where(condition, grad, zero), a) if need[1] else None,
            unbroadcast(np.where(condition, zero, grad), b) if need[2] else None,
        )

    return np.where(condition, a, b), backward


def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """x1 where the condition holds, x2 elsewhere.

    With the condition alone, the indices where it holds, one array per axis.

    >>> where([True, False], [1.0, 2.0], 0.0)
    Tensor([1., 0.], shape=(2,), dtype=float32)
    """
    if x1 is None and x2 is None:
        return nonzero(condition)
    return _where(condition, x1, x2)


def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """The choice of the first condition that holds, `default` where none does."""
    result = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist)):
        result = _where(condition, choice, result)
    return result
