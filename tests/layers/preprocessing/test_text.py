"""TextVectorization: the numbers, vocabularies, configs and files of real Keras."""

import json
from pathlib import Path

import numpy as np
import pytest

import edukeras as keras
from edukeras.layers import TextVectorization
from tests.layers.preprocessing.text_cases import SENTENCES, TEXTS

HERE = Path(__file__).parent
FACTS = json.loads((HERE / "recorded_text.json").read_text("utf-8"))["texts"]
COLUMN = np.array(SENTENCES)[:, None]


def make(arguments):
    layer = TextVectorization(**arguments)
    if "vocabulary" not in arguments:
        layer.adapt(SENTENCES)
    return layer


@pytest.mark.parametrize("name", TEXTS)
def test_places_and_vocabulary_are_those_of_keras(name):
    layer, fact = make(TEXTS[name]), FACTS[name]
    assert layer.get_vocabulary() == fact["vocabulary"]
    assert layer.vocabulary_size() == len(fact["vocabulary"])
    np.testing.assert_allclose(layer(COLUMN).array, fact["output"], rtol=1e-6)


@pytest.mark.parametrize("name", TEXTS)
def test_announced_shape_and_dtype_are_those_of_the_output(name):
    layer = make(TEXTS[name])
    announced = layer(keras.Input((1,), dtype="string"))
    output = layer(COLUMN)
    assert announced.dtype == output.dtype
    assert len(announced.shape) == len(output.shape)
    pairs = zip(announced.shape, output.shape, strict=True)
    assert all(ours in (None, real) for ours, real in pairs)


@pytest.mark.parametrize("name", TEXTS)
def test_config_is_that_of_keras_and_brings_the_vocabulary_along(name):
    layer = make(TEXTS[name])
    config = json.loads(json.dumps(layer.get_config()))
    ours, theirs = dict(config), dict(FACTS[name]["config"])
    assert ours.keys() == theirs.keys()
    for key in ("name", "dtype", "vocabulary", "idf_weights"):
        del ours[key], theirs[key]
    assert ours == theirs
    twin = TextVectorization.from_config(config)
    np.testing.assert_array_equal(twin(COLUMN).array, layer(COLUMN).array)


def test_one_hot_has_a_row_of_zeros_where_a_sentence_has_ended():
    layer = TextVectorization(output_mode="one_hot", vocabulary=["a", "b"])
    assert layer(["b a", "q"]).tolist() == [
        [[0, 0, 1], [0, 1, 0]],
        [[1, 0, 0], [0, 0, 0]],
    ]


def test_a_single_sentence_has_no_batch_axis():
    layer = TextVectorization(vocabulary=["a", "b"])
    assert layer("b a b").tolist() == [3, 2, 3]
    assert TextVectorization(vocabulary=["a"], split=None)("a").tolist() == 2


def test_functions_may_clean_and_cut():
    layer = TextVectorization(
        standardize=lambda sentences: np.char.replace(sentences, "-", " "),
        split=lambda sentences: [sentence.split(" ") for sentence in sentences],
    )
    layer.adapt(["a-b B"])
    assert layer.get_vocabulary() == ["", "[UNK]", "b", "a", "B"]
    assert layer(["B-a"]).tolist() == [[4, 3]]


def test_batches_teach_what_the_whole_teaches():
    layer = TextVectorization()
    layer.adapt(iter([np.array(SENTENCES[:1]), np.array(SENTENCES[1:])]))
    assert layer.get_vocabulary() == make({}).get_vocabulary()
    layer.adapt(iter([np.array(["a b"]), np.array(["c"])]), steps=1)
    assert layer.get_vocabulary() == ["", "[UNK]", "b", "a"]


def test_a_model_learns_from_sentences():
    layer = TextVectorization(output_mode="multi_hot")
    texts = np.array(["good", "very good", "bad", "so bad"])
    layer.adapt(texts)
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((), dtype="string"),
            layer,
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    model.optimizer.learning_rate = 0.5
    model.fit(texts, np.array([1, 1, 0, 0]), epochs=60, verbose=0)
    found = model.predict(np.array(["Good!", "an awful, bad one"]), verbose=0)
    assert found[0] > 0.8
    assert found[1] < 0.2


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match="whitespace"):
        TextVectorization(split="whitespaces")
    with pytest.raises(ValueError, match="ngrams"):
        TextVectorization(ngrams="2")
    with pytest.raises(ValueError, match="output_sequence_length"):
        TextVectorization(output_mode="count", output_sequence_length=2)
    with pytest.raises(ValueError, match="ragged"):
        TextVectorization(ragged=True)
    with pytest.raises(ValueError, match=r"split=None"):
        make({})(np.array([["a", "b"]]))
    with pytest.raises(RuntimeError, match="no vocabulary yet"):
        TextVectorization()(["a"])


def test_a_model_of_keras_brings_its_vocabularies_beside_the_config():
    model = keras.models.load_model(HERE / "text_model.keras")
    recorded = json.loads((HERE / "recorded_text.json").read_text("utf-8"))["model"]
    # Keras loses an empty string at the end of a vocabulary: line 2 is left out.
    lines = [0, 1, 3]
    for ours, theirs in zip(model(COLUMN), recorded, strict=True):
        np.testing.assert_allclose(ours.numpy()[lines], np.array(theirs)[lines], 1e-6)


def test_a_saved_model_brings_learned_vocabularies_along(tmp_path):
    model = keras.models.load_model(HERE / "text_model.keras")
    model.save(tmp_path / "again.keras")
    again = keras.models.load_model(tmp_path / "again.keras")
    for before, after in zip(model(COLUMN), again(COLUMN), strict=True):
        np.testing.assert_array_equal(before.numpy(), after.numpy())
