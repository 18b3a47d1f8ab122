"""What holds for every lesson: its checks, its notebook, the learner's version.

`pytest --nbval lessons` runs the notebooks; here is what can be known without.
"""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from edukeras.grading import learner_version, verify
from edukeras.grading.lessons import load_lesson
from edukeras.grading.progress import ProgressStore

LESSONS = Path(__file__).resolve().parents[2] / "lessons"
FOLDERS = sorted(path.parent for path in LESSONS.glob("*/checks.py"))

# Two decimals are compared (lessons/conftest.py); these differ from run to run.
CHANGING = {
    "an address": r"0x[0-9a-fA-F]{6,}",
    "a path": r"/(?:home|root|tmp|Users|work|usr|var|opt)/|site-packages|ipykernel_\d",
    "a duration": r"\d\s?(?:ms|µs|us|s)/(?:step|epoch)|Wall time|\b\d+s \d",
    "a date": r"\b20\d\d-[01]\d-[0-3]\d\b",
}

lessons = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


@pytest.fixture(autouse=True)
def _no_stored_progress(monkeypatch):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setenv("EDUKERAS_PROGRESS", "off")


def read(folder):
    return nbformat.read(folder / "lesson.ipynb", as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook):
    """Every stored output as (cell number, MIME type, text)."""
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            for kind, value in output.get("data", {}).items():
                yield number, kind, value if isinstance(value, str) else str(value)
            if "text" in output:
                yield number, output["name"], output["text"]


SOLUTION = re.compile(r"### BEGIN SOLUTION.*?\n(.*?)### END SOLUTION", re.S)


def solution_lines(notebook):
    """The lines of solutions that stand nowhere else in the notebook."""
    solutions = "\n".join(
        block
        for cell in code_cells(notebook)
        for block in SOLUTION.findall(cell.source)
    )
    given = "\n".join(SOLUTION.sub("", cell.source) for cell in notebook.cells)
    lines = {line.strip() for line in solutions.split("\n")}
    return [line for line in lines if line and line not in given]


def test_there_are_lessons():
    assert [folder.name for folder in FOLDERS][:1] == ["01_first_model"]


@lessons
def test_checks_recognise_right_and_wrong_answers(folder):
    assert verify(folder) == []


@lessons
def test_notebook_follows_its_format(folder):
    notebook = read(folder)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


@lessons
def test_every_cell_was_run_in_order_and_without_error(folder):
    cells = code_cells(read(folder))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", cell.source


@lessons
def test_stored_outputs_are_the_same_on_every_machine(folder):
    notebook = read(folder)
    assert "widgets" not in notebook.metadata
    for number, kind, text in outputs(notebook):
        assert "widget" not in kind, number
        if kind.startswith("image/"):
            continue
        text = re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)
        found = [what for what, regex in CHANGING.items() if re.search(regex, text)]
        assert not found, f"cell {number} shows {found[0]}: {text[:200]}"


@lessons
def test_author_has_solved_every_exercise(folder):
    shown = "\n".join(text for _, kind, text in outputs(read(folder)))
    for name in load_lesson(folder, {}, ProgressStore(None)).exercises:
        assert f"✓ {name}: passed" in shown


@lessons
def test_learner_gets_no_solution(folder):
    notebook = read(folder)
    lines = solution_lines(notebook)
    assert len(lines) >= 5
    released = learner_version(notebook)
    nbformat.validate(released)
    text = "\n".join(cell.source for cell in released.cells)
    for line in (*lines, "BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS"):
        assert line not in text
    assert all(cell.outputs == [] for cell in code_cells(released))


@lessons
def test_every_exercise_has_an_answer_cell_and_a_graded_cell(folder):
    exercises = load_lesson(folder, {}, ProgressStore(None)).exercises
    fields = {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader
        for cell in read(folder).cells
        if "nbgrader" in cell.metadata
    }
    for name, exercise in exercises.items():
        answer, test = fields[f"{name}-answer"], fields[f"{name}-test"]
        assert (answer.solution, answer.grade, answer.locked) == (True, False, False)
        assert (test.solution, test.grade, test.locked) == (False, True, True)
        assert test.points == exercise.points
    assert len(fields) == 2 * len(exercises)


@lessons
def test_blank_notebook_is_not_attempted_rather_than_wrong(folder):
    lesson = load_lesson(folder, {}, ProgressStore(None))
    for cell in code_cells(learner_version(read(folder))):
        if cell.metadata.get("nbgrader", {}).get("solution"):
            try:
                exec(cell.source, lesson._namespace)
            except (NotImplementedError, NameError):
                pass  # a gap outside a function
    for name in lesson.exercises:
        assert lesson.outcome(name).status == "not attempted"


@lessons
def test_prose_and_code_are_easy_to_read(folder):
    """Code fits a small window, and no code cell is a wall."""
    for cell in code_cells(read(folder)):
        lines = cell.source.split("\n")
        assert max(map(len, lines)) <= 88, max(lines, key=len)
        assert len(lines) <= 30


@lessons
def test_untouched_copy_runs_from_top_to_bottom(folder, tmp_path):
    """A learner who only reads on meets no error: `%carry_on` stands in."""
    notebook = learner_version(read(folder))
    client = NotebookClient(
        notebook, timeout=60, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()  # raises at the first error
    streams = [o for c in code_cells(notebook) for o in c.outputs if "name" in o]
    assert [o.text for o in streams if o.name == "stderr"] == []
    shown = "".join(o.text for o in streams if o.name == "stdout")
    assert "goes on with our answer" in shown
