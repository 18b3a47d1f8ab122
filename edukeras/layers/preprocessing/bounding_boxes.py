"""Rectangles around things in images: MaxNumBoundingBoxes."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.layers.core import positive_integer
from edukeras.layers.preprocessing.image_layer import ImageLayer


class MaxNumBoundingBoxes(ImageLayer):
    """The same number of bounding boxes for all images: more are cut off, missing ones
    are filled up with `fill_value`.

    Shapes: {"images": (B, H, W, C), "bounding_boxes": {"boxes": (B, N, 4),
    "labels": (B, N)}} -> the same with N = max_number

    Args:
        max_number: how many boxes each image has afterwards.
        fill_value: all numbers, and the label, of a box that is not there.
        bounding_box_format: what the numbers of a box mean, such as "xyxy".

    >>> layer = MaxNumBoundingBoxes(2, bounding_box_format="xyxy")
    >>> boxes = {"boxes": np.ones((1, 1, 4)), "labels": np.array([[7]])}
    >>> data = {"images": np.ones((1, 8, 8, 3)), "bounding_boxes": boxes}
    >>> layer(data)["bounding_boxes"]["labels"].tolist()
    [[7, -1]]
    """

    def __init__(self, max_number: int, fill_value: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_number = positive_integer(
            "MaxNumBoundingBoxes", "max_number", max_number
        )
        self.fill_value = int(fill_value)

    def transform(self, images: Any, **chances: Any) -> Any:
        return images

    def transform_boxes(self, boxes: dict[str, Any], **chances: Any) -> dict[str, Any]:
        missing = max(0, self.max_number - boxes["labels"].shape[1])

        def fitted(array: np.ndarray) -> np.ndarray:
            padding = [(0, 0), (0, missing)] + [(0, 0)] * (array.ndim - 2)
            return np.pad(
                array[:, : self.max_number], padding, constant_values=self.fill_value
            )

        return {name: fitted(array) for name, array in boxes.items()}

    def boxes_shape(self, shapes: dict[str, tuple]) -> dict[str, tuple]:
        return {
            name: (shape[0], self.max_number, *shape[2:])
            for name, shape in shapes.items()
        }
