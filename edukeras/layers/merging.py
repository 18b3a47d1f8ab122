"""Layers that make one output of several inputs: Add, Concatenate, Dot ...

Each has a function of the same name in lower case: `add([a, b])` is `Add()([a, b])`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from edukeras import ops
from edukeras.errors import ShapeError, explain
from edukeras.layers.base import Layer
from edukeras.layers.structure import is_shape
from edukeras.tensor import as_array


def check_is_list(layer: Layer, input_shapes: Any, count: int | None = None) -> None:
    """Raises a ShapeError unless a layer is given a list of inputs."""
    where = f'{type(layer).__name__} layer "{layer.name}"'
    if is_shape(input_shapes):
        example = "[a, b]" if count is None else f"[{', '.join('abc'[:count])}]"
        raise ShapeError(
            explain(
                f"{where} takes its inputs in one list.",
                received=f"a single input of shape {tuple(input_shapes)}",
                hint=f"{type(layer).__name__}()({example})",
            )
        )
    if count is not None and len(input_shapes) != count:
        raise ShapeError(
            explain(
                f"{where} takes a list of {count} inputs.",
                received=f"{len(input_shapes)} inputs of shapes {list(input_shapes)}",
            )
        )


class Merge(Layer):
    """The base of the layers that combine inputs element by element.

    Inputs are broadcast as in NumPy, sample by sample.  An input with fewer axes
    gets axes of size 1 after its batch axis: (B, C) meets (B, T, C) as (B, 1, C).
    """

    supports_masking = True
    _count: int | None = None

    @property
    def only_ops(self) -> bool:  # type: ignore[override]
        """What `merge` does, only the classes of this file are known for."""
        return type(self).__module__ == __name__

    def merge(self, inputs: list) -> Any:
        """Combines tensors that have the same number of axes."""
        raise NotImplementedError

    def build(self, input_shape: Any) -> None:
        check_is_list(self, input_shape, self._count)
        self.compute_output_shape(input_shape)

    def call(self, inputs: Any) -> Any:
        rank = max(x.ndim for x in inputs)
        return self.merge([_with_rank(x, rank) for x in inputs])

    def compute_output_shape(self, input_shape: Any) -> tuple:
        self._check_batch_sizes(input_shape)
        rank = max(len(shape) for shape in input_shape)
        shapes = [
            (*shape[:1], *[1] * (rank - len(shape)), *shape[1:])
            for shape in input_shape
        ]
        return tuple(self._broadcast_size(n, input_shape) for n in zip(*shapes))

    def _check_batch_sizes(self, shapes: Any) -> None:
        if len({shape[0] for shape in shapes if shape} - {None}) > 1:
            raise ShapeError(
                explain(
                    f'{type(self).__name__} layer "{self.name}" combines inputs '
                    "sample by sample, so all need the same number of samples.",
                    received=f"inputs of shapes {list(shapes)}",
                )
            )

    def _broadcast_size(self, sizes: tuple, shapes: Any) -> int | None:
        """The size that equal sizes, sizes of 1 and unknown sizes give."""
        known = {n for n in sizes if n not in (1, None)}
        if len(known) > 1:
            raise ShapeError(
                explain(
                    f'{type(self).__name__} layer "{self.name}" combines its inputs '
                    "element by element.",
                    expected="inputs of one shape (or sizes of 1 where they differ)",
                    received=f"inputs of shapes {list(shapes)}",
                    hint="Dense(n) brings each to n values; Concatenate() joins "
                    "inputs of different sizes.",
                )
            )
        return known.pop() if known else None if None in sizes else 1

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """A step counts if it counts in any of the inputs."""
        if previous_mask is None or any(mask is None for mask in previous_mask):
            return None
        masks = [as_array(mask) for mask in previous_mask]
        return np.logical_or.reduce(masks)


def _with_rank(x: Any, rank: int) -> Any:
    if x.ndim == rank:
        return x
    return ops.reshape(x, (*x.shape[:1], *[1] * (rank - x.ndim), *x.shape[1:]))


class Add(Merge):
    """a + b + ..., element by element.

    >>> Add()([np.float32([[1, 2]]), np.float32([[10, 20]])]).tolist()
    [[11.0, 22.0]]
    """

    def merge(self, inputs: list) -> Any:
        total = inputs[0]
        for x in inputs[1:]:
            total = ops.add(total, x)
        return total


class Subtract(Merge):
    """a - b, for two inputs.

    >>> Subtract()([np.float32([[1, 2]]), np.float32([[10, 20]])]).tolist()
    [[-9.0, -18.0]]
    """

    _count = 2

    def merge(self, inputs: list) -> Any:
        return ops.subtract(inputs[0], inputs[1])


class Multiply(Merge):
    """a * b * ..., element by element.

    >>> Multiply()([np.float32([[1, 2]]), np.float32([[10, 20]])]).tolist()
    [[10.0, 40.0]]
    """

    def merge(self, inputs: list) -> Any:
        product = inputs[0]
        for x in inputs[1:]:
            product = ops.multiply(product, x)
        return product


class Average(Merge):
    """The mean of the inputs, element by element.

    >>> Average()([np.float32([[1, 2]]), np.float32([[3, 4]])]).tolist()
    [[2.0, 3.0]]
    """

    def merge(self, inputs: list) -> Any:
        total = inputs[0]
        for x in inputs[1:]:
            total = ops.add(total, x)
        return total / len(inputs)


class Maximum(Merge):
    """The largest of the inputs, element by element.

    >>> Maximum()([np.float32([[1, 4]]), np.float32([[3, 2]])]).tolist()
    [[3.0, 4.0]]
    """

    def merge(self, inputs: list) -> Any:
        largest = inputs[0]
        for x in inputs[1:]:
            largest = ops.maximum(largest, x)
        return largest


class Minimum(Merge):
    """The smallest of the inputs, element by element.

    >>> Minimum()([np.float32([[1, 4]]), np.float32([[3, 2]])]).tolist()
    [[1.0, 2.0]]
    """

    def merge(self, inputs: list) -> Any:
        smallest = inputs[0]
        for x in inputs[1:]:
            smallest = ops.minimum(smallest, x)
        return smallest


class Concatenate(Merge):
    """Joins the inputs along an axis.

    Shapes: (B, ..., N1), (B, ..., N2) -> (B, ..., N1 + N2)

    Args:
        axis: the axis that grows; the sizes of all others must agree.

    >>> Concatenate()([np.ones((5, 2)), np.ones((5, 3))]).shape
    (5, 5)
    """

    only_ops = True

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any) -> Any:
        return ops.concatenate(inputs, axis=self.axis)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        shape = list(input_shape[0])
        where = f'Concatenate layer "{self.name}"'
        if not -len(shape) <= self.axis < len(shape):
            raise ShapeError(
                explain(
                    f"{where} has axis={self.axis}.",
                    received=f"inputs of shapes {list(input_shape)}",
                )
            )
        axis = self.axis % len(shape)
        for other in input_shape[1:]:
            fits = len(other) == len(shape) and all(
                i == axis or m == n or None in (m, n)
                for i, (m, n) in enumerate(zip(shape, other))
            )
            if not fits:
                raise ShapeError(
                    explain(
                        f"{where} joins inputs that differ in the size of axis "
                        f"{self.axis} only.",
                        received=f"inputs of shapes {list(input_shape)}",
                    )
                )
            shape = [m if m is not None else n for m, n in zip(shape, other)]
        sizes = [other[axis] for other in input_shape]
        shape[axis] = None if None in sizes else sum(sizes)
        return tuple(shape)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """A step counts if any of its joined features does."""
        if previous_mask is None:
            return None
        full = []
        for x, mask in zip(inputs, previous_mask):
            mask = np.bool_(True) if mask is None else as_array(mask)
            if 0 < mask.ndim < x.ndim:
                mask = mask.reshape(mask.shape + (1,) * (x.ndim - mask.ndim))
            full.append(np.broadcast_to(mask, x.shape))
        return np.concatenate(full, axis=self.axis).any(axis=-1)


class Dot(Layer):
    """Sums products along an axis of each of two inputs, sample by sample.

    Shapes: (B, N), (B, N) -> (B, 1) with axes=1;
    (B, I, N), (B, N, J) -> (B, I, J) with axes=(2, 1)

    Args:
        axes: the axis to sum over, of both inputs or (of the first, of the second).
        normalize: whether to scale the vectors to length 1 first. The result is
            then the cosine of the angle between them.

    >>> Dot(axes=1)([np.float32([[1, 2]]), np.float32([[10, 20]])]).tolist()
    [[50.0]]
    """

    supports_masking = True

    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        is_pair = isinstance(axes, (list, tuple)) and len(axes) == 2
        if not isinstance(axes, int) and not (
            is_pair and all(isinstance(axis, int) for axis in axes)
        ):
            raise TypeError(
                explain(
                    "Dot needs the axis to sum over.",
                    expected="axes, a whole number or a pair of them",
                    received=f"axes={axes!r}",
                )
            )
        self.axes = axes
        self.normalize = normalize

    def build(self, input_shape: Any) -> None:
        check_is_list(self, input_shape, count=2)
        self.compute_output_shape(input_shape)

    def _axis_of_each(self, first: tuple, second: tuple) -> tuple[int, int]:
        """The two axes to sum over, counted from the front."""
        axis1, axis2 = (self.axes,) * 2 if isinstance(self.axes, int) else self.axes
        ranks = len(first), len(second)
        if not (-ranks[0] <= axis1 < ranks[0] and -ranks[1] <= axis2 < ranks[1]):
            self._fail("axes that the inputs have", first, second)
        axis1, axis2 = axis1 % ranks[0], axis2 % ranks[1]
        if axis1 == 0 or axis2 == 0:
            self._fail("other axes than 0, which counts the samples", first, second)
        sizes = first[axis1], second[axis2]
        if sizes[0] != sizes[1] and None not in sizes:
            self._fail("the same size of both axes", first, second)
        return axis1, axis2

    def _fail(self, expected: str, first: tuple, second: tuple) -> None:
        raise ShapeError(
            explain(
                f'Dot layer "{self.name}" cannot multiply its inputs.',
                expected=expected,
                received=f"axes={self.axes} and inputs of shapes {first}, {second}",
            )
        )

    def call(self, inputs: Any) -> Any:
        a, b = inputs
        axis1, axis2 = self._axis_of_each(a.shape, b.shape)
        if self.normalize:
            a, b = _unit_length(a, axis1), _unit_length(b, axis2)
        a = ops.moveaxis(a, axis1, -1)  # (B, ..., N)
        b = ops.moveaxis(b, axis2, 1)  # (B, N, ...)
        shape = (*a.shape[:-1], *b.shape[2:])
        rows = ops.reshape(a, (a.shape[0], math.prod(a.shape[1:-1]), a.shape[-1]))
        columns = ops.reshape(b, (*b.shape[:2], math.prod(b.shape[2:])))
        products = ops.matmul(rows, columns)
        return ops.reshape(products, shape if len(shape) > 1 else (*shape, 1))

    def compute_output_shape(self, input_shape: Any) -> tuple:
        first, second = (tuple(shape) for shape in input_shape)
        axis1, axis2 = self._axis_of_each(first, second)
        rest = [n for i, n in enumerate(first) if i not in (0, axis1)]
        rest += [n for i, n in enumerate(second) if i not in (0, axis2)]
        return (first[0], *(rest or [1]))

    def compute_mask(self, inputs: Any, previous_mask: Any) -> None:
        return None


def _unit_length(x: Any, axis: int) -> Any:
    """The vectors along an axis, with length 1; a vector of zeros stays."""
    squares = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return x / ops.sqrt(ops.maximum(squares, 1e-24))


def add(inputs: Any, **kwargs: Any) -> Any:
    """`Add()(inputs)`."""
    return Add(**kwargs)(inputs)


def subtract(inputs: Any, **kwargs: Any) -> Any:
    """`Subtract()(inputs)`."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Any, **kwargs: Any) -> Any:
    """`Multiply()(inputs)`."""
    return Multiply(**kwargs)(inputs)


def average(inputs: Any, **kwargs: Any) -> Any:
    """`Average()(inputs)`."""
    return Average(**kwargs)(inputs)


def maximum(inputs: Any, **kwargs: Any) -> Any:
    """`Maximum()(inputs)`."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Any, **kwargs: Any) -> Any:
    """`Minimum()(inputs)`."""
    return Minimum(**kwargs)(inputs)


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """`Concatenate(axis)(inputs)`."""
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs: Any, axes: Any = -1, **kwargs: Any) -> Any:
    """`Dot(axes)(inputs)`."""
    return Dot(axes=axes, **kwargs)(inputs)
