"""Gated recurrent unit: two gates, and no cell beside the state.

Sequences come step after step: (T, B, N) -> (T + 1, B, M). The first of the T + 1
states is the one before the first step.
"""

import numpy as np

from edukeras.reference.activations import sigmoid
from edukeras.reference.sequences import product_of_rows, project, project_backward

__all__ = ["gru", "gru_backward"]


def gru(x, kernel, recurrent_kernel, bias, recurrent_bias, h):
    """z, r = sigmoid of sums; then for each step

        s = h @ recurrent_kernel + recurrent_bias       (the part for n)
        n = tanh(x @ kernel + bias + r * s)
        h = z * h + (1 - z) * n

    Shapes: x (T, B, N), kernel (N, 3 M), recurrent_kernel (M, 3 M), both with the parts
        z, r, n; biases (3 M,) or None; h (B, M)
        -> states (T + 1, B, M), z, r, n, s side by side (T, B, 4 M)
    """
    sums = project(x, kernel, bias)  # (T, B, 3 M)
    gates = np.empty((*sums.shape[:2], 4 * h.shape[1]), sums.dtype)
    states = [h]
    for t in range(len(x)):
        recurrent = states[t] @ recurrent_kernel
        if recurrent_bias is not None:
            recurrent = recurrent + recurrent_bias
        z, r, s = np.split(recurrent, 3, axis=-1)
        x_z, x_r, x_n = np.split(sums[t], 3, axis=-1)
        z, r = sigmoid(x_z + z), sigmoid(x_r + r)
        n = np.tanh(x_n + r * s)
        states.append(z * states[t] + (1 - z) * n)
        gates[t] = np.concatenate([z, r, n, s], axis=-1)
    return np.stack(states), gates


def gru_backward(grad, x, kernel, recurrent_kernel, states, gates, need_x):
    """Gradients of x (None unless need_x), kernel, recurrent_kernel, both biases and h.

    Shapes: grad (T, B, M) of all states but the first
    """
    width = kernel.shape[1]
    dsums = np.empty((*grad.shape[:2], width), grad.dtype)
    drecurrent = np.empty_like(dsums)
    dh = np.zeros_like(states[0])
    for t in reversed(range(len(x))):
        z, r, n, s = np.split(gates[t], 4, axis=-1)
        dh = dh + grad[t]
        dz = dh * (states[t] - n) * z * (1 - z)
        dn = dh * (1 - z) * (1 - n**2)
        dr = dn * s * r * (1 - r)
        dsums[t] = np.concatenate([dz, dr, dn], axis=-1)
        drecurrent[t] = np.concatenate([dz, dr, dn * r], axis=-1)
        dh = dh * z + drecurrent[t] @ recurrent_kernel.T
    return (
        *project_backward(dsums, x, kernel, need_x),
        product_of_rows(states[:-1], drecurrent),
        dsums.sum(axis=(0, 1)),
        drecurrent.sum(axis=(0, 1)),
        dh,
    )
