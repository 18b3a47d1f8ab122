"""EarlyStopping, ReduceLROnPlateau, LearningRateScheduler, TerminateOnNaN."""

import math
from types import SimpleNamespace

import pytest

from edukeras import callbacks
from edukeras.optimizers import SGD, MultiOptimizer, OptimizerMap
from edukeras.schedules import ExponentialDecay


def losses(*values):
    return [{"loss": value} for value in values]


# -- EarlyStopping ------------------------------------------------------------

# Recorded from Keras 3.15: arguments, losses -> epochs done, weights at the end.
STOPPING = [
    ({}, [3, 2, 2, 1], 3, 3),
    ({"patience": 2}, [3, 2, 2, 2, 1], 4, 4),
    ({"patience": 2, "restore_best_weights": True}, [3, 1, 2, 2, 0], 4, 2),
    ({"restore_best_weights": True}, [3, 2, 1], 3, 3),
    ({"min_delta": 1}, [3, 2.5, 1], 2, 2),
    ({"mode": "max"}, [1, 2, 1, 5], 3, 3),
    ({"baseline": 1, "patience": 2}, [4, 3, 2, 2], 4, 4),
    ({"start_from_epoch": 2}, [1, 2, 3, 2, 3], 5, 5),
    ({"restore_best_weights": True}, [math.nan, math.nan, 1], 2, 1),
]


@pytest.mark.parametrize(("arguments", "values", "epochs", "weights"), STOPPING)
def test_training_stops_as_in_keras(arguments, values, epochs, weights, fit):
    callback = callbacks.EarlyStopping(monitor="loss", **arguments)
    model = fit([callback], losses(*values))
    assert len(model.history.epoch) == epochs
    assert model.weights == weights


def test_it_tells_when_it_stops(fit, capsys):
    callback = callbacks.EarlyStopping("loss", verbose=1, restore_best_weights=True)
    fit([callback], losses(1, 2, 3))
    assert capsys.readouterr().out == (
        "Epoch 2: early stopping\n"
        "Restoring model weights from the end of the best epoch: 1.\n"
    )


def test_missing_result_is_told_once_on_stdout(fit, capsys):
    fit([callbacks.EarlyStopping()], losses(1, 2, 3))
    out, err = capsys.readouterr()
    assert err == ""
    assert out.count("EarlyStopping does nothing") == 1
    assert "validation_split" in out


@pytest.mark.parametrize(
    ("name", "rising_is_better"),
    [
        ("val_loss", False),
        ("accuracy", True),
        ("val_head_accuracy", True),
        ("mean_absolute_error", False),
        ("auc_1", True),
        ("val_binary_crossentropy", False),
    ],
)
def test_direction_follows_from_the_name(name, rising_is_better, fit):
    model = fit([callbacks.EarlyStopping(name)], [{name: 1}, {name: 2}, {name: 3}])
    assert (len(model.history.epoch) == 3) == rising_is_better


def test_metric_itself_says_which_direction_is_better(model, fit):
    model.metrics = [SimpleNamespace(name="score", _direction="up")]
    fit([callbacks.EarlyStopping("score")], [{"score": 1}, {"score": 2}], model=model)
    assert not model.stop_training


def test_unknown_direction_is_an_error(fit):
    with pytest.raises(ValueError, match="mode='max'"):
        fit([callbacks.EarlyStopping("score")], [{"score": 1}, {"score": 2}])


def test_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="'upwards'"):
        callbacks.EarlyStopping(mode="upwards")


# -- learning rates -----------------------------------------------------------


def test_rate_falls_on_a_plateau(fit):
    callback = callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, cooldown=2)
    model = fit([callback], losses(3, 3, 3, 3, 3, 2, 2))
    # Lowered after epochs 1, 3 and 6.  The cooldown ends with its second epoch, which
    # counts as a bad one already, as in Keras.
    assert model.history.history["learning_rate"] == [
        0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.125,
    ]  # fmt: skip
    assert float(model.optimizer.learning_rate) == 0.0625


def test_rate_does_not_fall_below_its_minimum(fit, capsys):
    callback = callbacks.ReduceLROnPlateau("loss", 0.1, 1, verbose=1, min_lr=0.1)
    model = fit([callback], losses(1, 1, 1, 1))
    assert float(model.optimizer.learning_rate) == pytest.approx(0.1)
    assert capsys.readouterr().out == (
        "\nEpoch 2: ReduceLROnPlateau reducing learning rate to 0.1.\n"
    )


def test_factor_must_lower_the_rate():
    with pytest.raises(ValueError, match="factor=1.5"):
        callbacks.ReduceLROnPlateau(factor=1.5)


def test_older_name_of_min_delta():
    assert callbacks.ReduceLROnPlateau(epsilon=0.5).min_delta == 0.5
    with pytest.raises(TypeError, match="'speed'"):
        callbacks.ReduceLROnPlateau(speed=1)


@pytest.mark.parametrize(
    "schedule", [lambda epoch, rate: rate / 2, lambda epoch: 0.5 / 2 ** (epoch + 1)]
)
def test_scheduler_sets_the_rate_before_each_epoch(schedule, fit):
    model = fit([callbacks.LearningRateScheduler(schedule)], losses(1, 1, 1))
    assert model.history.history["learning_rate"] == [0.25, 0.125, 0.0625]


def test_scheduler_tells_the_rate(fit, capsys):
    fit([callbacks.LearningRateScheduler(lambda e, r: 0.25, verbose=1)], losses(1))
    assert capsys.readouterr().out == (
        "\nEpoch 1: LearningRateScheduler setting learning rate to 0.25.\n"
    )


def test_error_inside_a_schedule_is_not_hidden(fit):
    def broken(epoch, rate):
        return rate + "0.1"

    with pytest.raises(TypeError, match="unsupported operand"):
        fit([callbacks.LearningRateScheduler(broken)], losses(1))


@pytest.mark.parametrize("rate", [None, "0.1", [0.1]])
def test_schedule_must_return_a_number(rate, fit):
    with pytest.raises(ValueError, match="returned no number"):
        fit([callbacks.LearningRateScheduler(lambda e, r: rate)], losses(1))


def test_scheduler_and_a_schedule_do_not_go_together(model, fit):
    model.optimizer = SGD(ExponentialDecay(0.1, 10, 0.5))
    with pytest.raises(TypeError, match="cannot be set"):
        fit([callbacks.LearningRateScheduler(lambda e, r: r)], losses(1), model=model)


def test_rates_of_several_optimizers(model, fit):
    groups = OptimizerMap(SGD(0.5, name="a"), {"b": SGD(0.25, name="b")})
    model.optimizer = MultiOptimizer(groups)
    halve = callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    fit([halve], losses(1), model=model)
    history = model.history.history
    assert history["learning_rate_a"] == [0.25]
    assert history["learning_rate_b"] == [0.125]


# -- TerminateOnNaN -----------------------------------------------------------


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_nan_ends_the_training(bad, fit, capsys):
    model = fit([callbacks.TerminateOnNaN()], losses(1, bad, 1))
    assert model.history.epoch == [0, 1]
    assert "Batch 0: Invalid loss, terminating training" in capsys.readouterr().out


def test_nan_raises_if_asked_to(fit):
    with pytest.raises(RuntimeError, match="loss is nan after batch 0"):
        fit([callbacks.TerminateOnNaN(raise_error=True)], losses(math.nan))
