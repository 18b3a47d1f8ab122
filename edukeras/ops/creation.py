"""New arrays: constants, ranges, grids, windows."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.autodiff import op
from edukeras.ops.dtypes import result_type
from edukeras.ops.gradients import no_gradient
from edukeras.tensor import Tensor, as_array, numpy_dtype

# -- constants ----------------------------------------------------------------


def array(x: Any, dtype: Any = None) -> Tensor:
    """A tensor of anything that holds numbers."""
    return Tensor(as_array(x, dtype))


def zeros(shape: Any, dtype: Any = None) -> Tensor:
    """An array of zeros.

    >>> zeros((2,))
    Tensor([0., 0.], shape=(2,), dtype=float32)
    """
    return Tensor(np.zeros(shape, numpy_dtype(dtype)))


def ones(shape: Any, dtype: Any = None) -> Tensor:
    """An array of ones."""
    return Tensor(np.ones(shape, numpy_dtype(dtype)))


def empty(shape: Any, dtype: Any = None) -> Tensor:
    """An array to be filled later; here it holds zeros."""
    return zeros(shape, dtype)


def full(shape: Any, fill_value: Any, dtype: Any = None) -> Tensor:
    """An array of one value."""
    return Tensor(np.full(shape, as_array(fill_value), numpy_dtype(dtype)))


def _like(x, value, dtype):
    y = np.full(x.shape, value, numpy_dtype(dtype) if dtype else x.dtype)
    return y, no_gradient


@op
def zeros_like(x, *, dtype=None):
    """Zeros in the shape of x."""
    return _like(x, 0, dtype)


@op
def ones_like(x, *, dtype=None):
    """Ones in the shape of x."""
    return _like(x, 1, dtype)


@op
def empty_like(x, *, dtype=None):
    """An array in the shape of x, to be filled later; here it holds zeros."""
    return _like(x, 0, dtype)


@op
def full_like(x, *, fill_value, dtype=None):
    """One value in the shape of x."""
    return _like(x, as_array(fill_value), dtype)


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """Ones on a diagonal, zeros elsewhere."""
    return Tensor(np.eye(N, M, k=k, dtype=numpy_dtype(dtype)))


def identity(n: int, dtype: Any = None) -> Tensor:
    """The n by n matrix with ones on the diagonal. For a copy of a tensor: `copy`."""
    return eye(n, dtype=dtype)


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """Ones on and below the k-th diagonal, zeros above."""
    return Tensor(np.tri(N, M, k=k, dtype=numpy_dtype(dtype)))


# -- ranges -------------------------------------------------------------------


def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Tensor:
    """The numbers from start up to, but without, stop.

    >>> arange(2, 5), arange(0, 1, 0.5)
    (Tensor([2, 3, 4], shape=(3,), dtype=int32), Tensor([0. , 0.5], shape=(2,),
    dtype=float32))
    """
    bounds = [x if type(x) in (int, float) else as_array(x) for x in (start, stop, step)
              if x is not None]  # fmt: skip
    if dtype is None:
        dtype = result_type(*(getattr(x, "dtype", type(x)) for x in bounds))
    return Tensor(np.arange(*_start_stop_step(*bounds), dtype=numpy_dtype(dtype)))


def _start_stop_step(first: Any, second: Any = None, step: Any = 1) -> tuple:
    return (0, first, step) if second is None else (first, second, step)


def _spaced_dtype(start: Any, stop: Any, dtype: Any) -> np.dtype:
    """Evenly spaced numbers are real ones, in the precision of their ends."""
    ends = [x.dtype for x in (start, stop) if hasattr(x, "dtype")]
    return numpy_dtype(dtype or result_type(*ends, float))


def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """Evenly spaced numbers from start to stop.

    >>> linspace(0, 1, 3)
    Tensor([0. , 0.5, 1. ], shape=(3,), dtype=float32)
    """
    dtype = _spaced_dtype(start, stop, dtype)
    values, step = np.linspace(
        as_array(start), as_array(stop), num, endpoint, retstep=True, axis=axis
    )
    result = Tensor(values.astype(dtype))
    return (result, Tensor(np.asarray(step, dtype))) if retstep else result


def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10,
    dtype: Any = None,
    axis: int = 0,
) -> Tensor:
    """base ** x for evenly spaced x from start to stop."""
    dtype = _spaced_dtype(start, stop, dtype)
    ends = as_array(start), as_array(stop)
    return Tensor(np.logspace(*ends, num, endpoint, base, axis=axis).astype(dtype))


def geomspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    dtype: Any = None,
    axis: int = 0,
) -> Tensor:
    """Numbers from start to stop, each the same multiple of the one before."""
    dtype = _spaced_dtype(start, stop, dtype)
    ends = as_array(start), as_array(stop)
    return Tensor(np.geomspace(*ends, num, endpoint, axis=axis).astype(dtype))


@op
def vander(x, *, N=None, increasing=False):
    """The powers of each element, in a row: (n,) -> (n, N), the highest first."""
    count = len(x) if N is None else N
    exponents = np.arange(count) if increasing else np.arange(count)[::-1]
    y = np.power(x[:, None], exponents.astype(x.dtype))

    def backward(grad, need):
        lower = np.power(x[:, None], np.maximum(exponents - 1, 0).astype(x.dtype))
        return ((grad * exponents.astype(x.dtype) * lower).sum(axis=1),)

    return y, backward


# -- windows for spectra ------------------------------------------------------


def bartlett(x: int) -> Tensor:
    """A triangle of x points, from 0 to 1 and back."""
    return Tensor(np.bartlett(int(x)).astype(numpy_dtype(None)))


def blackman(x: int) -> Tensor:
    """The Blackman window of x points: 0.42 - 0.5 cos(t) + 0.08 cos(2t)."""
    return Tensor(np.blackman(int(x)).astype(numpy_dtype(None)))


def hamming(x: int) -> Tensor:
    """The Hamming window of x points: 0.54 - 0.46 cos(t)."""
    return Tensor(np.hamming(int(x)).astype(numpy_dtype(None)))


def hanning(x: int) -> Tensor:
    """The Hann window of x points: 0.5 - 0.5 cos(t)."""
    return Tensor(np.hanning(int(x)).astype(numpy_dtype(None)))


def kaiser(x: int, beta: float) -> Tensor:
    """The Kaiser window of x points; beta makes it narrower."""
    window = np.kaiser(int(x), float(as_array(beta)))
    return Tensor(window.astype(numpy_dtype(None)))
