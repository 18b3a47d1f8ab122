"""What compile is given, matched to the outputs: names, order, missing losses."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers

RNG = np.random.default_rng(0)
X = RNG.normal(size=(10, 2)).astype("float32")
Y = RNG.normal(size=(10, 1)).astype("float32")
MSE = float(np.mean((X.sum(axis=1, keepdims=True) - Y) ** 2))
MAE = float(np.mean(np.abs(X.sum(axis=1, keepdims=True) - Y)))


def ones(name=None):
    return layers.Dense(1, kernel_initializer="ones", name=name)


def one_output(**compiled):
    model = keras.Sequential([keras.Input((2,)), ones()])
    model.compile(keras.optimizers.SGD(0.0), **{"loss": "mse", **compiled})
    return model


def two_outputs(**compiled):
    x = keras.Input((2,))
    model = keras.Model(x, [ones("p")(x), ones("q")(x)])
    model.compile(keras.optimizers.SGD(0.0), **compiled)
    return model


class Pair(keras.Model):
    """Two outputs, which have no names."""

    def __init__(self):
        super().__init__()
        self.d = ones()

    def call(self, inputs):
        return self.d(inputs), self.d(inputs)


def evaluate(model, y):
    return model.evaluate(X, y, verbose=0, return_dict=True)


# -- losses -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "y"),
    [(["mse", None], [Y, Y]), (["mse", None], [Y]), (["mse", None], Y),
     ({"p": "mse", "q": None}, {"p": Y}), ({"p": "mse"}, {"p": Y, "q": Y})],
)  # fmt: skip
def test_an_output_without_loss_needs_no_target_and_one_loss_has_no_second_name(
    loss, y
):
    assert evaluate(two_outputs(loss=loss), y) == {"loss": pytest.approx(MSE)}


@pytest.mark.parametrize(
    ("weights", "total"),
    [
        ([2, 0.5], 2 * MSE + MAE / 2),
        ({"q": 0.5}, MSE + MAE / 2),
        (2.0, 2 * (MSE + MAE)),
    ],
)
def test_loss_weights_as_list_dict_and_number(weights, total):
    model = two_outputs(loss=["mse", "mae"], loss_weights=weights)
    assert evaluate(model, [Y, Y])["loss"] == pytest.approx(total, rel=1e-5)
    assert one_output(loss_weights=[0.5]).evaluate(X, Y, verbose=0) == pytest.approx(
        MSE / 2
    )


def test_loss_weights_of_the_wrong_number_are_refused():
    with pytest.raises(ValueError, match=r"loss_weights.*2 entries.*Received: 1"):
        two_outputs(loss=["mse", "mae"], loss_weights=[1.0])


def test_unnamed_outputs_take_the_names_of_their_losses():
    model = Pair()
    model.compile("sgd", ["mse", "mae"], metrics=[["mae"], ["mse"]])
    names = {"loss", "mse_loss", "mae_loss", "mae", "mse"}
    assert set(evaluate(model, [Y, Y])) == names
    model.compile("sgd", ["mse", "mse"], metrics=["mae"])
    names = {"loss", "mse_loss", "mse_loss_1", "mae", "mae_1"}
    assert set(evaluate(model, [Y, Y])) == names


def test_outputs_nested_in_a_dict_have_paths_for_names():
    x = keras.Input((2,))
    outputs = {"a": ones("p")(x), "b": [ones("q")(x), ones("r")(x)]}
    model = keras.Model(x, outputs)
    model.compile("sgd", {"a": "mse", "b": ["mse", "mae"]}, metrics={"a": ["mae"]})
    result = evaluate(model, {"a": Y, "b": [Y, Y]})
    assert set(result) == {"loss", "a_loss", "a_mae", "b/q_loss", "b/r_loss"}
    assert result["loss"] == pytest.approx(2 * MSE + MAE, rel=1e-5)


def test_a_layer_called_twice_gives_two_names():
    a, b = keras.Input((2,)), keras.Input((2,))
    shared = ones("d")
    assert keras.Model([a, b], [shared(a), shared(b)]).output_names == ["d", "d_1"]


def test_without_a_loss_metrics_can_be_evaluated_but_nothing_is_trained():
    model = one_output(loss=None, metrics=["mae"])
    assert model.evaluate(X, Y, verbose=0) == [0.0, pytest.approx(MAE)]
    with pytest.raises(ValueError, match="no loss to minimize"):
        model.fit(X, Y, verbose=0)


def test_target_tensors_are_refused():
    with pytest.raises(ValueError, match="target_tensors"):
        one_output(target_tensors=[1])


# -- metrics ------------------------------------------------------------------


def test_metrics_of_one_name_are_numbered_and_weighted_ones_say_so():
    model = one_output(metrics=["mae", "mae"], weighted_metrics=["mae", "mae"])
    expected = ["loss", "mae", "mae_1", "weighted_mae", "weighted_mae_1"]
    assert model.metrics_names == expected
    assert list(evaluate(model, Y)) == expected


def test_a_metric_object_is_used_itself_and_listed_once():
    p, q = keras.metrics.MeanAbsoluteError(), keras.metrics.MeanSquaredError(name="w")
    model = two_outputs(loss="mse", metrics=[[p], [q]])
    assert model.metrics_names == [
        "loss", "p_loss", "q_loss", "p_mean_absolute_error", "q_w",
    ]  # fmt: skip
    result = evaluate(model, [Y, Y])
    assert set(result) == set(model.metrics_names)
    assert float(p.result()) == result["p_mean_absolute_error"]
    assert (p.name, q.name) == ("mean_absolute_error", "w")


def test_one_metric_object_for_two_outputs_counts_each_for_itself():
    metric = keras.metrics.MeanAbsoluteError(name="m")
    result = evaluate(two_outputs(loss="mse", metrics=[metric]), [Y, Y + 1])
    assert result["p_m"] == pytest.approx(MAE)
    assert result["q_m"] != result["p_m"]


def test_compiling_does_not_change_the_order_of_the_weights():
    """Lists of trained variables, kept for speed, were taken for attributes."""
    model = keras.Sequential([keras.Input((2,)), layers.BatchNormalization(), ones()])
    before = [v.path for v in model.weights]
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    assert [v.path for v in model.weights] == before
    assert [p.split("/")[-1] for p in before[:4]] == [
        "gamma", "beta", "moving_mean", "moving_variance",
    ]  # fmt: skip


def test_mixed_float16_wraps_the_optimizer_unless_told_not_to():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = keras.Sequential([keras.Input((2,)), layers.Dense(4), layers.Dense(1)])
        model.compile("sgd", "mse", auto_scale_loss=False)
        assert type(model.optimizer).__name__ == "SGD"
        model.compile("sgd", "mse")
        assert type(model.optimizer).__name__ == "LossScaleOptimizer"
        history = model.fit(X, Y, epochs=20, verbose=0).history["loss"]
    finally:
        keras.config.set_dtype_policy(None)
    assert history[-1] < history[0]
    assert model.predict(X, verbose=0).dtype == np.float16
    assert {w.dtype for w in model.weights} == {"float32"}


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_models_of_other_float_types_train(dtype):
    model = keras.Sequential(
        [keras.Input((2,), dtype=dtype), layers.Dense(1, dtype=dtype)]
    )
    model.compile("sgd", "mse")
    history = model.fit(X, Y, epochs=5, verbose=0).history["loss"]
    assert history[-1] < history[0]
    assert model.predict(X, verbose=0).dtype.name == dtype


def test_a_metrics_property_of_a_subclass_says_what_is_reset_and_reported():
    """As in the guide on custom training: a tracker, and no compiled loss."""

    class Tracked(keras.Model):
        def __init__(self):
            super().__init__()
            self.d = ones()
            self.tracker = keras.metrics.Mean(name="reconstruction")

        @property
        def metrics(self):
            return [self.tracker]

        def call(self, inputs):
            return self.d(inputs)

        def train_step(self, data):
            x, y = data
            with keras.GradientTape() as tape:
                loss = keras.ops.mean((self(x, training=True) - y) ** 2)
            gradients = tape.gradient(loss, self.trainable_weights)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_weights))
            self.tracker.update_state(loss)
            return self.get_metrics_result()

    model = Tracked()
    model.compile(keras.optimizers.SGD(0.0))
    history = model.fit(X, Y, batch_size=5, epochs=2, verbose=0).history
    assert history == {"reconstruction": [pytest.approx(MSE)] * 2}
    assert model.metrics_names == ["reconstruction"]


def test_attributes_that_are_metrics_are_reset_with_the_compiled_ones():
    class Tracked(keras.Sequential):
        def __init__(self):
            super().__init__([keras.Input((2,)), ones()])
            self.seen = keras.metrics.Sum(name="seen")

        def train_step(self, data):
            self.seen.update_state(keras.ops.ones((len(data[0]),)))
            return super().train_step(data)

    model = Tracked()
    model.compile(keras.optimizers.SGD(0.0), "mse", metrics=["mae"])
    history = model.fit(X, Y, batch_size=4, epochs=2, verbose=0).history
    assert set(history) == {"loss", "mae", "seen"}
    assert history["seen"] == [10.0, 10.0]
