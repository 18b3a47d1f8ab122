"""Sequential: add, pop, and when its weights come into being."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers
from edukeras.errors import ShapeError


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()


def test_input_at_the_head_builds_at_once():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(2)])
    assert model.built
    assert model.count_params() == 4 * 3 + 3 + 3 * 2 + 2
    assert [layer.name for layer in model.layers] == ["dense", "dense_1"]


@pytest.mark.parametrize(
    "argument",
    [{"input_shape": (4,)}, {"input_dim": 4}, {"batch_input_shape": (None, 4)}],
)
def test_keras_2_input_arguments_build_at_once(argument):
    model = keras.Sequential([layers.Dense(3, **argument)])
    assert model.input_shape == (None, 4)


def test_without_input_shape_the_first_data_builds():
    model = keras.Sequential()
    model.add(layers.Dense(3))
    assert model.weights == []
    assert not model.built
    assert model.predict(np.ones((2, 5)), verbose=0).shape == (2, 3)
    assert model.get_weights()[0].shape == (5, 3)


def test_build_with_a_shape():
    model = keras.Sequential([layers.Dense(3), layers.Dense(1)])
    model.build((None, 4))
    assert model.output_shape == (None, 1)


def test_pop_takes_the_last_layer_off():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(2)])
    model.pop()
    assert model.output_shape == (None, 3)
    assert len(model.weights) == 2


def test_add_after_building_keeps_the_weights():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    before = model.get_weights()[0]
    model.add(layers.Dense(2))
    np.testing.assert_array_equal(model.get_weights()[0], before)
    assert model.output_shape == (None, 2)


def test_config_round_trip():
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, activation="relu"), layers.Dropout(0.5)]
    )
    again = keras.Sequential.from_config(model.get_config())
    assert again.get_config() == model.get_config()
    again.set_weights(model.get_weights())
    x = np.ones((2, 4))
    np.testing.assert_array_equal(
        again.predict(x, verbose=0), model.predict(x, verbose=0)
    )


def test_input_and_output_are_symbolic_tensors():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    assert model.input.shape == (None, 4)
    assert model.output.shape == (None, 3)
    features = keras.Model(model.input, model.layers[0].output)
    assert features.predict(np.ones((1, 4)), verbose=0).shape == (1, 3)


@pytest.mark.parametrize("error", [TypeError, ValueError])
def test_adding_something_else_is_refused(error):
    with pytest.raises(error, match="Only layers"):
        keras.Sequential().add("Dense")


def test_adding_a_class_suggests_parentheses():
    with pytest.raises(TypeError, match="parentheses"):
        keras.Sequential([layers.Dense])


@pytest.mark.parametrize("error", [TypeError, IndexError])
def test_popping_an_empty_model_is_refused(error):
    with pytest.raises(error, match="no layer to pop"):
        keras.Sequential().pop()


def test_two_layers_of_one_name_are_refused():
    model = keras.Sequential([layers.Dense(2, name="same")])
    with pytest.raises(ValueError, match='"same"'):
        model.add(layers.Dense(2, name="same"))


def test_input_in_the_middle_is_refused():
    with pytest.raises(ValueError, match="must be the first"):
        keras.Sequential([layers.Dense(2), keras.Input((4,))])


def test_calling_an_empty_model_says_what_is_missing():
    with pytest.raises(ValueError, match="has no layers"):
        keras.Sequential()(np.ones((1, 2)))


def test_data_of_another_width_after_building_is_refused():
    model = keras.Sequential([layers.Dense(3)])
    model(np.ones((1, 4)))
    with pytest.raises(ShapeError, match=r"\(None, 4\).*\(1, 5\)"):
        model(np.ones((1, 5)))
