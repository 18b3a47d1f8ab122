"""The controls of a training that runs; real clicks are in tests/browser."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers
from edukeras.jupyter import LiveCurves
from edukeras.jupyter.live_controls import LiveControls
from edukeras.jupyter.live_display import LiveDisplay
from edukeras.jupyter.live_messages import LiveMessages

X = np.linspace(-1, 1, 32)[:, None]


class Place:
    def update(self, thing):
        self.shown = thing


@pytest.fixture
def clicks(live, monkeypatch):
    """A list of functions of the controls: one is called at each look at them."""
    waiting = []

    class Messages(LiveMessages):
        controls = None

        def deliver(self):
            if waiting:
                waiting.pop(0)(self.controls)

    class Display(LiveDisplay):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            self.messages = Messages(None, self.controls.active)
            self.messages.controls = self.controls

    clock = iter(np.arange(100.0, 1000.0))
    monkeypatch.setattr("edukeras.jupyter.live_curves.perf_counter", clock.__next__)
    monkeypatch.setattr("edukeras.jupyter.live_curves.LiveDisplay", Display)
    monkeypatch.setattr(
        "IPython.display.display", lambda thing, raw=False, display_id=None: Place()
    )
    return waiting


def fit(callbacks, **options):
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile(options.pop("optimizer", "sgd"), "mse")
    options = {"epochs": 5, "batch_size": 8, "verbose": 0, **options}
    model.fit(X, 2 * X, callbacks=callbacks, **options)
    return model


def nothing(controls):
    pass


def test_stop_ends_training_within_the_batch_and_is_noted(clicks, capsys):
    clicks[:] = [nothing] * 5 + [lambda c: c.stop_button.click()]
    live = LiveCurves()
    model = fit([live])
    assert model.optimizer.iterations == 6  # 4 batches in each epoch
    assert live.epoch == [0, 1]
    assert live.curves().notes == ("Stopped by hand in epoch 2.",)


def test_the_slider_sets_the_learning_rate_and_is_noted_once_an_epoch(clicks, capsys):
    def slide(rate):
        def move(controls):
            controls.slider.value = rate

        return move

    clicks[:] = [nothing, slide(0.1), slide(0.2), nothing, slide(0.5)]
    live = LiveCurves()
    model = fit([live])
    assert float(model.optimizer.learning_rate) == pytest.approx(0.5)
    assert live.curves().notes == (
        "Learning rate set by hand in epoch 1: 0.2.",
        "Learning rate set by hand in epoch 2: 0.5.",
    )


def test_the_slider_follows_other_callbacks(clicks, capsys):
    positions = []
    clicks[:] = [lambda c: positions.append(c.slider.value)] * 20
    halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    live = LiveCurves()
    model = fit([halve, live], epochs=2)
    assert positions[0] == pytest.approx(0.01)  # where fit begins
    assert positions[-1] == pytest.approx(0.01 / 4)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.01 / 4)
    assert live.curves().notes == ()


def test_pause_waits_and_step_takes_one_batch(clicks, capsys):
    steps = []

    def count(controls):
        steps.append(int(live.model.optimizer.iterations))

    clicks[:] = [
        nothing,
        lambda c: c.pause_button.click(),
        *[count] * 3,
        lambda c: c.step_button.click(),
        *[count] * 3,
        lambda c: c.pause_button.click(),
    ]
    live = LiveCurves()
    model = fit([live])
    assert sorted(set(steps)) == [1, 2]
    assert steps == sorted(steps)
    assert model.optimizer.iterations == 20  # none is lost


def test_stop_ends_a_pause(clicks, capsys):
    clicks[:] = [
        lambda c: c.pause_button.click(),
        nothing,
        lambda c: c.stop_button.click(),
    ]
    assert fit([LiveCurves()]).optimizer.iterations == 1


def test_a_schedule_cannot_be_moved(clicks, capsys):
    disabled = []
    clicks[:] = [lambda c: disabled.append(c.slider.disabled)]
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    fit([LiveCurves()], optimizer=keras.optimizers.SGD(schedule))
    assert disabled == [True]


def test_the_slider_reaches_around_the_rate(live):
    slider = LiveControls(0.003).slider
    assert (slider.min, slider.max) == (-6, -1)
    assert slider.value == pytest.approx(0.003)
    assert LiveControls(0.0).slider.value == pytest.approx(1e-6)


def test_steps_count_only_while_paused(live):
    controls = LiveControls(0.1)
    assert controls.step_button.disabled
    controls.pause_button.click()
    assert not controls.step_button.disabled
    assert controls.must_wait()
    controls.step_button.click()
    assert not controls.must_wait()
    assert controls.must_wait()
    controls.pause_button.click()
    assert not controls.must_wait()
    assert controls.step_button.disabled


def test_without_a_known_kernel_nothing_can_arrive():
    assert not LiveMessages(None, []).can_arrive
    LiveMessages(object(), []).deliver()
