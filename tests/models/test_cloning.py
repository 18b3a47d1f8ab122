"""clone_model: which layers are new, what they are called, who makes and calls them."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers
from edukeras.models import clone_model


def shared():
    x = keras.Input((2,), name="x")
    d = layers.Dense(2, name="d")
    return keras.Model(x, keras.ops.relu(d(d(x))), name="m")


def renamed(layer):
    config = {**layer.get_config(), "name": f"{layer.name}_copy"}
    return type(layer).from_config(config)


def nested():
    inner = keras.Sequential([keras.Input((2,)), layers.Dense(2, name="d")], name="in")
    x = keras.Input((2,), name="x")
    return keras.Model(x, inner(x))


def names(model):
    return [layer.name for layer in model.layers]


def test_the_clone_has_the_same_form_and_weights_of_its_own():
    model = shared()
    clone = clone_model(model)
    assert clone.name == "m"
    assert clone.get_config() == model.get_config()
    assert len(clone.weights) == 2  # a shared layer is shared again
    assert clone.weights[0] is not model.weights[0]
    assert not np.array_equal(clone.get_weights()[0], model.get_weights()[0])
    clone.set_weights(model.get_weights())
    x = np.ones((3, 2))
    np.testing.assert_array_equal(clone.predict(x, verbose=0), model(x).numpy())


def test_input_tensors_become_the_inputs():
    z = keras.Input((2,), name="z")
    clone = clone_model(shared(), input_tensors=z)
    assert clone.inputs[0] is z
    assert names(clone)[0] == "z"
    sequential = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    assert clone_model(sequential, input_tensors=z).inputs[0] is z
    with pytest.raises(ValueError, match="one tensor per input"):
        clone_model(shared(), input_tensors=[z, z])


def test_clone_function_makes_all_layers_but_inputs():
    assert names(clone_model(shared(), clone_function=renamed)) == ["x", "d_copy"]
    with pytest.raises(ValueError, match='must return a layer.*"d"'):
        clone_model(shared(), clone_function=lambda layer: None)


def test_recursive_cloning_reaches_models_inside():
    whole = clone_model(nested(), clone_function=renamed)
    assert names(whole) == ["x", "in_copy"]
    deep = clone_model(nested(), clone_function=renamed, recursive=True)
    assert names(deep) == ["x", "in"]
    assert names(deep.layers[1]) == ["d_copy"]


def test_call_function_calls_the_new_layers():
    called = []

    def call(layer, *args, **kwargs):
        called.append(layer.name)
        return layer(*args, **kwargs)

    clone_model(shared(), call_function=call)
    assert called == ["d", "d"]
    with pytest.raises(ValueError, match="functional"):
        clone_model(keras.Sequential(), call_function=call)


def test_sequential_clones_keep_what_they_know_of_the_input():
    built = keras.Sequential([keras.Input((2,)), layers.Dense(1, name="d")], name="s")
    clone = clone_model(built)
    assert (clone.name, clone.input_shape, names(clone)) == ("s", (None, 2), ["d"])
    assert not clone_model(keras.Sequential([layers.Dense(1)])).built


def test_a_subclass_is_cloned_as_a_whole():
    class Net(keras.Model):
        def __init__(self, units=3):
            super().__init__()
            self.units = units
            self.d = layers.Dense(units)

        def call(self, inputs):
            return self.d(inputs)

    assert clone_model(Net(5)).units == 5
    with pytest.raises(ValueError, match="cloned as a whole"):
        clone_model(Net(), clone_function=renamed)
