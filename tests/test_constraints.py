import numpy as np
import pytest

from edukeras import constraints
from edukeras.tensor import Variable
from tests.golden_units import (
    array,
    check_signature,
    items,
    recorded_names,
    title,
    value,
)

W = np.float32([[1, 2, 3], [4, -5, 6]])


@pytest.mark.parametrize("name", recorded_names("constraints"))
def test_has_keras_names_and_signatures(name):
    check_signature("constraints", name, getattr(constraints, name))


@pytest.mark.parametrize("item", items("constraint"), ids=title)
def test_values_agree_with_keras(item):
    constraint = getattr(constraints, item["name"])(**item["config"])
    np.testing.assert_allclose(constraint(array(item["x"])), value(item), rtol=1e-6)


def norms(w, axis=0):
    return np.sqrt(np.sum(np.square(np.asarray(w)), axis=axis))


def test_max_norm_shortens_only_the_long():
    w = np.float32([[3.0, 0.0], [4.0, 0.5]])
    result = constraints.MaxNorm(2.0)(w)
    np.testing.assert_allclose(norms(result), [2, 0.5], rtol=1e-6)
    np.testing.assert_allclose(np.asarray(result)[:, 1], w[:, 1], rtol=1e-6)


def test_max_norm_over_several_axes():
    result = constraints.MaxNorm(2.0, axis=[0, 1])(W)
    np.testing.assert_allclose(norms(result, None), 2, rtol=1e-6)


def test_unit_norm_leaves_zeros():
    w = np.float32([[3, 0], [4, 0]])
    np.testing.assert_allclose(norms(constraints.UnitNorm()(w)), [1, 0], rtol=1e-6)


@pytest.mark.parametrize("rate", [0.0, 0.5, 1.0])
def test_min_max_norm_goes_a_part_of_the_way(rate):
    before = norms(W)  # 4.12, 5.39, 6.71
    result = constraints.MinMaxNorm(4.5, 6.0, rate=rate)(W)
    wanted = rate * np.clip(before, 4.5, 6.0) + (1 - rate) * before
    np.testing.assert_allclose(norms(result), wanted, rtol=1e-6)


def test_non_neg_keeps_what_is_positive():
    np.testing.assert_array_equal(constraints.NonNeg()(W), [[1, 2, 3], [4, 0, 6]])


@pytest.mark.parametrize("name", ["non_neg", "max_norm", "unit_norm", "min_max_norm"])
def test_a_variable_is_constrained_by_assigning(name):
    weight = Variable(W)
    constraint = constraints.get(name)
    weight.assign(constraint(weight))
    assert weight.dtype == "float32"
    np.testing.assert_allclose(constraint(weight), weight, rtol=1e-5)


@pytest.mark.parametrize(
    "constraint",
    [
        constraints.NonNeg(),
        constraints.MaxNorm(3.0, axis=[0, 1]),
        constraints.UnitNorm(axis=1),
        constraints.MinMaxNorm(0.1, 0.9, 0.5, 1),
    ],
    ids=lambda c: type(c).__name__,
)
def test_survives_a_config_round_trip(constraint):
    record = constraints.serialize(constraint)
    assert record["module"] == "keras.constraints"
    restored = constraints.deserialize(record)
    assert type(restored) is type(constraint)
    assert restored.get_config() == constraint.get_config()


def test_get_takes_names_objects_and_functions():
    def halve(w):
        return w / 2

    assert constraints.get(None) is None
    assert constraints.get(halve) is halve
    assert isinstance(constraints.get("NonNeg"), constraints.NonNeg)
    assert isinstance(constraints.get("maxnorm"), constraints.MaxNorm)
    with pytest.raises(ValueError, match='Did you mean "max_norm"'):
        constraints.get("max_nrom")


def test_the_base_class_allows_everything():
    np.testing.assert_array_equal(constraints.Constraint()(W), W)
