"""Losses for real-valued targets: squared, absolute, relative, robust errors.

Each function returns one number per sample, the mean over the last axis.  The class
below it does the same with weights and a reduction.

Shapes of all: (..., M), (..., M) -> (...)

Source: https://keras.io/api/losses/regression_losses/
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from edukeras import config, ops
from edukeras.autodiff import op
from edukeras.losses.base import LossFunctionWrapper, comparable
from edukeras.ops.gradients import unbroadcast


@op
def _mean_of_squares(y_true, y_pred):
    """mean((y_pred - y_true)**2) over the last axis, recorded once."""
    difference = y_pred - y_true
    size = max(difference.shape[-1], 1)
    if difference.dtype.name == "bfloat16":  # which einsum does not know
        y = np.sum(difference * difference, axis=-1, dtype=np.float32) / size
    else:
        y = np.einsum("...i,...i->...", difference, difference) / size

    def backward(grad, need):
        d = difference * (grad[..., None] * (2 / size))
        return (
            unbroadcast(-d, y_true) if need[0] else None,
            unbroadcast(d, y_pred) if need[1] else None,
        )

    return np.asarray(y, difference.dtype), backward


def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """mean((y_true - y_pred)**2)

    >>> mean_squared_error([[0.0, 0.0]], [[1.0, 3.0]])
    Tensor([5.], shape=(1,), dtype=float32)
    """
    y_true, y_pred = comparable("mean_squared_error", y_true, y_pred)
    return _mean_of_squares(y_true, y_pred)


class MeanSquaredError(LossFunctionWrapper):
    """mean((y_true - y_pred)**2): large errors count most."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_squared_error, reduction, name, dtype)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """mean(|y_true - y_pred|)

    >>> mean_absolute_error([[0.0, 0.0]], [[1.0, -3.0]])
    Tensor([2.], shape=(1,), dtype=float32)
    """
    y_true, y_pred = comparable("mean_absolute_error", y_true, y_pred)
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)


class MeanAbsoluteError(LossFunctionWrapper):
    """mean(|y_true - y_pred|): in the units of the target."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_absolute_error, reduction, name, dtype)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """100 * mean(|y_true - y_pred| / |y_true|), for targets that are never near 0.

    >>> mean_absolute_percentage_error([[4.0]], [[5.0]])
    Tensor([25.], shape=(1,), dtype=float32)
    """
    y_true, y_pred = comparable("mean_absolute_percentage_error", y_true, y_pred)
    size = ops.maximum(ops.abs(y_true), config.epsilon())
    return 100.0 * ops.mean(ops.abs(y_true - y_pred) / size, axis=-1)


class MeanAbsolutePercentageError(LossFunctionWrapper):
    """100 * mean(|y_true - y_pred| / |y_true|): the error in percent."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """mean((log(1 + y_true) - log(1 + y_pred))**2), for values from 0.

    >>> mean_squared_logarithmic_error([[0.0]], [[np.e - 1]])
    Tensor([1.], shape=(1,), dtype=float32)
    """
    y_true, y_pred = comparable("mean_squared_logarithmic_error", y_true, y_pred)
    log_true = ops.log(ops.maximum(y_true, config.epsilon()) + 1.0)
    log_pred = ops.log(ops.maximum(y_pred, config.epsilon()) + 1.0)
    return _mean_of_squares(log_true, log_pred)


class MeanSquaredLogarithmicError(LossFunctionWrapper):
    """mean((log(1 + y_true) - log(1 + y_pred))**2): ratios, not differences, count."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """mean(e**2 / 2 where |e| <= delta, else delta * |e| - delta**2 / 2).

    Squared for small errors e, straight for large ones (Huber, 1964).

    >>> huber([[0.0, 0.0]], [[1.0, 3.0]])
    Tensor([1.5], shape=(1,), dtype=float32)
    """
    y_true, y_pred = comparable("huber", y_true, y_pred)
    error = ops.abs(y_pred - y_true)
    # The part of the error that is squared; the rest is a straight line.
    small = ops.minimum(error, delta)
    return ops.mean(small * (error - 0.5 * small), axis=-1)


class Huber(LossFunctionWrapper):
    """Squared for errors up to `delta`, straight beyond: outliers pull less."""

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(huber, reduction, name, dtype, delta=delta)
        self.delta = delta


def log_cosh(y_true: Any, y_pred: Any) -> Any:
    """mean(log(cosh(y_pred - y_true))), computed without overflow.

    log(cosh(e)) = e + log(1 + exp(-2 e)) - log(2)

    >>> log_cosh([[0.0]], [[0.0]])
    Tensor([0.], shape=(1,), dtype=float32)
    """
    y_true, y_pred = comparable("log_cosh", y_true, y_pred)
    error = y_pred - y_true
    return ops.mean(error + ops.softplus(-2.0 * error) - math.log(2.0), axis=-1)


class LogCosh(LossFunctionWrapper):
    """mean(log(cosh(y_pred - y_true))): like a smooth Huber loss."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "log_cosh",
        dtype: Any = None,
    ) -> None:
        super().__init__(log_cosh, reduction, name, dtype)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """-sum(y_true * y_pred) / (|y_true| |y_pred|): -1 for equal directions.

    >>> cosine_similarity([[1.0, 0.0]], [[3.0, 4.0]])
    Tensor([-0.6], shape=(1,), dtype=float32)
    """
    y_true, y_pred = comparable("cosine_similarity", y_true, y_pred)
    return -ops.sum(_direction(y_true, axis) * _direction(y_pred, axis), axis=axis)


def _direction(x: Any, axis: int) -> Any:
    """x / |x|, and 0 for 0."""
    square = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return x / ops.sqrt(ops.maximum(square, config.epsilon() ** 2))


class CosineSimilarity(LossFunctionWrapper):
    """-cosine of the angle between y_true and y_pred: only directions count."""

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)
