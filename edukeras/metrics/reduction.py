"""Sums and means over everything seen, and functions made metrics.

Source: https://keras.io/api/metrics/reduction_metrics/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from edukeras import registry
from edukeras.losses.base import align_weights
from edukeras.metrics.base import Metric, as_result, masked_weights
from edukeras.tensor import Tensor, as_array, is_float


class Sum(Metric):
    """sum(weight * value) of everything seen.

    >>> metric = Sum()
    >>> metric.update_state([1.0, 2.0])
    >>> metric(4.0)
    Tensor(7., shape=(), dtype=float32)
    """

    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        total, _ = weighted_total(values, sample_weight)
        self.total.array += total

    def result(self) -> Tensor:
        return Tensor(self.total.array.copy())


class Mean(Metric):
    """sum(weight * value) / sum(weight) of everything seen; 0 before that.

    >>> metric = Mean()
    >>> metric.update_state([1.0, 2.0, 3.0])
    >>> metric(4.0)
    Tensor(2.5, shape=(), dtype=float32)
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), name="total")
        self.count = self.add_variable((), name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        total, count = weighted_total(values, sample_weight)
        self.total.array += total
        self.count.array += count

    def result(self) -> Tensor:
        count = self.count.array
        return as_result(self.total.array / count if count else 0.0, self.dtype)


class MeanMetricWrapper(Mean):
    """The mean of a function of y_true and y_pred; its options follow by keyword.

    >>> def distance(y_true, y_pred):
    ...     return abs(y_true - y_pred)
    >>> MeanMetricWrapper(distance)(np.array([1.0, 2.0]), np.array([1.0, 5.0]))
    Tensor(1.5, shape=(), dtype=float32)
    """

    def __init__(
        self, fn: Callable, name: str | None = None, dtype: Any = None, **options: Any
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._options = options

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        values = self._fn(y_true, y_pred, **self._options)
        super().update_state(values, masked_weights(y_pred, sample_weight))

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), **self._options}
        if type(self) is MeanMetricWrapper:
            config["fn"] = registry.serialize_keras_object(self._fn)
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Metric:
        return cls(**registry.deserialize_keras_object(dict(config)))


def weighted_total(values: Any, sample_weight: Any) -> tuple[Any, Any]:
    """sum(weight * value) and sum(weight); without weights, sum and number.

    Where there is one weight for several values of a sample, their mean is weighted.
    """
    if sample_weight is None and type(values) in (int, float):
        return values, 1
    array = values.array if type(values) is Tensor else as_array(values)
    if array.dtype.kind != "f" and not is_float(array.dtype):
        array = array.astype(np.float32)
    if sample_weight is None:
        return np.add.reduce(array, axis=None), array.size
    weights = as_array(sample_weight, array.dtype.name)
    if weights.ndim == array.ndim + 1 and weights.shape[-1] == 1:
        weights = weights[..., 0]
    if weights.ndim < array.ndim:
        array = array.mean(axis=tuple(range(weights.ndim, array.ndim)))
    weights = np.broadcast_to(
        align_weights("sample_weight", weights, array), array.shape
    )
    return np.sum(weights * array), np.sum(weights)
