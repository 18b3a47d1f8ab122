"""What the author of an exercise writes inside a check: expectations and parts.

An expectation that is not met raises `CheckFailed` with the author's message, which
says what to look at and not the answer. In a `part`, the check goes on after it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, NoReturn

import numpy as np

from edukeras.grading.attempts import (
    Namespace,
    NotAttempted,
    TimeUp,
    explain_error,
    is_blank,
)
from edukeras.grading.outcomes import CheckFailed, Part
from edukeras.messages import say

Hint = int | str | None


def expect(condition: Any, message: str, hint: Hint = None) -> None:
    """The condition must hold; of an array, every element.

    Args:
        condition: anything with a truth value.
        message: what to look at, for someone whose answer fails here.
        hint: the number of the hint (from 1) that fits this mistake, or its text.

    >>> expect(2 > 3, "A sigmoid lies between 0 and 1.")
    Traceback (most recent call last):
    edukeras.grading.outcomes.CheckFailed: A sigmoid lies between 0 and 1.
    """
    if not np.all(condition):
        raise CheckFailed(message, hint)


def expect_close(
    answer: Any,
    correct: Any,
    message: str,
    hint: Hint = None,
    *,
    rtol: float = 1e-4,
    atol: float = 1e-6,
) -> None:
    """The numbers must agree: |answer - correct| <= atol + rtol |correct|.

    Shapes must agree too; only a single number may come as an array of one element.
    A failure shows the learner's own value, never the correct one.

    >>> expect_close(0.73, 0.5, "The sum is 0 here. What is sigmoid(0)?")
    Traceback (most recent call last):
    edukeras.grading.outcomes.CheckFailed: The sum is 0 here. What is sigmoid(0)?
    You have 0.73.
    """
    values, target = _numbers(answer, message, hint), np.asarray(correct)
    if target.ndim == 0 and values.size == 1:
        values = values.reshape(())
    if values.shape != target.shape:
        _fail_shape(values.shape, target.shape, message, hint)
    if not np.allclose(values, target, rtol=rtol, atol=atol):
        raise CheckFailed(say(message) + _seen(values), hint)


def expect_not_close(
    answer: Any,
    wrong: Any,
    message: str,
    hint: Hint = None,
    *,
    rtol: float = 1e-4,
    atol: float = 1e-6,
) -> None:
    """Recognises a typical wrong answer by its value.

    >>> expect_not_close(1.0, 1.0, "That is the sum before the sigmoid.")
    Traceback (most recent call last):
    edukeras.grading.outcomes.CheckFailed: That is the sum before the sigmoid.
    You have 1.
    """
    values, trap = _numbers(answer, message, hint), np.asarray(wrong)
    same_shape = values.shape == trap.shape or values.size == trap.size == 1
    if same_shape and np.allclose(values.reshape(trap.shape), trap, rtol, atol):
        raise CheckFailed(say(message) + _seen(values), hint)


def expect_shape(
    answer: Any, shape: tuple[int | None, ...], message: str = "", hint: Hint = None
) -> None:
    """The array must have this shape; None stands for any length.

    >>> expect_shape(np.zeros((3, 2)), (None, 10))
    Traceback (most recent call last):
    edukeras.grading.outcomes.CheckFailed: The shape is (3, 2), not (any, 10).
    """
    received = tuple(getattr(answer, "shape", None) or _numbers(answer, "", hint).shape)
    fits = len(received) == len(shape) and all(
        wanted in (None, length) for wanted, length in zip(shape, received, strict=True)
    )
    if not fits:
        _fail_shape(received, shape, message, hint)


def expect_type(
    answer: Any, types: type | tuple[type, ...], message: str, hint: Hint = None
) -> None:
    """The answer must be an instance of the class, or of one of the classes.

    >>> expect_type([1, 2], np.ndarray, "Make it a NumPy array.")
    Traceback (most recent call last):
    edukeras.grading.outcomes.CheckFailed: Make it a NumPy array. You have a list.
    """
    if is_blank(answer):
        raise NotAttempted(say("Replace {gap} by your own code.", gap=_gap(answer)))
    if not isinstance(answer, types):
        kind = say("You have a {kind}.", kind=type(answer).__name__)
        raise CheckFailed(f"{say(message)} {kind}", hint)


def expect_raises(
    error: type[Exception],
    function: Callable[[], Any],
    message: str,
    hint: Hint = None,
) -> None:
    """Calling the function must raise this kind of error.

    >>> expect_raises(ValueError, lambda: int("3"), "Refuse a negative rate.")
    Traceback (most recent call last):
    edukeras.grading.outcomes.CheckFailed: Refuse a negative rate.
    """
    try:
        function()
    except error:
        return
    raise CheckFailed(message, hint)


class Attempt:
    """The running check: its parts so far, and how to explain an error in it."""

    def __init__(self, namespace: Namespace, arguments: Namespace):
        self.namespace = namespace
        self.arguments = arguments
        self.parts: list[Part] = []

    def explain(self, error: BaseException):
        return explain_error(error, self.namespace, self.arguments)


running: ContextVar[Attempt] = ContextVar("running")


class OpenPart:
    """What `with part(...) as p` gives: `p.passed` once the block has ended."""

    passed = False


def numbers(*shape: int, seed: int = 0, dtype: str = "float64") -> np.ndarray:
    """Numbers that agree with no simple mistake by chance, the same each time.

    >>> numbers(3).round(2)
    array([ 0.13, -0.13,  0.64])
    """
    return np.random.default_rng(seed).normal(size=shape).astype(dtype, copy=False)


@contextlib.contextmanager
def part(name: str, points: float) -> Iterator[OpenPart]:
    """One part of an exercise with points of its own; a failure ends this part only.

    The points of all parts add up to those of the exercise::

        with part("shape", 1) as shape:
            expect_shape(probabilities, (300, 10), "One row a picture.")
        if shape.passed:  # else this part would only repeat the complaint
            with part("rows sum to 1", 1):
                expect_close(probabilities.sum(axis=1), np.ones(300), "Softmax?")
    """
    attempt = running.get()
    result = OpenPart()
    try:
        yield result
    except (Exception, SystemExit, TimeUp) as error:
        status, message, hint = attempt.explain(error)
        attempt.parts.append(Part(say(name), 0, points, status, message, hint))
        if isinstance(error, TimeUp):
            raise  # no time left for the other parts
    else:
        result.passed = True
        attempt.parts.append(Part(say(name), points, points, "passed"))


def _numbers(answer: Any, message: str, hint: Hint) -> np.ndarray:
    """The answer as an array of numbers, or a sentence about what it is instead."""
    if is_blank(answer):
        raise NotAttempted(say("Replace {gap} by your own code.", gap=_gap(answer)))
    if answer is None:
        raise CheckFailed("There is no value but None. Did you forget `return`?", hint)
    try:
        values = np.asarray(answer)
    except ValueError:
        raise CheckFailed(
            f"{say('The rows differ in length.')} {say(message)}".strip(), hint
        ) from None
    if values.dtype.kind not in "biufc":
        kind = type(answer).__name__
        text = say("A {kind} is not a number.", kind=kind)
        raise CheckFailed(f"{text} {say(message)}".strip(), hint)
    return values


def _gap(value: object) -> str:
    return "..." if value is ... else "____"


def _fail_shape(
    received: tuple[int, ...],
    shape: tuple[int | None, ...],
    message: str,
    hint: Hint,
) -> NoReturn:
    wanted = str(tuple("any" if n is None else n for n in shape)).replace("'", "")
    text = say(
        "The shape is {received}, not {wanted}.", received=received, wanted=wanted
    )
    raise CheckFailed(f"{text} {say(message)}".strip(), hint)


def _seen(values: np.ndarray) -> str:
    """The learner's value, if it is small enough to help."""
    if values.dtype.kind in "fc" and np.isnan(values).any():
        return "\n" + say("There is a nan (not a number) in your values.")
    if values.size > 6:
        return ""
    digits = {"float_kind": lambda v: f"{v:.4g}"}
    shown = np.array2string(values, separator=", ", formatter=digits)  # type: ignore
    return "\n" + say("You have {values}.", values=shown)
