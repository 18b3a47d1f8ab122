"""Images at other places than their pixels: resizing, and sampling along coordinates.

Both are weighted means of pixels, so both have gradients.  Images are (B, H, W, C)
throughout.  The centre of pixel 0 lies at 0.5 of its width when images are resized, so
that their corners stay; coordinates for `sample` count from pixel centre to centre.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import ops
from edukeras.autodiff import op
from edukeras.errors import unknown_name

INTERPOLATIONS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
FILL_MODES = ("constant", "nearest", "reflect", "mirror", "wrap")

# -- resizing -----------------------------------------------------------------


def resize(
    images: Any,
    height: int,
    width: int,
    interpolation: str = "bilinear",
    antialias: bool = False,
) -> Any:
    """Images of another size: (B, H, W, C) -> (B, height, width, C).

    Rows and columns are resized one after the other, each by a matrix of weights.

    >>> x = np.float32([[0, 4]]).reshape(1, 1, 2, 1)
    >>> resize(x, 1, 4).numpy().ravel().tolist()
    [0.0, 1.0, 3.0, 4.0]
    """
    batch, old_height, old_width, channels = images.shape
    if interpolation == "nearest":
        images = ops.take(images, _nearest(old_height, height), axis=1)
        return ops.take(images, _nearest(old_width, width), axis=2)
    rows = resize_weights(old_height, height, interpolation, antialias)
    columns = resize_weights(old_width, width, interpolation, antialias)
    dtype = images.dtype
    flat = ops.reshape(images, (batch, old_height, old_width * channels))
    flat = ops.matmul(rows.astype(dtype), flat)  # (B, height, W * C)
    images = ops.reshape(flat, (batch, height, old_width, channels))
    return ops.matmul(columns.astype(dtype), images)  # (B, height, width, C)


def _nearest(old: int, new: int) -> np.ndarray:
    """Of each new pixel, the old pixel that its centre lies in."""
    return np.floor((np.arange(new) + 0.5) * old / new).astype(np.int64)


def resize_weights(
    old: int, new: int, interpolation: str, antialias: bool
) -> np.ndarray:
    """The share of each old pixel in each new one: (new, old), rows of sum 1.

    >>> resize_weights(2, 4, "bilinear", False)[1].tolist()
    [0.75, 0.25]
    """
    if interpolation not in _KERNELS:
        raise unknown_name("interpolation", interpolation, INTERPOLATIONS)
    ratio = old / new
    centres = (np.arange(new) + 0.5) * ratio - 0.5  # in old pixels
    # A smaller image takes all the pixels that it covers, not only the nearest ones.
    spread = max(ratio, 1.0) if antialias else 1.0
    distance = (centres[:, None] - np.arange(old)) / spread
    weights = _KERNELS[interpolation](np.abs(distance))
    return weights / weights.sum(axis=1, keepdims=True)


def _triangle(x: np.ndarray) -> np.ndarray:
    return np.maximum(0, 1 - x)


def _cubic(x: np.ndarray) -> np.ndarray:
    """Keys, 1981, with a = -1/2."""
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def _lanczos(radius: int) -> Any:
    def kernel(x: np.ndarray) -> np.ndarray:
        return np.where(x < radius, np.sinc(x) * np.sinc(x / radius), 0)

    return kernel


_KERNELS = {
    "bilinear": _triangle,
    "bicubic": _cubic,
    "lanczos3": _lanczos(3),
    "lanczos5": _lanczos(5),
}

# -- along coordinates --------------------------------------------------------


def affine(
    images: Any,
    matrices: np.ndarray,
    interpolation: str,
    fill_mode: str,
    fill_value: float = 0.0,
) -> Any:
    """Images moved, turned, sheared or zoomed.

    The pixel (x, y) of an output is that of its image at the place
    (a x + b y + c, d x + e y + f), with [[a, b, c], [d, e, f]] its matrix.

    >>> shift = np.array([[[1.0, 0, -1], [0, 1, 0]]])  # x - 1: to the right
    >>> image = np.float32([[1, 2, 3]]).reshape(1, 1, 3, 1)
    >>> affine(image, shift, "bilinear", "constant").numpy().ravel().tolist()
    [0.0, 1.0, 2.0]
    """
    height, width = images.shape[1:3]
    y, x = np.mgrid[:height, :width]
    places = matrices @ np.stack([x.ravel(), y.ravel(), np.ones(x.size)])  # (B, 2, HW)
    columns, rows = np.moveaxis(places.reshape(-1, 2, height, width), 1, 0)
    return sample(
        images,
        rows=rows,
        columns=columns,
        interpolation=interpolation,
        fill_mode=fill_mode,
        fill_value=fill_value,
    )


@op
def sample(images, *, rows, columns, interpolation, fill_mode, fill_value=0.0):
    """The values of images between their pixels.

    Shapes: images (B, H, W, C); rows and columns (B, h, w) -> (B, h, w, C)

    "nearest" takes the nearest pixel, "bilinear" the mean of the four around, weighted
    by nearness.  Beyond the border, "constant" takes the fill value; the other modes
    continue the image: "nearest" aaa|abcd|ddd, "reflect" cba|abcd|dcb,
    "mirror" dcb|abcd|cba, "wrap" bcd|abcd|abc.
    """
    height, width = images.shape[1:3]
    batch = np.arange(len(images))[:, None, None]
    output = np.zeros((*rows.shape, images.shape[-1]), images.dtype)
    corners = []
    for row, column, weight in _corners(rows, columns, interpolation):
        weight = weight.astype(images.dtype)[..., None]
        row, row_inside = _inside(row, height, fill_mode)
        column, column_inside = _inside(column, width, fill_mode)
        if fill_mode == "constant":
            inside = (row_inside & column_inside)[..., None]
            output += np.where(inside, 0, weight * images.dtype.type(fill_value))
            weight = weight * inside
        output += weight * images[batch, row, column]
        corners.append((row, column, weight))

    def backward(grad, need):
        gradient = np.zeros_like(images)
        for row, column, weight in corners:
            np.add.at(gradient, (batch, row, column), weight * grad)
        return (gradient,)

    return output, backward


def _corners(rows: np.ndarray, columns: np.ndarray, interpolation: str) -> list:
    """The pixels to take, and their weights."""
    if interpolation == "nearest":
        nearest = [np.floor(x + 0.5).astype(np.int64) for x in (rows, columns)]
        return [(*nearest, np.ones(rows.shape))]
    if interpolation != "bilinear":
        raise unknown_name("interpolation", interpolation, ("bilinear", "nearest"))
    top, left = np.floor(rows).astype(np.int64), np.floor(columns).astype(np.int64)
    down, right = rows - top, columns - left
    return [
        (top, left, (1 - down) * (1 - right)),
        (top, left + 1, (1 - down) * right),
        (top + 1, left, down * (1 - right)),
        (top + 1, left + 1, down * right),
    ]


def _inside(index: np.ndarray, size: int, mode: str) -> tuple[np.ndarray, np.ndarray]:
    """The pixel that stands for each index, and where the index lies in the image."""
    if mode not in FILL_MODES:
        raise unknown_name("fill_mode", mode, FILL_MODES)
    inside = (index >= 0) & (index < size)
    if mode == "wrap":
        return index % size, inside
    if mode == "reflect":
        index = index % (2 * size)
        return np.minimum(index, 2 * size - 1 - index), inside
    if mode == "mirror":
        period = max(2 * (size - 1), 1)
        index = index % period
        return np.minimum(index, period - index) % size, inside
    return np.clip(index, 0, size - 1), inside
