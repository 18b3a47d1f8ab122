"""Pictures of one weight: histogram, heatmap, filters.

Each function returns the PNG file and the width at which to show it, in pixels.
Signs are told by red and blue, with white for 0 in the middle of the scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, isqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from edukeras.inspect.pictures import (
    BLUE,
    GREY,
    ORANGE,
    draw,
    plain_frame,
    whole_numbers,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIGNS = "RdBu_r"  # blue below 0, white, red above; safe for colour-blind people
MOST_FILTERS = 64
_PIXELS_PER_INCH = 72
_FINEST = 400  # cells of a heatmap; more would be finer than the screen


def histogram_picture(
    title: str, counts: Sequence[int], edges: Sequence[float]
) -> tuple[bytes, int]:
    """How often each size of weight occurs."""
    lefts = np.asarray(edges[:-1])
    widths = np.diff(edges)

    def paint(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.bar(lefts, counts, widths, align="edge", color=BLUE, edgecolor="white")
        axes.axvline(0, color=GREY, linewidth=1)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("value", fontsize=9)
        axes.set_ylabel("how many", fontsize=9)
        plain_frame(axes)

    return draw(5, 2.6, paint), 5 * _PIXELS_PER_INCH


def heatmap_picture(
    title: str, values: np.ndarray, marked: tuple[int, int] | None = None
) -> tuple[bytes, int]:
    """A matrix as coloured cells; with the numbers in them when they are few.

    Args:
        marked: row and column of a cell to point out.
    """
    shown = _coarsened(values.astype("float64"))
    rows, columns = values.shape
    width = float(np.clip(1.6 + 0.35 * columns, 3, 8))
    height = float(np.clip(1.0 + 0.3 * rows, 1.6, 5))

    def paint(figure: Figure) -> None:
        axes = figure.add_subplot()
        limit = _largest_size(values)
        image = axes.imshow(
            shown,
            cmap=SIGNS,
            vmin=-limit,
            vmax=limit,
            aspect="auto",
            interpolation="nearest",
            extent=(-0.5, columns - 0.5, rows - 0.5, -0.5),
        )
        figure.colorbar(image, ax=axes)
        if rows * columns <= 100 and columns <= 12:
            _write_numbers(axes, values, limit)
        if marked is not None:
            _point_out(axes, *marked)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("unit", fontsize=9)
        axes.set_ylabel("input", fontsize=9)
        whole_numbers(axes.xaxis)
        whole_numbers(axes.yaxis)
        axes.tick_params(labelsize=8)

    return draw(width, height, paint), round(width * _PIXELS_PER_INCH)


def _write_numbers(axes: Any, values: np.ndarray, limit: float) -> None:
    for (row, column), value in np.ndenumerate(values):
        colour = "white" if abs(value) > 0.6 * limit else "black"
        axes.text(
            column, row, f"{value:.2f}", ha="center", va="center", size=7, color=colour
        )


def _point_out(axes: Any, row: int, column: int) -> None:
    """A frame around a cell, and lines to it, for cells too small to see."""
    from matplotlib.patches import Rectangle

    axes.axhline(row, color="black", linewidth=0.5, linestyle=":")
    axes.axvline(column, color="black", linewidth=0.5, linestyle=":")
    corner = (column - 0.5, row - 0.5)
    axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor="black", linewidth=2))


def has_filters(values: np.ndarray, image_shape: tuple[int, ...] | None = None) -> bool:
    """Whether the weights into one unit make a picture."""
    return filter_shape(values, image_shape) is not None


def filter_shape(
    values: np.ndarray, image_shape: tuple[int, ...] | None = None
) -> tuple[int, ...] | None:
    """The shape of the picture that the weights into one unit make, or None.

    >>> filter_shape(np.zeros((784, 10))), filter_shape(np.zeros((3, 3, 1, 8)))
    ((28, 28), (3, 3))
    """
    if values.ndim == 4:
        height, width, channels = values.shape[:3]
        return (height, width, 3) if channels == 3 else (height, width)
    if values.ndim != 2:
        return None
    inputs = values.shape[0]
    if image_shape is not None:
        return image_shape if int(np.prod(image_shape)) == inputs else None
    side = isqrt(inputs)
    return (side, side) if side >= 4 and side * side == inputs else None


def filters_picture(
    title: str, values: np.ndarray, image_shape: tuple[int, ...] | None = None
) -> tuple[bytes, int, int, tuple[int, ...]]:
    """The weights into each unit as a picture: what the unit looks for.

    Returns:
        the PNG file, its width, how many units are shown, the shape of a picture.
    """
    shape = filter_shape(values, image_shape)
    assert shape is not None  # asked before with has_filters
    tiles = _tiles(values.astype("float64"), shape)[:MOST_FILTERS]
    limit = _largest_size(tiles)
    across = min(len(tiles), 8 if len(tiles) <= 32 else 12)
    mosaic, places = _mosaic(tiles, across)
    down = ceil(len(tiles) / across)

    def paint(figure: Figure) -> None:
        axes = figure.add_subplot()
        if mosaic.ndim == 3:  # red, green and blue; 0 is grey
            axes.imshow(np.nan_to_num(0.5 + mosaic / (2 * limit), nan=1.0))
        else:
            image = axes.imshow(mosaic, cmap=SIGNS, vmin=-limit, vmax=limit)
            figure.colorbar(image, ax=axes, shrink=min(1.0, 1.6 / down))
        for number, (left, top) in enumerate(places):
            axes.text(left, top - 0.7, str(number), size=7, color=GREY)
        axes.set_title(title, fontsize=10)
        axes.set_axis_off()

    width = max(2.6, 0.75 * across + 0.8)
    png = draw(width, 0.5 + 0.8 * down, paint, margins=(0.1, 0.1, 0.1, 0.35))
    return png, round(width * _PIXELS_PER_INCH), len(tiles), shape


def _mosaic(tiles: np.ndarray, across: int) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """All tiles in one array, NaN between them, and the corner of each (x, y)."""
    height, width = tiles.shape[1:3]
    gap = max(2, height // 5)  # room for the number of the unit
    down = ceil(len(tiles) / across)
    mosaic = np.full(
        (down * (height + gap), across * (width + 1), *tiles.shape[3:]), np.nan
    )
    places = []
    for number, tile in enumerate(tiles):
        row, column = divmod(number, across)
        top, left = row * (height + gap) + gap, column * (width + 1)
        mosaic[top : top + height, left : left + width] = tile
        places.append((left, top))
    return mosaic, places


def unit_picture(
    values: np.ndarray, all_values: np.ndarray, image_shape: tuple[int, ...] | None
) -> tuple[bytes, int]:
    """The weights into one unit: a picture where they make one, else bars.

    Args:
        values: the weights into the unit, with the axes of the inputs.
        all_values: the whole weight, for a scale that all units share.
    """
    shape = filter_shape(all_values, image_shape)
    limit = _largest_size(all_values)

    def paint(figure: Figure) -> None:
        axes = figure.add_subplot()
        if shape is not None and len(shape) == 2:
            tile = values.mean(axis=-1) if values.ndim == 3 else values.reshape(shape)
            image = axes.imshow(
                tile, cmap=SIGNS, vmin=-limit, vmax=limit, interpolation="nearest"
            )
            figure.colorbar(image, ax=axes)
        else:
            flat = values.reshape(-1)
            colours = [ORANGE if value > 0 else BLUE for value in flat]
            axes.bar(range(len(flat)), flat, color=colours)
            axes.set_ylim(-limit, limit)
            axes.axhline(0, color=GREY, linewidth=1)
            axes.set_xlabel("input", fontsize=9)
            axes.set_ylabel("weight", fontsize=9)
            whole_numbers(axes.xaxis)
        axes.tick_params(labelsize=8)

    return draw(4.5, 3, paint), round(4.5 * _PIXELS_PER_INCH)


def _tiles(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """(M, height, width) or (M, height, width, 3): one picture a unit."""
    if values.ndim == 4:
        tiles = np.moveaxis(values, -1, 0)  # (M, height, width, channels)
        return tiles if len(shape) == 3 else tiles.mean(axis=-1)
    return values.T.reshape(-1, *shape)


def _coarsened(values: np.ndarray) -> np.ndarray:
    """A large matrix by the means of its blocks."""
    for axis in (0, 1):
        step = ceil(values.shape[axis] / _FINEST)
        if step > 1:
            starts = np.arange(0, values.shape[axis], step)
            sizes = np.diff([*starts, values.shape[axis]])
            sums = np.add.reduceat(values, starts, axis=axis)
            values = sums / (sizes[:, None] if axis == 0 else sizes[None, :])
    return values


def _largest_size(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(np.abs(finite).max(initial=0)) or 1.0
