"""Losses that ask for a margin, as support vector machines do.

Labels are -1 and 1; 0 and 1 are converted.

Source: https://keras.io/api/losses/hinge_losses/
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import ops
from edukeras.autodiff import op
from edukeras.losses.base import LossFunctionWrapper, comparable


@op
def _signs(y_true):
    """Labels 0 and 1 as -1 and 1; others stay."""
    binary = bool(np.all((y_true == 0) | (y_true == 1)))
    return (2 * y_true - 1 if binary else y_true), lambda grad, need: (None,)


def hinge(y_true: Any, y_pred: Any) -> Any:
    """mean(max(1 - y_true * y_pred, 0)) over the last axis.

    >>> hinge([[-1.0, 1.0]], [[-2.0, 0.5]])
    Tensor([0.25], shape=(1,), dtype=float32)
    """
    y_true, y_pred = comparable("hinge", y_true, y_pred)
    return ops.mean(ops.maximum(1.0 - _signs(y_true) * y_pred, 0.0), axis=-1)


class Hinge(LossFunctionWrapper):
    """mean(max(1 - y_true * y_pred, 0)): 0 beyond the margin."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(hinge, reduction, name, dtype)


def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """mean(max(1 - y_true * y_pred, 0)**2) over the last axis.

    >>> squared_hinge([[-1.0, 1.0]], [[-2.0, 0.0]])
    Tensor([0.5], shape=(1,), dtype=float32)
    """
    y_true, y_pred = comparable("squared_hinge", y_true, y_pred)
    distance = ops.maximum(1.0 - _signs(y_true) * y_pred, 0.0)
    return ops.mean(ops.square(distance), axis=-1)


class SquaredHinge(LossFunctionWrapper):
    """mean(max(1 - y_true * y_pred, 0)**2): a smooth corner."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "squared_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(squared_hinge, reduction, name, dtype)


def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """max(1 + (best score of a wrong class) - (score of the right one), 0).

    Shapes: (..., C) one-hot, (..., C) -> (...)

    >>> categorical_hinge([[0.0, 1.0]], [[0.5, 0.8]])
    Tensor([0.7], shape=(1,), dtype=float32)
    """
    y_true, y_pred = comparable("categorical_hinge", y_true, y_pred)
    right = ops.sum(y_true * y_pred, axis=-1)
    wrong = ops.max((1.0 - y_true) * y_pred, axis=-1)
    return ops.maximum(wrong - right + 1.0, 0.0)


class CategoricalHinge(LossFunctionWrapper):
    """max(1 + best wrong score - right score, 0), for one-hot labels."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(categorical_hinge, reduction, name, dtype)
