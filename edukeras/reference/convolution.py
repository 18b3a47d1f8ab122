"""Convolution in one step: windows times kernel, bias, activation; (B, *sizes, C)."""

import numpy as np

from edukeras.reference.dense import ACTIVATIONS, ACTIVATIONS_BACKWARD

__all__ = ["conv", "conv_backward"]


def conv(x, kernel, bias, strides, padding, dilation, activation):
    """activation(sums of the kernel times what each window sees + bias)

    Shapes: x (B, *sizes, C), kernel (*window, C, F), bias (F,) or None
        -> (B, *positions of the window, F)

    strides, dilation: a number for each of the sizes; padding: a pair for each.
    """
    rank = len(strides)
    padded = np.pad(x, ((0, 0), *padding, (0, 0)))
    seen = _seen(padded, kernel, strides, dilation)  # (B, *positions, C, *window)
    z = np.tensordot(seen, np.moveaxis(kernel, -2, 0), axes=rank + 1)
    if bias is not None:
        z = z + bias
    return ACTIVATIONS[activation](z)


def conv_backward(grad, x, kernel, y, strides, padding, dilation, activation, need):
    """Gradients of `conv`: (dx, dkernel, dbias), None where need[i] is false.

    Shapes: grad and y (B, *positions, F), y the output -> those of x, kernel, bias
    """
    rank = len(strides)
    dz = ACTIVATIONS_BACKWARD[activation](grad, y)
    padded = np.pad(x, ((0, 0), *padding, (0, 0)))
    dx = dkernel = dbias = None
    if need[0]:
        dpadded = np.zeros_like(padded)
        # Each element of the window hands the gradient to all that it saw.
        for place in np.ndindex(*kernel.shape[:rank]):
            seen = _slices(place, dz.shape[1:-1], strides, dilation)
            dpadded[seen] += dz @ kernel[place].T
        inner = [
            slice(before, before + n) for (before, _), n in zip(padding, x.shape[1:])
        ]
        dx = dpadded[(slice(None), *inner)].copy()
    if need[1]:
        seen = _seen(padded, kernel, strides, dilation)
        positions = tuple(range(rank + 1))
        dkernel = np.tensordot(seen, dz, axes=(positions, positions))  # (C, *window, F)
        dkernel = np.ascontiguousarray(np.moveaxis(dkernel, 0, -2))
    if need[2]:
        dbias = dz.sum(axis=tuple(range(rank + 1)))
    return dx, dkernel, dbias


def _seen(padded, kernel, strides, dilation):
    """What each window sees: (B, *positions, C, *window)."""
    rank = len(strides)
    spans = [(n - 1) * d + 1 for n, d in zip(kernel.shape, dilation)]
    axes = tuple(range(1, rank + 1))
    every = np.lib.stride_tricks.sliding_window_view(padded, spans, axis=axes)
    steps = [slice(None, None, s) for s in strides]
    inside = [slice(None, None, d) for d in dilation]
    return every[(slice(None), *steps, slice(None), *inside)]


def _slices(place, positions, strides, dilation):
    """The part of the padded images that one element of the window sees."""
    starts = [i * d for i, d in zip(place, dilation)]
    return (
        slice(None),
        *(
            slice(start, start + (n - 1) * stride + 1, stride)
            for start, n, stride in zip(starts, positions, strides)
        ),
    )
