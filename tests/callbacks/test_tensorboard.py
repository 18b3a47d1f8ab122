"""TensorBoard: event files, read back by TensorBoard's own reader."""

import io
from pathlib import Path

import numpy as np
import pytest

import edukeras as keras
from edukeras.callbacks import TensorBoard
from edukeras.callbacks.event_files import png
from edukeras.callbacks.tensorboard import weight_as_images

X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
Y = X[:, :1]


def events(folder):
    """tag -> [(step, tensor)] of all events in a folder."""
    reader = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="needs the package tensorboard",
    )
    from tensorboard.util.tensor_util import make_ndarray

    accumulator = reader.EventAccumulator(str(folder), size_guidance={"tensors": 0})
    accumulator.Reload()
    return {
        tag: [(e.step, make_ndarray(e.tensor_proto)) for e in accumulator.Tensors(tag)]
        for tag in accumulator.Tags()["tensors"]
    }


def plugins(folder):
    from tensorboard.backend.event_processing import event_accumulator

    accumulator = event_accumulator.EventAccumulator(str(folder))
    accumulator.Reload()
    return {
        tag: accumulator.SummaryMetadata(tag).plugin_data.plugin_name
        for tag in accumulator.Tags()["tensors"]
    }


def train(log_dir, epochs=3, layers=None, x=X, **arguments):
    pytest.importorskip("tensorboard", reason="needs the package tensorboard")
    keras.utils.set_random_seed(0)
    layers = layers or [keras.layers.Dense(2, name="hidden"), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input(x.shape[1:]), *layers])
    model.compile(keras.optimizers.SGD(0.125), "mse", metrics=["mae"])
    history = model.fit(
        x,
        Y,
        batch_size=8,
        validation_split=0.2,
        epochs=epochs,
        verbose=0,
        callbacks=[TensorBoard(log_dir, **arguments)],
    )
    return model, history.history


def test_results_of_epochs_go_to_train_and_validation(tmp_path):
    _, history = train(tmp_path)
    for run, prefix in (("train", ""), ("validation", "val_")):
        found = events(tmp_path / run)
        for name in ("loss", "mae"):
            steps = [step for step, _ in found[f"epoch_{name}"]]
            values = [value.item() for _, value in found[f"epoch_{name}"]]
            assert steps == [0, 1, 2]
            np.testing.assert_allclose(values, history[prefix + name], rtol=1e-6)
    found = events(tmp_path / "train")
    assert [v.item() for _, v in found["epoch_learning_rate"]] == [0.125] * 3
    assert set(found) == {"epoch_loss", "epoch_mae", "epoch_learning_rate", "keras"}
    assert plugins(tmp_path / "train")["epoch_loss"] == "scalars"
    found = events(tmp_path / "validation")
    steps = [step for step, _ in found["evaluation_loss_vs_iterations"]]
    assert steps == [4, 8, 12]
    assert "evaluation_mae_vs_iterations" in found


def test_the_model_is_written_as_its_json(tmp_path):
    model, _ = train(tmp_path)
    [(step, text)] = events(tmp_path / "train")["keras"]
    assert step == 0
    assert text.item() == model.to_json().encode()
    assert plugins(tmp_path / "train")["keras"] == "graph_keras_model"
    train(tmp_path / "without", write_graph=False)
    assert "keras" not in events(tmp_path / "without" / "train")


def test_results_of_batches_are_written_as_often_as_asked(tmp_path):
    train(tmp_path / "three", epochs=2, update_freq=3, write_steps_per_second=True)
    found = events(tmp_path / "three" / "train")
    assert [step for step, _ in found["batch_loss"]] == [3, 6]
    assert [step for step, _ in found["batch_steps_per_second"]] == [3, 6]
    assert all(value > 0 for _, value in found["epoch_steps_per_second"])
    train(tmp_path / "each", epochs=1, update_freq="batch")
    found = events(tmp_path / "each" / "train")
    assert [step for step, _ in found["batch_mae"]] == [1, 2, 3, 4]


def test_histograms_count_all_weights(tmp_path):
    model, _ = train(tmp_path, histogram_freq=2)
    found = events(tmp_path / "train")
    kernel = model.layers[0].kernel
    tag = f"{kernel.path}/histogram"
    assert [step for step, _ in found[tag]] == [0, 2]
    table = found[tag][-1][1]  # left edge, right edge, count
    assert table[:, 2].sum() == 6
    assert table[0, 0] == pytest.approx(kernel.numpy().min())
    assert table[-1, 1] == pytest.approx(kernel.numpy().max())
    assert plugins(tmp_path / "train")[tag] == "histograms"


def test_weights_as_pictures(tmp_path):
    model, _ = train(tmp_path, histogram_freq=1, write_images=True)
    image = pytest.importorskip("PIL.Image")
    found = events(tmp_path / "train")
    kernel = model.layers[0].kernel
    width, height, picture = found[f"{kernel.path}/image"][-1][1]
    assert (width, height) == (b"3", b"2")
    pixels = np.asarray(image.open(io.BytesIO(picture)))
    expected = np.clip(kernel.numpy().T * 255.5, 0, 255).astype("uint8")
    np.testing.assert_array_equal(pixels, expected)
    assert plugins(tmp_path / "train")[f"{kernel.path}/image"] == "images"


def test_embeddings_are_saved_and_described(tmp_path):
    whole = np.random.default_rng(0).integers(0, 5, (40, 3))
    layers = [
        keras.layers.Embedding(5, 2, name="words"),
        keras.layers.Flatten(),
        keras.layers.Dense(1),
    ]
    model, _ = train(
        tmp_path,
        layers=layers,
        x=whole,
        embeddings_freq=2,
        embeddings_metadata={"words": "words.tsv"},
    )
    text = (tmp_path / "projector_config.pbtxt").read_text()
    assert 'metadata_path: "words.tsv"' in text
    names = sorted(path.name for path in (tmp_path / "train").glob("*.h5"))
    assert names == [f"keras_embedding.ckpt-{i}.weights.h5" for i in (0, 2)]
    model.load_weights(tmp_path / "train" / names[1])
    with pytest.raises(ValueError, match="some of"):
        train(tmp_path, embeddings_freq=1, embeddings_metadata={"none": "x"})


def test_a_png_is_a_picture():
    image = pytest.importorskip("PIL.Image")
    pixels = np.random.default_rng(0).integers(0, 256, (5, 4, 3), dtype="uint8")
    again = np.asarray(image.open(io.BytesIO(png(pixels))))
    np.testing.assert_array_equal(again, pixels)


def test_which_weights_can_be_pictures():
    assert weight_as_images(np.ones(4)).shape == (1, 4, 1, 1)
    assert weight_as_images(np.ones((2, 5))).shape == (1, 2, 5, 1)
    assert weight_as_images(np.ones((3, 3, 1, 8))).shape == (8, 3, 3, 1)
    assert weight_as_images(np.ones((3, 3, 2, 8))) is None
    assert weight_as_images(np.ones((3, 3, 2, 3))).shape == (3, 3, 2, 3)


def test_without_the_package_the_message_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(ImportError, match="pip install tensorboard"):
        TensorBoard()


def test_there_is_no_profile(tmp_path):
    pytest.importorskip("tensorboard", reason="needs the package tensorboard")
    with pytest.raises(ValueError, match="profile_batch=0"):
        TensorBoard(tmp_path, profile_batch=2)
    assert not list(Path(tmp_path).iterdir())
