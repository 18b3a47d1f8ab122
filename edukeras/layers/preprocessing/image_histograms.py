"""Brightness spread out by histograms: Equalization, and with limits and in tiles,
ContrastLimitedAdaptiveHistogramEqualization.

A pixel becomes the share of pixels that are darker: so all shades are used equally.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.errors import explain
from edukeras.layers.core import positive_integer
from edukeras.layers.preprocessing.image_color import ColorLayer
from edukeras.layers.preprocessing.image_layer import ImageLayer
from edukeras.tensor import KerasTensor, Tensor, as_array, is_float


def rescaled(x: np.ndarray, old: Any, new: Any) -> np.ndarray:
    """Values of one range brought to another, in their own dtype."""
    if tuple(old) == tuple(new):
        return x
    share = (x - x.dtype.type(old[0])) / x.dtype.type(old[1] - old[0])
    return share * x.dtype.type(new[1] - new[0]) + x.dtype.type(new[0])


class Equalization(ColorLayer):
    """255 * (share of pixels that are darker), for each channel.

    The shares are those of the whole batch.  In inference, images stay as they are.

    Shapes: (B, H, W, C) -> the same

    Args:
        value_range: the values of black and white.
        bins: how many steps of brightness are told apart.
        data_format: "channels_first" for (B, C, H, W).

    >>> x = np.float32([100, 101, 102]).reshape(1, 1, 3, 1)
    >>> Equalization()(x).numpy().ravel().tolist()
    [0.0, 128.0, 255.0]
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        bins: int = 256,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range, data_format=data_format, **kwargs)
        self.bins = positive_integer("Equalization", "bins", bins)

    def transform(self, images: Any, **chances: Any) -> Any:
        pixels = rescaled(images.array, self.value_range, (0, 255))
        equal = np.stack(
            [self._equalized(pixels[..., i]) for i in range(pixels.shape[-1])], axis=-1
        )
        equal = rescaled(equal.astype(pixels.dtype), (0, 255), self.value_range)
        return Tensor(equal)

    def _equalized(self, pixels: np.ndarray) -> np.ndarray:
        counts = np.bincount(
            self._bin_of(pixels * (self.bins - 1) / 255).ravel(), minlength=self.bins
        )
        if np.count_nonzero(counts) <= 1:  # one shade only: stays as it is
            return pixels
        darker = np.cumsum(counts)
        darkest = darker[np.argmax(darker > 0)]
        shades = np.round((darker - darkest) * 255 / (darker[-1] - darkest))
        return np.clip(shades, 0, 255)[self._bin_of(pixels / 255 * (self.bins - 1))]

    def _bin_of(self, scaled: np.ndarray) -> np.ndarray:
        return np.clip(scaled, 0, self.bins - 1).astype(np.int64)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.pop("seed")  # nothing is left to chance
        return config | {"bins": self.bins, "value_range": list(self.value_range)}


class ContrastLimitedAdaptiveHistogramEqualization(ImageLayer):
    """Equalization in tiles ("CLAHE"): each part of an image gets its own contrast.

    Between the centres of tiles, their results are mixed by nearness (bilinear).  No
    shade counts for more than `clip_limit` times its share in a flat histogram; the
    rest is spread over all shades, so that noise in a plain sky stays small.

    Shapes: (B, H, W, C) -> the same

    Args:
        value_range: the values of black and white.
        clip_limit: how steep the contrast may become; 0 sets no limit.
        tile_grid_size: how many tiles there are, (rows, columns).
        data_format: "channels_first" for (B, C, H, W).

    Source: Zuiderveld, 1994, "Contrast Limited Adaptive Histogram Equalization",
    Graphics Gems IV

    >>> x = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    >>> layer = ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(1, 1))
    >>> layer(x).numpy().max().round().item()
    72.0
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        clip_limit: float = 4.0,
        tile_grid_size: Any = (8, 8),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        if len(tuple(tile_grid_size)) != 2:
            raise ValueError(
                explain(
                    "CLAHE needs the number of rows and of columns of tiles.",
                    expected="tile_grid_size=(8, 8)",
                    received=f"tile_grid_size={tile_grid_size!r}",
                )
            )
        self.value_range = tuple(value_range)
        self.clip_limit = clip_limit
        self.tile_grid_size = tuple(tile_grid_size)

    def call(self, data: Any, training: Any = True) -> Any:
        result = super().call(data, training=training)
        if isinstance(data, dict) or is_float(data.dtype):
            return result
        return Tensor(as_array(result, data.dtype))  # whole numbers stay so

    def compute_output_spec(self, data: Any, training: Any = True) -> Any:
        if not isinstance(data, KerasTensor) or is_float(data.dtype):
            return super().compute_output_spec(data)
        return KerasTensor(data.shape, data.dtype)

    def transform(self, images: Any, **chances: Any) -> Any:
        pixels = rescaled(images.array.astype(np.float32), self.value_range, (0, 255))
        height, width = pixels.shape[1:3]
        rows, columns = self.tile_grid_size
        tile = (-(-height // rows), -(-width // columns))
        missing = (tile[0] * rows - height, tile[1] * columns - width)
        padded = np.pad(
            pixels, ((0, 0), (0, missing[0]), (0, missing[1]), (0, 0)), "symmetric"
        )
        shades = np.clip(padded, 0, 255).astype(np.int64)
        mixed = _mixed(shades, self._curves(shades, tile), tile)[:, :height, :width]
        mixed = rescaled(mixed.astype(np.float32), (0, 255), self.value_range)
        return Tensor(mixed.astype(images.dtype))

    def _curves(self, shades: np.ndarray, tile: tuple[int, int]) -> np.ndarray:
        """What each shade becomes in each tile: (B, rows, columns, C, 256)."""
        batch, height, width, channels = shades.shape
        rows, columns = height // tile[0], width // tile[1]
        tiles = shades.reshape(batch, rows, tile[0], columns, tile[1], channels)
        tiles = tiles.transpose(0, 1, 3, 5, 2, 4).reshape(-1, tile[0] * tile[1])
        own = np.arange(len(tiles))[:, None] * 256 + tiles
        counts = np.bincount(own.ravel(), minlength=len(tiles) * 256)
        counts = counts.reshape(-1, 256).astype(np.float32)
        area = tile[0] * tile[1]
        if self.clip_limit > 0:
            kept = np.clip(counts, 0, self.clip_limit * area / 256)
            counts = kept + (counts - kept).sum(axis=1, keepdims=True) / 256
        darker = counts.cumsum(axis=1)
        darkest = darker.min(axis=1, keepdims=True)
        rest = np.where(area == darkest, 1, area - darkest)
        curves = np.clip((darker - darkest) * 255 / rest, 0, 255)
        return curves.reshape(batch, rows, columns, channels, 256)


def _mixed(shades: np.ndarray, curves: np.ndarray, tile: tuple[int, int]) -> np.ndarray:
    """The curves of the four nearest tiles at each pixel, mixed by nearness."""
    batch, height, width, channels = shades.shape
    sample = np.arange(batch)[:, None, None, None]
    channel = np.arange(channels)
    result = np.zeros(shades.shape, np.float32)
    for row, row_share in _nearest_tiles(height, tile[0], curves.shape[1]):
        for column, column_share in _nearest_tiles(width, tile[1], curves.shape[2]):
            rows, columns = row[:, None, None], column[:, None]
            values = curves[sample, rows, columns, channel, shades]
            result += values * row_share[:, None, None] * column_share[:, None]
    return result


def _nearest_tiles(size: int, tile: int, count: int) -> list:
    """Of each pixel along an axis, the tile before and after it, and their shares.

    >>> before, after = _nearest_tiles(4, 2, 2)
    >>> before[0].tolist(), before[1].tolist()
    ([0, 0, 0, 1], [0.5, 1.0, 0.5, 1.0])
    """
    place = (np.arange(size) - tile / 2) / tile  # in tiles, from the middle of tile 0
    first = np.floor(place).astype(np.int64)
    share = (place - first).astype(np.float32)
    last = count - 1
    return [
        (np.clip(first, 0, last), 1 - share),
        (np.clip(first + 1, 0, last), share),
    ]
