"""Normalization, Rescaling, Discretization, CategoryEncoding: numbers, by Keras and by
hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from edukeras import Sequential, layers
from edukeras.layers.preprocessing import (
    CategoryEncoding,
    Discretization,
    Normalization,
    Rescaling,
)
from edukeras.testing import check_layer
from tests.layers.preprocessing.lookup_cases import BINS

HERE = Path(__file__).parent
FACTS = json.loads((HERE / "recorded.json").read_text("utf-8"))["normalization"]
RECORDED_BINS = json.loads((HERE / "recorded_lookups.json").read_text("utf-8"))["bins"]
DATA = np.array(FACTS["data"], np.float32)
SMALL = np.float32([[1, 10], [3, 30]])


@pytest.mark.parametrize("fact", FACTS["found"], ids=lambda fact: str(fact["axis"]))
def test_normalization_is_that_of_keras(fact):
    layer = Normalization(axis=fact["axis"])
    layer.adapt(DATA)
    for ours, theirs in zip(layer.get_weights(), fact["weights"], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)
    output = layer(DATA[:2]).array
    np.testing.assert_allclose(output, fact["output"], rtol=1e-5, atol=2e-5)
    config = json.loads(json.dumps(layer.get_config()))
    names = ("axis", "invert", "mean", "variance", "trainable")
    assert {k: config[k] for k in names} == {k: fact["config"][k] for k in names}
    assert Normalization.from_config(fact["config"]).axis == layer.axis


def test_weights_of_normalization_are_named_as_in_keras_and_not_trained():
    layer = Normalization()
    layer.build((None, 3))
    assert [(w.name, w.shape, w.dtype) for w in layer.non_trainable_weights] == [
        ("mean", (3,), "float32"),
        ("variance", (3,), "float32"),
        ("count", (), "int32"),
    ]
    assert layer.trainable_weights == []


@pytest.mark.parametrize(
    "batches",
    [
        lambda: [DATA[:1], DATA[1:4], DATA[4:]],
        lambda: (batch for batch in (DATA[:5], DATA[5:])),
        lambda: [(DATA[:3], "labels"), (DATA[3:], "labels")],
        lambda: DATA.tolist(),
    ],
    ids=["list", "generator", "pairs", "numbers"],
)
def test_batches_teach_what_the_whole_teaches(batches):
    whole, parts = Normalization(), Normalization()
    whole.adapt(DATA)
    parts.adapt(batches())
    np.testing.assert_allclose(parts.mean.array, whole.mean.array, rtol=1e-6)
    np.testing.assert_allclose(parts.variance.array, whole.variance.array, rtol=1e-6)


def test_adapting_again_forgets():
    layer = Normalization()
    layer.adapt(SMALL + 100)
    layer.adapt(SMALL)
    assert layer.mean.tolist() == [[2, 20]]


def test_given_statistics_broadcast():
    x = np.ones((2, 4, 3), np.float32)
    one = Normalization(mean=3.0, variance=4.0)
    np.testing.assert_array_equal(one(x).array, np.full(x.shape, -1))
    each = Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 1.0, 4.0])
    np.testing.assert_array_equal(each(x).array[0, 0], [0, -1, -1])
    two = Normalization(axis=(1, 2), mean=[1.0, 2.0, 3.0], variance=[1.0, 1.0, 4.0])
    np.testing.assert_array_equal(two(x).array, each(x).array)
    assert one.weights == []
    twin = Normalization.from_config(json.loads(json.dumps(each.get_config())))
    np.testing.assert_array_equal(twin(x).array, each(x).array)


def test_invert_leads_back():
    forward, back = Normalization(), Normalization(invert=True)
    forward.adapt(DATA)
    back.adapt(DATA)
    np.testing.assert_allclose(back(forward(DATA)).array, DATA, rtol=1e-4, atol=1e-5)


def test_constant_feature_becomes_zero():
    layer = Normalization()
    layer.adapt(np.ones((5, 2), np.float32))
    assert layer(np.ones((1, 2))).tolist() == [[0, 0]]


def test_normalization_computes_in_its_dtype_and_counts_in_whole_numbers():
    for dtype in ("float16", "float64", "mixed_float16"):
        layer = Normalization(dtype=dtype)
        layer.adapt(SMALL)
        assert layer(SMALL).dtype == layer.compute_dtype
        assert [w.dtype for w in layer.weights][2] == "int32"
        np.testing.assert_allclose(layer(SMALL).array, [[-1, -1], [1, 1]], rtol=1e-3)


def test_normalization_in_a_model():
    layer = Normalization()
    layer.adapt(SMALL)
    model = Sequential([layers.Input((2,)), layer, layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(SMALL, np.zeros(2), verbose=0)
    assert layer.mean.tolist() == [[2, 20]]  # training changed nothing


def test_normalization_and_rescaling_keep_their_promises():
    check_layer(Normalization, {"mean": 1.0, "variance": 2.0}, DATA[:2])
    check_layer(Rescaling, {"scale": 0.5, "offset": -1}, DATA[:2])
    check_layer(Rescaling, {"scale": [1.0, 2.0, 3.0]}, DATA[:2])


@pytest.mark.parametrize("name", BINS)
def test_bins_are_those_of_keras(name):
    layer = Discretization(**BINS[name]["arguments"])
    layer.adapt([np.float32(batch) for batch in BINS[name]["batches"]])
    np.testing.assert_allclose(layer.bin_boundaries, RECORDED_BINS[name], rtol=1e-6)
    twin = Discretization.from_config(json.loads(json.dumps(layer.get_config())))
    assert twin.bin_boundaries == layer.bin_boundaries
    assert twin.num_bins == layer.num_bins


def test_adapt_takes_so_many_steps():
    layer = Discretization(num_bins=2)
    layer.adapt((np.full(10, i, np.float32) for i in range(100)), steps=2)
    assert 0 <= layer.bin_boundaries[0] <= 1


def test_values_on_a_boundary_belong_to_the_bin_above():
    x = np.float32([[-1, 0, 0.5], [1, 2, 1]])
    assert Discretization([0.0, 1.0])(x).tolist() == [[0, 1, 1], [2, 2, 2]]
    one_hot = Discretization([0.0, 1.0], output_mode="one_hot")(x)
    assert one_hot.shape == (2, 3, 3)
    count = Discretization([0.0, 1.0], output_mode="count")(x)
    assert count.tolist() == [[1, 2, 0], [0, 0, 3]]
    multi = Discretization([0.0, 1.0], output_mode="multi_hot")(x)
    assert multi.tolist() == [[1, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count"])
def test_discretization_keeps_its_promises(mode):
    arguments = {"bin_boundaries": [0.0, 1.0], "output_mode": mode}
    check_layer(Discretization, arguments, SMALL - 2, gradients=False)


@pytest.mark.parametrize("mode", ["one_hot", "multi_hot", "count"])
@pytest.mark.parametrize("shape", [(3, 4), (3, 1), (2, 3, 4)])
def test_category_encoding_keeps_its_promises(mode, shape):
    numbers = np.random.default_rng(0).integers(0, 5, shape, dtype="int32")
    arguments = {"num_tokens": 5, "output_mode": mode}
    check_layer(CategoryEncoding, arguments, numbers, gradients=False)


def test_category_encoding_by_hand():
    x = np.array([[0, 2], [3, 3]])
    assert CategoryEncoding(4)(x).tolist() == [[1, 0, 1, 0], [0, 0, 0, 1]]
    count = CategoryEncoding(4, output_mode="count")
    assert count(x).tolist() == [[1, 0, 1, 0], [0, 0, 0, 2]]
    weighted = count(x, count_weights=np.array([[0.5, 1], [1, 2]]))
    assert weighted.tolist() == [[0.5, 0, 1, 0], [0, 0, 0, 3]]
    one_hot = CategoryEncoding(4, output_mode="one_hot")
    assert one_hot(np.array([[1], [0]])).tolist() == [[0, 1, 0, 0], [1, 0, 0, 0]]
    assert one_hot(2).tolist() == [[0, 0, 1, 0]]
    assert CategoryEncoding(4)(np.array([1, 3])).tolist() == [0, 1, 0, 1]


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match="both mean and variance.*adapt"):
        Normalization(mean=1.0)
    with pytest.raises(ValueError, match="was given a mean"):
        Normalization(mean=1.0, variance=1.0).adapt(SMALL)
    layer = Normalization()
    layer.adapt(SMALL)
    with pytest.raises(ValueError, match=r"sizes \(1, 2\).*shape \(4, 3\)"):
        layer.adapt(np.ones((4, 3)))
    with pytest.raises(ValueError, match="no data"):
        Normalization().adapt([])
    with pytest.raises(TypeError, match="cannot learn from this"):
        Normalization().adapt(object())
    with pytest.raises(ValueError, match="must know the size"):
        Normalization(axis=1).build((None, None, 3))
    with pytest.raises(ValueError, match="either bin_boundaries or num_bins"):
        Discretization()
    with pytest.raises(ValueError, match="ascending"):
        Discretization([1, 0])
    with pytest.raises(ValueError, match="no boundaries yet.*adapt"):
        Discretization(num_bins=3)(SMALL)
    with pytest.raises(ValueError, match="from 0 to 3.*Received: 4"):
        CategoryEncoding(4)(np.array([[4]]))
    with pytest.raises(ValueError, match="no sparse outputs"):
        CategoryEncoding(4, sparse=True)
    with pytest.raises(ValueError, match='Did you mean "one_hot"'):
        CategoryEncoding(4, output_mode="onehot")
