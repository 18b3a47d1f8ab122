"""Images bent by chance: RandomPerspective, RandomElasticTransform."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import ops
from edukeras.errors import explain, unknown_name
from edukeras.layers.preprocessing.image_effects import filtered, gaussian_weights
from edukeras.layers.preprocessing.image_layer import (
    RandomImageLayer,
    factor_range,
    fill_mode_of,
)
from edukeras.layers.preprocessing.sampling import sample
from edukeras.tensor import Tensor

_INTERPOLATIONS = ("bilinear", "nearest")


class _Warping(RandomImageLayer):
    """A layer that says for each pixel where it comes from."""

    interpolation: str
    fill_mode: str
    fill_value: float

    def _set_sampling(
        self, interpolation: str, fill_mode: str, fill_value: float
    ) -> None:
        if interpolation not in _INTERPOLATIONS:
            raise unknown_name("interpolation", interpolation, _INTERPOLATIONS)
        self.interpolation = interpolation
        self.fill_mode = fill_mode_of(type(self).__name__, fill_mode)
        self.fill_value = fill_value

    def places(
        self, height: int, width: int, **chances: Any
    ) -> tuple[np.ndarray, np.ndarray]:
        """The row and the column that each pixel comes from, both (B, H, W)."""
        raise NotImplementedError

    def _warped(self, images: Any, interpolation: str, **chances: Any) -> Any:
        rows, columns = self.places(*images.shape[1:3], **chances)
        warped = sample(
            images,
            rows=rows,
            columns=columns,
            interpolation=interpolation,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
        )
        return ops.where(chances["happens"].reshape(-1, 1, 1, 1), warped, images)

    def transform(self, images: Any, **chances: Any) -> Any:
        return self._warped(images, self.interpolation, **chances)

    def transform_masks(self, masks: Any, **chances: Any) -> Any:
        return self._warped(masks, "nearest", **chances)


def homography(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """The perspective in which four points look like four others: (B, 8).

    The point (x, y) of `new` is (a x + b y + c, d x + e y + f) / (g x + h y + 1) in
    `old`; these are two linear equations for each of the points, in a to h.

    Shapes: (B, 4, 2) and (B, 4, 2) -> (B, 8)

    >>> corners = np.array([[[0.0, 0], [4, 0], [0, 4], [4, 4]]])
    >>> homography(corners, corners + [1, 0])[0, :6].round(6).tolist()  # to the right
    [1.0, 0.0, -1.0, 0.0, 1.0, 0.0]
    """
    x, y = new[..., 0], new[..., 1]
    zero, one = np.zeros_like(x), np.ones_like(x)
    u, v = old[..., 0], old[..., 1]
    first = np.stack([x, y, one, zero, zero, zero, -u * x, -u * y], axis=-1)
    second = np.stack([zero, zero, zero, x, y, one, -v * x, -v * y], axis=-1)
    equations = np.concatenate([first, second], axis=1)  # (B, 8, 8)
    return np.linalg.solve(equations, np.concatenate([u, v], axis=1)[..., None])[..., 0]


class RandomPerspective(_Warping):
    """Shows some images as if seen from the side: each corner moves.

    The corner (0, 0) stays; the others move by up to half of their own coordinates, in
    both directions.

    Shapes: (B, H, W, C) -> the same

    Args:
        factor: the chance of each image, or bounds of that chance, 0 to 1.
        scale: how far corners move: 1 is up to half of the image.
        interpolation: "bilinear" or "nearest".
        fill_value: what comes in from outside.
        seed: makes the chances repeatable.
        data_format: "channels_first" for (B, C, H, W).

    >>> layer = RandomPerspective((1.0, 1.0), scale=0.0)  # corners stay
    >>> x = np.arange(4, dtype="float32").reshape(1, 2, 2, 1)
    >>> layer(x, training=True).numpy().ravel().round(4).tolist()
    [0.0, 1.0, 2.0, 3.0]
    """

    def __init__(
        self,
        factor: Any = 1.0,
        scale: float = 1.0,
        interpolation: str = "bilinear",
        fill_value: float = 0.0,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("RandomPerspective", "factor", factor, lowest=0)
        if not 0 <= scale <= 1:
            raise ValueError(
                explain(
                    "RandomPerspective takes a number as scale.",
                    expected="between 0 and 1",
                    received=f"scale={scale!r}",
                )
            )
        self.scale = scale
        self._set_sampling(interpolation, "constant", fill_value)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        batch, height, width, _ = shape
        x, y = width - 1.0, height - 1.0
        corners = np.array([[0, 0], [x, 0], [0, y], [x, y]])
        bounds = (-self.scale / 2, self.scale / 2)
        moves = self._generator.uniform(*bounds, size=(batch, 4, 2))
        return {
            "happens": self._happens(self.factor, batch),
            "corners": np.tile(corners, (batch, 1, 1)),
            "moved": corners * (1 + moves),
        }

    def places(
        self, height: int, width: int, **chances: Any
    ) -> tuple[np.ndarray, np.ndarray]:
        numbers = homography(chances["corners"], chances["moved"])
        a, b, c, d, e, f, g, h = numbers.T[:, :, None, None]
        y, x = np.mgrid[:height, :width]
        depth = g * x + h * y + 1
        return (d * x + e * y + f) / depth, (a * x + b * y + c) / depth

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "factor": self.factor,
            "scale": self.scale,
            "interpolation": self.interpolation,
            "fill_value": self.fill_value,
            "seed": self.seed,
        }


class RandomElasticTransform(_Warping):
    """Bends some images as if drawn on rubber: neighbours move alike.

    Each pixel gets a random direction; a blur of width sigma makes neighbours agree.
    With `s` drawn from `scale`, for images of height H and width W:

        sigma = 0.05 s min(H, W),   move = 0.1 s max(H, W) * blur(sigma * noise)

    Shapes: (B, H, W, C) -> the same

    Args:
        factor: the chance of each image, or bounds of that chance, 0 to 1.
        scale: how strong the bending is, 0 to 1; or two bounds.
        interpolation: "bilinear" or "nearest".
        fill_mode: what comes in from outside: "reflect", "mirror", "wrap", "nearest",
            or "constant", which is `fill_value`.
        value_range: the values of black and white.
        seed: makes the chances repeatable.
        data_format: "channels_first" for (B, C, H, W).

    Source: Simard et al., 2003, "Best practices for convolutional neural networks
    applied to visual document analysis"

    >>> RandomElasticTransform(scale=0.5)(np.ones((2, 8, 8, 3)), training=True).shape
    (2, 8, 8, 3)
    """

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        name = "RandomElasticTransform"
        self.factor = factor_range(name, "factor", factor, lowest=0)
        self.scale = factor_range(name, "scale", scale, lowest=0)
        self._set_sampling(interpolation, fill_mode, fill_value)
        self.value_range = tuple(value_range)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        batch, height, width, _ = shape
        strength = self._generator.uniform(*self.scale)
        return {
            "happens": self._happens(self.factor, batch) & (strength > 0),
            "moves": self.moves(
                self._generator.standard_normal((batch, height, width, 2)), strength
            ),
        }

    @staticmethod
    def moves(noise: np.ndarray, strength: float) -> np.ndarray:
        """How far each pixel moves, right and down: (B, H, W, 2)."""
        height, width = noise.shape[1:3]
        sigma = max(0.05 * strength * min(height, width), 1e-6)
        weights = gaussian_weights(int(6 * sigma) | 1, sigma)
        blurred = filtered(Tensor(sigma * noise), np.outer(weights, weights)).array
        return 0.1 * strength * max(height, width) * blurred

    def places(
        self, height: int, width: int, **chances: Any
    ) -> tuple[np.ndarray, np.ndarray]:
        right, down = np.moveaxis(chances["moves"], -1, 0)
        y, x = np.mgrid[:height, :width]
        return y + down, x + right

    def _warped(self, images: Any, interpolation: str, **chances: Any) -> Any:
        warped = super()._warped(images, interpolation, **chances)
        return ops.clip(warped, *self.value_range)
