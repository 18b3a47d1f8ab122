"""Matrix product, and the dense layer in one step: product, bias, activation."""

cimport numpy as cnp

from edukeras.reference import dense as twin

from _activations cimport (
    elu_backward_worker,
    elu_worker,
    exponential_backward_worker,
    exponential_worker,
    relu_backward_worker,
    relu_worker,
    selu_backward_worker,
    selu_worker,
    sigmoid_backward_worker,
    sigmoid_worker,
    softmax_backward_worker,
    softmax_worker,
    softplus_backward_worker,
    softplus_worker,
    softsign_backward_worker,
    softsign_worker,
    tanh_backward_worker,
    tanh_worker,
)
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
)
from _products cimport add_rows, has_tiles, product, product_plus_row
from _threads cimport Work, divide, next_part, threads_to_use, together, use_threads

cnp.import_array()

cdef enum Activation:
    LINEAR
    RELU
    SIGMOID
    TANH
    SOFTMAX
    ELU
    SELU
    SOFTPLUS
    SOFTSIGN
    EXPONENTIAL

cdef dict ACTIVATIONS = {
    "linear": LINEAR,
    "relu": RELU,
    "sigmoid": SIGMOID,
    "tanh": TANH,
    "softmax": SOFTMAX,
    "elu": ELU,
    "selu": SELU,
    "softplus": SOFTPLUS,
    "softsign": SOFTSIGN,
    "exponential": EXPONENTIAL,
}


def control_threads(getter, setter, team):
    """Tells where OpenBLAS has its get_num_threads and set_num_threads, and the team."""
    use_threads(getter, setter, team)


def computes_tiles():
    """Whether large products of float32 are computed in tiles: _large_products.pxd."""
    return has_tiles()


def matmul(a, b, transpose_a=False, transpose_b=False):
    """a @ b for matrices, each turned over first where asked."""
    if not (is_real(a) and is_matrix(a, a) and is_matrix(b, a)):
        return twin.matmul(a, b, transpose_a, transpose_b)
    # A transposed view such as w.T needs no copy: w lies in memory as BLAS wants it.
    cdef bint turn_a = transpose_a, turn_b = transpose_b
    if cnp.PyArray_IS_F_CONTIGUOUS(a):
        a, turn_a = a.T, not turn_a
    if cnp.PyArray_IS_F_CONTIGUOUS(b):
        b, turn_b = b.T, not turn_b
    a, b = contiguous(a), contiguous(b)

    cdef Py_ssize_t m = cnp.PyArray_DIM(a, turn_a), k = cnp.PyArray_DIM(a, not turn_a)
    cdef Py_ssize_t n = cnp.PyArray_DIM(b, not turn_b)
    if cnp.PyArray_DIM(b, turn_b) != k:
        return twin.matmul(a, b, turn_a, turn_b)  # NumPy words the error
    cdef cnp.ndarray out = empty_matrix(m, n, a)
    if is_float(a):
        matmul_worker[float](floats(a), turn_a, floats(b), turn_b, floats(out), m, k, n)
    else:
        matmul_worker[double](
            doubles(a), turn_a, doubles(b), turn_b, doubles(out), m, k, n
        )
    return out


def dense(x, kernel, bias, activation):
    """activation(x @ kernel + bias)

    Shapes: x (B, N), kernel (N, M), bias (M,) or None -> (B, M)
    """
    if not (
        activation in ACTIVATIONS
        and is_real(x)
        and is_matrix(x, x)
        and is_matrix(kernel, x)
        and cnp.PyArray_DIM(x, 1) == cnp.PyArray_DIM(kernel, 0)
        and (bias is None or is_vector(bias, x, cnp.PyArray_DIM(kernel, 1)))
    ):
        return twin.dense(x, kernel, bias, activation)
    x, kernel = contiguous(x), contiguous(kernel)
    if bias is not None:
        bias = contiguous(bias)
    cdef Activation code = ACTIVATIONS[activation]
    cdef Py_ssize_t rows = cnp.PyArray_DIM(x, 0)
    cdef Py_ssize_t features = cnp.PyArray_DIM(kernel, 0)
    cdef Py_ssize_t units = cnp.PyArray_DIM(kernel, 1)
    cdef cnp.ndarray y = empty_matrix(rows, units, x)
    if is_float(x):
        dense_worker[float](
            floats(x), floats(kernel), floats_or_null(bias), floats(y),
            rows, features, units, code,
        )
    else:
        dense_worker[double](
            doubles(x), doubles(kernel), doubles_or_null(bias), doubles(y),
            rows, features, units, code,
        )
    return y


def dense_backward(grad, x, kernel, y, activation, need):
    """Gradients of `dense`: (dx, dkernel, dbias), None where need[i] is false.

    Shapes: grad and y (B, M), y the output -> (B, N), (N, M), (M,)
    """
    if not (
        activation in ACTIVATIONS
        and is_real(x)
        and is_matrix(x, x)
        and is_matrix(kernel, x)
        and is_matrix(y, x)
        and alike(grad, y)
        and cnp.PyArray_DIM(x, 0) == cnp.PyArray_DIM(y, 0)
        and cnp.PyArray_DIM(x, 1) == cnp.PyArray_DIM(kernel, 0)
        and cnp.PyArray_DIM(y, 1) == cnp.PyArray_DIM(kernel, 1)
    ):
        return twin.dense_backward(grad, x, kernel, y, activation, need)
    grad, y = contiguous(grad), contiguous(y)
    x, kernel = contiguous(x), contiguous(kernel)
    cdef Activation code = ACTIVATIONS[activation]
    cdef Py_ssize_t rows = cnp.PyArray_DIM(x, 0)
    cdef Py_ssize_t features = cnp.PyArray_DIM(kernel, 0)
    cdef Py_ssize_t units = cnp.PyArray_DIM(kernel, 1)
    need_x, need_kernel, need_bias = need
    dz = grad if code == LINEAR else empty_like(y)  # (B, M)
    dx = empty_like(x) if need_x else None
    dkernel = empty_like(kernel) if need_kernel else None
    dbias = empty_vector(units, x) if need_bias else None
    if is_float(x):
        dense_backward_worker[float](
            floats(grad), floats(x), floats(kernel), floats(y), floats(dz),
            floats_or_null(dx),
            floats_or_null(dkernel),
            floats_or_null(dbias),
            rows, features, units, code,
        )
    else:
        dense_backward_worker[double](
            doubles(grad), doubles(x), doubles(kernel), doubles(y), doubles(dz),
            doubles_or_null(dx),
            doubles_or_null(dkernel),
            doubles_or_null(dbias),
            rows, features, units, code,
        )
    return dx, dkernel, dbias


# The workers let other Python threads run (nogil): a large product takes its time.


cdef void matmul_worker(
    const real* a, bint turn_a,
    const real* b, bint turn_b,
    real* out, Py_ssize_t m, Py_ssize_t k, Py_ssize_t n,
):
    with nogil:
        product(a, turn_a, b, turn_b, <real> 0, out, m, k, n)


cdef void dense_worker(
    const real* x, const real* kernel, const real* bias, real* y,
    Py_ssize_t rows, Py_ssize_t features, Py_ssize_t units, Activation code,
):
    with nogil:
        product_plus_row(x, kernel, bias, y, rows, features, units)
        activate(y, rows, units, code)


cdef void dense_backward_worker(
    const real* grad, const real* x, const real* kernel, const real* y,
    real* dz, real* dx, real* dkernel, real* dbias,
    Py_ssize_t rows, Py_ssize_t features, Py_ssize_t units, Activation code,
):
    cdef Py_ssize_t j
    with nogil:
        if dbias != NULL:
            for j in range(units):
                dbias[j] = 0
        if real is float and code != SOFTMAX and rows * units >= FOR_THREADS:
            share_columns(grad, y, dz, dbias, rows, units, code)
        else:
            activate_backward(grad, y, dz, rows, units, code)
            if dbias != NULL:
                add_rows(dz, dbias, rows, units)
        if dkernel != NULL:
            product(x, True, dz, False, <real> 0, dkernel, features, rows, units)
        if dx != NULL:
            product(dz, False, kernel, True, <real> 0, dx, rows, units, features)


# The way back through an activation, for a few columns at a time. In a large layer each
# thread takes the columns that it has computed itself when they were a product.

cdef enum:
    FOR_THREADS = 32768  # numbers; fewer are done before another thread knows


ctypedef struct Slopes:
    const float* grad
    const float* y
    float* dz
    float* dbias
    Py_ssize_t rows
    Py_ssize_t units
    Activation code
    Work work


cdef void share_columns(
    const float* grad, const float* y, float* dz, float* dbias,
    Py_ssize_t rows, Py_ssize_t units, Activation code,
) noexcept nogil:
    """dz and the sum of its rows, as `activate_backward` and `add_rows`."""
    cdef Slopes job
    cdef int threads = threads_to_use()
    job.grad, job.y, job.dz, job.dbias = grad, y, dz, dbias
    job.rows, job.units, job.code = rows, units, code
    divide(&job.work, units, threads, 64, 256)
    together(slopes_of_columns, &job, threads)


cdef void slopes_of_columns(void* given, int member) noexcept nogil:
    """What each thread does."""
    cdef Slopes* job = <Slopes*> given
    cdef Py_ssize_t begin, end, i, start
    while next_part(&job.work, member, &begin, &end):
        for i in range(job.rows):
            start = i * job.units + begin
            activate_backward(
                job.grad + start, job.y + start, job.dz + start, 1, end - begin, job.code
            )
            if job.dbias != NULL:
                add_rows(job.dz + start, job.dbias + begin, 1, end - begin)


cdef inline void activate(
    real* y, Py_ssize_t rows, Py_ssize_t units, Activation code
) noexcept nogil:
    """y = activation(y)"""
    cdef Py_ssize_t n = rows * units
    if code == RELU:
        relu_worker(y, y, n, 0)
    elif code == SIGMOID:
        sigmoid_worker(y, y, n, 0)
    elif code == TANH:
        tanh_worker(y, y, n, 0)
    elif code == SOFTMAX:
        softmax_worker(y, y, rows, units)
    elif code == ELU:
        elu_worker(y, y, n, 1)
    elif code == SELU:
        selu_worker(y, y, n, 0)
    elif code == SOFTPLUS:
        softplus_worker(y, y, n, 0)
    elif code == SOFTSIGN:
        softsign_worker(y, y, n, 0)
    elif code == EXPONENTIAL:
        exponential_worker(y, y, n, 0)


cdef inline void activate_backward(
    const real* grad,
    const real* y,
    real* dz,
    Py_ssize_t rows,
    Py_ssize_t units,
    Activation code,
) noexcept nogil:
    """The gradient before the activation; where that is linear, dz is grad."""
    cdef Py_ssize_t n = rows * units
    if code == RELU:
        relu_backward_worker(grad, y, dz, n, 0)
    elif code == SIGMOID:
        sigmoid_backward_worker(grad, y, dz, n, 0)
    elif code == TANH:
        tanh_backward_worker(grad, y, dz, n, 0)
    elif code == SOFTMAX:
        softmax_backward_worker(grad, y, dz, rows, units)
    elif code == ELU:
        elu_backward_worker(grad, y, dz, n, 1)
    elif code == SELU:
        selu_backward_worker(grad, y, dz, n, 0)
    elif code == SOFTPLUS:
        softplus_backward_worker(grad, y, dz, n, 0)
    elif code == SOFTSIGN:
        softsign_backward_worker(grad, y, dz, n, 0)
    elif code == EXPONENTIAL:
        exponential_backward_worker(grad, y, dz, n, 0)
