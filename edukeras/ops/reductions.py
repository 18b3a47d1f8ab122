"""Along an axis: sums, means, extremes, running sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.autodiff import op
from edukeras.ops.dtypes import sum_dtype, to_float
from edukeras.ops.gradients import no_gradient, spread
from edukeras.ops.shapes import moveaxis
from edukeras.tensor import numpy_dtype

# The reductions of NumPy's ufuncs do what np.sum and np.max do, in half the time.


def _axis(axis: Any) -> Any:
    return tuple(axis) if isinstance(axis, list) else axis


def _wide(dtype: np.dtype) -> np.dtype:
    """Half precision is summed in float32."""
    return np.dtype(np.float32) if dtype.itemsize == 2 else dtype


# -- sums and means -----------------------------------------------------------


@op
def sum(x, *, axis=None, keepdims=False):
    """The sum over an axis, several axes, or everything.

    >>> sum(np.float32([[1, 2], [3, 4]]), axis=0)
    Tensor([4., 6.], shape=(2,), dtype=float32)
    """
    axis = _axis(axis)
    y = np.add.reduce(x, axis=axis, dtype=sum_dtype(x.dtype), keepdims=keepdims)
    return y, lambda grad, need: (spread(grad, x, axis, keepdims),)


@op
def mean(x, *, axis=None, keepdims=False):
    """The mean over an axis, several axes, or everything.

    >>> mean(np.float32([[1, 2], [3, 4]]), axis=1)
    Tensor([1.5, 3.5], shape=(2,), dtype=float32)
    """
    x, axis = to_float(x), _axis(axis)
    y, count = _mean(x, axis, keepdims)

    def backward(grad, need):
        return (spread(grad / count, x, axis, keepdims),)

    return y, backward


def _mean(x, axis, keepdims):
    """The mean, and of how many elements; NaN, as 0 / 0, of no elements."""
    total = np.add.reduce(x, axis=axis, dtype=_wide(x.dtype), keepdims=keepdims)
    count = x.size // total.size if total.size else 1
    y = total / (count or np.nan)
    return (y if y.dtype == x.dtype else y.astype(x.dtype)), count


@op
def var(x, *, axis=None, keepdims=False):
    """The variance (mean squared distance from the mean)."""
    x, axis = to_float(x), _axis(axis)
    centred = x - _mean(x, axis, True)[0]
    y, count = _mean(centred * centred, axis, keepdims)

    def backward(grad, need):
        return (spread(grad, x, axis, keepdims) * centred * (2 / count),)

    return y, backward


@op
def std(x, *, axis=None, keepdims=False):
    """The standard deviation: the square root of the variance."""
    y, var_backward = var.arrays(x, axis=axis, keepdims=keepdims)
    y = np.sqrt(y)

    def backward(grad, need):
        with np.errstate(divide="ignore", invalid="ignore"):
            return var_backward(grad / (2 * y), need)

    return y, backward


@op
def moments(x, *, axes, keepdims=False, synchronized=False):
    """Mean and variance together."""
    mean_, mean_backward = mean.arrays(x, axis=axes, keepdims=keepdims)
    variance, var_backward = var.arrays(x, axis=axes, keepdims=keepdims)

    def backward(grad_mean, grad_variance, need):
        dx = 0
        if grad_mean is not None:
            dx = dx + mean_backward(grad_mean, need)[0]
        if grad_variance is not None:
            dx = dx + var_backward(grad_variance, need)[0]
        return (dx,)

    return (mean_, variance), backward


@op
def _weighted_average(x, weights, *, axis):
    x = to_float(x)
    weights = weights.astype(x.dtype, copy=False)
    others: tuple[int, ...] = ()
    if weights.shape != x.shape:  # one weight per index of the axis
        others = tuple(i for i in range(x.ndim) if i != axis % x.ndim)
    wide = np.broadcast_to(np.expand_dims(weights, others), x.shape)
    total = np.add.reduce(wide, axis=axis)
    y = np.add.reduce(x * wide, axis=axis) / total

    def backward(grad, need):
        slope = spread(grad / total, x, axis, False)
        dweights = slope * (x - spread(y, x, axis, False))
        return slope * wide, np.add.reduce(dweights, axis=others)

    return y, backward


def average(x: Any, axis: Any = None, weights: Any = None) -> Any:
    """The weighted mean: sum(weights * x) / sum(weights).

    >>> average([1.0, 2.0], weights=[3.0, 1.0])
    Tensor(1.25, shape=(), dtype=float32)
    """
    if weights is None:
        return mean(x, axis=axis)
    return _weighted_average(x, weights, axis=_axis(axis))


# -- products -----------------------------------------------------------------


@op
def prod(x, *, axis=None, keepdims=False, dtype=None):
    """The product over an axis, several axes, or everything."""
    axis = _axis(axis)
    target = numpy_dtype(dtype) if dtype else sum_dtype(x.dtype)
    y = np.multiply.reduce(x, axis=axis, keepdims=keepdims, dtype=target)

    def backward(grad, need):
        others = _product_of_others(x, axis)
        return ((spread(grad, x, axis, keepdims) * others).astype(x.dtype, copy=False),)

    return y, backward


def _product_of_others(x: np.ndarray, axis: Any) -> np.ndarray:
    """For each element, the product of all the others; zeros are no trouble.

    It is the product of all before it times the product of all after it.
    """
    axes = range(x.ndim) if axis is None else np.atleast_1d(axis) % x.ndim
    order = [*(i for i in range(x.ndim) if i not in axes), *axes]
    moved = np.transpose(x, order)
    rows = moved.reshape(*moved.shape[: x.ndim - len(axes)], -1)
    ones = np.ones((*rows.shape[:-1], 1), x.dtype)
    before = np.cumprod(np.concatenate([ones, rows[..., :-1]], -1), -1)
    reverse = rows[..., :0:-1]
    after = np.cumprod(np.concatenate([ones, reverse], -1), -1)[..., ::-1]
    return np.transpose((before * after).reshape(moved.shape), np.argsort(order))


# -- extremes -----------------------------------------------------------------


def _extreme(ufunc, x, axis, keepdims, initial=None):
    axis = _axis(axis)
    start = {} if initial is None else {"initial": initial}
    y = ufunc.reduce(x, axis=axis, keepdims=keepdims, **start)

    def backward(grad, need):
        hits = x == spread(y, x, axis, keepdims)
        count = np.add.reduce(hits, axis=axis, keepdims=keepdims, dtype=grad.dtype)
        share = spread(grad / np.maximum(count, 1), x, axis, keepdims)
        return (share * hits,)

    return y, backward


@op
def max(x, *, axis=None, keepdims=False, initial=None):
    """The largest element; equal ones share the gradient."""
    return _extreme(np.maximum, x, axis, keepdims, initial)


@op
def min(x, *, axis=None, keepdims=False, initial=None):
    """The smallest element; equal ones share the gradient."""
    return _extreme(np.minimum, x, axis, keepdims, initial)


@op
def amax(x, *, axis=None, keepdims=False):
    """The largest element: another name of `max`."""
    return _extreme(np.maximum, x, axis, keepdims)


@op
def amin(x, *, axis=None, keepdims=False):
    """The smallest element: another name of `min`."""
    return _extreme(np.minimum, x, axis, keepdims)


@op
def ptp(x, *, axis=None, keepdims=False):
    """The largest minus the smallest element ("peak to peak")."""
    top, top_backward = _extreme(np.maximum, x, axis, keepdims)
    bottom, bottom_backward = _extreme(np.minimum, x, axis, keepdims)

    def backward(grad, need):
        return (top_backward(grad, need)[0] - bottom_backward(grad, need)[0],)

    return top - bottom, backward


@op
def logsumexp(x, *, axis=None, keepdims=False):
    """log(sum(exp(x))), without overflow."""
    x, axis = to_float(x), _axis(axis)
    top = np.maximum.reduce(x, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, np.zeros_like(top))
    powers = np.exp(x - top)
    total = np.add.reduce(powers, axis=axis, keepdims=True)
    with np.errstate(divide="ignore"):
        y = np.log(total) + top

    def backward(grad, need):
        return (spread(grad, x, axis, keepdims) * powers / total,)

    return (y if keepdims else np.squeeze(y, axis=axis)), backward


# -- running sums -------------------------------------------------------------


def _cumulative_dtype(x, dtype):
    if dtype:
        return numpy_dtype(dtype)
    return np.dtype(np.int32) if x.dtype.kind == "b" else x.dtype


@op
def cumsum(x, *, axis=None, dtype=None):
    """Running sums along an axis; None runs over the flattened array.

    >>> cumsum(np.float32([1, 2, 3]))
    Tensor([1., 3., 6.], shape=(3,), dtype=float32)
    """
    y = np.cumsum(x, axis=axis, dtype=_cumulative_dtype(x, dtype))

    def backward(grad, need):
        place = 0 if axis is None else axis
        dx = np.flip(np.cumsum(np.flip(grad, place), axis=place), place)
        return (dx.reshape(x.shape).astype(x.dtype, copy=False),)

    return y, backward


@op
def cumprod(x, *, axis=None, dtype=None):
    """Running products along an axis; None runs over the flattened array."""
    y = np.cumprod(x, axis=axis, dtype=_cumulative_dtype(x, dtype))

    def backward(grad, need):
        place = 0 if axis is None else axis
        factors = np.moveaxis(x.reshape(y.shape), place, 0)
        products, slopes = np.moveaxis(y, place, 0), np.moveaxis(grad, place, 0)
        dx = np.empty_like(slopes)
        # y[i] = y[i - 1] * x[i], backwards: no division, so zeros are no trouble.
        slope = np.zeros_like(slopes[0])
        for i in range(len(factors) - 1, 0, -1):
            slope = slope + slopes[i]
            dx[i] = slope * products[i - 1]
            slope = slope * factors[i]
        dx[0] = slope + slopes[0]
        return (np.moveaxis(dx, 0, place).reshape(x.shape).astype(x.dtype),)

    return y, backward


@op
def diff(a, *, n=1, axis=-1):
    """Each element minus the one before it, n times over."""

    def backward(grad, need):
        grad = np.moveaxis(grad, axis, 0)
        zero = np.zeros_like(grad, shape=(1, *grad.shape[1:]))
        for _ in range(n):
            grad = np.concatenate([zero, grad]) - np.concatenate([grad, zero])
        return (np.moveaxis(grad, 0, axis),)

    return np.diff(a, n=n, axis=axis), backward


def trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Any:
    """The integral of y by trapezoids: the sum of means of neighbours times distance.

    Args:
        x: where y was measured; None means every dx.

    >>> trapezoid([1.0, 2.0, 3.0])
    Tensor(4., shape=(), dtype=float32)
    """
    steps = dx if x is None else diff(x)
    y = moveaxis(y, axis, -1)
    return sum((y[..., 1:] + y[..., :-1]) * 0.5 * steps, axis=-1)


# -- places and counts (no gradients) -----------------------------------------


@op
def argmax(x, *, axis=None, keepdims=False):
    """Where the largest element is."""
    return np.argmax(x, axis=axis, keepdims=keepdims).astype(np.int32), no_gradient


@op
def argmin(x, *, axis=None, keepdims=False):
    """Where the smallest element is."""
    return np.argmin(x, axis=axis, keepdims=keepdims).astype(np.int32), no_gradient


@op
def all(x, *, axis=None, keepdims=False):
    """Whether all elements are true."""
    return np.all(x, axis=_axis(axis), keepdims=keepdims), no_gradient


@op
def any(x, *, axis=None, keepdims=False):
    """Whether at least one element is true."""
    return np.any(x, axis=_axis(axis), keepdims=keepdims), no_gradient


@op
def count_nonzero(x, *, axis=None):
    """How many elements are not 0."""
    return np.asarray(np.count_nonzero(x, axis=_axis(axis)), np.int32), no_gradient
