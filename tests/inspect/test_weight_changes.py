import numpy as np
import pytest

import edukeras as keras
from edukeras.callbacks import WeightHistory
from edukeras.inspect import compare_weights, describe_weights
from edukeras.inspect.weight_grid import strongest_cells, weight_grid
from tests.inspect.sanitiser import check


@pytest.fixture
def trained(model):
    """The model, its weights before, and the history of its training."""
    history = WeightHistory()
    before = model.get_weights()
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).normal(size=(20, 2))
    model.fit(x, x[:, :1], epochs=4, verbose=0, callbacks=[history])
    return model, before, history


def test_changes_are_the_differences(trained):
    model, before, _ = trained
    view = compare_weights(model, before)
    for change, old, new in zip(view.changes, before, model.get_weights(), strict=True):
        np.testing.assert_allclose(change.difference, new - old, atol=1e-7)
        norm = np.linalg.norm(new - old) / max(np.linalg.norm(old), 1e-30)
        if np.linalg.norm(old):
            assert change.relative == pytest.approx(norm, rel=1e-5)
        assert change.turned == ((old < 0) & (new > 0) | (old > 0) & (new < 0)).sum()


def test_a_history_is_compared_from_its_first_epoch(trained):
    model, before, history = trained
    assert compare_weights(model, history).text() == (
        compare_weights(model, before).text()
    )


def test_nothing_has_changed_without_training(model):
    text = compare_weights(model, model.get_weights()).text()
    assert text.count("unchanged") == 4


def test_weights_of_another_model_are_refused(model):
    with pytest.raises(ValueError, match=r"no earlier weights.*Received"):
        compare_weights(model, [np.zeros((3, 3))])


def test_the_report_has_changes_and_the_course_of_the_epochs(trained):
    model, before, history = trained
    view = describe_weights(model, compare=before, history=history)
    assert "Changed by" in view.text()
    assert "epoch 0" in view.text()
    assert "epoch 4" in view.text()
    size = np.sqrt(np.mean(before[0] ** 2))
    assert f"{size:.3g}" in view.text()
    assert max(map(len, view.text().splitlines())) <= 100
    check(view.html())
    one = describe_weights(model, "out", compare=before, history=history)
    assert [change.path for change in one.changes.changes] == ["out/kernel", "out/bias"]


def test_a_report_can_go_back_to_an_epoch(trained):
    model, before, history = trained
    view = describe_weights(model, "out", history=history)
    np.testing.assert_array_equal(view.at(0).weights[0].values, before[2])
    np.testing.assert_array_equal(view.at(2).weights[0].values, history.at(2)[2])
    assert view.at(4).weights[0].mean == view.weights[0].mean


def test_a_history_of_another_model_is_refused(trained):
    _, _, history = trained
    other = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, name="else")])
    with pytest.raises(ValueError, match="kept nothing of"):
        describe_weights(other, history=history)


def test_every_cell_of_a_small_matrix_tells_its_value():
    values = np.random.default_rng(0).normal(size=(4, 3))
    html = weight_grid(values)
    check(html)
    for (row, unit), value in np.ndenumerate(values):
        assert f'title="input {row}, unit {unit}: {value:.4g}"' in html


def test_the_strongest_cells_come_first():
    html = strongest_cells(np.array([[1.0, -5.0], [3.0, 0.0]]), count=2)
    assert html.index("(0, 1)") < html.index("(1, 0)")
    assert "(0, 0)" not in html
