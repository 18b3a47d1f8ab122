"""BatchNormalization by hand, and how normalization behaves over several calls."""

import numpy as np
import pytest

from edukeras import GradientTape, Sequential, kernels, layers, ops

X = np.array([[1.0, 10.0], [3.0, 30.0]], np.float32)


@pytest.fixture(params=["compiled", "reference"], autouse=True)
def kind_of_kernels(request):
    """Each test runs on both sets of kernels."""
    try:
        with kernels.using(request.param):
            yield
    except Exception:
        if request.param == "compiled" and kernels.info().kind == "reference":
            pytest.skip("the compiled kernels are not installed")
        raise


def test_training_uses_the_batch_and_moves_the_statistics():
    layer = layers.BatchNormalization(momentum=0.9, epsilon=0.0)
    y = layer(X, training=True)
    np.testing.assert_allclose(y.array, [[-1, -1], [1, 1]], rtol=1e-6)
    # moving = 0.9 * (0 or 1) + 0.1 * batch; the batch variance is biased: / n.
    np.testing.assert_allclose(layer.moving_mean.array, [0.2, 2.0], rtol=1e-6)
    np.testing.assert_allclose(
        layer.moving_variance.array, [0.9 + 0.1, 0.9 + 10], rtol=1e-6
    )


def test_inference_uses_the_moving_statistics_and_moves_nothing():
    layer = layers.BatchNormalization(epsilon=1.0)
    layer.build((None, 2))
    layer.set_weights([[2, 1], [0.5, 0], [1, 10], [3, 99]])
    y = layer(X)
    np.testing.assert_allclose(y.array, [[0.5, 0], [2.5, 2]], rtol=1e-6)
    assert layer.moving_mean.array.tolist() == [1, 10]


def test_a_sample_does_not_depend_on_its_neighbours_in_inference():
    layer = layers.BatchNormalization()
    layer(X, training=True)
    np.testing.assert_array_equal(layer(X).array[:1], layer(X[:1]).array)


def test_frozen_layer_stays_in_inference_mode():
    layer = layers.BatchNormalization()
    layer.build((None, 2))
    layer.trainable = False
    y = layer(X, training=True)
    np.testing.assert_allclose(y.array, X / np.sqrt(1.001), rtol=1e-6)
    assert layer.moving_mean.array.tolist() == [0, 0]
    assert layer.trainable_weights == []


def test_batchnorm_inside_a_frozen_model_stays_in_inference_mode():
    layer = layers.BatchNormalization()
    model = Sequential([layers.Input((2,)), layer])
    model.trainable = False
    model(X, training=True)
    assert layer.moving_mean.array.tolist() == [0, 0]


def test_moving_statistics_approach_those_of_the_data():
    layer = layers.BatchNormalization(momentum=0.5)
    for _ in range(30):
        layer(X, training=True)
    np.testing.assert_allclose(layer.moving_mean.array, [2, 20], rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.array, [1, 100], rtol=1e-5)


def test_statistics_have_no_gradient_but_gamma_and_beta_do():
    layer = layers.BatchNormalization()
    layer.build((None, 2))
    assert [w.name for w in layer.trainable_weights] == ["gamma", "beta"]
    with GradientTape() as tape:
        loss = ops.sum(layer(X, training=True))
    gamma, beta = tape.gradient(loss, layer.trainable_weights)
    np.testing.assert_allclose(gamma.array, [0, 0], atol=1e-6)
    np.testing.assert_allclose(beta.array, [2, 2])


def test_one_sample_in_training_becomes_beta():
    layer = layers.BatchNormalization(beta_initializer="ones")
    y = layer(X[:1], training=True)
    np.testing.assert_allclose(y.array, [[1, 1]])


def test_masked_steps_do_not_count():
    layer = layers.BatchNormalization(momentum=0.0)
    x = np.float32([[[1], [3], [1000]]])
    y = layer(x, training=True, mask=np.array([[True, True, False]]))
    np.testing.assert_allclose(layer.moving_mean.array, [2], rtol=1e-6)
    np.testing.assert_allclose(layer.moving_variance.array, [1], rtol=1e-6)
    np.testing.assert_allclose(y.array[0, :2, 0], [-1, 1], rtol=1e-3)


def test_half_precision_does_not_overflow():
    x = np.array([[300.0, 1.0], [500.0, 3.0]], np.float16)
    for layer in (
        layers.BatchNormalization(dtype="mixed_float16"),
        layers.LayerNormalization(axis=0, dtype="mixed_float16"),
        layers.GroupNormalization(1, dtype="mixed_float16"),
        layers.UnitNormalization(dtype="mixed_float16"),
        layers.RMSNormalization(dtype="mixed_float16"),
    ):
        y = layer(x, training=True)
        assert y.dtype == "float16"
        assert np.isfinite(y.array).all()
    layer = layers.BatchNormalization(dtype="mixed_float16")
    np.testing.assert_allclose(layer(x, training=True).array, [[-1, -1], [1, 1]], 1e-2)
    assert layer.moving_mean.dtype == "float32"


def test_layer_normalization_by_hand():
    layer = layers.LayerNormalization(epsilon=0.0)
    np.testing.assert_allclose(layer(X).array, [[-1, 1], [-1, 1]], rtol=1e-6)


def test_unit_normalization_of_zeros_stays_and_has_a_gradient():
    layer = layers.UnitNormalization()
    x = ops.convert_to_tensor(np.zeros((1, 2), np.float32))
    with GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
    assert y.array.tolist() == [[0, 0]]
    assert np.isfinite(tape.gradient(y, x).array).all()


def test_spectral_normalization_brings_the_largest_singular_value_to_1():
    inner = layers.Dense(4, kernel_initializer="he_normal")
    layer = layers.SpectralNormalization(inner, power_iterations=50)
    layer(np.ones((1, 3)), training=True)
    singular_values = np.linalg.svd(inner.kernel.array, compute_uv=False)
    assert singular_values[0] == pytest.approx(1, rel=1e-4)
    before = inner.kernel.numpy()
    layer(np.ones((1, 3)))
    np.testing.assert_array_equal(inner.kernel.array, before)
