"""`to_keras`: real Keras predicts, evaluates and trains on as we do.

The comparisons run where Keras 3 is installed next to edukeras, and say so where not:

    KERAS_BACKEND=jax python -m pytest tests/export
"""

import importlib.util
import json
import sys

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers, ops
from edukeras.export import real_keras as module, to_keras

with_real_keras = pytest.mark.skipif(
    importlib.util.find_spec("keras") is None, reason="real Keras is not installed"
)

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(12, 6)).astype("float32")
PICTURES = RANDOM.normal(size=(6, 8, 8, 3)).astype("float32")
WORDS = RANDOM.integers(0, 9, size=(8, 5))
CLASSES = np.arange(12) % 3


@pytest.fixture(autouse=True)
def _any_installed_backend(monkeypatch):
    """Real Keras may warn of what it likes; and the environment stays as it was."""
    monkeypatch.setenv("KERAS_BACKEND", "jax")


def mlp():
    model = keras.Sequential(
        [
            layers.Input((6,)),
            layers.Dense(8, "relu", kernel_regularizer="l2", name="first"),
            layers.BatchNormalization(),
            layers.Dropout(0.0),
            layers.Dense(3, "softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, ROWS, CLASSES


def two_inputs_and_outputs():
    a, b = layers.Input((6,), name="a"), layers.Input((6,), name="b")
    shared = layers.Dense(4, "tanh", name="shared")
    x = layers.concatenate([shared(a), ops.square(shared(b)) * 2.0])
    outputs = {
        "number": layers.Dense(1, name="number")(x),
        "kind": layers.Dense(3, "softmax", name="kind")(x),
    }
    model = keras.Model([a, b], outputs)
    model.compile(
        keras.optimizers.SGD(
            keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5), momentum=0.9
        ),
        {
            "number": keras.losses.Huber(delta=0.5),
            "kind": "sparse_categorical_crossentropy",
        },
        loss_weights={"number": 2.0, "kind": 0.5},
        metrics={"number": ["mae"], "kind": ["accuracy"]},
    )
    return model, [ROWS, ROWS[::-1]], {"number": ROWS[:, :1], "kind": CLASSES}


def convnet():
    model = keras.Sequential(
        [
            layers.Input((8, 8, 3)),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.SeparableConv2D(5, 2),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2),
        ]
    )
    model.compile(keras.optimizers.RMSprop(0.01), "mse", metrics=["mae"])
    return model, PICTURES, PICTURES[:, 0, 0, :2]


def nested_and_frozen():
    inner = keras.Sequential(
        [layers.Input((6,)), layers.Dense(6, "tanh"), layers.BatchNormalization()],
        name="inner",
    )
    inner.trainable = False
    inputs = layers.Input((6,))
    x = layers.Add()([inner(inputs), inputs])
    model = keras.Model(inputs, layers.Dense(1)(x), name="outer")
    model.compile(keras.optimizers.AdamW(0.01, weight_decay=0.1), "mae")
    return model, ROWS, ROWS[:, :1]


def words():
    model = keras.Sequential(
        [
            layers.Input((5,), dtype="int32"),
            layers.Embedding(9, 4, mask_zero=True),
            layers.LSTM(6, return_sequences=True),
            layers.GRU(5),
            layers.Dense(1, "sigmoid"),
        ]
    )
    model.compile(
        keras.optimizers.Nadam(0.01, clipnorm=1.0),
        keras.losses.BinaryCrossentropy(label_smoothing=0.1),
        weighted_metrics=[keras.metrics.AUC(name="auc")],
    )
    return model, WORDS, (WORDS[:, 0] > 4).astype("float32")


MODELS = [mlp, two_inputs_and_outputs, convnet, nested_and_frozen, words]


def close(ours, theirs, tolerance=1e-5):
    if isinstance(ours, dict):
        assert set(ours) == set(theirs)
        for key, value in ours.items():
            close(value, theirs[key], tolerance)
    elif isinstance(ours, list):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs):
            close(a, b, tolerance)
    else:
        np.testing.assert_allclose(
            np.asarray(ours), np.asarray(theirs), rtol=tolerance, atol=tolerance
        )


@with_real_keras
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("make", MODELS)
def test_real_keras_predicts_and_trains_on_alike(make):
    keras.utils.set_random_seed(1)
    model, x, y = make()
    for _ in range(3):
        model.train_on_batch(x, y)
    theirs = model.to_keras()

    assert type(theirs).__module__.startswith("keras.src")
    assert [w.name for w in theirs.weights] == [w.name for w in model.weights]
    close(model.predict(x, verbose=0), theirs.predict(x, verbose=0))
    ours, optimizer = model.optimizer.variables, theirs.optimizer.variables
    assert int(theirs.optimizer.iterations) == 3
    for variable, other in zip(ours, optimizer, strict=True):
        close(variable, other)
    close(
        model.evaluate(x, y, verbose=0, return_dict=True),
        theirs.evaluate(x, y, verbose=0, return_dict=True),
        1e-4,
    )
    for _ in range(2):
        model.train_on_batch(x, y)
        theirs.train_on_batch(x, y)
    close(model.predict(x, verbose=0), theirs.predict(x, verbose=0), 1e-4)


@with_real_keras
@pytest.mark.filterwarnings("default")
def test_it_is_a_copy_and_compile_may_be_left_out():
    model, x, _ = mlp()
    before = model.predict(x, verbose=0)
    theirs = to_keras(model, compile=False)
    assert not theirs.compiled
    theirs.set_weights([0 * w for w in theirs.get_weights()])
    close(model.predict(x, verbose=0), before)


@with_real_keras
def test_compiled_but_not_yet_trained():
    model, x, y = mlp()
    theirs = to_keras(model)
    ours = model.train_on_batch(x, y)
    close(ours, [float(v) for v in theirs.train_on_batch(x, y)], 1e-4)


@with_real_keras
@pytest.mark.filterwarnings("default")
def test_own_layers_come_from_custom_objects():
    model = keras.Sequential(
        [layers.Input((6,)), scale_class(layers.Layer)(), layers.Dense(2)]
    )
    model.layers[0].set_weights([np.arange(6.0)])
    real_class = scale_class(module.import_keras().layers.Layer)
    theirs = model.to_keras(custom_objects={"Scale": real_class})
    assert isinstance(theirs.layers[0], real_class)
    close(model.predict(ROWS, verbose=0), theirs.predict(ROWS, verbose=0))


def scale_class(base):
    """The same layer for edukeras or for real Keras."""

    class Scale(base):
        def build(self, input_shape):
            self.factor = self.add_weight(
                shape=(input_shape[-1],), initializer="ones", name="factor"
            )

        def call(self, x):
            return x * self.factor

    return Scale


def test_a_model_without_weights_is_refused():
    with pytest.raises(keras.errors.NotBuiltError, match="no weights yet"):
        keras.Sequential([layers.Dense(2)]).to_keras()


def test_without_keras_it_says_what_to_install(monkeypatch):
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install keras jax"):
        mlp()[0].to_keras()


def test_under_install_as_keras_it_says_why_not(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", keras)
    with pytest.raises(RuntimeError, match="install_as_keras"):
        mlp()[0].to_keras()


def test_a_backend_that_is_installed_is_chosen(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "find_spec", lambda name: name == "torch" or None)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    module._choose_backend()
    assert module.os.environ["KERAS_BACKEND"] == "torch"

    monkeypatch.delenv("KERAS_BACKEND")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert module._wanted_backend() == "tensorflow"
    (tmp_path / "keras.json").write_text(json.dumps({"backend": "torch"}))
    module._choose_backend()  # it is there, so Keras is left alone
    assert "KERAS_BACKEND" not in module.os.environ

    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install jax"):
        module._choose_backend()
