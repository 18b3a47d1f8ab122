import copy
import pickle

import numpy as np
import pytest

from edukeras import config, ops
from edukeras.autodiff import GradientTape
from edukeras.errors import ShapeError
from edukeras.tensor import KerasTensor, Tensor, Variable, as_array, standardize_dtype

X = np.array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]], np.float32)


# -- dtypes -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "name"),
    [
        (None, "float32"),
        ("float", "float32"),
        (float, "float32"),
        (int, "int32"),
        (bool, "bool"),
        ("float64", "float64"),
        (np.float64, "float64"),
        (np.dtype("float64"), "float64"),
        (np.dtype("int64"), "int64"),
        ("bfloat16", "bfloat16"),
    ],
)
def test_the_name_of_a_dtype(dtype, name):
    assert standardize_dtype(dtype) == name


def test_an_unknown_dtype_is_named():
    with pytest.raises(ValueError, match="Received: 'flaot32'"):
        standardize_dtype("flaot32")


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (1.5, "float32"),
        ([1.5, 2], "float32"),
        (3, "int32"),
        ([[1, 2]], "int32"),
        (2**40, "int64"),
        (True, "bool"),
        (np.float64(2), "float64"),
        (np.ones(2), "float64"),
        ([np.ones(2, np.float16)] * 2, "float16"),
        ([Tensor([1.0]), Tensor([2.0])], "float32"),
    ],
)
def test_numbers_become_arrays_with_the_dtype_of_keras(value, dtype):
    assert as_array(value).dtype == dtype


def test_floatx_is_the_dtype_of_python_floats():
    config.set_floatx("float64")
    try:
        assert Tensor([1.5]).dtype == "float64"
    finally:
        config.set_floatx("float32")


def test_a_float64_result_without_axes_stays_float64():
    assert ops.sum(np.ones(3)).dtype == "float64"
    assert (Tensor(np.float64(1)) + Tensor(np.float64(2))).dtype == "float64"


def test_dividing_float32_by_a_python_number_stays_float32():
    assert (Tensor(X) / 2.0).dtype == "float32"
    assert (1.0 / Tensor(X)).dtype == "float32"


# -- Tensor -------------------------------------------------------------------

OPERATIONS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "floor_divide": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "greater": lambda a, b: a > b,
    "greater_equal": lambda a, b: a >= b,
    "equal": lambda a, b: a == b,
    "not_equal": lambda a, b: a != b,
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
@pytest.mark.parametrize(
    ("left", "right"),
    [(Tensor(X), Tensor(X[0])), (Tensor(X), 2.0), (2.0, Tensor(X)), (X[0], Tensor(X)),
     (Variable(X), Tensor(X[:1])), (Tensor(X), X)],
    ids=["tensors", "number right", "number left", "array left", "variable", "array"],
)  # fmt: skip
def test_operators_are_those_of_numpy(operation, left, right):
    expected = operation(*(np.asarray(v, np.float32) for v in (left, right)))
    result = operation(left, right)
    assert isinstance(result, Tensor)
    np.testing.assert_allclose(result.numpy(), expected, rtol=1e-6)


def test_unary_and_logical_operators():
    x, t = Tensor(X), Tensor(X > 0)
    np.testing.assert_array_equal((-x).numpy(), -X)
    np.testing.assert_array_equal(abs(x).numpy(), abs(X))
    np.testing.assert_array_equal((x**2).numpy(), X**2)
    np.testing.assert_allclose((2.0**x).numpy(), 2**X)
    np.testing.assert_array_equal((x @ x.T).numpy(), X @ X.T)
    np.testing.assert_array_equal((~t).numpy(), X <= 0)
    np.testing.assert_array_equal((t & (x < 4)).numpy(), (X > 0) & (X < 4))
    np.testing.assert_array_equal((t | (x < -5)).numpy(), (X > 0) | (X < -5))
    np.testing.assert_array_equal((t ^ t).numpy(), False)


def test_indexing_and_iteration():
    x = Tensor(X)
    assert x[0, 1].item() == -2
    np.testing.assert_array_equal(x[:, ::-1].numpy(), X[:, ::-1])
    np.testing.assert_array_equal(x[..., None].numpy(), X[..., None])
    np.testing.assert_array_equal(x[Tensor(X > 0)].numpy(), X[X > 0])
    np.testing.assert_array_equal(x[:, Tensor([2, 0])].numpy(), X[:, [2, 0]])
    assert [row.tolist() for row in x] == X.tolist()
    assert len(x) == 2


def test_a_scalar_tensor_is_a_number_to_python():
    x = Tensor(2)
    assert float(Tensor(2.5)) == 2.5
    assert int(x) == 2
    assert list(range(x)) == [0, 1]
    assert f"{Tensor(0.12345):.2f}" == "0.12"
    assert bool(Tensor(0.0)) is False
    with pytest.raises(TypeError, match="no length"):
        len(x)
    with pytest.raises(TypeError, match="iterated"):
        iter(x)


def test_shape_is_a_tuple_and_dtype_a_name():
    x = Tensor(X)
    assert (x.shape, x.dtype, x.ndim, x.size) == ((2, 3), "float32", 2, 6)
    assert repr(Tensor([1.0])) == "Tensor([1.], shape=(1,), dtype=float32)"


def test_numpy_is_a_copy():
    x = Tensor(X.copy())
    x.numpy()[0, 0] = 100
    assert x[0, 0].item() == 1


def test_numpy_functions_on_tensors_give_the_numbers_of_numpy():
    x = Tensor(X)
    np.testing.assert_array_equal(np.asarray(x), X)
    assert np.asarray(x, dtype=np.float64).dtype == np.float64
    assert np.mean(x) == X.mean()
    np.testing.assert_array_equal(np.concatenate([x, x]), np.concatenate([X, X]))
    np.testing.assert_array_equal(np.exp(x), np.exp(X))
    assert isinstance(np.exp(x), Tensor)
    assert np.add.reduce(x, axis=None) == X.sum()


def test_numpy_ufuncs_on_tensors_are_differentiable():
    x = Tensor([1.0, 2.0])
    with GradientTape() as tape:
        tape.watch(x)
        y = np.multiply(np.square(x), np.float32([10, 1]))
    assert tape.gradient(y, x).tolist() == [20, 4]


def test_an_array_times_a_tensor_is_a_tensor():
    assert isinstance(X * Tensor(X), Tensor)
    assert isinstance(np.float32(2) * Tensor(X), Tensor)


def test_tensors_can_be_keys():
    x, y = Tensor([1.0]), Tensor([1.0])
    assert {x: "x", y: "y"}[x] == "x"


# -- Variable -----------------------------------------------------------------


def test_a_variable_owns_its_values():
    values = np.ones(3)
    v = Variable(values)
    values[0] = 5
    assert v.numpy().tolist() == [1, 1, 1]
    assert v.dtype == "float64"
    assert v.array.flags["C_CONTIGUOUS"]


def test_a_variable_from_an_initializer():
    v = Variable(lambda shape, dtype: np.full(shape, 2, dtype), shape=(2, 3), name="w")
    assert (v.shape, v.dtype, v.name, v.path) == ((2, 3), "float32", "w", "w")
    with pytest.raises(ValueError, match="needs a shape"):
        Variable(lambda shape, dtype: np.zeros(shape))


def test_assign_changes_the_same_array():
    v = Variable([1.0, 2.0])
    array = v.array
    v.assign([3, 4])
    v.assign_add([1.0, 1.0])
    v.assign_sub(Tensor([0.5, 0.5]))
    assert v.array is array
    assert array.tolist() == [3.5, 4.5]
    assert array.dtype == np.float32


def test_assign_of_another_shape_names_the_variable():
    v = Variable([1.0, 2.0], name="bias")
    with pytest.raises(ShapeError, match=r'"bias".*\(2,\).*\(3,\)'):
        v.assign([1.0, 2.0, 3.0])


def test_value_does_not_follow_later_changes():
    v = Variable([1.0])
    before = v.value
    v.assign([2.0])
    assert before.tolist() == [1.0]


def test_whole_numbers_have_no_gradient():
    assert Variable([1, 2]).traced is False
    assert Variable([1.0, 2.0]).traced is True
    assert Variable([1.0], trainable=False).traced is False


def test_variables_can_be_copied_and_pickled():
    v = Variable([1.0, 2.0], name="w")
    for twin in (copy.deepcopy(v), pickle.loads(pickle.dumps(v))):
        twin.assign([5.0, 6.0])
        assert twin.name == "w"
        assert v.numpy().tolist() == [1, 2]


# -- KerasTensor --------------------------------------------------------------


def test_operators_on_symbolic_tensors_keep_the_unknown_batch():
    x = KerasTensor((None, 3))
    assert (x * 2 + 1).shape == (None, 3)
    assert (x @ np.ones((3, 5), np.float32)).shape == (None, 5)
    assert x[:, 0].shape == (None,)
    assert x[0].shape == (3,)
    assert (x > 0).dtype == "bool"
    assert (np.ones((1, 3), np.float32) - x).shape == (None, 3)
    assert np.exp(x).shape == (None, 3)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (bool, "no value"),
        (iter, "iterated"),
        (len, "no length"),
        (np.asarray, "no values"),
    ],
)
def test_a_symbolic_tensor_explains_why_it_has_no_values(use, message):
    with pytest.raises((TypeError, ValueError), match=message):
        use(KerasTensor((None, 3)))
