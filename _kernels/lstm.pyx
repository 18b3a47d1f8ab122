"""Long short-term memory: a state, and a cell that gates open and close."""

cimport numpy as cnp
from libc.string cimport memcpy

from edukeras.reference import lstm as twin

from _activations cimport sigmoid_worker, tanh_worker
from _common cimport (
    alike,
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


def lstm(x, kernel, recurrent_kernel, bias, h, c):
    """i, f, o = sigmoid, g = tanh of sums as in `simple_rnn`; then for each step

        c = f * c + i * g
        h = o * tanh(c)

    Shapes: x (T, B, N), kernel (N, 4 M), recurrent_kernel (M, 4 M), both with the parts
        i, f, g, o; bias (4 M,) or None; h, c (B, M)
        -> states and memories (T + 1, B, M), gates (T, B, 4 M)
    """
    cdef Sizes s
    if not (
        fits(&s, x, kernel, recurrent_kernel, h, 4)
        and is_bias(bias, &s, x)
        and alike(c, h)
    ):
        return twin.lstm(x, kernel, recurrent_kernel, bias, h, c)
    x, kernel, h, c = contiguous(x), contiguous(kernel), contiguous(h), contiguous(c)
    recurrent_kernel = contiguous(recurrent_kernel)
    bias = None if bias is None else contiguous(bias)
    cdef cnp.ndarray states = empty_sequence(s.steps + 1, s.batch, s.units, x)
    cdef cnp.ndarray memories = empty_like(states)
    cdef cnp.ndarray gates = empty_sequence(s.steps, s.batch, s.width, x)
    if is_float(x):
        lstm_worker[float](
            &s, floats(x), floats(kernel), floats(recurrent_kernel),
            floats_or_null(bias), floats(h), floats(c),
            floats(states), floats(memories), floats(gates),
        )
    else:
        lstm_worker[double](
            &s, doubles(x), doubles(kernel), doubles(recurrent_kernel),
            doubles_or_null(bias), doubles(h), doubles(c),
            doubles(states), doubles(memories), doubles(gates),
        )
    return states, memories, gates


def lstm_backward(
    grad, dc, x, kernel, recurrent_kernel, states, memories, gates, need_x
):
    """Gradients of x (None unless need_x), kernel, recurrent_kernel, bias, h and c.

    Shapes: grad (T, B, M) of all states but the first, dc (B, M) of the last memory
    """
    cdef Sizes s
    if not (
        fits(&s, x, kernel, recurrent_kernel, dc, 4)
        and is_sequence(states, x, s.steps + 1, s.batch, s.units)
        and alike(memories, states)
        and is_sequence(gates, x, s.steps, s.batch, s.width)
        and is_sequence(grad, x, s.steps, s.batch, s.units)
    ):
        return twin.lstm_backward(
            grad, dc, x, kernel, recurrent_kernel, states, memories, gates, need_x
        )
    grad, x, kernel = contiguous(grad), contiguous(x), contiguous(kernel)
    states = contiguous(states)
    memories, gates = contiguous(memories), contiguous(gates)
    dx = empty_like(x) if need_x else None
    dkernel, drecurrent = empty_like(kernel), empty_like(recurrent_kernel)
    # Small products are faster with the copy than with a turned operand.
    turned_kernel = contiguous(recurrent_kernel.T)
    dbias, dh = empty_vector(s.width, x), empty_matrix(s.batch, s.units, x)
    dsums = empty_like(gates)
    dc = cnp.PyArray_NewCopy(dc, cnp.NPY_CORDER)  # becomes that of the first memory
    shown = empty_vector(s.units, x)  # tanh(c) of one sample
    if is_float(x):
        lstm_backward_worker[float](
            &s, floats(grad), floats(turned_kernel), floats(memories),
            floats(gates), floats(dsums), floats(dh), floats(dc), floats(shown),
        )
        weights_worker[float](
            &s, floats(x), floats(kernel), floats(states), floats(dsums),
            floats(dsums), floats_or_null(dx), floats(dkernel), floats(drecurrent),
            floats(dbias), NULL,
        )
    else:
        lstm_backward_worker[double](
            &s, doubles(grad), doubles(turned_kernel), doubles(memories),
            doubles(gates), doubles(dsums), doubles(dh), doubles(dc), doubles(shown),
        )
        weights_worker[double](
            &s, doubles(x), doubles(kernel), doubles(states), doubles(dsums),
            doubles(dsums), doubles_or_null(dx), doubles(dkernel), doubles(drecurrent),
            doubles(dbias), NULL,
        )
    return dx, dkernel, drecurrent, dbias, dh, dc


cdef void lstm_worker(
    Sizes* s, const real* x, const real* kernel, const real* recurrent_kernel,
    const real* bias, const real* h, const real* c,
    real* states, real* memories, real* gates,
):
    cdef Py_ssize_t t, b, j, units = s.units, step = s.batch * s.units
    cdef real* i
    cdef real* f
    cdef real* g
    cdef real* o
    with nogil:
        memcpy(states, h, step * sizeof(real))
        memcpy(memories, c, step * sizeof(real))
        project(s, x, kernel, bias, gates)
        h, c = states, memories
        states, memories = states + step, memories + step
        for t in range(s.steps):
            product_by_rows(
                h, recurrent_kernel, <real> 1, gates, s.batch, units, s.width
            )
            h = states
            for b in range(s.batch):
                i, f, g, o = gates, gates + units, gates + 2 * units, gates + 3 * units
                sigmoid_worker(i, i, 2 * units, 0)  # and f
                tanh_worker(g, g, units, 0)
                sigmoid_worker(o, o, units, 0)
                # Products first, then sums: rounded as if the cell went step by step.
                for j in range(units):
                    memories[j] = f[j] * c[j]
                    states[j] = i[j] * g[j]
                for j in range(units):
                    memories[j] += states[j]
                tanh_worker(memories, states, units, 0)
                for j in range(units):
                    states[j] *= o[j]
                gates += s.width
                c, states, memories = c + units, states + units, memories + units


cdef void lstm_backward_worker(
    Sizes* s, const real* grad, const real* turned_kernel, const real* memories,
    const real* gates, real* dsums, real* dh, real* dc, real* shown,
):
    """dh and dc go from step to step; loops over few arrays at once become SIMD."""
    cdef Py_ssize_t t, b, j, row, units = s.units, step = s.batch * s.units
    cdef const real* i
    cdef const real* f
    cdef const real* g
    cdef const real* o
    cdef const real* c
    cdef real* dz
    cdef real one = 1
    with nogil:
        for j in range(step):
            dh[j] = 0
        for t in range(s.steps - 1, -1, -1):
            for b in range(s.batch):
                row = t * s.batch + b
                i, c = gates + row * s.width, memories + row * units
                f, g, o = i + units, i + 2 * units, i + 3 * units
                dz = dsums + row * s.width
                tanh_worker(c + step, shown, units, 0)
                for j in range(units):
                    dh[j] += grad[row * units + j]
                for j in range(units):
                    dc[j] += dh[j] * o[j] * (one - shown[j] * shown[j])
                for j in range(units):
                    dz[j] = dc[j] * g[j] * i[j] * (one - i[j])
                for j in range(units):
                    dz[units + j] = dc[j] * c[j] * f[j] * (one - f[j])
                for j in range(units):
                    dz[2 * units + j] = dc[j] * i[j] * (one - g[j] * g[j])
                for j in range(units):
                    dz[3 * units + j] = dh[j] * shown[j] * o[j] * (one - o[j])
                for j in range(units):
                    dc[j] *= f[j]
                dh, dc = dh + units, dc + units
            dh, dc = dh - step, dc - step
            product_by_rows(
                dsums + t * s.batch * s.width, turned_kernel, <real> 0, dh,
                s.batch, s.width, units,
            )
