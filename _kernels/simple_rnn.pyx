"""The simplest recurrent layer: one state, one activation."""

cimport numpy as cnp
from libc.string cimport memcpy

from edukeras.reference import simple_rnn as twin

from _activations cimport tanh_worker
from _common cimport (
    contiguous,
    doubles,
    doubles_or_null,
    empty_like,
    empty_matrix,
    empty_vector,
    floats,
    floats_or_null,
    is_float,
    real,
)
from _products cimport product_by_rows
from _threads cimport use_threads
from _sequences cimport (
    Sizes,
    empty_sequence,
    fits,
    is_bias,
    is_sequence,
    project,
    weights_worker,
)

cnp.import_array()


def control_threads(getter, setter, team):
    """Tells where OpenBLAS has its get_num_threads and set_num_threads, and the team."""
    use_threads(getter, setter, team)


def simple_rnn(x, kernel, recurrent_kernel, bias, h):
    """h = tanh(x @ kernel + h @ recurrent_kernel + bias), for each step.

    Shapes: x (T, B, N), kernel (N, M), recurrent_kernel (M, M), bias (M,) or None,
        h (B, M) -> states (T + 1, B, M)
    """
    cdef Sizes s
    if not (fits(&s, x, kernel, recurrent_kernel, h, 1) and is_bias(bias, &s, x)):
        return twin.simple_rnn(x, kernel, recurrent_kernel, bias, h)
    x, kernel, h = contiguous(x), contiguous(kernel), contiguous(h)
    recurrent_kernel = contiguous(recurrent_kernel)
    bias = None if bias is None else contiguous(bias)
    cdef cnp.ndarray states = empty_sequence(s.steps + 1, s.batch, s.units, x)
    if is_float(x):
        simple_worker[float](
            &s, floats(x), floats(kernel), floats(recurrent_kernel),
            floats_or_null(bias), floats(h), floats(states),
        )
    else:
        simple_worker[double](
            &s, doubles(x), doubles(kernel), doubles(recurrent_kernel),
            doubles_or_null(bias), doubles(h), doubles(states),
        )
    return states


def simple_rnn_backward(grad, x, kernel, recurrent_kernel, states, need_x):
    """Gradients of x (None unless need_x), kernel, recurrent_kernel, bias and h.

    Shapes: grad (T, B, M) of all states but the first
    """
    cdef Sizes s
    if not (
        fits(&s, x, kernel, recurrent_kernel, states[0], 1)
        and is_sequence(states, x, s.steps + 1, s.batch, s.units)
        and is_sequence(grad, x, s.steps, s.batch, s.units)
    ):
        return twin.simple_rnn_backward(
            grad, x, kernel, recurrent_kernel, states, need_x
        )
    grad, x, kernel = contiguous(grad), contiguous(x), contiguous(kernel)
    states = contiguous(states)
    dx = empty_like(x) if need_x else None
    dkernel, drecurrent = empty_like(kernel), empty_like(recurrent_kernel)
    # Small products are faster with the copy than with a turned operand.
    turned_kernel = contiguous(recurrent_kernel.T)
    dbias, dh = empty_vector(s.width, x), empty_matrix(s.batch, s.units, x)
    dsums = empty_like(grad)
    if is_float(x):
        simple_backward_worker[float](
            &s, floats(grad), floats(turned_kernel), floats(states),
            floats(dsums), floats(dh),
        )
        weights_worker[float](
            &s, floats(x), floats(kernel), floats(states), floats(dsums),
            floats(dsums), floats_or_null(dx), floats(dkernel), floats(drecurrent),
            floats(dbias), NULL,
        )
    else:
        simple_backward_worker[double](
            &s, doubles(grad), doubles(turned_kernel), doubles(states),
            doubles(dsums), doubles(dh),
        )
        weights_worker[double](
            &s, doubles(x), doubles(kernel), doubles(states), doubles(dsums),
            doubles(dsums), doubles_or_null(dx), doubles(dkernel), doubles(drecurrent),
            doubles(dbias), NULL,
        )
    return dx, dkernel, drecurrent, dbias, dh


cdef void simple_worker(
    Sizes* s, const real* x, const real* kernel, const real* recurrent_kernel,
    const real* bias, const real* h, real* states,
):
    cdef Py_ssize_t t, step = s.batch * s.units
    with nogil:
        memcpy(states, h, step * sizeof(real))
        project(s, x, kernel, bias, states + step)
        for t in range(s.steps):
            product_by_rows(
                states, recurrent_kernel, <real> 1, states + step,
                s.batch, s.units, s.units,
            )
            states += step
            tanh_worker(states, states, step, 0)


cdef void simple_backward_worker(
    Sizes* s, const real* grad, const real* turned_kernel, const real* states,
    real* dsums, real* dh,
):
    cdef Py_ssize_t t, i, step = s.batch * s.units
    cdef const real* h
    cdef real* dz
    with nogil:
        for i in range(step):
            dh[i] = 0
        for t in range(s.steps - 1, -1, -1):
            h, dz = states + (t + 1) * step, dsums + t * step
            for i in range(step):
                dz[i] = (dh[i] + grad[t * step + i]) * (<real> 1 - h[i] * h[i])
            product_by_rows(
                dz, turned_kernel, <real> 0, dh, s.batch, s.units, s.units
            )
