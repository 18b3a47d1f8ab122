"""The form of arrays: reshape, transpose, flip, repeat, pad."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from edukeras import config
from edukeras.autodiff import op
from edukeras.errors import ShapeError, explain
from edukeras.ops.gradients import no_gradient, unbroadcast
from edukeras.tensor import numpy_dtype

# -- the same elements --------------------------------------------------------


@op
def reshape(x, *, newshape):
    """The same elements in another form; one size may be -1, "what is left".

    >>> reshape(np.float32([1, 2, 3, 4]), (2, -1)).shape
    (2, 2)
    """
    try:
        y = x.reshape(newshape)
    except TypeError:  # None, which `shape()` of a symbolic tensor gives for the batch
        y = x.reshape(_known_sizes(x, newshape))
    except ValueError:
        raise ShapeError(
            explain(
                f"Cannot reshape {x.size} elements to {newshape}.",
                received=f"shape {x.shape}",
                hint="use -1 for one of the sizes.",
            )
        ) from None
    return y, lambda grad, need: (grad.reshape(x.shape),)


def _known_sizes(x: np.ndarray, newshape: Any) -> list:
    """A size in place of None: that of x there, or what is left."""
    if -1 in newshape:
        return [x.shape[i] if n is None else n for i, n in enumerate(newshape)]
    return [-1 if n is None else n for n in newshape]


@op
def ravel(x):
    """All elements in a row."""
    return x.reshape(-1), lambda grad, need: (grad.reshape(x.shape),)


@op
def transpose(x, *, axes=None):
    """The axes in another order; None reverses them."""
    if axes is None:
        return x.transpose(), lambda grad, need: (grad.transpose(),)

    def backward(grad, need):
        back = np.argsort([axis % x.ndim for axis in axes])
        return (grad.transpose(back),)

    return x.transpose(axes), backward


@op
def moveaxis(x, *, source, destination):
    """Moves axes to other places; the rest keep their order."""
    y = np.moveaxis(x, source, destination)
    return y, lambda grad, need: (np.moveaxis(grad, destination, source),)


@op
def swapaxes(x, *, axis1, axis2):
    """Exchanges two axes."""
    return x.swapaxes(axis1, axis2), lambda grad, need: (grad.swapaxes(axis1, axis2),)


@op
def expand_dims(x, *, axis):
    """A new axis of size 1."""
    axis = tuple(axis) if isinstance(axis, list) else axis
    return np.expand_dims(x, axis), lambda grad, need: (grad.reshape(x.shape),)


@op
def squeeze(x, *, axis=None):
    """Without axes of size 1: all of them, or the given ones."""
    axis = tuple(axis) if isinstance(axis, list) else axis
    return np.squeeze(x, axis), lambda grad, need: (grad.reshape(x.shape),)


@op
def flip(x, *, axis=None):
    """The elements in reverse order along an axis."""
    return np.flip(x, axis), lambda grad, need: (np.flip(grad, axis),)


def fliplr(x: Any) -> Any:
    """The columns (axis 1) in reverse order."""
    return flip(x, axis=1)


def flipud(x: Any) -> Any:
    """The rows (axis 0) in reverse order."""
    return flip(x, axis=0)


@op
def rot90(array, *, k=1, axes=(0, 1)):
    """Turned by 90 degrees, k times, from the first of the axes to the second."""
    return np.rot90(array, k, axes), lambda grad, need: (np.rot90(grad, -k, axes),)


@op
def roll(x, *, shift, axis=None):
    """Shifts along an axis; what falls out comes in at the other end."""

    def backward(grad, need):
        back = tuple(-s for s in shift) if isinstance(shift, (tuple, list)) else -shift
        return (np.roll(grad, back, axis),)

    return np.roll(x, shift, axis), backward


@op
def view(x, *, dtype=None):
    """The same bytes, read as numbers of another dtype. No gradient."""
    return np.ascontiguousarray(x).view(numpy_dtype(dtype or x.dtype)), no_gradient


# -- copies of elements -------------------------------------------------------


@op
def broadcast_to(x, *, shape):
    """x repeated along new axes and axes of size 1."""
    y = np.broadcast_to(x, tuple(shape))
    return y, lambda grad, need: (unbroadcast(grad, x),)


@op
def tile(x, *, repeats):
    """x laid out several times along each axis."""
    times = (repeats,) if np.ndim(repeats) == 0 else tuple(repeats)

    def backward(grad, need):
        ndim = max(x.ndim, len(times))
        shape = (1,) * (ndim - x.ndim) + x.shape
        copies = (1,) * (ndim - len(times)) + times
        pairs = [n for pair in zip(copies, shape) for n in pair]
        # Axes 0, 2, 4 ... count the copies.
        dx = grad.reshape(pairs).sum(axis=tuple(range(0, 2 * ndim, 2)))
        return (dx.reshape(x.shape),)

    return np.tile(x, times), backward


@op
def repeat(x, *, repeats, axis=None):
    """Each element several times."""
    repeats = np.asarray(repeats)
    y = np.repeat(x, repeats, axis=axis)

    def backward(grad, need):
        flat = x.reshape(-1) if axis is None else x
        place = 0 if axis is None else axis
        index = np.repeat(np.arange(flat.shape[place]), repeats)
        dx = np.zeros(flat.shape, grad.dtype)
        np.add.at(np.moveaxis(dx, place, 0), index, np.moveaxis(grad, place, 0))
        return (dx.reshape(x.shape),)

    return y, backward


@op
def pad(x, *, pad_width, mode="constant", constant_values=None):
    """Adds a margin around x, of zeros unless said otherwise.

    mode: "constant", or one of NumPy's that repeat elements, such as "reflect".
    """
    widths = [tuple(pair) for pair in np.broadcast_to(pad_width, (x.ndim, 2)).tolist()]
    if mode != "constant":
        # Padding the numbers of the elements says which element went where.
        numbers = np.pad(np.arange(x.size).reshape(x.shape), widths, mode=mode)

        def backward_by_number(grad, need):
            sums = np.bincount(numbers.ravel(), grad.ravel(), minlength=x.size)
            return (sums.reshape(x.shape).astype(grad.dtype),)

        return x.reshape(-1)[numbers], backward_by_number

    def backward(grad, need):
        inner = tuple(slice(left, left + n) for (left, _), n in zip(widths, x.shape))
        return (grad[inner],)

    fill = 0 if constant_values is None else constant_values
    return np.pad(x, widths, constant_values=fill), backward


# -- regrouping ---------------------------------------------------------------


@op
def depth_to_space(x, *, block_size, data_format="channels_last"):
    """Moves groups of channels into blocks of pixels.

    Shapes: (B, H, W, block² C) -> (B, block H, block W, C)
    """
    last = config.standardize_data_format(data_format) == "channels_last"
    y = _blocks_out(x if last else np.moveaxis(x, 1, -1), block_size)

    def backward(grad, need):
        dx = _blocks_in(grad if last else np.moveaxis(grad, 1, -1), block_size)
        return (dx if last else np.moveaxis(dx, -1, 1),)

    return (y if last else np.moveaxis(y, -1, 1)), backward


@op
def space_to_depth(x, *, block_size, data_format="channels_last"):
    """Moves blocks of pixels into groups of channels.

    Shapes: (B, block H, block W, C) -> (B, H, W, block² C)
    """
    last = config.standardize_data_format(data_format) == "channels_last"
    y = _blocks_in(x if last else np.moveaxis(x, 1, -1), block_size)

    def backward(grad, need):
        dx = _blocks_out(grad if last else np.moveaxis(grad, 1, -1), block_size)
        return (dx if last else np.moveaxis(dx, -1, 1),)

    return (y if last else np.moveaxis(y, -1, 1)), backward


def _blocks_out(x, n):
    """(B, H, W, n n C) -> (B, n H, n W, C)"""
    batch, height, width, depth = x.shape
    x = x.reshape(batch, height, width, n, n, depth // (n * n))
    x = x.transpose(0, 1, 3, 2, 4, 5)  # (B, H, n, W, n, C)
    return x.reshape(batch, height * n, width * n, depth // (n * n))


def _blocks_in(x, n):
    """(B, n H, n W, C) -> (B, H, W, n n C)"""
    batch, height, width, channels = x.shape
    x = x.reshape(batch, height // n, n, width // n, n, channels)
    x = x.transpose(0, 1, 3, 2, 4, 5)  # (B, H, W, n, n, C)
    return x.reshape(batch, height // n, width // n, n * n * channels)


def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> Any:
    """Reorders, splits and joins axes by name, as in einops (Rogozhnikov, 2022).

    >>> rearrange(np.zeros((2, 4, 6)), "b t (h d) -> b h t d", h=3).shape
    (2, 3, 4, 2)
    """
    left, right = (re.findall(r"\(.*?\)|\S+", side) for side in pattern.split("->"))
    split_shape: list[int] = []
    names: list[str] = []
    for group, size in zip(left, np.shape(tensor), strict=True):
        members = group.strip("()").split()
        lengths = [axes_lengths.get(name, -1) for name in members]
        if len(members) == 1:
            lengths = [size]
        elif -1 in lengths:  # the one that is not given is what is left
            known = np.prod([n for n in lengths if n != -1], dtype=int)
            lengths[lengths.index(-1)] = size // int(known)
        names += members
        split_shape += lengths
    sizes = dict(zip(names, split_shape))
    groups = [group.strip("()").split() for group in right]
    order = [names.index(name) for group in groups for name in group]
    x = transpose(reshape(tensor, split_shape), order)
    joined = [int(np.prod([sizes[name] for name in group])) for group in groups]
    return reshape(x, joined)
