"""Element by element: roots, exponentials, logarithms and the error function."""

from __future__ import annotations

import math

import numpy as np

from edukeras.autodiff import op
from edukeras.ops.dtypes import promote_to_float, to_float
from edukeras.ops.gradients import unbroadcast

# -- roots --------------------------------------------------------------------


@op
def sqrt(x):
    """The square root of x."""
    with np.errstate(invalid="ignore"):
        y = np.sqrt(to_float(x))

    def backward(grad, need):
        with np.errstate(divide="ignore", invalid="ignore"):
            return (grad / (2 * y),)

    return y, backward


@op
def rsqrt(x):
    """1 / sqrt(x)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        y = 1 / np.sqrt(to_float(x))

    def backward(grad, need):
        with np.errstate(invalid="ignore", over="ignore"):
            return (-0.5 * grad * y * y * y,)

    return y, backward


@op
def cbrt(x):
    """The cube root of x, also of negative x."""
    y = np.cbrt(to_float(x))

    def backward(grad, need):
        with np.errstate(divide="ignore", invalid="ignore"):
            return (grad / (3 * y * y),)

    return y, backward


# -- exponentials -------------------------------------------------------------


@op
def exp(x):
    """e ** x.

    >>> exp(0.0)
    Tensor(1., shape=(), dtype=float32)
    """
    with np.errstate(over="ignore"):
        y = np.exp(to_float(x))
    return y, lambda grad, need: (grad * y,)


@op
def exp2(x):
    """2 ** x."""
    with np.errstate(over="ignore"):
        y = np.exp2(to_float(x))
    return y, lambda grad, need: (grad * y * math.log(2),)


@op
def expm1(x):
    """e ** x - 1, exact near 0."""
    with np.errstate(over="ignore"):
        y = np.expm1(to_float(x))
    return y, lambda grad, need: (grad * (y + 1),)


# -- logarithms ---------------------------------------------------------------


def _logarithm(function, x, derivative):
    x = to_float(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        y = function(x)

    def backward(grad, need):
        with np.errstate(divide="ignore", invalid="ignore"):
            return (grad * derivative(x),)

    return y, backward


@op
def log(x):
    """The natural logarithm of x."""
    return _logarithm(np.log, x, lambda x: 1 / x)


@op
def log1p(x):
    """log(1 + x), exact near 0."""
    return _logarithm(np.log1p, x, lambda x: 1 / (1 + x))


@op
def log2(x):
    """The logarithm of x to base 2."""
    return _logarithm(np.log2, x, lambda x: 1 / (x * math.log(2)))


@op
def log10(x):
    """The logarithm of x to base 10."""
    return _logarithm(np.log10, x, lambda x: 1 / (x * math.log(10)))


@op
def logaddexp(x1, x2):
    """log(exp(x1) + exp(x2)), without overflow."""
    a, b = promote_to_float(x1, x2)
    y = np.logaddexp(a, b)

    def backward(grad, need):
        return unbroadcast(grad * np.exp(a - y), a), unbroadcast(
            grad * np.exp(b - y), b
        )

    return y, backward


@op
def logaddexp2(x1, x2):
    """log2(2 ** x1 + 2 ** x2), without overflow."""
    a, b = promote_to_float(x1, x2)
    y = np.logaddexp2(a, b)

    def backward(grad, need):
        return (
            unbroadcast(grad * np.exp2(a - y), a),
            unbroadcast(grad * np.exp2(b - y), b),
        )

    return y, backward


# -- special functions --------------------------------------------------------
# scipy.special takes longer to load than NumPy, so it is imported where it is used.


@op
def erf(x):
    """The error function: 2 / sqrt(pi) times the integral of exp(-t²) from 0 to x."""
    from scipy import special

    x = to_float(x)

    def backward(grad, need):
        return (grad * np.exp(-x * x) * (2 / math.sqrt(math.pi)),)

    return special.erf(x).astype(x.dtype, copy=False), backward


@op
def erfc(x):
    """1 - erf(x), exact where erf(x) is nearly 1."""
    from scipy import special

    x = to_float(x)

    def backward(grad, need):
        return (-grad * np.exp(-x * x) * (2 / math.sqrt(math.pi)),)

    return special.erfc(x).astype(x.dtype, copy=False), backward


@op
def erfinv(x):
    """The number whose erf is x, for x between -1 and 1."""
    from scipy import special

    x = to_float(x)
    y = special.erfinv(x).astype(x.dtype, copy=False)
    return y, lambda grad, need: (grad * np.exp(y * y) * (math.sqrt(math.pi) / 2),)


@op
def i0(x):
    """The modified Bessel function of the first kind, order 0."""
    from scipy import special

    x = to_float(x)
    y = special.i0(x).astype(x.dtype, copy=False)
    return y, lambda grad, need: (grad * special.i1(x),)
