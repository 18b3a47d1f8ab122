import numpy as np
import pytest

from edukeras.inspect import learning_curves
from edukeras.inspect.curve_marks import DIVERGENCE, OVERFITTING

NAN = float("nan")


def marks(**history):
    return [mark for c in learning_curves(history).curves for mark in c.marks()]


FALLING = [1.0, 0.8, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2]


def test_overfitting_is_marked_where_the_validation_loss_was_lowest():
    (mark,) = marks(loss=FALLING, val_loss=[1.0, 0.9, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2])
    assert (mark.name, mark.epoch, mark.value) == ("val_loss", 3, 0.7)
    assert mark.symbol == OVERFITTING
    assert mark.sentence == (
        "▲ Overfitting since epoch 3: val_loss rises from 0.7 to 1.2, "
        "loss falls from 0.6 to 0.2."
    )


@pytest.mark.parametrize(
    "validation",
    [
        FALLING,  # falls, too
        [1.0, 0.9, 0.8, 0.7, 0.7, 0.71, 0.7, 0.72],  # stays
        [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.9, 0.9],  # two bad epochs may be chance
        [1.0, 0.9, 0.8, NAN, 0.9, 1.0, 1.1, 1.2],
        [1.0, 0.5, 0.2, 0.1, 0.13, 0.15, 0.15, 0.16],  # small beside what it has fallen
    ],
)
def test_curves_that_only_look_like_overfitting_have_no_mark(validation):
    assert marks(loss=FALLING, val_loss=validation) == []


def test_without_a_falling_training_loss_it_is_no_overfitting():
    rising = [1.0, 0.9, 0.95, 1.0, 1.1, 1.2, 1.3, 1.4]
    assert marks(loss=rising, val_loss=rising) == []


def test_metrics_are_not_losses():
    assert marks(mae=FALLING, val_mae=[1.0, 0.9, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2]) == []


def test_validation_every_second_epoch_is_marked_at_its_own_epoch():
    (mark,) = marks(loss=np.linspace(1, 0.1, 10), val_loss=[1.0, 0.5, 0.6, 0.7, 0.8])
    assert mark.epoch == 4


def test_a_loss_that_is_no_number_diverged():
    (mark,) = marks(loss=[2.0, 5.0, NAN, NAN])
    assert (mark.epoch, mark.value, mark.symbol) == (2, 5.0, DIVERGENCE)
    assert "no number any more from epoch 3 on" in mark.sentence


def test_a_loss_that_grows_diverged_since_it_was_lowest():
    (mark,) = marks(loss=[2.0, 1.0, 4.0, 30.0])
    assert (mark.epoch, mark.value) == (2, 1.0)
    assert "Divergence since epoch 2: loss grows from 1 to 30." in mark.sentence


@pytest.mark.parametrize("loss", [[1.0], [1.0, 2.0], [5.0, 1.0, 4.0], [-1.0, 5.0]])
def test_a_bumpy_loss_has_not_diverged(loss):
    assert marks(loss=loss) == []


def test_the_views_say_it():
    view = learning_curves({"loss": [2.0, 1.0, 4.0, 30.0]})
    assert view.text().splitlines()[-1].startswith("✕ Divergence since epoch 2")
    assert "✕ Divergence since epoch 2" in view.html()
    assert max(map(len, view.text().splitlines())) <= 100
