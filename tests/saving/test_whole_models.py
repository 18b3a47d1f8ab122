import json
import zipfile

import h5py
import numpy as np
import pytest

import edukeras as keras
from edukeras import errors
from edukeras.layers import Dense, Input
from edukeras.models import Sequential, load_model
from tests.saving.models import mlp, nested, subclass, with_ops

X = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
Y = np.eye(3, dtype="float32")[np.arange(8) % 3]
FILES = ("a.keras", "a.h5")


def assert_same(model, other, x=X):
    a, b = model.predict(x, verbose=0), other.predict(x, verbose=0)
    for u, v in zip(keras.tree.flatten(a), keras.tree.flatten(b), strict=True):
        np.testing.assert_array_equal(u, v)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("make", [mlp, nested, with_ops])
def test_models_come_back(make, file, tmp_path, capsys):
    model = make()
    model.save(tmp_path / file)
    again = load_model(tmp_path / file)
    if make is not with_ops:  # the names of ops are numbered anew
        assert again.get_config() == model.get_config()
    assert_same(model, again, {"a": X, "b": X} if make is with_ops else X)
    assert not again.compiled
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    "optimizer",
    ["sgd", "adam", keras.optimizers.SGD(0.1, momentum=0.9),
     keras.optimizers.RMSprop(0.01, momentum=0.5, centered=True),
     keras.optimizers.Adam(0.01, amsgrad=True, use_ema=True),
     keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5))],
    ids=lambda o: o if isinstance(o, str) else o.name,
)  # fmt: skip
def test_training_resumes_exactly(optimizer, file, tmp_path):
    layers = [Input(shape=(4,)), Dense(5, "tanh"), Dense(3, "softmax")]
    model = Sequential(layers)
    if not isinstance(optimizer, str):
        optimizer = type(optimizer).from_config(optimizer.get_config())
    model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
    model.fit(X, Y, batch_size=4, epochs=2, verbose=0)
    model.save(tmp_path / file)
    again = load_model(tmp_path / file)
    for m in (model, again):
        m.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    assert_same(model, again)
    assert model.evaluate(X, Y, verbose=0) == again.evaluate(X, Y, verbose=0)


@pytest.mark.parametrize("file", FILES)
def test_compile_false_and_include_optimizer_false_leave_the_rest(file, tmp_path):
    model = mlp(compiled=True)
    model.save(tmp_path / file)
    again = load_model(tmp_path / file, compile=False)
    assert not again.compiled
    assert_same(model, again)
    model.save(tmp_path / file, include_optimizer=False)
    assert not load_model(tmp_path / file).compiled


def test_own_classes_come_back_by_custom_objects(tmp_path):
    from tests.saving.models import Block, Subclass

    model = subclass()
    model.save(tmp_path / "a.keras")
    with pytest.raises(errors.UnknownNameError, match="Subclass"):
        load_model(tmp_path / "a.keras")
    again = load_model(
        tmp_path / "a.keras", custom_objects={"Subclass": Subclass, "Block": Block}
    )
    assert_same(model, again, X[:, :3])


def test_layout_of_the_archive(tmp_path):
    mlp(compiled=True).save(tmp_path / "a.keras")
    with zipfile.ZipFile(tmp_path / "a.keras") as archive:
        assert archive.namelist() == [
            "metadata.json",
            "config.json",
            "model.weights.h5",
        ]
        assert {i.compress_type for i in archive.infolist()} == {zipfile.ZIP_STORED}
        metadata = json.loads(archive.read("metadata.json"))
        config = json.loads(archive.read("config.json"))
    assert metadata["keras_version"].startswith("3.")
    assert config["compile_config"]["loss"] == "categorical_crossentropy"


def test_layout_of_the_h5_file(tmp_path):
    model = mlp(compiled=True)
    model.save(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as file:
        config = json.loads(file.attrs["model_config"])
        training = json.loads(file.attrs["training_config"])
        names = [n.decode() for n in file["optimizer_weights"].attrs["weight_names"]]
        assert "layer_names" in file["model_weights"].attrs
    assert "module" not in config["config"]["layers"][1]
    assert training["optimizer_config"]["class_name"] == "Adam"
    adam = model.optimizer.name
    assert names[:2] == [f"{adam}/iteration", f"{adam}/learning_rate"]


def test_packed_members_in_any_order_are_read(tmp_path):
    model = mlp(compiled=True)
    model.save(tmp_path / "a.keras")
    with (
        zipfile.ZipFile(tmp_path / "a.keras") as source,
        zipfile.ZipFile(tmp_path / "b.keras", "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in reversed(source.namelist()):
            if name != "metadata.json":
                target.writestr(name, source.read(name))
    assert_same(model, load_model(tmp_path / "b.keras"))


def test_archives_of_keras_2_13_are_read(tmp_path):
    # tf-keras 2.13 to 2.15 wrote its own configs into such archives.
    config = {
        "class_name": "Sequential",
        "config": {
            "name": "s",
            "layers": [
                {
                    "class_name": "InputLayer",
                    "config": {"batch_input_shape": [None, 4], "name": "input_1"},
                },
                {"class_name": "Dense", "config": {"name": "d", "units": 3}},
            ],
        },
        "compile_config": {
            "optimizer": {
                "class_name": "Custom>SGD",
                "config": {"learning_rate": 0.5, "is_legacy_optimizer": False},
            },
            "loss": "mse",
        },
    }
    with zipfile.ZipFile(tmp_path / "a.keras", "w") as archive:
        archive.writestr("metadata.json", '{"keras_version": "2.14.0"}')
        archive.writestr("config.json", json.dumps(config))
        with archive.open("model.weights.h5", "w") as member:
            member.write(_keras_2_13_weights(tmp_path))
    model = load_model(tmp_path / "a.keras")
    assert model.get_weights()[1].tolist() == [1, 2, 3]
    assert float(model.optimizer.learning_rate) == 0.5


def _keras_2_13_weights(folder):
    with h5py.File(folder / "w.h5", "w") as file:
        group = file.create_group("_layer_checkpoint_dependencies/dense/vars")
        group["0"] = np.ones((4, 3), "float32")
        group["1"] = np.float32([1, 2, 3])
    return (folder / "w.h5").read_bytes()


# -- Keras 2.2 ----------------------------------------------------------------

# The state of each optimizer as Keras 2.2 stored it: lists, one array per weight.
STATES = {
    "SGD": (["momentum"], {"momentum": 0.9}),
    "RMSprop": (["velocity"], {}),
    "Adagrad": (["accumulator"], {}),
    "Adadelta": (["accumulated_grad", "accumulated_delta_var"], {}),
    "Adam": (["momentum", "velocity", "velocity_hat"], {"amsgrad": True}),
    "Adamax": (["momentum", "norm"], {}),
    "Nadam": (["momentum", "velocity"], {}),
}


@pytest.mark.parametrize("name", STATES)
def test_optimizer_state_of_keras_2_2_is_read(name, tmp_path, capsys):
    states, options = STATES[name]
    model = Sequential([Input(shape=(4,)), Dense(3, name="a"), Dense(3, name="b")])
    prefix = model.name
    model.compile(getattr(keras.optimizers, name)(0.1, **options), "mse")
    model.train_on_batch(X, Y)
    model.save(tmp_path / "a.h5")
    ours = {v.name: v.numpy() for v in model.optimizer.variables}
    arrays = [
        ours[f"{prefix}_{layer}_{weight}_{state}"]
        for state in states
        for layer in "ab"
        for weight in ("kernel", "bias")
    ]
    if name not in ("RMSprop", "Adagrad", "Adadelta"):
        arrays.insert(0, ours["iteration"])
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        file.attrs["keras_version"] = "2.2.4"
        training = {"optimizer_config": {"class_name": name,
                    "config": {"lr": 0.1, "decay": 0.01, **options}},
                    "loss": "mse", "metrics": ["accuracy"]}  # fmt: skip
        file.attrs["training_config"] = json.dumps(training)
        del file["optimizer_weights"]
        group = file.create_group("optimizer_weights")
        names = [f"Variable_{i}:0".encode() for i in range(len(arrays))]
        group.attrs["weight_names"] = names
        for key, array in zip(names, arrays):
            group[key] = array
    again = load_model(tmp_path / "a.h5")
    for variable in again.optimizer.variables:
        if variable.name.endswith(tuple(states)):
            np.testing.assert_array_equal(variable, ours[variable.name])
    steps = 0 if name in ("RMSprop", "Adagrad", "Adadelta") else 1
    assert int(again.optimizer.iterations) == steps
    assert capsys.readouterr() == ("", "")


def test_optimizer_state_that_does_not_fit_is_told_and_left_out(tmp_path, capsys):
    model = mlp(compiled=True)
    for file, group in (("a.h5", "optimizer_weights/adam"), ("b.h5", None)):
        model.save(tmp_path / file)
        with h5py.File(tmp_path / file, "r+") as handle:
            if group:
                names = list(handle["optimizer_weights"].attrs["weight_names"])
                handle["optimizer_weights"].attrs["weight_names"] = names[:4]
            else:
                handle.attrs["keras_version"] = "2.2.4"
        again = load_model(tmp_path / file)
        assert int(again.optimizer.iterations) == 0
        assert "starts afresh" in capsys.readouterr().out
        assert_same(model, again)


# -- errors -------------------------------------------------------------------


def test_missing_files_folders_and_names_without_format(tmp_path):
    model = mlp()
    for load in (load_model, model.load_weights):
        with pytest.raises(FileNotFoundError, match=r"nowhere\.h5"):
            load(tmp_path / "nowhere.h5")
        with pytest.raises(errors.FileFormatError, match="folder"):
            load(tmp_path)
    with pytest.raises(ValueError, match=r"ends in \.keras"):
        model.save(tmp_path / "model")
    with pytest.raises(FileNotFoundError, match="no folder"):
        model.save(tmp_path / "nowhere" / "a.keras")


def test_foreign_files_are_named_for_what_they_are(tmp_path):
    model = mlp()
    kinds = {
        b"": "is empty",
        model.to_json().encode(): "model_from_json",
        b"version https://git-lfs.github.com/spec/v1\n": "git lfs pull",
        b"\x93NUMPY...": "begins with",
    }
    for content, words in kinds.items():
        (tmp_path / "x.h5").write_bytes(content)
        for load in (load_model, model.load_weights):
            with pytest.raises(errors.FileFormatError, match=words):
                load(tmp_path / "x.h5")
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["data"] = [1, 2]
    with pytest.raises(errors.FileFormatError, match="no weights of Keras"):
        model.load_weights(tmp_path / "x.h5")
    with pytest.raises(errors.FileFormatError, match="no whole model"):
        load_model(tmp_path / "x.h5")
    model.save_weights(tmp_path / "x.h5")
    with pytest.raises(errors.FileFormatError, match=r"model\.load_weights"):
        load_model(tmp_path / "x.h5")


def test_unknown_classes_name_the_file_and_the_class(tmp_path):
    class Mine(Dense):
        pass

    model = Sequential([Input(shape=(4,)), Mine(3)])
    for file in FILES:
        model.save(tmp_path / file)
        with pytest.raises(errors.UnknownNameError, match=r"a\.(keras|h5).*Mine"):
            load_model(tmp_path / file)
