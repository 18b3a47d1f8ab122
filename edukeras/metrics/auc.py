"""Metrics over all thresholds: the area under a curve, the best point on it.

The curve is that of `num_thresholds` thresholds between 0 and 1.

Source: https://keras.io/api/metrics/classification_metrics/
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import config
from edukeras.errors import ShapeError, explain, unknown_name
from edukeras.metrics.base import Metric, as_result, divide, masked_weights
from edukeras.metrics.confusion import Outcomes, count_outcomes
from edukeras.tensor import Tensor, as_array


def even_thresholds(number: int) -> np.ndarray:
    """From just below 0 to just above 1, so that the ends of the curve are there.

    >>> even_thresholds(3)
    array([-1.0000000e-07,  5.0000000e-01,  1.0000001e+00], dtype=float32)
    """
    if number == 1:
        return np.array([0.5], "float32")
    inner = [(i + 1) / (number - 1) for i in range(number - 2)]
    epsilon = config.epsilon()
    return np.array([-epsilon, *inner, 1.0 + epsilon], "float32")


class _CurveMetric(Metric):
    """The base: the counts of all four outcomes at each threshold."""

    def __init__(self, name: str | None, dtype: Any) -> None:
        super().__init__(name=name, dtype=dtype)

    def _add_counts(self, shape: tuple[int, ...]) -> None:
        self.true_positives = self.add_variable(shape, name="true_positives")
        self.false_positives = self.add_variable(shape, name="false_positives")
        self.true_negatives = self.add_variable(shape, name="true_negatives")
        self.false_negatives = self.add_variable(shape, name="false_negatives")

    def _add(self, outcomes: Outcomes) -> None:
        self.true_positives.array += outcomes.true_positives
        self.false_positives.array += outcomes.false_positives
        self.true_negatives.array += outcomes.true_negatives
        self.false_negatives.array += outcomes.false_negatives

    def _counts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """tp, fp, tn, fn at each threshold."""
        return (
            self.true_positives.array,
            self.false_positives.array,
            self.true_negatives.array,
            self.false_negatives.array,
        )


class AUC(_CurveMetric):
    """The area under the ROC curve: 1 is perfect, 0.5 is guessing.

    It is the probability that a random positive scores higher than a random negative.

    Args:
        num_thresholds: more make the curve finer.
        curve: "ROC" (recall over false-positive rate), "PR" (precision over recall),
            or "PRGAIN" (the precision-recall-gain curve).
        summation_method: "interpolation" (trapezoids), "minoring" or "majoring".
        thresholds: your own, instead of evenly spaced ones.
        multi_label: whether columns are averaged instead of counted together.
        num_labels: how many columns, for multi_label; None waits for the first batch.
        label_weights: weights of the columns.
        from_logits: whether y_pred still needs a sigmoid.

    Sources: Fawcett, 2006, doi:10.1016/j.patrec.2005.10.010; for the interpolation
    between precisions Davis and Goadrich, 2006, doi:10.1145/1143844.1143874

    >>> AUC()([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    Tensor(0.75, shape=(), dtype=float32)
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Any = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(name, dtype)
        curves = ("ROC", "PR", "PRGAIN")
        if curve.upper() not in curves:
            raise unknown_name("AUC curve", curve, curves)
        methods = ("interpolation", "minoring", "majoring")
        if summation_method not in methods:
            raise unknown_name("summation_method", summation_method, methods)
        if thresholds is not None:
            inner = sorted(float(t) for t in thresholds)
            epsilon = config.epsilon()
            self._thresholds = np.array([-epsilon, *inner, 1.0 + epsilon], "float32")
            self._own_thresholds: list[float] | None = inner
        elif num_thresholds > 1:
            self._thresholds = even_thresholds(num_thresholds)
            self._own_thresholds = None
        else:
            raise ValueError(
                explain(
                    "A curve needs at least two thresholds.",
                    received=f"num_thresholds={num_thresholds!r}",
                )
            )
        self.num_thresholds = len(self._thresholds)
        self.curve = curve.upper()
        self.summation_method = summation_method
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = label_weights
        self.from_logits = from_logits
        if not multi_label:
            self._add_counts((self.num_thresholds,))
        elif num_labels:
            self._add_counts((self.num_thresholds, num_labels))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        weights = masked_weights(y_pred, sample_weight)
        pred = as_array(y_pred, "float32")
        if self.from_logits:
            pred = 1 / (1 + np.exp(-pred))
        if self.multi_label:
            if pred.ndim != 2:
                raise ShapeError(
                    explain(
                        "AUC(multi_label=True) takes one column per label.",
                        expected="y_pred of shape (samples, labels)",
                        received=f"shape {pred.shape}",
                    )
                )
            if not self.variables:
                self._add_counts((self.num_thresholds, pred.shape[1]))
        elif self.label_weights is not None:
            weights = self._weights_of_all(pred, weights)
        self._add(
            count_outcomes(
                y_true, pred, self._thresholds, weights, per_label=self.multi_label
            )
        )

    def _weights_of_all(self, pred: np.ndarray, weights: Any) -> np.ndarray:
        """Sample weights times label weights, one per score."""
        of_labels = np.broadcast_to(as_array(self.label_weights, "float32"), pred.shape)
        if weights is None:
            return of_labels
        of_samples = as_array(weights, "float32").reshape(len(pred), -1)
        return of_labels * of_samples

    def result(self) -> Tensor:
        if not self.variables:
            return as_result(0.0, self.dtype)
        if self.curve == "PR" and self.summation_method == "interpolation":
            areas = self._interpolated_pr_areas()
        else:
            areas = self._areas(*self._curve())
        if not self.multi_label:
            return as_result(areas, self.dtype)
        if self.label_weights is None:
            return as_result(areas.mean(), self.dtype)
        weights = as_array(self.label_weights, "float32")
        return as_result(divide((areas * weights).sum(), weights.sum()), self.dtype)

    def _curve(self) -> tuple[np.ndarray, np.ndarray]:
        """x and y of the curve at each threshold; x falls."""
        tp, fp, tn, fn = self._counts()
        recall = divide(tp, tp + fn)
        if self.curve == "ROC":
            return divide(fp, fp + tn), recall
        precision = divide(tp, tp + fp)
        if self.curve == "PR":
            return recall, precision
        # Gains compare with saying always yes: Flach and Kull, 2015.
        scale = divide(tp + fn, fp + tn)
        recall_gain = np.where(tp > 0, 1.0 - scale * divide(fn, tp), 0.0)
        return np.maximum(recall_gain, 0.0), 1.0 - scale * divide(fp, tp)

    def _areas(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The sum of width times height between neighbouring thresholds."""
        if self.summation_method == "interpolation":
            heights = (y[:-1] + y[1:]) / 2
        elif self.summation_method == "minoring":
            heights = np.minimum(y[:-1], y[1:])
        else:
            heights = np.maximum(y[:-1], y[1:])
        return np.sum((x[:-1] - x[1:]) * heights, axis=0)

    def _interpolated_pr_areas(self) -> np.ndarray:
        """The area under precision over recall, where precision is not a straight line.

        Between two thresholds true positives and all positives p = tp + fp grow in
        proportion: tp = slope * p + intercept.  The integral of tp / p then is
        slope * (width in tp + intercept * log(p ratio)) / (all labels 1).
        """
        tp, fp, _, fn = self._counts()
        p = tp + fp
        d_tp, d_p = tp[:-1] - tp[1:], p[:-1] - p[1:]
        slope = divide(d_tp, np.maximum(d_p, 0))
        intercept = tp[1:] - slope * p[1:]
        usable = (p[:-1] > 0) & (p[1:] > 0)
        ratio = np.where(usable, divide(p[:-1], np.maximum(p[1:], 0)), 1.0)
        pieces = slope * (d_tp + intercept * np.log(ratio))
        return np.sum(divide(pieces, np.maximum(tp[1:] + fn[1:], 0)), axis=0)

    def get_config(self) -> dict[str, Any]:
        weights = self.label_weights
        config = {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if weights is None else np.array(weights).tolist(),
            "from_logits": self.from_logits,
        }
        if self._own_thresholds is not None:
            config["thresholds"] = self._own_thresholds
        return config


# -- the best point on a curve ------------------------------------------------


class _BestPoint(_CurveMetric):
    """The base: the best value of one rate where another is high enough."""

    limited: str  # the name of the argument

    def __init__(
        self,
        value: float,
        num_thresholds: int,
        class_id: int | None,
        name: str | None,
        dtype: Any,
    ) -> None:
        super().__init__(name, dtype)
        if not 0 <= value <= 1:
            raise ValueError(
                explain(
                    f"{self.limited} is a rate.",
                    expected="a number from 0 to 1",
                    received=f"{self.limited}={value!r}",
                )
            )
        if num_thresholds < 1:
            raise ValueError(
                explain(
                    "A curve needs at least one threshold.",
                    received=f"num_thresholds={num_thresholds!r}",
                )
            )
        self.value = value
        setattr(self, self.limited, value)
        self.num_thresholds = num_thresholds
        self.class_id = class_id
        one = np.array([0.5], "float32")
        self._thresholds = (
            one if num_thresholds == 1 else even_thresholds(num_thresholds)
        )
        self._add_counts((num_thresholds,))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        weights = masked_weights(y_pred, sample_weight)
        pred = as_array(y_pred, "float32")
        self._add(
            count_outcomes(
                y_true, pred, self._thresholds, weights, class_id=self.class_id
            )
        )

    def rates(self) -> tuple[np.ndarray, np.ndarray]:
        """The rate to be high enough, and the rate to be returned."""
        raise NotImplementedError

    def result(self) -> Tensor:
        limited, wanted = self.rates()
        enough = limited >= self.value
        best = wanted[enough].max() if enough.any() else 0.0
        return as_result(best, self.dtype)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            self.limited: self.value,
            "num_thresholds": self.num_thresholds,
            "class_id": self.class_id,
        }

    def _rate(self, right: int, wrong: int) -> np.ndarray:
        counts = self._counts()
        return divide(counts[right], counts[right] + counts[wrong])

    # Sensitivity is another name of recall; specificity is the recall of label 0.
    def _recall(self) -> np.ndarray:
        return self._rate(0, 3)  # tp / (tp + fn)

    def _precision(self) -> np.ndarray:
        return self._rate(0, 1)  # tp / (tp + fp)

    def _specificity(self) -> np.ndarray:
        return self._rate(2, 1)  # tn / (tn + fp)


class SensitivityAtSpecificity(_BestPoint):
    """The best tp / (tp + fn) where tn / (tn + fp) is at least `specificity`.

    >>> SensitivityAtSpecificity(0.5)([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.8])
    Tensor(1., shape=(), dtype=float32)
    """

    limited = "specificity"

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(specificity, num_thresholds, class_id, name, dtype)

    def rates(self) -> tuple[np.ndarray, np.ndarray]:
        return self._specificity(), self._recall()


class SpecificityAtSensitivity(_BestPoint):
    """The best tn / (tn + fp) where tp / (tp + fn) is at least `sensitivity`."""

    limited = "sensitivity"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)

    def rates(self) -> tuple[np.ndarray, np.ndarray]:
        return self._recall(), self._specificity()


class PrecisionAtRecall(_BestPoint):
    """The best precision where the recall is at least `recall`."""

    limited = "recall"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(recall, num_thresholds, class_id, name, dtype)

    def rates(self) -> tuple[np.ndarray, np.ndarray]:
        return self._recall(), self._precision()


class RecallAtPrecision(_BestPoint):
    """The best recall where the precision is at least `precision`."""

    limited = "precision"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(precision, num_thresholds, class_id, name, dtype)

    def rates(self) -> tuple[np.ndarray, np.ndarray]:
        return self._precision(), self._recall()
