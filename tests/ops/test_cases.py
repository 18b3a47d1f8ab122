"""Every line of the table in cases.py: value, gradient, dtype, symbolic shape."""

import inspect

import numpy as np
import pytest
from numpy.testing import assert_allclose

from edukeras import kernels, ops, tree
from edukeras.autodiff import GradientTape
from edukeras.finite_differences import check_gradients
from edukeras.tensor import KerasTensor, Tensor
from tests.ops import cases

# Functions that take functions, or return no numbers: tested in test_control.py.
WITHOUT_CASE = set(
    "associative_scan cond ctc_decode custom_gradient dtype fori_loop jvp map scan "
    "switch vectorize vectorized_map while_loop".split()
)


def title(case):
    options = ", ".join(
        f"{name}={value!r}" for name, value in case.options.items()
        if not isinstance(value, np.ndarray)
    )  # fmt: skip
    shapes = [x.shape for x in tree.flatten(case.inputs) if isinstance(x, np.ndarray)]
    return f"{case.op} {options} {'*'.join(map(str, shapes))}"


def has_array(case, kind="fiubc"):
    leaves = [x for x in tree.flatten(case.inputs) if isinstance(x, np.ndarray)]
    return any(x.dtype.kind in kind for x in leaves)


def every_case(condition=lambda case: True):
    chosen = [case for case in cases.CASES if condition(case)]
    return pytest.mark.parametrize("case", chosen, ids=title)


@pytest.fixture(params=["reference", "compiled"])
def kernel_set(request):
    if request.param == "compiled" and kernels.info().kind != "compiled":
        pytest.skip("the compiled kernels are not installed")
    with kernels.using(request.param):
        yield


def call(case, inputs, options=None):
    return getattr(ops, case.op)(*inputs, **(options or case.options))


def is_real_array(x):
    return isinstance(x, np.ndarray) and x.dtype == np.float64


def in_float32(inputs):
    return tree.map_structure(
        lambda x: x.astype(np.float32) if is_real_array(x) else x, inputs
    )


@every_case()
def test_value_in_float64(case, kernel_set):
    results, expected = tree.flatten(call(case, case.inputs)), case.expected
    parts = list(expected) if len(results) > 1 else [expected]
    assert len(results) == len(parts)
    for result, part in zip(results, parts):
        part = np.asarray(part)
        assert np.shape(result) == part.shape
        # Constants that no input gave a precision are float32.
        exact = tree.flatten(case.inputs) and np.asarray(result).dtype != np.float32
        assert_allclose(np.asarray(result), part, rtol=1e-10 if exact else 1e-6,
                        atol=1e-12 if exact else 1e-6)  # fmt: skip


@every_case(lambda case: has_array(case, "f"))
def test_value_and_dtype_in_float32(case, kernel_set):
    exact = tree.flatten(call(case, case.inputs))
    for result, value in zip(
        tree.flatten(call(case, *in_float32((case.inputs, case.options)))),
        exact,
        strict=True,
    ):
        if isinstance(value, Tensor) and value.dtype == "float64":
            assert result.dtype == case.options.get("dtype", "float32") or (
                case.op == "cast"
            )
        assert_allclose(np.asarray(result), np.asarray(value), rtol=2e-4, atol=2e-5)


@every_case(lambda case: case.gradient)
def test_gradient(case, kernel_set):
    def function(*leaves):
        return call(case, tree.pack_sequence_as(case.inputs, leaves))

    function.__name__ = case.op
    check_gradients(function, *tree.flatten(case.inputs))


@every_case(lambda case: case.gradient is False)
def test_gradient_of_what_is_constant_is_none(case):
    flat = tree.flatten(case.inputs)
    sources = [Tensor(x) if isinstance(x, np.ndarray) else x for x in flat]
    watched = [x for x in sources if isinstance(x, Tensor)]
    with GradientTape() as tape:
        tape.watch(watched)
        y = call(case, tree.pack_sequence_as(case.inputs, sources))
    assert tape.gradient(y, watched) == [None] * len(watched)


@every_case(lambda case: case.batch is not None and has_array(case))
def test_symbolic_shape_and_dtype(case):
    arrays = [x for x in tree.flatten(case.inputs) if isinstance(x, np.ndarray)]

    def symbol(x):
        if not isinstance(x, np.ndarray):
            return x
        if case.batch and x.ndim and len(x) == 2:
            return KerasTensor((None, *x.shape[1:]), x.dtype)
        is_index = x.dtype.kind == "i" and any(map(is_real_array, arrays))
        return x if is_index else KerasTensor(x.shape, x.dtype)

    results = tree.flatten(call(case, tree.map_structure(symbol, case.inputs)))
    for symbolic, real in zip(
        results, tree.flatten(call(case, case.inputs)), strict=True
    ):
        assert isinstance(symbolic, KerasTensor)
        assert symbolic.dtype == real.dtype
        assert len(symbolic.shape) == real.ndim
        for m, n in zip(symbolic.shape, real.shape):
            assert m in (n, None)
        if not case.batch:
            assert symbolic.shape == real.shape


def test_every_op_has_a_case():
    functions = {
        name: value
        for name, value in vars(ops).items()
        if inspect.isfunction(value) and not name.startswith("_")
    }
    covered = {functions[case.op] for case in cases.CASES}
    missing = {name for name, f in functions.items() if f not in covered}
    assert missing == WITHOUT_CASE & functions.keys()
