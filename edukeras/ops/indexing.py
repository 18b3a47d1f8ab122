"""Reading and writing parts of arrays: indices, slices, scatter, diagonals."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from edukeras import kernels
from edukeras.autodiff import op
from edukeras.errors import unknown_name
from edukeras.ops.dtypes import promote_arrays, sum_dtype
from edukeras.ops.gradients import no_gradient
from edukeras.tensor import Operators, Tensor, as_array, numpy_dtype

# -- reading ------------------------------------------------------------------


@op
def get_item(x, *, key):
    """x[key], as NumPy understands it.

    >>> get_item(np.float32([1, 2, 3]), np.s_[1:])
    Tensor([2., 3.], shape=(2,), dtype=float32)
    """
    if isinstance(key, tuple):
        key = tuple([_plain_key(part) for part in key])
    else:
        key = _plain_key(key)

    def backward(grad, need):
        dx = np.zeros(x.shape, grad.dtype)
        if _is_basic(key):
            dx[key] = grad
        else:  # an element may have been taken several times
            np.add.at(dx, key, grad)
        return (dx,)

    return x[key], backward


def _plain_key(key: Any) -> Any:
    return as_array(key) if isinstance(key, Operators) else key


def _is_basic(key: Any) -> bool:
    """Whether a key takes each element at most once: numbers and slices do."""
    parts = key if isinstance(key, tuple) else (key,)
    kinds = (int, builtins.slice, type(None), type(Ellipsis), np.integer)
    return all(isinstance(part, kinds) for part in parts)


@op
def take(x, indices, *, axis=None):
    """The elements at the indices, along an axis; -1 is the last one."""
    indices = indices.astype(np.int64, copy=False)

    def backward(grad, need):
        if axis == 0 and x.ndim == 2:  # -1 is the last row
            dx = kernels.embedding_backward(grad, indices % len(x), len(x))
            return dx, None
        place = 0 if axis is None else axis % x.ndim
        dx = np.zeros(x.size if axis is None else x.shape, grad.dtype)
        # The index axes of grad stand where `axis` was: move them to the front.
        grad = np.moveaxis(
            grad, range(place, place + indices.ndim), range(indices.ndim)
        )
        np.add.at(np.moveaxis(dx, place, 0), indices, grad)
        return dx.reshape(x.shape), None

    return np.take(x, indices, axis=axis), backward


@op
def embedding(table, ids):
    """The rows of a table with these numbers, all of them from 0 to V - 1.

    Shapes: (V, D), (...) -> (..., D)

    >>> embedding(np.float32([[1, 2], [3, 4]]), np.array([1, 1]))
    Tensor([[3., 4.],
            [3., 4.]], shape=(2, 2), dtype=float32)
    """
    if ids.dtype.kind not in "iu":
        ids = ids.astype(np.int64)

    def backward(grad, need):
        return kernels.embedding_backward(grad, ids, len(table)), None

    return kernels.embedding(table, ids), backward


@op
def take_along_axis(x, indices, *, axis=None):
    """For each place, the element that the index there names."""
    indices = indices.astype(np.int64, copy=False)
    flat, place = (x.reshape(-1), 0) if axis is None else (x, axis)

    def backward(grad, need):
        dx = np.zeros(flat.shape, grad.dtype)
        # Where the other sizes of x and indices differ, one of them is 1.
        grid = [
            np.zeros_like(i) if n == 1 else i
            for i, n in zip(np.indices(grad.shape, sparse=True), flat.shape)
        ]
        grid[place] = indices
        np.add.at(dx, tuple(grid), grad)
        return dx.reshape(x.shape), None

    return np.take_along_axis(flat, indices, axis=place), backward


def slice(inputs: Any, start_indices: Any, shape: Any) -> Any:
    """A block of the given shape, from the start on; -1 takes the rest.

    >>> slice(np.float32([[1, 2, 3], [4, 5, 6]]), (0, 1), (2, 2)).tolist()
    [[2.0, 3.0], [5.0, 6.0]]
    """
    starts = [int(start) for start in start_indices]
    stops = [
        None if size in (-1, None) else start + size
        for start, size in zip(starts, shape)
    ]
    return get_item(inputs, tuple(builtins.slice(*pair) for pair in zip(starts, stops)))


def nonzero(x: Any) -> tuple[Tensor, ...]:
    """The indices of the elements that are not 0: one array per axis."""
    return tuple(Tensor(i.astype(np.int32)) for i in np.nonzero(as_array(x)))


def unravel_index(indices: Any, shape: Any) -> tuple[Tensor, ...]:
    """Places in the flattened array, as one index array per axis."""
    flat = as_array(indices)
    return tuple(Tensor(i.astype(flat.dtype)) for i in np.unravel_index(flat, shape))


# -- writing: a changed copy --------------------------------------------------


@op
def slice_update(inputs, start_indices, updates):
    """A copy of the inputs in which the updates replace a block, from the start on."""
    block = tuple(
        builtins.slice(int(start), int(start) + size)
        for start, size in zip(start_indices, updates.shape)
    )
    y = inputs.copy()
    y[block] = updates

    def backward(grad, need):
        rest = grad.copy()
        rest[block] = 0
        return rest, None, grad[block]

    return y, backward


@op
def scatter(indices, values, *, shape):
    """Zeros, to which each value is added at its index.

    Shapes: (..., K), (..., *shape[K:]) -> shape

    >>> scatter([[1], [3], [1]], [1.0, 2.0, 5.0], (4,))
    Tensor([0., 6., 0., 2.], shape=(4,), dtype=float32)
    """
    place = tuple(np.moveaxis(indices, -1, 0))
    y = np.zeros(tuple(shape), values.dtype)
    np.add.at(y, place, values)
    return y, lambda grad, need: (None, grad[place])


_REDUCTIONS = {
    "add": np.add,
    "mul": np.multiply,
    "max": np.maximum,
    "min": np.minimum,
}


@op
def scatter_update(inputs, indices, updates, *, reduction=None):
    """A copy of the inputs in which the updates replace elements.

    Shapes: (...), (..., K), (..., *inputs.shape[K:]) -> inputs.shape

    reduction: "add", "max", "min" or "mul" combines old and new, None replaces.
    """
    if reduction is not None and reduction not in _REDUCTIONS:
        raise unknown_name("reduction", reduction, _REDUCTIONS)
    place = tuple(np.moveaxis(indices, -1, 0))
    y = inputs.copy()
    if reduction is None:
        y[place] = updates
    else:
        _REDUCTIONS[reduction].at(y, place, updates)

    def backward(grad, need):
        if reduction == "add":
            return grad, None, grad[place]
        if reduction == "mul":
            with np.errstate(divide="ignore", invalid="ignore"):
                return grad * (y / inputs), None, (grad * y)[place] / updates
        kept = grad.copy()
        if reduction is None:
            kept[place] = 0
            return kept, None, grad[place]
        # max and min: the gradient goes to the one that won.
        return kept * (y == inputs), None, grad[place] * (y[place] == updates)

    return y, backward


# -- diagonals and triangles --------------------------------------------------


def _diagonal_places(height, width, offset):
    """Row and column numbers of the diagonal `offset` to the right of the main one."""
    rows = np.arange(max(0, -offset), max(0, -offset, min(height, width - offset)))
    return rows, rows + offset


@op
def diagonal(x, *, offset=0, axis1=0, axis2=1):
    """The elements whose index on axis2 is that on axis1 plus the offset."""
    rows, columns = _diagonal_places(x.shape[axis1], x.shape[axis2], offset)

    def backward(grad, need):
        dx = np.zeros(x.shape, grad.dtype)
        np.moveaxis(dx, (axis1, axis2), (-2, -1))[..., rows, columns] = grad
        return (dx,)

    return np.diagonal(x, offset, axis1, axis2), backward


@op
def diag(x, *, k=0):
    """A vector becomes the diagonal of a matrix; a matrix gives its diagonal."""
    if x.ndim == 2:
        return diagonal.arrays(x, offset=k)
    return np.diag(x, k), lambda grad, need: (np.diagonal(grad, k),)


@op
def diagflat(x, *, k=0):
    """A matrix with all elements of x on a diagonal."""
    y = np.diagflat(x, k)
    return y, lambda grad, need: (np.diagonal(grad, k).reshape(x.shape),)


@op
def trace(x, *, offset=0, axis1=0, axis2=1):
    """The sum of a diagonal."""
    y, diagonal_backward = diagonal.arrays(x, offset=offset, axis1=axis1, axis2=axis2)
    y = np.add.reduce(y, axis=-1, dtype=sum_dtype(x.dtype))
    return y, lambda grad, need: diagonal_backward(grad[..., None], need)


@op
def tril(x, *, k=0):
    """The lower triangle: zeros above the k-th diagonal."""
    return np.tril(x, k), lambda grad, need: (np.tril(grad, k),)


@op
def triu(x, *, k=0):
    """The upper triangle: zeros below the k-th diagonal."""
    return np.triu(x, k), lambda grad, need: (np.triu(grad, k),)


# -- classes ------------------------------------------------------------------


@op
def one_hot(x, *, num_classes, axis=-1, dtype=None, sparse=False):
    """A row with a single 1 for each class number; zeros for numbers outside.

    >>> one_hot(np.array([0, 2]), 3)
    Tensor([[1., 0., 0.],
            [0., 0., 1.]], shape=(2, 3), dtype=float32)
    """
    y = (x[..., None] == np.arange(num_classes)).astype(numpy_dtype(dtype))
    return np.moveaxis(y, -1, axis), no_gradient


@op
def multi_hot(inputs, *, num_classes=None, axis=-1, dtype=None, sparse=False):
    """A row with a 1 for each class number among those on the last axis.

    >>> multi_hot(np.array([[0, 2], [1, 1]]), 3)
    Tensor([[1., 0., 1.],
            [0., 1., 0.]], shape=(2, 3), dtype=float32)
    """
    rows = inputs[:, None] if inputs.ndim == 1 else inputs
    ones, _ = one_hot.arrays(rows, num_classes=num_classes, dtype=dtype)
    y = ones.max(axis=-2)
    if inputs.ndim == 1:
        y = y.max(axis=0)
    return np.moveaxis(y, -1, axis), no_gradient


@op
def searchsorted(sorted_sequence, values, *, side="left"):
    """Where the values would have to be inserted to keep the sequence sorted."""
    a, b = promote_arrays(sorted_sequence, values)
    return np.searchsorted(a, b, side=side).astype(np.int32), no_gradient


@op
def digitize(x, bins):
    """The number of the bin that each element falls into."""
    return np.digitize(x, bins).astype(np.int32), no_gradient
