"""Which dtype results when two meet: Keras's rules, which are JAX's.

NumPy would make float64 of int32 + float32; here the float's own dtype wins.

Source: https://docs.jax.dev/en/latest/type_promotion.html
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from edukeras import config
from edukeras.tensor import is_float, numpy_dtype, standardize_dtype


def result_type(*dtypes: Any) -> str:
    """The dtype of a result; Python's `float` and `int` are weak.

    >>> result_type("int64", "float32"), result_type("float16", float)
    ('float32', 'float16')
    """
    return _result_type(config.floatx(), dtypes)


@functools.cache
def _result_type(floatx: str, dtypes: tuple) -> str:
    # By identity: np.dtype("float64") == float, but is not weak.
    weak = [d for d in dtypes if d is float or d is int or d is bool]
    strong = [
        standardize_dtype(d) for d in dtypes if not isinstance(d, type) or d not in weak
    ]
    floats = {d for d in strong if is_float(d)}
    complexes = [d for d in strong if d.startswith("complex")]
    if complexes:
        return np.result_type(*complexes, *floats).name
    if floats == {"float16", "bfloat16"}:
        return "float32"
    if floats:
        return max(floats, key=lambda d: numpy_dtype(d).itemsize)
    if float in weak:
        return floatx
    if not strong:
        return "int32" if int in weak else "bool"
    whole = np.result_type(*strong)
    if whole.kind == "b" and int in weak:
        return "int32"
    if whole.kind == "f":  # uint64 with int64
        return floatx
    return whole.name


def promote(a: Any, b: Any) -> tuple[Any, Any]:
    """Two operands that NumPy combines to the right dtype.

    That is two arrays of one dtype, or a float array and a Python number.
    """
    if type(a) is np.ndarray:
        if type(b) is np.ndarray:
            if a.dtype == b.dtype:
                return a, b
        elif a.dtype.kind in "fc":
            return a, b
    elif type(b) is np.ndarray and b.dtype.kind in "fc":
        return a, b
    a, b = promote_arrays(a, b)
    return a, b


def promote_arrays(*operands: Any) -> list[np.ndarray]:
    """All operands as arrays of one dtype."""
    kinds = [x.dtype if isinstance(x, np.ndarray) else type(x) for x in operands]
    if isinstance(kinds[0], np.dtype) and all(kind is kinds[0] for kind in kinds):
        return list(operands)
    dtype = numpy_dtype(result_type(*kinds))
    return [np.asarray(x, dtype) for x in operands]


def to_float(x: Any) -> Any:
    """Whole numbers and booleans as `floatx()`; real numbers stay."""
    if x.dtype.kind in "fc" or is_float(x.dtype):
        return x
    return x.astype(numpy_dtype(config.floatx()))


def countable(x: Any) -> Any:
    """Booleans as 0 and 1, int32; numbers stay."""
    if isinstance(x, np.ndarray) and x.dtype.kind == "b":
        return x.astype(np.int32)
    return x


def promote_to_float(a: Any, b: Any) -> tuple[Any, Any]:
    """Like `promote`, but whole numbers become real ones."""
    a, b = promote(a, b)
    if type(a) is np.ndarray and type(b) is np.ndarray:
        return to_float(a), to_float(b)
    return a, b


def sum_dtype(dtype: np.dtype) -> np.dtype:
    """The dtype of a sum or product: small whole numbers are added as 32 bits."""
    if dtype.kind in "bi" and dtype.itemsize < 4:
        return np.dtype(np.int32)
    if dtype.kind == "u" and dtype.itemsize < 4:
        return np.dtype(np.uint32)
    return dtype
