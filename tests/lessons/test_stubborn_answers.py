"""Answers that stop with an error or never end: every exercise says so, and goes on."""

from pathlib import Path

import pytest

from edukeras.grading.lessons import load_lesson
from edukeras.grading.progress import ProgressStore
from edukeras.grading.verify import namespace_with

LESSONS = Path(__file__).resolve().parents[2] / "lessons"
FOLDERS = sorted(path.parent for path in LESSONS.glob("*/checks.py"))


def cases():
    for folder in FOLDERS:
        lesson = load_lesson(folder, {}, ProgressStore(None))
        for exercise in lesson.exercises.values():
            yield pytest.param(lesson, exercise, id=f"{folder.name}-{exercise.name}")


CASES = list(cases())


def namespace_of(lesson, exercise, stubborn):
    """What a learner has whose functions all do this; None if there are none."""
    namespace = namespace_with(exercise, exercise.reference, lesson.setup)
    names = exercise.function.__code__.co_varnames
    names = names[: exercise.function.__code__.co_argcount]
    callables = [name for name in names if callable(namespace.get(name))]
    if not callables or hasattr(namespace[callables[0]], "predict"):
        return None  # the answer is numbers, or a model: nothing of it runs
    for name in callables:
        code = f"def {name}(*args, **kwargs):\n    {stubborn}\n"
        if isinstance(namespace[name], type):
            namespace["_Right"] = namespace[name]
            code = code.replace(f"def {name}(", "def __init__(").replace("\n", "\n    ")
            code = f"class {name}(_Right):\n    {code}"
        exec(code, namespace)
    return namespace


def test_most_answers_are_code_that_can_be_stubborn():
    stubborn = [namespace_of(*case.values, "pass") is not None for case in CASES]
    assert sum(stubborn) >= 75


@pytest.mark.parametrize(("lesson", "exercise"), CASES)
def test_a_crashing_answer_is_told_so(lesson, exercise):
    namespace = namespace_of(lesson, exercise, 'raise RuntimeError("boom")')
    if namespace is None:
        return
    outcome = exercise.run(namespace)
    told = outcome.text()
    assert outcome.points == 0
    assert "stopped with an error" in told
    assert "boom" in told


@pytest.mark.parametrize(("lesson", "exercise"), CASES)
def test_an_endless_answer_is_told_so(lesson, exercise, monkeypatch):
    namespace = namespace_of(lesson, exercise, "while True: pass")
    if namespace is None:
        return
    monkeypatch.setattr(exercise, "seconds", 0.3)
    outcome = exercise.run(namespace)
    assert outcome.status == "timed out"
    assert "Is there a loop without end?" in outcome.text()
