"""Long short-term memory: a state, and a cell that gates open and close.

Sequences come step after step: (T, B, N) -> (T + 1, B, M). The first of the T + 1
states is the one before the first step.
"""

import numpy as np

from edukeras.reference.activations import sigmoid
from edukeras.reference.sequences import product_of_rows, project, project_backward

__all__ = ["lstm", "lstm_backward"]


def lstm(x, kernel, recurrent_kernel, bias, h, c):
    """i, f, o = sigmoid, g = tanh of sums as in `simple_rnn`; then for each step

        c = f * c + i * g
        h = o * tanh(c)

    Shapes: x (T, B, N), kernel (N, 4 M), recurrent_kernel (M, 4 M), both with the parts
        i, f, g, o; bias (4 M,) or None; h, c (B, M)
        -> states and memories (T + 1, B, M), gates (T, B, 4 M)
    """
    sums = project(x, kernel, bias)  # (T, B, 4 M)
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
        *project_backward(dsums, x, kernel, need_x),
        product_of_rows(states[:-1], dsums),
        dsums.sum(axis=(0, 1)),
        dh,
        dc.copy(),
    )
