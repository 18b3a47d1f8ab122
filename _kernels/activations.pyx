"""Activations and their gradients: fronts. The workers are in `_activations.pxd`."""

cimport numpy as cnp

from edukeras.reference import activations as twin

from _activations cimport (
    elu_backward_worker,
    elu_worker,
    exponential_backward_worker,
    exponential_worker,
    gelu_backward_worker,
    gelu_tanh_backward_worker,
    gelu_tanh_worker,
    gelu_worker,
    leaky_relu_backward_worker,
    leaky_relu_worker,
    relu_backward_worker,
    relu_worker,
    selu_backward_worker,
    selu_worker,
    sigmoid_backward_worker,
    sigmoid_worker,
    silu_backward_worker,
    silu_worker,
    softmax_backward_worker,
    softmax_worker,
    softplus_backward_worker,
    softplus_worker,
    softsign_backward_worker,
    softsign_worker,
    subtract_row_maximum,
    tanh_backward_worker,
    tanh_worker,
    total,
)
from _common cimport (
    alike,
    contiguous,
    doubles,
    empty_like,
    floats,
    is_float,
    is_real,
    real,
)
from _elementary cimport exp, log

cnp.import_array()

# The two forms of an elementwise worker, for both types.
ctypedef void (*float_map)(const float*, float*, Py_ssize_t, double) noexcept nogil
ctypedef void (*double_map)(const double*, double*, Py_ssize_t, double) noexcept nogil
ctypedef void (*float_map_2)(
    const float*, const float*, float*, Py_ssize_t, double
) noexcept nogil
ctypedef void (*double_map_2)(
    const double*, const double*, double*, Py_ssize_t, double
) noexcept nogil


cdef object run(cnp.ndarray x, double option, float_map on_float, double_map on_double):
    """A new array with worker(x)."""
    x = contiguous(x)
    cdef cnp.ndarray out = empty_like(x)
    if is_float(x):
        on_float(floats(x), floats(out), cnp.PyArray_SIZE(x), option)
    else:
        on_double(doubles(x), doubles(out), cnp.PyArray_SIZE(x), option)
    return out


cdef object run_2(
    cnp.ndarray grad,
    cnp.ndarray y,
    double option,
    float_map_2 on_float,
    double_map_2 on_double,
):
    """A new array with worker(grad, y)."""
    grad, y = contiguous(grad), contiguous(y)
    cdef cnp.ndarray out = empty_like(y)
    if is_float(y):
        on_float(floats(grad), floats(y), floats(out), cnp.PyArray_SIZE(y), option)
    else:
        on_double(doubles(grad), doubles(y), doubles(out), cnp.PyArray_SIZE(y), option)
    return out


def relu(x):
    """max(x, 0)"""
    if not is_real(x):
        return twin.relu(x)
    return run(x, 0, relu_worker[float], relu_worker[double])


def relu_backward(grad, y):
    """grad where the output is positive, else 0."""
    if not (is_real(y) and alike(grad, y)):
        return twin.relu_backward(grad, y)
    return run_2(
        grad, y, 0, relu_backward_worker[float], relu_backward_worker[double]
    )


def leaky_relu(x, negative_slope):
    """x where x > 0, else negative_slope * x"""
    if not is_real(x):
        return twin.leaky_relu(x, negative_slope)
    return run(x, negative_slope, leaky_relu_worker[float], leaky_relu_worker[double])


def leaky_relu_backward(grad, y, negative_slope):
    """grad * (1 or negative_slope); for negative_slope >= 0, y has the sign of x."""
    if not (is_real(y) and alike(grad, y)):
        return twin.leaky_relu_backward(grad, y, negative_slope)
    return run_2(
        grad,
        y,
        negative_slope,
        leaky_relu_backward_worker[float],
        leaky_relu_backward_worker[double],
    )


def sigmoid(x):
    """1 / (1 + exp(-x)), written so that exp never sees a positive number."""
    if not is_real(x):
        return twin.sigmoid(x)
    return run(x, 0, sigmoid_worker[float], sigmoid_worker[double])


def sigmoid_backward(grad, y):
    """grad * y * (1 - y)"""
    if not (is_real(y) and alike(grad, y)):
        return twin.sigmoid_backward(grad, y)
    return run_2(
        grad, y, 0, sigmoid_backward_worker[float], sigmoid_backward_worker[double]
    )


def tanh(x):
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x))"""
    if not is_real(x):
        return twin.tanh(x)
    return run(x, 0, tanh_worker[float], tanh_worker[double])


def tanh_backward(grad, y):
    """grad * (1 - y**2)"""
    if not (is_real(y) and alike(grad, y)):
        return twin.tanh_backward(grad, y)
    return run_2(
        grad, y, 0, tanh_backward_worker[float], tanh_backward_worker[double]
    )


def elu(x, alpha):
    """x where x > 0, else alpha * (exp(x) - 1)"""
    if not is_real(x):
        return twin.elu(x, alpha)
    return run(x, alpha, elu_worker[float], elu_worker[double])


def elu_backward(grad, y, alpha):
    """grad * (1 or alpha * exp(x)), and alpha * exp(x) is y + alpha."""
    if not (is_real(y) and alike(grad, y)):
        return twin.elu_backward(grad, y, alpha)
    return run_2(
        grad, y, alpha, elu_backward_worker[float], elu_backward_worker[double]
    )


def selu(x):
    """SELU_SCALE * elu(x, SELU_ALPHA)"""
    if not is_real(x):
        return twin.selu(x)
    return run(x, 0, selu_worker[float], selu_worker[double])


def selu_backward(grad, y):
    """grad * (SELU_SCALE or SELU_SCALE * SELU_ALPHA * exp(x))"""
    if not (is_real(y) and alike(grad, y)):
        return twin.selu_backward(grad, y)
    return run_2(
        grad, y, 0, selu_backward_worker[float], selu_backward_worker[double]
    )


def softplus(x):
    """log(1 + exp(x)), written so that exp never sees a positive number."""
    if not is_real(x):
        return twin.softplus(x)
    return run(x, 0, softplus_worker[float], softplus_worker[double])


def softplus_backward(grad, y):
    """grad * sigmoid(x), and sigmoid(x) is 1 - exp(-y)."""
    if not (is_real(y) and alike(grad, y)):
        return twin.softplus_backward(grad, y)
    return run_2(
        grad, y, 0, softplus_backward_worker[float], softplus_backward_worker[double]
    )


def softsign(x):
    """x / (1 + |x|)"""
    if not is_real(x):
        return twin.softsign(x)
    return run(x, 0, softsign_worker[float], softsign_worker[double])


def softsign_backward(grad, y):
    """grad / (1 + |x|)**2, and 1 / (1 + |x|) is 1 - |y|."""
    if not (is_real(y) and alike(grad, y)):
        return twin.softsign_backward(grad, y)
    return run_2(
        grad, y, 0, softsign_backward_worker[float], softsign_backward_worker[double]
    )


def exponential(x):
    """exp(x), infinite where it is too large for the dtype."""
    if not is_real(x):
        return twin.exponential(x)
    return run(x, 0, exponential_worker[float], exponential_worker[double])


def exponential_backward(grad, y):
    """grad * y"""
    if not (is_real(y) and alike(grad, y)):
        return twin.exponential_backward(grad, y)
    return run_2(
        grad,
        y,
        0,
        exponential_backward_worker[float],
        exponential_backward_worker[double],
    )


def silu(x):
    """x * sigmoid(x)"""
    if not is_real(x):
        return twin.silu(x)
    return run(x, 0, silu_worker[float], silu_worker[double])


def silu_backward(grad, x):
    """grad * (s + x * s * (1 - s)) with s = sigmoid(x)"""
    if not (is_real(x) and alike(grad, x)):
        return twin.silu_backward(grad, x)
    return run_2(
        grad, x, 0, silu_backward_worker[float], silu_backward_worker[double]
    )


def gelu(x, approximate):
    """x * Phi(x), Phi the normal distribution, or its approximation by tanh."""
    if not is_real(x):
        return twin.gelu(x, approximate)
    if approximate:
        return run(x, 0, gelu_tanh_worker[float], gelu_tanh_worker[double])
    return run(x, 0, gelu_worker[float], gelu_worker[double])


def gelu_backward(grad, x, approximate):
    """grad * (Phi(x) + x * phi(x)), phi the normal density, or through tanh."""
    if not (is_real(x) and alike(grad, x)):
        return twin.gelu_backward(grad, x, approximate)
    if approximate:
        return run_2(
            grad,
            x,
            0,
            gelu_tanh_backward_worker[float],
            gelu_tanh_backward_worker[double],
        )
    return run_2(grad, x, 0, gelu_backward_worker[float], gelu_backward_worker[double])


# --- row by row, along the last axis --------------------------------------------------

ctypedef void (*float_rows)(
    const float*, float*, Py_ssize_t, Py_ssize_t
) noexcept nogil
ctypedef void (*double_rows)(
    const double*, double*, Py_ssize_t, Py_ssize_t
) noexcept nogil
ctypedef void (*float_rows_2)(
    const float*, const float*, float*, Py_ssize_t, Py_ssize_t
) noexcept nogil
ctypedef void (*double_rows_2)(
    const double*, const double*, double*, Py_ssize_t, Py_ssize_t
) noexcept nogil


cdef bint has_rows(cnp.ndarray x):
    return cnp.PyArray_NDIM(x) > 0 and cnp.PyArray_SIZE(x) > 0


cdef object run_rows(cnp.ndarray x, float_rows on_float, double_rows on_double):
    """A new array with worker(x)."""
    x = contiguous(x)
    cdef cnp.ndarray out = empty_like(x)
    cdef Py_ssize_t columns = cnp.PyArray_DIM(x, cnp.PyArray_NDIM(x) - 1)
    cdef Py_ssize_t rows = cnp.PyArray_SIZE(x) // columns
    if is_float(x):
        on_float(floats(x), floats(out), rows, columns)
    else:
        on_double(doubles(x), doubles(out), rows, columns)
    return out


cdef object run_rows_2(
    cnp.ndarray grad, cnp.ndarray y, float_rows_2 on_float, double_rows_2 on_double
):
    """A new array with worker(grad, y)."""
    grad, y = contiguous(grad), contiguous(y)
    cdef cnp.ndarray out = empty_like(y)
    cdef Py_ssize_t columns = cnp.PyArray_DIM(y, cnp.PyArray_NDIM(y) - 1)
    cdef Py_ssize_t rows = cnp.PyArray_SIZE(y) // columns
    if is_float(y):
        on_float(floats(grad), floats(y), floats(out), rows, columns)
    else:
        on_double(doubles(grad), doubles(y), doubles(out), rows, columns)
    return out


def softmax(x):
    """exp(x) / sum(exp(x)) over the last axis; the maximum is subtracted first."""
    if not (is_real(x) and has_rows(x)):
        return twin.softmax(x)
    return run_rows(x, softmax_worker[float], softmax_worker[double])


def softmax_backward(grad, y):
    """y * (grad - sum(grad * y)) over the last axis"""
    if not (is_real(y) and alike(grad, y) and has_rows(y)):
        return twin.softmax_backward(grad, y)
    return run_rows_2(
        grad, y, softmax_backward_worker[float], softmax_backward_worker[double]
    )


def log_softmax(x):
    """x - log(sum(exp(x))) over the last axis; the maximum is subtracted first."""
    if not (is_real(x) and has_rows(x)):
        return twin.log_softmax(x)
    return run_rows(x, log_softmax_worker[float], log_softmax_worker[double])


def log_softmax_backward(grad, y):
    """grad - exp(y) * sum(grad) over the last axis"""
    if not (is_real(y) and alike(grad, y) and has_rows(y)):
        return twin.log_softmax_backward(grad, y)
    return run_rows_2(
        grad, y, log_softmax_backward_worker[float], log_softmax_backward_worker[double]
    )


cdef void log_softmax_worker(
    const real* x, real* y, Py_ssize_t rows, Py_ssize_t columns
) noexcept nogil:
    cdef Py_ssize_t i, j, start
    cdef real sum_of_exp, log_of_sum
    subtract_row_maximum(x, y, rows, columns)
    for i in range(rows):
        start = i * columns
        sum_of_exp = 0
        for j in range(start, start + columns):
            sum_of_exp += exp(y[j])
        log_of_sum = log(sum_of_exp)
        for j in range(start, start + columns):
            y[j] -= log_of_sum


cdef void log_softmax_backward_worker(
    const real* grad, const real* y, real* dx, Py_ssize_t rows, Py_ssize_t columns
) noexcept nogil:
    cdef Py_ssize_t i, j, start
    cdef real grad_total
    for i in range(rows):
        start = i * columns
        grad_total = total(grad + start, columns)
        for j in range(start, start + columns):
            dx[j] = grad[j] - exp(y[j]) * grad_total
