"""The simplest recurrent layer: one state, one activation.

Sequences come step after step: (T, B, N) -> (T + 1, B, M). The first of the T + 1
states is the one before the first step.
"""

import numpy as np

from edukeras.reference.sequences import product_of_rows, project, project_backward

__all__ = ["simple_rnn", "simple_rnn_backward"]


def simple_rnn(x, kernel, recurrent_kernel, bias, h):
    """h = tanh(x @ kernel + h @ recurrent_kernel + bias), for each step.

    Shapes: x (T, B, N), kernel (N, M), recurrent_kernel (M, M), bias (M,) or None,
        h (B, M) -> states (T + 1, B, M)
    """
    sums = project(x, kernel, bias)  # (T, B, M)
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
        *project_backward(dsums, x, kernel, need_x),
        product_of_rows(states[:-1], dsums),
        dsums.sum(axis=(0, 1)),
        dh,
    )
