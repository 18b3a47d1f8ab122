"""Which dtype results: recorded from Keras, for `ops.add`."""

import numpy as np
import pytest

from edukeras import config, ops
from edukeras.autodiff import GradientTape
from edukeras.ops.dtypes import result_type
from edukeras.tensor import Variable

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


# Ops that NumPy and SciPy compute in 32 or 64 bits.
HALF = {
    name: getattr(ops, name)
    for name in (
        "erf", "erfc", "erfinv", "relu6", "gelu", "elu", "selu", "leaky_relu",
        "hard_sigmoid", "hard_silu", "hard_tanh", "soft_shrink", "celu", "sparse_plus",
        "sparse_sigmoid", "sinc", "norm", "sigmoid", "softplus", "silu",
    )
} | {
    "matmul": lambda x: ops.matmul(x, ops.transpose(x)),
    "einsum": lambda x: ops.einsum("ij,ij->i", x, x),
    "average": lambda x: ops.average(x, axis=0, weights=x[:, 0]),
    "top_k": lambda x: ops.top_k(x, 2)[0],
}  # fmt: skip


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", HALF)
def test_half_precision_stays_half_precision(name, dtype):
    x = Variable(np.array([[0.5, -0.25, 0.75], [0.125, 0.375, -0.5]]), dtype=dtype)
    with GradientTape() as tape:
        y = HALF[name](x)
    assert y.dtype == dtype
    exact = Variable(x.numpy().astype("float32"))
    with GradientTape() as exact_tape:
        expected = HALF[name](exact)
    np.testing.assert_allclose(
        y.numpy().astype("float32"), expected.numpy(), rtol=0.02, atol=0.01
    )
    gradient = tape.gradient(y, x)
    np.testing.assert_allclose(
        gradient.numpy().astype("float32"),
        exact_tape.gradient(expected, exact).numpy(),
        rtol=0.04,
        atol=0.02,
    )


@pytest.mark.parametrize("name", ["nansum", "nanprod", "nanmax", "nanmin", "nancumsum"])
def test_whole_numbers_have_no_nan_and_stay_whole(name):
    x = ops.convert_to_tensor(np.array([3, 1, 2], "int32"))
    plain = getattr(ops, name.removeprefix("nan"))
    found = getattr(ops, name)(x)
    assert found.dtype == plain(x).dtype == "int32"
    np.testing.assert_array_equal(found.numpy(), plain(x).numpy())


def test_unsigned_numbers_can_be_counted():
    assert ops.bincount(np.array([0, 2, 2], "uint8")).tolist() == [1, 0, 2]
    assert ops.bincount(np.zeros(0, "int32"), minlength=2).tolist() == [0, 0]


def test_correlation_of_whole_numbers_is_real():
    found = ops.correlate(np.array([1, 2], "int32"), np.array([3], "int32"))
    assert found.dtype == "float32"
    assert found.tolist() == [3.0, 6.0]
