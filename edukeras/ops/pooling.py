"""Pooling: the largest or the mean of what each window sees."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import config, kernels
from edukeras.autodiff import op
from edukeras.ops.core import shape
from edukeras.ops.indexing import get_item
from edukeras.ops.joining import stack
from edukeras.ops.reductions import max as reduce_max, mean
from edukeras.ops.windows import Window, channels_last, per_axis, restore_format


def _window(x, pool_size, strides, padding):
    count = x.ndim - 2
    size = per_axis(pool_size, count, "pool_size")
    steps = size if strides is None else per_axis(strides, count, "strides")
    return Window.over(x.shape[1:-1], size, steps, (1,) * count, padding)


@op
def max_pool(inputs, *, pool_size, strides=None, padding="valid", data_format=None):
    """The largest element that each window sees, channel by channel.

    Shapes: (B, *sizes, C) -> (B, *new_sizes, C); strides None are those of pool_size

    The gradient goes to the first of several equal largest ones.
    """
    x = channels_last(inputs, data_format)
    window = _window(x, pool_size, strides, padding)
    options = (window.size, window.strides, window.padding)
    y = kernels.max_pool(x, *options)

    def backward(grad, need):
        grad = channels_last(grad, data_format)
        dx = kernels.max_pool_backward(grad, x, y, *options)
        return (restore_format(dx, data_format),)

    return restore_format(y, data_format), backward


@op
def average_pool(inputs, *, pool_size, strides=None, padding="valid", data_format=None):
    """The mean of what each window sees, channel by channel; margins do not count.

    Shapes: (B, *sizes, C) -> (B, *new_sizes, C); strides None are those of pool_size
    """
    x = channels_last(inputs, data_format)
    window = _window(x, pool_size, strides, padding)
    options = (window.size, window.strides, window.padding)
    y = kernels.average_pool(x, *options)

    def backward(grad, need):
        grad = channels_last(grad, data_format)
        dx = kernels.average_pool_backward(grad, x, *options)
        return (restore_format(dx, data_format),)

    return restore_format(y, data_format), backward


# -- to a given size ----------------------------------------------------------


def _adaptive(reduce, inputs, output_size, data_format):
    """Cuts each axis into parts of nearly equal size, and reduces each part."""
    first = config.standardize_data_format(data_format) == "channels_first"
    count = len(shape(inputs)) - 2
    sizes = per_axis(output_size, count, "output_size")
    x = inputs
    for i, parts in enumerate(sizes):
        axis = i + (2 if first else 1)
        n = shape(x)[axis]
        before = (slice(None),) * axis
        slices = []
        for part in range(parts):
            start, stop = part * n // parts, -(-(part + 1) * n // parts)
            slices.append(reduce(get_item(x, (*before, slice(start, stop))), axis=axis))
        x = stack(slices, axis=axis)
    return x


def adaptive_average_pool(
    inputs: Any, output_size: Any, data_format: str | None = None
) -> Any:
    """The means of as many parts of the image as the output is to have pixels.

    Shapes: (B, *sizes, C) -> (B, *output_size, C)
    """
    return _adaptive(mean, inputs, output_size, data_format)


def adaptive_max_pool(
    inputs: Any, output_size: Any, data_format: str | None = None
) -> Any:
    """The largest of as many parts of the image as the output is to have pixels.

    Shapes: (B, *sizes, C) -> (B, *output_size, C)
    """
    return _adaptive(reduce_max, inputs, output_size, data_format)


# -- windows themselves -------------------------------------------------------


def _plane_window(sizes, kernel_size, dilation, padding, stride):
    margins = (padding,) * 2 if np.ndim(padding) == 0 else tuple(padding)
    return Window.over(
        sizes,
        per_axis(kernel_size, 2, "kernel_size"),
        per_axis(stride, 2, "stride"),
        per_axis(dilation, 2, "dilation"),
        [(n, n) for n in margins],
    )


@op
def unfold(x, *, kernel_size, dilation=1, padding=0, stride=1):
    """What each window sees, as columns of numbers.

    Shapes: (B, C, H, W) -> (B, C kernel_size, windows)
    """
    moved = np.moveaxis(x, 1, -1)
    window = _plane_window(moved.shape[1:-1], kernel_size, dilation, padding, stride)
    padded = window.pad(moved)
    columns = window.columns(padded)  # (B, *output, *size, C)
    order = (0, 5, 3, 4, 1, 2)
    y = columns.transpose(order)

    def backward(grad, need):
        dcolumns = grad.reshape(y.shape).transpose(np.argsort(order))
        dx = window.crop(window.fold(dcolumns, padded.shape))
        return (np.moveaxis(dx, -1, 1),)

    return y.reshape(len(x), -1, int(np.prod(window.output))), backward


@op
def fold(x, *, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """The sum of columns of numbers at the places that `unfold` took them from.

    Shapes: (B, C kernel_size, windows) -> (B, C, *output_size)
    """
    sizes = per_axis(output_size, 2, "output_size")
    window = _plane_window(sizes, kernel_size, dilation, padding, stride)
    order = (0, 4, 5, 2, 3, 1)
    columns = x.reshape(len(x), -1, *window.size, *window.output).transpose(order)
    sums = [n + a + b for n, (a, b) in zip(sizes, window.padding)]
    folded = window.fold(columns, (len(x), *sums, columns.shape[-1]))

    def backward(grad, need):
        seen = window.columns(window.pad(np.moveaxis(grad, 1, -1)))
        return (seen.transpose(np.argsort(order)).reshape(x.shape),)

    return np.moveaxis(window.crop(folded), -1, 1), backward
