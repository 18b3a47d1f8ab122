"""How well predictions go up and down with the targets.

Source: https://keras.io/api/metrics/regression_metrics/
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.losses.base import comparable
from edukeras.metrics.base import divide
from edukeras.metrics.reduction import MeanMetricWrapper
from edukeras.tensor import Tensor


def _centred(y_true: Any, y_pred: Any, axis: Any) -> tuple[np.ndarray, ...]:
    """Both without their means, and both means."""
    true, pred = (t.array for t in comparable("a correlation", y_true, y_pred))
    mean_true = true.mean(axis=axis, keepdims=True)
    mean_pred = pred.mean(axis=axis, keepdims=True)
    return true - mean_true, pred - mean_pred, mean_true, mean_pred


def pearson_correlation(y_true: Any, y_pred: Any, axis: Any = -1) -> Tensor:
    """covariance / (both standard deviations): 1 on a rising straight line.

    >>> pearson_correlation([[1.0, 2.0, 3.0]], [[10.0, 20.0, 30.0]])
    Tensor([1.], shape=(1,), dtype=float32)
    """
    true, pred, _, _ = _centred(y_true, y_pred, axis)
    product = np.sum(true * pred, axis=axis)
    lengths = np.sqrt(np.sum(true * true, axis=axis) * np.sum(pred * pred, axis=axis))
    return Tensor(np.asarray(divide(product, lengths)))


class PearsonCorrelation(MeanMetricWrapper):
    """The correlation along an axis: 1 on a rising straight line, -1 on a falling."""

    def __init__(
        self,
        name: str | None = "pearson_correlation",
        dtype: Any = None,
        axis: Any = -1,
    ) -> None:
        super().__init__(pearson_correlation, name, dtype, axis=axis)


def concordance_correlation(y_true: Any, y_pred: Any, axis: Any = -1) -> Tensor:
    """2 covariance / (both variances + (difference of the means)**2).

    1 only where y_pred equals y_true; a shift or another scale makes it smaller.

    >>> concordance_correlation([[1.0, 2.0, 3.0]], [[1.0, 2.0, 3.0]])
    Tensor([1.], shape=(1,), dtype=float32)
    """
    true, pred, mean_true, mean_pred = _centred(y_true, y_pred, axis)
    covariance = np.mean(true * pred, axis=axis)
    variances = np.mean(true * true, axis=axis) + np.mean(pred * pred, axis=axis)
    shift = np.squeeze(np.square(mean_true - mean_pred), axis=axis)
    return Tensor(np.asarray(divide(2 * covariance, variances + shift)))


class ConcordanceCorrelation(MeanMetricWrapper):
    """The correlation with the line y_pred = y_true itself (Lin, 1989)."""

    def __init__(
        self,
        name: str | None = "concordance_correlation",
        dtype: Any = None,
        axis: Any = -1,
    ) -> None:
        super().__init__(concordance_correlation, name, dtype, axis=axis)
