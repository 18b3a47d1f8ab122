"""Images of another size: each new pixel is a weighted mean of old ones.

The weights along rows and along columns are two matrices, so resizing is two products
of matrices.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from edukeras import config
from edukeras.autodiff import op
from edukeras.errors import unknown_name


def _triangle(x: np.ndarray) -> np.ndarray:
    return np.maximum(0, 1 - x)


def _cubic(x: np.ndarray) -> np.ndarray:
    """Keys, 1981, with a = -1/2."""
    near = ((1.5 * x - 2.5) * x) * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def _lanczos(radius: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: np.where(x < radius, np.sinc(x) * np.sinc(x / radius), 0)


# The weight of an old pixel by its distance from the new one.
_WEIGHTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "bilinear": _triangle,
    "bicubic": _cubic,
    "lanczos3": _lanczos(3.0),
    "lanczos5": _lanczos(5.0),
}
INTERPOLATIONS = ("nearest", *_WEIGHTS)


def resize_matrix(
    old: int, new: int, interpolation: str, antialias: bool = False
) -> np.ndarray:
    """The weights of old pixels in each new one, (new, old); rows sum to 1.

    Pixels have an extent: the middle of the first one is at 0.5.

    >>> resize_matrix(2, 4, "bilinear")
    array([[1.  , 0.  ],
           [0.75, 0.25],
           [0.25, 0.75],
           [0.  , 1.  ]])
    """
    middles = (np.arange(new) + 0.5) * old / new  # of the new pixels
    if interpolation == "nearest":
        return np.eye(old)[middles.astype(int)]
    if interpolation not in _WEIGHTS:
        raise unknown_name("interpolation", interpolation, INTERPOLATIONS)
    distances = np.abs(middles[:, None] - (np.arange(old) + 0.5))
    if antialias:  # a smaller image takes all pixels into account
        distances = distances / max(1.0, old / new)
    weights = _WEIGHTS[interpolation](distances)
    return weights / weights.sum(axis=1, keepdims=True)


def _along(matrix: np.ndarray, x: np.ndarray, axis: int) -> np.ndarray:
    """The product of a matrix with x, along an axis of x."""
    return np.moveaxis(np.tensordot(matrix, x, (1, axis)), 0, axis)


@op
def resize(
    images, *, size, interpolation="bilinear", antialias=False, data_format=None
):
    """Images with other numbers of rows and columns.

    Shapes: (B, H, W, C) or (H, W, C) -> the same with (H, W) = size

    interpolation: "nearest", "bilinear", "bicubic", "lanczos3" or "lanczos5".
    antialias: whether a smaller image takes all old pixels into account.

    >>> resize(np.float32([[[0], [1]]]), (1, 4)).numpy().ravel().tolist()
    [0.0, 0.25, 0.75, 1.0]
    """
    last = config.standardize_data_format(data_format) == "channels_last"
    rows, columns = (-3, -2) if last else (-2, -1)
    dtype = images.dtype if images.dtype.kind == "f" else np.dtype(config.floatx())
    by_row, by_column = (
        resize_matrix(images.shape[axis], n, interpolation, antialias).astype(dtype)
        for axis, n in zip((rows, columns), size)
    )
    y = _along(by_column, _along(by_row, images, rows), columns)

    def backward(grad, need):
        return (_along(by_row.T, _along(by_column.T, grad, columns), rows),)

    return y, backward
