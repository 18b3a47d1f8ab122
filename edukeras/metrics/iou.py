"""Intersection over union: how well predicted areas cover the true ones.

Source: https://keras.io/api/metrics/segmentation_metrics/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from edukeras.errors import ShapeError, explain
from edukeras.metrics.base import Metric, as_result, divide, masked_weights
from edukeras.tensor import Tensor, as_array


class IoU(Metric):
    """The mean over some classes of (tp / (tp + fp + fn)).

    Args:
        num_classes: how many classes there are.
        target_class_ids: those that count.
        ignore_class: pixels with this label count nowhere.
        sparse_y_true, sparse_y_pred: whether they are class numbers; otherwise the
            largest along `axis` is the class.

    >>> IoU(num_classes=2, target_class_ids=[0])([0, 0, 1, 1], [0, 1, 0, 1])
    Tensor(0.333333, shape=(), dtype=float32)
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(name=name, dtype=dtype or "int32")
        outside = [i for i in target_class_ids if not 0 <= i < num_classes]
        if outside:
            raise ValueError(
                explain(
                    "target_class_ids names classes that there are not.",
                    expected=f"numbers from 0 to {num_classes - 1}",
                    received=repr(outside),
                )
            )
        self.num_classes = num_classes
        self.target_class_ids = list(target_class_ids)
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        # float64 counts exactly up to 2**53, and takes weights too.
        self.total_confusion_matrix = self.add_variable(
            (num_classes, num_classes), dtype="float64", name="total_confusion_matrix"
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        weights = masked_weights(y_pred, sample_weight)
        true, pred = as_array(y_true), as_array(y_pred)
        if not self.sparse_y_true:
            true = true.argmax(axis=self.axis)
        if not self.sparse_y_pred:
            pred = pred.argmax(axis=self.axis)
        true, pred = true.astype(np.int64).ravel(), pred.astype(np.int64).ravel()
        if true.size != pred.size:
            raise ShapeError(
                explain(
                    "IoU needs one predicted class per label.",
                    expected=f"{true.size} classes",
                    received=f"{pred.size}",
                )
            )
        if weights is None:
            weights = np.ones(true.size)
        else:
            weights = np.broadcast_to(
                as_array(weights, "float64").reshape(-1, 1),
                (np.size(weights), true.size // np.size(weights)),
            ).ravel()
        if self.ignore_class is not None:
            keep = true != self.ignore_class
            true, pred, weights = true[keep], pred[keep], weights[keep]
        cells = true * self.num_classes + pred
        counts = np.bincount(cells, weights, minlength=self.num_classes**2)
        self.total_confusion_matrix.array += counts.reshape(self.num_classes, -1)

    def result(self) -> Tensor:
        matrix = self.total_confusion_matrix.array
        ids = self.target_class_ids
        right = np.diag(matrix)[ids]
        union = (matrix.sum(axis=0) + matrix.sum(axis=1))[ids] - right
        # Classes that occur neither in y_true nor in y_pred do not count.
        seen = np.count_nonzero(union)
        return as_result(divide(divide(right, union).sum(), seen), "float32")

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "target_class_ids": self.target_class_ids,
            "ignore_class": self.ignore_class,
            "sparse_y_true": self.sparse_y_true,
            "sparse_y_pred": self.sparse_y_pred,
            "axis": self.axis,
        }


class BinaryIoU(IoU):
    """IoU for labels 0 and 1; scores from the threshold on are 1.

    >>> BinaryIoU()([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])
    Tensor(0.583333, shape=(), dtype=float32)
    """

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        weights = masked_weights(y_pred, sample_weight)
        super().update_state(y_true, as_array(y_pred) >= self.threshold, weights)

    def get_config(self) -> dict[str, Any]:
        return {
            "target_class_ids": self.target_class_ids,
            "threshold": self.threshold,
            "name": self.name,
            "dtype": self.dtype,
        }


class MeanIoU(IoU):
    """The mean IoU of all classes.

    >>> MeanIoU(num_classes=2)([0, 0, 1, 1], [0, 1, 0, 1])
    Tensor(0.333333, shape=(), dtype=float32)
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes,
            list(range(num_classes)),
            name,
            dtype,
            ignore_class,
            sparse_y_true,
            sparse_y_pred,
            axis,
        )

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["target_class_ids"]
        return config


class OneHotIoU(IoU):
    """IoU for one-hot labels and scores."""

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes,
            target_class_ids,
            name,
            dtype,
            ignore_class,
            False,
            sparse_y_pred,
            axis,
        )

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["sparse_y_true"]
        return config


class OneHotMeanIoU(MeanIoU):
    """The mean IoU of all classes, for one-hot labels and scores."""

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis
        )

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["sparse_y_true"]
        return config
