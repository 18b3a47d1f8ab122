"""Cross-entropies for labels 0 and 1.

`from_logits=True` says that y_pred are numbers to which sigmoid has not been applied
yet; both then happen in one step, without rounding to 0 or 1.

Source: https://keras.io/api/losses/probabilistic_losses/
"""

from __future__ import annotations

from typing import Any

from edukeras import ops
from edukeras.autodiff import op
from edukeras.losses.base import LossFunctionWrapper, comparable


@op
def _binary_crossentropy(target, output, *, from_logits, axis):
    """The mean over an axis of the element-wise cross-entropy, recorded once."""
    y, entropy_backward = ops.binary_crossentropy.arrays(
        target, output, from_logits=from_logits
    )
    y, mean_backward = ops.mean.arrays(y, axis=axis)

    def backward(grad, need):
        (grad,) = mean_backward(grad, (True,))
        return entropy_backward(grad, need)

    return y, backward


def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """mean(-(y log(p) + (1 - y) log(1 - p))) over an axis.

    Args:
        y_true: labels 0 and 1, or anything between.
        y_pred: p, the probabilities of label 1.
        from_logits: whether y_pred still needs a sigmoid.
        label_smoothing: 0.1 trains towards 0.05 and 0.95.
        axis: the mean is taken over this axis.

    >>> binary_crossentropy([[1.0, 0.0]], [[0.5, 0.5]])
    Tensor([0.693147], shape=(1,), dtype=float32)
    """
    y_true, y_pred = comparable("binary_crossentropy", y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    return _binary_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


class BinaryCrossentropy(LossFunctionWrapper):
    """-(y log(p) + (1 - y) log(1 - p)), for labels 0 and 1."""

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            binary_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Cross-entropy times (1 - p of the right label)**gamma: easy samples count less.

    Args:
        apply_class_balancing: whether label 1 is weighted by alpha, 0 by 1 - alpha.
        alpha: that weight.
        gamma: 0 is plain cross-entropy.

    Source: Lin et al., 2017, https://arxiv.org/abs/1708.02002

    >>> binary_focal_crossentropy([[1.0]], [[0.5]])  # 0.25 * log(2)
    Tensor([0.173287], shape=(1,), dtype=float32)
    """
    y_true, y_pred = comparable("binary_focal_crossentropy", y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    p = ops.sigmoid(y_pred) if from_logits else y_pred
    entropy = ops.binary_crossentropy(y_true, p)
    right = y_true * p + (1.0 - y_true) * (1.0 - p)
    loss = ops.power(1.0 - right, gamma) * entropy
    if apply_class_balancing:
        loss = (y_true * alpha + (1.0 - y_true) * (1.0 - alpha)) * loss
    return ops.mean(loss, axis=axis)


class BinaryFocalCrossentropy(LossFunctionWrapper):
    """Binary cross-entropy that looks at the hard samples (Lin et al., 2017)."""

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
