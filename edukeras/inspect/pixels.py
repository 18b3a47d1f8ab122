"""Arrays as pictures of coloured pixels, without matplotlib.

Drawing with matplotlib takes a tenth of a second; a page with a picture for each layer
needs something quicker.  A PNG file is little more than the compressed pixels.

Source: https://www.w3.org/TR/png-3/, sections 5 and 11
"""

from __future__ import annotations

import struct
import zlib
from math import ceil, sqrt

import numpy as np

# Blue below 0, white, red above: the ends and quarters of ColorBrewer's RdBu.
_SCALE = np.array(
    [[5, 48, 97], [67, 147, 195], [247, 247, 247], [214, 96, 77], [103, 0, 31]], float
)
FINEST = 256  # pixels along a side; more would be finer than what is shown
MOST_TILES = 64


def png(pixels: np.ndarray) -> bytes:
    """A PNG file of (height, width, 3) bytes: red, green and blue.

    >>> png(np.zeros((1, 1, 3), "uint8"))[1:4]
    b'PNG'
    """
    height, width, _ = pixels.shape
    # Each row begins with the number of its filter: 0, none.
    rows = np.concatenate(
        [np.zeros((height, 1), "uint8"), pixels.reshape(height, -1)], axis=1
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 6))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def signed_colours(values: np.ndarray, limit: float) -> np.ndarray:
    """Blue for -limit, white for 0, red for limit; grey where there is no number."""
    scaled = np.clip(values / limit, -1, 1) * 2 + 2  # 0 to 4
    finite = np.isfinite(scaled)
    scaled = np.where(finite, scaled, 2)
    below = np.minimum(scaled.astype(int), 3)
    share = (scaled - below)[..., None]
    colours = _SCALE[below] * (1 - share) + _SCALE[below + 1] * share
    colours[~finite] = 200
    return colours.round().astype("uint8")


def as_grid(values: np.ndarray) -> np.ndarray:
    """One sample's numbers as a matrix; NaN lies between its parts.

    A vector becomes rows of up to 32; an image with channels one tile a channel.

    >>> as_grid(np.arange(3.0))
    array([[0., 1., 2.]])
    >>> as_grid(np.zeros((2, 2, 3))).shape  # three tiles of 2 x 2, two lines between
    (2, 8)
    """
    values = np.asarray(values, "float64")
    if values.ndim < 2:
        flat = values.reshape(-1)
        across = min(max(len(flat), 1), 32)
        rows = -(-len(flat) // across)
        grid = np.full(rows * across, np.nan)
        grid[: len(flat)] = flat
        return grid.reshape(rows, across)
    if values.ndim == 2:
        return values
    planes = values.reshape(values.shape[0], -1, values.shape[-1])  # (H, W..., C)
    tiles = np.moveaxis(planes, -1, 0)[:MOST_TILES]
    count, height, width = tiles.shape
    across = min(count, ceil(sqrt(2 * count)))  # about twice as wide as high
    down = -(-count // across)
    grid = np.full((down * (height + 1) - 1, across * (width + 1) - 1), np.nan)
    for number, tile in enumerate(tiles):
        top, left = divmod(number, across)
        top, left = top * (height + 1), left * (width + 1)
        grid[top : top + height, left : left + width] = tile
    return grid


def grid_png(grid: np.ndarray) -> tuple[bytes, int]:
    """A matrix as coloured squares, and the width at which to show it."""
    steps = [-(-size // FINEST) for size in grid.shape]
    grid = grid[:: steps[0], :: steps[1]]
    finite = np.abs(grid[np.isfinite(grid)])
    limit = float(finite.max(initial=0)) or 1.0
    side = max(1, min(18, 480 // max(grid.shape[1], 1)))
    colours = signed_colours(grid, limit)
    large = colours.repeat(side, axis=0).repeat(side, axis=1)
    return png(large), large.shape[1]
