"""Sums, products and extremes of groups of rows that carry the same number."""

from __future__ import annotations

import numpy as np

from edukeras.autodiff import op


def _places(segment_ids, num_segments):
    """Which rows count, to which group they belong, and how many groups there are."""
    count = (
        int(segment_ids.max(initial=-1)) + 1 if num_segments is None else num_segments
    )
    kept = (segment_ids >= 0) & (segment_ids < count)
    return kept, segment_ids[kept], count


def _segments(ufunc, start, data, segment_ids, num_segments):
    kept, ids, count = _places(segment_ids, num_segments)
    y = np.full((count, *data.shape[1:]), start, data.dtype)
    ufunc.at(y, ids, data[kept])
    return y, kept, ids


def _to_rows(values, data, kept):
    """Gradients of the rows that count; the others have none."""
    dx = np.zeros(data.shape, values.dtype)
    dx[kept] = values
    return dx, None


@op
def segment_sum(data, segment_ids, *, num_segments=None, sorted=False):
    """The sum of the rows of each group; rows with a negative number are left out.

    Shapes: (N, ...), (N,) -> (num_segments, ...)

    >>> segment_sum([1.0, 2.0, 3.0], [0, 1, 0])
    Tensor([4., 2.], shape=(2,), dtype=float32)
    """
    y, kept, ids = _segments(np.add, 0, data, segment_ids, num_segments)
    return y, lambda grad, need: _to_rows(grad[ids], data, kept)


@op
def segment_prod(data, segment_ids, *, num_segments=None, sorted=False):
    """The product of the rows of each group; 1 for a group without rows.

    The gradient holds for data without zeros.
    """
    y, kept, ids = _segments(np.multiply, 1, data, segment_ids, num_segments)

    def backward(grad, need):
        with np.errstate(divide="ignore", invalid="ignore"):
            return _to_rows((grad * y)[ids] / data[kept], data, kept)

    return y, backward


def _extreme(ufunc, lowest, data, segment_ids, num_segments):
    start = lowest
    if data.dtype.kind in "iu":
        limits = np.iinfo(data.dtype)
        start = limits.min if lowest < 0 else limits.max
    y, kept, ids = _segments(ufunc, start, data, segment_ids, num_segments)

    def backward(grad, need):
        hits = (data[kept] == y[ids]).astype(grad.dtype)
        counts = np.zeros_like(grad)
        np.add.at(counts, ids, hits)
        return _to_rows(hits * grad[ids] / counts[ids], data, kept)

    return y, backward


@op
def segment_max(data, segment_ids, *, num_segments=None, sorted=False):
    """The largest of the rows of each group; minus infinity without rows."""
    return _extreme(np.maximum, -np.inf, data, segment_ids, num_segments)


@op
def segment_min(data, segment_ids, *, num_segments=None, sorted=False):
    """The smallest of the rows of each group; infinity without rows."""
    return _extreme(np.minimum, np.inf, data, segment_ids, num_segments)
