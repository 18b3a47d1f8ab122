"""Normalization: to mean 0 and variance 1, or to length 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import config, kernels
from edukeras.autodiff import op
from edukeras.ops.dtypes import to_float
from edukeras.ops.elementwise import divide, maximum
from edukeras.ops.gradients import unbroadcast
from edukeras.ops.linalg import norm

# -- by the batch -------------------------------------------------------------


@op
def batch_normalization_train(x, gamma, beta, *, axis, epsilon, follow=None):
    """Normalizes with the mean and variance of this batch.

    `follow(mean, variance)` is told what they were, for moving statistics.

    Returns the output, the mean and the variance (biased).  Ioffe and Szegedy,
    2015, https://arxiv.org/abs/1502.03167
    """
    y, mean, variance = kernels.batchnorm_train(x, gamma, beta, axis, epsilon)
    if follow is not None:
        follow(mean, variance)

    def backward(grad, grad_mean, grad_variance, need):
        return kernels.batchnorm_backward(grad, x, gamma, mean, variance, axis, epsilon)

    return (y, mean, variance), backward


@op
def _batch_normalization(x, mean, variance, offset, scale, *, axis, epsilon):
    y = kernels.batchnorm_inference(x, scale, offset, mean, variance, axis, epsilon)
    shape = [1] * x.ndim
    shape[axis] = x.shape[axis]
    others = tuple(i for i in range(x.ndim) if i != axis % x.ndim)

    def backward(grad, need):
        inverse = 1 / np.sqrt(variance + epsilon)
        gain = inverse if scale is None else inverse * scale
        centred = x - mean.reshape(shape)
        by_gain = (grad * centred).sum(others)
        total = grad.sum(others)
        return (
            grad * gain.reshape(shape),
            -total * gain,
            -0.5 * by_gain * gain * inverse * inverse,
            total if offset is not None else None,
            by_gain * inverse if scale is not None else None,
        )

    return y, backward


def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    axis: int,
    offset: Any = None,
    scale: Any = None,
    epsilon: float = 1e-3,
) -> Any:
    """scale * (x - mean) / sqrt(variance + epsilon) + offset.

    Shapes: x of any shape; the others (C,), C the size of the axis
    """
    return _batch_normalization(
        x, mean, variance, offset, scale, axis=axis, epsilon=epsilon
    )


# -- by the sample ------------------------------------------------------------


def _axes(x, axis):
    return tuple(np.atleast_1d(axis) % x.ndim)


def _wide(weight, x, axes):
    """A weight with the sizes of some axes of x, for multiplying with x."""
    if weight is None:
        return None
    return weight.reshape([n if i in axes else 1 for i, n in enumerate(x.shape)])


@op
def _layer_normalization(x, gamma, beta, *, axis, epsilon):
    x = to_float(x)
    axes = _axes(x, axis)
    # Half precision cannot hold the squares of 300: statistics in float32.
    wide_x = x.astype(np.float32) if x.dtype.itemsize == 2 else x
    centred = wide_x - wide_x.mean(axes, keepdims=True)
    variance = (centred * centred).mean(axes, keepdims=True)
    inverse_std = 1 / np.sqrt(variance + epsilon)
    x_hat = centred * inverse_std
    gain, shift = _wide(gamma, x, axes), _wide(beta, x, axes)
    y = x_hat if gain is None else x_hat * gain
    y = y if shift is None else y + shift

    def backward(grad, need):
        dx = dgamma = dbeta = None
        if need[0]:
            slope = grad if gain is None else grad * gain
            along = (slope * x_hat).mean(axes, keepdims=True)
            dx = (slope - slope.mean(axes, keepdims=True) - x_hat * along) * inverse_std
            dx = dx.astype(x.dtype, copy=False)
        if need[1]:
            dgamma = unbroadcast(grad * x_hat, gain).reshape(gamma.shape)
        if need[2]:
            dbeta = unbroadcast(grad, shift).reshape(beta.shape)
        return dx, dgamma, dbeta

    return y.astype(x.dtype, copy=False), backward


def layer_normalization(
    x: Any,
    gamma: Any = None,
    beta: Any = None,
    axis: Any = -1,
    epsilon: float | None = None,
    **kwargs: Any,
) -> Any:
    """gamma * (x - mean) / sqrt(variance + epsilon) + beta, mean and variance of each
    sample over the axis or axes (Ba et al., 2016, https://arxiv.org/abs/1607.06450).
    """
    epsilon = config.epsilon() if epsilon is None else epsilon
    return _layer_normalization(x, gamma, beta, axis=axis, epsilon=epsilon)


@op
def _rms_normalization(x, scale, *, axis, epsilon):
    x = to_float(x)
    axes = _axes(x, axis)
    wide_x = x.astype(np.float32) if x.dtype.itemsize == 2 else x
    inverse = 1 / np.sqrt((wide_x * wide_x).mean(axes, keepdims=True) + epsilon)
    x_hat = wide_x * inverse
    gain = _wide(scale, x, axes)
    y = x_hat if gain is None else x_hat * gain

    def backward(grad, need):
        slope = grad if gain is None else grad * gain
        along = (slope * x_hat).mean(axes, keepdims=True)
        dx = ((slope - x_hat * along) * inverse).astype(x.dtype, copy=False)
        if not need[1]:
            return dx, None
        return dx, unbroadcast(grad * x_hat, gain).reshape(scale.shape)

    return y.astype(x.dtype, copy=False), backward


def rms_normalization(
    x: Any, scale: Any = None, axis: Any = -1, epsilon: float | None = None
) -> Any:
    """scale * x / sqrt(mean(x²) + epsilon) (Zhang and Sennrich, 2019)."""
    epsilon = config.epsilon() if epsilon is None else epsilon
    return _rms_normalization(x, scale, axis=axis, epsilon=epsilon)


def normalize(
    x: Any, axis: Any = -1, order: int = 2, epsilon: float | None = None
) -> Any:
    """x / length of x along the axis, but never divided by less than epsilon.

    >>> normalize([[3.0, 4.0]])
    Tensor([[0.6, 0.8]], shape=(1, 2), dtype=float32)
    """
    epsilon = config.epsilon() if epsilon is None else epsilon
    return divide(x, maximum(norm(x, ord=order, axis=axis, keepdims=True), epsilon))
