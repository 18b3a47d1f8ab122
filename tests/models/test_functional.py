"""The functional API: graphs of layers, shared layers, several inputs and outputs."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers
from edukeras.errors import GraphError, ShapeError, UnknownNameError


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def two_inputs():
    a = keras.Input((4,), name="a")
    b = keras.Input((4,), name="b")
    shared = layers.Dense(3, name="shared")
    total = layers.Add(name="total")([shared(a), shared(b)])
    head = layers.Dense(2, name="head")(total)
    side = layers.Dense(1, name="side")(shared.get_output_at(0))
    return keras.Model([a, b], [head, side])


def test_layers_are_sorted_by_distance_from_the_output_with_inputs_first():
    names = [layer.name for layer in two_inputs().layers]
    assert names[:3] == ["a", "b", "shared"]
    assert set(names[3:]) == {"total", "head", "side"}
    assert names.index("total") < names.index("head")


def test_a_shared_layer_counts_its_weights_once():
    model = two_inputs()
    assert model.count_params() == (4 * 3 + 3) + (3 * 2 + 2) + (3 * 1 + 1)


def test_shared_layer_gets_the_gradients_of_both_uses():
    model = two_inputs()
    kernel = model.get_layer("shared").kernel
    xa, xb = np.ones((1, 4), "float32"), 2 * np.ones((1, 4), "float32")
    with keras.GradientTape() as tape:
        head, _ = model([xa, xb])
        loss = keras.ops.sum(head)
    gradient = tape.gradient(loss, kernel).numpy()
    to_head = model.get_layer("head").get_weights()[0].sum(axis=1)
    np.testing.assert_allclose(gradient, 3 * np.ones((4, 1)) * to_head, rtol=1e-5)


@pytest.mark.parametrize("form", ["list", "tuple", "dict"])
def test_inputs_may_come_as_list_tuple_or_dict(form):
    model = two_inputs()
    a, b = np.ones((2, 4)), np.zeros((2, 4))
    data = {"list": [a, b], "tuple": (a, b), "dict": {"b": b, "a": a}}[form]
    head, side = model.predict(data, verbose=0)
    assert head.shape == (2, 2)
    assert side.shape == (2, 1)
    np.testing.assert_array_equal(head, model.predict([a, b], verbose=0)[0])


def test_dict_model_takes_and_returns_dicts():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    model = keras.Model({"a": a, "b": b}, {"sum": a + b, "product": a * b})
    x = {"a": np.float32([[1, 2]]), "b": np.float32([[3, 4]])}
    result = model.predict(x, verbose=0)
    assert result["sum"].tolist() == [[4, 6]]
    assert result["product"].tolist() == [[3, 8]]


def test_model_called_as_a_layer_shares_its_weights():
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    x = keras.Input((4,))
    outer = keras.Model(x, inner(x))
    assert outer.weights[0] is inner.weights[0]
    inner.set_weights([np.ones((4, 3)), np.zeros(3)])
    assert outer.predict(np.ones((1, 4)), verbose=0).tolist() == [[4, 4, 4]]
    outer.compile("sgd", "mse")
    outer.fit(np.ones((4, 4)), np.zeros((4, 3)), verbose=0)
    np.testing.assert_array_equal(outer.get_weights()[0], inner.get_weights()[0])
    assert inner.get_weights()[0].max() < 1


def test_sub_model_to_an_intermediate_output():
    x = keras.Input((4,))
    hidden = layers.Dense(3, activation="relu")(x)
    model = keras.Model(x, layers.Dense(2)(hidden))
    features = keras.Model(x, hidden)
    kernel, bias = model.get_weights()[:2]
    data = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    expected = np.maximum(data @ kernel + bias, 0)
    np.testing.assert_allclose(features.predict(data, verbose=0), expected, rtol=1e-5)


def test_sub_model_from_an_intermediate_input():
    x = keras.Input((4,))
    hidden = layers.Dense(3)(x)
    model = keras.Model(x, layers.Dense(2)(hidden))
    head = keras.Model(hidden, model.output)
    data = np.ones((2, 4), "float32")
    features = keras.Model(x, hidden).predict(data, verbose=0)
    np.testing.assert_allclose(
        head.predict(features, verbose=0), model.predict(data, verbose=0), rtol=1e-5
    )
    assert [type(layer).__name__ for layer in head.layers] == ["InputLayer", "Dense"]


def test_operators_and_ops_build_a_graph():
    x = keras.Input((3,))
    y = keras.ops.mean(keras.ops.relu(x - 1.0) * 2, axis=-1, keepdims=True)
    model = keras.Model(x, y)
    data = np.float32([[0, 2, 3]])
    assert model.predict(data, verbose=0).tolist() == [[2.0]]


def test_config_round_trip_gives_the_same_function():
    model = two_inputs()
    config = model.get_config()
    again = keras.Model.from_config(config)
    again.set_weights(model.get_weights())
    data = [np.random.default_rng(i).normal(size=(3, 4)) for i in range(2)]
    for left, right in zip(
        model.predict(data, verbose=0), again.predict(data, verbose=0)
    ):
        np.testing.assert_array_equal(left, right)
    assert again.get_config() == config


def test_config_round_trip_with_ops():
    x = keras.Input((4,), name="x")
    left, right = keras.ops.split(x, 2, axis=-1)
    y = keras.ops.concatenate([left * 2.0, right[:, :1]], axis=-1)
    model = keras.Model(x, y)
    again = keras.Model.from_config(model.get_config())
    data = np.float32([[1, 2, 3, 4]])
    assert model.predict(data, verbose=0).tolist() == [[2, 4, 3]]
    assert again.predict(data, verbose=0).tolist() == [[2, 4, 3]]


def test_default_names_follow_keras():
    x = keras.Input((2,))
    assert x.name == "input_layer"
    hidden = layers.Dense(1)(x)
    model = keras.Model(x, layers.Dense(1)(hidden))
    assert [layer.name for layer in model.layers] == ["input_layer", "dense", "dense_1"]
    assert model.name == "functional"


def test_integer_and_float64_inputs_are_cast_to_the_dtype_of_the_input():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    assert model(np.ones((1, 2), "float64")).dtype == "float32"
    assert model.predict(np.ones((1, 2), "int64"), verbose=0).dtype == np.float32


# -- errors -------------------------------------------------------------------


def test_disconnected_graph_names_the_missing_input():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="forgotten")
    with pytest.raises(GraphError, match='"forgotten".*not among the inputs'):
        keras.Model(a, layers.Add()([a, b]))


def test_arrays_in_place_of_symbolic_tensors_are_refused():
    with pytest.raises(ValueError, match="must be symbolic tensors"):
        keras.Model(np.ones((1, 2)), np.ones((1, 2)))


def test_outputs_without_inputs_are_refused():
    with pytest.raises(ValueError, match="both inputs and outputs"):
        keras.Model(outputs=keras.Input((2,)))


def test_duplicate_layer_names_are_refused():
    x = keras.Input((2,))
    y = layers.Dense(2, name="twice")(x)
    with pytest.raises(ValueError, match='"twice" is used by two layers'):
        keras.Model(x, layers.Dense(2, name="twice")(y))


def test_wrong_width_names_the_input_and_both_shapes():
    x = keras.Input((784,), name="pixels")
    model = keras.Model(x, layers.Dense(2)(x))
    with pytest.raises(ShapeError, match=r'"pixels".*\(None, 784\).*\(3, 28, 28\)'):
        model.predict(np.ones((3, 28, 28)), verbose=0)


def test_wrong_width_of_images_suggests_to_flatten():
    model = keras.Sequential([keras.Input((784,)), layers.Dense(2)])
    with pytest.raises(ShapeError, match=r"x\.reshape\(-1, 784\)"):
        model.predict(np.ones((3, 28, 28)), verbose=0)


def test_one_sample_without_batch_axis_gets_the_hint():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    with pytest.raises(ShapeError, match="batch of one sample"):
        model(np.ones(4))


def test_wrong_number_of_inputs_says_how_many():
    with pytest.raises(ShapeError, match=r"has 2 input\(s\).*Received: 3"):
        two_inputs()([np.ones((1, 4))] * 3)


def test_missing_key_of_a_dict_input_is_named():
    with pytest.raises(ShapeError, match="no data for its input 'b'"):
        two_inputs()({"a": np.ones((1, 4))})


def test_wrong_shape_fails_while_the_model_is_built():
    x = keras.Input((2,))
    with pytest.raises(ShapeError, match="axes"):
        layers.Dense(2)(keras.Input(()))
    model = keras.Model(x, layers.Dense(2)(x))
    with pytest.raises(ShapeError, match=r"\(None, 2\).*\(None, 3\)"):
        model(keras.Input((3,)))


def test_get_layer_by_name_and_index():
    model = two_inputs()
    assert model.get_layer("head").units == 2
    assert model.get_layer(index=0).name == "a"
    with pytest.raises(UnknownNameError, match='Did you mean "head"'):
        model.get_layer("heat")
    with pytest.raises(ValueError, match="no layer 99"):
        model.get_layer(index=99)
    with pytest.raises(ValueError, match="a name or an index"):
        model.get_layer()
