"""Images of another size: Resizing, CenterCrop, RandomCrop."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import config, ops
from edukeras.errors import explain, unknown_name
from edukeras.layers.core import positive_integer
from edukeras.layers.preprocessing.image_layer import ImageLayer, RandomImageLayer
from edukeras.layers.preprocessing.sampling import INTERPOLATIONS, resize
from edukeras.tensor import KerasTensor, is_float


class _NewSize(ImageLayer):
    """A layer whose images all come out as (height, width)."""

    height: int
    width: int

    def _set_size(self, height: Any, width: Any) -> None:
        name = type(self).__name__
        self.height = positive_integer(name, "height", height)
        self.width = positive_integer(name, "width", width)

    def transform_masks(self, masks: Any, **chances: Any) -> Any:
        return self.transform(masks, **chances)

    def _fill_window(self, images: Any) -> Any:
        """The largest centred part of the aspect, resized."""
        size = (self.height, self.width)
        top, left, h, w = largest_window(images.shape[1:3], size)
        window = images[:, top : top + h, left : left + w]
        # Of masks, whole numbers, take the nearest: classes have no means.
        interpolation = "bilinear" if is_float(images.dtype) else "nearest"
        return resize(window, self.height, self.width, interpolation)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        *batch, a, b, c = input_shape
        if self.data_format == "channels_first":
            return (*batch, a, self.height, self.width)
        return (*batch, self.height, self.width, c)


def largest_window(
    old: tuple[int, int], new: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Top, left, height and width of the largest centred window of another aspect.

    >>> largest_window((4, 12), (3, 3))
    (0, 4, 4, 4)
    """
    height = max(1, min(old[0], old[1] * new[0] // new[1]))
    width = max(1, min(old[1], old[0] * new[1] // new[0]))
    return (old[0] - height) // 2, (old[1] - width) // 2, height, width


class Resizing(_NewSize):
    """Resizes images; pixel centres are half a pixel from the border.

    Shapes: (B, H, W, C) -> (B, height, width, C)

    Args:
        height, width: of the result.
        interpolation: "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5".
        crop_to_aspect_ratio: cuts off what would not fit, rather than distorting.
        pad_to_aspect_ratio: adds a border of `fill_value`, rather than distorting.
        fill_mode: "constant".
        antialias: of smaller images, whether all pixels count, not only the nearest.
        data_format: "channels_first" for (B, C, H, W).

    Images of whole numbers stay so: the results are rounded.

    >>> Resizing(2, 2)(np.ones((1, 4, 6, 3))).shape
    (1, 2, 2, 3)
    """

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self._set_size(height, width)
        if interpolation not in INTERPOLATIONS:
            raise unknown_name("interpolation", interpolation, INTERPOLATIONS)
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise ValueError(
                explain(
                    "Resizing either crops or pads.",
                    received="crop_to_aspect_ratio=True, pad_to_aspect_ratio=True",
                )
            )
        if fill_mode != "constant":
            raise unknown_name("fill_mode of Resizing", fill_mode, ("constant",))
        self.interpolation = interpolation
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode = fill_mode
        self.fill_value = fill_value
        self.antialias = antialias

    def call(self, data: Any, training: Any = True) -> Any:
        if isinstance(data, dict) or is_float(data.dtype):
            return super().call(data, training=training)
        resized = ops.round(super().call(data, training=training))
        return ops.saturate_cast(resized, data.dtype)

    def transform(self, images: Any, **chances: Any) -> Any:
        return self._resized(images, self.interpolation)

    def transform_masks(self, masks: Any, **chances: Any) -> Any:
        return self._resized(masks, "nearest")  # classes have no means

    def _resized(self, images: Any, interpolation: str) -> Any:
        if self.crop_to_aspect_ratio:
            size = (self.height, self.width)
            top, left, h, w = largest_window(images.shape[1:3], size)
            images = images[:, top : top + h, left : left + w]
        if self.pad_to_aspect_ratio:
            images = self._padded(images)
        return resize(images, self.height, self.width, interpolation, self.antialias)

    def _padded(self, images: Any) -> Any:
        height, width = images.shape[1:3]
        rows = max(0, (width * self.height // self.width - height) // 2)
        columns = max(0, (height * self.width // self.height - width) // 2)
        return ops.pad(
            images,
            ((0, 0), (rows, rows), (columns, columns), (0, 0)),
            constant_values=self.fill_value,
        )

    def compute_output_spec(self, data: Any, training: Any = True) -> Any:
        if not isinstance(data, KerasTensor) or is_float(data.dtype):
            return super().compute_output_spec(data)
        return KerasTensor(self.compute_output_shape(data.shape), data.dtype)


class CenterCrop(_NewSize):
    """The middle of images. Smaller images are resized to fill the size.

    Shapes: (B, H, W, C) -> (B, height, width, C)

    Args:
        height, width: of the result.
        data_format: "channels_first" for (B, C, H, W).

    >>> x = np.arange(16.0).reshape(1, 4, 4, 1)
    >>> CenterCrop(2, 2)(x).numpy().ravel().tolist()
    [5.0, 6.0, 9.0, 10.0]
    """

    def __init__(
        self, height: int, width: int, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self._set_size(height, width)

    def transform(self, images: Any, **chances: Any) -> Any:
        top = (images.shape[1] - self.height) // 2
        left = (images.shape[2] - self.width) // 2
        if top < 0 or left < 0:
            return self._fill_window(images)
        return images[:, top : top + self.height, left : left + self.width]


class RandomCrop(_NewSize, RandomImageLayer):
    """In training a window somewhere in the images, the same for the whole batch.

    In inference, and of smaller images, it is the largest centred part of the aspect,
    resized. (Keras 3.15 says so, but hands images on whole in inference.)

    Shapes: (B, H, W, C) -> (B, height, width, C)

    Args:
        height, width: of the result.
        seed: makes the windows repeatable.
        data_format: "channels_first" for (B, C, H, W).

    >>> RandomCrop(2, 2)(np.ones((1, 4, 4, 3))).shape
    (1, 2, 2, 3)
    """

    only_in_training = False  # inference crops too, but not by chance

    def __init__(
        self,
        height: int,
        width: int,
        seed: int | None = None,
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        seed = config.next_seed() if seed is None else seed
        super().__init__(seed=seed, data_format=data_format, name=name, **kwargs)
        self._set_size(height, width)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        rows, columns = shape[1] - self.height, shape[2] - self.width
        if not training or rows < 0 or columns < 0:
            return {"corner": None}
        corner = self._generator.integers(0, (rows, columns), endpoint=True)
        return {"corner": np.asarray(corner)}

    def transform(self, images: Any, corner: Any = None, **chances: Any) -> Any:
        if corner is None:
            return self._fill_window(images)
        top, left = (int(n) for n in corner)
        return images[:, top : top + self.height, left : left + self.width]
