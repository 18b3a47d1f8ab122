"""The settings, and that each of them has an effect."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import config


@pytest.fixture(autouse=True)
def settings_as_before():
    floatx, epsilon, layout = (
        config.floatx(), config.epsilon(), config.image_data_format(),
    )  # fmt: skip
    yield
    config.set_floatx(floatx)
    config.set_epsilon(epsilon)
    config.set_image_data_format(layout)
    keras.config.set_dtype_policy(None)


def test_floatx_is_the_type_of_new_weights_and_of_their_arithmetic():
    config.set_floatx("float64")
    layer = keras.layers.Dense(2)
    assert layer(np.ones((1, 3), "float32")).dtype == "float64"
    assert layer.kernel.dtype == "float64"


@pytest.mark.parametrize(
    ("setter", "value", "hint"),
    [
        (config.set_floatx, "float23", "float32|float2|Did you mean"),
        (config.set_image_data_format, "channel_last", "channels_last"),
    ],
)
def test_unknown_values_are_refused_with_the_nearest(setter, value, hint):
    with pytest.raises(ValueError, match=hint):
        setter(value)


def test_epsilon_and_image_layout_are_remembered():
    config.set_epsilon(1e-3)
    config.set_image_data_format("channels_first")
    assert (config.epsilon(), config.image_data_format()) == (1e-3, "channels_first")
    assert config.standardize_data_format(None) == "channels_first"


def test_seed_repeats_weights_numpy_and_python():
    import random

    def draw():
        keras.utils.set_random_seed(3)
        layer = keras.layers.Dense(2)
        layer.build((None, 2))
        return layer.get_weights()[0].tolist(), np.random.rand(), random.random()

    assert draw() == draw()


@pytest.mark.parametrize("seed", [-1, 1.5, "a"])
def test_seeds_are_whole_numbers(seed):
    with pytest.raises(ValueError, match="whole number"):
        config.set_random_seed(seed)


def test_flags_are_what_was_last_set():
    for name in ("interactive_logging", "traceback_filtering"):
        is_enabled = getattr(config, f"is_{name}_enabled")
        assert is_enabled()
        getattr(config, f"disable_{name}")()
        assert not is_enabled()
        getattr(config, f"enable_{name}")()
        assert is_enabled()
