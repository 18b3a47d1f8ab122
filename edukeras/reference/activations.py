"""Activations and their gradients, on arrays of any shape.

`name_backward(grad, y)` takes the *output* y where the derivative follows from it;
`gelu` and `silu` take their input x, for theirs does not.
"""

import math

import numpy as np

__all__ = [
    "elu",
    "elu_backward",
    "exponential",
    "exponential_backward",
    "gelu",
    "gelu_backward",
    "leaky_relu",
    "leaky_relu_backward",
    "log_softmax",
    "log_softmax_backward",
    "relu",
    "relu_backward",
    "selu",
    "selu_backward",
    "sigmoid",
    "sigmoid_backward",
    "silu",
    "silu_backward",
    "softmax",
    "softmax_backward",
    "softplus",
    "softplus_backward",
    "softsign",
    "softsign_backward",
    "tanh",
    "tanh_backward",
]

# Klambauer et al. 2017, "Self-Normalizing Neural Networks", equation 14.
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805

SQRT_2_OVER_PI = math.sqrt(2 / math.pi)


def relu(x):
    """max(x, 0)"""
    return np.maximum(x, 0)


def relu_backward(grad, y):
    """grad where the output is positive, else 0."""
    return np.where(y > 0, grad, 0)


def leaky_relu(x, negative_slope):
    """x where x > 0, else negative_slope * x"""
    return np.where(x > 0, x, negative_slope * x)


def leaky_relu_backward(grad, y, negative_slope):
    """grad * (1 or negative_slope); for negative_slope >= 0, y has the sign of x."""
    return np.where(y > 0, grad, negative_slope * grad)


def sigmoid(x):
    """1 / (1 + exp(-x)), written so that exp never sees a positive number."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def sigmoid_backward(grad, y):
    """grad * y * (1 - y)"""
    return grad * y * (1 - y)


def tanh(x):
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x))"""
    return np.tanh(x)


def tanh_backward(grad, y):
    """grad * (1 - y**2)"""
    return grad * (1 - y * y)


def elu(x, alpha):
    """x where x > 0, else alpha * (exp(x) - 1)"""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def elu_backward(grad, y, alpha):
    """grad * (1 or alpha * exp(x)), and alpha * exp(x) is y + alpha."""
    return np.where(y > 0, grad, grad * (y + alpha))


def selu(x):
    """SELU_SCALE * elu(x, SELU_ALPHA)"""
    return SELU_SCALE * elu(x, SELU_ALPHA)


def selu_backward(grad, y):
    """grad * (SELU_SCALE or SELU_SCALE * SELU_ALPHA * exp(x))"""
    return np.where(y > 0, SELU_SCALE * grad, grad * (y + SELU_SCALE * SELU_ALPHA))


def softplus(x):
    """log(1 + exp(x)), written so that exp never sees a positive number."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def softplus_backward(grad, y):
    """grad * sigmoid(x), and sigmoid(x) is 1 - exp(-y)."""
    return -grad * np.expm1(-y)


def softsign(x):
    """x / (1 + |x|)"""
    return x / (1 + np.abs(x))


def softsign_backward(grad, y):
    """grad / (1 + |x|)**2, and 1 / (1 + |x|) is 1 - |y|."""
    return grad * (1 - np.abs(y)) ** 2


def exponential(x):
    """exp(x), infinite where it is too large for the dtype."""
    with np.errstate(over="ignore"):
        return np.exp(x)


def exponential_backward(grad, y):
    """grad * y"""
    return grad * y


def silu(x):
    """x * sigmoid(x)"""
    return x * sigmoid(x)


def silu_backward(grad, x):
    """grad * (s + x * s * (1 - s)) with s = sigmoid(x)"""
    s = sigmoid(x)
    return grad * (s + x * s * (1 - s))


def gelu(x, approximate):
    """x * Phi(x), Phi the normal distribution, or its approximation by tanh.

    Hendrycks and Gimpel 2016, "Gaussian Error Linear Units", section 2.
    """
    if approximate:
        return 0.5 * x * (1 + np.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x**3)))
    return x * _normal_distribution(x)


def gelu_backward(grad, x, approximate):
    """grad * (Phi(x) + x * phi(x)), phi the normal density, or through tanh."""
    if approximate:
        t = np.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x**3))
        inner_slope = SQRT_2_OVER_PI * (1 + 3 * 0.044715 * x**2)
        return grad * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner_slope)
    density = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return grad * (_normal_distribution(x) + x * density)


def _normal_distribution(x):
    """The chance that a standard normal number is below x; NumPy itself has no erfc."""
    erfc = np.vectorize(math.erfc, otypes=[x.dtype])
    return 0.5 * erfc(-x / math.sqrt(2))


def softmax(x):
    """exp(x) / sum(exp(x)) over the last axis; the maximum is subtracted first."""
    if x.size == 0:
        return x.copy()
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_backward(grad, y):
    """y * (grad - sum(grad * y)) over the last axis"""
    return y * (grad - (grad * y).sum(axis=-1, keepdims=True))


def log_softmax(x):
    """x - log(sum(exp(x))) over the last axis; the maximum is subtracted first."""
    if x.size == 0:
        return x.copy()
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def log_softmax_backward(grad, y):
    """grad - exp(y) * sum(grad) over the last axis"""
    return grad - np.exp(y) * grad.sum(axis=-1, keepdims=True)
