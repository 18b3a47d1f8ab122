"""`verify` accepts a good lesson, and finds what is wrong with a bad one."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from edukeras.grading import lesson_names, lessons_folder, verify
from edukeras.grading.lessons import load_lesson
from edukeras.grading.progress import ProgressStore
from edukeras.grading.verify import answered


@pytest.mark.parametrize("name", ["90_neuron"])
def test_good_lesson_has_no_problems(name):
    assert name in lesson_names()
    assert verify(name) == []


@pytest.fixture
def changed(tmp_path):
    """Verifies the good lesson after a change to its checks."""

    def verify_changed(old, new):
        source = (lessons_folder() / "90_neuron" / "checks.py").read_text("utf-8")
        assert old in source
        (tmp_path / "checks.py").write_text(source.replace(old, new, 1), "utf-8")
        return "\n".join(verify(tmp_path))

    return verify_changed


CHANGES = [
    # what the author gets wrong, and what verify says
    ("y, 0.5, ", "y, 0.6, ", "q1, the reference is not accepted:\n✗ q1: not right yet"),
    ("np.tanh(z / 2)", "np.tanh(z)", "q1, right answer 1 is not accepted"),
    ('comes after the sum?",\n)', 'else?",\n)', "must be told 'What else?', not:\n✗"),
    (
        'return np.dot(x, w) + b"',
        'return 1/(1+np.exp(-np.dot(x, w)-b))"',
        "is accepted, but",
    ),
    ("hint=2", "hint=3", "q1, wrong answer 1 asks for hint 3, which is not there."),
    ("points=2.5", "points=2", "q2, wrong answer 2 gets 2.5 points, not 2."),
    ('hints=["One output a row."]', "hints=[]", "q2 has no hints."),
    ("points=3", "points=4", "q2, the reference is not accepted:\n◐ q2: partly right"),
    ("q1.answer(", "print(", "q1 has no reference answer."),
    ("q1.right(", "print(", "q1 states no unusual right answer."),
    ("q1.wrong(", "dict(code=", "q1 states fewer than 3 wrong answers."),
    ("z = np.dot(x, w) + b", "z = np.dot(x, w) +", "its code stops with SyntaxError"),
    (
        "def q1(neuron)",
        "def q1(neuron=abs)",
        "without an answer the check says 'raised'",
    ),
    ("needs=[q1]", "needs=[]", "NameError: name 'neuron' is not defined"),
    ("SETUP = ", "OTHER = ", "NameError: name 'np' is not defined"),
]


@pytest.mark.parametrize(("old", "new", "problem"), CHANGES)
def test_mistake_of_the_author_is_found(changed, old, new, problem):
    assert problem in changed(old, new)


def test_folder_without_exercises_is_a_problem(tmp_path):
    (tmp_path / "checks.py").write_text("")
    assert verify(tmp_path) == [f"{tmp_path.name} has no exercises."]


def test_message_quotes_the_line_of_an_answer():
    lesson = load_lesson("90_neuron", {}, ProgressStore(None))
    outcome = answered(lesson.exercises["q1"], "def neuron(x, w, b):\n  return 1 / b")
    assert outcome.message.endswith("in `neuron`, at `return 1 / b`")


def test_notebook_and_checks_must_fit(tmp_path):
    source = (lessons_folder() / "90_neuron" / "checks.py").read_text("utf-8")
    (tmp_path / "checks.py").write_text(source, "utf-8")
    test_cell = new_code_cell("grade('q1')")
    test_cell.metadata.nbgrader = {
        "schema_version": 3,
        "grade_id": "test-q1",
        "points": 5,
        "grade": True,
        "solution": False,
        "locked": True,
    }
    notebook = new_notebook(cells=[test_cell, new_code_cell("%check q7")])
    notebook.metadata.kernelspec = {"name": "python3", "language": "python"}
    nbformat.write(notebook, tmp_path / "lesson.ipynb")
    assert verify(tmp_path) == [
        "lesson.ipynb never checks q2.",
        "lesson.ipynb checks q7, which checks.py does not have.",
        "lesson.ipynb gives 5 points for q1, checks.py gives 2.",
    ]
    test_cell.metadata.nbgrader.points = 2
    notebook.cells[1].source = "%check q2"
    nbformat.write(notebook, tmp_path / "lesson.ipynb")
    assert verify(tmp_path) == []
