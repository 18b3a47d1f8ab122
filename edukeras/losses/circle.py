"""The circle loss: embeddings of one class together, of different classes apart.

Source: Sun et al., 2020, https://arxiv.org/abs/2002.10857
"""

from __future__ import annotations

from typing import Any

from edukeras import ops
from edukeras.losses.base import LossFunctionWrapper
from edukeras.tensor import Tensor


def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> Any:
    """softplus(logsumexp over other classes + logsumexp over the own class).

    A sample without another one of its class has loss 0 and does not count.

    Distances are 1 - cosine.  Pairs of one class are pulled below the margin, pairs
    of different classes pushed beyond 1 - margin, the worst ones hardest (equation 6).

    Shapes: (B,) class numbers, (B, D) embeddings of length 1 -> (B,)

    Args:
        ref_labels, ref_embeddings: (R,) and (R, D), what the batch is compared with;
            None is the batch itself.
        remove_diagonal: whether the i-th sample is not compared with the i-th
            reference, which is itself.
        gamma: a larger one looks more at the worst pairs.
        margin: see above.
    """
    labels = ops.reshape(ops.convert_to_tensor(y_true), (-1, 1))  # (B, 1)
    embeddings = ops.convert_to_tensor(y_pred)
    others = embeddings if ref_embeddings is None else ref_embeddings
    other_labels = labels if ref_labels is None else ref_labels
    other_labels = ops.reshape(ops.convert_to_tensor(other_labels), (1, -1))  # (1, R)

    cosine = ops.matmul(embeddings, ops.transpose(others))  # (B, R)
    distance = ops.maximum(1.0 - cosine, 0.0)
    same = ops.equal(labels, other_labels)
    different = ops.logical_not(same)
    if remove_diagonal:
        itself = ops.eye(distance.shape[0], distance.shape[1], dtype="bool")
        same = ops.logical_and(same, ops.logical_not(itself))

    # How far a pair is from its aim is a weight: it has no gradient.
    pull = ops.stop_gradient(ops.maximum(distance + margin, 0.0))
    push = ops.stop_gradient(ops.maximum(1.0 + margin - distance, 0.0))
    positive = gamma * pull * (distance - margin)
    negative = gamma * push * (1.0 - margin - distance)
    total = _logsumexp_where(same, positive) + _logsumexp_where(different, negative)
    has_both = ops.logical_and(ops.any(same, axis=1), ops.any(different, axis=1))
    losses = ops.where(has_both, ops.softplus(total), 0.0)
    if type(losses) is Tensor:  # tells `Loss` what not to count
        losses.mask = has_both.array
    return losses


def _logsumexp_where(condition: Any, x: Any) -> Any:
    """log(sum(exp(x))) over those entries of a row that fulfil the condition."""
    return ops.logsumexp(ops.where(condition, x, -1e9), axis=1)


class Circle(LossFunctionWrapper):
    """Pulls embeddings of one class together (Sun et al., 2020)."""

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "circle",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            circle,
            reduction,
            name,
            dtype,
            gamma=gamma,
            margin=margin,
            remove_diagonal=remove_diagonal,
        )
        self.gamma = gamma
        self.margin = margin
        self.remove_diagonal = remove_diagonal
