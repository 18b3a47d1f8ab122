"""Recurrent layers over whole sequences, step after step: (T, B, N) -> (T + 1, B, M).

The input's part of the sums is one large matrix product for all steps, and so are the
gradients of the weights. What must wait for the step before is a small product and a
loop that stays in the cache.
"""

cimport numpy as cnp
from libc.limits cimport INT_MAX
from libc.string cimport memcpy

from edukeras.reference import recurrent as twin

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
    is_matrix,
    is_real,
    is_vector,
    real,
    same_type,
)
from _products cimport (
    add_rows,
    fill_rows,
    product,
    product_by_rows,
    turned_product_by_rows,
    use_thread_control,
)

cnp.import_array()


def control_threads(getter, setter):
    """Tells where OpenBLAS has its get_num_threads and set_num_threads."""
    use_thread_control(getter, setter)


# The sizes of sequences: T steps, B samples, N features, M units, and the width of the
# kernels: M for each of their parts.
cdef struct Sizes:
    Py_ssize_t steps, batch, features, units, width


cdef bint fits(Sizes* s, x, kernel, recurrent_kernel, h, int parts):
    """Whether the workers can do it; then it fills s."""
    if not (
        is_real(x)
        and cnp.PyArray_NDIM(x) == 3
        and is_matrix(kernel, x)
        and is_matrix(recurrent_kernel, x)
        and is_matrix(h, x)
    ):
        return False
    s.steps, s.batch = cnp.PyArray_DIM(x, 0), cnp.PyArray_DIM(x, 1)
    s.features, s.units = cnp.PyArray_DIM(x, 2), cnp.PyArray_DIM(h, 1)
    s.width = parts * s.units
    return (
        cnp.PyArray_DIM(kernel, 0) == s.features
        and cnp.PyArray_DIM(kernel, 1) == s.width
        and cnp.PyArray_DIM(recurrent_kernel, 0) == s.units
        and cnp.PyArray_DIM(recurrent_kernel, 1) == s.width
        and cnp.PyArray_DIM(h, 0) == s.batch
        and s.steps * s.batch <= INT_MAX
    )


cdef bint is_bias(bias, Sizes* s, x):
    return bias is None or is_vector(bias, x, s.width)


cdef bint is_sequence(array, x, Py_ssize_t steps, Py_ssize_t batch, Py_ssize_t size):
    """Whether it has the type of x and this shape."""
    return (
        same_type(array, x)
        and cnp.PyArray_NDIM(array) == 3
        and cnp.PyArray_DIM(array, 0) == steps
        and cnp.PyArray_DIM(array, 1) == batch
        and cnp.PyArray_DIM(array, 2) == size
    )


cdef cnp.ndarray empty_sequence(
    Py_ssize_t steps, Py_ssize_t batch, Py_ssize_t size, cnp.ndarray like
):
    cdef cnp.npy_intp[3] shape = [steps, batch, size]
    return cnp.PyArray_EMPTY(3, shape, cnp.PyArray_TYPE(like), 0)


# --- one state, one activation --------------------------------------------------------


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


# --- long short-term memory -----------------------------------------------------------


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


# --- gated recurrent unit -------------------------------------------------------------


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


# --- what all three share -------------------------------------------------------------


cdef inline void project(
    Sizes* s, const real* x, const real* kernel, const real* bias, real* sums
) noexcept nogil:
    """The input's part of the sums, of all steps at once."""
    cdef Py_ssize_t rows = s.steps * s.batch
    fill_rows(bias, sums, rows, s.width)
    product_by_rows(
        x, kernel, <real> 0 if bias == NULL else <real> 1, sums,
        rows, s.features, s.width,
    )


cdef void weights_worker(
    Sizes* s, const real* x, const real* kernel, const real* states,
    const real* dsums, const real* drecurrent_sums,
    real* dx, real* dkernel, real* drecurrent, real* dbias, real* drecurrent_bias,
):
    """The gradients of input and weights, from those of the sums of all steps."""
    cdef Py_ssize_t j, rows = s.steps * s.batch
    with nogil:
        turned_product_by_rows(x, dsums, dkernel, rows, s.features, s.width)
        turned_product_by_rows(
            states, drecurrent_sums, drecurrent, rows, s.units, s.width
        )
        if dx != NULL:
            product(
                dsums, False, kernel, True, <real> 0, dx, rows, s.width, s.features
            )
        for j in range(s.width):
            dbias[j] = 0
        add_rows(dsums, dbias, rows, s.width)
        if drecurrent_bias != NULL:
            for j in range(s.width):
                drecurrent_bias[j] = 0
            add_rows(drecurrent_sums, drecurrent_bias, rows, s.width)
