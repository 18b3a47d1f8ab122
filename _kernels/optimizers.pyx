"""One update of variables and their state, in place and in one pass over the memory.

The lists hold one array per variable: all variables of a model are one call.  The
workers let other Python threads run (nogil), so that two of them can share the work.
"""

cimport numpy as cnp
from libc.float cimport DBL_MIN, FLT_MIN
from libc.math cimport fabs, sqrt

from edukeras.reference import optimizers as twin

from _common cimport alike, contiguous, doubles, floats, is_float, is_real, real
from _threads cimport Work, divide, next_part, threads_to_use, together, use_threads

cnp.import_array()

cdef enum:
    # So many weights are one part of the work that threads share.
    PART = 16384


def control_threads(getter, setter, team):
    """Tells where OpenBLAS has its get_num_threads and set_num_threads, and the team."""
    use_threads(getter, setter, team)


cdef inline real normal(real x) noexcept nogil:
    """x, but 0 where it is next to nothing: below 1e-38 for float32.

    The state of a weight without gradient, that of a unit which relu keeps at 0, fades
    for ever.  With such numbers ("denormal" ones) CPUs compute several times slower.
    """
    cdef real least = FLT_MIN if real is float else DBL_MIN
    return 0 if <real> fabs(x) < least else x


cdef bint is_variable(x):
    """Whether x is an array of real numbers that can be written to in one run."""
    return is_real(x) and cnp.PyArray_ISCARRAY(x)


cdef bint is_state(x, cnp.ndarray variable):
    """Whether x is an array like the variable, that can be written to in one run."""
    return alike(x, variable) and cnp.PyArray_ISCARRAY(x)


def sgd_update(variables, gradients, learning_rate):
    """variable -= learning_rate * g"""
    cdef Py_ssize_t n
    for variable, gradient in zip(variables, gradients):
        if not (is_variable(variable) and alike(gradient, variable)):
            twin.sgd_update([variable], [gradient], learning_rate)
            continue
        g = contiguous(gradient)
        n = cnp.PyArray_SIZE(variable)
        if is_float(variable):
            sgd_worker[float](floats(variable), floats(g), n, learning_rate)
        else:
            sgd_worker[double](doubles(variable), doubles(g), n, learning_rate)


cdef void sgd_worker(
    real* variable, const real* gradient, Py_ssize_t n, double learning_rate
):
    cdef Py_ssize_t i
    cdef real rate = <real> learning_rate
    with nogil:
        for i in range(n):
            variable[i] -= rate * gradient[i]


def momentum_update(
    variables, velocities, gradients, learning_rate, momentum, nesterov
):
    """velocity = momentum * velocity - learning_rate * g;  variable += velocity

    With nesterov, variable += momentum * velocity - learning_rate * g instead.
    """
    cdef Py_ssize_t n
    for variable, velocity, gradient in zip(variables, velocities, gradients):
        if not (
            is_variable(variable)
            and is_state(velocity, variable)
            and alike(gradient, variable)
        ):
            twin.momentum_update(
                [variable], [velocity], [gradient], learning_rate, momentum, nesterov
            )
            continue
        g = contiguous(gradient)
        n = cnp.PyArray_SIZE(variable)
        if is_float(variable):
            momentum_worker[float](
                floats(variable), floats(velocity), floats(g), n,
                learning_rate, momentum, nesterov,
            )
        else:
            momentum_worker[double](
                doubles(variable), doubles(velocity), doubles(g), n,
                learning_rate, momentum, nesterov,
            )


cdef void momentum_worker(
    real* variable,
    real* velocity,
    const real* gradient,
    Py_ssize_t n,
    double learning_rate,
    double momentum,
    bint nesterov,
):
    cdef Py_ssize_t i
    cdef real rate = <real> learning_rate, kept = <real> momentum, v
    with nogil:
        if nesterov:
            for i in range(n):
                v = normal(kept * velocity[i] - rate * gradient[i])
                variable[i] += kept * v - rate * gradient[i]
                velocity[i] = v
        else:
            for i in range(n):
                v = normal(kept * velocity[i] - rate * gradient[i])
                variable[i] += v
                velocity[i] = v


def rmsprop_update(variables, velocities, gradients, learning_rate, rho, epsilon):
    """velocity = rho * velocity + (1 - rho) * g**2, the mean square of the gradient;
    variable -= learning_rate * g / sqrt(velocity + epsilon)
    """
    cdef Py_ssize_t n
    for variable, velocity, gradient in zip(variables, velocities, gradients):
        if not (
            is_variable(variable)
            and is_state(velocity, variable)
            and alike(gradient, variable)
        ):
            twin.rmsprop_update(
                [variable], [velocity], [gradient], learning_rate, rho, epsilon
            )
            continue
        g = contiguous(gradient)
        n = cnp.PyArray_SIZE(variable)
        if is_float(variable):
            rmsprop_worker[float](
                floats(variable), floats(velocity), floats(g), n,
                learning_rate, rho, epsilon,
            )
        else:
            rmsprop_worker[double](
                doubles(variable), doubles(velocity), doubles(g), n,
                learning_rate, rho, epsilon,
            )


cdef void rmsprop_worker(
    real* variable,
    real* velocity,
    const real* gradient,
    Py_ssize_t n,
    double learning_rate,
    double rho,
    double epsilon,
):
    cdef Py_ssize_t i
    cdef real rate = <real> learning_rate, small = <real> epsilon
    cdef real kept = <real> rho, new = <real> (1 - rho), v
    with nogil:
        for i in range(n):
            v = normal(kept * velocity[i] + new * gradient[i] * gradient[i])
            variable[i] -= rate * gradient[i] / <real> sqrt(v + small)
            velocity[i] = v


def adam_update(
    variables, momentums, velocities, gradients, alpha, beta_1, beta_2, epsilon
):
    """momentum and velocity move towards g and g**2;
    variable -= alpha * momentum / (sqrt(velocity) + epsilon)
    """
    cdef Py_ssize_t n
    for variable, momentum, velocity, gradient in zip(
        variables, momentums, velocities, gradients
    ):
        if not (
            is_variable(variable)
            and is_state(momentum, variable)
            and is_state(velocity, variable)
            and alike(gradient, variable)
        ):
            twin.adam_update(
                [variable], [momentum], [velocity], [gradient],
                alpha, beta_1, beta_2, epsilon,
            )
            continue
        g = contiguous(gradient)
        n = cnp.PyArray_SIZE(variable)
        if is_float(variable):
            adam_together[float](
                floats(variable), floats(momentum), floats(velocity), floats(g), n,
                alpha, 1 - beta_1, 1 - beta_2, epsilon,
            )
        else:
            adam_together[double](
                doubles(variable), doubles(momentum), doubles(velocity), doubles(g), n,
                alpha, 1 - beta_1, 1 - beta_2, epsilon,
            )


cdef void adam_worker(
    real* variable,
    real* momentum,
    real* velocity,
    const real* gradient,
    Py_ssize_t n,
    double alpha,
    double new_1,
    double new_2,
    double epsilon,
) noexcept nogil:
    cdef Py_ssize_t i
    cdef real rate = <real> alpha, small = <real> epsilon
    cdef real n1 = <real> new_1, n2 = <real> new_2, m, v
    for i in range(n):
        m = normal(momentum[i] + (gradient[i] - momentum[i]) * n1)
        v = normal(velocity[i] + (gradient[i] * gradient[i] - velocity[i]) * n2)
        variable[i] -= rate * m / (<real> sqrt(v) + small)
        momentum[i] = m
        velocity[i] = v


# Adam needs a root and a division for each weight: of a large variable, several threads
# take a part at a time. The other optimizers wait for the memory, which is no quicker
# for two.

ctypedef struct AdamJob:
    float* variable
    float* momentum
    float* velocity
    const float* gradient
    double alpha
    double new_1
    double new_2
    double epsilon
    Work work


cdef void adam_together(
    real* variable,
    real* momentum,
    real* velocity,
    const real* gradient,
    Py_ssize_t n,
    double alpha,
    double new_1,
    double new_2,
    double epsilon,
):
    cdef AdamJob job
    cdef int threads
    with nogil:
        if real is float:
            job.variable, job.momentum, job.velocity = variable, momentum, velocity
            job.gradient = gradient
            job.alpha, job.new_1, job.new_2 = alpha, new_1, new_2
            job.epsilon = epsilon
            threads = <int> max(1, min(threads_to_use(), n // (2 * PART)))
            divide(&job.work, n, threads, PART, PART)
            together(adam_parts, &job, threads)
        else:
            adam_worker(
                variable, momentum, velocity, gradient, n, alpha, new_1, new_2, epsilon
            )


cdef void adam_parts(void* given, int member) noexcept nogil:
    """What each thread does: one part after the other, until none is left."""
    cdef AdamJob* job = <AdamJob*> given
    cdef Py_ssize_t begin, end
    while next_part(&job.work, member, &begin, &end):
        adam_worker[float](
            job.variable + begin, job.momentum + begin, job.velocity + begin,
            job.gradient + begin, end - begin,
            job.alpha, job.new_1, job.new_2, job.epsilon,
        )


def average_update(averages, values, momentum):
    """average = momentum * average + (1 - momentum) * value"""
    cdef Py_ssize_t n
    for average, value in zip(averages, values):
        if not (is_variable(average) and alike(value, average)):
            twin.average_update([average], [value], momentum)
            continue
        v = contiguous(value)
        n = cnp.PyArray_SIZE(average)
        if is_float(average):
            average_worker[float](floats(average), floats(v), n, momentum)
        else:
            average_worker[double](doubles(average), doubles(v), n, momentum)


cdef void average_worker(
    real* average, const real* value, Py_ssize_t n, double momentum
):
    cdef Py_ssize_t i
    cdef real kept = <real> momentum, new = <real> (1 - momentum)
    with nogil:
        for i in range(n):
            average[i] = kept * average[i] + new * value[i]
