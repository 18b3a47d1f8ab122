"""What networks are made of: activation functions, and the dense layer in one step."""

from __future__ import annotations

import numpy as np

from edukeras import kernels
from edukeras.autodiff import op
from edukeras.errors import ShapeError, explain
from edukeras.ops.dtypes import countable, to_float

# -- activations --------------------------------------------------------------


@op
def relu(x):
    """max(x, 0).

    >>> relu(np.float32([-1, 2]))
    Tensor([0., 2.], shape=(2,), dtype=float32)
    """
    y = kernels.relu(countable(x))
    return y, lambda grad, need: (kernels.relu_backward(grad, y),)


@op
def relu6(x):
    """min(max(x, 0), 6)."""
    x = to_float(x)
    return np.clip(x, 0, 6), lambda grad, need: (grad * ((x > 0) & (x < 6)),)


@op
def sigmoid(x):
    """1 / (1 + exp(-x)), between 0 and 1."""
    y = kernels.sigmoid(to_float(x))
    return y, lambda grad, need: (kernels.sigmoid_backward(grad, y),)


@op
def softplus(x):
    """log(1 + exp(x)), a smooth relu."""
    y = kernels.softplus(to_float(x))
    return y, lambda grad, need: (kernels.softplus_backward(grad, y),)


@op
def softsign(x):
    """x / (1 + |x|), between -1 and 1."""
    y = kernels.softsign(to_float(x))
    return y, lambda grad, need: (kernels.softsign_backward(grad, y),)


@op
def silu(x):
    """x * sigmoid(x), also called swish (Ramachandran et al., 2017)."""
    x = to_float(x)
    return kernels.silu(x), lambda grad, need: (kernels.silu_backward(grad, x),)


swish = silu


@op
def gelu(x, *, approximate=True):
    """x * P(X <= x) for a standard normal X (Hendrycks and Gimpel, 2016).

    approximate: by tanh, as in the paper; otherwise exactly, by erf.
    """
    x = to_float(x)

    def backward(grad, need):
        return (kernels.gelu_backward(grad, x, approximate),)

    return kernels.gelu(x, approximate), backward


@op
def elu(x, *, alpha=1.0):
    """x above 0, alpha * (exp(x) - 1) below (Clevert et al., 2015)."""
    y = kernels.elu(to_float(x), alpha)
    return y, lambda grad, need: (kernels.elu_backward(grad, y, alpha),)


@op
def selu(x):
    """elu, scaled so that activations normalize themselves (Klambauer et al., 2017)."""
    y = kernels.selu(to_float(x))
    return y, lambda grad, need: (kernels.selu_backward(grad, y),)


@op
def leaky_relu(x, *, negative_slope=0.2):
    """x above 0, negative_slope * x below."""
    y = kernels.leaky_relu(to_float(x), negative_slope)

    def backward(grad, need):
        return (kernels.leaky_relu_backward(grad, y, negative_slope),)

    return y, backward


@op
def hard_sigmoid(x):
    """relu6(x + 3) / 6, a sigmoid made of straight lines."""
    x = to_float(x)
    return np.clip(x / 6 + 0.5, 0, 1), lambda grad, need: (grad * (np.abs(x) < 3) / 6,)


@op
def hard_silu(x):
    """x * hard_sigmoid(x), also called hard_swish (Howard et al., 2019)."""
    x = to_float(x)
    gate, gate_backward = hard_sigmoid.arrays(x)

    def backward(grad, need):
        return (grad * gate + gate_backward(grad * x, need)[0],)

    return x * gate, backward


hard_swish = hard_silu


@op
def exponential(x):
    """exp(x)."""
    y = kernels.exponential(to_float(x))
    return y, lambda grad, need: (kernels.exponential_backward(grad, y),)


@op
def log_sigmoid(x):
    """log(sigmoid(x)), without overflow."""
    x = to_float(x)
    y = -kernels.softplus(-x)
    return y, lambda grad, need: (grad * kernels.sigmoid(-x),)


@op
def hard_tanh(x):
    """x between -1 and 1, and -1 or 1 outside."""
    x = to_float(x)
    return np.clip(x, -1, 1), lambda grad, need: (grad * (np.abs(x) < 1),)


@op
def tanh_shrink(x):
    """x - tanh(x)."""
    x = to_float(x)
    t = kernels.tanh(x)
    return x - t, lambda grad, need: (grad * t * t,)


@op
def hard_shrink(x, *, threshold=0.5):
    """x where |x| > threshold, else 0."""
    kept = np.abs(x) > threshold
    return x * kept, lambda grad, need: (grad * kept,)


@op
def soft_shrink(x, *, threshold=0.5):
    """x, moved towards 0 by the threshold, but not across 0."""
    x = to_float(x)
    y = np.sign(x) * np.maximum(np.abs(x) - threshold, 0)
    return y, lambda grad, need: (grad * (y != 0),)


@op
def threshold(x, *, threshold, default_value):
    """x where x > threshold, else the default value."""
    kept = x > threshold
    y = np.where(kept, x, np.asarray(default_value, x.dtype))
    return y, lambda grad, need: (grad * kept,)


@op
def celu(x, *, alpha=1.0):
    """x above 0, alpha * (exp(x / alpha) - 1) below (Barron, 2017)."""
    x = to_float(x)
    y = np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0) / alpha)
    return y, lambda grad, need: (grad * np.where(x > 0, 1, y / alpha + 1),)


@op
def squareplus(x, *, b=4):
    """(x + sqrt(x² + b)) / 2, a relu with a round corner (Barron, 2021)."""
    x = to_float(x)
    root = np.sqrt(x * x + b)
    return (x + root) / 2, lambda grad, need: (grad * (1 + x / root) / 2,)


@op
def sparse_plus(x):
    """0 below -1, x above 1, (x + 1)² / 4 between."""
    x = to_float(x)
    gate = np.clip((x + 1) / 2, 0, 1)
    return np.where(x > 1, x, gate * gate), lambda grad, need: (grad * gate,)


@op
def sparse_sigmoid(x):
    """0 below -1, 1 above 1, (x + 1) / 2 between."""
    x = to_float(x)
    y = np.clip((x + 1) / 2, 0, 1)
    return y, lambda grad, need: (grad * (np.abs(x) < 1) / 2,)


@op
def glu(x, *, axis=-1):
    """a * sigmoid(b), where a and b are the halves of x (Dauphin et al., 2016)."""
    x = to_float(x)
    if x.shape[axis] % 2:
        raise ShapeError(
            explain(
                "glu cuts an axis into halves, so its size must be even.",
                received=f"shape {x.shape}, axis {axis}",
            )
        )
    a, b = np.split(x, 2, axis=axis)
    gate = kernels.sigmoid(b)

    def backward(grad, need):
        db = kernels.sigmoid_backward(grad * a, gate)
        return (np.concatenate([grad * gate, db], axis=axis),)

    return a * gate, backward


# -- over an axis -------------------------------------------------------------


def _on_last_axis(kernel, kernel_backward, x, axis):
    """Applies a kernel that works on the last axis to another one, or to several."""
    x = to_float(x)
    if axis in (-1, x.ndim - 1):
        y = kernel(x)
        return y, lambda grad, need: (kernel_backward(grad, y),)

    axes = range(x.ndim) if axis is None else np.atleast_1d(axis) % x.ndim
    order = [*(i for i in range(x.ndim) if i not in axes), *axes]
    moved_shape = [x.shape[i] for i in order]
    rows_shape = (*moved_shape[: x.ndim - len(axes)], -1)

    def to_rows(array):
        return array.transpose(order).reshape(rows_shape)

    def from_rows(rows):
        return rows.reshape(moved_shape).transpose(np.argsort(order))

    y = kernel(to_rows(x))

    def backward(grad, need):
        return (from_rows(kernel_backward(to_rows(grad), y)),)

    return from_rows(y), backward


@op
def softmax(x, *, axis=-1):
    """exp(x) / sum(exp(x)): positive numbers that sum to 1 along the axis."""
    return _on_last_axis(kernels.softmax, kernels.softmax_backward, x, axis)


@op
def log_softmax(x, *, axis=-1):
    """log(softmax(x)), without overflow."""
    return _on_last_axis(kernels.log_softmax, kernels.log_softmax_backward, x, axis)


@op
def sparsemax(x, *, axis=-1):
    """The nearest probabilities to x; small ones are exactly 0.

    Martins and Astudillo, 2016, https://arxiv.org/abs/1602.02068, algorithm 1.
    """
    moved = np.moveaxis(to_float(x), axis, -1)
    z = np.sort(moved, axis=-1)[..., ::-1]
    ranks = np.arange(1, z.shape[-1] + 1)
    sums = np.cumsum(z, axis=-1)
    support = (1 + ranks * z > sums).sum(axis=-1, keepdims=True)
    threshold = (np.take_along_axis(sums, support - 1, -1) - 1) / support
    y = np.maximum(moved - threshold, 0).astype(moved.dtype)

    def backward(grad, need):
        grad, kept = np.moveaxis(grad, axis, -1), y > 0
        mean = (grad * kept).sum(-1, keepdims=True) / kept.sum(-1, keepdims=True)
        return (np.moveaxis(kept * (grad - mean), -1, axis).astype(grad.dtype),)

    return np.moveaxis(y, -1, axis), backward


# -- steps of a network in one op -----------------------------------------------------

# The activations whose derivative follows from their output: dense fuses these.
FUSED_ACTIVATIONS = frozenset(
    "linear relu sigmoid tanh softmax elu selu softplus softsign exponential".split()
)


@op
def dense(x, kernel, bias, *, activation="linear"):
    """activation(x @ kernel + bias), in one step.

    The same as `matmul`, `add` and the activation, recorded once.

    Shapes: (B, ..., N), (N, M), (M,) or None -> (B, ..., M)
    """
    if x.dtype != kernel.dtype:
        x = x.astype(kernel.dtype)
    rows = x if x.ndim == 2 else x.reshape(-1, x.shape[-1])
    y = kernels.dense(rows, kernel, bias, activation)

    def backward(grad, need):
        grad = grad if grad.ndim == 2 else grad.reshape(-1, y.shape[-1])
        dx, dkernel, dbias = kernels.dense_backward(
            grad, rows, kernel, y, activation, need
        )
        if dx is not None and x.ndim != 2:
            dx = dx.reshape(x.shape)
        return dx, dkernel, dbias

    return (y if x.ndim == 2 else y.reshape(*x.shape[:-1], -1)), backward


@op
def dropout_mask_product(x, *, rate, seed, noise_shape=None):
    """x times a random mask of 0 and 1 / (1 - rate).

    seed: a number, or a function that draws one for each call.
    """
    if callable(seed):
        seed = seed()
    shape = x.shape if noise_shape is None else noise_shape
    mask = kernels.dropout_mask(shape, rate, seed, x.dtype)
    return x * mask, lambda grad, need: (grad * mask,)
