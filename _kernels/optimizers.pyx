"""One update of variables and their state, in place and in one pass over the memory.

The lists hold one array per variable: all variables of a model are one call.  The
workers let other Python threads run (nogil), so that two of them can share the work.
"""

cimport numpy as cnp
from libc.math cimport sqrt

from edukeras.reference import optimizers as twin

from _common cimport alike, contiguous, doubles, floats, is_float, is_real, real

cnp.import_array()


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
    cdef real rate = <real> learning_rate, kept = <real> momentum
    with nogil:
        if nesterov:
            for i in range(n):
                velocity[i] = kept * velocity[i] - rate * gradient[i]
                variable[i] += kept * velocity[i] - rate * gradient[i]
        else:
            for i in range(n):
                velocity[i] = kept * velocity[i] - rate * gradient[i]
                variable[i] += velocity[i]


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
    cdef real kept = <real> rho, new = <real> (1 - rho)
    with nogil:
        for i in range(n):
            velocity[i] = kept * velocity[i] + new * gradient[i] * gradient[i]
            variable[i] -= rate * gradient[i] / <real> sqrt(velocity[i] + small)


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
            adam_worker[float](
                floats(variable), floats(momentum), floats(velocity), floats(g), n,
                alpha, 1 - beta_1, 1 - beta_2, epsilon,
            )
        else:
            adam_worker[double](
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
):
    cdef Py_ssize_t i
    cdef real rate = <real> alpha, small = <real> epsilon
    cdef real n1 = <real> new_1, n2 = <real> new_2
    with nogil:
        for i in range(n):
            momentum[i] += (gradient[i] - momentum[i]) * n1
            velocity[i] += (gradient[i] * gradient[i] - velocity[i]) * n2
            variable[i] -= rate * momentum[i] / (<real> sqrt(velocity[i]) + small)
