"""What layers keep besides variables: files in `assets/`, and stores of their own."""

import json
import os
import zipfile

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers
from edukeras.errors import FileFormatError


@keras.saving.register_keras_serializable("test_assets")
class Notes(layers.Layer):
    """A layer with a file and an array that is no weight."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.text, self.table = "", np.zeros(0)

    def call(self, x):
        return x

    def save_assets(self, folder):
        os.makedirs(os.path.join(folder, "deep"))
        with open(os.path.join(folder, "deep", "text.txt"), "w") as file:
            file.write(self.text)

    def load_assets(self, folder):
        with open(os.path.join(folder, "deep", "text.txt")) as file:
            self.text = file.read()

    def save_own_variables(self, store):
        store["table"] = self.table

    def load_own_variables(self, store):
        self.table = store["table"][()]


def noted():
    model = keras.Sequential([keras.Input((2,)), Notes(), layers.Dense(1)])
    model.layers[0].text, model.layers[0].table = "to be kept", np.arange(3.0)
    return model


def test_assets_and_own_stores_come_back(tmp_path):
    noted().save(tmp_path / "a.keras")
    names = zipfile.ZipFile(tmp_path / "a.keras").namelist()
    assert "assets/layers/notes/deep/text.txt" in names
    again = keras.models.load_model(tmp_path / "a.keras")
    assert again.layers[0].text == "to be kept"
    assert again.layers[0].table.tolist() == [0, 1, 2]


def test_own_stores_are_in_weights_files_too(tmp_path):
    model, other = noted(), noted()
    other.layers[0].table = None
    for name, options in [("a.weights.h5", {}), ("b", {"max_shard_size": 1})]:
        path = tmp_path / (name if name.endswith("h5") else "b.weights.json")
        model.save_weights(path, **options)
        other.load_weights(path)
        assert other.layers[0].table.tolist() == [0, 1, 2]


@pytest.mark.parametrize("name", ["../../out.txt", "a/../../out.txt", "c:\\out.txt"])
def test_assets_do_not_leave_their_folder(name, tmp_path):
    noted().save(tmp_path / "a.keras")
    with zipfile.ZipFile(tmp_path / "a.keras", "a") as archive:
        archive.writestr(f"assets/layers/notes/{name}", "harm")
    with pytest.raises(FileFormatError, match="an asset of the name"):
        keras.models.load_model(tmp_path / "a.keras")


LOOKUPS = {
    "integers": (
        layers.IntegerLookup,
        "int64",
        [[5, 7, 7], [9, 5, 5]],
        [[5, 7, 1]],
        "-1\n5\n7\n9",
    ),
    "words": (
        layers.StringLookup,
        "string",
        [["a", "b", "b"]],
        [["b", "a", "?"]],
        "[UNK]\nb\na",
    ),
}


@pytest.mark.parametrize("case", LOOKUPS.values(), ids=LOOKUPS)
def test_learned_vocabularies_are_where_keras_has_them(case, tmp_path):
    make, dtype, data, x, text = case
    lookup = make()
    lookup.adapt(np.array(data))
    inputs = keras.Input((3,), dtype=dtype)
    model = keras.Model(inputs, lookup(inputs))
    model.save(tmp_path / "a.keras")
    (name,) = [
        name
        for name in zipfile.ZipFile(tmp_path / "a.keras").namelist()
        if name.startswith("assets/")
    ]
    assert zipfile.ZipFile(tmp_path / "a.keras").read(name).decode() == text
    again = keras.models.load_model(tmp_path / "a.keras")
    np.testing.assert_array_equal(again(np.array(x)), model(np.array(x)))


@pytest.mark.parametrize("case", LOOKUPS.values(), ids=LOOKUPS)
def test_vocabularies_that_are_only_in_the_assets_are_read(case, tmp_path):
    """As Keras writes them: its config says only how many words there are."""
    make, dtype, data, x, _ = case
    lookup = make()
    lookup.adapt(np.array(data))
    inputs = keras.Input((3,), dtype=dtype)
    model = keras.Model(inputs, lookup(inputs))
    model.save(tmp_path / "a.keras")
    with (
        zipfile.ZipFile(tmp_path / "a.keras") as ours,
        zipfile.ZipFile(tmp_path / "b.keras", "w") as bare,
    ):
        for name in ours.namelist():
            content = ours.read(name)
            if name == "config.json":
                config = json.loads(content)
                for record in config["config"]["layers"]:
                    if "vocabulary" in record["config"]:
                        record["config"]["vocabulary"] = None
                content = json.dumps(config)
            bare.writestr(name, content)
    again = keras.models.load_model(tmp_path / "b.keras")
    np.testing.assert_array_equal(again(np.array(x)), model(np.array(x)))
