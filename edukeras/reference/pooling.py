"""Pooling: the largest or the mean of what each window sees; x is (B, *sizes, C)."""

import numpy as np

__all__ = [
    "average_pool",
    "average_pool_backward",
    "max_pool",
    "max_pool_backward",
]


def max_pool(x, size, strides, padding):
    """The largest element that each window sees, channel by channel.

    Shapes: (B, *sizes, C) -> (B, *positions of the window, C)

    size, strides: a number for each of the sizes; padding: a pair, never the largest.
    """
    is_whole = x.dtype.kind in "iu"
    lowest = np.iinfo(x.dtype).min if is_whole else -np.inf  # bfloat16 is of kind "V"
    padded = _pad(x, padding, lowest)
    parts = [padded[seen] for seen in _views(padded, size, strides)]
    return np.max(parts, axis=0)


def max_pool_backward(grad, x, y, size, strides, padding):
    """Hands each gradient to the first of the largest elements in its window.

    Shapes: grad and y (B, *positions, C), y the output -> that of x
    """
    padded = _pad(x, padding, -np.inf)
    dx = np.zeros(padded.shape, grad.dtype)
    left = grad.copy()  # what has found no receiver yet
    for seen in _views(padded, size, strides):
        given = np.where(padded[seen] < y, 0, left)
        dx[seen] += given
        left -= given
    return _crop(dx, x, padding)


def average_pool(x, size, strides, padding):
    """The mean of what each window sees; what was padded does not count.

    Shapes: (B, *sizes, C) -> (B, *positions of the window, C)
    """
    padded = _pad(x, padding, 0)
    total = sum(padded[seen] for seen in _views(padded, size, strides))
    return total / _counts(x, size, strides, padding)


def average_pool_backward(grad, x, size, strides, padding):
    """Shares each gradient among the elements of its window; x gives the shape."""
    dx = _pad(np.zeros(x.shape, grad.dtype), padding, 0)
    share = grad / _counts(x, size, strides, padding).astype(grad.dtype)
    for seen in _views(dx, size, strides):
        dx[seen] += share
    return _crop(dx, x, padding)


def _pad(x, padding, value):
    return np.pad(x, ((0, 0), *padding, (0, 0)), constant_values=value)


def _crop(padded, x, padding):
    """A padded array without its margins."""
    inner = [slice(before, before + n) for (before, _), n in zip(padding, x.shape[1:])]
    return padded[(slice(None), *inner)].copy()


def _views(padded, size, strides):
    """For each element of the window, what it sees as the window slides."""
    for place in np.ndindex(*size):
        slices = [
            slice(i, n - length + i + 1, stride)
            for i, n, length, stride in zip(place, padded.shape[1:], size, strides)
        ]
        yield (slice(None), *slices)


def _counts(x, size, strides, padding):
    """How many elements of the image each window sees: (1, *positions, 1)."""
    inside = _pad(np.ones((1, *x.shape[1:-1], 1), x.dtype), padding, 0)
    return sum(inside[seen] for seen in _views(inside, size, strides))
