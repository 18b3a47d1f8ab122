"""KerasFileEditor: what is in a file, and new files made of it."""

import numpy as np
import pytest

import edukeras as keras
from edukeras.errors import FileFormatError
from edukeras.saving import KerasFileEditor


def model(units=2):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(3, name="first"),
            layers.LSTM(2, name="lstm") if units is None else layers.Dense(units),
        ]
    )


@pytest.fixture
def path(tmp_path):
    made = model()
    made.compile("sgd", "mse")
    made.optimizer.build(made.trainable_variables)
    made.save(tmp_path / "a.keras")
    made.save_weights(tmp_path / "a.weights.h5")
    return tmp_path / "a.weights.h5"


TREE = """\
Weights
├─ layers
│  ├─ dense
│  │  ├─ 0: shape (4, 3), float32
│  │  └─ 1: shape (3,), float32
│  └─ dense_1
│     ├─ 0: shape (3, 2), float32
│     └─ 1: shape (2,), float32
└─ optimizer
   ├─ 0: shape (), int64
   └─ 1: shape (), float32"""


def test_summary_shows_objects_and_shapes(path, capsys):
    editor = KerasFileEditor(path)
    editor.summary()
    printed = capsys.readouterr().out
    assert printed == f'File "a.weights.h5"\n{TREE}\n'
    assert repr(editor) + "\n" == printed
    whole = KerasFileEditor(path.with_name("a.keras"))
    assert whole.text() == f'File "a.keras"\nSaved with Keras 3.15.1\n{TREE}'
    assert whole.config["class_name"] == "Sequential"
    assert "<b>dense_1</b>" in editor._repr_html_()


def test_compare_tells_every_difference(path, capsys):
    editor = KerasFileEditor(path)
    found = editor.compare(model(units=5))
    assert found == {"status": "error", "error_count": 3, "match_count": 2}
    printed = capsys.readouterr().out
    assert "Weight /layers/dense_1/0: shape (3, 2) in the file, (3, 5)" in printed
    assert "Object /optimizer: in the file, not in the model." in printed
    editor.delete_object("optimizer")
    assert editor.compare(model())["status"] == "success"
    assert "4 weights" in capsys.readouterr().out


def test_a_changed_file_loads_into_the_changed_model(path, tmp_path):
    editor = KerasFileEditor(path)
    editor.delete_object("optimizer")
    editor.rename_object("layers/dense_1", "dense_2")
    editor.add_object("/layers/dense_1", {"0": np.ones((3, 3)), "1": np.zeros(3)})
    editor.delete_weight("dense_2", "1")
    editor.add_weights("dense_2", {"1": np.array([7.0, 8.0])})
    editor.save(tmp_path / "b.weights.h5")
    layers = keras.layers
    larger = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3), layers.Dense(3), layers.Dense(2)]
    )
    larger.load_weights(tmp_path / "b.weights.h5")
    original = KerasFileEditor(path).weights_dict["layers"]
    np.testing.assert_array_equal(larger.get_weights()[0], original["dense"]["0"])
    np.testing.assert_array_equal(larger.get_weights()[2], np.ones((3, 3)))
    np.testing.assert_array_equal(larger.get_weights()[4], original["dense_1"]["0"])
    assert larger.get_weights()[5].tolist() == [7, 8]


def test_the_names_of_layers_go_along(path, tmp_path):
    editor = KerasFileEditor(path)
    editor.rename_object("dense", "other")
    editor.resave_weights(tmp_path / "b.weights.h5")
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="first")])
    other.load_weights(tmp_path / "b.weights.h5", by_name=True)
    weights = KerasFileEditor(path).weights_dict["layers"]["dense"]
    np.testing.assert_array_equal(other.get_weights()[0], weights["0"])


def test_mistakes_are_explained(path, tmp_path):
    editor = KerasFileEditor(path)
    with pytest.raises(ValueError, match=r"no object 'dens'. Did you mean"):
        editor.delete_object("dens")
    with pytest.raises(ValueError, match="no weight '7'"):
        editor.delete_weight("dense", "7")
    with pytest.raises(ValueError, match="already"):
        editor.add_object("layers/dense", {})
    with pytest.raises(ValueError, match="already"):
        editor.rename_object("dense", "dense_1")
    with pytest.raises(ValueError, match="one part of a path"):
        editor.rename_object("dense", "a/b")
    with pytest.raises(ValueError, match="ends in .weights.h5"):
        editor.save(tmp_path / "b.keras")
    editor.add_object("more/dense", {"0": [1.0]})
    with pytest.raises(ValueError, match="several objects"):
        editor.delete_object("dense")
    model().save_weights(tmp_path / "old.h5")
    with pytest.raises(FileFormatError, match="layout of Keras 3"):
        KerasFileEditor(tmp_path / "old.h5")
