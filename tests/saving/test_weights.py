import h5py
import numpy as np
import pytest

from edukeras import errors
from edukeras.layers import Dense, Input
from edukeras.models import Model, Sequential
from edukeras.saving import hdf5
from edukeras.saving.layer_paths import layer_paths
from tests.saving.models import mlp, nested, randomize, subclass, with_ops

FILES = ("a.weights.h5", "a.h5")
MODELS = {
    "sequential": mlp,
    "compiled": lambda: mlp(compiled=True),
    "nested": nested,
    "frozen": lambda: nested(frozen=True),
    "subclass": subclass,
    "ops": with_ops,
}


def assert_same_weights(model, expected):
    weights = model.get_weights()
    assert len(weights) == len(expected)
    for weight, value in zip(weights, expected, strict=True):
        np.testing.assert_array_equal(weight, value)


def edit(path):
    return h5py.File(path, "r+")


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("file", FILES)
def test_weights_come_back(make, file, tmp_path, capsys):
    model = make()
    model.save_weights(tmp_path / file)
    again = randomize(make(), seed=1)
    again.load_weights(tmp_path / file)
    assert_same_weights(again, model.get_weights())
    assert capsys.readouterr() == ("", "")


def test_layer_names_do_not_matter_by_position(tmp_path):
    for file in FILES:
        model = mlp(prefix="old")
        model.save_weights(tmp_path / file)
        again = randomize(mlp(prefix="new"), seed=1)
        again.load_weights(tmp_path / file)
        assert_same_weights(again, model.get_weights())


def test_paths_are_those_of_keras(tmp_path):
    # As Keras 3.15 writes such a model; tests/saving/test_against_keras.py compares.
    paths = [path for path, layer in layer_paths(subclass()).items()]
    assert paths == [
        "",
        "apple",
        "block",
        "block/Zuse",
        "block/hidden",
        "block/named/dense",
        "block/named/container/dense",
        "block/steps/dense",
        "block/steps/container/dense",
        "block/steps/container/dense_1",
        "block/steps/dense_1",
        "block/_secret",
        "layers/dense",
        "layers/dense_2",
        "layers/dense_3",
        "layers/dense_4",
    ]


def test_a_shared_layer_is_stored_once(tmp_path):
    shared = Dense(4, name="shared")
    inputs = Input(shape=(4,))
    model = randomize(Model(inputs, shared(shared(inputs))))
    model.save_weights(tmp_path / "a.weights.h5")
    with h5py.File(tmp_path / "a.weights.h5") as file:
        assert sorted(file["layers"]) == ["dense", "input_layer"]
    again = Model(inputs, Dense(4)(inputs))
    again.load_weights(tmp_path / "a.weights.h5")
    assert_same_weights(again, model.get_weights())


def test_legacy_layout_is_that_of_keras_2(tmp_path):
    nested().save_weights(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as file:
        names = [name.decode() for name in file.attrs["layer_names"]]
        assert names[1:] == ["inner", "add", "head"]
        inner = [name.decode() for name in file["inner"].attrs["weight_names"]]
        # Trainable weights first, over the whole inner model.
        assert [name.removeprefix("inner/") for name in inner] == [
            "d1/kernel:0", "d1/bias:0", "bn/gamma:0", "bn/beta:0", "d2/kernel:0",
            "d2/bias:0", "bn/moving_mean:0", "bn/moving_variance:0",
        ]  # fmt: skip
        assert file["inner/inner/d1/kernel:0"].shape == (4, 4)
        assert len(file["add"].attrs["weight_names"]) == 0
        assert file.attrs["backend"] == "tensorflow"


def test_frozen_inner_model_keeps_the_order_of_its_layers(tmp_path):
    nested(frozen=True).save_weights(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as file:
        names = [n.decode() for n in file["inner"].attrs["weight_names"]]
    assert [name.removeprefix("inner/") for name in names[2:6]] == [
        "bn/gamma:0", "bn/beta:0", "bn/moving_mean:0", "bn/moving_variance:0"
    ]  # fmt: skip


def test_frozen_inner_model_of_keras_2_2_has_trainable_weights_first(tmp_path):
    model = nested()
    model.save_weights(tmp_path / "a.h5")
    with edit(tmp_path / "a.h5") as file:
        file.attrs["keras_version"] = "2.2.4"
    again = randomize(nested(frozen=True), seed=1)
    again.load_weights(tmp_path / "a.h5")
    assert_same_weights(again, model.get_weights())


def test_kernels_of_theano_are_turned(tmp_path):
    class Conv2D(Dense):  # what counts is the name of the class
        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(2, 3, 1, 1), name="kernel")
            self.bias = self.add_weight(shape=(2,), name="bias")

        def call(self, x):
            return x

    def make():
        return Sequential([Input(shape=(4,)), Conv2D(1)])

    model = randomize(make())
    model.save_weights(tmp_path / "a.h5")
    with edit(tmp_path / "a.h5") as file:
        file.attrs["backend"] = "theano"
    again = make()
    again.load_weights(tmp_path / "a.h5")
    kernel, bias = model.get_weights()
    assert_same_weights(again, [kernel[::-1, ::-1], bias])


def test_very_long_names_are_split(tmp_path):
    def make():
        layers = [Dense(2, name=f"{i:02}" + "ä" * 900) for i in range(80)]
        return Sequential([Input(shape=(2,)), *layers])

    model = randomize(make())
    model.save_weights(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as file:
        assert {"layer_names0", "layer_names1"} <= set(file.attrs)
        assert "layer_names" not in file.attrs
    again = make()
    again.load_weights(tmp_path / "a.h5", by_name=True)
    assert_same_weights(again, model.get_weights())


# -- by_name, skip_mismatch ---------------------------------------------------


@pytest.mark.parametrize("file", FILES)
def test_by_name_fills_only_equal_names(file, tmp_path, capsys):
    def body(head):
        layers = [Dense(3, name="body"), Dense(2, name=head)]
        return randomize(Sequential([Input(shape=(3,)), *layers]), seed=len(head))

    model, other = body("old"), body("other")
    model.save_weights(tmp_path / file)
    kept = other.get_weights()[2:]
    other.load_weights(tmp_path / file, by_name=True)
    assert_same_weights(other, model.get_weights()[:2] + kept)
    assert capsys.readouterr().out == ""

    stranger = randomize(Sequential([Input(shape=(3,)), Dense(3, name="x")]), seed=9)
    before = stranger.get_weights()
    stranger.load_weights(tmp_path / file, by_name=True)
    assert_same_weights(stranger, before)
    assert "no layer has the name" in capsys.readouterr().out


@pytest.mark.parametrize("by_name", [False, True])
@pytest.mark.parametrize("file", FILES)
def test_wrong_shape_names_layer_and_both_shapes_and_changes_nothing(
    file, by_name, tmp_path
):
    mlp(units=3).save_weights(tmp_path / file)
    model = randomize(mlp(units=2), seed=1)
    before = model.get_weights()
    with pytest.raises(ValueError, match="layer_4") as caught:
        model.load_weights(tmp_path / file, by_name=by_name)
    assert "(5, 3)" in str(caught.value)
    assert "(5, 2)" in str(caught.value)
    assert_same_weights(model, before)


@pytest.mark.parametrize("by_name", [False, True])
@pytest.mark.parametrize("file", FILES)
def test_skip_mismatch_leaves_out_and_says_so_on_stdout(
    file, by_name, tmp_path, capsys
):
    stored = mlp(units=3)
    stored.save_weights(tmp_path / file)
    model = randomize(mlp(units=2), seed=1)
    kept = model.get_weights()[-2:]
    model.load_weights(tmp_path / file, by_name=by_name, skip_mismatch=True)
    assert_same_weights(model, stored.get_weights()[:-2] + kept)
    output = capsys.readouterr()
    assert "layer_4" in output.out
    assert output.err == ""


@pytest.mark.parametrize("file", FILES)
def test_other_number_of_layers_is_an_error(file, tmp_path):
    mlp().save_weights(tmp_path / file)
    few = randomize(Sequential([Input(shape=(4,)), Dense(5)]))
    many = Sequential([Input(shape=(4,)), *(Dense(4) for _ in range(4))])
    for model in (few, many):
        before = model.get_weights()
        with pytest.raises(ValueError, match="Nothing was changed"):
            model.load_weights(tmp_path / file)
        assert_same_weights(model, before)


@pytest.mark.parametrize("file", FILES)
def test_other_number_of_weights_in_a_layer_is_an_error(file, tmp_path):
    mlp().save_weights(tmp_path / file)
    model = Sequential(
        [Input(shape=(4,)), Dense(5, use_bias=False, name="layer_1"),
         *mlp().layers[1:]]
    )  # fmt: skip
    for by_name in (False, True):
        with pytest.raises(ValueError, match='"layer_1" has another number of weights'):
            model.load_weights(tmp_path / file, by_name=by_name)


# -- other files --------------------------------------------------------------


def test_weights_are_found_in_whole_models(tmp_path):
    model = mlp(compiled=True)
    for file in ("a.keras", "a.h5"):
        model.save(tmp_path / file)
        again = randomize(mlp(), seed=1)
        again.load_weights(tmp_path / file)
        assert_same_weights(again, model.get_weights())


def test_the_content_decides_and_not_the_name(tmp_path):
    model = mlp()
    model.save_weights(tmp_path / "legacy.h5")
    (tmp_path / "legacy.h5").rename(tmp_path / "x.weights.h5")
    again = randomize(mlp(), seed=1)
    again.load_weights(tmp_path / "x.weights.h5")
    assert_same_weights(again, model.get_weights())


def test_the_layout_of_keras_2_13_is_read(tmp_path):
    model = nested()
    model.save_weights(tmp_path / "a.weights.h5")
    with edit(tmp_path / "a.weights.h5") as file:
        sequential = file["layers/sequential"]
        sequential.move("layers", "_layer_checkpoint_dependencies")
        file.move("layers", "_layer_checkpoint_dependencies")
    again = randomize(nested(), seed=1)
    again.load_weights(tmp_path / "a.weights.h5")
    assert_same_weights(again, model.get_weights())


def test_groups_that_other_versions_add_are_tolerated(tmp_path):
    model = mlp()
    model.save_weights(tmp_path / "a.weights.h5")
    with edit(tmp_path / "a.weights.h5") as file:
        file["layers/dropout"].create_dataset("seed_generator/vars/0", data=[1, 2])
        file.create_dataset("metrics/mean/vars/0", data=0.5)
    again = randomize(mlp(), seed=1)
    again.load_weights(tmp_path / "a.weights.h5")
    assert_same_weights(again, model.get_weights())


def test_bfloat16_is_stored_with_its_name(tmp_path):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    array = np.array([1.5, -2.0], ml_dtypes.bfloat16)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        hdf5.write_numbers(file, "a", array)
    with h5py.File(tmp_path / "a.h5") as file:
        read = hdf5.read_numbers(hdf5.find_dataset(file, "a"))
    assert read.dtype == array.dtype
    assert read.tolist() == [1.5, -2.0]


def test_optimizer_state_comes_with_keras_3_weights_if_the_optimizer_is_built(tmp_path):
    model = mlp(compiled=True)
    model.save_weights(tmp_path / "a.weights.h5")
    again = mlp(compiled=True)
    for variable in again.optimizer.variables:
        variable.assign(np.zeros(variable.shape))
    again.load_weights(tmp_path / "a.weights.h5")
    for ours, theirs in zip(again.optimizer.variables, model.optimizer.variables):
        np.testing.assert_array_equal(ours, theirs)


def test_a_fresh_optimizer_keeps_its_rate(tmp_path):
    mlp(compiled=True).save_weights(tmp_path / "a.weights.h5")
    again = mlp()
    again.compile("sgd", "mse")
    again.load_weights(tmp_path / "a.weights.h5")
    assert float(again.optimizer.learning_rate) == pytest.approx(0.01)


def test_unbuilt_model_says_what_to_do(tmp_path):
    model = Sequential([Dense(3)])
    for call in (model.save_weights, model.load_weights):
        with pytest.raises(errors.NotBuiltError, match="build"):
            call(tmp_path / "a.weights.h5")


def test_overwrite_false_can_say_no(tmp_path, monkeypatch):
    model = mlp()
    path = tmp_path / "a.weights.h5"
    path.write_bytes(b"precious")
    monkeypatch.setattr("builtins.input", lambda _: "n")
    model.save_weights(path, overwrite=False)
    model.save(tmp_path / "b.keras", overwrite=False)  # there is none yet
    assert path.read_bytes() == b"precious"
    assert (tmp_path / "b.keras").exists()


def test_failing_save_leaves_the_old_file(tmp_path, monkeypatch):
    model = mlp(compiled=True)
    for name in ("a.weights.h5", "a.h5", "whole.h5", "a.keras"):
        save = model.save if name in ("whole.h5", "a.keras") else model.save_weights
        save(tmp_path / name)
        before = (tmp_path / name).read_bytes()
        with monkeypatch.context() as patch:
            patch.setattr(hdf5, "write_numbers", _full_disk)
            with pytest.raises(OSError, match="No space left"):
                save(tmp_path / name)
        assert (tmp_path / name).read_bytes() == before
    assert not list(tmp_path.glob("*.tmp")) + list(tmp_path.glob(".*"))


def _full_disk(*_):
    raise OSError("No space left on device")
