"""The other direction: real Keras reads what edukeras writes, and agrees.

Runs where Keras 3 is installed next to edukeras, and says so where it is not:

    KERAS_BACKEND=jax python -m pytest tests/saving/test_against_keras.py
"""

import inspect
import os

import numpy as np
import pytest

import edukeras
from tests.golden import golden
from tests.saving import models

os.environ.setdefault("KERAS_BACKEND", "jax")
# Real Keras may be there without a backend that works; its warnings are its own.
keras = pytest.importorskip("keras", reason="real Keras is not installed")
pytestmark = pytest.mark.filterwarnings("default")
if keras.__name__ != "keras" or hasattr(keras, "load_ipython_extension"):
    pytest.skip("`keras` is edukeras under another name", allow_module_level=True)

X = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
Y = np.eye(3, dtype="float32")[[0, 1, 2, 0, 1, 2]]


def close(a, b):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-5, atol=1e-5)


def keras_mlp():
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(5, activation="relu", name="layer_1"),
            layers.BatchNormalization(name="layer_2"),
            layers.Dropout(0.2, name="layer_3"),
            layers.Dense(3, activation="softmax", name="layer_4"),
        ]
    )


def keras_nested(frozen=False):
    layers = keras.layers
    inner = keras.Sequential(
        [keras.Input((4,)), layers.Dense(4, name="d1"),
         layers.BatchNormalization(name="bn"), layers.Dense(4, name="d2")],
        name="inner",
    )  # fmt: skip
    inner.trainable = not frozen
    x = keras.Input((4,))
    return keras.Model(x, layers.Dense(2, name="head")(layers.Add()([inner(x), x])))


PAIRS = {
    "sequential": (models.mlp, keras_mlp),
    "nested": (models.nested, keras_nested),
    "frozen": (
        lambda: models.nested(frozen=True),
        lambda: keras_nested(frozen=True),
    ),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
@pytest.mark.parametrize("file", ["a.weights.h5", "a.h5"])
def test_keras_loads_our_weights_and_we_load_its(pair, file, tmp_path):
    ours, theirs = pair[0](), pair[1]()
    ours.save_weights(tmp_path / file)
    theirs.load_weights(str(tmp_path / file))
    close(ours.predict(X, verbose=0), theirs.predict(X, verbose=0))
    if file == "a.h5":
        theirs = pair[1]()
        theirs.load_weights(str(tmp_path / file), by_name=True)
        close(ours.predict(X, verbose=0), theirs.predict(X, verbose=0))
    else:
        theirs.save_weights(str(tmp_path / "theirs.weights.h5"))
        again = models.randomize(pair[0](), seed=1)
        again.load_weights(tmp_path / "theirs.weights.h5")
        close(again.predict(X, verbose=0), ours.predict(X, verbose=0))


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop", "adagrad", "nadam"])
def test_keras_loads_our_archive_and_trains_on_as_we_do(optimizer, tmp_path):
    model = edukeras.Sequential(
        [
            edukeras.Input(shape=(4,)),
            edukeras.layers.Dense(5, "tanh", kernel_regularizer="l2"),
            edukeras.layers.Dense(3, "softmax"),
        ]
    )
    model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
    model.train_on_batch(X, Y)
    model.save(tmp_path / "a.keras")
    theirs = keras.models.load_model(str(tmp_path / "a.keras"))
    close(model.predict(X, verbose=0), theirs.predict(X, verbose=0))
    for ours, variable in zip(
        model.optimizer.variables, theirs.optimizer.variables, strict=True
    ):
        close(ours, variable)
    for _ in range(3):
        close(model.train_on_batch(X, Y)[0], theirs.train_on_batch(X, Y)[0])
        model.reset_metrics()
        theirs.reset_metrics()
    close(model.predict(X, verbose=0), theirs.predict(X, verbose=0))

    theirs.save(str(tmp_path / "back.keras"))
    back = edukeras.models.load_model(tmp_path / "back.keras")
    close(back.predict(X, verbose=0), theirs.predict(X, verbose=0))
    assert float(back.optimizer.iterations) == 4


@pytest.mark.parametrize("make", [models.mlp, models.nested])
def test_keras_loads_our_whole_h5(make, tmp_path):
    model = make()
    model.compile(
        edukeras.optimizers.SGD(
            edukeras.optimizers.schedules.ExponentialDecay(1, 2, 3)
        ),
        edukeras.losses.Huber(),
        metrics=["mae"],
    )
    model.save(tmp_path / "a.h5")
    theirs = keras.models.load_model(str(tmp_path / "a.h5"))
    close(model.predict(X, verbose=0), theirs.predict(X, verbose=0))
    theirs.save(str(tmp_path / "back.h5"))
    back = edukeras.models.load_model(tmp_path / "back.h5")
    close(back.predict(X, verbose=0), theirs.predict(X, verbose=0))


@pytest.mark.parametrize("name", ["era_regularizers", "era_mnist_mlp"])
@pytest.mark.parametrize("file", ["a.keras", "a.h5"])
def test_models_from_keras_2_2_go_on_to_keras_3(name, file, tmp_path):
    (case,) = [c for c in golden.cases(era=True) if c["name"] == name]
    files, arrays = golden.unpack(case, str(tmp_path))
    edukeras.models.load_model(files["k224_h5"]).save(tmp_path / file)
    # Keras 3.15 cannot compile from its own .h5 files either if the loss is "mse".
    theirs = keras.models.load_model(
        str(tmp_path / file), compile=file.endswith(".keras")
    )
    close(theirs.predict(arrays["x/0"], verbose=0), arrays["out/0"])


@pytest.mark.parametrize("make", [models.mlp, models.nested, models.with_ops])
def test_keras_builds_our_json(make):
    model = make()
    theirs = keras.models.model_from_json(model.to_json())
    assert theirs.count_params() == model.count_params()
    back = edukeras.models.model_from_json(theirs.to_json())
    assert back.count_params() == model.count_params()


def test_ops_in_the_graph_mean_the_same(tmp_path):
    model = models.with_ops()
    model.save(tmp_path / "a.keras")
    theirs = keras.models.load_model(str(tmp_path / "a.keras"))
    data = {"a": X, "b": X + 1}
    ours, predicted = model.predict(data, verbose=0), theirs.predict(data, verbose=0)
    assert set(ours) == set(predicted)
    for key, value in ours.items():
        close(value, predicted[key])


def make_keras_subclass():
    """`models.Subclass`, of real Keras: the same source with another base."""
    source = models.__dict__
    names = {
        "Layer": keras.layers.Layer,
        "Model": keras.Model,
        "Dense": keras.layers.Dense,
        "np": np,
        "__name__": "keras_twin",
    }
    for cls in (source["Block"], source["Subclass"]):
        exec(inspect.getsource(cls), names)  # our own test source, nothing foreign
    model = names["Subclass"](name="own")
    model(np.zeros((1, 3), "float32"))
    return model


def test_subclass_has_the_paths_of_keras(tmp_path):
    ours, theirs = models.subclass(), make_keras_subclass()
    ours.save_weights(tmp_path / "a.weights.h5")
    theirs.load_weights(str(tmp_path / "a.weights.h5"))
    x = X[:, :3]
    close(ours(x), theirs(x))
    theirs.save_weights(str(tmp_path / "b.weights.h5"))
    again = models.randomize(models.subclass(), seed=1)
    again.load_weights(tmp_path / "b.weights.h5")
    close(again(x), ours(x))


@pytest.mark.parametrize("limit", [1e-7, 5e-7, 1.0])
def test_sharded_weights_go_both_ways(limit, tmp_path):
    ours, theirs = models.mlp(), keras_mlp()
    for model in (ours, theirs):
        model.compile("adam", "mse")
        model.train_on_batch(X, Y)
    ours.save_weights(tmp_path / "a.weights.json", max_shard_size=limit)
    theirs.load_weights(str(tmp_path / "a.weights.json"))
    close(ours.predict(X, verbose=0), theirs.predict(X, verbose=0))
    for mine, variable in zip(
        ours.optimizer.variables, theirs.optimizer.variables, strict=True
    ):
        close(mine, variable)
    theirs.train_on_batch(X, Y)
    theirs.save_weights(str(tmp_path / "b.weights.json"), max_shard_size=limit)
    ours.load_weights(tmp_path / "b.weights.json")
    close(ours.predict(X, verbose=0), theirs.predict(X, verbose=0))
    assert int(ours.optimizer.iterations) == 2


def lookup_model(library, kind):
    if kind == "integers":
        lookup, dtype, shape = library.layers.IntegerLookup(), "int64", (3,)
        lookup.adapt(np.array([[5, 7, 7], [9, 5, 5]]))
    elif kind == "words":
        lookup, dtype, shape = library.layers.StringLookup(), "string", (3,)
        lookup.adapt(np.array([["a", "b", "b"]]))
    else:
        mode = {"texts": "int", "tf_idf": "tf_idf"}[kind]
        lookup = library.layers.TextVectorization(output_mode=mode)
        lookup.adapt(["hello world foo", "foo bar"])
        dtype, shape = "string", ()
    inputs = library.Input(shape, dtype=dtype)
    return library.Model(inputs, lookup(inputs))


LOOKUP_DATA = {
    "integers": np.array([[5, 7, 1], [9, 9, 5]]),
    "words": np.array([["b", "a", "?"]]),
    "texts": np.array(["foo hello nobody", "bar"]),
    "tf_idf": np.array(["foo hello nobody", "bar"]),
}


@pytest.mark.parametrize("kind", LOOKUP_DATA)
def test_vocabularies_go_both_ways(kind, tmp_path):
    pytest.importorskip("tensorflow", reason="Keras looks words up with TensorFlow")
    x = LOOKUP_DATA[kind]

    def values(model):  # strings go to Keras's layer itself
        result = (
            model(x)
            if model.__module__.startswith("edukeras")
            else (model.layers[-1](x))
        )
        return np.asarray(result)

    ours, theirs = lookup_model(edukeras, kind), lookup_model(keras, kind)
    close(values(ours), values(theirs))
    theirs.save(str(tmp_path / "theirs.keras"))
    close(values(edukeras.models.load_model(tmp_path / "theirs.keras")), values(ours))
    ours.save(tmp_path / "ours.keras")
    close(values(keras.models.load_model(str(tmp_path / "ours.keras"))), values(ours))
