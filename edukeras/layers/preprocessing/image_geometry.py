"""Pixels moved by chance: RandomFlip, RandomRotation, RandomZoom, RandomTranslation,
RandomShear.

Each image gets a matrix of its own, which says where its new pixels come from.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import ops
from edukeras.errors import unknown_name
from edukeras.layers.preprocessing.image_layer import (
    RandomImageLayer,
    factor_range,
    fill_mode_of,
)
from edukeras.layers.preprocessing.sampling import affine

_FLIPS = ("horizontal", "vertical", "horizontal_and_vertical")


class RandomFlip(RandomImageLayer):
    """Mirrors every second image, by chance.

    Shapes: (B, H, W, C) -> the same

    Args:
        mode: "horizontal" swaps left and right, "vertical" top and bottom;
            "horizontal_and_vertical" each of them by a chance of its own.
        seed: makes the chances repeatable.
        data_format: "channels_first" for (B, C, H, W).

    >>> x = np.float32([[1, 2]]).reshape(1, 1, 2, 1)
    >>> RandomFlip("horizontal", seed=1)(x, training=False).numpy().ravel().tolist()
    [1.0, 2.0]
    """

    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        if mode not in _FLIPS:
            raise unknown_name("mode of RandomFlip", mode, _FLIPS)
        self.mode = mode

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        sides = self._generator.random((2, shape[0])) < 0.5
        return {
            "left_right": sides[0] & ("horizontal" in self.mode),
            "top_bottom": sides[1] & ("vertical" in self.mode),
        }

    def transform(self, images: Any, **chances: Any) -> Any:
        for axis, flips in ((2, chances["left_right"]), (1, chances["top_bottom"])):
            flips = flips.reshape(-1, 1, 1, 1)
            images = ops.where(flips, ops.flip(images, axis=axis), images)
        return images

    def transform_masks(self, masks: Any, **chances: Any) -> Any:
        return self.transform(masks, **chances)


class _Affine(RandomImageLayer):
    """A layer that moves pixels by a matrix for each image."""

    fill_mode: str
    interpolation: str
    fill_value: float

    def _set_sampling(
        self, fill_mode: str, interpolation: str, fill_value: float
    ) -> None:
        self.fill_mode = fill_mode_of(type(self).__name__, fill_mode)
        if interpolation not in ("bilinear", "nearest"):
            raise unknown_name("interpolation", interpolation, ("bilinear", "nearest"))
        self.interpolation = interpolation
        self.fill_value = fill_value

    def matrices(self, height: int, width: int, **chances: Any) -> np.ndarray:
        """Where pixels come from: (B, 2, 3), see `sampling.affine`."""
        raise NotImplementedError

    def transform(self, images: Any, **chances: Any) -> Any:
        matrices = self.matrices(*images.shape[1:3], **chances)
        return affine(
            images, matrices, self.interpolation, self.fill_mode, self.fill_value
        )

    def transform_masks(self, masks: Any, **chances: Any) -> Any:
        matrices = self.matrices(*masks.shape[1:3], **chances)
        return affine(masks, matrices, "nearest", self.fill_mode, self.fill_value)


def _around_centre(
    a: Any, b: Any, d: Any, e: Any, height: int, width: int
) -> np.ndarray:
    """Matrices [[a, b], [d, e]] (each a number for each image) that keep the centre."""
    x, y = (width - 1) / 2, (height - 1) / 2
    rows = [[a, b, x - a * x - b * y], [d, e, y - d * x - e * y]]
    return np.moveaxis(np.array(rows), -1, 0)


class RandomRotation(_Affine):
    """Turns each image around its centre by a random angle.

    Shapes: (B, H, W, C) -> the same

    Args:
        factor: the largest angle, as a share of a full turn: 0.1 is 36 degrees to
            either side. Or two: (-0.1, 0.2). Positive angles are counter-clockwise.
        fill_mode: what comes in from outside: "reflect", "wrap", "nearest", or
            "constant", which is `fill_value`.
        interpolation: "bilinear" or "nearest".
        seed: makes the angles repeatable.
        data_format: "channels_first" for (B, C, H, W).

    >>> x = np.float32([[1, 2], [3, 4]]).reshape(1, 2, 2, 1)
    >>> quarter = RandomRotation((0.25, 0.25))
    >>> quarter(x, training=True).numpy()[0, :, :, 0].round(3).tolist()
    [[2.0, 4.0], [1.0, 3.0]]
    """

    def __init__(
        self,
        factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("RandomRotation", "factor", factor)
        self._set_sampling(fill_mode, interpolation, fill_value)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        return {"angle": 2 * np.pi * self._uniform(self.factor, shape[0])}

    def matrices(self, height: int, width: int, **chances: Any) -> np.ndarray:
        cos, sin = np.cos(chances["angle"]), np.sin(chances["angle"])
        return _around_centre(cos, -sin, sin, cos, height, width)


class RandomZoom(_Affine):
    """Shows each image smaller or larger, its centre in place.

    Shapes: (B, H, W, C) -> the same

    Args:
        height_factor: how much: 0.2 is up to 20 % to either side. Or two bounds:
            positive numbers zoom out (more is seen), negative ones zoom in.
        width_factor: the same for the width; None keeps the aspect.
        fill_mode, interpolation, fill_value: as of RandomRotation.
        seed: makes the chances repeatable.
        data_format: "channels_first" for (B, C, H, W).

    >>> x = np.arange(5.0, dtype="float32").reshape(1, 1, 5, 1)
    >>> RandomZoom((-0.5, -0.5))(x, training=True).numpy().ravel().tolist()
    [1.0, 1.5, 2.0, 2.5, 3.0]
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.height_factor = height_factor
        self.width_factor = width_factor
        self._height_range = factor_range("RandomZoom", "height_factor", height_factor)
        if width_factor is not None:
            self._width_range = factor_range("RandomZoom", "width_factor", width_factor)
        self._set_sampling(fill_mode, interpolation, fill_value)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        height = 1 + self._uniform(self._height_range, shape[0])
        if self.width_factor is None:
            return {"height_zoom": height, "width_zoom": height}
        width = 1 + self._uniform(self._width_range, shape[0])
        return {"height_zoom": height, "width_zoom": width}

    def matrices(self, height: int, width: int, **chances: Any) -> np.ndarray:
        x, y = chances["width_zoom"], chances["height_zoom"]
        return _around_centre(x, 0 * x, 0 * y, y, height, width)


class RandomTranslation(_Affine):
    """Moves each image up or down, left or right.

    Shapes: (B, H, W, C) -> the same

    Args:
        height_factor: how far, as a share of the height: 0.2 is up to 20 % up or
            down. Or two bounds; positive numbers move down.
        width_factor: how far, as a share of the width; positive moves to the right.
        fill_mode, interpolation, fill_value: as of RandomRotation.
        seed: makes the chances repeatable.
        data_format: "channels_first" for (B, C, H, W).

    >>> x = np.arange(4.0, dtype="float32").reshape(1, 1, 4, 1)
    >>> layer = RandomTranslation(0.0, (0.25, 0.25), fill_mode="constant")
    >>> layer(x, training=True).numpy().ravel().tolist()
    [0.0, 0.0, 1.0, 2.0]
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        name = "RandomTranslation"
        self.height_factor = height_factor
        self.width_factor = width_factor
        self._height_range = factor_range(name, "height_factor", height_factor)
        self._width_range = factor_range(name, "width_factor", width_factor)
        self._set_sampling(fill_mode, interpolation, fill_value)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        batch, height, width, _ = shape
        return {
            "down": height * self._uniform(self._height_range, batch),
            "right": width * self._uniform(self._width_range, batch),
        }

    def matrices(self, height: int, width: int, **chances: Any) -> np.ndarray:
        down, right = chances["down"], chances["right"]
        matrices = np.zeros((len(down), 2, 3))
        matrices[:, 0, 0] = matrices[:, 1, 1] = 1
        matrices[:, 0, 2], matrices[:, 1, 2] = -right, -down
        return matrices


class RandomShear(_Affine):
    """Slants each image: its rows slide along each other, or its columns.

    Shapes: (B, H, W, C) -> the same

    Args:
        x_factor: how far each row slides against the one above, up to 1 pixel; to
            either side. Or two bounds.
        y_factor: how far each column slides against the one to the left.
        interpolation, fill_mode, fill_value: as of RandomRotation.
        data_format: "channels_first" for (B, C, H, W).
        seed: makes the chances repeatable.

    >>> x = np.ones((2, 4, 4, 3), np.float32)
    >>> RandomShear(0.2, fill_mode="nearest")(x, training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        x_factor: Any = 0.0,
        y_factor: Any = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.x_factor = factor_range("RandomShear", "x_factor", x_factor)
        self.y_factor = factor_range("RandomShear", "y_factor", y_factor)
        self._set_sampling(fill_mode, interpolation, fill_value)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        side = self._generator.choice([-1.0, 1.0], shape[0])
        return {
            "x_shear": side * self._uniform(self.x_factor, shape[0]),
            "y_shear": side * self._uniform(self.y_factor, shape[0]),
        }

    def matrices(self, height: int, width: int, **chances: Any) -> np.ndarray:
        x, y = chances["x_shear"], chances["y_shear"]
        matrices = np.zeros((len(x), 2, 3))
        matrices[:, 0, 0] = matrices[:, 1, 1] = 1
        matrices[:, 0, 1], matrices[:, 1, 0] = x, y
        return matrices
