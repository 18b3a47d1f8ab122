import numpy as np
import pytest

from edukeras import regularizers
from edukeras.autodiff import GradientTape
from edukeras.tensor import Variable
from tests.golden_units import (
    array,
    check_signature,
    items,
    recorded_names,
    title,
    value,
)

W = [[1.0, 2.0, 3.0], [4.0, -5.0, 6.0]]


@pytest.mark.parametrize("name", recorded_names("regularizers"))
def test_has_keras_names_and_signatures(name):
    check_signature("regularizers", name, getattr(regularizers, name))


@pytest.mark.parametrize("item", items("regularizer"), ids=title)
def test_values_agree_with_keras(item):
    regularizer = getattr(regularizers, item["name"])(**item["config"])
    penalty = regularizer(array(item["x"]))
    assert float(penalty) == pytest.approx(value(item), rel=1e-6)


@pytest.mark.parametrize(
    ("mode", "expected"), [("rows", 0.0365486), ("columns", 0.0817077)]
)
def test_orthogonal_values_of_keras(mode, expected):
    penalty = regularizers.OrthogonalRegularizer(0.1, mode)(np.float32(W))
    assert float(penalty) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    "regularizer",
    [
        regularizers.L1(0.3),
        regularizers.L2(0.3),
        regularizers.L1L2(0.1, 0.2),
        regularizers.OrthogonalRegularizer(0.3),
        regularizers.OrthogonalRegularizer(0.3, "columns"),
    ],
    ids=lambda r: type(r).__name__,
)
def test_gradient_is_that_of_finite_differences(regularizer):
    w = Variable(np.array(W))
    with GradientTape() as tape:
        penalty = regularizer(w)
    gradient = tape.gradient(penalty, w).array
    step = 1e-6
    for index in np.ndindex(w.shape):
        high, low = np.array(W), np.array(W)
        high[index] += step
        low[index] -= step
        slope = (float(regularizer(high)) - float(regularizer(low))) / (2 * step)
        assert gradient[index] == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize("bad", ["a", -1, float("nan"), float("inf")])
@pytest.mark.parametrize("cls", [regularizers.L1, regularizers.L2])
def test_factor_must_be_a_number_from_0(cls, bad):
    with pytest.raises(ValueError, match="a number from 0"):
        cls(bad)


def test_none_is_the_default_factor():
    assert regularizers.L1(None).get_config() == {"l1": 0.01}
    assert regularizers.L1L2(None, 0.5).get_config() == {"l1": 0.0, "l2": 0.5}


def test_keras_2_called_the_factor_l():
    assert regularizers.l2(l=0.2).get_config() == {"l2": 0.2}
    assert regularizers.l1(l=0.2).get_config() == {"l1": 0.2}


def test_orthogonal_needs_a_matrix():
    with pytest.raises(ValueError, match=r"shape \(3,\)"):
        regularizers.OrthogonalRegularizer()(np.ones(3, "float32"))


def test_orthogonal_mode_must_be_known():
    with pytest.raises(ValueError, match="rows"):
        regularizers.OrthogonalRegularizer(mode="row")


@pytest.mark.parametrize(
    "regularizer",
    [
        regularizers.L1(0.3),
        regularizers.L2(0.3),
        regularizers.L1L2(0.1, 0.2),
        regularizers.OrthogonalRegularizer(0.3, "columns"),
    ],
    ids=lambda r: type(r).__name__,
)
def test_survives_a_config_round_trip(regularizer):
    record = regularizers.serialize(regularizer)
    assert record["module"] == "keras.regularizers"
    restored = regularizers.deserialize(record)
    assert type(restored) is type(regularizer)
    assert restored.get_config() == regularizer.get_config()


def test_get_takes_names_objects_and_functions():
    def penalty(x):
        return 0.0

    assert regularizers.get(None) is None
    assert regularizers.get(penalty) is penalty
    assert regularizers.get("l2").get_config() == {"l2": 0.01}
    assert isinstance(regularizers.get("l1_l2"), regularizers.L1L2)
    with pytest.raises(ValueError, match='Did you mean "l1_l2"'):
        regularizers.get("l1_12")


def test_the_base_class_says_what_it_needs():
    with pytest.raises(NotImplementedError, match="__call__"):
        regularizers.Regularizer()(np.ones(2))
    with pytest.raises(NotImplementedError, match="get_config"):
        regularizers.Regularizer().get_config()
