"""Element by element: angles (in radians), circles and hyperbolas; complex numbers."""

from __future__ import annotations

import math

import numpy as np

from edukeras import kernels
from edukeras.autodiff import op
from edukeras.ops.dtypes import promote_to_float, to_float
from edukeras.ops.gradients import no_gradient, unbroadcast

# -- circles ------------------------------------------------------------------


@op
def sin(x):
    """The sine of x, in radians."""
    x = to_float(x)
    return np.sin(x), lambda grad, need: (grad * np.cos(x),)


@op
def cos(x):
    """The cosine of x, in radians."""
    x = to_float(x)
    return np.cos(x), lambda grad, need: (-grad * np.sin(x),)


@op
def tan(x):
    """The tangent of x, in radians: sin(x) / cos(x)."""
    y = np.tan(to_float(x))
    return y, lambda grad, need: (grad * (1 + y * y),)


@op
def sinc(x):
    """sin(pi x) / (pi x), and 1 at 0."""
    x = to_float(x)
    y = np.sinc(x)

    def backward(grad, need):
        slope = np.cos(math.pi * x) - y
        return (grad * np.divide(slope, x, out=np.zeros_like(x), where=x != 0),)

    return y, backward


def _inverse(function, x, derivative):
    """An arc function: NaN outside its domain, infinite slope at the border."""
    x = to_float(x)
    with np.errstate(invalid="ignore", divide="ignore"):
        y = function(x)

    def backward(grad, need):
        with np.errstate(invalid="ignore", divide="ignore"):
            return (grad * derivative(x),)

    return y, backward


@op
def arcsin(x):
    """The angle whose sine is x, between -pi/2 and pi/2."""
    return _inverse(np.arcsin, x, lambda x: 1 / np.sqrt(1 - x * x))


@op
def arccos(x):
    """The angle whose cosine is x, between 0 and pi."""
    return _inverse(np.arccos, x, lambda x: -1 / np.sqrt(1 - x * x))


@op
def arctan(x):
    """The angle whose tangent is x, between -pi/2 and pi/2."""
    return _inverse(np.arctan, x, lambda x: 1 / (1 + x * x))


@op
def arctan2(x1, x2):
    """The angle of the point (x2, x1) as seen from the origin, between -pi and pi."""
    a, b = promote_to_float(x1, x2)

    def backward(grad, need):
        with np.errstate(invalid="ignore", divide="ignore"):
            slope = grad / (a * a + b * b)
        return unbroadcast(slope * b, a), unbroadcast(-slope * a, b)

    return np.arctan2(a, b), backward


@op
def deg2rad(x):
    """Degrees to radians: x * pi / 180."""
    return np.deg2rad(to_float(x)), lambda grad, need: (grad * (math.pi / 180),)


@op
def rad2deg(x):
    """Radians to degrees: x * 180 / pi."""
    return np.rad2deg(to_float(x)), lambda grad, need: (grad * (180 / math.pi),)


# -- hyperbolas ---------------------------------------------------------------


@op
def sinh(x):
    """(exp(x) - exp(-x)) / 2."""
    x = to_float(x)
    with np.errstate(over="ignore"):
        return np.sinh(x), lambda grad, need: (grad * np.cosh(x),)


@op
def cosh(x):
    """(exp(x) + exp(-x)) / 2."""
    x = to_float(x)
    with np.errstate(over="ignore"):
        return np.cosh(x), lambda grad, need: (grad * np.sinh(x),)


@op
def tanh(x):
    """sinh(x) / cosh(x), between -1 and 1."""
    y = kernels.tanh(to_float(x))
    return y, lambda grad, need: (kernels.tanh_backward(grad, y),)


@op
def arcsinh(x):
    """The number whose sinh is x."""
    return _inverse(np.arcsinh, x, lambda x: 1 / np.sqrt(x * x + 1))


@op
def arccosh(x):
    """The number from 0 whose cosh is x, for x from 1."""
    return _inverse(np.arccosh, x, lambda x: 1 / np.sqrt(x * x - 1))


@op
def arctanh(x):
    """The number whose tanh is x, for x between -1 and 1."""
    return _inverse(np.arctanh, x, lambda x: 1 / (1 - x * x))


# -- complex numbers ----------------------------------------------------------
# Gradients flow between real arrays; complex ones are for computing with spectra.


@op
def real(x):
    """The real part."""
    return np.real(x), lambda grad, need: (grad.astype(x.dtype, copy=False),)


@op
def imag(x):
    """The imaginary part; 0 for real numbers. No gradient."""
    return np.imag(x), no_gradient


@op
def conj(x):
    """The complex conjugate: the same real part, the imaginary part negated."""
    return np.conj(x), lambda grad, need: (np.conj(grad),)


conjugate = conj


@op
def angle(x):
    """The angle of complex numbers in the plane; 0 or pi for real ones. No gradient."""
    return np.angle(to_float(x)), no_gradient


@op
def polar(abs_, angle):
    """The complex numbers with these absolute values and angles. No gradient."""
    size, turn = promote_to_float(abs_, angle)
    return size * np.cos(turn) + 1j * (size * np.sin(turn)), no_gradient


@op
def isreal(x):
    """Whether the imaginary part is 0."""
    return np.isreal(x), no_gradient


@op
def view_as_complex(x):
    """Pairs (real, imaginary) on the last axis as complex numbers. No gradient."""
    return x[..., 0] + 1j * x[..., 1], no_gradient


@op
def view_as_real(x):
    """Complex numbers as pairs (real, imaginary) on a new last axis. No gradient."""
    return np.stack([x.real, x.imag], axis=-1), no_gradient
