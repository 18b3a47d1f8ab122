"""Lesson 11 promises: what is a good soup, and what known features are worth."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers

# What the digits are called on the other planet.
PLANET = np.array([3, 1, 4, 0, 5, 9, 2, 6, 8, 7])
LOSS = "sparse_categorical_crossentropy"


def reader():
    return keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(32, activation="relu", name="features"),
            layers.Dense(10, activation="softmax", name="head"),
        ]
    )


@pytest.fixture(scope="module")
def digits():
    (x, y), (x_new, y_new) = keras.datasets.digits.load_data()
    return x.reshape(-1, 64) / 16, y, x_new.reshape(-1, 64) / 16, y_new


def trained(x, y, epochs, start=None, rate=0.001, frozen=False):
    model = reader()
    if start is not None:
        model.set_weights(start)
    model.layers[0].trainable = not frozen
    model.compile(keras.optimizers.Adam(rate), LOSS)
    model.fit(x, y, epochs=epochs, verbose=0)
    return model


def share_right(model, x, y):
    return np.mean(model.predict(x, verbose=0).argmax(axis=1) == y)


@pytest.mark.parametrize("seed", [1, 4])
def test_soup_needs_the_same_start(digits, seed):
    x, y, x_new, y_new = digits
    keras.utils.set_random_seed(seed)
    start = trained(x, y, 20).get_weights()
    for first, good in ((start, True), (None, False)):
        cooks = [trained(x[k::4], y[k::4], 30, first) for k in range(4)]
        soup = reader()
        lists = [cook.get_weights() for cook in cooks]
        soup.set_weights([np.mean(w, axis=0) for w in zip(*lists, strict=True)])
        assert min(share_right(cook, x_new, y_new) for cook in cooks) > 0.85
        assert (share_right(soup, x_new, y_new) > 0.85) == good


@pytest.mark.parametrize("seed", [0, 2])
def test_known_features_help_those_with_20_examples(digits, seed):
    x, y, x_new, y_new = digits
    keras.utils.set_random_seed(seed)
    features = trained(x, y, 20).get_weights()[:2]
    known, nothing = [], []
    for first in range(0, 200, 20):
        few = slice(first, first + 20)
        for shares, helped in ((known, True), (nothing, False)):
            start = reader().get_weights()
            start[:2] = features if helped else start[:2]
            model = trained(x[few], PLANET[y[few]], 40, start, 0.01, frozen=helped)
            shares.append(share_right(model, x_new, PLANET[y_new]))
    assert np.mean(known) > 0.7 > np.mean(nothing)
