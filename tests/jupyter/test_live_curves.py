import threading

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers
from edukeras.inspect import learning_curves
from edukeras.jupyter import LiveCurves, extension
from edukeras.jupyter.live_chart import live_chart

X = np.linspace(-1, 1, 32)[:, None]


def fit(callback, **options):
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    options = {"epochs": 3, "verbose": 0, "callbacks": [callback], **options}
    return model.fit(X, 2 * X, **options)


class Place:
    """An output area: what `display(..., display_id=True)` returns."""

    def __init__(self):
        self.shown = []

    def update(self, thing):
        self.shown.append(thing)


class Events:
    def __init__(self):
        self.after = []

    def register(self, name, function):
        assert name == "post_run_cell"
        self.after.append(function)

    def unregister(self, name, function):
        self.after.remove(function)


class Shell:
    """As much of IPython as LiveCurves talks to."""

    def __init__(self):
        self.events = Events()


@pytest.fixture
def notebook(live, monkeypatch):
    """A live notebook; gives the shell, and the places where things were shown."""
    shell, places = Shell(), []

    def display(thing, raw=False, display_id=None):
        places.append(Place())
        places[-1].shown.append(thing)
        return places[-1]

    monkeypatch.setattr("edukeras.jupyter.live_curves.shell", lambda: shell)
    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr(LiveCurves, "shown_in_this_cell", False)
    return shell, places


def test_it_keeps_what_history_keeps(capsys):
    live = LiveCurves()
    history = fit(live, validation_split=0.25)
    assert live.history == history.history
    assert live.epoch == history.epoch


def test_outside_notebooks_the_table_is_printed(capsys):
    live = LiveCurves()
    fit(live)
    printed = capsys.readouterr()
    assert printed.out == live.curves().text() + "\n"
    assert printed.err == ""


def test_the_chart_gives_its_place_to_the_final_picture(notebook):
    shell, places = notebook
    live = LiveCurves()
    fit(live)
    (place,) = places
    first, last = place.shown
    assert "application/vnd.jupyter.widget-view+json" in first
    assert last == live.curves()
    assert [curve.name for curve in last.curves] == ["loss"]


def test_it_draws_at_most_ten_times_a_second(notebook, monkeypatch):
    clock = iter(np.arange(100.0, 200.0, 0.03))
    monkeypatch.setattr(
        "edukeras.jupyter.live_curves.perf_counter", lambda: next(clock)
    )
    live, drawn = LiveCurves(), []
    monkeypatch.setattr(live, "_draw", drawn.append)
    fit(live, epochs=12, batch_size=16)  # asks the clock before each of 24 batches
    assert len(drawn) == 6  # in 0.72 seconds: 0, 0.12 ...


def test_training_in_a_thread_draws_too(notebook):
    _, places = notebook
    live = LiveCurves()
    thread = threading.Thread(target=fit, args=(live,))
    thread.start()
    thread.join()
    assert places[0].shown[-1] == live.curves()


@pytest.mark.parametrize("mistake", [ValueError, KeyboardInterrupt])
def test_after_an_error_the_cell_still_ends_with_a_picture(notebook, mistake):
    shell, places = notebook

    def fail(epoch, logs):
        if epoch == 1:
            raise mistake("stop")

    live = LiveCurves()
    stop = keras.callbacks.LambdaCallback(on_epoch_end=fail)
    try:
        fit(live, callbacks=[live, stop])
    except (ValueError, KeyboardInterrupt):
        pass
    for function in list(shell.events.after):
        function(None)
    assert shell.events.after == []
    assert places[0].shown[-1].last_epoch == 2
    assert len(places[0].shown) == 2


def test_a_history_is_not_drawn_twice_in_one_cell(notebook):
    shell, _ = notebook
    history = fit(LiveCurves())
    assert "3 epochs, drawn above" in extension._history_html(history)
    for function in list(shell.events.after):  # the cell ends
        function(None)
    assert extension._history_html(history) == learning_curves(history).html()


def test_training_in_a_thread_does_not_hide_later_curves(notebook):
    live = LiveCurves()
    thread = threading.Thread(target=fit, args=(live,))
    thread.start()
    thread.join()
    assert not LiveCurves.shown_in_this_cell


def test_a_second_fit_starts_anew(capsys):
    live = LiveCurves()
    fit(live)
    fit(live, epochs=1)
    assert len(live.history["loss"]) == 1


# -- the chart ----------------------------------------------------------------


def test_the_chart_leaves_room_for_the_epochs_to_come():
    curves = learning_curves({"loss": [4.0, 2.0, 1.0]})
    svg = live_chart(curves, epochs=5)
    # From x = 52 to 328 for epochs 1 to 5, from y = 28 (4.0) to 196 (1.0).
    assert 'points="52.0,28.0 121.0,140.0 190.0,196.0"' in svg
    assert 'aria-label="Learning curves, 3 epochs: loss from 4 to 1."' in svg


def test_the_chart_of_a_long_training_is_at_most_twice_as_wide_as_the_curve():
    svg = live_chart(learning_curves({"loss": list(range(40, 0, -1))}), epochs=5000)
    assert 'text-anchor="end">80</text>' in svg


def test_the_chart_thins_long_curves_but_keeps_the_last_point():
    curves = learning_curves({"loss": list(np.linspace(1, 0, 5001))})
    points = live_chart(curves, epochs=5001).split('points="')[1].split('"')[0]
    assert len(points.split()) < 320
    assert points.endswith("328.0,196.0")


@pytest.mark.parametrize(
    "values", [[1.0], [2.0, 2.0], [float("nan")], [float("inf"), 1]]
)
def test_the_chart_stands_odd_values(values):
    svg = live_chart(learning_curves({"loss": values, "val_loss": values}), epochs=3)
    numbers = svg.replace('role="img"', "").split("</text>")
    assert all("nan" not in part.split(">")[-1] for part in numbers)
    assert 'points="nan' not in svg
