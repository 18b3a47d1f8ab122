"""Noise: none in inference, of the right size in training, repeatable by seed."""

import numpy as np
import pytest

from edukeras import GradientTape, config, layers, ops

X = np.ones((200, 50), np.float32)

NOISY = {
    "Dropout": lambda **options: layers.Dropout(0.3, **options),
    "GaussianNoise": lambda **options: layers.GaussianNoise(0.5, **options),
    "GaussianDropout": lambda **options: layers.GaussianDropout(0.3, **options),
    "AlphaDropout": lambda **options: layers.AlphaDropout(0.3, **options),
}


@pytest.mark.parametrize("name", NOISY)
def test_inference_changes_nothing(name):
    layer = NOISY[name]()
    np.testing.assert_array_equal(layer(X).array, X)
    np.testing.assert_array_equal(layer(X, training=False).array, X)


@pytest.mark.parametrize("name", NOISY)
def test_each_training_call_draws_anew(name):
    layer = NOISY[name]()
    first, second = (layer(X, training=True).array for _ in range(2))
    assert (first != second).any()


@pytest.mark.parametrize("name", NOISY)
def test_the_same_seed_gives_the_same_noise(name):
    first, second = (NOISY[name](seed=7)(X, training=True).array for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", NOISY)
def test_the_global_seed_decides_where_there_is_no_other(name):
    results = []
    for _ in range(2):
        config.set_random_seed(3)
        results.append(NOISY[name]()(X, training=True).array)
    np.testing.assert_array_equal(*results)


def test_dropout_drops_the_rate_and_scales_the_rest():
    y = layers.Dropout(0.3, seed=1)(X, training=True).array
    kept = y != 0
    assert kept.mean() == pytest.approx(0.7, abs=0.02)
    np.testing.assert_allclose(y[kept], 1 / 0.7, rtol=1e-6)
    assert y.mean() == pytest.approx(1, abs=0.03)


def test_dropout_gradient_passes_where_the_value_did():
    layer = layers.Dropout(0.5, seed=1)
    x = ops.convert_to_tensor(X)
    with GradientTape() as tape:
        tape.watch(x)
        y = layer(x, training=True)
    np.testing.assert_array_equal(tape.gradient(y, x).array, y.array)


def test_dropout_rates_0_and_1():
    np.testing.assert_array_equal(layers.Dropout(0)(X, training=True).array, X)
    np.testing.assert_array_equal(layers.Dropout(1)(X, training=True).array, 0 * X)


def test_noise_shape_shares_the_fate():
    y = layers.Dropout(0.5, noise_shape=(None, 1), seed=1)(X, training=True).array
    assert (y == y[:, :1]).all()
    assert len(np.unique(y)) == 2


@pytest.mark.parametrize(
    ("layer", "shape", "places"),
    [
        (layers.SpatialDropout1D(0.5, seed=1), (20, 6, 10), 1),
        (layers.SpatialDropout2D(0.5, seed=1), (20, 3, 4, 10), (1, 2)),
        (layers.SpatialDropout3D(0.5, seed=1), (20, 2, 3, 2, 10), (1, 2, 3)),
        (
            layers.SpatialDropout2D(0.5, data_format="channels_first", seed=1),
            (20, 10, 3, 4),
            (2, 3),
        ),
    ],
)
def test_spatial_dropout_drops_whole_channels(layer, shape, places):
    y = layer(np.ones(shape), training=True).array
    channels = y.max(axis=places)
    np.testing.assert_array_equal(channels, y.min(axis=places))
    assert (channels == 0).mean() == pytest.approx(0.5, abs=0.1)


def test_gaussian_noise_has_its_standard_deviation():
    y = layers.GaussianNoise(0.5, seed=1)(X, training=True).array
    assert y.mean() == pytest.approx(1, abs=0.02)
    assert y.std() == pytest.approx(0.5, abs=0.02)


def test_gaussian_dropout_has_the_deviation_of_dropout():
    y = layers.GaussianDropout(0.3, seed=1)(X, training=True).array
    assert y.mean() == pytest.approx(1, abs=0.02)
    assert y.std() == pytest.approx(np.sqrt(0.3 / 0.7), abs=0.02)


def test_alpha_dropout_keeps_mean_and_variance_of_normal_values():
    x = np.random.default_rng(0).normal(size=(400, 100))
    y = layers.AlphaDropout(0.3, seed=1)(x, training=True).array
    assert y.mean() == pytest.approx(0, abs=0.02)
    assert y.var() == pytest.approx(1, abs=0.03)


def test_activity_regularization_divides_by_the_batch_size():
    layer = layers.ActivityRegularization(l1=1.0, l2=0.5)
    layer(np.float32([[1, -2], [3, 0]]))
    assert float(layer.losses[0]) == pytest.approx((6 + 0.5 * 14) / 2)
