"""How far real-valued predictions are off.

Source: https://keras.io/api/metrics/regression_metrics/
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import losses, ops
from edukeras.errors import ShapeError, explain, unknown_name
from edukeras.losses import (
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from edukeras.losses.base import comparable
from edukeras.metrics.base import Metric, as_result, divide, masked_weights
from edukeras.metrics.reduction import Mean, MeanMetricWrapper
from edukeras.tensor import Tensor, Variable, as_array


class MeanSquaredError(MeanMetricWrapper):
    """mean((y_true - y_pred)**2)."""

    def __init__(
        self, name: str | None = "mean_squared_error", dtype: Any = None
    ) -> None:
        super().__init__(mean_squared_error, name, dtype)


class RootMeanSquaredError(Mean):
    """sqrt(mean((y_true - y_pred)**2)), in the units of the target.

    >>> RootMeanSquaredError()([[0.0], [0.0]], [[3.0], [4.0]])
    Tensor(3.535534, shape=(), dtype=float32)
    """

    def __init__(
        self, name: str | None = "root_mean_squared_error", dtype: Any = None
    ) -> None:
        super().__init__(name=name, dtype=dtype)

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        true, pred = comparable("RootMeanSquaredError", y_true, y_pred)
        squares = ops.square(true - pred)  # one by one: weights may be so, too
        super().update_state(squares, masked_weights(y_pred, sample_weight))

    def result(self) -> Tensor:
        return as_result(np.sqrt(super().result().array), self.dtype)


class MeanAbsoluteError(MeanMetricWrapper):
    """mean(|y_true - y_pred|)."""

    def __init__(
        self, name: str | None = "mean_absolute_error", dtype: Any = None
    ) -> None:
        super().__init__(mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(MeanMetricWrapper):
    """100 * mean(|y_true - y_pred| / |y_true|)."""

    def __init__(
        self, name: str | None = "mean_absolute_percentage_error", dtype: Any = None
    ) -> None:
        super().__init__(mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """mean((log(1 + y_true) - log(1 + y_pred))**2)."""

    def __init__(
        self, name: str | None = "mean_squared_logarithmic_error", dtype: Any = None
    ) -> None:
        super().__init__(mean_squared_logarithmic_error, name, dtype)


class LogCoshError(MeanMetricWrapper):
    """mean(log(cosh(y_pred - y_true)))."""

    def __init__(self, name: str | None = "logcosh", dtype: Any = None) -> None:
        super().__init__(log_cosh, name, dtype)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """sum(y_true * y_pred) / (|y_true| |y_pred|): 1 for equal directions."""
    return -losses.cosine_similarity(y_true, y_pred, axis=axis)


class CosineSimilarity(MeanMetricWrapper):
    """The cosine of the angle between y_true and y_pred; the loss is its negative."""

    def __init__(
        self,
        name: str | None = "cosine_similarity",
        dtype: Any = None,
        axis: int = -1,
    ) -> None:
        super().__init__(cosine_similarity, name, dtype, axis=axis)


class R2Score(Metric):
    """1 - (squared error) / (squared error of always predicting the mean).

    Args:
        class_aggregation: over several outputs: "uniform_average",
            "variance_weighted_average", or None for one number each.
        num_regressors: how many inputs the model has, for the adjusted score; 0 gives
            the plain one.

    >>> R2Score()([[1.0], [2.0], [3.0]], [[1.0], [2.0], [2.0]])
    Tensor(0.5, shape=(), dtype=float32)
    """

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        choices = ("uniform_average", "variance_weighted_average")
        if class_aggregation is not None and class_aggregation not in choices:
            raise unknown_name("class_aggregation", class_aggregation, choices)
        if num_regressors < 0:
            raise ValueError(
                explain(
                    "num_regressors is a number of inputs.",
                    expected="a whole number from 0",
                    received=num_regressors,
                )
            )
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), name="num_samples")
        self._sums: tuple[Variable, Variable, Variable, Variable] | None = None

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        true, pred = as_array(y_true, self.dtype), as_array(y_pred, self.dtype)
        received = f"y_true {true.shape}, y_pred {pred.shape}"
        # One number per sample may come as (B,) or as (B, 1).
        true, pred = (x[:, None] if x.ndim == 1 else x for x in (true, pred))
        if true.ndim != 2 or true.shape != pred.shape:
            raise ShapeError(
                explain(
                    "R2Score compares tables, one row per sample.",
                    expected="y_true and y_pred of the same shape (samples, outputs)",
                    received=received,
                )
            )
        if self._sums is None:
            outputs = (true.shape[1],)
            self._sums = (
                self.add_variable(outputs, name="squared_sum"),
                self.add_variable(outputs, name="sum"),
                self.add_variable(outputs, name="residual"),
                self.add_variable(outputs, name="count"),
            )
        weights = np.ones((len(true), 1), true.dtype)
        if sample_weight is not None:
            weights = as_array(sample_weight, self.dtype).reshape(len(true), -1)
        squared_sum, total, residual, count = self._sums
        squared_sum.array += np.sum(weights * true * true, axis=0)
        total.array += np.sum(weights * true, axis=0)
        residual.array += np.sum(weights * np.square(true - pred), axis=0)
        count.array += np.sum(np.broadcast_to(weights, true.shape), axis=0)
        self.num_samples.array += true.size

    def result(self) -> Tensor:
        if self._sums is None:
            return as_result(0.0, self.dtype)
        squared_sum, sum_, residual, count = (v.array for v in self._sums)
        total = squared_sum - divide(np.square(sum_), count)
        score = np.where(total == 0, 0.0, 1.0 - divide(residual, total))
        if self.class_aggregation == "uniform_average":
            score = score.mean()
        elif self.class_aggregation == "variance_weighted_average":
            score = divide(np.sum(score * total), np.sum(total))
        n = self.num_samples.array
        if self.num_regressors and n > self.num_regressors + 1:
            freedom = n - self.num_regressors - 1
            score = 1.0 - (1.0 - score) * (n - 1) / freedom
        return as_result(score, self.dtype)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "class_aggregation": self.class_aggregation,
            "num_regressors": self.num_regressors,
        }
