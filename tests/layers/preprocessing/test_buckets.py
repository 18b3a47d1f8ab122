"""Hashing and HashedCrossing: the buckets of real Keras."""

import json
from pathlib import Path

import numpy as np
import pytest

import edukeras as keras
from edukeras.layers import HashedCrossing, Hashing
from tests.layers.preprocessing.text_cases import CROSSINGS, HASHES

FACTS = json.loads((Path(__file__).parent / "recorded_text.json").read_text("utf-8"))


def plain(config):
    return {k: v for k, v in config.items() if k not in ("name", "dtype")}


@pytest.mark.parametrize("name", HASHES)
def test_buckets_are_those_of_keras(name):
    case, fact = HASHES[name], FACTS["hashes"][name]
    layer = Hashing(**case["arguments"])
    inputs = np.array(case["inputs"])
    output = layer(inputs)
    assert output.tolist() == fact["output"]
    assert layer.compute_output_shape(inputs.shape) == output.shape
    assert plain(layer.get_config()) == plain(fact["config"])
    twin = Hashing.from_config(fact["config"])
    assert twin(inputs).tolist() == fact["output"]
    assert twin.dtype == fact["config"]["dtype"]["config"]["name"]


@pytest.mark.parametrize("name", CROSSINGS)
def test_crossings_are_those_of_keras(name):
    case, fact = CROSSINGS[name], FACTS["crossings"][name]
    layer = HashedCrossing(**case["arguments"])
    inputs = [np.array(column) for column in case["inputs"]]
    output = layer(inputs)
    assert output.tolist() == fact["output"]
    shapes = [column.shape for column in inputs]
    assert layer.compute_output_shape(shapes) == output.shape
    assert plain(layer.get_config()) == plain(fact["config"])
    twin = HashedCrossing.from_config(fact["config"])
    assert twin(inputs).tolist() == fact["output"]


def test_bytes_lists_and_objects_are_words_too():
    layer = Hashing(100)
    expected = layer(np.array(["cat", "é"])).tolist()
    assert layer(["cat", "é"]).tolist() == expected
    assert layer(np.array(["cat", "é".encode()], object)).tolist() == expected
    assert layer("cat").tolist() == expected[0]


def test_a_model_takes_words():
    city = keras.Input((1,), dtype="string")
    hour = keras.Input((1,), dtype="int64")
    crossed = HashedCrossing(8, output_mode="one_hot")((city, hour))
    model = keras.Model([city, hour], keras.layers.Dense(2)(crossed))
    cities, hours = np.array([["A"], ["B"]]), np.array([[1], [2]])
    assert model.predict([cities, hours], verbose=0).shape == (2, 2)


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match="num_bins"):
        Hashing(0)
    with pytest.raises(ValueError, match="whole numbers"):
        Hashing(3, dtype="float32")
    with pytest.raises(ValueError, match="salt"):
        Hashing(3, salt="pepper")
    with pytest.raises(ValueError, match="several inputs"):
        HashedCrossing(3)(np.array([1, 2]))
    with pytest.raises(ValueError, match="one category per sample"):
        HashedCrossing(3)([np.ones((2, 3), int), np.ones((2, 3), int)])
    with pytest.raises(ValueError, match="words or whole numbers"):
        HashedCrossing(3)([np.ones(2), np.ones(2)])
