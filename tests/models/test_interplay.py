"""Layers and models together: shared, nested, frozen, called from two threads."""

import threading

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers, ops

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 2)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


class Adds(layers.Layer):
    """Adds the sum of its input to the loss; returns twice its input."""

    def call(self, inputs):
        self.add_loss(ops.sum(inputs))
        return inputs * 2.0


# -- added losses -------------------------------------------------------------


def test_each_call_of_a_shared_layer_adds_its_loss_once():
    x = keras.Input((2,))
    layer = Adds()
    model = keras.Model(x, layer(layer(x)))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    ones = np.ones((2, 2))
    # The small arrays that showed the shapes have left nothing behind.
    assert model.losses == []
    assert model.train_on_batch(ones, 4 * ones) == pytest.approx(4 + 8)
    for _ in range(2):
        assert model.evaluate(ones, 4 * ones, verbose=0) == pytest.approx(4 + 8)
    model(ones)
    assert [float(loss) for loss in model.losses] == [4, 8]


def test_activity_regularizer_counts_each_call_and_divides_by_the_batch():
    x = keras.Input((2,))
    layer = layers.Dense(
        2, kernel_initializer="ones", activity_regularizer=keras.regularizers.L2(0.1)
    )
    model = keras.Model(x, layer(layer(x)))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    s = X.sum(axis=1, keepdims=True)
    expected = np.mean((2 * s - X) ** 2) + 0.1 * (2 + 8) * np.sum(s**2) / len(X)
    assert model.evaluate(X, X, verbose=0, batch_size=20) == pytest.approx(expected)


def test_added_loss_of_a_model_inside_a_model_reaches_the_gradient():
    inner = keras.Sequential([keras.Input((2,)), Adds()])
    x = keras.Input((2,))
    dense = layers.Dense(2, use_bias=False, kernel_initializer="ones")
    model = keras.Model(x, inner(dense(x)) * 0.0)
    model.compile(keras.optimizers.SGD(1.0), "mse")
    model.train_on_batch(np.ones((1, 2)), np.zeros((1, 2)))
    np.testing.assert_allclose(dense.get_weights()[0], np.zeros((2, 2)), atol=1e-6)


# -- shared and frozen --------------------------------------------------------


def test_training_one_model_moves_the_layer_that_another_shares():
    shared = layers.Dense(3)
    a, b = keras.Input((2,)), keras.Input((2,))
    first = keras.Model(a, layers.Dense(1)(shared(a)))
    second = keras.Model(b, layers.Dense(1)(ops.relu(shared(b))))
    before = second.predict(X, verbose=0)
    first.compile("sgd", "mse")
    first.fit(X, Y, verbose=0)
    assert first.weights[0] is second.weights[0]
    assert not np.allclose(second.predict(X, verbose=0), before)


def test_gan_trains_the_critic_alone_and_then_the_generator_alone():
    """The critic is frozen when the whole is compiled, not when it was itself."""
    critic = keras.Sequential([keras.Input((2,)), layers.Dense(1, "sigmoid")])
    critic.compile("sgd", "binary_crossentropy")
    generator = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    critic.trainable = False
    noise = keras.Input((3,))
    whole = keras.Model(noise, critic(generator(noise)))
    whole.compile("sgd", "binary_crossentropy")

    def changed(train):
        models = generator, critic
        before = [m.get_weights()[0] for m in models]
        train()
        return [
            not np.array_equal(m.get_weights()[0], w) for m, w in zip(models, before)
        ]

    ones = np.ones((20, 1))
    assert changed(lambda: critic.train_on_batch(X, ones)) == [False, True]
    assert changed(lambda: whole.train_on_batch(np.ones((20, 3)), ones)) == [
        True, False,
    ]  # fmt: skip


def test_frozen_batch_normalization_infers_while_the_rest_trains():
    model = keras.Sequential(
        [keras.Input((2,)), layers.BatchNormalization(name="bn"), layers.Dense(1)]
    )
    bn = model.get_layer("bn")
    bn.trainable = False
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    for array, start in zip(bn.get_weights(), (1, 0, 0, 1)):
        np.testing.assert_array_equal(array, np.full(2, start, "float32"))


def test_a_frozen_model_trains_nothing_and_reports_its_loss():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.trainable = False
    assert not model.layers[0].trainable
    assert (model.trainable_weights, len(model.non_trainable_weights)) == ([], 2)
    model.compile("sgd", "mse")
    loss = model.evaluate(X, Y, verbose=0)
    assert model.fit(X, Y, verbose=0).history["loss"][0] == pytest.approx(loss)


# -- calling ------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda x: x.tolist(),
        lambda x: x,
        ops.convert_to_tensor,
        lambda x: [x],
        lambda x: {"pixels": x},
        lambda x: pytest.importorskip("pandas").DataFrame(x),
    ],
    ids=["numbers", "array", "tensor", "list", "dict", "DataFrame"],
)
def test_a_model_can_be_called_on_all_kinds_of_data(make):
    x = keras.Input((2,), name="pixels")
    model = keras.Model(x, layers.Dense(3)(x))
    expected = model(X).numpy()
    np.testing.assert_allclose(model(make(X)).numpy(), expected, rtol=1e-6)
    np.testing.assert_allclose(model.predict(make(X), verbose=0), expected, rtol=1e-6)


def test_integer_inputs_are_computed_in_floats():
    x = keras.Input((2,), dtype="int32")
    model = keras.Model(x, layers.Dense(1)(x))
    assert model.output.dtype == "float32"
    model.compile("sgd", "mse")
    model.fit(np.arange(8).reshape(4, 2), np.zeros((4, 1)), verbose=0)


def test_a_list_of_one_output_predicts_an_array():
    x = keras.Input((2,))
    assert keras.Model(x, [layers.Dense(1)(x)]).predict(X, verbose=0).shape == (20, 1)


def test_nested_outputs_keep_their_form():
    x = keras.Input((2,))
    model = keras.Model(x, {"b": [x * 2.0, x], "a": x})
    result = model.predict(X, verbose=0, batch_size=7)
    assert set(result) == {"a", "b"}
    np.testing.assert_array_equal(result["b"][0], 2 * X)


def test_a_training_loop_by_hand_gives_the_numbers_of_fit():
    x = keras.Input((2,))
    by_fit = keras.Model(x, layers.Dense(1)(layers.Dense(4, "tanh")(x)))
    by_hand = keras.models.clone_model(by_fit)
    by_hand.set_weights(by_fit.get_weights())
    by_fit.compile(keras.optimizers.Adam(0.01), "mse")
    by_fit.fit(X, Y, batch_size=5, epochs=2, shuffle=False, verbose=0)

    optimizer, loss_function = (
        keras.optimizers.Adam(0.01),
        keras.losses.MeanSquaredError(),
    )
    for _ in range(2):
        for i in range(0, 20, 5):
            with keras.GradientTape() as tape:
                prediction = by_hand(X[i : i + 5], training=True)
                loss = loss_function(Y[i : i + 5], prediction)
            gradients = tape.gradient(loss, by_hand.trainable_variables)
            optimizer.apply_gradients(zip(gradients, by_hand.trainable_variables))
    for a, b in zip(by_fit.get_weights(), by_hand.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


def test_predicting_in_a_second_thread_does_not_disturb_training():
    """Tape and training mode belong to the thread: no dropout in `predict`."""

    def train(beside):
        keras.utils.set_random_seed(1)
        model = keras.Sequential(
            [keras.Input((2,)), layers.Dense(16, "relu"), layers.Dense(1)]
        )
        model.compile("sgd", "mse")
        other = keras.Sequential([keras.Input((2,)), layers.Dropout(0.5)])
        wrong, stop = [], threading.Event()

        def look():
            while not stop.is_set():
                model.predict(X, verbose=0)
                if not np.array_equal(other.predict(X, verbose=0), X):
                    wrong.append("dropout was active")

        thread = threading.Thread(target=look)
        if beside:
            thread.start()
        model.fit(X, Y, batch_size=2, epochs=20, verbose=0)
        stop.set()
        if beside:
            thread.join()
        assert wrong == []
        return model.get_weights()

    for a, b in zip(train(beside=False), train(beside=True)):
        np.testing.assert_array_equal(a, b)


def test_losses_added_in_a_second_thread_do_not_count_here():
    model = keras.Sequential([keras.Input((2,)), Adds(), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    expected = model.test_on_batch(X, Y)
    stop = threading.Event()

    def look():
        while not stop.is_set():
            model.predict(X, verbose=0)

    thread = threading.Thread(target=look)
    thread.start()
    losses = [model.train_on_batch(X, Y) for _ in range(200)]
    stop.set()
    thread.join()
    assert losses == pytest.approx([expected] * 200)


# -- names --------------------------------------------------------------------


def test_a_sequential_uses_up_a_functional_name_as_in_keras():
    x = keras.Input((2,))
    assert keras.Model(x, x).name == "functional"
    keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    assert keras.Model(x, x).name == "functional_2"


@pytest.mark.parametrize("name", ["a/b", 3])
def test_names_are_strings_without_slashes(name):
    with pytest.raises(ValueError, match="name is a string without '/'"):
        layers.Dense(1, name=name)


def test_a_class_without_keywords_in_init_comes_back_from_its_config():
    class Simple(keras.Model):
        def __init__(self, units=3):
            super().__init__(name="mlp")
            self.units = units

    again = Simple.from_config(Simple(5).get_config())
    assert (again.units, again.name) == (5, "mlp")


# -- errors -------------------------------------------------------------------


def test_a_layer_called_on_nothing_or_on_text_says_so():
    with pytest.raises(TypeError, match='"d" was called without an input'):
        layers.Dense(1, name="d")()
    with pytest.raises(TypeError, match='"d" takes arrays and tensors.*str'):
        layers.Dense(1, name="d")("text")


def test_training_without_an_optimizer_says_so():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile(None, "mse")
    assert model.evaluate(X, Y, verbose=0) > 0
    with pytest.raises(ValueError, match="needs an optimizer"):
        model.fit(X, Y, verbose=0)
