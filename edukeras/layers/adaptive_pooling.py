"""Adaptive pooling: an output of a given size, whatever the size of the input."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import config, ops
from edukeras.errors import explain
from edukeras.layers.base import InputSpec
from edukeras.layers.pooling import _Spatial


class _AdaptivePooling(_Spatial):
    """Cuts each axis into parts of nearly one size, and reduces each part."""

    def __init__(
        self, output_size: Any, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        sizes = output_size
        if isinstance(output_size, (int, np.integer)):
            sizes = (int(output_size),) * self.rank
        if not isinstance(sizes, (list, tuple)) or len(sizes) != self.rank:
            raise TypeError(
                explain(
                    f"{type(self).__name__} needs the size of its output.",
                    expected=f"a whole number, or {self.rank} of them",
                    received=f"output_size={output_size!r}",
                )
            )
        self.output_size = tuple(sizes)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return self._with_sizes(input_shape, self.output_size)


class _AdaptiveMaxPooling(_AdaptivePooling):
    """The largest value of each part."""

    def call(self, inputs: Any) -> Any:
        return ops.adaptive_max_pool(inputs, self.output_size, self.data_format)


class _AdaptiveAveragePooling(_AdaptivePooling):
    """The mean of each part."""

    def call(self, inputs: Any) -> Any:
        return ops.adaptive_average_pool(inputs, self.output_size, self.data_format)


class AdaptiveMaxPooling1D(_AdaptiveMaxPooling):
    """The largest values of `output_size` parts of a sequence.

    Shapes: (B, T, C) -> (B, output_size, C)

    Args:
        output_size: how many parts.
        data_format: "channels_first" for (B, C, T).

    >>> AdaptiveMaxPooling1D(3)(np.ones((2, 10, 5))).shape
    (2, 3, 5)
    """

    rank = 1


class AdaptiveMaxPooling2D(_AdaptiveMaxPooling):
    """The largest values of a grid of parts of an image.

    Shapes: (B, H, W, C) -> (B, *output_size, C)

    Args:
        output_size: (rows, columns), or one number for both.
        data_format: "channels_first" for (B, C, H, W).
    """

    rank = 2


class AdaptiveMaxPooling3D(_AdaptiveMaxPooling):
    """The largest values of a grid of parts of a volume.

    Shapes: (B, D1, D2, D3, C) -> (B, *output_size, C)

    Args:
        output_size: three numbers, or one for all.
        data_format: "channels_first" for (B, C, D1, D2, D3).
    """

    rank = 3


class AdaptiveAveragePooling1D(_AdaptiveAveragePooling):
    """The means of `output_size` parts of a sequence.

    Shapes: (B, T, C) -> (B, output_size, C)

    Args:
        output_size: how many parts.
        data_format: "channels_first" for (B, C, T).

    >>> AdaptiveAveragePooling1D(3)(np.ones((2, 10, 5))).shape
    (2, 3, 5)
    """

    rank = 1


class AdaptiveAveragePooling2D(_AdaptiveAveragePooling):
    """The means of a grid of parts of an image.

    Shapes: (B, H, W, C) -> (B, *output_size, C)

    Args:
        output_size: (rows, columns), or one number for both.
        data_format: "channels_first" for (B, C, H, W).
    """

    rank = 2


class AdaptiveAveragePooling3D(_AdaptiveAveragePooling):
    """The means of a grid of parts of a volume.

    Shapes: (B, D1, D2, D3, C) -> (B, *output_size, C)

    Args:
        output_size: three numbers, or one for all.
        data_format: "channels_first" for (B, C, D1, D2, D3).
    """

    rank = 3
