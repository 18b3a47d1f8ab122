"""Schedules: the values of Keras, and their configs."""

import json
from pathlib import Path

import numpy as np
import pytest

from edukeras import schedules

GOLDEN = Path(__file__).parent / "golden"
ITEMS = [
    item
    for item in json.loads((GOLDEN / "units.json").read_text(encoding="utf-8"))["items"]
    if item["kind"] == "schedule"
]
STEPS = 26


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: f"{item['name']}-{item['id']}")
def test_values_of_keras_at_the_first_steps(item):
    with np.load(GOLDEN / "units.npz") as golden:
        expected = golden[item["value"]["npz"]]
    schedule = getattr(schedules, item["name"])(**item["config"])
    one_by_one = [float(schedule(step)) for step in range(STEPS)]
    np.testing.assert_allclose(one_by_one, expected, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(schedule(np.arange(STEPS)), expected, 1e-5, 1e-8)


@pytest.mark.parametrize(
    ("schedule", "steps", "expected"),
    [
        # By hand, from the formulas.
        (
            schedules.PolynomialDecay(1.0, 4, end_learning_rate=0.0, cycle=True),
            [0, 2, 4, 6, 8, 10],
            [1.0, 0.5, 0.0, 0.25, 0.0, 1 / 6],
        ),
        (
            schedules.PolynomialDecay(1.0, 4, 0.0, power=2),
            [1, 3, 7],
            [9 / 16, 1 / 16, 0],
        ),
        (
            schedules.CosineDecay(0.0, 4, warmup_target=1.0, warmup_steps=2),
            [0, 1, 2, 4, 6, 9],
            [0.0, 0.5, 1.0, 0.5, 0.0, 0.0],
        ),
        (schedules.CosineDecay(1.0, 4, alpha=0.5), [0, 2, 4], [1.0, 0.75, 0.5]),
        (
            schedules.CosineDecayRestarts(1.0, 2, t_mul=1.0, m_mul=0.5, alpha=0.2),
            [0, 1, 2, 3, 4],
            [1.0, 0.6, 0.6, 0.4, 0.4],
        ),
        (
            schedules.InverseTimeDecay(1.0, 2, 1.0, staircase=True),
            [0, 1, 2, 3, 4],
            [1, 1, 1 / 2, 1 / 2, 1 / 3],
        ),
    ],
)
def test_values_by_hand(schedule, steps, expected):
    np.testing.assert_allclose(schedule(steps), expected, rtol=1e-6, atol=1e-7)


def test_restarts_come_exactly_at_their_steps_however_late():
    schedule = schedules.CosineDecayRestarts(1.0, 5, t_mul=3.0)
    starts = [5 * (3**n - 1) // 2 for n in range(12)]
    assert [float(schedule(start)) for start in starts] == [1.0] * 12


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: f"{item['name']}-{item['id']}")
def test_record_round_trip(item):
    schedule = getattr(schedules, item["name"])(**item["config"])
    record = schedules.serialize(schedule)
    assert record["module"] == "keras.optimizers.schedules"
    assert record["class_name"] == item["name"]
    assert item["config"].items() <= record["config"].items()
    again = schedules.deserialize(json.loads(json.dumps(record)))
    assert type(again) is type(schedule)
    assert again.get_config() == schedule.get_config()


def test_config_has_the_keys_of_keras():
    assert schedules.CosineDecay(0.1, 5).get_config() == {
        "initial_learning_rate": 0.1,
        "decay_steps": 5,
        "alpha": 0.0,
        "name": "CosineDecay",
        "warmup_target": None,
        "warmup_steps": 0,
    }


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: schedules.ExponentialDecay(0.1, 0, 0.5), "decay_steps=0"),
        (lambda: schedules.InverseTimeDecay(0.1, -1, 0.5), "decay_steps=-1"),
        (lambda: schedules.PolynomialDecay(0.1, 0), "decay_steps=0"),
        (lambda: schedules.CosineDecay(0.1, 0), "decay_steps=0"),
        (lambda: schedules.CosineDecayRestarts(0.1, 0), "first_decay_steps=0"),
        (lambda: schedules.PiecewiseConstantDecay([1], [1.0]), "2 values"),
    ],
)
def test_senseless_arguments_are_refused_at_once(make, message):
    with pytest.raises(ValueError, match=message):
        make()
