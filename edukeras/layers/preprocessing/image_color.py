"""Light and colour by chance: RandomBrightness, RandomContrast, RandomHue,
RandomSaturation, RandomColorJitter, RandomColorDegeneration, RandomGrayscale.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import config, ops
from edukeras.errors import ShapeError, explain
from edukeras.layers.preprocessing import colors
from edukeras.layers.preprocessing.image_layer import (
    RandomImageLayer,
    factor_range,
    per_image,
)
from edukeras.tensor import Tensor


class ColorLayer(RandomImageLayer):
    """A random layer that changes the values of pixels, which lie in a known range.

    Args:
        value_range: the values of black and white: (0, 255) or (0, 1).
    """

    def __init__(self, value_range: Any = (0, 255), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        pair = isinstance(value_range, (tuple, list)) and len(value_range) == 2
        if not pair or value_range[0] == value_range[1]:
            raise ValueError(
                explain(
                    f"{type(self).__name__} needs the values of black and white.",
                    expected="value_range=(0, 255) or (0, 1)",
                    received=f"value_range={value_range!r}",
                )
            )
        self.value_range = tuple(sorted(value_range))

    def clip(self, images: Any) -> Any:
        return ops.clip(images, *self.value_range)

    def _colored(self, images: Any) -> np.ndarray:
        """The array of images that must have red, green and blue."""
        if images.shape[-1] != 3:
            raise ShapeError(
                explain(
                    f'{type(self).__name__} "{self.name}" needs red, green and blue.',
                    expected="3 channels",
                    received=f"{images.shape[-1]}",
                )
            )
        return images.array


class RandomBrightness(ColorLayer):
    """x + delta: each image brighter or darker.

    Shapes: (B, H, W, C) -> the same

    Args:
        factor: the largest delta, as a share of the value range. Or two bounds, from
            -1 (all black) to 1 (all white).
        value_range: the values of black and white.
        seed: makes the chances repeatable.

    >>> x = np.zeros((1, 1, 1, 3))
    >>> RandomBrightness((0.2, 0.2))(x, training=True).numpy().ravel().tolist()
    [51.0, 51.0, 51.0]
    """

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range, seed=seed, **kwargs)
        self.factor = factor_range("RandomBrightness", "factor", factor)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        low, high = self.value_range
        return {"delta": self._uniform(self.factor, shape[0]) * (high - low)}

    def transform(self, images: Any, **chances: Any) -> Any:
        return self.clip(images + per_image(chances["delta"], images))


class RandomContrast(ColorLayer):
    """(x - mean) * contrast + mean, with the mean of each channel of each image.

    Shapes: (B, H, W, C) -> the same

    Args:
        factor: contrast is drawn from 1 to 1 + factor. Of two, (a, b), from 1 - a to
            1 + b. (The documentation of Keras says otherwise; this is what it does.)
        value_range: the values of black and white.
        seed: makes the chances repeatable.

    >>> x = np.float32([10, 30]).reshape(1, 1, 2, 1)
    >>> RandomContrast((0.5, 0.5)).transform(Tensor(x), contrast=[1.5]).numpy().ravel()
    array([ 5., 35.], dtype=float32)
    """

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range, seed=seed, **kwargs)
        self.factor = factor_range("RandomContrast", "factor", factor, lowest=0)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        bounds = (1 - self.factor[0], 1 + self.factor[1])
        return {"contrast": self._uniform(bounds, shape[0])}

    def transform(self, images: Any, **chances: Any) -> Any:
        mean = ops.mean(images, axis=(1, 2), keepdims=True)
        contrast = per_image(chances["contrast"], images)
        return self.clip((images - mean) * contrast + mean)


class RandomHue(ColorLayer):
    """Turns the colour wheel: red becomes orange, or pink.

    Shapes: (B, H, W, 3) -> the same

    Args:
        factor: how far: 1 is up to half a turn, to either side. Or two bounds.
        value_range: the values of black and white.
        data_format: "channels_first" for (B, 3, H, W).
        seed: makes the chances repeatable.

    >>> red = np.float32([255, 0, 0]).reshape(1, 1, 1, 3)  # half a turn: cyan
    >>> RandomHue((1.0, 1.0))(red, training=True).numpy().round().ravel().tolist()
    [0.0, 255.0, 255.0]
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
        self.factor = factor_range("RandomHue", "factor", factor, lowest=0)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        side = self._generator.choice([-0.5, 0.5], shape[0])
        return {"turn": side * self._uniform(self.factor, shape[0])}

    def transform(self, images: Any, **chances: Any) -> Any:
        low, high = self.value_range
        hsv = colors.rgb_to_hsv((self._colored(images) - low) / (high - low))
        hsv[..., 0] += np.reshape(chances["turn"], (-1, 1, 1))
        rgb = np.clip(colors.hsv_to_rgb(hsv), 0, 1)
        return Tensor((rgb * (high - low) + low).astype(images.dtype))


class RandomSaturation(ColorLayer):
    """Colours stronger, or closer to gray.

    Shapes: (B, H, W, 3) -> the same

    Args:
        factor: 0.5 changes nothing, 0 makes gray, 1 the strongest colours. Give two
            bounds: of one number, f, they are -f and f, as in Keras.
        value_range: the values of black and white.
        data_format: "channels_first" for (B, 3, H, W).
        seed: makes the chances repeatable.

    >>> red = np.float32([255, 0, 0]).reshape(1, 1, 1, 3)
    >>> RandomSaturation((0.0, 0.0))(red, training=True).numpy().ravel().tolist()
    [255.0, 255.0, 255.0]
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
        self.factor = factor_range("RandomSaturation", "factor", factor)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        factor = self._uniform(self.factor, shape[0])
        return {"strength": factor / (1 - factor + config.epsilon())}

    def transform(self, images: Any, **chances: Any) -> Any:
        hsv = colors.rgb_to_hsv(self._colored(images))
        strength = np.reshape(chances["strength"], (-1, 1, 1))
        hsv[..., 1] = np.clip(hsv[..., 1] * strength, 0, 1)
        return Tensor(colors.hsv_to_rgb(hsv).astype(images.dtype))


class RandomColorJitter(ColorLayer):
    """Brightness, contrast, saturation and hue, one after the other.

    Shapes: (B, H, W, 3) -> the same

    Args:
        value_range: the values of black and white.
        brightness_factor, contrast_factor, saturation_factor, hue_factor: the factors
            of the layers RandomBrightness ...; None leaves one out.
        seed: makes the chances repeatable.
        data_format: "channels_first" for (B, 3, H, W).

    >>> layer = RandomColorJitter(brightness_factor=0.2, hue_factor=0.1)
    >>> layer(np.ones((2, 4, 4, 3)), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        brightness_factor: Any = None,
        contrast_factor: Any = None,
        saturation_factor: Any = None,
        hue_factor: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range, seed=seed, data_format=data_format, **kwargs)
        self.brightness_factor = brightness_factor
        self.contrast_factor = contrast_factor
        self.saturation_factor = saturation_factor
        self.hue_factor = hue_factor
        kinds = (
            (RandomBrightness, brightness_factor),
            (RandomContrast, contrast_factor),
            (RandomSaturation, saturation_factor),
            (RandomHue, hue_factor),
        )
        self._parts = [
            kind(factor, self.value_range, seed=seed)
            for kind, factor in kinds
            if factor is not None
        ]

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        return {"parts": [part.draw(shape, training) for part in self._parts]}

    def transform(self, images: Any, **chances: Any) -> Any:
        for part, own in zip(self._parts, chances["parts"], strict=True):
            images = part.transform(images, **own)
        return images


class RandomColorDegeneration(ColorLayer):
    """x + share * (gray - x): colours on their way to gray.

    Shapes: (B, H, W, 3) -> the same

    Args:
        factor: bounds of the share: 0 changes nothing, 1 makes gray; of one number,
            f, they are -f and f.
        value_range: the values of black and white.
        data_format: "channels_first" for (B, 3, H, W).
        seed: makes the chances repeatable.

    >>> x = np.float32([100, 0, 0]).reshape(1, 1, 1, 3)
    >>> layer = RandomColorDegeneration((1.0, 1.0))
    >>> layer(x, training=True).numpy().ravel().round().tolist()
    [30.0, 30.0, 30.0]
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
        self.factor = factor_range("RandomColorDegeneration", "factor", factor)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        return {"share": self._uniform(self.factor, shape[0])}

    def transform(self, images: Any, **chances: Any) -> Any:
        share = per_image(chances["share"], images)
        return self.clip(images + share * (colors.gray(images) - images))


class RandomGrayscale(RandomImageLayer):
    """Makes some images gray; they keep their three channels.

    Shapes: (B, H, W, 3) -> the same

    Args:
        factor: the share of the images, 0 to 1.
        data_format: "channels_first" for (B, 3, H, W).
        seed: makes the chances repeatable.

    >>> x = np.float32([100, 0, 0]).reshape(1, 1, 1, 3)
    >>> RandomGrayscale(1.0)(x, training=True).numpy().ravel().round().tolist()
    [30.0, 30.0, 30.0]
    """

    def __init__(
        self,
        factor: float = 0.5,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        factor_range("RandomGrayscale", "factor", factor, lowest=0)
        self.factor = factor

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        return {"happens": self._generator.random(shape[0]) < self.factor}

    def transform(self, images: Any, **chances: Any) -> Any:
        happens = np.reshape(chances["happens"], (-1, 1, 1, 1))
        return ops.where(happens, colors.gray(images), images)
