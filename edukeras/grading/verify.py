"""Proves that the checks of a lesson know right from wrong.

`verify(name)` runs every answer that `checks.py` states: the reference, the unusual
right ones, and the typical wrong ones, each of which must meet its own message. It
also compares the lesson's notebook with the checks. One line tests a lesson::

    assert verify("01_first_model") == []
"""

from __future__ import annotations

import contextlib
import io
import itertools
import linecache
import re
from collections.abc import Iterator
from pathlib import Path

from edukeras.grading.attempts import PLACEHOLDER, Namespace
from edukeras.grading.exercises import Exercise
from edukeras.grading.lessons import Lesson, lessons_folder, load_lesson
from edukeras.grading.outcomes import Outcome
from edukeras.grading.progress import ProgressStore

MIN_WRONG_ANSWERS = 3
_numbers = itertools.count(1)


def verify(name: str | Path) -> list[str]:
    """What is not right with a lesson, one sentence each; an empty list is good.

    Args:
        name: such as "01_first_model", or the path of a lesson's folder.
    """
    lesson = load_lesson(name, {}, ProgressStore(None))
    problems = [
        problem
        for exercise in lesson.exercises.values()
        for problem in _exercise_problems(exercise, lesson)
    ]
    folder = name if isinstance(name, Path) else lessons_folder() / name
    notebook = folder / "lesson.ipynb"
    if notebook.is_file():
        problems += _notebook_problems(notebook, lesson)
    if not lesson.exercises:
        problems.append(f"{lesson.name} has no exercises.")
    return problems


def answered(exercise: Exercise, code: str, setup: str = "") -> Outcome:
    """The outcome of an answer in a fresh namespace.

    Args:
        exercise: whose check runs; the reference answers it needs run first.
        code: the answer.
        setup: what the lesson's notebook has run before.
    """
    return exercise.run(namespace_with(exercise, code, setup))


def namespace_with(exercise: Exercise, code: str, setup: str = "") -> Namespace:
    """The variables of a learner who gave this answer; arguments as `answered`."""
    namespace: Namespace = {"__name__": "__main__", "____": PLACEHOLDER}
    _execute(setup, namespace)
    for needed in _all_needs(exercise):
        _execute(needed.reference or "", namespace)
    _execute(code, namespace)
    return namespace


def _exercise_problems(exercise: Exercise, lesson: Lesson) -> Iterator[str]:
    name = exercise.name
    if not exercise.hints:
        yield f"{name} has no hints."
    if not exercise.right_answers:
        yield f"{name} states no unusual right answer."
    if len(exercise.wrong_answers) < MIN_WRONG_ANSWERS:
        yield f"{name} states fewer than {MIN_WRONG_ANSWERS} wrong answers."
    if exercise.reference is None:
        yield f"{name} has no reference answer."
        return
    blank = exercise.run({})
    if blank.status != "not attempted":
        yield f"{name}: without an answer the check says {blank.status!r}."

    rights = [("the reference", exercise.reference)]
    rights += [
        (f"right answer {number}", code)
        for number, code in enumerate(exercise.right_answers, start=1)
    ]
    for which, code in rights:
        outcome = _try(exercise, code, lesson.setup)
        if isinstance(outcome, str):
            yield f"{name}, {which}: {outcome}"
        elif not outcome.passed:
            yield f"{name}, {which} is not accepted:\n{outcome}"

    for number, wrong in enumerate(exercise.wrong_answers, start=1):
        which = f"wrong answer {number}"
        outcome = _try(exercise, wrong.code, lesson.setup)
        if isinstance(outcome, str):
            yield f"{name}, {which}: {outcome}"
        elif outcome.passed:
            yield f"{name}, {which} is accepted, but must be told {wrong.says!r}."
        elif not _says(outcome, wrong.says):
            yield f"{name}, {which} must be told {wrong.says!r}, not:\n{outcome}"
        elif outcome.points != wrong.points:
            got, wanted = f"{outcome.points:g}", f"{wrong.points:g}"
            yield f"{name}, {which} gets {got} points, not {wanted}."
        elif isinstance(outcome.hint, int) and not (
            1 <= outcome.hint <= len(exercise.hints)
        ):
            yield f"{name}, {which} asks for hint {outcome.hint}, which is not there."


def _try(exercise: Exercise, code: str, setup: str) -> Outcome | str:
    """The outcome, or in words why this answer does not even run."""
    try:
        return answered(exercise, code, setup)
    except (Exception, SystemExit) as error:
        return f"its code stops with {type(error).__name__}: {error}"


def _says(outcome: Outcome, words: str) -> bool:
    messages = [outcome.message, *(part.message for part in outcome.parts)]
    return " ".join(words.split()) in " ".join(" ".join(messages).split())


def _all_needs(exercise: Exercise) -> list[Exercise]:
    """The exercises to answer first, each once, in the order of need."""
    needs: dict[str, Exercise] = {}
    for needed in exercise.needs:
        for one in (*_all_needs(needed), needed):
            needs.setdefault(one.name, one)
    return list(needs.values())


def _execute(code: str, namespace: Namespace) -> None:
    """Runs code as a notebook cell; messages can quote its lines."""
    filename = f"<answer {next(_numbers)}>"
    linecache.cache[filename] = (len(code), None, code.splitlines(True), filename)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, filename, "exec"), namespace)


def _notebook_problems(path: Path, lesson: Lesson) -> Iterator[str]:
    """What does not fit between a lesson's notebook and its checks."""
    import nbformat

    from edukeras.grading.release import notebook_problems

    notebook = nbformat.read(path, as_version=4)
    yield from notebook_problems(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    called = re.compile(r"(?:%check\s+|check\(\s*['\"]|grade\(\s*['\"])(\w+)")
    mentioned = {name for cell in code for name in called.findall(cell.source)}
    for name in lesson.exercises:
        if name not in mentioned:
            yield f"lesson.ipynb never checks {name}."
    for name in sorted(mentioned - set(lesson.exercises)):
        yield f"lesson.ipynb checks {name}, which checks.py does not have."
    for cell in code:
        metadata = cell.metadata.get("nbgrader", {})
        graded = re.findall(r"grade\(\s*['\"](\w+)", cell.source)
        if metadata.get("grade") and graded and graded[0] in lesson.exercises:
            points = lesson.exercises[graded[0]].points
            if metadata.get("points") != points:
                yield (
                    f"lesson.ipynb gives {metadata.get('points')} points for "
                    f"{graded[0]}, checks.py gives {points:g}."
                )
