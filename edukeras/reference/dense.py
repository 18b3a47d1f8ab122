"""Matrix product, and the dense layer in one step: product, bias, activation."""

import numpy as np

from edukeras.reference import activations

__all__ = ["dense", "dense_backward", "matmul"]

# Those whose derivative follows from the output: dense keeps no other.
ACTIVATIONS = {
    "elu": lambda z: activations.elu(z, 1.0),
    "exponential": activations.exponential,
    "linear": lambda z: z,
    "relu": activations.relu,
    "selu": activations.selu,
    "sigmoid": activations.sigmoid,
    "softmax": activations.softmax,
    "softplus": activations.softplus,
    "softsign": activations.softsign,
    "tanh": activations.tanh,
}
ACTIVATIONS_BACKWARD = {
    "elu": lambda grad, y: activations.elu_backward(grad, y, 1.0),
    "exponential": activations.exponential_backward,
    "linear": lambda grad, y: grad,
    "relu": activations.relu_backward,
    "selu": activations.selu_backward,
    "sigmoid": activations.sigmoid_backward,
    "softmax": activations.softmax_backward,
    "softplus": activations.softplus_backward,
    "softsign": activations.softsign_backward,
    "tanh": activations.tanh_backward,
}


def matmul(a, b, transpose_a=False, transpose_b=False):
    """a @ b for matrices, each turned over first where asked."""
    return np.matmul(a.T if transpose_a else a, b.T if transpose_b else b)


def dense(x, kernel, bias, activation):
    """activation(x @ kernel + bias)

    Shapes: x (B, N), kernel (N, M), bias (M,) or None -> (B, M)
    """
    z = x @ kernel
    if bias is not None:
        z = z + bias
    return ACTIVATIONS[activation](z)


def dense_backward(grad, x, kernel, y, activation, need):
    """Gradients of `dense`: (dx, dkernel, dbias), None where need[i] is false.

    Shapes: grad and y (B, M), y the output -> (B, N), (N, M), (M,)
    """
    dz = ACTIVATIONS_BACKWARD[activation](grad, y)  # (B, M)
    return (
        dz @ kernel.T if need[0] else None,
        x.T @ dz if need[1] else None,
        dz.sum(axis=0) if need[2] else None,
    )
