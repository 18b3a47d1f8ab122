"""One update of a variable, *in place*; the state (velocity, momentum) too.

Variable and state are arrays of one shape; g below is the gradient.
"""

import numpy as np

__all__ = ["adam_update", "momentum_update", "rmsprop_update", "sgd_update"]


def sgd_update(variable, gradient, learning_rate):
    """variable -= learning_rate * g"""
    variable -= learning_rate * gradient


def momentum_update(variable, velocity, gradient, learning_rate, momentum, nesterov):
    """velocity = momentum * velocity - learning_rate * g;  variable += velocity

    With nesterov, variable += momentum * velocity - learning_rate * g instead
    (Sutskever et al. 2013, "On the importance of initialization and momentum").
    """
    velocity *= momentum
    velocity -= learning_rate * gradient
    if nesterov:
        variable += momentum * velocity - learning_rate * gradient
    else:
        variable += velocity


def rmsprop_update(variable, velocity, gradient, learning_rate, rho, epsilon):
    """velocity = rho * velocity + (1 - rho) * g**2, the mean square of the gradient;
    variable -= learning_rate * g / sqrt(velocity + epsilon)

    Tieleman and Hinton 2012, Coursera "Neural Networks", lecture 6e.
    """
    velocity *= rho
    velocity += (1 - rho) * gradient * gradient
    variable -= learning_rate * gradient / np.sqrt(velocity + epsilon)


def adam_update(variable, momentum, velocity, gradient, alpha, beta_1, beta_2, epsilon):
    """momentum and velocity move towards g and g**2;
    variable -= alpha * momentum / (sqrt(velocity) + epsilon)

    alpha = learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t) at step t corrects
    their start at zero (Kingma and Ba 2014, "Adam", end of section 2).
    """
    momentum += (gradient - momentum) * (1 - beta_1)
    velocity += (gradient * gradient - velocity) * (1 - beta_2)
    variable -= alpha * momentum / (np.sqrt(velocity) + epsilon)
