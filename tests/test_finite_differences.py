import numpy as np
import pytest

from edukeras import ops
from edukeras.autodiff import op
from edukeras.finite_differences import central_differences, check_gradients


def test_check_gradients_accepts_a_right_one():
    check_gradients(ops.multiply, np.array([0.5, 2.0]), np.array([1.0, -1.0]))


def test_check_gradients_names_the_worst_element():
    @op
    def wrong(x):
        slope = np.array([1.0, 1.0, 1.5])
        return x * 1.0, lambda grad, need: (grad * slope,)

    with pytest.raises(AssertionError, match=r"wrong by input 0 is wrong at \[2\]"):
        check_gradients(wrong, np.ones(3))


def test_check_gradients_finds_a_missing_and_a_misshapen_gradient():
    @op
    def misshapen(x):
        return x * 1.0, lambda grad, need: (grad[:1],)

    with pytest.raises(AssertionError, match="None: nothing connects"):
        check_gradients(ops.stop_gradient, np.ones(3))
    with pytest.raises(AssertionError, match=r"shape \(1,\), but .* shape \(3,\)"):
        check_gradients(misshapen, np.ones(3))


def test_check_gradients_sees_nan():
    @op
    def undefined(x):
        return x * 1.0, lambda grad, need: (grad * np.nan,)

    with pytest.raises(AssertionError, match="the tape says nan"):
        check_gradients(undefined, np.ones(1))


def test_check_gradients_leaves_its_inputs_alone():
    x = np.array([0.5, 2.0])
    check_gradients(ops.sin, x)
    assert x.tolist() == [0.5, 2.0]


def test_several_outputs_and_options():
    check_gradients(ops.moments, np.arange(6.0).reshape(2, 3), axes=1)


def test_inputs_that_are_not_real_are_passed_on():
    check_gradients(ops.take, np.arange(6.0).reshape(2, 3), np.array([1, 1]), axis=0)


def test_central_differences_of_a_cube():
    x = np.array([1.0, -2.0])
    slopes = central_differences(lambda: float((x**3).sum()), x)
    np.testing.assert_allclose(slopes, [3, 12], rtol=1e-8)
