"""Variants: the same for one learner, different between learners."""

import pytest

from edukeras.grading import variant

OPTIONS = ["moons", "circles", "spirals"]


@pytest.fixture(autouse=True)
def _nobody(monkeypatch):
    monkeypatch.delenv("EDUKERAS_VARIANT", raising=False)


def test_without_a_number_everybody_gets_the_first():
    assert variant("q6", OPTIONS) == "moons"


def test_a_learner_always_gets_the_same(monkeypatch):
    monkeypatch.setenv("EDUKERAS_VARIANT", "2026-0417")
    assert len({variant("q6", OPTIONS) for _ in range(5)}) == 1


def test_a_class_gets_all_of_them(monkeypatch):
    counts = dict.fromkeys(OPTIONS, 0)
    for student in range(300):
        monkeypatch.setenv("EDUKERAS_VARIANT", str(student))
        counts[variant("q6", OPTIONS)] += 1
    assert min(counts.values()) > 60


def test_exercises_vary_independently(monkeypatch):
    same = 0
    for student in range(300):
        monkeypatch.setenv("EDUKERAS_VARIANT", str(student))
        same += variant("q5", OPTIONS) == variant("q6", OPTIONS)
    assert 50 < same < 150


def test_no_options_is_an_error():
    with pytest.raises(ValueError, match="at least one option"):
        variant("q6", [])
