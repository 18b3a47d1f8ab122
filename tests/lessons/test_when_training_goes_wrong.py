"""Lesson 12 promises: what four trainings look like, and what kills units."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers

LOSS = "sparse_categorical_crossentropy"


@pytest.fixture(scope="module")
def digits():
    (x, y), (x_new, y_new) = keras.datasets.digits.load_data()
    return x.reshape(-1, 64) / 16, y, x_new.reshape(-1, 64) / 16, y_new


def network():
    return keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


@pytest.mark.parametrize("seed", [1, 3])
def test_four_curves_tell_four_stories(digits, seed):
    x, y, x_new, y_new = digits

    def train(optimizer, x, y):
        keras.utils.set_random_seed(seed)
        model = network()
        model.compile(optimizer, LOSS)
        new = (x_new, y_new)
        return model.fit(x, y, epochs=40, validation_data=new, verbose=0).history

    few = np.arange(120)
    wrong = np.where(few % 3 == 0, (y[few] + 1) % 10, y[few])
    slow = train(keras.optimizers.SGD(0.0003), x, y)
    by_heart = train(keras.optimizers.Adam(0.02), x[few], wrong)
    fast = train(keras.optimizers.SGD(1.5), x, y)
    healthy = train(keras.optimizers.Adam(0.001), x, y)
    assert slow["loss"][-1] > 1.9
    assert by_heart["loss"][-1] < 0.3
    assert by_heart["val_loss"][-1] > 1.3 * min(by_heart["val_loss"])
    assert fast["loss"][-1] > 2 * healthy["loss"][-1]
    assert healthy["val_loss"][-1] < 1.1 * min(healthy["val_loss"])


@pytest.mark.parametrize("seed", [1, 3])
def test_large_steps_kill_units(digits, seed):
    x, y, *_ = digits
    shares = []
    for rate in (0.001, 0.03, 0.3):
        keras.utils.set_random_seed(seed)
        model = network()
        model.compile(keras.optimizers.Adam(rate), LOSS)
        model.fit(x, y, epochs=5, verbose=0)
        hidden = np.asarray(model.layers[0](x))
        shares.append((hidden == 0).all(axis=0).mean())
    assert shares[0] < 0.2 < min(shares[1:])
