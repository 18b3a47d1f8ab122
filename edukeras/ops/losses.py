"""Cross-entropies, one number per sample; the losses of `fit` are means of these."""

from __future__ import annotations

import numpy as np

from edukeras import config, kernels
from edukeras.autodiff import op
from edukeras.errors import ShapeError, explain
from edukeras.ops.dtypes import to_float


def _check_same_shape(name, target, output):
    if target.shape != output.shape:
        raise ShapeError(
            explain(
                f"{name} compares arrays of the same shape.",
                expected=f"y_true of shape {output.shape}",
                received=f"y_true of shape {target.shape}",
                hint="keras.utils.to_categorical(y, num_classes) makes one-hot rows "
                "of class numbers; sparse_categorical_crossentropy takes the numbers "
                "themselves.",
            )
        )


@op
def categorical_crossentropy(target, output, *, from_logits=False, axis=-1):
    """-sum(target * log(output)) for each row.

    Shapes: (..., C), (..., C) -> (...)

    from_logits: output holds logits, to which softmax is still to be applied.
    """
    if target.shape != output.shape:
        _check_same_shape("categorical_crossentropy", target, output)
    output = to_float(output)
    rows, targets = output, target
    moved = axis not in (-1, output.ndim - 1)
    if moved:
        rows, targets = (np.moveaxis(a, axis, -1) for a in (rows, targets))
    flat = rows.ndim == 2
    shape = rows.shape
    if not flat:
        rows, targets = (a.reshape(-1, shape[-1]) for a in (rows, targets))
    if targets.dtype != rows.dtype:
        targets = targets.astype(rows.dtype)
    epsilon = config.epsilon()
    if from_logits:
        loss, probabilities = kernels.softmax_crossentropy(rows, targets)
    else:
        loss = kernels.categorical_crossentropy(rows, targets, epsilon)

    def backward(grad, need):
        grad = grad.reshape(-1)
        if from_logits:
            d = kernels.softmax_crossentropy_backward(grad, probabilities, targets)
        else:
            d = kernels.categorical_crossentropy_backward(grad, rows, targets, epsilon)
        d = d if flat else d.reshape(shape)
        return None, (np.moveaxis(d, -1, axis) if moved else d)

    return (loss if flat else loss.reshape(shape[:-1])), backward


@op
def sparse_categorical_crossentropy(target, output, *, from_logits=False, axis=-1):
    """-log(output[target]) for each row; targets are class numbers.

    Shapes: (...) or (..., 1), (..., C) -> (...)
    """
    output = to_float(output)
    moved = axis not in (-1, output.ndim - 1)
    if moved:
        output = np.moveaxis(output, axis, -1)
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = target[..., 0]
    if target.shape != output.shape[:-1]:
        raise ShapeError(
            explain(
                "sparse_categorical_crossentropy takes one class number per sample.",
                expected=f"y_true of shape {output.shape[:-1]}",
                received=f"y_true of shape {target.shape}",
                hint="for one-hot rows use categorical_crossentropy.",
            )
        )
    rows = output.reshape(-1, output.shape[-1])
    labels = target.reshape(-1).astype(np.int64, copy=False)
    epsilon = config.epsilon()
    if from_logits:
        loss, probabilities = kernels.sparse_softmax_crossentropy(rows, labels)
    else:
        loss = kernels.sparse_categorical_crossentropy(rows, labels, epsilon)

    def backward(grad, need):
        grad = grad.reshape(-1)
        if from_logits:
            d = kernels.sparse_softmax_crossentropy_backward(
                grad, probabilities, labels
            )
        else:
            d = kernels.sparse_categorical_crossentropy_backward(
                grad, rows, labels, epsilon
            )
        d = d.reshape(output.shape)
        return None, (np.moveaxis(d, -1, axis) if moved else d)

    return loss.reshape(output.shape[:-1]), backward


@op
def binary_crossentropy(target, output, *, from_logits=False):
    """-(t log p + (1 - t) log(1 - p)), element by element."""
    _check_same_shape("binary_crossentropy", target, output)
    output = to_float(output)
    target = target.astype(output.dtype, copy=False)
    if from_logits:

        def backward_logits(grad, need):
            d = kernels.sigmoid_binary_crossentropy_backward(grad, output, target)
            return None, d

        return kernels.sigmoid_binary_crossentropy(output, target), backward_logits
    epsilon = config.epsilon()

    def backward(grad, need):
        d = kernels.binary_crossentropy_backward(grad, output, target, epsilon)
        return None, d

    return kernels.binary_crossentropy(output, target, epsilon), backward
