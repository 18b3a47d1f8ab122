import numpy as np
import pytest

import edukeras as keras
from edukeras.callbacks import WeightHistory


def trained(history, epochs=5, times=1):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="d")])
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).normal(size=(20, 3))
    seen = [model.get_weights()]
    note = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(model.get_weights())
    )
    for _ in range(times):
        model.fit(x, x[:, :2], epochs=epochs, verbose=0, callbacks=[note, history])
    return model, seen


def assert_kept(history, seen):
    for epoch, kept in zip(history.epochs, history.weights, strict=True):
        for left, right in zip(kept, seen[epoch], strict=True):
            np.testing.assert_array_equal(left, right)


def test_the_weights_before_training_and_after_every_epoch_are_kept():
    history = WeightHistory()
    model, seen = trained(history)
    assert history.epochs == [0, 1, 2, 3, 4, 5]
    assert_kept(history, seen)
    assert history.names == [variable.path for variable in model.weights]


def test_every_second_epoch_and_the_last():
    history = WeightHistory(every=2)
    _, seen = trained(history)
    assert history.epochs == [0, 2, 4, 5]
    assert_kept(history, seen)


def test_a_second_fit_goes_on():
    history = WeightHistory()
    _, seen = trained(history, epochs=2, times=2)
    assert history.epochs == [0, 1, 2, 3, 4]
    assert_kept(history, seen)


def test_another_model_begins_anew():
    history = WeightHistory()
    trained(history, epochs=3)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, name="other")])
    model.compile("sgd", "mse")
    model.fit(
        np.ones((4, 3)), np.ones((4, 1)), epochs=1, verbose=0, callbacks=[history]
    )
    assert history.epochs == [0, 1]
    assert history.weights[0][0].shape == (3, 1)


@pytest.mark.parametrize("sets", [2.5, 5.5, 9.5])
def test_memory_stays_within_its_bound(sets):
    one = (3 * 2 + 2) * 4 / 2**20  # a set of weights, in megabytes
    history = WeightHistory(megabytes=sets * one)
    _, seen = trained(history, epochs=40)
    assert len(history.epochs) <= sets
    assert history.epochs[0] == 0
    assert history.epochs[-1] == 40
    assert_kept(history, seen)


def test_the_nearest_kept_epoch_is_given():
    history = WeightHistory(every=4)
    _, seen = trained(history, epochs=8)
    np.testing.assert_array_equal(history.at(5)[0], seen[4][0])
    np.testing.assert_array_equal(history.at(100)[0], seen[8][0])


def test_asking_before_training_says_what_to_do():
    with pytest.raises(LookupError, match=r"Try: model.fit"):
        WeightHistory().at(0)


def test_senseless_arguments_are_refused():
    with pytest.raises(ValueError, match="every >= 1"):
        WeightHistory(every=0)
