"""Paths of weights: the names of what they were made in, as Keras 3.15 has them.

The expected lists were printed by real Keras, from the same lines.
"""

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers


@pytest.fixture(autouse=True)
def _names_start_anew():
    keras.utils.clear_session()


def paths(model):
    return [weight.path for weight in model.weights]


def dense(name):
    return [f"{name}/kernel", f"{name}/bias"]


def test_a_sequential_model_is_the_first_part_however_it_was_built():
    chains = {
        "built by its Input": [keras.Input((4,)), layers.Dense(3), layers.Dense(2)],
        "built by data": [layers.Dense(3), layers.Dense(2)],
    }
    for chain in chains.values():
        keras.utils.clear_session()
        model = keras.Sequential(chain)
        model(np.ones((1, 4), "float32"))
        assert paths(model)[:2] == dense(f"sequential/{model.layers[0].name}")
    added = keras.Sequential(name="own")
    added.add(keras.Input((4,)))
    added.add(layers.Dense(3, name="a"))
    assert paths(added) == dense("own/a")


def test_a_functional_model_is_not_a_part():
    x = keras.Input((4,))
    assert paths(keras.Model(x, layers.Dense(2)(x))) == dense("dense")


def test_a_shared_layer_keeps_the_path_of_its_first_use():
    x, y, shared = keras.Input((4,)), keras.Input((4,)), layers.Dense(4)
    model = keras.Model([x, y], layers.Dense(1)(layers.Add()([shared(x), shared(y)])))
    assert paths(model) == dense("dense") + dense("dense_1")
    assert paths(keras.Sequential([keras.Input((4,)), shared])) == dense("dense")


def test_nested_models():
    x = keras.Input((4,))
    inner = keras.Sequential([layers.Dense(4)], name="inner")
    model = keras.Model(x, layers.Dense(2)(inner(x)))
    assert paths(model) == dense("inner/dense") + dense("dense_1")
    keras.utils.clear_session()
    inner = keras.Sequential([layers.Dense(4)], name="inner")
    outer = keras.Sequential([inner, layers.Dense(2)])
    outer.build((None, 4))
    assert paths(outer) == dense("sequential/inner/dense") + dense("sequential/dense_1")


def test_layers_inside_layers():
    model = keras.Sequential(
        [keras.Input((5, 4)), layers.Bidirectional(layers.GRU(3)), layers.Dense(1)]
    )
    gru = [f"gru_cell/{name}" for name in ("kernel", "recurrent_kernel", "bias")]
    assert paths(model) == [
        *[f"sequential/bidirectional/forward_gru/{name}" for name in gru],
        *[f"sequential/bidirectional/backward_gru/{name}" for name in gru],
        *dense("sequential/dense"),
    ]


class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.inside = layers.Dense(3)
        self.loose = keras.Variable(np.ones(3, "float32"), name="loose")
        self.own = self.add_weight(shape=(), name="own")

    def call(self, x):
        return self.inside(x) * self.loose * self.own


def test_what_init_makes_and_what_the_first_call_makes():
    """A loose Variable came after the weights of add_weight; it is the older one."""
    x = keras.Input((4,))
    model = keras.Model(x, Block()(x))
    assert paths(model) == ["loose", "block/own", *dense("block/dense")]


def test_the_optimizer_names_its_state_after_the_paths():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    assert [v.path for v in model.optimizer.variables][2:4] == [
        "adam/sequential_dense_kernel_momentum",
        "adam/sequential_dense_kernel_velocity",
    ]


def test_name_scope():
    with keras.name_scope("outer"):
        layer = layers.Dense(3)
        layer.build((None, 2))
    assert paths(layer) == dense("outer/dense")
    outside = layers.Dense(3)
    outside.build((None, 2))
    assert paths(outside) == dense("dense_1")
    with pytest.raises(ValueError, match="without '/'"):
        keras.name_scope("a/b")
