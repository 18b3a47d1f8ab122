"""Ctrl-C during `fit`: the model is one that whole steps lead to, and can go on."""

import os
import signal
import sys
import threading
import types

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers

X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


@pytest.fixture(autouse=True)
def _outside_notebooks(monkeypatch):
    """Some plugin of pytest may have loaded ipykernel."""
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)


class Interrupted(keras.optimizers.Adam):
    """Adam; in the middle of one update the user presses Ctrl-C."""

    at = 10  # in the third epoch of four batches
    times = 1

    def update_step(self, gradient, variable, learning_rate):
        second = variable is self._trainable_variables[1]
        if second and self._update_number() == self.at:
            for _ in range(self.times):
                signal.raise_signal(signal.SIGINT)
        super().update_step(gradient, variable, learning_rate)


def compiled(optimizer):
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(4, activation="tanh"),
            layers.BatchNormalization(),
            layers.Dense(1),
        ]
    )
    model.compile(optimizer, "mse")
    return model


def fit(model, epochs=5, **options):
    return model.fit(
        X, Y, batch_size=16, epochs=epochs, shuffle=False, verbose=0, **options
    )


def state(model):
    weights = [v.numpy() for v in model.weights]
    return weights + [np.array(v.numpy()) for v in model.optimizer.variables]


def test_an_interrupt_waits_for_the_end_of_the_step():
    model = compiled(Interrupted())
    with pytest.raises(KeyboardInterrupt):
        fit(model)
    reference = compiled("adam")
    fit(reference, epochs=2)
    fit(reference, epochs=1, steps_per_epoch=2)
    assert model.optimizer.iterations.numpy() == 10
    for value, expected in zip(state(model), state(reference), strict=True):
        np.testing.assert_array_equal(value, expected)


def test_the_history_so_far_is_kept_and_training_can_go_on():
    model = compiled(Interrupted())
    with pytest.raises(KeyboardInterrupt):
        fit(model)
    assert model.history.epoch == [0, 1]
    assert len(model.history.history["loss"]) == 2
    again = fit(model, epochs=30)
    assert again.history["loss"][-1] < again.history["loss"][0]
    assert model.optimizer.iterations.numpy() == 10 + 30 * 4


def test_in_a_notebook_fit_returns_the_history_so_far(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    ended = []
    watch = keras.callbacks.LambdaCallback(on_train_end=lambda logs: ended.append(1))
    history = fit(compiled(Interrupted()), callbacks=[watch])
    assert history.epoch == [0, 1]
    assert ended == [1]
    captured = capsys.readouterr()
    assert "the model keeps what it has learned" in captured.out
    assert captured.err == ""


def test_a_second_interrupt_does_not_wait():
    optimizer = Interrupted()
    optimizer.times = 2
    model = compiled(optimizer)
    with pytest.raises(KeyboardInterrupt):
        fit(model)
    assert model.optimizer.iterations.numpy() == 9


def test_interrupts_from_outside_find_whole_steps():
    model = compiled("adam")
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        fit(model, epochs=10**6)
    steps = int(model.optimizer.iterations)
    reference = compiled("adam")
    fit(reference, epochs=steps // 4)
    if steps % 4:
        fit(reference, epochs=1, steps_per_epoch=steps % 4)
    for value, expected in zip(state(model), state(reference), strict=True):
        np.testing.assert_array_equal(value, expected)


def test_a_callback_is_interrupted_at_once():
    seen = []

    def press(batch, logs):
        signal.raise_signal(signal.SIGINT)
        seen.append(batch)

    watch = keras.callbacks.LambdaCallback(on_train_batch_end=press)
    with pytest.raises(KeyboardInterrupt):
        fit(compiled("adam"), callbacks=[watch])
    assert seen == []


def test_afterwards_interrupts_do_what_they_did_before():
    before = signal.getsignal(signal.SIGINT)
    fit(compiled("adam"), epochs=1)
    assert signal.getsignal(signal.SIGINT) is before


def test_training_in_a_thread_leaves_signals_alone():
    model = compiled("adam")
    thread = threading.Thread(target=fit, args=(model,))
    thread.start()
    thread.join()
    assert model.optimizer.iterations.numpy() == 20
