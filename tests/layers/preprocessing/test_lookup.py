"""Lookups: the places and vocabularies of real Keras; configs; errors."""

import json
from pathlib import Path

import numpy as np
import pytest

from edukeras.layers import preprocessing
from edukeras.layers.preprocessing import IntegerLookup, StringLookup
from tests.layers.preprocessing.lookup_cases import LOOKUPS

FACTS = json.loads(
    (Path(__file__).parent / "recorded_lookups.json").read_text("utf-8")
)["lookups"]


def make(case):
    layer = getattr(preprocessing, case["layer"])(**case["arguments"])
    if "adapt" in case:
        layer.adapt(np.array(case["adapt"]))
    return layer


def assert_equal(ours, theirs):
    if ours.dtype.kind == "U":
        assert ours.tolist() == theirs
    else:
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize("name", LOOKUPS)
def test_places_and_vocabulary_are_those_of_keras(name):
    case, fact = LOOKUPS[name], FACTS[name]
    layer = make(case)
    assert layer.get_vocabulary() == fact["vocabulary"]
    assert layer.vocabulary_size() == len(fact["vocabulary"])
    assert_equal(layer(np.array(case["inputs"])).array, fact["output"])


@pytest.mark.parametrize("name", LOOKUPS)
def test_config_brings_the_vocabulary_along(name):
    case = LOOKUPS[name]
    layer = make(case)
    config = json.loads(json.dumps(layer.get_config()))
    twin = type(layer).from_config(config)
    assert twin.get_vocabulary() == layer.get_vocabulary()
    assert_equal(
        twin(np.array(case["inputs"])).array,
        layer(np.array(case["inputs"])).array.tolist(),
    )
    assert json.loads(json.dumps(twin.get_config())) == config


@pytest.mark.parametrize("name", [n for n in LOOKUPS if "adapted" not in n])
def test_config_is_that_of_keras_and_is_accepted(name):
    case, fact = LOOKUPS[name], FACTS[name]
    layer = make(case)
    twin = type(layer).from_config(fact["config"])
    assert twin.get_vocabulary() == layer.get_vocabulary()
    ours = json.loads(json.dumps(layer.get_config()))
    assert ours.keys() >= fact["config"].keys() - {"oov_method"}
    same = fact["config"].keys() - {"name", "dtype", "vocabulary", "idf_weights"}
    same -= {"oov_method"}
    assert {k: ours[k] for k in same} == {k: fact["config"][k] for k in same}


@pytest.mark.parametrize("name", [n for n in LOOKUPS if "inverted" not in n])
def test_announced_shape_is_that_of_the_output(name):
    case = LOOKUPS[name]
    layer = make(case)
    x = np.array(case["inputs"])
    shape = layer(x).shape
    assert layer.compute_output_shape(x.shape) == shape
    if x.ndim > 1:
        unknown = layer.compute_output_shape((None, *x.shape[1:]))
        assert unknown == (None, *shape[1:])


def test_words_may_come_as_lists_bytes_objects_or_one_alone():
    layer = StringLookup(vocabulary=["cat", "dog"])
    assert layer(["dog", "cat"]).tolist() == [2, 1]
    assert layer([["dog"], ["cow"]]).tolist() == [[2], [0]]
    assert layer(np.array([b"dog", b"cat"])).tolist() == [2, 1]
    assert layer(np.array(["dog", "cat"], object)).tolist() == [2, 1]
    assert layer("dog").tolist() == 2


def test_vocabulary_from_a_file(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("cat\ndog\n", encoding="utf-8")
    layer = StringLookup(vocabulary=str(path))
    assert layer.get_vocabulary() == ["[UNK]", "cat", "dog"]
    assert layer.get_config()["vocabulary"] == ["cat", "dog"]


def test_batches_teach_what_the_whole_teaches():
    whole, parts = IntegerLookup(), IntegerLookup()
    data = np.random.default_rng(0).integers(0, 9, (30, 2))
    whole.adapt(data)
    parts.adapt([data[:7], data[7:]])
    assert parts.get_vocabulary() == whole.get_vocabulary()
    first = IntegerLookup()
    first.adapt([data[:7], data[7:]], steps=1)
    assert set(first.get_vocabulary()) == {-1, *np.unique(data[:7]).tolist()}


def test_there_and_back_again():
    words = np.array([["cat", "cow"], ["dog", "cat"]])
    there = StringLookup()
    there.adapt(words)
    back = StringLookup(vocabulary=there.get_vocabulary(), invert=True)
    np.testing.assert_array_equal(back(there(words)).array, words)


def test_errors_say_what_to_do():
    with pytest.raises(RuntimeError, match="no vocabulary yet.*adapt"):
        StringLookup()(np.array(["a"]))
    with pytest.raises(ValueError, match="given its vocabulary"):
        StringLookup(vocabulary=["a"]).adapt(np.array(["b"]))
    with pytest.raises(ValueError, match=r"only once.*\['a'\]"):
        StringLookup(vocabulary=["a", "b", "a"])
    with pytest.raises(ValueError, match="empty"):
        StringLookup(vocabulary=[])
    with pytest.raises(ValueError, match="reserved.*at place 1"):
        StringLookup(vocabulary=["a", ""], mask_token="")
    with pytest.raises(ValueError, match="larger than max_tokens.*at most 2"):
        StringLookup(vocabulary=["a", "b"], max_tokens=2)
    with pytest.raises(ValueError, match="'c'.*num_oov_indices=1"):
        StringLookup(vocabulary=["a", "b"], num_oov_indices=0)(np.array(["c"]))
    with pytest.raises(ValueError, match="idf_weights"):
        StringLookup(vocabulary=["a"], output_mode="tf_idf")
    with pytest.raises(ValueError, match="places into tokens"):
        StringLookup(vocabulary=["a"], invert=True, output_mode="count")
    with pytest.raises(ValueError, match="needs max_tokens"):
        StringLookup(pad_to_max_tokens=True)
    with pytest.raises(ValueError, match="Unknown oov_method"):
        IntegerLookup(oov_method="sha")
