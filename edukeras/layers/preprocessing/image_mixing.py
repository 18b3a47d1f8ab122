"""Pairs of images mixed by chance, and their labels with them: MixUp, CutMix."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import ops
from edukeras.layers.preprocessing.image_layer import (
    RandomImageLayer,
    factor_range,
    per_image,
)


def _weighted(own: Any, other: Any, share: np.ndarray) -> Any:
    """share * own + (1 - share) * other, with a share for each sample."""
    share = share.reshape(-1, *[1] * (len(own.shape) - 1)).astype("float32")
    return own * share + other * (1 - share)


class _Mixing(RandomImageLayer):
    """A layer that mixes each image with another one of the batch."""

    def transform_labels(self, labels: Any, **chances: Any) -> Any:
        labels = ops.cast(labels, "float32")
        other = ops.take(labels, chances["partners"], axis=0)
        return _weighted(labels, other, chances["share"])


class MixUp(_Mixing):
    """share * x + (1 - share) * (another image), the same with the (one-hot) labels.

    Shapes: {"images": (B, H, W, C), "labels": (B, N)} -> the same; or images alone

    Args:
        alpha: shares are drawn from the distribution Beta(alpha, alpha): mostly near 0
            and 1 when it is small.
        data_format: "channels_first" for (B, C, H, W).
        seed: makes the chances repeatable.

    Source: Zhang et al., 2017, https://arxiv.org/abs/1710.09412

    >>> data = {"images": np.ones((4, 8, 8, 3)), "labels": np.eye(4)}
    >>> MixUp()(data, training=True)["labels"].numpy().sum(axis=1).round(3).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """

    def __init__(
        self,
        alpha: float = 0.2,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.alpha = alpha

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        return {
            "share": self._generator.beta(self.alpha, self.alpha, shape[0]),
            "partners": self._generator.permutation(shape[0]),
        }

    def transform(self, images: Any, **chances: Any) -> Any:
        share = per_image(chances["share"], images)
        other = ops.take(images, chances["partners"], axis=0)
        return images * share + other * (1 - share)

    def transform_masks(self, masks: Any, **chances: Any) -> Any:
        return self.transform(ops.cast(masks, self.compute_dtype), **chances)


class CutMix(_Mixing):
    """Pastes a rectangle of another image; labels are mixed by the areas.

    Shapes: {"images": (B, H, W, C), "labels": (B, N)} -> the same; or images alone

    Args:
        factor: bounds of the parameter of the distribution Beta that the area of what
            stays is drawn from; 1.0 (all areas equally likely) is usual.
        seed: makes the chances repeatable.
        data_format: "channels_first" for (B, C, H, W).

    Source: Yun et al., 2019, https://arxiv.org/abs/1905.04899

    >>> data = {"images": np.ones((4, 8, 8, 3)), "labels": np.eye(4)}
    >>> CutMix()(data, training=True)["labels"].numpy().sum(axis=1).round(3).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """

    def __init__(
        self,
        factor: Any = 1.0,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("CutMix", "factor", factor, lowest=0)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        batch, height, width, _ = shape
        parameter = np.maximum(self._uniform(self.factor, batch), 1e-3)
        side = np.sqrt(1 - self._generator.beta(parameter, parameter))
        rows = self._stretch(side, height)[:, :, None, None]
        columns = self._stretch(side, width)[:, None, :, None]
        pasted = rows & columns
        return {
            "pasted": pasted,
            "share": 1 - pasted.mean(axis=(1, 2, 3)),
            "partners": self._generator.permutation(batch),
        }

    def _stretch(self, side: np.ndarray, size: int) -> np.ndarray:
        """Which pixels of an axis lie in the rectangle of each image: (B, size)."""
        middle = self._generator.random(len(side)) * size
        place = np.arange(size) + 0.5
        return np.abs(place - middle[:, None]) <= side[:, None] * size / 2

    def transform(self, images: Any, **chances: Any) -> Any:
        other = ops.take(images, chances["partners"], axis=0)
        return ops.where(chances["pasted"], other, images)

    def transform_masks(self, masks: Any, **chances: Any) -> Any:
        return self.transform(masks, **chances)
