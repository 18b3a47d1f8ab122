"""An exercise: a check function, its hints, and the answers it must recognise.

The check's parameter names are the learner's variables. `Exercise.run` is the one
place where an answer meets its check; `%check`, `grade` and the graders all call it.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from edukeras.errors import explain, nearest
from edukeras.grading.attempts import (
    Namespace,
    NotAttempted,
    TimeUp,
    captured,
    is_blank,
    same_random_numbers,
    time_limit,
)
from edukeras.grading.checks import Attempt, running
from edukeras.grading.outcomes import Outcome, Part, Status
from edukeras.messages import say


@dataclass(frozen=True)
class WrongAnswer:
    """A typical wrong answer, the words it must be met with, the points it keeps."""

    code: str
    says: str
    points: float


class Exercise:
    """A check with everything that belongs to it; made by `@check(...)`."""

    def __init__(
        self,
        function: Callable[..., None],
        points: float,
        hints: Iterable[str],
        seconds: float,
        needs: Iterable[Exercise],
    ):
        self.function = function
        self.name = function.__name__
        self.points = points
        self.hints = tuple(hints)
        self.seconds = seconds
        self.needs = tuple(needs)
        self.reference: str | None = None
        self.right_answers: list[str] = []
        self.wrong_answers: list[WrongAnswer] = []
        self.same_mutants: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"<Exercise {self.name}, {self.points:g} points>"

    def answer(self, code: str) -> None:
        """States the reference answer, which `%solution` shows."""
        self.reference = textwrap.dedent(code).strip()

    def right(self, code: str) -> None:
        """States an unusual answer that is right: it must get full points."""
        self.right_answers.append(textwrap.dedent(code).strip())

    def wrong(self, code: str, says: str, points: float = 0) -> None:
        """States a typical wrong answer, and words of the message it must get.

        Args:
            code: the answer, as a learner would type it.
            says: a piece of the message for just this mistake.
            points: what the answer keeps, where the exercise has parts.
        """
        self.wrong_answers.append(
            WrongAnswer(textwrap.dedent(code).strip(), says, points)
        )

    def same_as_reference(self, *changes: str, because: str) -> None:
        """States changes of the reference that leave it as right as it was.

        Args:
            changes: as `edukeras lessons verify --mutants` words them.
            because: why a learner who writes this is right.
        """
        self.same_mutants.update(dict.fromkeys(changes, because))

    def run(self, namespace: Namespace) -> Outcome:
        """Checks the answer in the learner's variables. Never raises for an answer."""
        try:
            arguments = self._arguments(namespace)
        except NotAttempted as gap:
            return Outcome(self.name, 0, self.points, "not attempted", str(gap))

        attempt = Attempt(namespace, arguments)
        status: Status = "passed"
        message, hint = "", None
        token = running.set(attempt)
        try:
            with captured() as printed, same_random_numbers():
                try:
                    with time_limit(self.seconds):
                        self.function(**arguments)
                except (Exception, SystemExit, TimeUp) as error:
                    status, message, hint = attempt.explain(error)
        finally:
            running.reset(token)

        parts = tuple(attempt.parts)
        if status == "timed out" and any(part.status == status for part in parts):
            message = ""  # the part says it already
        earned = min(sum(part.points for part in parts), self.points)
        if status == "passed":
            earned = earned if parts else self.points
            status = _status_of(parts, earned, self.points)
        elif status in ("failed", "raised") and earned > 0:
            status = "partial"
        return Outcome(
            name=self.name,
            points=earned,
            max_points=self.points,
            status=status,
            message=message,
            parts=parts,
            hint=hint or next((part.hint for part in parts if part.hint), None),
            # What a right answer prints is noise.
            printed="" if status == "passed" else printed.shown(),
        )

    def _arguments(self, namespace: Namespace) -> dict[str, Any]:
        """The learner's variables that the check asks for."""
        arguments = {}
        for name, parameter in inspect.signature(self.function).parameters.items():
            if name in namespace:
                if is_blank(namespace[name]):
                    raise NotAttempted(
                        say("Write your own code for `{name}`.", name=name)
                    )
                arguments[name] = namespace[name]
            elif parameter.default is parameter.empty:
                own = [key for key in namespace if not key.startswith("_")]
                similar = nearest(name, own).replace('"', "`")
                raise NotAttempted(
                    say("`{name}` is not defined.", name=name)
                    + " "
                    + (similar or say("Did you run its cell?"))
                )
        return arguments


def answer_template(code: str, **right: str) -> Callable[..., str]:
    """Writes answers that differ from the right one in the places with names.

    >>> step_code = answer_template("w - {rate} * {slope}", rate="rate", slope="slope")
    >>> step_code()
    'w - rate * slope'
    >>> step_code(rate="2 * rate")
    'w - 2 * rate * slope'
    """
    return lambda **changes: code.format(**{**right, **changes})


def check(
    *,
    points: float,
    hints: Iterable[str] = (),
    seconds: float = 10,
    needs: Iterable[Exercise] = (),
) -> Callable[[Callable[..., None]], Exercise]:
    """Makes a check function into an exercise.

    Args:
        points: what a right answer earns.
        hints: from a nudge to nearly the answer; `expect(..., hint=2)` picks one.
        seconds: the time limit; longer where the check trains a model.
        needs: exercises whose answers this one builds on.

    >>> from edukeras.grading.checks import expect_close
    >>> @check(points=1, hints=["sigmoid(z) = 1 / (1 + exp(-z))"])
    ... def q1(sigmoid):
    ...     expect_close(sigmoid(0.0), 0.5, "What is exp(0)?")
    >>> q1.run({"sigmoid": lambda z: z})
    ✗ q1: not right yet, 0 of 1 point
      What is exp(0)?
      You have 0.
    """
    if points <= 0:
        raise ValueError(
            explain("An exercise needs points above 0.", received=repr(points))
        )

    def make_exercise(function: Callable[..., None]) -> Exercise:
        return Exercise(function, points, hints, seconds, needs)

    return make_exercise


def _status_of(parts: tuple[Part, ...], earned: float, points: float) -> Status:
    """The status of the whole, from its parts."""
    if earned >= points:
        return "passed"
    if earned > 0:
        return "partial"
    kinds = {part.status for part in parts}
    return kinds.pop() if len(kinds) == 1 else "failed"
