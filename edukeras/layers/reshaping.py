"""Layers that move values to other places and compute nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from edukeras import config, ops
from edukeras.errors import ShapeError, explain
from edukeras.layers.base import InputSpec, Layer


class Flatten(Layer):
    """Lays out each sample as one flat row.

    Shapes: (B, ...) -> (B, product of the rest)

    >>> Flatten()(np.ones((2, 3, 4))).shape
    (2, 12)
    """

    only_ops = True

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Any:
        if self.data_format == "channels_first" and inputs.ndim > 2:
            order = (0, *range(2, inputs.ndim), 1)
            inputs = ops.transpose(inputs, order)
        return ops.reshape(inputs, (inputs.shape[0], math.prod(inputs.shape[1:])))

    def compute_output_shape(self, input_shape: Any) -> tuple:
        rest = input_shape[1:]
        return (input_shape[0], None if None in rest else math.prod(rest))


class Reshape(Layer):
    """Gives each sample another form.

    Shapes: (B, ...) -> (B, *target_shape)

    Args:
        target_shape: without the batch axis; one size may be -1, "what is left".

    >>> Reshape((2, -1))(np.ones((5, 6))).shape
    (5, 2, 3)
    """

    only_ops = True

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(target_shape, (int, np.integer)):
            target_shape = (target_shape,)
        self.target_shape = tuple(int(n) for n in target_shape)

    def call(self, inputs: Any) -> Any:
        target = self.compute_output_shape(inputs.shape)
        return ops.reshape(inputs, target)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return (input_shape[0], *self._sample_shape(tuple(input_shape[1:])))

    def _sample_shape(self, sample: tuple) -> tuple:
        if None in sample:
            return tuple(None if n == -1 else n for n in self.target_shape)
        size = math.prod(sample)
        known = math.prod(n for n in self.target_shape if n != -1)
        fits = size == known
        if -1 in self.target_shape:
            fits = known > 0 and size % known == 0
        if not fits:
            raise ShapeError(
                explain(
                    f'Reshape layer "{self.name}" cannot give {size} values the form '
                    f"{self.target_shape}.",
                    received=f"samples of shape {sample}",
                )
            )
        return tuple(size // known if n == -1 else n for n in self.target_shape)


class Permute(Layer):
    """Brings the axes of each sample into another order.

    Shapes: (B, I, J) -> (B, J, I) with dims=(2, 1)

    Args:
        dims: the new order; the axes of a sample count from 1.

    >>> Permute((2, 1))(np.ones((5, 3, 4))).shape
    (5, 4, 3)
    """

    def __init__(self, dims: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                explain(
                    "Permute needs each axis of a sample once; they count from 1, "
                    "since axis 0 counts the samples.",
                    expected="dims such as (2, 1) or (3, 1, 2)",
                    received=f"dims={dims!r}",
                )
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: Any) -> Any:
        return ops.transpose(inputs, axes=(0, *self.dims))

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return (input_shape[0], *(input_shape[axis] for axis in self.dims))


class RepeatVector(Layer):
    """Makes a sequence of a vector by repeating it.

    Shapes: (B, N) -> (B, n, N)

    Args:
        n: how often.

    >>> RepeatVector(3)(np.ones((5, 2))).shape
    (5, 3, 2)
    """

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(n, (int, np.integer)):
            raise TypeError(
                explain("RepeatVector needs a whole number.", received=f"n={n!r}")
            )
        self.n = int(n)
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: Any) -> Any:
        batch, features = inputs.shape
        rows = ops.expand_dims(inputs, axis=1)  # (B, 1, N)
        return ops.broadcast_to(rows, shape=(batch, self.n, features))

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return (input_shape[0], self.n, input_shape[1])
