"""Cross-entropies and their gradients, row by row: (B, C) -> (B,).

The `softmax_` and `sigmoid_` forms take logits, and are exact where probabilities would
round to 0 or 1. The others take probabilities and clip them to [epsilon, 1 - epsilon].
"""

import numpy as np

from edukeras.errors import explain
from edukeras.reference.activations import log_softmax, sigmoid

__all__ = [
    "binary_crossentropy",
    "binary_crossentropy_backward",
    "categorical_crossentropy",
    "categorical_crossentropy_backward",
    "sigmoid_binary_crossentropy",
    "sigmoid_binary_crossentropy_backward",
    "softmax_crossentropy",
    "softmax_crossentropy_backward",
    "sparse_categorical_crossentropy",
    "sparse_categorical_crossentropy_backward",
    "sparse_softmax_crossentropy",
    "sparse_softmax_crossentropy_backward",
]


def softmax_crossentropy(logits, targets):
    """-sum(targets * log(softmax(logits))): (loss (B,), probabilities (B, C))."""
    log_probabilities = log_softmax(logits)
    loss = -(targets * log_probabilities).sum(axis=-1)
    return loss.astype(logits.dtype, copy=False), np.exp(log_probabilities)


def softmax_crossentropy_backward(grad, probabilities, targets):
    """(p * sum(targets) - targets) * grad"""
    total = targets.sum(axis=-1, keepdims=True)
    dlogits = (probabilities * total - targets) * grad[:, None]
    return dlogits.astype(probabilities.dtype, copy=False)


def sparse_softmax_crossentropy(logits, labels):
    """-log(softmax(logits))[label]: (loss (B,), probabilities (B, C))."""
    return softmax_crossentropy(logits, one_hot(labels, logits))


def sparse_softmax_crossentropy_backward(grad, probabilities, labels):
    """(p - one_hot(labels)) * grad"""
    return (probabilities - one_hot(labels, probabilities)) * grad[:, None]


def categorical_crossentropy(probabilities, targets, epsilon):
    """-sum(targets * log(q)) with q = p / sum(p), clipped."""
    q, _, _ = _clipped_shares(probabilities, epsilon)
    loss = -(targets * np.log(q)).sum(axis=-1)
    return loss.astype(probabilities.dtype, copy=False)


def categorical_crossentropy_backward(grad, probabilities, targets, epsilon):
    """The gradient of exactly that formula: 0 where q was clipped, then p / sum(p).

    dq = -targets / q * grad;  dp = (dq - sum(dq * q)) / sum(p)
    """
    q, inside, total = _clipped_shares(probabilities, epsilon)
    dq = np.where(inside, -targets / q, 0) * grad[:, None]
    dp = (dq - (dq * q).sum(axis=-1, keepdims=True)) / total
    return dp.astype(probabilities.dtype, copy=False)


def sparse_categorical_crossentropy(probabilities, labels, epsilon):
    """-log(q[label]) with q = p / sum(p), clipped."""
    targets = one_hot(labels, probabilities)
    return categorical_crossentropy(probabilities, targets, epsilon)


def sparse_categorical_crossentropy_backward(grad, probabilities, labels, epsilon):
    """As for one-hot targets."""
    targets = one_hot(labels, probabilities)
    return categorical_crossentropy_backward(grad, probabilities, targets, epsilon)


def sigmoid_binary_crossentropy(logits, targets):
    """-(t log(s) + (1 - t) log(1 - s)) with s = sigmoid(x); any shape, no mean.

    Written as max(x, 0) - x t + log(1 + exp(-|x|)), which never overflows.
    """
    softplus = np.maximum(logits, 0) + np.log1p(np.exp(-np.abs(logits)))
    return (softplus - logits * targets).astype(logits.dtype, copy=False)


def sigmoid_binary_crossentropy_backward(grad, logits, targets):
    """(sigmoid(x) - t) * grad"""
    return (grad * (sigmoid(logits) - targets)).astype(logits.dtype, copy=False)


def binary_crossentropy(probabilities, targets, epsilon):
    """-(t log(p) + (1 - t) log(1 - p)), p clipped; any shape, no mean."""
    p = np.clip(probabilities, epsilon, 1 - epsilon)
    loss = -(targets * np.log(p) + (1 - targets) * np.log(1 - p))
    return loss.astype(probabilities.dtype, copy=False)


def binary_crossentropy_backward(grad, probabilities, targets, epsilon):
    """((1 - t) / (1 - p) - t / p) * grad, 0 where p was clipped."""
    p = np.clip(probabilities, epsilon, 1 - epsilon)
    slope = np.where(p == probabilities, (1 - targets) / (1 - p) - targets / p, 0)
    return (grad * slope).astype(probabilities.dtype, copy=False)


def one_hot(labels, like):
    """Per label a row of zeros with a one at the label; shape and dtype of `like`.

    Raises ValueError for a label that is not in 0 .. C - 1.
    """
    if labels.shape != like.shape[:-1]:
        raise ValueError(
            explain(
                "Sparse cross-entropy needs one label per row.",
                expected=f"labels of shape {like.shape[:-1]}",
                received=f"labels of shape {labels.shape}",
                hint="flatten the labels; for one-hot rows, categorical_crossentropy.",
            )
        )
    classes = like.shape[-1]
    outside = (labels < 0) | (labels >= classes)
    if outside.any():
        position = int(np.argmax(outside))
        raise ValueError(
            explain(
                f"Label {labels[position]} at position {position} names no class.",
                expected=f"labels from 0 to {classes - 1}, for {classes} classes",
                received=f"{labels[position]}",
                hint="count the classes from 0, or give the last layer one unit more.",
            )
        )
    targets = np.zeros_like(like)
    targets[np.arange(len(labels)), labels] = 1
    return targets


def _clipped_shares(probabilities, epsilon):
    """q = p / sum(p) clipped, where it was inside the limits, and sum(p).

    A row of zeros has no shares: the loss is NaN, as the formula says, and no warning.
    """
    total = probabilities.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = probabilities / total
    q = np.clip(shares, epsilon, 1 - epsilon)
    return q, q == shares, total
