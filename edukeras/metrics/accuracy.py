"""How often the prediction is right.

Each function returns 1.0 or 0.0 per sample; the class below it is the mean.

Source: https://keras.io/api/metrics/accuracy_metrics/
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import kernels
from edukeras.errors import ShapeError, explain
from edukeras.metrics.reduction import MeanMetricWrapper
from edukeras.tensor import Tensor, as_array


def _arrays(y_true: Any, y_pred: Any) -> tuple[np.ndarray, np.ndarray]:
    """Both as arrays of the same rank; (B,) and (B, 1) fit together."""
    true, pred = as_array(y_true), as_array(y_pred)
    if true.ndim == pred.ndim - 1 and pred.shape[-1] == 1:
        true = true[..., None]
    elif true.ndim == pred.ndim + 1 and true.shape[-1] == 1:
        true = true[..., 0] if pred.ndim > 1 else true
        pred = pred if pred.ndim > 1 else pred[..., None]
    return true, pred


def _check_shapes(name: str, true: tuple, expected: tuple) -> None:
    if true != expected:
        raise ShapeError(
            explain(
                f"{name} cannot compare these labels with these predictions.",
                expected=f"y_true of shape {expected}",
                received=f"y_true of shape {true}",
                hint="metrics named categorical_... take one-hot rows, those named "
                "sparse_categorical_... class numbers.",
            )
        )


def _ones_where(right: np.ndarray) -> Tensor:
    return Tensor(right.astype(np.float32))


def accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where y_true == y_pred.

    >>> accuracy([1, 2], [1, 3])
    Tensor([1., 0.], shape=(2,), dtype=float32)
    """
    true, pred = _arrays(y_true, y_pred)
    _check_shapes("accuracy", true.shape, pred.shape)
    return _ones_where(true == pred)


class Accuracy(MeanMetricWrapper):
    """How often y_true == y_pred."""

    def __init__(self, name: str | None = "accuracy", dtype: Any = None) -> None:
        super().__init__(accuracy, name, dtype)


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Tensor:
    """1 where y_pred is above the threshold exactly if y_true is 1.

    >>> binary_accuracy([1, 0], [0.9, 0.7])
    Tensor([1., 0.], shape=(2,), dtype=float32)
    """
    true, pred = _arrays(y_true, y_pred)
    _check_shapes("binary_accuracy", true.shape, pred.shape)
    return _ones_where(true == (pred > threshold))


class BinaryAccuracy(MeanMetricWrapper):
    """How often y_pred, rounded at the threshold, is the label 0 or 1."""

    def __init__(
        self,
        name: str | None = "binary_accuracy",
        dtype: Any = None,
        threshold: float = 0.5,
    ) -> None:
        if threshold is None or not 0 < threshold < 1:
            raise ValueError(
                explain(
                    "A threshold for probabilities lies between 0 and 1.",
                    received=f"threshold={threshold!r}",
                )
            )
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


def categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where the largest of y_pred is at the place of the largest of y_true.

    Shapes: (..., C) one-hot, (..., C) -> (...)

    >>> categorical_accuracy([[0, 1], [0, 1]], [[0.2, 0.8], [0.6, 0.4]])
    Tensor([1., 0.], shape=(2,), dtype=float32)
    """
    true, pred = as_array(y_true), as_array(y_pred)
    _check_shapes("categorical_accuracy", true.shape, pred.shape)
    return _ones_where(true.argmax(axis=-1) == pred.argmax(axis=-1))


class _CountedAccuracy(MeanMetricWrapper):
    """Counts what is right in one pass, where no sample has a weight of its own."""

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        if sample_weight is None and getattr(y_pred, "mask", None) is None:
            pred = as_array(y_pred)
            right = self._count(as_array(y_true), pred) if pred.ndim == 2 else None
            if right is not None:
                self.total.array[()] += right
                self.count.array[()] += len(pred)
                return
        super().update_state(y_true, y_pred, sample_weight)

    def _count(self, true: np.ndarray, pred: np.ndarray) -> int | None:
        """How many rows are right; None where the function above must look."""
        raise NotImplementedError


class CategoricalAccuracy(_CountedAccuracy):
    """How often the most likely class is the right one, for one-hot labels."""

    def __init__(
        self, name: str | None = "categorical_accuracy", dtype: Any = None
    ) -> None:
        super().__init__(categorical_accuracy, name, dtype)

    def _count(self, true: np.ndarray, pred: np.ndarray) -> int | None:
        fits = true.shape == pred.shape and pred.size > 0
        return kernels.count_same_class(true, pred) if fits else None


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where the largest of y_pred is at place y_true.

    Shapes: (...) or (..., 1) class numbers, (..., C) -> (...)

    >>> sparse_categorical_accuracy([1, 1], [[0.2, 0.8], [0.6, 0.4]])
    Tensor([1., 0.], shape=(2,), dtype=float32)
    """
    true, pred = _labels("sparse_categorical_accuracy", y_true, y_pred)
    return _ones_where(true == pred.argmax(axis=-1))


def _labels(name: str, y_true: Any, y_pred: Any) -> tuple[np.ndarray, np.ndarray]:
    """Class numbers without a last axis of size 1, and the rows of their scores."""
    true, pred = as_array(y_true), as_array(y_pred)
    if true.ndim == pred.ndim and true.shape[-1] == 1:
        true = true[..., 0]
    _check_shapes(name, true.shape, pred.shape[:-1])
    return true, pred


class SparseCategoricalAccuracy(_CountedAccuracy):
    """How often the most likely class is the right one, for class numbers."""

    def __init__(
        self, name: str | None = "sparse_categorical_accuracy", dtype: Any = None
    ) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)

    def _count(self, true: np.ndarray, pred: np.ndarray) -> int | None:
        if true.ndim == 2 and true.shape[1] == 1:
            true = true[:, 0]
        fits = true.ndim == 1 and len(true) == len(pred) and pred.size > 0
        return kernels.count_right_labels(true, pred) if fits else None


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Tensor:
    """1 where the right class is among the k most likely ones.

    Shapes: (..., C) one-hot, (..., C) -> (...)

    >>> top_k_categorical_accuracy([[0, 0, 1]], [[0.5, 0.2, 0.3]], k=2)
    Tensor([1.], shape=(1,), dtype=float32)
    """
    true, pred = as_array(y_true), as_array(y_pred)
    _check_shapes("top_k_categorical_accuracy", true.shape, pred.shape)
    return _ones_where(_in_top_k(true.argmax(axis=-1), pred, k))


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the right class is among the k most likely, for one-hot labels."""

    def __init__(
        self,
        k: int = 5,
        name: str | None = "top_k_categorical_accuracy",
        dtype: Any = None,
    ) -> None:
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)
        self.k = k


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> Tensor:
    """1 where the right class is among the k most likely ones.

    Shapes: (...) or (..., 1) class numbers, (..., C) -> (...)

    from_sorted_ids: y_pred holds class numbers, the most likely first.

    >>> sparse_top_k_categorical_accuracy([2], [[0.5, 0.2, 0.3]], k=2)
    Tensor([1.], shape=(1,), dtype=float32)
    """
    true, pred = _labels("sparse_top_k_categorical_accuracy", y_true, y_pred)
    if from_sorted_ids:
        return _ones_where((pred[..., :k] == true[..., None]).any(axis=-1))
    return _ones_where(_in_top_k(true.astype(np.int64), pred, k))


def _in_top_k(labels: np.ndarray, scores: np.ndarray, k: int) -> np.ndarray:
    """Whether fewer than k classes score higher than the right one."""
    classes = scores.shape[-1]
    known = (labels >= 0) & (labels < classes)
    index = np.where(known, labels, 0)[..., None]
    own = np.take_along_axis(scores, index, axis=-1)
    higher = np.count_nonzero(scores > own, axis=-1)
    return known & (higher < k) & np.isfinite(own[..., 0])


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the right class is among the k most likely, for class numbers."""

    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None:
        super().__init__(
            sparse_top_k_categorical_accuracy,
            name,
            dtype,
            k=k,
            from_sorted_ids=from_sorted_ids,
        )
        self.k = k
        self.from_sorted_ids = from_sorted_ids
