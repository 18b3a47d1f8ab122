"""Preprocessing layers in saved models: what they have learned comes along."""

import numpy as np
import pytest

from edukeras import Sequential, layers
from edukeras.layers import preprocessing as p
from edukeras.saving import load_model

IMAGES = np.random.default_rng(0).uniform(0, 255, (2, 6, 6, 3)).astype("float32")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_statistics_come_back(tmp_path, suffix):
    layer = p.Normalization()
    layer.adapt(np.float32([[1, 10], [3, 30]]))
    model = Sequential([layers.Input((2,)), layer])
    model.save(tmp_path / f"model{suffix}")
    again = load_model(tmp_path / f"model{suffix}")
    assert again.predict(np.float32([[2, 10]]), verbose=0).tolist() == [[0, -1]]


def test_vocabulary_and_bins_come_back(tmp_path):
    lookup = p.IntegerLookup(output_mode="count")
    lookup.adapt(np.array([[36, 7], [1138, 36]]))
    model = Sequential([layers.Input((2,), dtype="int32"), lookup])
    x = np.array([[36, 5], [7, 7]], "int32")
    expected = model.predict(x, verbose=0)
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(x, verbose=0), expected)
    bins = p.Discretization(num_bins=3)
    bins.adapt(np.arange(30.0))
    Sequential([layers.Input((2,)), bins]).save(tmp_path / "bins.keras")
    again = load_model(tmp_path / "bins.keras")
    assert again.layers[-1].bin_boundaries == bins.bin_boundaries


def test_image_layers_and_pipelines_come_back(tmp_path):
    pipeline = p.Pipeline([p.Resizing(4, 4, antialias=True), p.RandomFlip()])
    model = Sequential([layers.Input((6, 6, 3)), pipeline, p.Rescaling(1 / 255)])
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(
        again.predict(IMAGES, verbose=0), model.predict(IMAGES, verbose=0), rtol=1e-6
    )
