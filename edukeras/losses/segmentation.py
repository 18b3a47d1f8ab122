"""Losses for segmentation, which compare areas: 1 - overlap / size.

With `axis=None` all samples are one area and the loss is one number.

Source: https://keras.io/api/losses/
"""

from __future__ import annotations

from typing import Any

from edukeras import config, ops
from edukeras.losses.base import LossFunctionWrapper, comparable


def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Any:
    """1 - 2 * sum(y_true * y_pred) / (sum(y_true) + sum(y_pred)).

    axis: the axes of one area, such as (1, 2, 3) for images; None is all of them.

    >>> dice([[1.0, 0.0]], [[1.0, 1.0]])  # 1 - 2 / 3
    Tensor(0.333333, shape=(), dtype=float32)
    """
    y_true, y_pred = comparable("dice", y_true, y_pred)
    overlap = ops.sum(y_true * y_pred, axis=axis)
    size = ops.sum(y_true, axis=axis) + ops.sum(y_pred, axis=axis)
    epsilon = config.epsilon()
    return 1.0 - (2.0 * overlap + epsilon) / (size + epsilon)


class Dice(LossFunctionWrapper):
    """1 - 2 * overlap / (size of both areas): 0 for equal areas."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "dice",
        axis: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(dice, reduction, name, dtype, axis=axis)
        self.axis = axis


def tversky(
    y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None
) -> Any:
    """1 - overlap / (overlap + alpha * false alarms + beta * misses).

    With alpha = beta = 0.5 it is the Dice loss.

    Source: Salehi et al., 2017, https://arxiv.org/abs/1706.05721

    >>> tversky([[1.0, 0.0]], [[1.0, 1.0]], alpha=1.0)  # 1 - 1 / (1 + 1)
    Tensor(0.5, shape=(), dtype=float32)
    """
    y_true, y_pred = comparable("tversky", y_true, y_pred)
    overlap = ops.sum(y_true * y_pred, axis=axis)
    false_alarms = ops.sum((1.0 - y_true) * y_pred, axis=axis)
    misses = ops.sum(y_true * (1.0 - y_pred), axis=axis)
    epsilon = config.epsilon()
    size = overlap + alpha * false_alarms + beta * misses
    return 1.0 - (overlap + epsilon) / (size + epsilon)


class Tversky(LossFunctionWrapper):
    """The Dice loss with weights for false alarms (alpha) and misses (beta)."""

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "tversky",
        axis: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis
        )
        self.alpha = alpha
        self.beta = beta
        self.axis = axis
