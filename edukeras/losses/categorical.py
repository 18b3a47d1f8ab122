"""Cross-entropies for one of several classes, as one-hot rows or as class numbers.

`from_logits=True` says that y_pred are numbers to which softmax has not been applied
yet; both then happen in one step, without rounding to 0 or 1.

Source: https://keras.io/api/losses/probabilistic_losses/
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import config, ops
from edukeras.errors import ShapeError, explain
from edukeras.losses.base import ONE_HOT_HINT, LossFunctionWrapper, comparable
from edukeras.tensor import Tensor

# -- one-hot rows -------------------------------------------------------------


def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """-sum(y log(p)) over the classes.

    Shapes: (..., C) one-hot, (..., C) -> (...)

    Args:
        y_true: one-hot rows, or the probabilities of the classes.
        y_pred: predicted probabilities p; they are divided by their sum.
        from_logits: whether y_pred still needs a softmax.
        label_smoothing: this much of each label is shared among all classes.
        axis: that of the classes.

    >>> categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])
    Tensor([0.693147], shape=(1,), dtype=float32)
    """
    y_true, y_pred = comparable(
        "categorical_crossentropy", y_true, y_pred, ONE_HOT_HINT
    )
    if label_smoothing:
        y_true = _smooth(y_true, label_smoothing, axis)
    return ops.categorical_crossentropy(
        y_true, y_pred, from_logits=from_logits, axis=axis
    )


def _smooth(y_true: Any, label_smoothing: float, axis: int) -> Any:
    classes = y_true.shape[axis]
    return y_true * (1.0 - label_smoothing) + label_smoothing / classes


class CategoricalCrossentropy(LossFunctionWrapper):
    """-sum(y log(p)), for one-hot labels."""

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: Any = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """-sum(alpha * (1 - p)**gamma * y * log(p)): easy samples count less.

    Shapes: (..., C) one-hot, (..., C) -> (...)

    Source: Lin et al., 2017, https://arxiv.org/abs/1708.02002

    >>> categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])  # log(2) / 16
    Tensor([0.043322], shape=(1,), dtype=float32)
    """
    y_true, y_pred = comparable(
        "categorical_focal_crossentropy", y_true, y_pred, ONE_HOT_HINT
    )
    if label_smoothing:
        y_true = _smooth(y_true, label_smoothing, axis)
    if from_logits:
        y_pred = ops.softmax(y_pred, axis=axis)
    p = y_pred / ops.sum(y_pred, axis=axis, keepdims=True)
    p = ops.clip(p, config.epsilon(), 1.0 - config.epsilon())
    entropy = -y_true * ops.log(p)
    if np.ndim(alpha):  # one for each class
        alpha = ops.convert_to_tensor(alpha, entropy.dtype)
    return ops.sum(alpha * ops.power(1.0 - p, gamma) * entropy, axis=axis)


class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """Categorical cross-entropy that looks at the hard samples (Lin et al., 2017)."""

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


# -- class numbers ------------------------------------------------------------


def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Any:
    """-log(p of the right class).

    Shapes: (...) or (..., 1) class numbers, (..., C) -> (...)

    Args:
        y_true: class numbers from 0.
        y_pred: predicted probabilities of the classes.
        from_logits: whether y_pred still needs a softmax.
        ignore_class: samples of this class have loss 0 and do not count.
        axis: that of the classes.

    >>> sparse_categorical_crossentropy([1], [[0.5, 0.5]])
    Tensor([0.693147], shape=(1,), dtype=float32)
    """
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(
            y_true, y_pred, from_logits=from_logits, axis=axis
        )
    labels = ops.convert_to_tensor(y_true)
    if len(labels.shape) == len(ops.shape(y_pred)) and labels.shape[-1] == 1:
        labels = ops.squeeze(labels, axis=-1)
    counts = ops.not_equal(labels, ignore_class)
    losses = ops.sparse_categorical_crossentropy(
        ops.where(counts, labels, 0), y_pred, from_logits=from_logits, axis=axis
    )
    losses = ops.where(counts, losses, 0.0)
    if type(losses) is Tensor:  # tells `Loss` what not to count
        losses.mask = counts.array
    return losses


class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """-log(p of the right class), for labels that are class numbers."""

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            sparse_categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )


def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Any:
    """(1 - p**q) / q, p being the probability of the right class.

    Between cross-entropy (q near 0) and the absolute error (q near 1), which
    forgives wrong labels.

    Shapes: (...) or (..., 1) class numbers, (..., C) -> (...)

    Source: Zhang and Sabuncu, 2018, https://arxiv.org/abs/1805.07836

    >>> categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5)
    Tensor([1.], shape=(1,), dtype=float32)
    """
    labels, p = _labels(y_true), ops.convert_to_tensor(y_pred)
    if len(labels.shape) == len(p.shape) and labels.shape[-1] == 1:
        labels = ops.squeeze(labels, axis=-1)
    if len(labels.shape) != len(p.shape) - 1:
        raise ShapeError(
            explain(
                "categorical_generalized_cross_entropy takes one class number per "
                "sample.",
                expected=f"y_true of shape {p.shape[:-1]}",
                received=f"y_true of shape {labels.shape}",
                hint="np.argmax(y, axis=-1) makes class numbers of one-hot rows.",
            )
        )
    rows = ops.one_hot(labels, p.shape[-1], dtype=p.dtype)
    # Not 0, where the slope of p**q has no limit.
    right = ops.maximum(ops.sum(rows * p, axis=-1), config.epsilon() ** 3)
    return (1.0 - ops.power(right, q)) / q


def _labels(y_true: Any) -> Any:
    """Class numbers as whole numbers."""
    return ops.cast(ops.convert_to_tensor(y_true), "int32")


class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    """(1 - p**q) / q, robust to wrong labels; they are class numbers."""

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None:
        if not 0 < q < 1:
            raise ValueError(
                explain("q must lie between 0 and 1.", received=f"q={q!r}")
            )
        super().__init__(
            categorical_generalized_cross_entropy, reduction, name, dtype, q=q
        )
        self.q = q
