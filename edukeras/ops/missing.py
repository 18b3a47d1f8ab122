"""Reductions that leave out NaN, the mark of missing values."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.autodiff import op
from edukeras.ops import reductions
from edukeras.ops.core import cast, dtype as dtype_of
from edukeras.ops.elementwise import true_divide, where
from edukeras.ops.exponentials import sqrt
from edukeras.ops.gradients import no_gradient
from edukeras.ops.logic import isnan, logical_not
from edukeras.tensor import is_float


def _filled(x: Any, value: float) -> Any:
    """x with a value in place of NaN, which then has no gradient."""
    if not _may_be_missing(x):
        return x
    return where(isnan(x), value, x)


def _may_be_missing(x: Any) -> bool:
    """Whether there is a NaN in this dtype: whole numbers have none."""
    return is_float(dtype_of(x)) or dtype_of(x).startswith("complex")


def _count(x: Any, axis: Any, keepdims: bool) -> Any:
    present = cast(logical_not(isnan(x)), dtype_of(x))
    return reductions.sum(present, axis=axis, keepdims=keepdims)


def nansum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The sum without NaN.

    >>> nansum(np.float32([1, np.nan, 2]))
    Tensor(3., shape=(), dtype=float32)
    """
    return reductions.sum(_filled(x, 0.0), axis=axis, keepdims=keepdims)


def nanprod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The product without NaN."""
    return reductions.prod(_filled(x, 1.0), axis=axis, keepdims=keepdims)


def nanmean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The mean without NaN."""
    return true_divide(nansum(x, axis, keepdims), _count(x, axis, keepdims))


def nanvar(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The variance without NaN."""
    centred = x - nanmean(x, axis, keepdims=True)
    return nanmean(centred * centred, axis, keepdims)


def nanstd(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The standard deviation without NaN."""
    return sqrt(nanvar(x, axis, keepdims))


def nanmax(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The largest element that is not NaN; NaN where there is none."""
    top = reductions.max(_filled(x, -np.inf), axis=axis, keepdims=keepdims)
    if not _may_be_missing(x):
        return top
    return where(_count(x, axis, keepdims) == 0, np.nan, top)


def nanmin(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The smallest element that is not NaN; NaN where there is none."""
    bottom = reductions.min(_filled(x, np.inf), axis=axis, keepdims=keepdims)
    if not _may_be_missing(x):
        return bottom
    return where(_count(x, axis, keepdims) == 0, np.nan, bottom)


def nancumsum(x: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Running sums in which NaN counts as 0."""
    return reductions.cumsum(_filled(x, 0.0), axis=axis, dtype=dtype)


def nancumprod(x: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Running products in which NaN counts as 1."""
    return reductions.cumprod(_filled(x, 1.0), axis=axis, dtype=dtype)


def _place(function, fill, x, axis, keepdims):
    missing = np.isnan(x)
    places = function(np.where(missing, fill, x), axis=axis, keepdims=keepdims)
    nothing = np.all(missing, axis=axis, keepdims=keepdims)
    return np.where(nothing, -1, places).astype(np.int32), no_gradient


@op
def nanargmax(x, *, axis=None, keepdims=False):
    """Where the largest element is that is not NaN; -1 where there is none."""
    return _place(np.argmax, -np.inf, x, axis, keepdims)


@op
def nanargmin(x, *, axis=None, keepdims=False):
    """Where the smallest element is that is not NaN; -1 where there is none."""
    return _place(np.argmin, np.inf, x, axis, keepdims)
