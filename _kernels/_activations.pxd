"""The workers of the activations, for `activations.pyx` and inside `dense.pyx`.

The elementwise ones have one form, (input, output, size, option), so that a front can
take any of them; option is alpha or negative_slope, and most have no use for it. In
place, output == input, is allowed.
"""

from libc.math cimport erfc, fabs

from _common cimport real
from _elementary cimport exp, expm1, log, log1p_up_to_1, sigmoid_of, tanh_of

cdef extern from *:
    """
    #define SELU_ALPHA 1.6732632423543772
    #define SELU_SCALE 1.0507009873554805
    #define SQRT_2_OVER_PI 0.7978845608028654
    #define INVERSE_SQRT_2 0.7071067811865476
    #define INVERSE_SQRT_2_PI 0.3989422804014327
    """
    const double SELU_ALPHA, SELU_SCALE
    const double SQRT_2_OVER_PI, INVERSE_SQRT_2, INVERSE_SQRT_2_PI


# --- elementwise: x -> y --------------------------------------------------------------


cdef inline void relu_worker(
    const real* x, real* y, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        y[i] = 0 if x[i] < 0 else x[i]


cdef inline void leaky_relu_worker(
    const real* x, real* y, Py_ssize_t n, double negative_slope
) noexcept nogil:
    cdef Py_ssize_t i
    cdef real slope = <real> negative_slope
    for i in range(n):
        y[i] = x[i] if x[i] > 0 else slope * x[i]


cdef inline void sigmoid_worker(
    const real* x, real* y, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        y[i] = sigmoid_of(x[i])


cdef inline void tanh_worker(
    const real* x, real* y, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        y[i] = tanh_of(x[i])


cdef inline void elu_worker(
    const real* x, real* y, Py_ssize_t n, double alpha
) noexcept nogil:
    cdef Py_ssize_t i
    cdef real a = <real> alpha, below
    for i in range(n):
        below = a * expm1(x[i])
        y[i] = x[i] if x[i] > 0 else below


cdef inline void selu_worker(
    const real* x, real* y, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    cdef real scale = <real> SELU_SCALE, below
    for i in range(n):
        below = <real> SELU_ALPHA * expm1(x[i])
        y[i] = scale * (x[i] if x[i] > 0 else below)


cdef inline void softplus_worker(
    const real* x, real* y, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    cdef real positive
    for i in range(n):
        positive = 0 if x[i] < 0 else x[i]
        y[i] = positive + log1p_up_to_1(exp(-<real> fabs(x[i])))


cdef inline void softsign_worker(
    const real* x, real* y, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        y[i] = x[i] / (<real> 1 + <real> fabs(x[i]))


cdef inline void exponential_worker(
    const real* x, real* y, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        y[i] = exp(x[i])


cdef inline void silu_worker(
    const real* x, real* y, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        y[i] = x[i] * sigmoid_of(x[i])


cdef inline void gelu_worker(
    const real* x, real* y, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        y[i] = x[i] * normal_distribution(x[i])


cdef inline void gelu_tanh_worker(
    const real* x, real* y, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        y[i] = <real> 0.5 * x[i] * (<real> 1 + tanh_of(gelu_inner(x[i])))


# --- elementwise: the output's gradient, and y or x -> the input's gradient -----------


cdef inline void relu_backward_worker(
    const real* grad, const real* y, real* dx, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    cdef real g
    for i in range(n):
        g = grad[i]  # is read in any case, so that compilers need no branch
        dx[i] = g if y[i] > 0 else 0


cdef inline void leaky_relu_backward_worker(
    const real* grad, const real* y, real* dx, Py_ssize_t n, double negative_slope
) noexcept nogil:
    cdef Py_ssize_t i
    cdef real slope = <real> negative_slope
    for i in range(n):
        dx[i] = grad[i] * (1 if y[i] > 0 else slope)


cdef inline void sigmoid_backward_worker(
    const real* grad, const real* y, real* dx, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        dx[i] = grad[i] * y[i] * (<real> 1 - y[i])


cdef inline void tanh_backward_worker(
    const real* grad, const real* y, real* dx, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        dx[i] = grad[i] * (<real> 1 - y[i] * y[i])


cdef inline void elu_backward_worker(
    const real* grad, const real* y, real* dx, Py_ssize_t n, double alpha
) noexcept nogil:
    cdef Py_ssize_t i
    cdef real a = <real> alpha
    for i in range(n):
        dx[i] = grad[i] * (1 if y[i] > 0 else y[i] + a)


cdef inline void selu_backward_worker(
    const real* grad, const real* y, real* dx, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    cdef real scale = <real> SELU_SCALE, scaled_alpha = <real> (SELU_SCALE * SELU_ALPHA)
    for i in range(n):
        dx[i] = grad[i] * (scale if y[i] > 0 else y[i] + scaled_alpha)


cdef inline void softplus_backward_worker(
    const real* grad, const real* y, real* dx, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        dx[i] = -grad[i] * expm1(-y[i])


cdef inline void softsign_backward_worker(
    const real* grad, const real* y, real* dx, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    cdef real slope_root
    for i in range(n):
        slope_root = <real> 1 - <real> fabs(y[i])
        dx[i] = grad[i] * slope_root * slope_root


cdef inline void exponential_backward_worker(
    const real* grad, const real* y, real* dx, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        dx[i] = grad[i] * y[i]


cdef inline void silu_backward_worker(
    const real* grad, const real* x, real* dx, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    cdef real s
    for i in range(n):
        s = sigmoid_of(x[i])
        dx[i] = grad[i] * (s + x[i] * s * (<real> 1 - s))


cdef inline void gelu_backward_worker(
    const real* grad, const real* x, real* dx, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    cdef real density
    for i in range(n):
        density = <real> INVERSE_SQRT_2_PI * exp(<real> -0.5 * x[i] * x[i])
        dx[i] = grad[i] * (normal_distribution(x[i]) + x[i] * density)


cdef inline void gelu_tanh_backward_worker(
    const real* grad, const real* x, real* dx, Py_ssize_t n, double option
) noexcept nogil:
    cdef Py_ssize_t i
    cdef real t, inner_slope, one = 1, half = <real> 0.5
    for i in range(n):
        t = tanh_of(gelu_inner(x[i]))
        inner_slope = one + <real> (3 * 0.044715) * x[i] * x[i]
        inner_slope *= <real> SQRT_2_OVER_PI
        dx[i] = grad[i] * half * (one + t + x[i] * (one - t * t) * inner_slope)


cdef inline real normal_distribution(real x) noexcept nogil:
    """The chance that a standard normal number is below x."""
    return <real> 0.5 * <real> erfc(-x * <real> INVERSE_SQRT_2)


cdef inline real gelu_inner(real x) noexcept nogil:
    return <real> SQRT_2_OVER_PI * (x + <real> 0.044715 * x * x * x)


# --- row by row: matrices of `rows` rows and `columns` columns ------------------------


# A plain loop `result += x[i]` must add in order, one by one. Eight results side by
# side, added at the end, may be one SIMD register. (They also round less.)


cdef inline real largest(const real* x, Py_ssize_t n) noexcept nogil:
    """max(x) of at least one number."""
    cdef real result = x[0]
    cdef real[8] lanes
    cdef Py_ssize_t i, j, whole = n - n % 8
    if whole:
        for j in range(8):
            lanes[j] = x[j]
        for i in range(8, whole, 8):
            for j in range(8):
                lanes[j] = x[i + j] if x[i + j] > lanes[j] else lanes[j]
        for j in range(8):
            result = lanes[j] if lanes[j] > result else result
    for i in range(whole, n):
        result = x[i] if x[i] > result else result
    return result


cdef inline real total(const real* x, Py_ssize_t n) noexcept nogil:
    """sum(x)"""
    cdef real result = 0
    cdef real[8] lanes
    cdef Py_ssize_t i, j, whole = n - n % 8
    if whole:
        for j in range(8):
            lanes[j] = x[j]
        for i in range(8, whole, 8):
            for j in range(8):
                lanes[j] += x[i + j]
        for j in range(8):
            result += lanes[j]
    for i in range(whole, n):
        result += x[i]
    return result


cdef inline real total_of_products(
    const real* a, const real* b, Py_ssize_t n
) noexcept nogil:
    """sum(a * b)"""
    cdef real result = 0
    cdef real[8] lanes
    cdef Py_ssize_t i, j, whole = n - n % 8
    if whole:
        for j in range(8):
            lanes[j] = a[j] * b[j]
        for i in range(8, whole, 8):
            for j in range(8):
                lanes[j] += a[i + j] * b[i + j]
        for j in range(8):
            result += lanes[j]
    for i in range(whole, n):
        result += a[i] * b[i]
    return result


cdef inline void subtract_row_maximum(
    const real* x, real* y, Py_ssize_t rows, Py_ssize_t columns
) noexcept nogil:
    cdef Py_ssize_t i, j
    cdef real maximum
    for i in range(rows):
        maximum = largest(x + i * columns, columns)
        for j in range(columns):
            y[i * columns + j] = x[i * columns + j] - maximum


cdef inline void softmax_worker(
    const real* x, real* y, Py_ssize_t rows, Py_ssize_t columns
) noexcept nogil:
    cdef Py_ssize_t i, j
    cdef real inverse
    subtract_row_maximum(x, y, rows, columns)
    # Over all rows at once: they are often shorter than a SIMD register.
    exponential_worker(y, y, rows * columns, 0)
    for i in range(rows):
        inverse = <real> 1 / total(y + i * columns, columns)
        for j in range(columns):
            y[i * columns + j] *= inverse


cdef inline void softmax_backward_worker(
    const real* grad, const real* y, real* dx, Py_ssize_t rows, Py_ssize_t columns
) noexcept nogil:
    cdef Py_ssize_t i, j, start
    cdef real mean
    for i in range(rows):
        start = i * columns
        mean = total_of_products(grad + start, y + start, columns)
        for j in range(start, start + columns):
            dx[j] = y[j] * (grad[j] - mean)
