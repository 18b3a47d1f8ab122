"""First values without chance: zeros, ones, constants, the identity."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import registry
from edukeras.errors import ShapeError, explain
from edukeras.initializers.base import Initializer, Shape
from edukeras.tensor import as_array, numpy_dtype, standardize_dtype


class Zeros(Initializer):
    """0 everywhere: the usual start of a bias."""

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        return np.zeros(shape, numpy_dtype(dtype))


class Ones(Initializer):
    """1 everywhere."""

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        return np.ones(shape, numpy_dtype(dtype))


class Constant(Initializer):
    """The same number everywhere, or an array that fits the shape.

    >>> Constant(0.5)((3,))
    array([0.5, 0.5, 0.5], dtype=float32)
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        value = as_array(self.value, standardize_dtype(dtype))
        try:
            return np.broadcast_to(value, tuple(shape)).copy()
        except ValueError:
            raise ShapeError(
                explain(
                    "The value of this Constant does not fit the weight.",
                    expected=f"a number or an array of shape {tuple(shape)}",
                    received=f"shape {value.shape}",
                )
            ) from None

    def get_config(self) -> dict[str, Any]:
        return {"value": registry.serialize_keras_object(self.value)}


class Identity(Initializer):
    """`gain` on the diagonal, 0 elsewhere; for matrices.

    >>> Identity(2.0)((2, 2))
    array([[2., 0.],
           [0., 2.]], dtype=float32)
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        if len(shape) != 2:
            raise ShapeError(
                explain(
                    "Identity makes matrices.",
                    expected="a shape of two sizes",
                    received=f"shape {tuple(shape)}",
                )
            )
        return np.eye(*shape, dtype=numpy_dtype(dtype)) * numpy_dtype(dtype).type(
            self.gain
        )

    def get_config(self) -> dict[str, Any]:
        return {"gain": self.gain}
