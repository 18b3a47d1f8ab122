"""Gated recurrent unit: two gates, and no cell beside the state."""

cimport numpy as cnp
from libc.string cimport memcpy

from edukeras.reference import gru as twin

from _activations cimport sigmoid_worker, tanh_worker
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
from _products cimport fill_rows, product_by_rows
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


def gru(x, kernel, recurrent_kernel, bias, recurrent_bias, h):
    """z, r = sigmoid of sums; then for each step

        s = h @ recurrent_kernel + recurrent_bias       (the part for n)
        n = tanh(x @ kernel + bias + r * s)
        h = z * h + (1 - z) * n

    Shapes: x (T, B, N), kernel (N, 3 M), recurrent_kernel (M, 3 M), both with the parts
        z, r, n; biases (3 M,) or None; h (B, M)
        -> states (T + 1, B, M), z, r, n, s side by side (T, B, 4 M)
    """
    cdef Sizes s
    if not (
        fits(&s, x, kernel, recurrent_kernel, h, 3)
        and is_bias(bias, &s, x)
        and is_bias(recurrent_bias, &s, x)
    ):
        return twin.gru(x, kernel, recurrent_kernel, bias, recurrent_bias, h)
    x, kernel, h = contiguous(x), contiguous(kernel), contiguous(h)
    recurrent_kernel = contiguous(recurrent_kernel)
    bias = None if bias is None else contiguous(bias)
    recurrent_bias = None if recurrent_bias is None else contiguous(recurrent_bias)
    cdef cnp.ndarray states = empty_sequence(s.steps + 1, s.batch, s.units, x)
    cdef cnp.ndarray gates = empty_sequence(s.steps, s.batch, 4 * s.units, x)
    cdef cnp.ndarray sums = empty_sequence(s.steps + 1, s.batch, s.width, x)
    if is_float(x):
        gru_worker[float](
            &s, floats(x), floats(kernel), floats(recurrent_kernel),
            floats_or_null(bias), floats_or_null(recurrent_bias), floats(h),
            floats(states), floats(gates), floats(sums),
        )
    else:
        gru_worker[double](
            &s, doubles(x), doubles(kernel), doubles(recurrent_kernel),
            doubles_or_null(bias), doubles_or_null(recurrent_bias), doubles(h),
            doubles(states), doubles(gates), doubles(sums),
        )
    return states, gates


def gru_backward(grad, x, kernel, recurrent_kernel, states, gates, need_x):
    """Gradients of x (None unless need_x), kernel, recurrent_kernel, both biases and h.

    Shapes: grad (T, B, M) of all states but the first
    """
    cdef Sizes s
    if not (
        fits(&s, x, kernel, recurrent_kernel, states[0], 3)
        and is_sequence(states, x, s.steps + 1, s.batch, s.units)
        and is_sequence(gates, x, s.steps, s.batch, 4 * s.units)
        and is_sequence(grad, x, s.steps, s.batch, s.units)
    ):
        return twin.gru_backward(
            grad, x, kernel, recurrent_kernel, states, gates, need_x
        )
    grad, x, kernel = contiguous(grad), contiguous(x), contiguous(kernel)
    states = contiguous(states)
    gates = contiguous(gates)
    dx = empty_like(x) if need_x else None
    dkernel, drecurrent = empty_like(kernel), empty_like(recurrent_kernel)
    # Small products are faster with the copy than with a turned operand.
    turned_kernel = contiguous(recurrent_kernel.T)
    dbias, drecurrent_bias = empty_vector(s.width, x), empty_vector(s.width, x)
    dh = empty_matrix(s.batch, s.units, x)
    dsums = empty_sequence(s.steps, s.batch, s.width, x)
    drecurrent_sums = empty_like(dsums)
    if is_float(x):
        gru_backward_worker[float](
            &s, floats(grad), floats(turned_kernel), floats(states), floats(gates),
            floats(dsums), floats(drecurrent_sums), floats(dh),
        )
        weights_worker[float](
            &s, floats(x), floats(kernel), floats(states), floats(dsums),
            floats(drecurrent_sums), floats_or_null(dx), floats(dkernel),
            floats(drecurrent), floats(dbias), floats(drecurrent_bias),
        )
    else:
        gru_backward_worker[double](
            &s, doubles(grad), doubles(turned_kernel), doubles(states),
            doubles(gates), doubles(dsums), doubles(drecurrent_sums), doubles(dh),
        )
        weights_worker[double](
            &s, doubles(x), doubles(kernel), doubles(states), doubles(dsums),
            doubles(drecurrent_sums), doubles_or_null(dx), doubles(dkernel),
            doubles(drecurrent), doubles(dbias), doubles(drecurrent_bias),
        )
    return dx, dkernel, drecurrent, dbias, drecurrent_bias, dh


cdef void gru_worker(
    Sizes* s, const real* x, const real* kernel, const real* recurrent_kernel,
    const real* bias, const real* recurrent_bias, const real* h,
    real* states, real* gates, real* sums,
):
    cdef Py_ssize_t t, b, j, units = s.units, step = s.batch * s.units
    # The recurrent part of a step's sums, after the input's part of all steps.
    cdef real* recurrent = sums + s.steps * s.batch * s.width
    cdef real* part
    cdef real* z
    cdef real* r
    cdef real* n
    cdef real one = 1
    with nogil:
        memcpy(states, h, step * sizeof(real))
        project(s, x, kernel, bias, sums)
        for t in range(s.steps):
            fill_rows(recurrent_bias, recurrent, s.batch, s.width)
            product_by_rows(
                states, recurrent_kernel,
                <real> 0 if recurrent_bias == NULL else one, recurrent,
                s.batch, units, s.width,
            )
            for b in range(s.batch):
                z, r, n = gates, gates + units, gates + 2 * units
                part = recurrent + b * s.width
                for j in range(2 * units):  # r too
                    z[j] = sums[j] + part[j]
                sigmoid_worker(z, z, 2 * units, 0)
                # Products first, then sums: rounded as if the cell went step by step.
                memcpy(n + units, part + 2 * units, units * sizeof(real))  # s
                for j in range(units):
                    n[j] = r[j] * part[2 * units + j]
                for j in range(units):
                    n[j] += sums[2 * units + j]
                tanh_worker(n, n, units, 0)
                for j in range(units):
                    states[step + j] = z[j] * states[j]
                    part[j] = (one - z[j]) * n[j]  # its sums are used up
                for j in range(units):
                    states[step + j] += part[j]
                states += units
                gates += 4 * units
                sums += s.width


cdef void gru_backward_worker(
    Sizes* s, const real* grad, const real* turned_kernel, const real* states,
    const real* gates, real* dsums, real* drecurrent_sums, real* dh,
):
    cdef Py_ssize_t t, b, j, row, units = s.units, step = s.batch * s.units
    cdef const real* z
    cdef const real* r
    cdef const real* n
    cdef const real* h
    cdef real* to_x
    cdef real* to_h
    cdef real one = 1
    with nogil:
        for j in range(step):
            dh[j] = 0
        for t in range(s.steps - 1, -1, -1):
            for b in range(s.batch):
                row = t * s.batch + b
                z, h = gates + row * 4 * units, states + row * units
                r, n = z + units, z + 2 * units
                to_x = dsums + row * s.width
                to_h = drecurrent_sums + row * s.width
                for j in range(units):
                    dh[j] += grad[row * units + j]
                for j in range(units):
                    to_x[j] = dh[j] * (h[j] - n[j]) * z[j] * (one - z[j])
                for j in range(2 * units, 3 * units):
                    to_x[j] = dh[j - 2 * units] * (one - z[j - 2 * units])
                    to_x[j] *= one - z[j] * z[j]  # z[j] is in n
                for j in range(units):  # n[units + j] is in s
                    to_x[units + j] = to_x[2 * units + j] * n[units + j]
                    to_x[units + j] *= r[j] * (one - r[j])
                memcpy(to_h, to_x, 2 * units * sizeof(real))
                for j in range(units):
                    to_h[2 * units + j] = to_x[2 * units + j] * r[j]
                for j in range(units):
                    dh[j] *= z[j]
                dh += units
            dh -= step
            product_by_rows(
                drecurrent_sums + t * s.batch * s.width, turned_kernel, one, dh,
                s.batch, s.width, units,
            )
