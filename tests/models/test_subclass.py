"""Subclasses of Model: tracked layers, modes, weights, configuration."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers


class Net(keras.Model):
    def __init__(self, units=3, rate=0.5, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.rate = rate
        self.blocks = [layers.Dense(units, activation="relu") for _ in range(2)]
        self.dropout = layers.Dropout(rate)
        self.head = layers.Dense(1)

    def call(self, inputs):
        x = inputs
        for block in self.blocks:
            x = block(x)
        return self.head(self.dropout(x))


class WithMode(keras.Model):
    """Notes the modes in which it and a layer inside were called."""

    def __init__(self):
        super().__init__()
        self.seen = []
        self.inner = Recorder(self.seen)

    def call(self, inputs, training=None):
        self.seen.append(("outer", training))
        return self.inner(inputs)


class Recorder(layers.Layer):
    def __init__(self, seen):
        super().__init__()
        self.seen = seen
        self.w = None

    def build(self, input_shape):
        self.w = self.add_weight((1,), "ones", name="w")

    def call(self, inputs, training=None):
        self.seen.append(("inner", training))
        return inputs * self.w


def test_layers_are_tracked_in_the_order_of_assignment_also_in_lists():
    model = Net()
    assert [type(x).__name__ for x in model.layers] == [
        "Dense", "Dense", "Dropout", "Dense",
    ]  # fmt: skip


def test_weights_come_with_the_first_data():
    model = Net()
    assert model.weights == []
    assert not model.built
    model(np.ones((2, 4)))
    shapes = [w.shape for w in model.get_weights()]
    assert shapes == [(4, 3), (3,), (3, 3), (3,), (3, 1), (1,)]


def test_build_makes_the_weights_without_data():
    model = Net()
    model.build((None, 4))
    assert model.built
    assert model.count_params() == 4 * 3 + 3 + 3 * 3 + 3 + 3 + 1


def test_training_reaches_a_nested_layer_though_call_does_not_name_it():
    keras.utils.set_random_seed(0)
    model = Net(units=50)
    x = np.ones((4, 4), "float32")
    inference = model(x).numpy()
    np.testing.assert_array_equal(model(x, training=False), inference)
    assert not np.allclose(model(x, training=True), inference)


def test_fit_trains_and_predict_and_evaluate_infer():
    model = WithMode()
    model.compile("sgd", "mse")
    model.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=0)
    assert set(model.seen) == {("outer", True), ("inner", True)}
    model.seen.clear()
    model.predict(np.ones((2, 1)), verbose=0)
    model.evaluate(np.ones((2, 1)), np.ones((2, 1)), verbose=0)
    assert set(model.seen) == {("outer", False), ("inner", False)}


def test_mode_given_to_an_inner_layer_wins():
    class Frozen(keras.Model):
        def __init__(self):
            super().__init__()
            self.dropout = layers.Dropout(0.9)

        def call(self, inputs):
            return self.dropout(inputs, training=False)

    x = np.ones((2, 8))
    np.testing.assert_array_equal(Frozen()(x, training=True), x)


def test_positional_arguments_are_in_the_config():
    config = Net(7, 0.25).get_config()
    assert (config["units"], config["rate"]) == (7, 0.25)
    again = Net.from_config(config)
    assert (again.units, again.rate) == (7, 0.25)


def test_config_of_an_argument_that_was_not_stored_says_what_to_do():
    class Forgetful(keras.Model):
        def __init__(self, size):
            super().__init__()

    with pytest.raises(NotImplementedError, match=r"store it as self\.size"):
        Forgetful(3).get_config()


def test_missing_super_init_is_named():
    class Lost(keras.Model):
        def __init__(self):
            pass

        def call(self, inputs):
            return inputs

    with pytest.raises(RuntimeError, match=r"super\(\).__init__"):
        Lost()(np.ones((1, 2)))


def test_missing_call_is_named():
    class Empty(keras.Model):
        pass

    with pytest.raises(NotImplementedError, match="call"):
        Empty()(np.ones((1, 2)))


def test_inputs_of_a_subclass_do_not_exist():
    with pytest.raises(AttributeError, match="no graph"):
        _ = Net().inputs


def test_add_loss_in_call_counts_in_training():
    class Penalized(keras.Model):
        def __init__(self):
            super().__init__()
            self.d = layers.Dense(1, use_bias=False, kernel_initializer="ones")

        def call(self, inputs):
            y = self.d(inputs)
            self.add_loss(keras.ops.sum(y) * 0.0 + 5.0)
            return y

    model = Penalized()
    model.compile("sgd", "mse")
    x = np.ones((2, 1))
    assert model.train_on_batch(x, x) == pytest.approx(5.0)
    assert len(model.losses) == 1
    model(x)
    assert len(model.losses) == 1  # not two: each call starts anew


def test_custom_train_step_as_in_the_keras_guide():
    class Custom(keras.Model):
        def train_step(self, data):
            x, y = data
            with keras.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compute_loss(y=y, y_pred=y_pred)
            weights = self.trainable_weights
            self.optimizer.apply(tape.gradient(loss, weights), weights)
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(loss)
                else:
                    metric.update_state(y, y_pred)
            return {m.name: m.result() for m in self.metrics}

    keras.utils.set_random_seed(0)
    inputs = keras.Input((4,))
    custom = Custom(inputs, layers.Dense(1)(inputs))
    plain = keras.Model(inputs, custom.output)
    start = custom.get_weights()
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(64, 4)), rng.normal(size=(64, 1))
    results = []
    for model in (custom, plain):
        model.set_weights(start)
        model.compile("adam", "mse", metrics=["mae"])
        history = model.fit(x, y, epochs=3, shuffle=False, verbose=0).history
        results.append((history, model.get_weights()))
    assert results[0][0] == results[1][0]
    np.testing.assert_array_equal(results[0][1][0], results[1][1][0])


def test_model_inside_a_model():
    class Outer(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = Net(units=2)
            self.second = keras.Sequential([layers.Dense(2)])

        def call(self, inputs):
            return self.second(self.first(inputs))

    model = Outer()
    assert model(np.ones((3, 4))).shape == (3, 2)
    assert len(model.weights) == 6 + 2


def test_several_inputs_and_outputs_in_call():
    class Pair(keras.Model):
        def __init__(self):
            super().__init__()
            self.d = layers.Dense(2)

        def call(self, inputs):
            a, b = inputs
            return [self.d(a) - self.d(b), a * 2.0]

    model = Pair()
    model.compile("sgd", ["mse", None])
    x = [np.ones((4, 3)), np.zeros((4, 3))]
    model.fit(x, [np.ones((4, 2)), np.ones((4, 3))], verbose=0)
    difference, double = model.predict(x, verbose=0)
    assert difference.shape == (4, 2)
    assert double.tolist() == [[2.0] * 3] * 4
