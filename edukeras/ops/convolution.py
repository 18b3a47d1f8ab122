"""Convolutions in any number of dimensions, as products of matrices.

Each output pixel is a sum of products of the kernel with what a window sees.  Copied
into rows (also called im2col), all pixels are one matrix product: see the kernel
`conv`, and here `Window.columns`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import kernels
from edukeras.autodiff import op
from edukeras.errors import ShapeError, explain
from edukeras.ops.dtypes import promote_arrays
from edukeras.ops.windows import Window, channels_last, per_axis, restore_format


def _check_ranks(name, x, kernel):
    if x.ndim != kernel.ndim:
        raise ShapeError(
            explain(
                f"{name} with a kernel of {kernel.ndim} axes expects inputs of "
                f"{kernel.ndim} axes.",
                expected=f"(batch, {kernel.ndim - 2} sizes, channels)",
                received=f"inputs of shape {x.shape}, kernel of shape {kernel.shape}",
            )
        )


def _window(x, kernel, strides, padding, dilation_rate):
    sizes = x.shape[1:-1]
    return Window.over(
        sizes,
        kernel.shape[:-2],
        per_axis(strides, len(sizes), "strides"),
        per_axis(dilation_rate, len(sizes), "dilation_rate"),
        padding,
    )


@op
def conv_with_bias(
    inputs,
    kernel,
    bias,
    *,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
    activation="linear",
):
    """activation(conv(inputs, kernel) + bias) in one step, as layers compute it.

    Shapes: (B, *sizes, C), (*kernel_size, C / groups, F), (F,) -> (B, *new_sizes, F)

    activation: "linear" or "relu"; bias: None where there is none.
    """
    x, kernel = promote_arrays(channels_last(inputs, data_format), kernel)
    _check_ranks("conv", x, kernel)
    groups, rest = divmod(x.shape[-1], kernel.shape[-2])
    if rest or not groups or kernel.shape[-1] % groups:
        raise ShapeError(
            explain(
                "The inputs need the channels of the kernel, or a multiple of them.",
                received=f"inputs of shape {x.shape}, kernel of shape {kernel.shape}",
            )
        )
    window = _window(x, kernel, strides, padding, dilation_rate)
    options = (window.strides, window.padding, window.dilation, activation)
    parts = list(
        zip(*(_split(array, groups) for array in (x, kernel, bias)), strict=True)
    )
    outputs = [
        kernels.conv(part_x, part_kernel, part_bias, *options)
        for part_x, part_kernel, part_bias in parts
    ]

    def backward(grad, need):
        grads = _split(channels_last(grad, data_format), groups)
        found = [
            kernels.conv_backward(g, part_x, part_kernel, y, *options, need)
            for g, (part_x, part_kernel, _), y in zip(grads, parts, outputs)
        ]
        dx, dkernel, dbias = map(_join, zip(*found))
        return None if dx is None else restore_format(dx, data_format), dkernel, dbias

    return restore_format(_join(outputs), data_format), backward


def _split(array, groups):
    """The groups of channels or filters, which are on the last axis."""
    if groups == 1 or array is None:
        return [array] * groups
    return np.split(array, groups, axis=-1)


def _join(parts):
    """The reverse of `_split`."""
    if len(parts) == 1 or parts[0] is None:
        return parts[0]
    return np.concatenate(parts, axis=-1)


@op
def conv(
    inputs,
    kernel,
    *,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
):
    """Sums of products of the kernel with each window of the inputs.

    Shapes: (B, *sizes, C), (*kernel_size, C / groups, F) -> (B, *new_sizes, F)

    Where the kernel has fewer channels than the inputs, these are cut into groups,
    each with its own part of the F filters.
    """
    y, backward = conv_with_bias.arrays(
        inputs,
        kernel,
        None,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilation_rate=dilation_rate,
    )
    return y, lambda grad, need: backward(grad, (*need, False))[:2]


def _matrix(kernel):
    """(*kernel_size, C, F) -> (kernel_size C, F)"""
    return kernel.reshape(-1, kernel.shape[-1])


def _rows(columns):
    """(B, *output, *size, C) -> (B output, size C)"""
    count = (columns.ndim - 2) // 2
    return columns.reshape(int(np.prod(columns.shape[: count + 1])), -1)


@op
def depthwise_conv(
    inputs,
    kernel,
    *,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
):
    """A convolution of every channel by itself, with M kernels each.

    Shapes: (B, *sizes, C), (*kernel_size, C, M) -> (B, *new_sizes, C M)
    """
    x, kernel = promote_arrays(channels_last(inputs, data_format), kernel)
    _check_ranks("depthwise_conv", x, kernel)
    window = _window(x, kernel, strides, padding, dilation_rate)
    padded = window.pad(x)
    multiplier = kernel.shape[-1]
    y = np.zeros((len(x), *window.output, x.shape[-1], multiplier), x.dtype)
    for index, slices in window.positions():
        y += padded[slices][..., None] * kernel[index]

    def backward(grad, need):
        grad = channels_last(grad, data_format).reshape(y.shape)
        dx, dkernel = np.zeros_like(padded), np.zeros_like(kernel)
        for index, slices in window.positions():
            if need[0]:
                dx[slices] += (grad * kernel[index]).sum(-1)
            if need[1]:
                products = grad * padded[slices][..., None]
                dkernel[index] = products.sum(axis=tuple(range(grad.ndim - 2)))
        return restore_format(window.crop(dx), data_format), dkernel

    y_flat = y.reshape(len(x), *window.output, -1)
    return restore_format(y_flat, data_format), backward


def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Any:
    """A depthwise convolution, then one with windows of a single pixel.

    Shapes: (B, *sizes, C), (*kernel_size, C, M), (1, ..., C M, F) -> (B, *new_sizes, F)
    """
    x = depthwise_conv(
        inputs, depthwise_kernel, strides, padding, data_format, dilation_rate
    )
    return conv(x, pointwise_kernel, data_format=data_format)


@op
def conv_transpose(
    inputs,
    kernel,
    *,
    strides=1,
    padding="valid",
    output_padding=None,
    data_format=None,
    dilation_rate=1,
):
    """The reverse way through `conv`: each pixel is spread over a window.

    Shapes: (B, *sizes, C), (*kernel_size, F, C) -> (B, *new_sizes, F)

    output_padding: how much larger the output is than the windows need.
    """
    x, kernel = promote_arrays(channels_last(inputs, data_format), kernel)
    _check_ranks("conv_transpose", x, kernel)
    count = x.ndim - 2
    steps = per_axis(strides, count, "strides")
    dilation = per_axis(dilation_rate, count, "dilation_rate")
    extra: Any = (None,) * count
    if output_padding is not None:
        extra = (
            (output_padding,) * count
            if np.ndim(output_padding) == 0
            else output_padding
        )
    size = kernel.shape[:-2]
    spans = [(n - 1) * d + 1 for n, d in zip(size, dilation)]
    sizes, margins = [], []
    for n, stride, span, more in zip(x.shape[1:-1], steps, spans, extra):
        new_size, margin = _transposed_size(n, stride, span, padding, more)
        sizes.append(new_size)
        margins.append(margin)
    # As windows over the output, they stand where the input's pixels are.
    window = Window(size, steps, dilation, tuple(margins), x.shape[1:-1])
    full_shape = (
        len(x),
        *(n + before + after for n, (before, after) in zip(sizes, margins)),
        kernel.shape[-2],
    )
    rows = x.reshape(-1, x.shape[-1])
    columns = kernels.matmul(rows, _matrix(kernel), transpose_b=True)
    columns = columns.reshape(*x.shape[:-1], *kernel.shape[:-1])
    y = window.crop(window.fold(columns, full_shape))

    def backward(grad, need):
        grad = window.pad(channels_last(grad, data_format))
        grad_rows = _rows(
            window.columns(grad)[(slice(None), *map(slice, x.shape[1:-1]))]
        )
        dx = dkernel = None
        if need[0]:
            dx = kernels.matmul(grad_rows, _matrix(kernel)).reshape(x.shape)
            dx = restore_format(dx, data_format)
        if need[1]:
            dkernel = kernels.matmul(grad_rows, rows, transpose_a=True)
            dkernel = dkernel.reshape(kernel.shape)
        return dx, dkernel

    return restore_format(y, data_format), backward


def _transposed_size(n, stride, span, padding, extra):
    """The size of the output, and what is cut off (before, after) the sum of windows.

    The sum has size (n - 1) * stride + span; where that is too small, zeros follow.
    """
    full = (n - 1) * stride + span
    if padding == "valid":
        size = max(full, n * stride) if extra is None else full + extra
        before = 0
    else:
        size = n * stride if extra is None else full + extra - 2 * (span // 2)
        # A convolution of the pixels, spread out, would have these margins; Keras
        # gives the larger half to the front.
        margins = size - full + 2 * (span - 1)
        before = max(span - 1 - (margins + 1) // 2, 0)
    return size, (before, max(full - size - before, 0))
