"""Replayed steps: the same numbers as steps through the layers, to the last bit."""

import copy
import pickle

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers
from edukeras.models import replay

RNG = np.random.default_rng(0)
X = RNG.normal(size=(70, 6)).astype("float32")
CLASSES = RNG.integers(0, 3, 70)
IMAGES = RNG.normal(size=(40, 8, 8, 2)).astype("float32")


def mlp(*hidden):
    return keras.Sequential(
        [keras.Input((6,)), *hidden, layers.Dense(3, activation="softmax")]
    )


MODELS = {
    "dense": lambda: mlp(layers.Dense(5, activation="relu")),
    "batchnorm": lambda: mlp(layers.Dense(5), layers.BatchNormalization()),
    "dropout": lambda: mlp(layers.Dense(5, activation="tanh"), layers.Dropout(0.5)),
    "regularized": lambda: mlp(layers.Dense(5, kernel_regularizer="l2")),
    "reshaped": lambda: mlp(layers.Reshape((3, 2)), layers.Flatten()),
    "nested": lambda: mlp(keras.Sequential([layers.Dense(4), layers.Dropout(0.2)])),
    "frozen": lambda: mlp(layers.Dense(5, trainable=False), layers.Dense(4)),
}


def convolutional():
    return keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            layers.Conv2D(3, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )


def forked():
    """Values that are used twice, so that gradients add up."""
    inputs = keras.Input((6,))
    x = layers.Dense(4, activation="tanh")(inputs)
    shared = layers.Dense(4)
    both = layers.Add()([x, shared(shared(x)), x])
    squared = layers.Multiply()([both, both])
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(squared))


MODELS["forked"] = forked


def trained(build, replays, x=X, **options):
    """The history and the weights after a short training."""
    keras.utils.set_random_seed(3)
    model = build()
    options = {"loss": "sparse_categorical_crossentropy", **options}
    model.compile("adam", metrics=["accuracy"], **options)
    if not replays:
        model._replays = False
    y = CLASSES[: len(x)]
    if options["loss"] != "sparse_categorical_crossentropy":
        y = np.eye(3, dtype="float32")[y]
    history = model.fit(x, y, batch_size=16, epochs=4, verbose=0).history
    recorded = [p for p in model._programs.values() if p is not None]
    assert bool(recorded) == replays
    return history, model.get_weights()


def assert_same(first, second):
    assert first[0] == second[0]
    for left, right in zip(first[1], second[1], strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("kernels", ["compiled", "reference"])
@pytest.mark.parametrize("name", list(MODELS))
def test_replay_changes_no_bit(name, kernels):
    if kernels == "compiled" and keras.kernels.info().kind != "compiled":
        pytest.skip("the compiled kernels are not installed")
    with keras.kernels.using(kernels):
        assert_same(trained(MODELS[name], True), trained(MODELS[name], False))


@pytest.mark.parametrize(
    "loss",
    ["mse", "mae", "categorical_crossentropy", "binary_crossentropy",
     keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)],
)  # fmt: skip
def test_replay_changes_no_bit_for_any_pure_loss(loss):
    build = MODELS["dense"]
    assert_same(trained(build, True, loss=loss), trained(build, False, loss=loss))


def test_replay_changes_no_bit_for_convolutions():
    first, second = (trained(convolutional, r, x=IMAGES) for r in (True, False))
    assert_same(first, second)


def recurrent():
    return keras.Sequential(
        [
            keras.Input((6,)),
            layers.Embedding(9, 4),
            layers.LSTM(5, return_sequences=True),
            layers.GRU(4, return_sequences=True),
            layers.SimpleRNN(4),
            layers.Dense(3, activation="softmax"),
        ]
    )


def test_replay_changes_no_bit_for_sequences():
    words = RNG.integers(0, 9, (48, 6))
    first, second = (trained(recurrent, r, x=words) for r in (True, False))
    assert_same(first, second)


@pytest.mark.parametrize(
    ("layer", "pure"),
    [
        (layers.Embedding(5, 3), True),
        (layers.Embedding(5, 3, mask_zero=True), False),
        (layers.LSTM(4), True),
        (layers.LSTM(4, stateful=True), False),
        (layers.LSTM(4, dropout=0.5), False),
        (layers.LSTM(4, activation="relu"), False),
        (layers.GRU(4, reset_after=False), False),
    ],
)
def test_layers_say_whether_they_only_call_ops(layer, pure):
    layer.build((2, 5) if isinstance(layer, layers.Embedding) else (2, 5, 3))
    assert replay.is_pure(layer) == pure


def test_loss_scaling_is_replayed():
    def run(replays):
        keras.utils.set_random_seed(0)
        model = MODELS["dense"]()
        optimizer = keras.optimizers.SGD(0.1, loss_scale_factor=8.0)
        model.compile(optimizer, "mse")
        if not replays:
            model._replays = False
        y = np.eye(3, dtype="float32")[CLASSES]
        model.fit(X, y, epochs=3, batch_size=10, verbose=0)
        return model.history.history, model.get_weights()

    assert_same(run(True), run(False))


class Doubling(layers.Layer):
    """Not known to be pure."""

    def call(self, x):
        return x * 2.0


class LoudDense(layers.Dense):
    """Inherits from a pure layer, but with a `call` of its own."""

    def call(self, x):
        return super().call(x)


@pytest.mark.parametrize(
    "hidden",
    [
        Doubling(),
        LoudDense(4),
        layers.Dense(4, activation=lambda x: x * 2.0),
        layers.Dense(4, activity_regularizer="l2"),
        layers.Dense(4, kernel_regularizer=lambda w: keras.ops.sum(w)),
        layers.Lambda(lambda x: x * 2.0),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_what_may_do_anything_is_not_replayed(hidden):
    model = mlp(hidden)
    model.compile("sgd", "mse")
    assert not replay.can_replay(model, model._compiled_loss)


def test_losses_of_the_user_are_not_replayed():
    model = mlp()
    model.compile("sgd", lambda y_true, y_pred: keras.ops.square(y_true - y_pred))
    assert not replay.can_replay(model, model._compiled_loss)


def test_weights_set_between_steps_are_used():
    model = mlp(layers.Dense(4))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    y = np.eye(3, dtype="float32")[CLASSES]
    model.fit(X, y, epochs=3, batch_size=35, verbose=0)
    model.set_weights([w * 0 for w in model.get_weights()])
    model.fit(X, y, batch_size=35, verbose=0)
    expected = model.evaluate(X, y, verbose=0)
    assert model.history.history["loss"][0] == pytest.approx(expected, rel=1e-6)


def test_compiling_again_forgets_the_recorded_steps():
    model = mlp(layers.Dense(4))
    model.compile("sgd", "mse")
    y = np.eye(3, dtype="float32")[CLASSES]
    model.fit(X, y, epochs=2, batch_size=35, verbose=0)
    model.compile("sgd", "mae")
    loss = model.fit(X, y, epochs=2, batch_size=35, verbose=0).history["loss"][-1]
    assert loss == pytest.approx(model.evaluate(X, y, verbose=0), rel=0.05)


def test_a_trained_model_can_be_pickled_and_copied():
    model = mlp(layers.Dense(4, activation="relu"), layers.Dropout(0.2))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(X, CLASSES, epochs=2, verbose=0)
    for again in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        np.testing.assert_array_equal(
            again.predict(X, verbose=0), model.predict(X, verbose=0)
        )
        again.fit(X, CLASSES, epochs=2, verbose=0)


# -- inference ----------------------------------------------------------------


def asked(model, x=X):
    """What the layers themselves say."""
    return model(x, training=False).numpy()


def assert_predicts_what_its_layers_say(model, x=X[:3]):
    for _ in range(4):  # to be recorded at the second call and replayed at the third
        np.testing.assert_array_equal(model.predict(x, verbose=0), asked(model, x))
        np.testing.assert_array_equal(model.predict_on_batch(x), asked(model, x))


@pytest.mark.parametrize("name", list(MODELS))
def test_replayed_predictions_change_no_bit(name):
    model = MODELS[name]()
    assert_predicts_what_its_layers_say(model)
    programs = model._inference._programs
    assert [type(program) for program in programs.values()] == [replay.Program]


def test_predictions_follow_what_is_set_anew():
    model = mlp(layers.Dense(5, activation="relu", name="hidden"))
    assert_predicts_what_its_layers_say(model)
    hidden = model.get_layer("hidden")
    hidden.activation = keras.activations.tanh
    assert_predicts_what_its_layers_say(model)
    hidden.activation = lambda x: x * 2.0
    assert_predicts_what_its_layers_say(model)
    hidden.activation = keras.activations.linear
    model.set_weights([w + 1 for w in model.get_weights()])
    assert_predicts_what_its_layers_say(model)
    hidden.bias = keras.Variable(np.float32([1, 2, 3, 4, 5]), name="bias")
    assert_predicts_what_its_layers_say(model)
    hidden.bias.array = np.float32([5, 4, 3, 2, 1])
    assert_predicts_what_its_layers_say(model)
    model.add(layers.Dense(2))
    assert_predicts_what_its_layers_say(model)
    model.pop()
    assert_predicts_what_its_layers_say(model)


def test_predictions_follow_training():
    model = mlp(layers.Dense(5), layers.BatchNormalization(), layers.Dropout(0.5))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    for _ in range(3):
        model.fit(X, CLASSES, verbose=0)
        assert_predicts_what_its_layers_say(model)
        loss, accuracy = model.evaluate(X, CLASSES, verbose=0)
        right = asked(model).argmax(axis=1) == CLASSES
        assert accuracy == pytest.approx(right.mean())
        own = asked(model)[np.arange(len(X)), CLASSES]
        assert loss == pytest.approx(-np.log(own).mean(), rel=1e-5)


def test_a_layer_built_at_the_first_prediction_is_replayed_later():
    model = keras.Sequential([layers.Dense(4), layers.Dense(2)])
    assert_predicts_what_its_layers_say(model)
    assert any(model._inference._programs.values())


def test_layers_that_may_do_anything_are_asked_each_time():
    class Counting(layers.Layer):
        count = 0

        def call(self, x):
            self.count += 1
            return x * float(self.count)

    layer = Counting()
    model = mlp(layer)
    before = layer.count
    first, second = (model.predict(X[:2], verbose=0) for _ in range(2))
    assert layer.count == before + 2
    assert not np.array_equal(first, second)


def test_a_tape_records_what_predict_step_computes():
    model = mlp(layers.Dense(4))
    for _ in range(3):
        model.predict(X[:2], verbose=0)
    with keras.GradientTape() as tape:
        total = keras.ops.sum(keras.ops.square(model.predict_step(X[:2])))
    assert all(g is not None for g in tape.gradient(total, model.trainable_variables))


def test_what_predict_returns_is_the_users_own():
    model = mlp(layers.Dense(4))
    kept = [model.predict(X[:2], verbose=0) for _ in range(4)]
    kept[-1][:] = 7
    np.testing.assert_array_equal(model.predict(X[:2], verbose=0), kept[0])
