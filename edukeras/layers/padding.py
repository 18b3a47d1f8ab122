"""A margin around sequences, images and volumes: ZeroPadding adds one, Cropping
takes one off.

Margins are pairs (how much before, how much after), one for each spatial axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import config, ops
from edukeras.errors import ShapeError, explain
from edukeras.layers.base import InputSpec, Layer

Margins = tuple[tuple[int, int], ...]


def _margins(layer: str, argument: str, value: Any, rank: int) -> Margins:
    """One pair for each axis.  A number stands for the pair of twice that number.

    >>> _margins("ZeroPadding2D", "padding", (1, 2), rank=2)
    ((1, 1), (2, 2))
    """
    if rank == 1:
        value = (value,)
    each = (value,) * rank if isinstance(value, (int, np.integer)) else value
    if isinstance(each, (tuple, list)) and len(each) == rank:
        pairs = [
            (n, n) if isinstance(n, (int, np.integer)) else tuple(n)
            for n in each
            if isinstance(n, (int, np.integer, tuple, list))
        ]
        if len(pairs) == rank and all(_is_margin(pair) for pair in pairs):
            return tuple((int(before), int(after)) for before, after in pairs)
    forms = {
        1: "a whole number from 0, or a pair (before, after)",
        2: "a whole number from 0, (rows, columns), or ((top, bottom), (left, right))",
        3: "a whole number from 0, three of them, or three pairs",
    }
    raise ValueError(
        explain(
            f"{layer} does not understand its margins.",
            expected=f"{argument}: {forms[rank]}",
            received=f"{argument}={value[0] if rank == 1 else value!r}",
        )
    )


def _is_margin(pair: tuple) -> bool:
    return len(pair) == 2 and all(
        isinstance(n, (int, np.integer)) and n >= 0 for n in pair
    )


class _Margin(Layer):
    """What ZeroPadding and Cropping share: where the spatial axes are."""

    data_format = "channels_last"

    def _all_axes(self, margins: Margins) -> Margins:
        """The margins of every axis, those of samples and channels being 0."""
        if self.data_format == "channels_first":
            return ((0, 0), (0, 0), *margins)
        return ((0, 0), *margins, (0, 0))


class _ZeroPadding(_Margin):
    """Pads by `self._pairs`."""

    _pairs: Margins

    def call(self, inputs: Any) -> Any:
        return ops.pad(inputs, pad_width=self._all_axes(self._pairs))

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return tuple(
            None if n is None else n + before + after
            for n, (before, after) in zip(input_shape, self._all_axes(self._pairs))
        )


class ZeroPadding1D(_ZeroPadding):
    """Puts zeros before and after a sequence.

    Shapes: (B, T, C) -> (B, T + before + after, C)

    Args:
        padding: how many on both ends, or (before, after).
        data_format: "channels_first" for (B, C, T).

    >>> ZeroPadding1D(2)(np.ones((1, 3, 1))).numpy().ravel().tolist()
    [0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0]
    """

    def __init__(
        self, padding: Any = 1, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._pairs = _margins("ZeroPadding1D", "padding", padding, rank=1)
        self.padding = self._pairs[0]
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=3)


class ZeroPadding2D(_ZeroPadding):
    """Puts rows and columns of zeros around an image.

    Shapes: (B, H, W, C) -> (B, top + H + bottom, left + W + right, C)

    Args:
        padding: a number for all sides, (rows, columns), or
            ((top, bottom), (left, right)).
        data_format: "channels_first" for (B, C, H, W).

    >>> ZeroPadding2D(((1, 0), (2, 2)))(np.ones((1, 3, 3, 1))).shape
    (1, 4, 7, 1)
    """

    def __init__(
        self, padding: Any = (1, 1), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.padding = self._pairs = _margins("ZeroPadding2D", "padding", padding, 2)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=4)


class ZeroPadding3D(_ZeroPadding):
    """Puts zeros around a volume, such as a film or a scan.

    Shapes: (B, D1, D2, D3, C) -> the same, with D1 to D3 larger by both margins

    Args:
        padding: a number for all sides, one for each axis, or a pair for each.
        data_format: "channels_first" for (B, C, D1, D2, D3).

    >>> ZeroPadding3D(1)(np.ones((1, 2, 3, 4, 1))).shape
    (1, 4, 5, 6, 1)
    """

    def __init__(
        self,
        padding: Any = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.padding = self._pairs = _margins("ZeroPadding3D", "padding", padding, 3)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=5)


class _Cropping(_Margin):
    """Crops by `self._pairs`."""

    _pairs: Margins

    def call(self, inputs: Any) -> Any:
        self.compute_output_shape(inputs.shape)
        keep = tuple(
            slice(before, n - after)
            for n, (before, after) in zip(inputs.shape, self._all_axes(self._pairs))
        )
        return ops.get_item(inputs, keep)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        pairs = self._all_axes(self._pairs)
        for n, (before, after) in zip(input_shape[1:], pairs[1:]):
            if n is not None and before + after and before + after >= n:
                raise ShapeError(
                    explain(
                        f'{type(self).__name__} layer "{self.name}" would leave '
                        "nothing over.",
                        expected=f"axes larger than the margins {self._pairs}",
                        received=f"an input of shape {tuple(input_shape)}",
                    )
                )
        return tuple(
            None if n is None else n - before - after
            for n, (before, after) in zip(input_shape, pairs)
        )


class Cropping1D(_Cropping):
    """Takes steps off the ends of a sequence.

    Shapes: (B, T, C) -> (B, T - before - after, C)

    Args:
        cropping: how many from both ends, or (before, after).

    >>> Cropping1D((1, 2))(np.ones((1, 8, 2))).shape
    (1, 5, 2)
    """

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._pairs = _margins("Cropping1D", "cropping", cropping, rank=1)
        self.cropping = self._pairs[0]
        self.input_spec = InputSpec(ndim=3)


class Cropping2D(_Cropping):
    """Takes rows and columns off the sides of an image.

    Shapes: (B, H, W, C) -> (B, H - top - bottom, W - left - right, C)

    Args:
        cropping: a number for all sides, (rows, columns), or
            ((top, bottom), (left, right)).
        data_format: "channels_first" for (B, C, H, W).

    >>> Cropping2D(((1, 0), (2, 2)))(np.ones((1, 5, 5, 1))).shape
    (1, 4, 1, 1)
    """

    def __init__(
        self,
        cropping: Any = ((0, 0), (0, 0)),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.cropping = self._pairs = _margins("Cropping2D", "cropping", cropping, 2)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=4)


class Cropping3D(_Cropping):
    """Takes the outer parts off a volume.

    Shapes: (B, D1, D2, D3, C) -> the same, with D1 to D3 smaller by both margins

    Args:
        cropping: a number for all sides, one for each axis, or a pair for each.
        data_format: "channels_first" for (B, C, D1, D2, D3).

    >>> Cropping3D(1)(np.ones((1, 4, 5, 6, 1))).shape
    (1, 2, 3, 4, 1)
    """

    def __init__(
        self,
        cropping: Any = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.cropping = self._pairs = _margins("Cropping3D", "cropping", cropping, 3)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=5)
