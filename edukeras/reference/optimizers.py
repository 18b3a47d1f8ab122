"""One update of variables, *in place*; of their state (velocity, momentum) too.

The lists hold one array per variable; the state has the variable's shape, g below is
its gradient.
"""

import numpy as np

__all__ = [
    "adam_update",
    "average_update",
    "momentum_update",
    "rmsprop_update",
    "sgd_update",
]


def sgd_update(variables, gradients, learning_rate):
    """variable -= learning_rate * g"""
    for variable, gradient in zip(variables, gradients):
        variable -= learning_rate * gradient


def momentum_update(
    variables, velocities, gradients, learning_rate, momentum, nesterov
):
    """velocity = momentum * velocity - learning_rate * g;  variable += velocity

    With nesterov, variable += momentum * velocity - learning_rate * g instead
    (Sutskever et al. 2013, "On the importance of initialization and momentum").
    """
    for variable, velocity, gradient in zip(variables, velocities, gradients):
        velocity *= momentum
        velocity -= learning_rate * gradient
        if nesterov:
            variable += momentum * velocity - learning_rate * gradient
        else:
            variable += velocity


def rmsprop_update(variables, velocities, gradients, learning_rate, rho, epsilon):
    """velocity = rho * velocity + (1 - rho) * g**2, the mean square of the gradient;
    variable -= learning_rate * g / sqrt(velocity + epsilon)

    Tieleman and Hinton 2012, Coursera "Neural Networks", lecture 6e.
    """
    for variable, velocity, gradient in zip(variables, velocities, gradients):
        velocity *= rho
        velocity += (1 - rho) * gradient * gradient
        variable -= learning_rate * gradient / np.sqrt(velocity + epsilon)


def adam_update(
    variables, momentums, velocities, gradients, alpha, beta_1, beta_2, epsilon
):
    """momentum and velocity move towards g and g**2;
    variable -= alpha * momentum / (sqrt(velocity) + epsilon)

    alpha = learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t) at step t corrects
    their start at zero (Kingma and Ba 2014, "Adam", end of section 2).
    """
    for variable, momentum, velocity, gradient in zip(
        variables, momentums, velocities, gradients
    ):
        momentum += (gradient - momentum) * (1 - beta_1)
        velocity += (gradient * gradient - velocity) * (1 - beta_2)
        variable -= alpha * momentum / (np.sqrt(velocity) + epsilon)


def average_update(averages, values, momentum):
    """average = momentum * average + (1 - momentum) * value"""
    for average, value in zip(averages, values):
        average *= momentum
        average += (1 - momentum) * value
