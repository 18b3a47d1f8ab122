"""Batch normalization over every axis but one.

To the workers x is a block (outer, C, inner): outer is the product of the sizes before
the axis, inner of those after it. There are two kinds of them: with channels last
(inner = 1) neighbours in memory are different channels, otherwise the same one.
"""

cimport numpy as cnp
from libc.math cimport sqrt

from edukeras.reference import batchnorm as twin

from _common cimport (
    alike,
    contiguous,
    doubles,
    doubles_or_null,
    empty_like,
    empty_vector,
    floats,
    floats_or_null,
    is_float,
    is_real,
    is_vector,
    real,
)

cnp.import_array()

cdef struct Block:
    Py_ssize_t outer, channels, inner
    Py_ssize_t n  # how many values a channel has


def batchnorm_train(x, gamma, beta, axis, epsilon):
    """Normalize by the batch's own statistics: (y, mean, variance)."""
    cdef Block block
    if not (
        is_real(x)
        and split(x, axis, &block)
        and is_parameter(gamma, x, block)
        and is_parameter(beta, x, block)
    ):
        return twin.batchnorm_train(x, gamma, beta, axis, epsilon)
    x = contiguous(x)
    mean, variance = empty_vector(block.channels, x), empty_vector(block.channels, x)
    sums = zeros(2 * block.channels)
    if is_float(x):
        statistics[float](
            floats(x), block, doubles(sums), floats(mean), floats(variance)
        )
    else:
        statistics[double](
            doubles(x), block, doubles(sums), doubles(mean), doubles(variance)
        )
    return normalized(x, gamma, beta, mean, variance, block, epsilon), mean, variance


def batchnorm_inference(x, gamma, beta, mean, variance, axis, epsilon):
    """Normalize by given statistics, those that training has collected."""
    cdef Block block
    if not (
        is_real(x)
        and split(x, axis, &block)
        and is_parameter(gamma, x, block)
        and is_parameter(beta, x, block)
        and is_vector(mean, x, block.channels)
        and is_vector(variance, x, block.channels)
    ):
        return twin.batchnorm_inference(x, gamma, beta, mean, variance, axis, epsilon)
    x, mean, variance = contiguous(x), contiguous(mean), contiguous(variance)
    return normalized(x, gamma, beta, mean, variance, block, epsilon)


cdef object normalized(
    cnp.ndarray x,
    gamma,
    beta,
    cnp.ndarray mean,
    cnp.ndarray variance,
    Block block,
    double epsilon,
):
    gamma = None if gamma is None else contiguous(gamma)
    beta = None if beta is None else contiguous(beta)
    y, scale, shift = empty_like(x), empty_like(mean), empty_like(mean)
    if is_float(x):
        normalize[float](
            floats(x), floats_or_null(gamma), floats_or_null(beta),
            floats(mean), floats(variance),
            block, epsilon, floats(scale), floats(shift), floats(y),
        )
    else:
        normalize[double](
            doubles(x), doubles_or_null(gamma), doubles_or_null(beta),
            doubles(mean), doubles(variance),
            block, epsilon, doubles(scale), doubles(shift), doubles(y),
        )
    return y


def batchnorm_backward(grad, x, gamma, mean, variance, axis, epsilon):
    """Gradients of `batchnorm_train`: (dx, dgamma or None without gamma, dbeta)."""
    cdef Block block
    if not (
        is_real(x)
        and alike(grad, x)
        and split(x, axis, &block)
        and is_parameter(gamma, x, block)
        and is_vector(mean, x, block.channels)
        and is_vector(variance, x, block.channels)
    ):
        return twin.batchnorm_backward(grad, x, gamma, mean, variance, axis, epsilon)
    grad, x = contiguous(grad), contiguous(x)
    mean, variance = contiguous(mean), contiguous(variance)
    gamma = None if gamma is None else contiguous(gamma)
    sums, factors = zeros(2 * block.channels), empty_vector(3 * block.channels, x)
    dx, dgamma, dbeta = empty_like(x), empty_like(mean), empty_like(mean)
    if is_float(x):
        backward[float](
            floats(grad), floats(x), floats_or_null(gamma),
            floats(mean), floats(variance),
            block, epsilon, doubles(sums), floats(factors),
            floats(dx), floats(dgamma), floats(dbeta),
        )
    else:
        backward[double](
            doubles(grad), doubles(x), doubles_or_null(gamma),
            doubles(mean), doubles(variance),
            block, epsilon, doubles(sums), doubles(factors),
            doubles(dx), doubles(dgamma), doubles(dbeta),
        )
    return dx, None if gamma is None else dgamma, dbeta


cdef void statistics(
    const real* x, Block block, double* sums, real* mean, real* variance
) noexcept nogil:
    """Mean and variance in one pass over x, in doubles.

    With d = x - shift, for any shift near the mean, variance = mean(d**2) - mean(d)**2.
    The shift is the channel's first number; without one, the two terms could be large
    and nearly equal (Chan, Golub, LeVeque 1983, "Algorithms for computing the sample
    variance", section 3).
    """
    cdef Py_ssize_t i, j, c, channels = block.channels, inner = block.inner
    cdef double* squares = sums + channels
    cdef double d, shift, sum_of_run, squares_of_run
    cdef const real* run
    if inner == 1:
        for i in range(block.outer):
            run = x + i * channels
            for c in range(channels):
                d = <double> run[c] - <double> x[c]
                sums[c] += d
                squares[c] += d * d
    else:
        for i in range(block.outer):
            for c in range(channels):
                run = x + (i * channels + c) * inner
                shift = x[c * inner]
                sum_of_run = squares_of_run = 0
                for j in range(inner):
                    d = run[j] - shift
                    sum_of_run += d
                    squares_of_run += d * d
                sums[c] += sum_of_run
                squares[c] += squares_of_run
    for c in range(channels):
        d = sums[c] / block.n
        mean[c] = <real> (x[c * inner] + d)
        variance[c] = <real> max(squares[c] / block.n - d * d, 0.0)


cdef void normalize(
    const real* x,
    const real* gamma,
    const real* beta,
    const real* mean,
    const real* variance,
    Block block,
    double epsilon,
    real* scale,
    real* shift,
    real* y,
) noexcept nogil:
    """y = (x - mean) * scale + shift; scale and shift are filled here."""
    cdef Py_ssize_t i, j, c, channels = block.channels, inner = block.inner, start
    for c in range(channels):
        scale[c] = <real> (1 / sqrt(variance[c] + epsilon))
        if gamma != NULL:
            scale[c] *= gamma[c]
        shift[c] = 0 if beta == NULL else beta[c]
    if inner == 1:
        for i in range(block.outer):
            start = i * channels
            for c in range(channels):
                y[start + c] = (x[start + c] - mean[c]) * scale[c] + shift[c]
    else:
        for i in range(block.outer):
            for c in range(channels):
                start = (i * channels + c) * inner
                for j in range(start, start + inner):
                    y[j] = (x[j] - mean[c]) * scale[c] + shift[c]


cdef void backward(
    const real* grad,
    const real* x,
    const real* gamma,
    const real* mean,
    const real* variance,
    Block block,
    double epsilon,
    double* sums,
    real* factors,
    real* dx,
    real* dgamma,
    real* dbeta,
) noexcept nogil:
    """One pass for the sums dbeta and dgamma, one for dx.

    The twin's formula, with x_hat = (x - mean) * inverse_std put in, is
    dx = outer * (grad - grad_mean - (x - mean) * slope).
    """
    cdef Py_ssize_t i, j, c, channels = block.channels, inner = block.inner, start
    cdef double* products = sums + channels  # sum(grad * (x - mean))
    cdef real* outer = factors
    cdef real* grad_mean = factors + channels
    cdef real* slope = factors + 2 * channels
    cdef double inverse_std, sum_of_run, products_of_run
    if inner == 1:
        for i in range(block.outer):
            start = i * channels
            for c in range(channels):
                sums[c] += grad[start + c]
                products[c] += grad[start + c] * (x[start + c] - mean[c])
    else:
        for i in range(block.outer):
            for c in range(channels):
                start = (i * channels + c) * inner
                sum_of_run = products_of_run = 0
                for j in range(start, start + inner):
                    sum_of_run += grad[j]
                    products_of_run += grad[j] * (x[j] - mean[c])
                sums[c] += sum_of_run
                products[c] += products_of_run

    for c in range(channels):
        inverse_std = 1 / sqrt(variance[c] + epsilon)
        dbeta[c] = <real> sums[c]
        dgamma[c] = <real> (products[c] * inverse_std)
        outer[c] = <real> inverse_std
        if gamma != NULL:
            outer[c] *= gamma[c]
        grad_mean[c] = <real> (sums[c] / block.n)
        slope[c] = <real> (products[c] * inverse_std * inverse_std / block.n)

    if inner == 1:
        for i in range(block.outer):
            start = i * channels
            for c in range(channels):
                dx[start + c] = outer[c] * (
                    grad[start + c] - grad_mean[c] - (x[start + c] - mean[c]) * slope[c]
                )
    else:
        for i in range(block.outer):
            for c in range(channels):
                start = (i * channels + c) * inner
                for j in range(start, start + inner):
                    dx[j] = outer[c] * (
                        grad[j] - grad_mean[c] - (x[j] - mean[c]) * slope[c]
                    )


cdef bint split(cnp.ndarray x, Py_ssize_t axis, Block* block):
    """Fill in the block; False where the axis does not exist or x is empty."""
    cdef Py_ssize_t i, rank = cnp.PyArray_NDIM(x)
    if not -rank <= axis < rank or cnp.PyArray_SIZE(x) == 0:
        return False
    if axis < 0:
        axis += rank
    block.outer = block.inner = 1
    for i in range(axis):
        block.outer *= cnp.PyArray_DIM(x, i)
    block.channels = cnp.PyArray_DIM(x, axis)
    for i in range(axis + 1, rank):
        block.inner *= cnp.PyArray_DIM(x, i)
    block.n = block.outer * block.inner
    return True


cdef bint is_parameter(vector, cnp.ndarray x, Block block):
    """Whether gamma or beta is absent, or fits to x."""
    return vector is None or is_vector(vector, x, block.channels)


cdef cnp.ndarray zeros(Py_ssize_t size):
    """A vector of doubles."""
    cdef cnp.npy_intp shape = size
    return cnp.PyArray_ZEROS(1, &shape, cnp.NPY_DOUBLE, 0)
