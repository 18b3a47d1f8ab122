"""Recurrence: what a sequence is cut into, and whole sequences in one step.

`simple_rnn`, `lstm` and `gru` compute what the cells of these names compute step by
step, with tanh and sigmoid.  Their kernels put the steps first: (T, B, N).
"""

from __future__ import annotations

import numpy as np

from edukeras import kernels
from edukeras.autodiff import op
from edukeras.ops.dtypes import promote_arrays


@op
def time_steps(x):
    """The steps of sequences, one tensor for each, recorded as a single op.

    Shapes: (B, T, N) -> T times (B, N)

    T times `x[:, t]` would each carry a gradient of the whole sequence back.
    """
    steps = tuple(np.ascontiguousarray(x[:, t]) for t in range(x.shape[1]))

    def backward(*grads_and_need):
        dx = np.zeros(x.shape, x.dtype)
        for t, grad in enumerate(grads_and_need[:-1]):
            if grad is not None:
                dx[:, t] = grad
        return (dx,)

    return steps, backward


@op
def simple_rnn(
    x,
    kernel,
    recurrent_kernel,
    bias,
    h,
    *,
    return_sequences=False,
    go_backwards=False,
):
    """h = tanh(x @ kernel + h @ recurrent_kernel + bias), through whole sequences.

    Shapes: (B, T, N), (N, M), (M, M), (M,) or None, (B, M)
        -> (output (B, M) or with return_sequences (B, T, M), last h (B, M))
    """
    x, kernel = promote_arrays(x, kernel)
    steps = _steps_first(x, go_backwards)
    states = kernels.simple_rnn(steps, kernel, recurrent_kernel, bias, h)

    def backward(grad, dh, need):
        dx, dkernel, drecurrent, dbias, dh = kernels.simple_rnn_backward(
            _gradient_of_states(grad, dh, states, return_sequences),
            steps,
            kernel,
            recurrent_kernel,
            states,
            need[0],
        )
        return _batch_first(dx, go_backwards), dkernel, drecurrent, dbias, dh

    return (_output(states, return_sequences), states[-1]), backward


@op
def lstm(
    x,
    kernel,
    recurrent_kernel,
    bias,
    h,
    c,
    *,
    return_sequences=False,
    go_backwards=False,
):
    """Long short-term memory through whole sequences; LSTMCell has the formulas.

    Shapes: (B, T, N), (N, 4 M), (M, 4 M), (4 M,) or None, (B, M), (B, M)
        -> (output (B, M) or with return_sequences (B, T, M), last h, last c (B, M))
    """
    x, kernel = promote_arrays(x, kernel)
    steps = _steps_first(x, go_backwards)
    states, memories, gates = kernels.lstm(steps, kernel, recurrent_kernel, bias, h, c)

    def backward(grad, dh, dc, need):
        dx, dkernel, drecurrent, dbias, dh, dc = kernels.lstm_backward(
            _gradient_of_states(grad, dh, states, return_sequences),
            np.zeros_like(memories[0]) if dc is None else dc,
            steps,
            kernel,
            recurrent_kernel,
            states,
            memories,
            gates,
            need[0],
        )
        return _batch_first(dx, go_backwards), dkernel, drecurrent, dbias, dh, dc

    return (_output(states, return_sequences), states[-1], memories[-1]), backward


@op
def gru(
    x,
    kernel,
    recurrent_kernel,
    bias,
    h,
    *,
    return_sequences=False,
    go_backwards=False,
):
    """Gated recurrent units through whole sequences; GRUCell has the formulas.

    Shapes: (B, T, N), (N, 3 M), (M, 3 M), (2, 3 M) or None, (B, M)
        -> (output (B, M) or with return_sequences (B, T, M), last h (B, M))

    The two rows of the bias are those of input and state (GRUCell's reset_after).
    """
    x, kernel = promote_arrays(x, kernel)
    steps = _steps_first(x, go_backwards)
    bias_x, bias_h = (None, None) if bias is None else bias
    states, gates = kernels.gru(steps, kernel, recurrent_kernel, bias_x, bias_h, h)

    def backward(grad, dh, need):
        dx, dkernel, drecurrent, *dbiases, dh = kernels.gru_backward(
            _gradient_of_states(grad, dh, states, return_sequences),
            steps,
            kernel,
            recurrent_kernel,
            states,
            gates,
            need[0],
        )
        dx = _batch_first(dx, go_backwards)
        return dx, dkernel, drecurrent, np.stack(dbiases), dh

    return (_output(states, return_sequences), states[-1]), backward


def _steps_first(x, go_backwards):
    """(B, T, N) -> (T, B, N), in the order in which the steps are taken."""
    steps = np.swapaxes(x, 0, 1)
    return np.ascontiguousarray(steps[::-1] if go_backwards else steps)


def _batch_first(dsteps, go_backwards):
    """The reverse of `_steps_first`, for a gradient."""
    if dsteps is None:
        return None
    return np.swapaxes(dsteps[::-1] if go_backwards else dsteps, 0, 1)


def _output(states, return_sequences):
    """The states after all steps, (B, T, M), or after the last one."""
    if return_sequences:
        return np.ascontiguousarray(np.swapaxes(states[1:], 0, 1))
    return states[-1]


def _gradient_of_states(grad, dh, states, return_sequences):
    """(T, B, M), from the gradients of the output and of the last state."""
    if return_sequences and grad is not None:
        dstates = np.array(np.swapaxes(grad, 0, 1), order="C")
    else:
        dstates = np.zeros_like(states[1:])
        if grad is not None:
            dstates[-1] += grad
    if dh is not None:
        dstates[-1] += dh
    return dstates
