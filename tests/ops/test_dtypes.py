"""Which dtype results: recorded from Keras, for `ops.add`."""

import numpy as np
import pytest

from edukeras import config, ops
from edukeras.ops.dtypes import result_type

RECORDED = [
    ("bool", "bool", "bool"),
    ("bool", "uint8", "uint8"),
    ("bool", "int8", "int8"),
    ("bool", "int32", "int32"),
    ("bool", "float16", "float16"),
    ("bool", "bfloat16", "bfloat16"),
    ("bool", "float32", "float32"),
    ("bool", int, "int32"),
    ("bool", float, "float32"),
    ("uint8", "uint8", "uint8"),
    ("uint8", "int8", "int16"),
    ("uint8", "int32", "int32"),
    ("uint8", "float16", "float16"),
    ("uint8", "bfloat16", "bfloat16"),
    ("uint8", "float32", "float32"),
    ("uint8", int, "uint8"),
    ("uint8", float, "float32"),
    ("int8", "int8", "int8"),
    ("int8", "int32", "int32"),
    ("int8", "float16", "float16"),
    ("int8", "bfloat16", "bfloat16"),
    ("int8", "float32", "float32"),
    ("int8", int, "int8"),
    ("int8", float, "float32"),
    ("int32", "int32", "int32"),
    ("int32", "float16", "float16"),
    ("int32", "bfloat16", "bfloat16"),
    ("int32", "float32", "float32"),
    ("int32", int, "int32"),
    ("int32", float, "float32"),
    ("float16", "float16", "float16"),
    ("float16", "bfloat16", "float32"),
    ("float16", "float32", "float32"),
    ("float16", int, "float16"),
    ("float16", float, "float16"),
    ("bfloat16", "bfloat16", "bfloat16"),
    ("bfloat16", "float32", "float32"),
    ("bfloat16", int, "bfloat16"),
    ("bfloat16", float, "bfloat16"),
    ("float32", "float32", "float32"),
    ("float32", int, "float32"),
    ("float32", float, "float32"),
]


def operand(dtype):
    return ops.ones((2,), dtype) if isinstance(dtype, str) else dtype(1)


@pytest.mark.parametrize(("first", "second", "result"), RECORDED)
def test_promotion_is_that_of_keras(first, second, result):
    assert ops.add(operand(first), operand(second)).dtype == result
    assert ops.add(operand(second), operand(first)).dtype == result


def test_float64_and_int64_are_kept():
    # Keras on JAX would make 32 bits of them; here NumPy's arrays keep what they hold.
    assert ops.add(np.ones(2), np.ones(2, np.float32)).dtype == "float64"
    assert ops.add(np.ones(2, np.int64), 1).dtype == "int64"
    assert ops.add(np.ones(2, np.int64), np.ones(2, np.float32)).dtype == "float32"


def test_a_float64_dtype_is_not_the_weak_python_float():
    assert result_type(np.dtype("float64"), "float32") == "float64"
    assert result_type(float, "float32") == "float32"


def test_floatx_is_what_whole_numbers_become():
    config.set_floatx("float64")
    try:
        assert ops.mean([1, 2]).dtype == "float64"
        assert ops.true_divide(np.ones(2, np.int32), 2).dtype == "float64"
        assert result_type("int32", float) == "float64"
    finally:
        config.set_floatx("float32")


@pytest.mark.parametrize("dtype", ["bool", "int8", "int16"])
def test_small_whole_numbers_are_added_as_int32(dtype):
    assert ops.sum(ops.ones(300, dtype)).item() == 300
    assert ops.sum(ops.ones(3, dtype)).dtype == "int32"


def test_half_precision_is_averaged_without_overflow():
    x = np.full(4000, 30, np.float16)
    assert ops.mean(x).item() == 30
    assert ops.mean(x).dtype == "float16"
