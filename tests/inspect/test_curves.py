import numpy as np
import pytest

import edukeras as keras
from edukeras import layers
from edukeras.inspect import learning_curves
from edukeras.inspect.curves import course
from tests.inspect.sanitiser import check

LOGGED = {
    "accuracy": [0.5, 0.75, 0.9],
    "loss": [1.0, 0.5, 0.25],
    "val_accuracy": [0.5, 0.8, 0.7],
    "val_loss": [1.0, 0.6, 0.75],
}


@pytest.fixture(scope="module")
def history():
    x = np.linspace(-1, 1, 20)[:, None]
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model.fit(x, 2 * x, epochs=3, verbose=0, validation_split=0.2)


def test_loss_comes_first_and_validation_belongs_to_its_metric():
    curves = learning_curves(LOGGED).curves
    assert [curve.name for curve in curves] == ["loss", "accuracy"]
    assert curves[0].training == (1.0, 0.5, 0.25)
    assert curves[0].validation == (1.0, 0.6, 0.75)
    assert curves[0].epochs == (1, 2, 3)


def test_what_fit_returns_is_understood(history):
    (curve,) = learning_curves(history).curves
    assert curve.training == tuple(history.history["loss"])
    assert curve.validation == tuple(history.history["val_loss"])


def test_best_is_least_for_losses_and_most_for_accuracies():
    rows = {row[0]: row[2] for row in learning_curves(LOGGED).rows()}
    assert rows == {
        "loss": "0.25 (3)",
        "val_loss": "0.6 (2)",
        "accuracy": "0.9 (3)",
        "val_accuracy": "0.8 (2)",
    }


def test_validation_every_second_epoch_stands_at_its_epochs():
    logged = {"loss": [4, 3, 2, 1, 0.5], "val_loss": [3.5, 1.5]}
    (curve,) = learning_curves(logged).curves
    assert curve.validation_epochs == (2, 4)


def test_epochs_go_on_counting_after_initial_epoch():
    class Later:
        history = {"loss": [0.5, 0.25]}
        epoch = [3, 4]

    (curve,) = learning_curves(Later()).curves
    assert curve.epochs == (4, 5)
    assert learning_curves(Later()).last_epoch == 5


def test_text_is_narrow_and_has_the_course():
    text = learning_curves(LOGGED).text()
    lines = text.splitlines()
    assert lines[0].split() == "first best (epoch) last epochs 1 to 3".split()
    assert lines[1].split() == ["loss", "1", "0.25", "(3)", "0.25", "█▃▁"]
    long = learning_curves({"a_metric_of_a_long_name" * 3: list(range(1000))}).text()
    assert max(map(len, long.splitlines())) <= 100


def test_nan_leaves_a_gap_and_is_never_best():
    view = learning_curves({"loss": [1.0, float("nan"), 0.5]})
    assert view.rows()[0][2:] == ["0.5 (3)", "0.5", "█ ▁"]
    check(view.html())
    only_nan = learning_curves({"loss": [float("nan")]})
    assert only_nan.rows()[0][2] == "-"
    check(only_nan.html())


def test_no_epoch_yet():
    view = learning_curves({})
    assert view.text() == "no epoch yet"
    check(view.html())


def test_something_else_is_explained():
    with pytest.raises(TypeError, match=r"Received: int\. Try: history = model\.fit"):
        learning_curves(3)


def test_html_survives_an_untrusted_notebook():
    pytest.importorskip("matplotlib")
    (picture,) = check(learning_curves(LOGGED).html())
    assert picture["alt"] == (
        "Learning curves, 3 epochs: loss from 1 to 0.25, val_loss from 1 to 0.75, "
        "accuracy from 0.5 to 0.9, val_accuracy from 0.5 to 0.7."
    )


def test_without_matplotlib_the_table_remains(monkeypatch):
    monkeypatch.setattr("edukeras.inspect.pictures.can_draw", lambda: False)
    html = learning_curves(LOGGED).html()
    assert check(html) == []
    assert "val_accuracy" in html


@pytest.mark.parametrize("count", [1, 2, 24, 25, 1000])
def test_the_course_of_a_long_training_fits_and_keeps_its_ends(count):
    line = course(list(range(count)))
    assert len(line) == min(count, 24)
    assert (line[0], line[-1]) == ("▁", "█" if count > 1 else "▁")
