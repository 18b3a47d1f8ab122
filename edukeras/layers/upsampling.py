"""UpSampling: larger sequences, images and volumes, by repeating what is there."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import config, ops
from edukeras.errors import explain, unknown_name
from edukeras.layers.base import InputSpec, Layer
from edukeras.ops.image import INTERPOLATIONS, resize


def _factors(layer: str, size: Any, rank: int) -> tuple[int, ...]:
    """One whole number above 0 for each spatial axis."""
    each = (size,) * rank if isinstance(size, (int, np.integer)) else size
    if (
        isinstance(each, (tuple, list))
        and len(each) == rank
        and all(isinstance(n, (int, np.integer)) and n > 0 for n in each)
    ):
        return tuple(int(n) for n in each)
    raise ValueError(
        explain(
            f"{layer} needs a factor for each spatial axis.",
            expected=f"size: a whole number above 0, or {rank} of them",
            received=f"size={size!r}",
        )
    )


class _UpSampling(Layer):
    """Makes each spatial axis longer by its factor."""

    data_format = "channels_last"
    _each: tuple[int, ...]

    def _first_axis(self) -> int:
        return 2 if self.data_format == "channels_first" else 1

    def call(self, inputs: Any) -> Any:
        for axis, factor in enumerate(self._each, start=self._first_axis()):
            if factor > 1:
                inputs = ops.repeat(inputs, factor, axis=axis)
        return inputs

    def compute_output_shape(self, input_shape: Any) -> tuple:
        shape = list(input_shape)
        for axis, factor in enumerate(self._each, start=self._first_axis()):
            shape[axis] = None if shape[axis] is None else shape[axis] * factor
        return tuple(shape)


class UpSampling1D(_UpSampling):
    """Repeats each step of a sequence.

    Shapes: (B, T, C) -> (B, T * size, C)

    Args:
        size: how often.

    >>> x = np.float32([[[1], [2]]])
    >>> UpSampling1D(2)(x).numpy().ravel().tolist()
    [1.0, 1.0, 2.0, 2.0]
    """

    def __init__(self, size: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._each = _factors("UpSampling1D", size, rank=1)
        self.size = self._each[0]
        self.input_spec = InputSpec(ndim=3)


class UpSampling2D(_UpSampling):
    """Makes an image larger by whole factors.

    Shapes: (B, H, W, C) -> (B, H * size[0], W * size[1], C)

    Args:
        size: the factor of rows and columns, or one for both.
        data_format: "channels_first" for (B, C, H, W).
        interpolation: "nearest" repeats pixels; "bilinear", "bicubic", "lanczos3" and
            "lanczos5" take weighted means of the neighbours.

    >>> UpSampling2D((2, 3))(np.ones((1, 4, 4, 1))).shape
    (1, 8, 12, 1)
    """

    def __init__(
        self,
        size: Any = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.size = self._each = _factors("UpSampling2D", size, rank=2)
        self.data_format = config.standardize_data_format(data_format)
        if interpolation not in INTERPOLATIONS:
            raise unknown_name("interpolation", interpolation, INTERPOLATIONS)
        self.interpolation = interpolation
        self.input_spec = InputSpec(ndim=4)

    def call(self, inputs: Any) -> Any:
        if self.interpolation == "nearest":
            return super().call(inputs)
        rows, columns = inputs.shape[self._first_axis() : self._first_axis() + 2]
        return resize(
            inputs,
            size=(rows * self.size[0], columns * self.size[1]),
            interpolation=self.interpolation,
            data_format=self.data_format,
        )


class UpSampling3D(_UpSampling):
    """Repeats each element of a volume along its three axes.

    Shapes: (B, D1, D2, D3, C) -> (B, D1 * size[0], D2 * size[1], D3 * size[2], C)

    Args:
        size: the factor of each axis, or one for all.
        data_format: "channels_first" for (B, C, D1, D2, D3).

    >>> UpSampling3D(2)(np.ones((1, 1, 2, 3, 1))).shape
    (1, 2, 4, 6, 1)
    """

    def __init__(
        self, size: Any = (2, 2, 2), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.size = self._each = _factors("UpSampling3D", size, rank=3)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=5)
