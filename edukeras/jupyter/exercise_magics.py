"""The learner's magics: %lesson %check %hint %solution %carry_on %progress.

Each calls the method of the same name on the notebook's `Lesson`, so that
`lesson.check("q1")` does in a script what `%check q1` does in a notebook.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand

from edukeras.errors import UnknownNameError
from edukeras.grading.lessons import (
    Lesson,
    current_lesson,
    lesson as open_lesson,
    lesson_names,
)
from edukeras.grading.outcomes import Note, Shown


@magics_class
class ExerciseMagics(Magics):
    """Checks, hints and solutions for the exercises of a lesson."""

    @no_var_expand
    @line_magic
    def lesson(self, line: str) -> Shown:
        """Open a lesson in this notebook: %lesson 01_first_model

        Without a name: list the lessons.
        """
        if not line.strip():
            return Note("Lessons", "\n".join(lesson_names()) or "There are none yet.")
        return _plainly(lambda: open_lesson(line.strip(), self._variables))

    @no_var_expand
    @line_magic
    def check(self, line: str) -> Shown | None:
        """Check your answer to an exercise: %check q1"""
        return self._call(Lesson.check, line)

    @no_var_expand
    @line_magic
    def hint(self, line: str) -> Shown:
        """Show the next hint for an exercise: %hint q1"""
        return self._call(Lesson.hint, line)

    @no_var_expand
    @line_magic
    def solution(self, line: str) -> Shown:
        """Show a solution, after an attempt of yours: %solution q1"""
        return self._call(Lesson.solution, line)

    @no_var_expand
    @line_magic
    def carry_on(self, line: str) -> None:
        """Go on without having solved an exercise: %carry_on q1

        The cells that follow get our answer, unless yours is right.
        """
        self._call(Lesson.carry_on, line)

    @no_var_expand
    @line_magic
    def progress(self, line: str) -> Shown:
        """Show what you have done in this lesson: %progress"""
        return _plainly(lambda: current_lesson(self._variables).progress())

    @property
    def _variables(self) -> dict[str, Any]:
        assert self.shell is not None  # magics are called by a shell
        return self.shell.user_ns

    def _call(self, method: Callable[[Lesson, str], Any], line: str) -> Any:
        name = line.strip().strip("\"'")
        opened = _plainly(lambda: current_lesson(self._variables))
        if not name:
            known = ", ".join(opened.exercises)
            raise UsageError(f"Which exercise? This lesson has: {known}")
        return _plainly(lambda: method(opened, name))


def _plainly(action: Callable[[], Any]) -> Any:
    """Runs the action; a mistyped name becomes one line instead of a traceback."""
    try:
        return action()
    except (UnknownNameError, LookupError) as error:
        raise UsageError(str(error)) from None
