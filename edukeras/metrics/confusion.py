"""Counting right and wrong decisions: true and false positives and negatives.

A prediction above a threshold is a positive.  `count_outcomes` counts for many
thresholds at once; the metrics here and in auc.py add up its counts.

Source: https://keras.io/api/metrics/classification_metrics/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from edukeras.errors import ShapeError, explain
from edukeras.losses.base import align_weights
from edukeras.metrics.base import Metric, as_result, divide, masked_weights
from edukeras.tensor import Tensor, Variable, as_array

# What a score that is not among the top k becomes: below every threshold.
NOT_IN_TOP_K = -1e10


@dataclass(frozen=True)
class Outcomes:
    """Weighted counts, one per threshold; with several labels (thresholds, labels)."""

    true_positives: np.ndarray
    false_positives: np.ndarray
    true_negatives: np.ndarray
    false_negatives: np.ndarray


def count_outcomes(
    y_true: Any,
    y_pred: Any,
    thresholds: np.ndarray,
    sample_weight: Any = None,
    top_k: int | None = None,
    class_id: int | None = None,
    per_label: bool = False,
) -> Outcomes:
    """How many predictions are right and wrong at each threshold.

    Args:
        y_true: labels 0 and 1 (or False and True).
        y_pred: scores of the same shape.
        thresholds: in ascending order.
        sample_weight: per sample or per score.
        top_k: only the k highest scores of a row can be positives.
        class_id: only this column counts.
        per_label: whether each column is counted on its own.

    >>> outcomes = count_outcomes([0, 1, 1], [0.2, 0.4, 0.9], np.array([0.3, 0.5]))
    >>> outcomes.true_positives, outcomes.false_negatives
    (array([2., 1.]), array([0., 1.]))
    """
    true, pred = _same_shape(as_array(y_true), as_array(y_pred))
    weights = np.ones(pred.shape)
    if sample_weight is not None:
        aligned = align_weights("sample_weight", sample_weight, pred.astype(float))
        weights = np.broadcast_to(aligned, pred.shape)
    if top_k is not None:
        pred = _keep_top_k(pred, top_k)
    if class_id is not None:
        true, pred, weights = (
            true[..., class_id],
            pred[..., class_id],
            weights[..., class_id],
        )
    # How many thresholds each score is above.
    above = np.searchsorted(thresholds, pred, side="left")
    positive = true.astype(bool)
    if not per_label:
        yes, no = _counts(above, positive, weights, len(thresholds))
    else:
        columns = [
            _counts(above[:, j], positive[:, j], weights[:, j], len(thresholds))
            for j in range(pred.shape[1])
        ]
        yes, no = (np.stack(counts, axis=1) for counts in zip(*columns))
    # The first row is everything; row i + 1 what lies above threshold i.
    return Outcomes(yes[1:], no[1:], no[0] - no[1:], yes[0] - yes[1:])


def _counts(
    above: np.ndarray, positive: np.ndarray, weights: np.ndarray, thresholds: int
) -> tuple[np.ndarray, np.ndarray]:
    """The weights of labels 1 and 0 above at least 0, 1, 2 ... thresholds."""
    sums = []
    for label in (positive, ~positive):
        per_bin = np.bincount(
            above.ravel(), (weights * label).ravel(), minlength=thresholds + 1
        )
        sums.append(np.cumsum(per_bin[::-1])[::-1])
    return sums[0], sums[1]


def _same_shape(true: np.ndarray, pred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if true.ndim == pred.ndim - 1 and pred.shape[-1] == 1:
        pred = pred[..., 0]
    elif true.ndim == pred.ndim + 1 and true.shape[-1] == 1:
        true = true[..., 0]
    if true.shape != pred.shape:
        raise ShapeError(
            explain(
                "Decisions are compared with labels 0 and 1 of the same shape.",
                expected=f"y_true of shape {pred.shape}",
                received=f"y_true of shape {true.shape}",
                hint="keras.utils.to_categorical(y) makes such rows of class numbers.",
            )
        )
    return true, pred


def _keep_top_k(pred: np.ndarray, k: int) -> np.ndarray:
    """The k highest scores of each row; the others count as negatives."""
    order = np.argsort(-pred, axis=-1, kind="stable")[..., :k]
    kept = np.full(pred.shape, NOT_IN_TOP_K)
    np.put_along_axis(kept, order, np.take_along_axis(pred, order, -1), -1)
    return kept


def standardize_thresholds(thresholds: Any, default: float) -> list[float]:
    """One or several thresholds as a list, checked."""
    if thresholds is None:
        return [default]
    values = list(thresholds) if np.ndim(thresholds) else [thresholds]
    wrong = [t for t in values if t is None or not 0 <= t <= 1]
    if wrong:
        raise ValueError(
            explain("Thresholds lie between 0 and 1.", received=repr(wrong))
        )
    return values


class _CountingMetric(Metric):
    """The base of the metrics with the argument `thresholds`."""

    def __init__(
        self, thresholds: Any, name: str | None, dtype: Any, default: float = 0.5
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = standardize_thresholds(thresholds, default)
        # Counting needs them in ascending order; the results keep the user's order.
        self._order = np.argsort(self.thresholds, kind="stable")
        self._sorted = np.asarray(self.thresholds, "float32")[self._order]

    def _add_count(self, name: str) -> Variable:
        return self.add_variable((len(self.thresholds),), name=name)

    def _add(self, variable: Variable, counts: np.ndarray) -> None:
        variable.array[self._order] += counts

    def _as_given(self, values: np.ndarray) -> Tensor:
        """A number for one threshold, an array for several."""
        return as_result(values[0] if len(values) == 1 else values, self.dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "thresholds": self.init_thresholds}


class _OutcomeCount(_CountingMetric):
    """The base of the four metrics that are counts."""

    outcome: str

    def __init__(
        self, thresholds: Any = None, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(thresholds, name, dtype)
        self.accumulator = self._add_count("accumulator")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        weights = masked_weights(y_pred, sample_weight)
        outcomes = count_outcomes(y_true, y_pred, self._sorted, weights)
        self._add(self.accumulator, getattr(outcomes, self.outcome))

    def result(self) -> Tensor:
        return self._as_given(self.accumulator.array.copy())


class TruePositives(_OutcomeCount):
    """How many labels 1 were predicted as 1.

    >>> TruePositives()([0, 1, 1], [0.9, 0.8, 0.1])
    Tensor(1., shape=(), dtype=float32)
    """

    outcome = "true_positives"


class FalsePositives(_OutcomeCount):
    """How many labels 0 were predicted as 1: false alarms."""

    outcome = "false_positives"


class TrueNegatives(_OutcomeCount):
    """How many labels 0 were predicted as 0."""

    outcome = "true_negatives"


class FalseNegatives(_OutcomeCount):
    """How many labels 1 were predicted as 0: misses."""

    outcome = "false_negatives"


class _Ratio(_CountingMetric):
    """The base of precision and recall: true positives / (those + some error)."""

    error: str

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        default = 0.5 if top_k is None else NOT_IN_TOP_K
        super().__init__(thresholds, name, dtype, default)
        self.top_k = top_k
        self.class_id = class_id
        self.true_positives = self._add_count("true_positives")
        self._errors = self._add_count(self.error)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        outcomes = count_outcomes(
            y_true,
            y_pred,
            self._sorted,
            masked_weights(y_pred, sample_weight),
            top_k=self.top_k,
            class_id=self.class_id,
        )
        self._add(self.true_positives, outcomes.true_positives)
        self._add(self._errors, getattr(outcomes, self.error))

    def result(self) -> Tensor:
        right, wrong = self.true_positives.array, self._errors.array
        return self._as_given(divide(right, right + wrong))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "top_k": self.top_k,
            "class_id": self.class_id,
        }


class Precision(_Ratio):
    """true positives / predicted positives: how many alarms were right.

    Args:
        thresholds: above it a score is a positive; a list gives a list of results.
            None is 0.5.
        top_k: only the k highest scores of a row can be positives.
        class_id: only this column counts.

    >>> Precision()([0, 1, 1, 1], [1, 0, 1, 1])
    Tensor(0.666667, shape=(), dtype=float32)
    """

    error = "false_positives"


class Recall(_Ratio):
    """true positives / labels 1: how many of them were found.

    Args: see `Precision`.

    >>> Recall()([0, 1, 1, 1], [1, 0, 1, 0])
    Tensor(0.333333, shape=(), dtype=float32)
    """

    error = "false_negatives"
