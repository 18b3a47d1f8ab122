"""What all image layers share: batches and single images, labels and masks, chance.

A layer says how it changes a batch (B, H, W, C) of real numbers; `ImageLayer.call`
brings what it was given into that form and back.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import config, ops
from edukeras.errors import ShapeError, explain, unknown_name
from edukeras.layers.base import Layer
from edukeras.layers.preprocessing.sampling import FILL_MODES
from edukeras.tensor import KerasTensor, Tensor, as_array

_KEYS = ("images", "labels", "segmentation_masks", "bounding_boxes")


class ImageLayer(Layer):
    """A layer of images, (B, H, W, C) or (H, W, C).

    It also takes a dict {"images": ..., "labels": ..., "segmentation_masks": ...,
    "bounding_boxes": ...} and changes the others along with the images. Bounding boxes
    are {"boxes": (B, N, 4), "labels": (B, N)}.

    Args:
        data_format: "channels_first" for (B, C, H, W).
        bounding_box_format: what the four numbers of a box mean: "xyxy", "yxyx",
            "xywh", "center_xywh", "rel_xyxy" ...
    """

    # Whether the layer leaves images alone when nothing is being trained.
    only_in_training = False

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        self.bounding_box_format = kwargs.pop("bounding_box_format", None)
        super().__init__(**kwargs)
        self.data_format = config.standardize_data_format(data_format)

    # -- what subclasses write ------------------------------------------------

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        """The chances of one call: a number for each image of a batch (B, H, W, C)."""
        return {}

    def transform(self, images: Any, **chances: Any) -> Any:
        """The new images, for what `draw` returned."""
        raise NotImplementedError

    def transform_masks(self, masks: Any, **chances: Any) -> Any:
        """The new segmentation masks: unchanged, unless the layer moves pixels."""
        return masks

    def transform_labels(self, labels: Any, **chances: Any) -> Any:
        """The new labels: unchanged, unless the layer mixes images."""
        return labels

    def transform_boxes(self, boxes: dict[str, Any], **chances: Any) -> dict[str, Any]:
        """The new bounding boxes, of arrays: unchanged, unless pixels move."""
        if type(self).transform_masks is ImageLayer.transform_masks:
            return boxes
        raise NotImplementedError(
            f"{type(self).__name__} moves pixels but not bounding boxes. "
            "Try: leave them out of the dict."
        )

    # -- calling --------------------------------------------------------------

    def call(self, data: Any, training: Any = True) -> Any:
        if isinstance(data, dict):
            return self._call_on_dict(data, training)
        images = ops.cast(data, self.compute_dtype)
        if self.only_in_training and not training:
            return images
        batch, single = self._to_batch(images)
        result = self.transform(batch, **self.draw(batch.shape, bool(training)))
        return self._from_batch(result, single)

    def _call_on_dict(self, data: dict, training: Any) -> dict:
        self._check_keys(data)
        result = dict(data)
        images = result["images"] = ops.cast(data["images"], self.compute_dtype)
        if self.only_in_training and not training:
            return result
        batch, single = self._to_batch(images)
        chances = self.draw(batch.shape, bool(training))
        changed = self.transform(batch, **chances)
        result["images"] = self._from_batch(changed, single)
        if "labels" in data:
            labels = ops.expand_dims(data["labels"], 0) if single else data["labels"]
            labels = self.transform_labels(labels, **chances)
            result["labels"] = labels[0] if single else labels
        if "segmentation_masks" in data:
            masks, _ = self._to_batch(data["segmentation_masks"])
            masks = self.transform_masks(masks, **chances)
            result["segmentation_masks"] = self._from_batch(masks, single)
        if "bounding_boxes" in data:
            result["bounding_boxes"] = self._changed_boxes(
                data["bounding_boxes"], single, chances
            )
        return result

    def _changed_boxes(self, given: Any, single: bool, chances: dict) -> dict:
        if self.bounding_box_format is None:
            raise ValueError(
                explain(
                    f'{type(self).__name__} "{self.name}" must know what the numbers '
                    "numbers of bounding_boxes mean.",
                    hint=f'{type(self).__name__}(..., bounding_box_format="xyxy").',
                )
            )
        if not isinstance(given, dict) or {"boxes", "labels"} - given.keys():
            raise ValueError(
                explain(
                    "Bounding boxes come with the labels of what is in them.",
                    expected='{"boxes": ..., "labels": ...}',
                    received=f"{sorted(given) if isinstance(given, dict) else given!r}",
                )
            )
        arrays = {
            "boxes": as_array(given["boxes"], "float32"),
            "labels": as_array(given["labels"]),
        }
        if single:
            arrays = {name: array[None] for name, array in arrays.items()}
        changed = self.transform_boxes(arrays, **chances)
        if single:
            changed = {name: array[0] for name, array in changed.items()}
        return {**given, **{name: Tensor(array) for name, array in changed.items()}}

    def _check_keys(self, data: dict) -> None:
        unknown = [key for key in data if key not in _KEYS]
        if unknown or "images" not in data:
            raise ValueError(
                explain(
                    f'{type(self).__name__} "{self.name}" takes a dict with "images", '
                    'and with "labels", "segmentation_masks" and "bounding_boxes" if '
                    "there are any.",
                    received=f"the keys {sorted(map(str, data))}",
                )
            )

    def _to_batch(self, images: Any) -> tuple[Any, bool]:
        """As (B, H, W, C), and whether it was a single image."""
        rank = len(images.shape)
        if rank not in (3, 4):
            raise ShapeError(
                explain(
                    f'{type(self).__name__} "{self.name}" takes images.',
                    expected="(B, H, W, C), or (H, W, C) for one image",
                    received=f"shape {tuple(images.shape)}",
                    hint="gray images have one channel: x[..., np.newaxis].",
                )
            )
        images = ops.expand_dims(images, 0) if rank == 3 else images
        if self.data_format == "channels_first":
            images = ops.transpose(images, (0, 2, 3, 1))
        return images, rank == 3

    def _from_batch(self, images: Any, single: bool) -> Any:
        if self.data_format == "channels_first":
            images = ops.transpose(images, (0, 3, 1, 2))
        return images[0] if single else images

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def compute_output_spec(self, data: Any, training: Any = True) -> Any:
        if not isinstance(data, dict):
            return self._symbolic(self.compute_output_shape(data.shape))
        self._check_keys(data)
        specs = {"images": self.compute_output_spec(data["images"])}
        if "labels" in data:
            specs["labels"] = KerasTensor(data["labels"].shape, data["labels"].dtype)
        if "segmentation_masks" in data:
            masks = data["segmentation_masks"]
            shape = self.compute_output_shape(masks.shape)
            specs["segmentation_masks"] = KerasTensor(shape, masks.dtype)
        if "bounding_boxes" in data:
            boxes = data["bounding_boxes"]
            shapes = self.boxes_shape({k: x.shape for k, x in boxes.items()})
            specs["bounding_boxes"] = {
                name: KerasTensor(shapes[name], x.dtype) for name, x in boxes.items()
            }
        return specs

    def boxes_shape(self, shapes: dict[str, tuple]) -> dict[str, tuple]:
        """The shapes of the new bounding boxes and their labels."""
        return shapes

    def get_config(self) -> dict[str, Any]:
        config = super().get_config() | {"data_format": self.data_format}
        if self.bounding_box_format is not None:
            config["bounding_box_format"] = self.bounding_box_format
        return config


class RandomImageLayer(ImageLayer):
    """A layer that changes each image by chance, in training only.

    A model sees the same picture in ever new forms, and so learns what does not
    matter ("augmentation").

    Args:
        seed: makes the chances repeatable; None follows `set_random_seed`.
        data_format: "channels_first" for (B, C, H, W).
    """

    only_in_training = True

    def __init__(
        self, seed: int | None = None, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.seed = seed
        self._generator = np.random.default_rng(
            config.next_seed() if seed is None else seed
        )

    def _uniform(self, bounds: tuple[float, float], count: int) -> np.ndarray:
        """One number for each image, all between the bounds equally likely."""
        return self._generator.uniform(*bounds, size=count)

    def _happens(self, factor: tuple[float, float], count: int) -> np.ndarray:
        """Whether it happens to each image, with a chance between the bounds."""
        return self._generator.random(count) < self._uniform(factor, count)


def per_image(values: Any, images: Any) -> np.ndarray:
    """Numbers (B,) as (B, 1, 1, 1), in the dtype of the images."""
    return np.reshape(values, (-1, 1, 1, 1)).astype(images.dtype)


def factor_range(
    layer: str, name: str, value: Any, lowest: float = -1.0, highest: float = 1.0
) -> tuple[float, float]:
    """The bounds that an argument stands for: of 0.2, (-0.2, 0.2) or (0, 0.2).

    >>> factor_range("RandomZoom", "height_factor", 0.2)
    (-0.2, 0.2)
    >>> factor_range("RandomHue", "factor", 0.2, lowest=0)
    (0, 0.2)
    """
    pair = isinstance(value, (tuple, list)) and len(value) == 2
    bounds = sorted(value) if pair else [value, value]
    for bound in bounds:
        if not isinstance(bound, (int, float)) or not lowest <= bound <= highest:
            raise ValueError(
                explain(
                    f"{layer} takes a number or two as {name}.",
                    expected=f"between {lowest} and {highest}",
                    received=f"{name}={value!r}",
                )
            )
    if pair:
        return bounds[0], bounds[1]
    return max(-abs(value), lowest), abs(value)


def fill_mode_of(layer: str, fill_mode: Any) -> str:
    """The name of a fill mode, if there is one of that name."""
    if fill_mode not in FILL_MODES:
        raise unknown_name(f"fill_mode of {layer}", fill_mode, FILL_MODES)
    return fill_mode
