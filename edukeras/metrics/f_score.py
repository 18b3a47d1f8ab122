"""F-scores: precision and recall in one number, per class.

Source: https://keras.io/api/metrics/classification_metrics/
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.errors import ShapeError, explain, unknown_name
from edukeras.metrics.base import Metric, as_result, divide, masked_weights
from edukeras.tensor import Tensor, Variable, as_array


class FBetaScore(Metric):
    """(1 + beta**2) * precision * recall / (beta**2 * precision + recall).

    Args:
        average: None for one score per class, "macro" for their mean, "weighted" for
            a mean weighted by the number of labels, "micro" for all classes together.
        beta: above 1, recall counts more.
        threshold: above it a score is a positive; None takes the highest of a row.

    Shapes: (B, C) labels 0 and 1, (B, C) scores -> (C,) or ()

    >>> labels, scores = [[1, 0], [1, 0], [0, 1]], [[0.9, 0.1], [0.4, 0.6], [0.3, 0.7]]
    >>> FBetaScore()(np.array(labels), np.array(scores))
    Tensor([0.666667, 0.666667], shape=(2,), dtype=float32)
    """

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        averages = ("micro", "macro", "weighted")
        if average is not None and average not in averages:
            raise unknown_name("average", average, averages)
        if not isinstance(beta, (int, float)) or beta <= 0:
            raise ValueError(
                explain("beta must be positive.", received=f"beta={beta!r}")
            )
        if threshold is not None and not 0 < threshold <= 1:
            raise ValueError(
                explain(
                    "A threshold lies between 0 and 1.",
                    received=f"threshold={threshold!r}",
                )
            )
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self._counts: tuple[Variable, ...] = ()

    def _add_counts(self, classes: int) -> None:
        shape = () if self.average == "micro" else (classes,)
        names = ("true_positives", "false_positives", "false_negatives", "labels")
        self._counts = tuple(self.add_variable(shape, name=name) for name in names)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        weights = masked_weights(y_pred, sample_weight)
        true, pred = as_array(y_true, self.dtype), as_array(y_pred, self.dtype)
        if true.ndim != 2 or true.shape != pred.shape:
            raise ShapeError(
                explain(
                    "F-scores compare tables: a row per sample, a column per class.",
                    expected="y_true and y_pred of the same shape (samples, classes)",
                    received=f"y_true {true.shape}, y_pred {pred.shape}",
                )
            )
        if not self._counts:
            self._add_counts(true.shape[1])
        if self.threshold is None:
            decision = pred == pred.max(axis=1, keepdims=True)
        else:
            decision = pred > self.threshold
        decision = decision.astype(true.dtype)
        if weights is not None:
            weights = as_array(weights, self.dtype).reshape(len(true), -1)  # (B, 1)
        axis = None if self.average == "micro" else 0
        for variable, hits in zip(
            self._counts,
            (true * decision, (1 - true) * decision, true * (1 - decision), true),
        ):
            weighted = hits if weights is None else hits * weights
            variable.array += np.sum(weighted, axis=axis)

    def result(self) -> Tensor:
        if not self._counts:
            return as_result(0.0, self.dtype)
        tp, fp, fn, labels = (variable.array for variable in self._counts)
        precision, recall = divide(tp, tp + fp), divide(tp, tp + fn)
        square = self.beta**2
        score = (1 + square) * divide(precision * recall, square * precision + recall)
        if self.average == "macro":
            score = score.mean()
        elif self.average == "weighted":
            score = np.sum(score * divide(labels, labels.sum()))
        return as_result(score, self.dtype)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "average": self.average,
            "beta": self.beta,
            "threshold": self.threshold,
        }


class F1Score(FBetaScore):
    """2 * precision * recall / (precision + recall); arguments as in `FBetaScore`."""

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["beta"]
        return config
