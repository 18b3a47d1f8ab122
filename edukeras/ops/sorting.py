"""Order: sort, the largest k, quantiles, different values, histograms."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.autodiff import op
from edukeras.errors import unknown_name
from edukeras.ops.dtypes import to_float
from edukeras.ops.gradients import no_gradient
from edukeras.tensor import Tensor, as_array

# -- sorting ------------------------------------------------------------------


@op
def argsort(x, *, axis=-1):
    """The order that would sort x; equal elements keep theirs."""
    return np.argsort(x, axis=axis, kind="stable").astype(np.int32), no_gradient


def _taken(x, order, axis):
    """x[order] along an axis, each element at most once, and the backward."""

    def backward(grad, need):
        dx = np.zeros(x.shape, grad.dtype)
        if axis is None:
            dx = dx.reshape(-1)
        np.put_along_axis(dx, order, grad, axis=axis)
        return (dx.reshape(x.shape),)

    return np.take_along_axis(x, order, axis=axis), backward


@op
def sort(x, *, axis=-1):
    """x in ascending order along an axis.

    >>> sort(np.float32([3, 1, 2]))
    Tensor([1., 2., 3.], shape=(3,), dtype=float32)
    """
    return _taken(x, np.argsort(x, axis=axis, kind="stable"), axis)


@op
def argpartition(x, *, kth, axis=-1):
    """An order in which the kth element is in its place, smaller ones before it."""
    return np.argpartition(x, kth, axis=axis).astype(np.int32), no_gradient


@op
def top_k(x, *, k, sorted=True):
    """The k largest along the last axis, and where they are.

    >>> values, indices = top_k(np.float32([1, 5, 3]), 2)
    >>> values.tolist(), indices.tolist()
    ([5.0, 3.0], [1, 2])
    """
    # Sorted by -x, so that of equal elements the first comes first.
    order = np.argsort(~x if x.dtype.kind in "bu" else -x, axis=-1, kind="stable")
    order = order[..., :k]
    values, values_backward = _taken(x, order, -1)

    def backward(grad_values, grad_indices, need):
        return (None,) if grad_values is None else values_backward(grad_values, need)

    return (values, order.astype(np.int32)), backward


@op
def in_top_k(targets, predictions, *, k):
    """Whether the class `targets[i]` is among the k largest of `predictions[i]`.

    Shapes: (B,), (B, C) -> (B,)
    """
    chosen = np.take_along_axis(predictions, targets[:, None], axis=-1)
    larger = np.add.reduce(predictions > chosen, axis=-1, dtype=np.int64)
    return (larger < k) & np.isfinite(chosen[:, 0]), no_gradient


# -- quantiles ----------------------------------------------------------------

QUANTILE_METHODS = ("linear", "lower", "higher", "midpoint", "nearest")


def _neighbours(q, n, method):
    """Between which two of n sorted numbers the quantiles lie, and the weight of the
    second."""
    if method not in QUANTILE_METHODS:
        raise unknown_name("quantile method", method, QUANTILE_METHODS)
    position = q * (n - 1)
    low, high = np.floor(position), np.ceil(position)
    weight = {
        "linear": position - low,
        "lower": np.zeros_like(q),
        "higher": np.ones_like(q),
        "midpoint": np.full_like(q, 0.5),
        "nearest": np.round(position) - low,
    }[method]
    return low.astype(np.int64), high.astype(np.int64), weight


@op
def quantile(x, q, *, axis=None, method="linear", keepdims=False):
    """The value below which the share q of the elements lies.

    Several q stand on a new first axis.

    >>> quantile(np.float32([1, 2, 3, 4]), 0.5)
    Tensor(2.5, shape=(), dtype=float32)
    """
    x = to_float(x)
    axes = [*range(x.ndim)] if axis is None else [*(np.atleast_1d(axis) % x.ndim)]
    kept = [i for i in range(x.ndim) if i not in axes]
    moved = x.transpose(*kept, *axes)
    rows = moved.reshape(*moved.shape[: len(kept)], -1)  # (..., n)
    order = np.argsort(rows, axis=-1, kind="stable")
    ascending = np.take_along_axis(rows, order, -1)
    shares = np.asarray(q, x.dtype).reshape(-1)  # (Q,)
    low, high, weight = _neighbours(shares, rows.shape[-1], method)
    y = ascending[..., low] * (1 - weight) + ascending[..., high] * weight  # (..., Q)
    y[np.isnan(ascending[..., -1])] = np.nan  # sorting puts NaN last

    def backward(grad, need):
        grad = np.moveaxis(grad.reshape(-1, *y.shape[:-1]), 0, -1)  # (..., Q)
        dascending = np.zeros_like(rows)
        for i in range(len(shares)):
            dascending[..., low[i]] += grad[..., i] * (1 - weight[i])
            dascending[..., high[i]] += grad[..., i] * weight[i]
        drows = np.empty_like(rows)
        np.put_along_axis(drows, order, dascending, -1)
        return drows.reshape(moved.shape).transpose(np.argsort([*kept, *axes])), None

    sizes = [1 if i in axes else n for i, n in enumerate(x.shape)]
    sizes = sizes if keepdims else list(y.shape[:-1])
    return np.moveaxis(y, -1, 0).reshape([*np.shape(q), *sizes]), backward


def percentile(
    x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """The value below which q percent of the elements lie."""
    return quantile(x, _share(q), axis=axis, method=method, keepdims=keepdims)


def _share(percent: Any) -> np.ndarray:
    return as_array(percent).astype(np.float64) / 100


def median(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The middle value; the mean of the two middle ones of an even number."""
    return quantile(x, 0.5, axis=axis, keepdims=keepdims)


def _unknown_gradient(*_):
    raise NotImplementedError(
        "The gradient of quantiles without NaN is not known here. "
        "Try: remove the NaN first and use ops.quantile."
    )


@op
def nanquantile(x, q, *, axis=None, method="linear", keepdims=False):
    """`quantile` without NaN."""
    axis = tuple(axis) if isinstance(axis, list) else axis
    share = np.asarray(q, np.float64)
    y = np.nanquantile(x, share, axis=axis, method=method, keepdims=keepdims)
    return np.asarray(y, to_float(x).dtype), _unknown_gradient


def nanpercentile(
    x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """`percentile` without NaN."""
    return nanquantile(x, _share(q), axis=axis, method=method, keepdims=keepdims)


def nanmedian(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """`median` without NaN."""
    return nanquantile(x, 0.5, axis=axis, keepdims=keepdims)


# -- values and how often they occur ------------------------------------------


def unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The different values, in ascending order.

    Args:
        return_index: also where each first occurs.
        return_inverse: also, for each element, which of the values it is.
        return_counts: also how often each occurs.
        size: how many to return; further places hold `fill_value`, by default the
            smallest value.
    """
    values, *others = np.unique(
        as_array(x), return_index=True, return_inverse=True, return_counts=True,
        axis=axis,
    )  # fmt: skip
    if size is not None:
        values, *others = _of_size(values, others, size, fill_value, axis or 0)
    wanted = (return_index, return_inverse, return_counts)
    extras = [Tensor(a.astype(np.int32)) for a, w in zip(others, wanted) if w]
    return (Tensor(values), *extras) if extras else Tensor(values)


def _of_size(values, others, size, fill_value, axis):
    """Cuts or fills the results of np.unique."""
    index, inverse, counts = others
    places = np.arange(size)
    known = places < len(counts)
    places = np.where(known, places, 0)
    values = np.take(values, places, axis=axis)
    if fill_value is not None:
        np.moveaxis(values, axis, 0)[~known] = fill_value
    return values, index[places], inverse, np.where(known, counts[places], 0)


@op
def bincount(x, weights=None, *, minlength=0, sparse=False):
    """How often 0, 1, 2 ... occur; with weights, the sum of those.

    Rows are counted one by one: (B, N) -> (B, bins).

    >>> bincount(np.array([0, 2, 2]))
    Tensor([1, 0, 2], shape=(3,), dtype=int32)
    """
    bins = max(minlength, int(x.max()) + 1 if x.size else 0)
    rows = x.reshape(int(np.prod(x.shape[:-1])), x.shape[-1])
    weight_rows = [None] * len(rows) if weights is None else weights.reshape(rows.shape)
    counts = [np.bincount(row, weight, bins) for row, weight in zip(rows, weight_rows)]
    dtype = np.int32 if weights is None else weights.dtype
    y = np.stack(counts).reshape(*x.shape[:-1], bins).astype(dtype)
    return y, lambda grad, need: (None, np.take_along_axis(grad, x, axis=-1))


def histogram(x: Any, bins: int = 10, range: Any = None) -> tuple[Tensor, Tensor]:
    """How many elements lie in each of so many equal bins, and the bins' edges."""
    x = as_array(x)
    counts, edges = np.histogram(x, bins, range)
    dtype = to_float(x).dtype
    return Tensor(counts.astype(dtype)), Tensor(edges.astype(dtype))
