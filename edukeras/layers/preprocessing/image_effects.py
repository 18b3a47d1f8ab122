"""Effects by chance: RandomInvert, RandomPosterization, Solarization, RandomSharpness,
RandomGaussianBlur, RandomErasing; and AutoContrast, which leaves nothing to chance.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import ops
from edukeras.errors import explain
from edukeras.layers.preprocessing.image_color import ColorLayer
from edukeras.layers.preprocessing.image_layer import factor_range, per_image
from edukeras.tensor import Tensor


class RandomInvert(ColorLayer):
    """white - x: some images become their negatives.

    Shapes: (B, H, W, C) -> the same

    Args:
        factor: the chance of each image, or bounds of that chance, 0 to 1.
        value_range: the values of black and white.
        seed: makes the chances repeatable.
        data_format: "channels_first" for (B, C, H, W).

    >>> x = np.float32([0, 55, 255]).reshape(1, 1, 3, 1)
    >>> RandomInvert((1.0, 1.0))(x, training=True).numpy().ravel().tolist()
    [255.0, 200.0, 0.0]
    """

    def __init__(
        self,
        factor: Any = 1.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range, seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("RandomInvert", "factor", factor, lowest=0)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        return {"happens": self._happens(self.factor, shape[0])}

    def transform(self, images: Any, **chances: Any) -> Any:
        happens = np.reshape(chances["happens"], (-1, 1, 1, 1))
        return ops.where(happens, self.value_range[1] - images, images)


class RandomPosterization(ColorLayer):
    """Leaves fewer steps of brightness, as in a poster.

    Shapes: (B, H, W, C) -> the same

    Args:
        factor: bounds of the number of bits that are left of 8; of one number, n, 1
            and n.
        value_range: the values of black and white.
        data_format: "channels_first" for (B, C, H, W).
        seed: makes the chances repeatable.

    >>> x = np.float32([0, 100, 200]).reshape(1, 1, 3, 1)
    >>> RandomPosterization((1, 1))(x, training=True).numpy().ravel().tolist()
    [0.0, 0.0, 128.0]
    """

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range, data_format=data_format, seed=seed, **kwargs)
        self.factor = factor_range("RandomPosterization", "factor", factor, 1, 8)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        fewest, most = (int(n) for n in self.factor)
        bits = self._generator.integers(fewest, most, shape[0], endpoint=True)
        return {"bits": bits}

    def transform(self, images: Any, **chances: Any) -> Any:
        low, high = self.value_range
        pixels = (images.array - low) / (high - low) * 255
        # One step of brightness, of those that are left.
        step = per_image(2.0 ** (8 - chances["bits"]), images)
        pixels = np.floor(np.floor(pixels) / step) * step
        return Tensor((pixels / 255 * (high - low) + low).astype(images.dtype))


class Solarization(ColorLayer):
    """x + addition, and bright pixels (from the threshold up) become negative.

    Shapes: (B, H, W, C) -> the same

    Args:
        addition_factor: bounds of the addition, as shares of 255.
        threshold_factor: bounds of the threshold, as shares of 255.
        value_range: the values of black and white.
        seed: makes the chances repeatable.

    >>> x = np.float32([0, 100, 200]).reshape(1, 1, 3, 1)
    >>> Solarization()(x, training=True).numpy().ravel().tolist()  # all negative
    [255.0, 155.0, 55.0]
    """

    def __init__(
        self,
        addition_factor: Any = 0.0,
        threshold_factor: Any = 0.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range, seed=seed, **kwargs)
        name = "Solarization"
        self.addition_factor = factor_range(name, "addition_factor", addition_factor, 0)
        self.threshold_factor = factor_range(
            name, "threshold_factor", threshold_factor, 0
        )

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        return {
            "addition": 255 * self._uniform(self.addition_factor, shape[0]),
            "threshold": 255 * self._uniform(self.threshold_factor, shape[0]),
        }

    def transform(self, images: Any, **chances: Any) -> Any:
        low, high = self.value_range
        pixels = (images - low) * (255 / (high - low))
        pixels = ops.clip(pixels + per_image(chances["addition"], images), 0, 255)
        dark = pixels.array < per_image(chances["threshold"], images)
        pixels = ops.where(dark, pixels, 255 - pixels)
        return pixels * ((high - low) / 255) + low


class RandomSharpness(ColorLayer):
    """smooth + sharpness * (x - smooth), smooth being the mean of neighbours.

    Shapes: (B, H, W, C) -> the same

    Args:
        factor: half of the sharpness: 0 is smooth, 0.5 unchanged, 1 sharp. Or two
            bounds.
        value_range: the values of black and white.
        data_format: "channels_first" for (B, C, H, W).
        seed: makes the chances repeatable.

    >>> x = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> layer = RandomSharpness((0.5, 0.5))  # unchanged
    >>> layer(x, training=True).numpy().ravel().round(3).tolist()
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    """

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range, data_format=data_format, seed=seed, **kwargs)
        self.factor = factor_range("RandomSharpness", "factor", factor, lowest=0)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        return {"sharpness": 2 * self._uniform(self.factor, shape[0])}

    def transform(self, images: Any, **chances: Any) -> Any:
        kernel = np.ones((3, 3))
        kernel[1, 1] = 5
        smooth = filtered(images, kernel / kernel.sum())
        sharpness = per_image(chances["sharpness"], images)
        return self.clip(smooth + sharpness * (images - smooth))


class RandomGaussianBlur(ColorLayer):
    """Blurs some images: each pixel becomes a mean with weights exp(-d^2 / 2 sigma^2).

    Shapes: (B, H, W, C) -> the same

    Args:
        factor: the chance of each image, or bounds of that chance, 0 to 1.
        kernel_size: how many pixels the mean is of; a number, or one per axis.
        sigma: the largest width of the blur, in pixels; or two bounds.
        value_range: the values of black and white.
        data_format: "channels_first" for (B, C, H, W).
        seed: makes the chances repeatable.

    >>> RandomGaussianBlur(sigma=0.8)(np.ones((2, 4, 4, 3)), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        factor: Any = 1.0,
        kernel_size: Any = 3,
        sigma: Any = 1.0,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range, data_format=data_format, seed=seed, **kwargs)
        name = "RandomGaussianBlur"
        self.factor = factor_range(name, "factor", factor, lowest=0)
        sizes = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
        self.kernel_size = tuple(sizes)
        self.sigma = factor_range(name, "sigma", sigma, lowest=0, highest=1)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        return {
            "happens": self._happens(self.factor, shape[0]),
            "sigmas": self._uniform(self.sigma, 2) + 1e-6,
        }

    def transform(self, images: Any, **chances: Any) -> Any:
        columns, rows = (
            gaussian_weights(size, sigma)
            for size, sigma in zip(self.kernel_size, chances["sigmas"], strict=True)
        )
        blurred = filtered(images, np.outer(rows, columns))
        happens = np.reshape(chances["happens"], (-1, 1, 1, 1))
        return self.clip(ops.where(happens, blurred, images))


def gaussian_weights(size: int, sigma: float) -> np.ndarray:
    """Weights exp(-d^2 / 2 sigma^2) around the middle, of sum 1."""
    distance = np.arange(size) - (size - 1) / 2
    weights = np.exp(-(distance**2) / (2 * sigma**2))
    return weights / weights.sum()


def filtered(images: Any, kernel: np.ndarray) -> Any:
    """The weighted mean around each pixel; beyond the border there are zeros."""
    height, width = images.shape[1:3]
    above, left = (kernel.shape[0] - 1) // 2, (kernel.shape[1] - 1) // 2
    below, right = kernel.shape[0] // 2, kernel.shape[1] // 2
    padded = ops.pad(images, ((0, 0), (above, below), (left, right), (0, 0)))
    total: Any = 0
    for (i, j), weight in np.ndenumerate(kernel):
        total = total + float(weight) * padded[:, i : i + height, j : j + width]
    return total


class RandomErasing(ColorLayer):
    """Covers a rectangle of some images, with noise or a colour.

    Shapes: (B, H, W, C) -> the same

    Args:
        factor: the chance of each image, or bounds of that chance, 0 to 1.
        scale: bounds of the squares of the rectangle's sides, as shares of the image's.
        fill_value: a number, or one per channel; None fills with noise.
        value_range: the values of black and white.
        seed: makes the chances repeatable.
        data_format: "channels_first" for (B, C, H, W).

    Source: Zhong et al., 2017, https://arxiv.org/abs/1708.04896

    >>> layer = RandomErasing((1.0, 1.0), scale=(1.0, 1.0), fill_value=7)
    >>> layer(np.ones((1, 1, 2, 1)), training=True).numpy().ravel().tolist()
    [7.0, 7.0]
    """

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = (0.02, 0.33),
        fill_value: Any = None,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range, seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("RandomErasing", "factor", factor, lowest=0)
        self.scale = factor_range("RandomErasing", "scale", scale, lowest=0)
        if fill_value is not None and np.ndim(fill_value) > 1:
            raise ValueError(
                explain(
                    "RandomErasing takes a number, or one per channel.",
                    received=f"fill_value={fill_value!r}",
                )
            )
        self.fill_value = fill_value

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        batch, height, width, _ = shape
        inside_rows = self._stretch(batch, height)[:, :, None, None]
        inside_columns = self._stretch(batch, width)[:, None, :, None]
        happens = self._happens(self.factor, batch).reshape(-1, 1, 1, 1)
        fill = self.fill_value
        if fill is None:
            fill = self._generator.standard_normal(shape) * self.value_range[1]
        return {"erased": inside_rows & inside_columns & happens, "fill": fill}

    def _stretch(self, batch: int, size: int) -> np.ndarray:
        """Which pixels of an axis lie in the rectangle of each image: (B, size)."""
        length = np.sqrt(self._uniform(self.scale, batch)) * size
        start = self._generator.random(batch) * (size - length)
        place = np.arange(size)
        return (place >= start[:, None]) & (place < (start + length)[:, None])

    def transform(self, images: Any, **chances: Any) -> Any:
        fill = np.clip(np.asarray(chances["fill"]), *self.value_range)
        return ops.where(chances["erased"], fill.astype(images.dtype), images)


class AutoContrast(ColorLayer):
    """Stretches each channel of each image, so that it reaches from black to white.

    Shapes: (B, H, W, C) -> the same

    Args:
        value_range: the values of black and white.

    >>> x = np.float32([100, 150, 200]).reshape(1, 1, 3, 1)
    >>> AutoContrast()(x).numpy().ravel().tolist()
    [0.0, 127.5, 255.0]
    """

    only_in_training = False

    def __init__(self, value_range: Any = (0, 255), **kwargs: Any) -> None:
        super().__init__(value_range, **kwargs)

    def transform(self, images: Any, **chances: Any) -> Any:
        low, high = self.value_range
        darkest = ops.min(images, axis=(1, 2), keepdims=True)
        brightest = ops.max(images, axis=(1, 2), keepdims=True)
        flat = brightest.array == darkest.array  # one colour only: stays as it is
        contrast = ops.where(flat, 1.0, brightest - darkest)
        stretched = (images - darkest) / contrast * (high - low) + low
        return ops.where(flat, images, self.clip(stretched))

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.pop("seed")
        return config
