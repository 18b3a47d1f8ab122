"""Weights in several files: nothing is lost, and no file is larger than asked for."""

import json

import numpy as np
import pytest

import edukeras as keras
from edukeras.errors import FileFormatError
from edukeras.saving import sharded
from tests.saving.models import mlp, randomize

X = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
Y = np.eye(3, dtype="float32")[[0, 1, 2, 0, 1, 2]]
TINY = 100 / 2**30  # GiB: 100 bytes


def trained():
    model = randomize(mlp())
    model.compile("adam", "mse")
    model.train_on_batch(X, Y)
    return model


def test_all_weights_and_the_optimizer_come_back(tmp_path):
    model, again = trained(), trained()
    randomize(again, seed=1)
    model.save_weights(tmp_path / "a.weights.json", max_shard_size=TINY)
    again.load_weights(tmp_path / "a.weights.json")
    for ours, theirs in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    for ours, theirs in zip(
        model.optimizer.variables, again.optimizer.variables, strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_files_are_as_small_as_asked_for_and_listed_in_the_index(tmp_path):
    import h5py

    model = trained()
    model.save_weights(tmp_path / "a.weights.json", max_shard_size=TINY)
    index = json.loads((tmp_path / "a.weights.json").read_text())
    listed = {name for names in index["weight_map"].values() for name in names}
    written = {path.name for path in tmp_path.glob("*.h5")}
    assert listed == written
    assert len(written) > 3
    total = 0
    for path in tmp_path.glob("*.h5"):
        sizes = []
        with h5py.File(path) as file:
            file.visititems(
                lambda _, x, sizes=sizes: sizes.append(getattr(x, "nbytes", 0))
            )
        assert sum(sizes) <= 100 or len([n for n in sizes if n]) == 1
        total += sum(sizes)
    assert total == index["metadata"]["total_size"]


def test_one_file_is_enough_for_a_small_model(tmp_path):
    """The name may be that of a single file, as Keras allows."""
    trained().save_weights(tmp_path / "b.weights.h5", max_shard_size=1)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "b.weights.json", "b_00000.weights.h5",
    ]  # fmt: skip


def test_by_name_and_mismatch_work_with_several_files(tmp_path, capsys):
    model = trained()
    model.save_weights(tmp_path / "a.weights.json", max_shard_size=TINY)
    again = randomize(mlp(), seed=1)
    again.load_weights(tmp_path / "a.weights.json", by_name=True)
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(7)])
    before = other.get_weights()
    with pytest.raises(ValueError, match="Nothing was changed"):
        other.load_weights(tmp_path / "a.weights.json")
    np.testing.assert_array_equal(before[0], other.get_weights()[0])


DAMAGED = {
    "a file that is missing": lambda index: {"weight_map": {"/v": ["no.h5"]}},
    "a path": lambda index: {"weight_map": {"/v": ["../a_00000.weights.h5"]}},
    "no map": lambda index: {"metadata": {}},
    "a map of numbers": lambda index: {"weight_map": {"/v": 3}},
    "a list": lambda index: [],
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_index_is_told(damage, tmp_path):
    model = trained()
    path = tmp_path / "a.weights.json"
    model.save_weights(path, max_shard_size=TINY)
    path.write_text(json.dumps(damage(json.loads(path.read_text()))))
    with pytest.raises(FileFormatError):
        model.load_weights(path)


def test_wrong_arguments_are_told(tmp_path):
    with pytest.raises(ValueError, match="size in GiB"):
        trained().save_weights(tmp_path / "a.weights.json", max_shard_size=0)
    with pytest.raises(ValueError, match="ends in .weights.json"):
        sharded.index_path("a.h5")
    with pytest.raises(TypeError, match="no argument 'size'"):
        keras.saving.save_weights(trained(), tmp_path / "a.weights.h5", size=1)
