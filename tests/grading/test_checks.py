"""Expectations, parts and exercises."""

import signal

import numpy as np
import pytest

from edukeras.grading import (
    CheckFailed,
    check,
    expect,
    expect_close,
    expect_not_close,
    expect_raises,
    expect_shape,
    expect_type,
    part,
)


def test_expect_of_an_array_means_every_element():
    expect(np.array([1, 2]) > 0, "All above 0.")
    with pytest.raises(CheckFailed, match="All above 0"):
        expect(np.array([1, -2]) > 0, "All above 0.")


@pytest.mark.parametrize("answer", [0.5, np.float32(0.5), [0.5], np.array([[0.5]])])
def test_single_number_may_come_in_any_wrapping(answer):
    expect_close(answer, 0.5, "Half.")


class ArrayLike:
    """As a Tensor: NumPy can read it."""

    shape = (2,)

    def __array__(self, dtype=None, copy=None):
        return np.array([1.0, 2.0])


def test_anything_that_numpy_reads_is_a_number():
    expect_close(ArrayLike(), [1, 2], "One, two.")
    expect_shape(ArrayLike(), (2,))


@pytest.mark.parametrize(
    ("answer", "correct", "reason"),
    [
        (0.25, 0.5, "Half.\nYou have 0.25."),
        (True, 0.5, "Half.\nYou have True."),
        ([0.1, 0.2], [0.1, 0.3], "Half.\nYou have [0.1, 0.2]."),
        (np.zeros(100), np.ones(100), "Half."),
        (np.nan, 0.5, "Half.\nThere is a nan (not a number) in your values."),
        (None, 0.5, "There is no value but None. Did you forget `return`?"),
        ("0.5", 0.5, "A str is not a number. Half."),
        ({}, 0.5, "A dict is not a number. Half."),
        ([[1], [1, 2]], [1], "The rows differ in length. Half."),
        ([1, 2], [[1, 2]], "The shape is (2,), not (1, 2). Half."),
    ],
)
def test_expect_close_says_what_is_wrong(answer, correct, reason):
    with pytest.raises(CheckFailed) as caught:
        expect_close(answer, correct, "Half.", hint=2)
    assert str(caught.value) == reason
    assert caught.value.hint == 2


def test_tolerances_are_the_authors():
    expect_close(1.01, 1.0, "One.", rtol=0.1)
    with pytest.raises(CheckFailed):
        expect_close(1.01, 1.0, "One.")


def test_expect_not_close_recognises_a_wrong_value_of_the_same_shape_only():
    expect_not_close([1.0, 2.0], 1.0, "The sum.")
    expect_not_close(0.9, 1.0, "The sum.")
    with pytest.raises(CheckFailed, match="The sum"):
        expect_not_close([1.0], 1.0, "The sum.")


def test_expect_shape_takes_none_for_any_length():
    expect_shape(np.zeros((7, 2)), (None, 2))
    expect_shape(3.0, ())
    with pytest.raises(CheckFailed, match=r"is \(7, 2\), not \(7,\)\. Flat"):
        expect_shape(np.zeros((7, 2)), (7,), "Flat.")


def test_expect_type_and_expect_raises():
    expect_type(3, (int, float), "A number.")
    expect_raises(ZeroDivisionError, lambda: 1 / 0, "Refuse.")
    with pytest.raises(CheckFailed, match=r"A number\. You have a str\."):
        expect_type("3", (int, float), "A number.")
    with pytest.raises(CheckFailed, match="Refuse"):
        expect_raises(ZeroDivisionError, lambda: 1, "Refuse.")
    with pytest.raises(TypeError):
        expect_raises(ZeroDivisionError, lambda: 1 + "", "Refuse.")


@check(points=3, hints=["First.", "Second."])
def q(values):
    with part("one", 1):
        expect(values["one"] == 1, "Not one.")
    with part("two", 2):
        expect(values["two"] == 2, "Not two.", hint=2)


def statuses(outcome):
    return [outcome.status, *(p.status for p in outcome.parts)]


def test_parts_are_judged_one_by_one():
    assert statuses(q.run({"values": {"one": 1, "two": 2}})) == ["passed"] * 3
    outcome = q.run({"values": {"one": 1, "two": 0}})
    assert statuses(outcome) == ["partial", "passed", "failed"]
    assert (outcome.points, outcome.hint) == (1, 2)
    outcome = q.run({"values": {"two": 2}})
    assert statuses(outcome) == ["partial", "raised", "passed"]
    assert outcome.points == 2
    assert outcome.parts[0].message == (
        "Trying your answer stopped with KeyError: 'one'"
    )
    assert statuses(q.run({"values": {}})) == ["raised"] * 3
    assert statuses(q.run({"values": {"one": 0}})) == ["failed", "failed", "raised"]


def test_failure_outside_the_parts_keeps_what_was_earned():
    @check(points=2)
    def q(x):
        with part("positive", 1):
            expect(x > 0, "Above 0.")
        expect(x < 5, "Below 5.")
        with part("even", 1):
            expect(x % 2 == 0, "Even.")

    outcome = q.run({"x": 8})
    assert (outcome.status, outcome.points, outcome.message) == (
        "partial",
        1,
        "Below 5.",
    )
    assert q.run({"x": -1}).status == "failed"
    assert q.run({"x": 4}).passed


def test_blank_parts_make_a_blank_answer():
    @check(points=2)
    def q(f, g):
        with part("f", 1):
            expect(f(1) == 1, "One.")
        with part("g", 1):
            expect(g(1) == 1, "One.")

    def gap(x):
        y = x + 1
        raise NotImplementedError(y)

    outcome = q.run({"f": gap, "g": gap})
    # The functions are the test's: they count as the learner's with its globals.
    assert outcome.status == "raised"
    variables = {}
    exec("def f(x):\n    y = x\n    raise NotImplementedError\ng = f", variables)
    assert q.run(variables).status == "not attempted"
    exec("def g(x): return x", variables)
    assert statuses(q.run(variables)) == ["partial", "not attempted", "passed"]


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no signal timers here")
def test_time_limit_in_a_part_ends_the_check_and_keeps_earlier_points():
    @check(points=3, seconds=0.1)
    def q(f):
        with part("fast", 1):
            expect(f(0) == 0, "Zero.")
        with part("slow", 1):
            f(1)
        with part("never run", 1):
            expect(False, "Unreachable.")

    variables = {}
    exec("def f(x):\n    while x: pass\n    return x", variables)
    outcome = q.run(variables)
    assert statuses(outcome) == ["timed out", "passed", "timed out"]
    assert outcome.points == 1
    assert outcome.text().count("did not finish within") == 1


def test_check_may_have_optional_variables():
    @check(points=1)
    def q(x, scale=2):
        expect(x * scale == 4, "Four.")

    assert q.run({"x": 2}).passed
    assert not q.run({"x": 2, "scale": 3}).passed


def test_plain_assert_of_the_author_counts_as_wrong_not_as_a_crash():
    @check(points=1)
    def q(x):
        assert x == 1, "It is one."

    outcome = q.run({"x": 2})
    assert outcome.status == "failed"
    assert "It is one." in outcome.message


def test_exercise_without_points_is_refused():
    with pytest.raises(ValueError, match="points above 0"):
        check(points=0)
