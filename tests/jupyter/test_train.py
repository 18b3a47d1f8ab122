"""%%train, %gradflow, %curves of several runs, and their functions."""

import numpy as np
import pytest
from IPython.core.error import UsageError

import edukeras as keras
from edukeras import layers
from edukeras.callbacks import History
from edukeras.inspect.compared_curves import ComparedCurves
from edukeras.inspect.curves import LearningCurves
from edukeras.inspect.gradient_flow import GradientFlow
from edukeras.jupyter import LiveCurves, curves, gradflow, train

X = np.linspace(-1, 1, 32)[:, None]


@pytest.fixture
def cells(ip, monkeypatch):
    """A shell with a compiled model, and what is displayed in it."""
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)], name="line")
    model.compile("sgd", "mse")
    ip.user_ns.update(model=model, x=X, y=2 * X)
    monkeypatch.setattr("edukeras.jupyter.live_curves.shell", lambda: ip)
    ip.shown = []
    monkeypatch.setattr("IPython.display.display", ip.shown.append)
    return ip


FIT = "history = model.fit(x, y, epochs=3)\n"


def test_a_cell_shows_the_curves_of_its_fit_and_no_progress_bar(cells, capsys):
    value = cells.run_cell_magic("train", "", FIT)
    assert isinstance(value, History)
    assert cells.user_ns["history"] is value
    (view,) = cells.shown
    assert isinstance(view, LearningCurves)
    assert view.last_epoch == 3
    assert capsys.readouterr().out == ""


def test_the_value_of_the_last_line_is_that_of_the_cell(cells):
    assert cells.run_cell_magic("train", "", FIT + "len(history.epoch)") == 3


def test_lr_sets_the_learning_rate_when_training_begins(cells):
    cells.run_cell_magic("train", "--lr 1/4", FIT)
    assert float(cells.user_ns["model"].optimizer.learning_rate) == 0.25


def test_compare_draws_earlier_runs_too(cells):
    cells.run_cell_magic("train", "", FIT)
    cells.run_cell_magic("train", "--compare history --no-live", FIT)
    view = cells.shown[-1]
    assert isinstance(view, ComparedCurves)
    assert [name for name, _ in view.runs] == ["run 1", "this run"]


def test_an_error_in_the_cell_is_the_cells_own(cells):
    with pytest.raises(ZeroDivisionError):
        cells.run_cell_magic("train", "", "1 / 0")


def test_a_cell_that_brings_its_own_live_curves_has_them_once(cells):
    cells.user_ns["LiveCurves"] = LiveCurves
    cell = "history = model.fit(x, y, callbacks=[LiveCurves()])"
    cells.run_cell_magic("train", "", cell)
    assert len(cells.shown) == 1


def test_after_the_cell_fit_is_as_before(cells, capsys):
    cells.run_cell_magic("train", "", FIT)
    cells.user_ns["model"].fit(X, X, epochs=1, verbose=0)
    assert len(cells.shown) == 1


def test_a_rate_that_is_no_number_is_told_in_one_line(cells):
    with pytest.raises(UsageError, match="missing"):
        cells.run_cell_magic("train", "--lr missing", FIT)


def test_the_function_is_fit_with_curves(cells):
    model = cells.user_ns["model"]
    history = train(model, X, X, lr=0.5, epochs=2)
    assert history is model.history
    assert float(model.optimizer.learning_rate) == 0.5
    assert len(cells.shown) == 1


def test_a_progress_bar_that_is_asked_for_is_there(cells, capsys):
    train(cells.user_ns["model"], X, X, epochs=1, verbose=2)
    assert "loss" in capsys.readouterr().out


def test_curves_of_several_runs_share_a_chart(cells):
    model = cells.user_ns["model"]
    one = model.fit(X, X, epochs=2, verbose=0)
    two = model.fit(X, X, epochs=3, verbose=0)
    cells.user_ns.update(one=one, two=two)
    view = cells.run_line_magic("curves", "one two")
    assert [name for name, _ in view.runs] == ["one", "two"]
    view = cells.run_line_magic("curves", "one two --names 'first run, second'")
    assert [name for name, _ in view.runs] == ["first run", "second"]
    assert curves({"a": one, "b": two}) == curves([one, two], names=["a", "b"])
    assert isinstance(curves(one), LearningCurves)
    assert isinstance(curves(one.history), LearningCurves)


def test_curves_without_enough_names_are_refused():
    with pytest.raises(ValueError, match="Each run needs a name"):
        curves([{"loss": [1.0]}], names=["a", "b"])


def test_gradflow_shows_the_layers(cells):
    view = cells.run_line_magic("gradflow", "model x 2*x")
    assert isinstance(view, GradientFlow)
    model = cells.user_ns["model"]
    assert view == gradflow(model, X, 2 * X)
    with pytest.raises(UsageError):
        cells.run_line_magic("gradflow", "x x x")
