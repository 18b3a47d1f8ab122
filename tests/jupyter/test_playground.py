"""The playground's controls and its thread; real clicks are in tests/browser."""

import time

import numpy as np
import pytest

import edukeras as keras
from edukeras.inspect.playground import PlaygroundView
from edukeras.jupyter.playground import Playground, playground


@pytest.fixture
def made(live, monkeypatch):
    monkeypatch.setattr("edukeras.jupyter.playground.is_live", lambda: True)
    opened = playground(epochs=0, points=100)
    until(lambda: opened.picture.value)
    yield opened
    opened.worker.close()


def until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def epoch(opened):
    return opened._training.epoch


def test_where_nobody_watches_it_is_a_picture():
    assert isinstance(playground(epochs=1), PlaygroundView)
    assert keras.playground(epochs=2).text() == playground(epochs=2).text()


def test_it_begins_untrained_and_step_is_one_epoch(made):
    assert isinstance(made, Playground)
    assert epoch(made) == 0
    made.controls.step.click()
    until(lambda: "<b>Epoch 1</b>" in made.page.value)
    assert epoch(made) == 1


def test_run_and_pause(made):
    made.controls.pace.value = 1e6
    made.controls.run.click()
    until(lambda: epoch(made) > 3)
    made.controls.run.click()
    assert made.controls.run.description == "Run"
    time.sleep(0.3)
    before = epoch(made)
    time.sleep(0.2)
    assert epoch(made) == before


def test_the_learning_rate_keeps_what_was_learned(made):
    made.controls.step.click()
    until(lambda: epoch(made) == 1)
    made.controls.rate.value = 0.5
    until(lambda: "learning rate 0.5" in made.page.value)
    assert epoch(made) == 1
    assert float(made._training.model.optimizer.learning_rate) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("control", "value"),
    [
        ("data", "spiral"),
        ("noise", 0.5),
        ("test_share", 0.3),
        ("batch_size", 50),
        ("activation", "relu"),
        ("optimizer", "sgd"),
        ("penalty", "l1"),
        ("penalty_rate", 0.1),
        ("batch_norm", True),
        ("dropout", 0.4),
    ],
)
def test_other_controls_make_a_new_network(made, control, value):
    made.controls.step.click()
    until(lambda: epoch(made) == 1)
    getattr(made.controls, control).value = value
    until(lambda: getattr(made._training.settings, control) == value)
    assert epoch(made) == 0


def test_layers_and_units_can_be_added_and_removed(made):
    made.controls.more.click()
    made.controls.units[2].value = 7
    until(lambda: made._training.settings.layers == (4, 2, 7))
    for _ in range(4):
        made.controls.fewer.click()
    until(lambda: made._training.settings.layers == ())


def test_without_a_feature_it_says_so_and_keeps_the_network(made):
    made.controls.features["x1"].value = False
    until(lambda: made._training.settings.features == ("x2",))
    made.controls.features["x2"].value = False
    assert "cannot have this features" in made.page.value
    made.controls.features["x1·x2"].value = True
    until(lambda: made._training.settings.features == ("x1·x2",))


def test_reset_gives_the_same_network_and_another_seed_another(made):
    first = made._training
    made.controls.reset.click()
    until(lambda: made._training is not first)
    assert made._training.losses == first.losses
    made.controls.other.click()
    until(lambda: made._training.settings.seed == 1)
    assert made._training.losses != first.losses


def test_the_code_follows(made):
    made.show_code.value = True
    until(lambda: "epochs=0" in made.code.value)
    made.controls.step.click()
    until(lambda: "epochs=1" in made.code.value)


def test_an_error_in_the_thread_shows_in_the_widget(made, monkeypatch):
    def fail(training):
        raise ZeroDivisionError("no")

    monkeypatch.setattr(made._training.__class__, "run_epoch", fail)
    made.controls.step.click()
    until(lambda: "ZeroDivisionError: no" in made.page.value)
    monkeypatch.undo()
    made.controls.step.click()
    until(lambda: epoch(made) == 1)


def test_own_data_can_be_left_and_taken_again(live, monkeypatch):
    monkeypatch.setattr("edukeras.jupyter.playground.is_live", lambda: True)
    x = np.random.default_rng(0).normal(size=(40, 2))
    opened = playground(x, np.arange(40) % 2, epochs=0)
    until(lambda: opened.picture.value)
    opened.controls.data.value = "xor"
    until(lambda: opened._training.settings.data == "xor")
    opened.controls.data.value = "own"
    until(lambda: opened._training.settings.data == "own")
    opened.worker.close()


def test_unknown_settings_are_named():
    with pytest.raises(TypeError, match="no such setting"):
        playground(depth=3)
    with pytest.raises(ValueError, match="Own data is x and y"):
        playground(np.ones((4, 2)))
