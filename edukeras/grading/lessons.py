"""Lessons: where they are, and the object a learner's notebook talks to.

A lesson is a folder `NN_topic/` with `lesson.ipynb` and `checks.py`. Folder names start
with digits, so checks are loaded by path; they are found in the installed package,
wherever the learner's notebook lies.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any

from edukeras.errors import explain, unknown_name
from edukeras.grading.attempts import PLACEHOLDER, Namespace
from edukeras.grading.exercises import Exercise
from edukeras.grading.outcomes import (
    CheckFailed,
    Note,
    Outcome,
    Shown,
    framed,
    look,
    of,
)
from edukeras.grading.progress import ProgressStore, Record, default_path
from edukeras.messages import add_catalogue, say

# The variable of a notebook that holds its lesson.
BINDING = "_edukeras_lesson"


class Lesson(Shown):
    """The exercises of a lesson, bound to the variables of one notebook.

    Args:
        name: such as "01_first_model".
        checks: the loaded module `checks.py`.
        namespace: the learner's variables.
        store: where progress is kept.
    """

    def __init__(
        self, name: str, checks: ModuleType, namespace: Namespace, store: ProgressStore
    ):
        self.name = name
        self.title = say((checks.__doc__ or name).strip().split("\n")[0])
        self.setup: str = getattr(checks, "SETUP", "")
        self.exercises = {
            exercise.name: exercise
            for exercise in vars(checks).values()
            if isinstance(exercise, Exercise)
        }
        self._namespace = namespace
        self._store = store
        self._last: dict[str, Outcome] = {}
        self._hints_shown: dict[str, list[str]] = {}
        # variable -> (our answer that stands in for now, what the learner had)
        self._replaced: dict[str, tuple[Any, Any]] = {}

    @property
    def points(self) -> float:
        """All points of the lesson."""
        return sum(exercise.points for exercise in self.exercises.values())

    def text(self) -> str:
        return (
            say("Lesson {name}: {title}", name=self.name, title=self.title)
            + "\n"
            + "  "
            + say(
                "Exercises: {names} ({points} points)",
                names=", ".join(self.exercises),
                points=f"{self.points:g}",
            )
        )

    def html(self) -> str:
        title, _, exercises = self.text().partition("\n  ")
        return Note(title, exercises).html()

    # --- What a learner calls, by name or as a magic ---

    def check(self, name: str) -> Outcome | None:
        """Checks an answer: `%check q1`. In a grader, raises unless it is right."""
        outcome = self.outcome(name)
        if not in_grader():
            return outcome
        if not outcome.passed:
            raise CheckFailed(outcome.text())
        print(outcome)
        return None

    def grade(self, name: str) -> Outcome | float | None:
        """The last line of a test cell: tells nbgrader the points.

        nbgrader gives full points for None, x points for the number x, and none for
        an error. Outside a grader this is `check`.
        """
        outcome = self.outcome(name)
        if not in_grader():
            return outcome
        if outcome.points == 0:
            raise CheckFailed(outcome.text())
        print(outcome)
        return None if outcome.passed else float(outcome.points)

    def hint(self, name: str) -> Note:
        """The next hint: `%hint q1`. The one that fits the last mistake comes first."""
        exercise = self._exercise(name)
        shown = self._hints_shown.setdefault(name, [])
        text = self._next_hint(exercise, shown)
        if text is None:
            return Note(say("{name} has no hints.", name=name))
        if text not in shown:
            shown.append(text)
            self._store.add(self.name, name, Record(hints=len(shown)))
        if text not in exercise.hints:  # written for one mistake only
            return Note(say("{name}, a hint for your answer", name=name), say(text))
        number = exercise.hints.index(text) + 1
        title = say(
            "{name}, hint {number} of {count}",
            name=name,
            number=number,
            count=len(exercise.hints),
        )
        return Note(title, say(text))

    def solution(self, name: str) -> Note:
        """The reference answer, after an attempt: `%solution q1`. Costs no points."""
        exercise = self._exercise(name)
        if exercise.reference is None:
            return Note(
                say("{name}: no solution is published for this exercise.", name=name)
            )
        if not self._record(name).attempts:
            return Note(
                say("{name}: try it yourself first.", name=name),
                say(
                    "The solution is here after your first `%check {name}`.", name=name
                ),
            )
        self._store.add(self.name, name, Record(solution_shown=True))
        title = say("{name}, one possible solution", name=name)
        return Note(title, exercise.reference, is_code=True)

    def carry_on(self, name: str) -> None:
        """Lets the lesson go on: `%carry_on q1`.

        An answer that is right stays. In place of any other, or of none, the cells
        that follow get ours. Checks go on looking at the learner's own. In a grader
        nothing is replaced.
        """
        exercise = self._exercise(name)
        if in_grader() or exercise.reference is None:
            return
        with self._own_answers():
            if exercise.run(self._namespace).passed:
                return
        scratch = dict(self._namespace)
        exec(f"{self.setup}\n{exercise.reference}", scratch)
        for variable in inspect.signature(exercise.function).parameters:
            ours = scratch.get(variable)
            before = self._namespace.get(variable)
            if ours is not None and ours is not before:
                stands_in, own = self._replaced.get(variable, (None, None))
                own = own if before is stands_in else before
                self._replaced[variable] = ours, own
                self._namespace[variable] = ours
        print(
            say(
                "{name} is not solved yet, so the lesson goes on with our answer. "
                "%check {name} still looks at yours.",
                name=name,
            )
        )

    def progress(self) -> Progress:
        """A table of what is done: `%progress`."""
        return Progress(self, self._store.read(self.name), self._store)

    # --- What those stand on ---

    def outcome(self, name: str) -> Outcome:
        """Runs a check and records the attempt."""
        exercise = self._exercise(name)
        with self._own_answers():
            outcome = exercise.run(self._namespace)
        if outcome.status != "not attempted":
            self._store.add(
                self.name, name, Record(attempts=1, best_points=outcome.points)
            )
        if exercise.hints and not (outcome.passed or in_grader()):
            outcome = replace(outcome, tip=say("A hint: `%hint {name}`", name=name))
        self._last[name] = outcome
        return outcome

    @contextmanager
    def _own_answers(self) -> Iterator[None]:
        """While open, the learner's own variables are back where ours stand in."""
        standing_in = {
            variable: own
            for variable, (ours, own) in self._replaced.items()
            if self._namespace.get(variable) is ours
        }
        for variable, own in standing_in.items():
            if own is None:
                del self._namespace[variable]
            else:
                self._namespace[variable] = own
        try:
            yield
        finally:
            for variable in standing_in:
                self._namespace[variable] = self._replaced[variable][0]

    def _exercise(self, name: str) -> Exercise:
        if name not in self.exercises:
            raise unknown_name("exercise", name, self.exercises)
        return self.exercises[name]

    def _record(self, name: str) -> Record:
        return self._store.read(self.name).get(name, Record())

    def _next_hint(self, exercise: Exercise, shown: list[str]) -> str | None:
        last = self._last.get(exercise.name)
        fitting = last.hint if last else None
        if isinstance(fitting, int):
            first = exercise.hints[fitting - 1 : fitting]
        else:
            first = (fitting,) if fitting else ()
        candidates = [*first, *exercise.hints]
        unseen = [hint for hint in candidates if hint not in shown]
        # When all are shown, the last one again.
        return next(iter(unseen or reversed(candidates)), None)


class Progress(Shown):
    """The table of `%progress`: one row an exercise."""

    HEADS = ("exercise", "state", "points", "attempts", "hints")  # by `say`

    def __init__(
        self, lesson: Lesson, records: dict[str, Record], store: ProgressStore
    ):
        self.title = f"{lesson.name}: {lesson.title}"
        self.rows = [
            self._row(exercise, records.get(name, Record()))
            for name, exercise in lesson.exercises.items()
        ]
        best = sum(
            min(records.get(name, Record()).best_points, exercise.points)
            for name, exercise in lesson.exercises.items()
        )
        self.total = say("Together: {points}", points=of(best, lesson.points))
        if store.path is not None and not store.all_saved:
            self.total += say(
                ". Your progress file cannot be written: kept until restart."
            )

    @staticmethod
    def _row(exercise: Exercise, record: Record) -> tuple[str, ...]:
        if record.best_points >= exercise.points:
            status = "passed"
        elif record.best_points > 0:
            status = "partial"
        else:
            status = "failed" if record.attempts else "not attempted"
        symbol, words, _ = look(status)
        count = len(exercise.hints)
        hints = say("{shown} of {count}", shown=record.hints, count=count)
        if record.solution_shown:
            hints += say(", solution")
        best, most = min(record.best_points, exercise.points), exercise.points
        points = say("{shown} of {count}", shown=f"{best:g}", count=f"{most:g}")
        return exercise.name, f"{symbol} {words}", points, str(record.attempts), hints

    def text(self) -> str:
        table = [tuple(map(say, self.HEADS)), *self.rows]
        widths = [max(len(row[i]) for row in table) for i in range(len(self.HEADS))]
        lines = [
            "  ".join(cell.ljust(n) for cell, n in zip(row, widths, strict=True))
            for row in table
        ]
        return "\n".join([self.title, *(line.rstrip() for line in lines), self.total])

    def html(self) -> str:
        style = 'style="text-align:left;padding:2px 12px"'
        heads = "".join(f"<th {style}>{say(head)}</th>" for head in self.HEADS)
        rows = "".join(
            "<tr>" + "".join(f"<td {style}>{escape(c)}</td>" for c in row) + "</tr>"
            for row in self.rows
        )
        table = f"<table><tr>{heads}</tr>{rows}</table>"
        return framed(
            f"<div><b>{escape(self.title)}</b></div>{table}"
            f"<div>{escape(self.total)}</div>",
            "#3b78c2",
        )


# --- Finding and opening lessons -------------------------------------------------


def lessons_folder() -> Path:
    """The folder of all lessons: EDUKERAS_LESSONS, or the one that is installed."""
    chosen = os.environ.get("EDUKERAS_LESSONS")
    if chosen:
        return Path(chosen)
    package = Path(__file__).parents[1]
    installed = package / "_lessons"
    # In a clone, and in an editable install, the lessons lie beside the package.
    return installed if installed.is_dir() else package.parent / "lessons"


def lesson_names() -> list[str]:
    """The names of all lessons, in the order of the course."""
    return sorted(path.parent.name for path in lessons_folder().glob("*/checks.py"))


def lesson(name: str | Path, namespace: Namespace | None = None) -> Lesson:
    """Opens a lesson for a notebook: `%lesson 01_first_model`.

    Args:
        name: such as "01_first_model"; or the path of a lesson's folder.
        namespace: the learner's variables; the caller's globals if left out.
    """
    if namespace is None:
        namespace = sys._getframe(1).f_globals
    opened = load_lesson(name, namespace, ProgressStore(default_path()))
    namespace.setdefault("____", PLACEHOLDER)
    namespace[BINDING] = opened
    return opened


def current_lesson(namespace: Namespace) -> Lesson:
    """The lesson that a notebook has opened."""
    opened = namespace.get(BINDING)
    if not isinstance(opened, Lesson):
        names = lesson_names()
        hint = f"%lesson {names[0]}" if names else "%lesson NAME"
        raise LookupError(explain("No lesson is open in this notebook.", hint=hint))
    return opened


def grade(name: str, lesson: str | Path | None = None) -> Outcome | float | None:
    """The last line of an autograded test cell: `grade("q1", lesson="01_...")`.

    Args:
        name: of the exercise.
        lesson: of which lesson. Left out, it is the one that the notebook opened; but
            a learner may delete the cell that opens it, so test cells had better say.
    """
    namespace = sys._getframe(1).f_globals
    opened = namespace.get(BINDING)
    if lesson is not None and not (
        isinstance(opened, Lesson) and opened.name == Path(lesson).name
    ):
        return load_lesson(lesson, namespace, ProgressStore(default_path())).grade(name)
    return current_lesson(namespace).grade(name)


def load_lesson(name: str | Path, namespace: Namespace, store: ProgressStore) -> Lesson:
    """A lesson from its folder, not yet known to the notebook."""
    folder = name if isinstance(name, Path) else lessons_folder() / name
    path = folder / "checks.py"
    if not path.is_file():
        if isinstance(name, Path):
            message = explain("This folder holds no lesson.", expected="a checks.py")
            raise FileNotFoundError(message)
        raise unknown_name("lesson", name, lesson_names())
    add_catalogue(Path(__file__).parent)  # what every lesson says
    add_catalogue(folder)
    # A name of its own in sys.modules: dataclasses and pickle in checks.py need it.
    checks = ModuleType(f"edukeras_lesson_{folder.name}")
    sys.modules[checks.__name__] = checks
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), vars(checks))
    return Lesson(folder.name, checks, namespace, store)


def in_grader() -> bool:
    """Whether nbgrader runs this notebook: it reads results, errors and streams."""
    return "NBGRADER_EXECUTION" in os.environ
