"""Real nbgrader releases, validates, grades and gives feedback on our lessons.

Three lessons, and of each a blank, a right and a wrong submission: nbgrader's gradebook
must hold the points that our own checks give.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from edukeras.grading import answered
from edukeras.grading.lessons import load_lesson
from edukeras.grading.progress import ProgressStore

pytest.importorskip("nbgrader", reason="nbgrader is not installed")

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.parent.name for path in (ROOT / "lessons").glob("*/checks.py"))[:3]
STUDENTS = ("blank", "right", "wrong")


def nbgrader(course, *arguments):
    """Runs `nbgrader ARGUMENTS` in the course's folder."""
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("PYTEST")},
        "PYTHONPATH": str(ROOT),
        # nbgrader calls `alembic`, which lies beside this Python.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "EDUKERAS_LESSONS": str(ROOT / "lessons"),
        **{f"JUPYTER_{kind}_DIR": str(course / kind) for kind in ("CONFIG", "DATA")},
        "IPYTHONDIR": str(course / "ipython"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def lesson_of(name):
    return load_lesson(ROOT / "lessons" / name, {}, ProgressStore(None))


def answers(name, student):
    """The code that a student writes for each exercise; None leaves it blank."""
    return {
        exercise.name: {
            "blank": None,
            "right": exercise.reference,
            "wrong": exercise.wrong_answers[0].code,
        }[student]
        for exercise in lesson_of(name).exercises.values()
    }


def submit(released, target, name, student):
    notebook = nbformat.read(released, as_version=4)
    for exercise, code in answers(name, student).items():
        for cell in notebook.cells:
            if (
                cell.metadata.get("nbgrader", {}).get("grade_id")
                == f"{exercise}-answer"
            ):
                cell.source = cell.source if code is None else code
    target.parent.mkdir(parents=True)
    nbformat.write(notebook, target)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with all lessons released, handed in, graded and commented."""
    course = tmp_path_factory.mktemp("course")
    (course / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        'c.CourseDirectory.course_id = "edukeras"\n'
        f"c.CourseDirectory.root = {str(course)!r}\n"
        "c.Execute.timeout = 120\n"
    )
    for name in NAMES:
        (course / "source" / name).mkdir(parents=True)
        shutil.copy(
            ROOT / "lessons" / name / "lesson.ipynb",
            course / "source" / name / f"{name}.ipynb",
        )
        nbgrader(course, "generate_assignment", name)
        for student in STUDENTS:
            submit(
                course / "release" / name / f"{name}.ipynb",
                course / "submitted" / student / name / f"{name}.ipynb",
                name,
                student,
            )
        nbgrader(course, "autograde", name)
        nbgrader(course, "generate_feedback", name)
    return course


def points(course, name, student):
    """{exercise: points} in nbgrader's gradebook."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        submission = gradebook.find_submission(name, student)
        return {
            grade.cell.name.removesuffix("-test"): grade.score
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


@pytest.mark.parametrize("student", STUDENTS)
@pytest.mark.parametrize("name", NAMES)
def test_nbgrader_gives_the_points_of_our_checks(course, name, student):
    lesson = lesson_of(name)
    expected = {}
    for exercise, code in answers(name, student).items():
        outcome = (
            None
            if code is None
            else answered(lesson.exercises[exercise], code, lesson.setup)
        )
        expected[exercise] = 0.0 if outcome is None else outcome.points
    assert points(course, name, student) == expected
    if student == "right":
        assert sum(expected.values()) == lesson.points


@pytest.mark.parametrize("name", NAMES)
def test_nbgrader_finds_no_solution_in_what_is_released(course, name):
    released = (course / "release" / name / f"{name}.ipynb").read_text()
    assert "BEGIN SOLUTION" not in released
    assert "HIDDEN TESTS" not in released


@pytest.mark.parametrize("name", NAMES)
def test_a_right_notebook_validates_and_a_blank_one_does_not(course, name):
    right = course / "submitted" / "right" / name / f"{name}.ipynb"
    assert "Success!" in nbgrader(course, "validate", str(right))
    blank = course / "submitted" / "blank" / name / f"{name}.ipynb"
    assert "VALIDATION FAILED" in nbgrader(course, "validate", str(blank))


@pytest.mark.parametrize("name", NAMES)
def test_feedback_says_why_and_shows_no_check(course, name):
    page = (course / "feedback" / "wrong" / name / f"{name}.html").read_text()
    first = next(iter(lesson_of(name).exercises.values()))
    assert "not right yet" in page or "partly right" in page
    assert f"def {first.name}(" not in page  # the check's own source
