"""Folders of pictures and of texts, in the orders of Keras on TensorFlow."""

import os

import numpy as np
import pytest

import edukeras as keras
from edukeras.utils import (
    image_dataset_from_directory,
    smart_resize,
    text_dataset_from_directory,
)

image = pytest.importorskip("PIL.Image")
NAMES = [f"{c}/{i}.png" for c in ("ants", "cats", "dogs") for i in range(4)]
NAMES.append("dogs/deep/x.png")


@pytest.fixture
def pictures(tmp_path):
    generator = np.random.default_rng(0)
    for name in ["cats/notes.txt", ".hidden/0.png", *NAMES]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        if name.endswith(".txt"):
            path.write_text("no picture")
        else:
            pixels = generator.integers(0, 255, (7, 9, 3), dtype="uint8")
            image.fromarray(pixels).save(path)
    return tmp_path


def names(dataset, folder):
    paths = [os.path.relpath(path, folder) for path in dataset.file_paths]
    return [path.replace(os.sep, "/") for path in paths]


def test_pictures_come_in_the_order_of_paths_with_the_number_of_their_folder(
    pictures, capsys
):
    dataset = image_dataset_from_directory(
        pictures, shuffle=False, image_size=(7, 9), batch_size=5
    )
    assert capsys.readouterr().out == "Found 13 files belonging to 3 classes.\n"
    assert dataset.class_names == ["ants", "cats", "dogs"]
    assert names(dataset, pictures) == NAMES
    batches = list(dataset)
    assert [x.shape for x, _ in batches] == [(5, 7, 9, 3), (5, 7, 9, 3), (3, 7, 9, 3)]
    assert (
        np.concatenate([y for _, y in batches]).tolist() == [0] * 4 + [1] * 4 + [2] * 5
    )
    x, y = batches[0]
    assert (x.dtype, y.dtype) == ("float32", "int32")
    expected = np.asarray(image.open(pictures / "ants" / "1.png"))
    np.testing.assert_array_equal(x[1], expected)


def test_labels_as_rows_columns_lists_or_not_at_all(pictures):
    def first(**arguments):
        return image_dataset_from_directory(
            pictures, shuffle=False, image_size=(2, 2), verbose=False, **arguments
        )[0]

    _, rows = first(label_mode="categorical")
    np.testing.assert_array_equal(rows[[0, 4, 8]], np.eye(3))
    _, column = first(label_mode="binary", class_names=["dogs", "ants"])
    assert column.shape == (9, 1)
    assert column.dtype == "float32"
    assert column.ravel().tolist() == [0] * 5 + [1] * 4
    _, given = first(labels=list(range(14)))
    assert given.tolist() == list(range(14))
    assert first(labels=None).shape == (14, 2, 2, 3)
    assert first(label_mode=None).shape == (14, 2, 2, 3)


def test_shapes_of_colours_and_data_format(pictures):
    x, _ = image_dataset_from_directory(
        pictures,
        image_size=(5, 4),
        color_mode="rgba",
        data_format="channels_first",
        batch_size=None,
        verbose=False,
    )[0]
    assert x.shape == (1, 4, 5, 4)
    gray, _ = image_dataset_from_directory(
        pictures, image_size=(5, 4), color_mode="grayscale", verbose=False
    )[0]
    assert gray.shape == (13, 5, 4, 1)


def test_a_seed_gives_the_order_of_keras_and_parts_that_do_not_overlap(
    pictures, capsys
):
    both = image_dataset_from_directory(
        pictures, seed=3, validation_split=0.3, subset="both"
    )
    assert "Using 10 files for training.\nUsing 3 files" in capsys.readouterr().out
    # Recorded from Keras 3.15.
    assert names(both[1], pictures) == ["dogs/1.png", "dogs/0.png", "dogs/2.png"]
    assert names(both[0], pictures)[:3] == ["cats/2.png", "cats/0.png", "ants/1.png"]
    for subset, dataset in zip(("training", "validation"), both, strict=True):
        again = image_dataset_from_directory(
            pictures, seed=3, validation_split=0.3, subset=subset
        )
        assert names(again, pictures) == names(dataset, pictures)


def test_files_are_mixed_anew_after_each_epoch_with_their_labels(pictures):
    dataset = image_dataset_from_directory(
        pictures, image_size=(7, 9), seed=1, batch_size=13, verbose=False
    )
    x, y = dataset[0]
    dataset.on_epoch_end()
    x2, y2 = dataset[0]
    assert not np.array_equal(x, x2)
    keys = {a.tobytes(): label for a, label in zip(x, y, strict=True)}
    assert [keys[a.tobytes()] for a in x2] == y2.tolist()


def test_fit_takes_pictures(pictures):
    dataset = image_dataset_from_directory(pictures, image_size=(4, 4), verbose=False)
    model = keras.Sequential(
        [
            keras.Input((4, 4, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(dataset, epochs=2, verbose=0)
    assert model.evaluate(dataset, verbose=0) < 2


def test_fit_takes_texts(tmp_path):
    for name, words in (("bad", "a bad one"), ("good", "a good one")):
        (tmp_path / name).mkdir()
        for i in range(3):
            text = words + " really" * i + " é"
            (tmp_path / name / f"{i}.txt").write_text(text, encoding="utf-8")
    dataset = text_dataset_from_directory(
        tmp_path, batch_size=2, label_mode="binary", verbose=False, seed=0
    )
    layer = keras.layers.TextVectorization(output_mode="multi_hot")
    layer.adapt(dataset)
    assert set(layer.get_vocabulary()) >= {"good", "bad", "really", "é"}
    model = keras.Sequential([layer, keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.3), "binary_crossentropy")
    model.fit(dataset, epochs=40, verbose=0)
    assert model.evaluate(dataset, verbose=0) < 0.1
    short = text_dataset_from_directory(
        tmp_path, max_length=3, shuffle=False, labels=None, verbose=False
    )
    assert short[0].tolist() == ["a b"] * 3 + ["a g"] * 3
    assert short.class_names is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"labels": "given"}, "one whole number for each file"),
        ({"labels": [1]}, "a list of 14"),
        ({"label_mode": "ints"}, "Did you mean"),
        ({"class_names": ["bees"]}, "names of subfolders"),
        ({"labels": None, "class_names": ["cats"]}, "names of subfolders"),
        ({"subset": "training"}, "go together"),
        ({"validation_split": 0.2, "subset": "training"}, "must not overlap"),
        ({"validation_split": 2, "subset": "training", "seed": 1}, "share"),
        ({"validation_split": 0.2, "subset": "test", "seed": 1}, "subset"),
        ({"label_mode": "binary"}, "for 2 classes"),
        ({"color_mode": "cmyk"}, "color_mode"),
        ({"interpolation": "best"}, "interpolation"),
    ],
)
def test_errors_say_what_to_do(pictures, arguments, message):
    with pytest.raises(ValueError, match=message):
        image_dataset_from_directory(pictures, **arguments)


def test_a_folder_without_files_is_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"no files.*\.txt"):
        text_dataset_from_directory(tmp_path, labels=None)


def test_smart_resize_cuts_off_what_does_not_fit():
    x = np.arange(12.0).reshape(1, 2, 6, 1)
    found = smart_resize(x, (1, 1), interpolation="nearest")
    assert isinstance(found, np.ndarray)
    assert found.tolist() == [[[[9.0]]]]
    assert smart_resize(keras.ops.convert_to_tensor(x[0]), (4, 4)).shape == (4, 4, 1)
    first = x.transpose(0, 3, 1, 2)
    found = smart_resize(first, (2, 2), data_format="channels_first")
    assert found.tolist() == [[[[2.0, 3.0], [8.0, 9.0]]]]
    whole = smart_resize(np.uint8(x), (1, 4))
    assert whole.dtype == "float32"
    np.testing.assert_allclose(whole.ravel(), [0.25, 1.75, 3.25, 4.75])
    with pytest.raises(TypeError, match="sizes"):
        smart_resize(x, (1, 1), sizes=3)
    with pytest.raises(ValueError, match=r"\(height, width\)"):
        smart_resize(x, (1, 2, 3))
