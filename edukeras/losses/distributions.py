"""Losses that compare distributions: Kullback-Leibler and Poisson.

Source: https://keras.io/api/losses/probabilistic_losses/
"""

from __future__ import annotations

from typing import Any

from edukeras import config, ops
from edukeras.losses.base import LossFunctionWrapper, comparable


def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    """sum(y_true * log(y_true / y_pred)): how far p is from the true distribution.

    Shapes: (..., C), (..., C) -> (...)

    >>> kl_divergence([[0.5, 0.5]], [[0.5, 0.5]])
    Tensor([0.], shape=(1,), dtype=float32)
    """
    y_true, y_pred = comparable("kl_divergence", y_true, y_pred)
    y_true = ops.clip(y_true, config.epsilon(), 1.0)
    y_pred = ops.clip(y_pred, config.epsilon(), 1.0)
    return ops.sum(y_true * ops.log(y_true / y_pred), axis=-1)


class KLDivergence(LossFunctionWrapper):
    """sum(y_true * log(y_true / y_pred)), 0 where both are equal."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "kl_divergence",
        dtype: Any = None,
    ) -> None:
        super().__init__(kl_divergence, reduction, name, dtype)


def poisson(y_true: Any, y_pred: Any) -> Any:
    """mean(y_pred - y_true * log(y_pred)), for counts and their expected numbers.

    Shapes: (..., M), (..., M) -> (...)

    >>> poisson([[3.0]], [[1.0]])
    Tensor([1.], shape=(1,), dtype=float32)
    """
    y_true, y_pred = comparable("poisson", y_true, y_pred)
    return ops.mean(y_pred - y_true * ops.log(y_pred + config.epsilon()), axis=-1)


class Poisson(LossFunctionWrapper):
    """mean(y_pred - y_true * log(y_pred)), smallest at y_pred = y_true."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "poisson",
        dtype: Any = None,
    ) -> None:
        super().__init__(poisson, reduction, name, dtype)
