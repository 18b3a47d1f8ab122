"""Pictures and arrays; needs the package pillow."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import config
from edukeras.errors import ShapeError, explain
from edukeras.layers import Resizing
from edukeras.tensor import as_array

_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
_RESAMPLING = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


def _pillow() -> Any:
    try:
        from PIL import Image
    except ImportError:
        raise ImportError(
            'Pictures need the package pillow. Try: pip install "edukeras[lab]"'
        ) from None
    return Image


def array_to_img(
    x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None
) -> Any:
    """A PIL picture of an array of shape (H, W, channels), 1, 3 or 4 channels.

    Args:
        scale: whether to stretch the values to 0 ... 255.
    """
    array = np.array(as_array(x), dtype or config.floatx())
    if array.ndim != 3:
        raise ShapeError(
            explain(
                "A picture has three axes: height, width, channels.",
                received=f"shape {array.shape}",
            )
        )
    if config.standardize_data_format(data_format) == "channels_first":
        array = array.transpose(1, 2, 0)
    if scale:
        array = array - array.min()
        array = array * (255 / (array.max() or 1))
    if array.shape[-1] not in (1, 3, 4):
        raise ShapeError(
            explain("A picture has 1, 3 or 4 channels.", received=array.shape[-1])
        )
    pixels = array.astype("uint8")
    return _pillow().fromarray(pixels[..., 0] if array.shape[-1] == 1 else pixels)


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> Any:
    """The pixels of a picture, 0 ... 255, in shape (H, W, channels)."""
    array = np.asarray(img).astype(dtype or config.floatx())
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3:
        raise ShapeError(
            explain("This is no picture.", received=f"shape {array.shape}")
        )
    if config.standardize_data_format(data_format) == "channels_first":
        array = array.transpose(2, 0, 1)
    return array


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """A picture from a file, as a PIL picture.

    Args:
        color_mode: "grayscale", "rgb" or "rgba".
        target_size: (height, width) to scale it to.
        interpolation: "nearest", "bilinear", "bicubic", "hamming", "box", "lanczos".
        keep_aspect_ratio: whether to cut off what does not fit, not to distort.
    """
    if color_mode not in _MODES:
        raise ValueError(
            explain("Unknown color_mode.", expected=list(_MODES), received=color_mode)
        )
    if interpolation not in _RESAMPLING:
        raise ValueError(
            explain(
                "Unknown interpolation.", expected=_RESAMPLING, received=interpolation
            )
        )
    image = _pillow()
    img = image.open(path).convert(_MODES[color_mode])
    if target_size is None:
        return img
    height, width = target_size
    resampling = getattr(image.Resampling, interpolation.upper())
    box = _largest_box(img.size, width / height) if keep_aspect_ratio else None
    return img.resize((width, height), resampling, box=box)


def _largest_box(size: tuple[int, int], ratio: float) -> tuple:
    """The middle of a picture, as large as width / height = ratio allows."""
    width, height = size
    box_width, box_height = min(width, height * ratio), min(height, width / ratio)
    left, top = (width - box_width) / 2, (height - box_height) / 2
    return left, top, left + box_width, top + box_height


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Writes an array as a picture; `kwargs` go to `PIL.Image.save`."""
    img = array_to_img(x, data_format=data_format, scale=scale)
    img.save(path, format=file_format, **kwargs)


def smart_resize(
    x: Any,
    size: tuple[int, int],
    interpolation: str = "bilinear",
    data_format: str = "channels_last",
    **kwargs: Any,
) -> Any:
    """Images of another size, not distorted: what does not fit is cut off.

    Args:
        x: (H, W, C) or (B, H, W, C), an array or a tensor.
        size: (height, width) of the result.
        interpolation: as of the layer Resizing.

    >>> smart_resize(np.ones((4, 9, 3)), (2, 2)).shape
    (2, 2, 3)
    """
    kwargs.pop("backend_module", None)
    if kwargs:
        raise TypeError(f"smart_resize has no argument {next(iter(kwargs))!r}.")
    if len(size) != 2:
        raise ValueError(
            explain("A size is (height, width).", received=f"size={size!r}")
        )
    array = as_array(x)
    if array.dtype.kind != "f":
        array = array.astype(config.floatx())
    resize = Resizing(
        *size,
        interpolation=interpolation,
        crop_to_aspect_ratio=True,
        data_format=data_format,
        dtype=array.dtype.name,
    )
    resized = resize(array)
    return resized.numpy() if isinstance(x, np.ndarray) else resized
