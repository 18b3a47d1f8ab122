"""Several arrays to one, one to several: concatenate, stack, split."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.autodiff import op
from edukeras.errors import ShapeError, explain
from edukeras.ops.core import shape
from edukeras.ops.dtypes import promote_arrays
from edukeras.ops.indexing import get_item
from edukeras.ops.shapes import broadcast_to, expand_dims, ravel, reshape

# -- joining ------------------------------------------------------------------


@op
def _concatenate(*xs, axis):
    try:
        y = np.concatenate(promote_arrays(*xs), axis=axis)
    except ValueError:
        raise ShapeError(
            explain(
                f"concatenate along axis {axis} needs arrays that agree in all other "
                "sizes.",
                received=f"shapes {', '.join(str(x.shape) for x in xs)}",
            )
        ) from None

    def backward(grad, need):
        ends = np.cumsum([x.shape[axis] for x in xs])[:-1]
        return np.split(grad, ends, axis=axis)

    return y, backward


def concatenate(xs: Any, axis: int = 0) -> Any:
    """Joins arrays along an axis that they have.

    >>> concatenate([np.ones((2, 1)), np.ones((2, 3))], axis=1).shape
    (2, 4)
    """
    return _concatenate(*xs, axis=axis)


def append(x1: Any, x2: Any, axis: int | None = None) -> Any:
    """x2 after x1, along an axis; None flattens both first."""
    if axis is None:
        return _concatenate(ravel(x1), ravel(x2), axis=0)
    return _concatenate(x1, x2, axis=axis)


@op
def _stack(*xs, axis):
    try:
        y = np.stack(promote_arrays(*xs), axis=axis)
    except ValueError:
        raise ShapeError(
            explain(
                "stack needs arrays of one shape.",
                received=f"shapes {', '.join(str(x.shape) for x in xs)}",
            )
        ) from None
    return y, lambda grad, need: tuple(np.moveaxis(grad, axis, 0))


def stack(x: Any, axis: int = 0) -> Any:
    """Joins arrays of one shape along a new axis."""
    return _stack(*x, axis=axis)


def _at_least(ndim: int, x: Any) -> Any:
    """x with axes of size 1 in front until it has so many."""
    missing = ndim - len(shape(x))
    return expand_dims(x, tuple(range(missing))) if missing > 0 else x


def hstack(xs: Any) -> Any:
    """Side by side: along axis 1, vectors along axis 0."""
    xs = [_at_least(1, x) for x in xs]
    return _concatenate(*xs, axis=0 if len(shape(xs[0])) == 1 else 1)


def vstack(xs: Any) -> Any:
    """One below the other: along axis 0; vectors become rows."""
    return _concatenate(*[_at_least(2, x) for x in xs], axis=0)


def dstack(xs: Any) -> Any:
    """One behind the other: along axis 2."""
    deep = []
    for x in xs:
        x = _at_least(2, x)
        deep.append(expand_dims(x, 2) if len(shape(x)) == 2 else x)
    return _concatenate(*deep, axis=2)


# -- splitting ----------------------------------------------------------------


def _pieces(x: Any, edges: list[int], axis: int) -> list:
    before = (slice(None),) * (axis % len(shape(x)))
    return [
        get_item(x, (*before, slice(start, stop)))
        for start, stop in zip(edges, edges[1:])
    ]


def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list:
    """Cuts into equal parts (a number) or at the given places (a list).

    >>> [part.tolist() for part in split(np.float32([1, 2, 3, 4]), 2)]
    [[1.0, 2.0], [3.0, 4.0]]
    """
    size = shape(x)[axis]
    if not isinstance(indices_or_sections, int):
        cuts = [int(i) for i in indices_or_sections]
        return _pieces(x, [0, *cuts, size], axis)
    if size is None or size % indices_or_sections:
        raise ShapeError(
            f"Axis {axis} of size {size} cannot be split into "
            f"{indices_or_sections} equal parts. Try: ops.array_split."
        )
    step = size // indices_or_sections
    return _pieces(x, list(range(0, size + 1, step)), axis)


def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> list:
    """Like `split`; where the parts cannot be equal, the first ones are longer by 1."""
    if not isinstance(indices_or_sections, int):
        return split(x, indices_or_sections, axis)
    small, longer = divmod(shape(x)[axis], indices_or_sections)
    sizes = [small + (i < longer) for i in range(indices_or_sections)]
    return _pieces(x, [0, *np.cumsum(sizes).tolist()], axis)


def hsplit(x: Any, indices_or_sections: Any) -> list:
    """Splits along axis 1, vectors along axis 0."""
    return split(x, indices_or_sections, axis=0 if len(shape(x)) == 1 else 1)


def vsplit(x: Any, indices_or_sections: Any) -> list:
    """Splits along axis 0."""
    return split(x, indices_or_sections, axis=0)


def dsplit(x: Any, indices_or_sections: Any) -> list:
    """Splits along axis 2."""
    return split(x, indices_or_sections, axis=2)


def unstack(x: Any, num: int | None = None, axis: int = 0) -> list:
    """The slices along an axis, as a list."""
    before = (slice(None),) * (axis % len(shape(x)))
    return [get_item(x, (*before, i)) for i in range(num or shape(x)[axis])]


def meshgrid(*x: Any, indexing: str = "xy") -> list:
    """For coordinates along each axis, those of every point of the grid.

    >>> [grid.tolist() for grid in meshgrid([1.0, 2.0], [3.0, 4.0, 5.0])]
    [[[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]], [[3.0, 3.0], [4.0, 4.0], [5.0, 5.0]]]
    """
    order = list(range(len(x)))
    if indexing == "xy" and len(x) > 1:  # x runs along the columns
        order[:2] = [1, 0]
    sizes = [int(np.prod(shape(v))) for v in x]
    full = [sizes[i] for i in order]
    grids = []
    for axis, values in enumerate(x):
        form = [1] * len(x)
        form[order.index(axis)] = -1
        grids.append(broadcast_to(reshape(values, form), full))
    return grids
