"""Batch normalization over every axis but one.

With n values per channel, x_hat = (x - mean) / sqrt(variance + epsilon) and
y = gamma * x_hat + beta (Ioffe and Szegedy 2015, "Batch Normalization", algorithm 1).
Mean, variance, gamma and beta have one value per channel, shape (C,).
"""

import numpy as np

__all__ = ["batchnorm_backward", "batchnorm_inference", "batchnorm_train"]


def batchnorm_train(x, gamma, beta, axis, epsilon):
    """Normalize by the batch's own statistics: (y, mean, variance).

    The variance is the biased one, divided by n. Sums are in float64: in float32, data
    of mean 1000 would leave few digits for the variance.
    """
    other_axes = _other_axes(x, axis)
    mean = x.mean(axis=other_axes, dtype=np.float64).astype(x.dtype)
    variance = x.var(axis=other_axes, dtype=np.float64).astype(x.dtype)
    y = batchnorm_inference(x, gamma, beta, mean, variance, axis, epsilon)
    return y, mean, variance


def batchnorm_inference(x, gamma, beta, mean, variance, axis, epsilon):
    """Normalize by given statistics, those that training has collected."""
    other_axes = _other_axes(x, axis)
    scale = 1 / np.sqrt(variance + epsilon)
    if gamma is not None:
        scale = gamma * scale
    y = (x - np.expand_dims(mean, other_axes)) * np.expand_dims(scale, other_axes)
    if beta is not None:
        y = y + np.expand_dims(beta, other_axes)
    return y.astype(x.dtype, copy=False)


def batchnorm_backward(grad, x, gamma, mean, variance, axis, epsilon):
    """Gradients of `batchnorm_train`: (dx, dgamma or None without gamma, dbeta).

    Mean and variance depend on x too, which takes the gradient's own mean, and its
    part along x_hat, out of dx (equations in section 3 of the paper, simplified).
    """
    other_axes = _other_axes(x, axis)
    inverse_std = np.expand_dims(1 / np.sqrt(variance + epsilon), other_axes)
    x_hat = (x - np.expand_dims(mean, other_axes)) * inverse_std
    n = x.size // max(mean.size, 1)

    dbeta = grad.sum(axis=other_axes)  # (C,)
    dgamma = (grad * x_hat).sum(axis=other_axes)  # (C,)
    mean_part = np.expand_dims(dbeta / max(n, 1), other_axes)
    variance_part = x_hat * np.expand_dims(dgamma / max(n, 1), other_axes)
    dx = inverse_std * (grad - mean_part - variance_part)
    if gamma is None:
        return dx, None, dbeta
    return np.expand_dims(gamma, other_axes) * dx, dgamma, dbeta


def _other_axes(x, axis):
    return tuple(i for i in range(x.ndim) if i != axis % x.ndim)
