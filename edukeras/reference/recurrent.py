"""Recurrent layers over whole sequences, step after step: (T, B, N) -> (T + 1, B, M).

The first of the T + 1 states is the one before the first step.
"""

import numpy as np

from edukeras.reference.activations import sigmoid

__all__ = [
    "gru",
    "gru_backward",
    "lstm",
    "lstm_backward",
    "simple_rnn",
    "simple_rnn_backward",
]


def simple_rnn(x, kernel, recurrent_kernel, bias, h):
    """h = tanh(x @ kernel + h @ recurrent_kernel + bias), for each step.

    Shapes: x (T, B, N), kernel (N, M), recurrent_kernel (M, M), bias (M,) or None,
        h (B, M) -> states (T + 1, B, M)
    """
    sums = _project(x, kernel, bias)  # (T, B, M)
    states = [h]
    for t in range(len(x)):
        states.append(np.tanh(sums[t] + states[t] @ recurrent_kernel))
    return np.stack(states)


def simple_rnn_backward(grad, x, kernel, recurrent_kernel, states, need_x):
    """Gradients of x (None unless need_x), kernel, recurrent_kernel, bias and h.

    Shapes: grad (T, B, M) of all states but the first
    """
    dsums = np.empty_like(grad)
    dh = np.zeros_like(states[0])
    for t in reversed(range(len(x))):
        dh = dh + grad[t]
        dsums[t] = dh * (1 - states[t + 1] ** 2)
        dh = dsums[t] @ recurrent_kernel.T
    return (
        *_project_backward(dsums, x, kernel, need_x),
        _product_of_rows(states[:-1], dsums),
        dsums.sum(axis=(0, 1)),
        dh,
    )


def lstm(x, kernel, recurrent_kernel, bias, h, c):
    """i, f, o = sigmoid, g = tanh of sums as in `simple_rnn`; then for each step

        c = f * c + i * g
        h = o * tanh(c)

    Shapes: x (T, B, N), kernel (N, 4 M), recurrent_kernel (M, 4 M), both with the parts
        i, f, g, o; bias (4 M,) or None; h, c (B, M)
        -> states and memories (T + 1, B, M), gates (T, B, 4 M)
    """
    sums = _project(x, kernel, bias)  # (T, B, 4 M)
    gates = np.empty_like(sums)
    states, memories = [h], [c]
    for t in range(len(x)):
        z = sums[t] + states[t] @ recurrent_kernel
        i, f, g, o = np.split(z, 4, axis=-1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        memories.append(f * memories[t] + i * g)
        states.append(o * np.tanh(memories[-1]))
        gates[t] = np.concatenate([i, f, g, o], axis=-1)
    return np.stack(states), np.stack(memories), gates


def lstm_backward(
    grad, dc, x, kernel, recurrent_kernel, states, memories, gates, need_x
):
    """Gradients of x (None unless need_x), kernel, recurrent_kernel, bias, h and c.

    Shapes: grad (T, B, M) of all states but the first, dc (B, M) of the last memory
    """
    dsums = np.empty_like(gates)
    dh = np.zeros_like(dc)
    for t in reversed(range(len(x))):
        i, f, g, o = np.split(gates[t], 4, axis=-1)
        shown = np.tanh(memories[t + 1])
        dh = dh + grad[t]
        dc = dc + dh * o * (1 - shown**2)
        dsums[t] = np.concatenate(
            [
                dc * g * i * (1 - i),
                dc * memories[t] * f * (1 - f),
                dc * i * (1 - g**2),
                dh * shown * o * (1 - o),
            ],
            axis=-1,
        )
        dc = dc * f
        dh = dsums[t] @ recurrent_kernel.T
    return (
        *_project_backward(dsums, x, kernel, need_x),
        _product_of_rows(states[:-1], dsums),
        dsums.sum(axis=(0, 1)),
        dh,
        dc.copy(),
    )


def gru(x, kernel, recurrent_kernel, bias, recurrent_bias, h):
    """z, r = sigmoid of sums; then for each step

        s = h @ recurrent_kernel + recurrent_bias       (the part for n)
        n = tanh(x @ kernel + bias + r * s)
        h = z * h + (1 - z) * n

    Shapes: x (T, B, N), kernel (N, 3 M), recurrent_kernel (M, 3 M), both with the parts
        z, r, n; biases (3 M,) or None; h (B, M)
        -> states (T + 1, B, M), z, r, n, s side by side (T, B, 4 M)
    """
    sums = _project(x, kernel, bias)  # (T, B, 3 M)
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
        *_project_backward(dsums, x, kernel, need_x),
        _product_of_rows(states[:-1], drecurrent),
        dsums.sum(axis=(0, 1)),
        drecurrent.sum(axis=(0, 1)),
        dh,
    )


def _project(x, kernel, bias):
    """The input's part of the sums, of all steps at once."""
    sums = x @ kernel
    return sums if bias is None else sums + bias


def _project_backward(dsums, x, kernel, need_x):
    """(dx or None, dkernel)"""
    return dsums @ kernel.T if need_x else None, _product_of_rows(x, dsums)


def _product_of_rows(a, b):
    """a.T @ b over all steps: the gradient of a kernel."""
    return a.reshape(-1, a.shape[-1]).T @ b.reshape(-1, b.shape[-1])
