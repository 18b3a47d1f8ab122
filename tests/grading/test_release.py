"""The learner's notebook."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from edukeras.grading import copy_lessons, learner_version, strip_widgets
from edukeras.grading.release import WIDGET_VIEW, notebook_problems

ANSWER = {"grade": False, "solution": True, "locked": False}
TESTS = {"grade": True, "solution": False, "locked": True, "points": 2}
MANUAL = {"grade": True, "solution": True, "locked": False, "points": 3}
READ_ONLY = {"grade": False, "solution": False, "locked": True}

SOLUTION = """def relu(x):
    if x is None:
        ### BEGIN SOLUTION
        raise ValueError("None")
        ### END SOLUTION
    ### BEGIN SOLUTION
    return np.maximum(x, 0)
    ### END SOLUTION"""

STUBBED = """def relu(x):
    if x is None:
        # YOUR CODE HERE
        raise NotImplementedError()
    # YOUR CODE HERE
    raise NotImplementedError()"""

HIDDEN = """grade("q1")
### BEGIN HIDDEN TESTS
assert relu(-7) == 0
### END HIDDEN TESTS"""


def cell(source, fields=None, name="a", new=new_code_cell, **kwargs):
    made = new(source, **kwargs)
    if fields is not None:
        made.metadata.nbgrader = {"schema_version": 3, "grade_id": name, **fields}
    return made


def book(*cells):
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=list(cells), metadata={"kernelspec": kernel})


@pytest.fixture
def source():
    """A lesson with nbgrader's kinds of cells."""
    output = new_output("execute_result", {"text/plain": "3"}, execution_count=4)
    demo = cell("1 + 2", execution_count=4, outputs=[output])
    return book(
        cell("# Lesson", new=new_markdown_cell),
        demo,
        cell(SOLUTION, ANSWER, "q1"),
        cell(HIDDEN, TESTS, "test-q1"),
        cell("Why?", READ_ONLY, "why", new_markdown_cell),
        cell("Since.", MANUAL, "q2", new_markdown_cell),
    )


def test_solutions_hidden_tests_and_outputs_are_removed(source):
    released = learner_version(source)
    sources = [c.source for c in released.cells]
    assert sources == [
        "# Lesson",
        "1 + 2",
        STUBBED,
        'grade("q1")',
        "Why?",
        "YOUR ANSWER HERE",
    ]
    assert released.cells[1].outputs == []
    assert released.cells[1].execution_count is None
    nbformat.validate(released)


def test_metadata_stays_valid_and_cells_are_locked(source):
    nbgrader = dict(source.cells[2].metadata.nbgrader)
    source.cells[2].metadata.nbgrader.checksum = 32 * "a"  # of the author's source
    released = learner_version(source)
    assert notebook_problems(released) == []
    assert released.cells[2].metadata.nbgrader == nbgrader
    locks = [
        (c.metadata.get("deletable"), c.metadata.get("editable"))
        for c in released.cells
    ]
    none, kept, fixed = (None, None), (False, None), (False, False)
    assert locks == [none, none, kept, fixed, fixed, kept]


def test_the_authors_notebook_is_not_changed(source):
    before = nbformat.writes(source)
    learner_version(source)
    strip_widgets(source)
    assert nbformat.writes(source) == before


def test_author_may_choose_the_stub():
    text = "### BEGIN SOLUTION: weights = ...\nweights = 3\n### END SOLUTION\nweights"
    released = learner_version(book(cell(text)))
    assert released.cells[0].source == "weights = ...\nweights"


def test_solution_cell_without_markers_is_the_solution():
    released = learner_version(book(cell("w = 3", ANSWER), cell("w")))
    assert released.cells[0].source == "# YOUR CODE HERE\nraise NotImplementedError()"
    assert released.cells[1].source == "w"


def test_mark_scheme_is_removed():
    text = "Do it.\n=== BEGIN MARK SCHEME ===\n2 points\n=== END MARK SCHEME ==="
    task = {
        "grade": False,
        "solution": False,
        "locked": True,
        "task": True,
        "points": 2,
    }
    released = learner_version(book(cell(text, task, new=new_markdown_cell)))
    assert released.cells[0].source == "Do it."


@pytest.mark.parametrize(
    "text",
    [
        "### BEGIN SOLUTION\nx = 1",
        "x = 1\n### END SOLUTION",
        "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION",
        "### BEGIN HIDDEN TESTS\nassert x",
    ],
)
def test_markers_that_do_not_match_are_refused(text):
    with pytest.raises(ValueError, match="markers of a cell do not match"):
        learner_version(book(cell(text)))


def test_learners_stub_counts_as_not_attempted(notebook):
    text = "def neuron(x, w, b):\n    ### BEGIN SOLUTION\n    1\n    ### END SOLUTION"
    exec(learner_version(book(cell(text))).cells[0].source, notebook)
    assert notebook["lesson"].check("q1").status == "not attempted"


def test_widgets_are_stripped_and_their_text_stays():
    both = new_output("display_data", {WIDGET_VIEW: {}, "text/plain": "Slider"})
    only = new_output("display_data", {WIDGET_VIEW: {}})
    stream = new_output("stream", text="hello")
    noted = book(cell("show()", outputs=[both, only, stream]))
    noted.metadata.widgets = {"state": {}}
    assert len(notebook_problems(noted)) == 2
    stripped = strip_widgets(noted)
    assert "widgets" not in stripped.metadata
    assert [o.output_type for o in stripped.cells[0].outputs] == [
        "display_data",
        "stream",
    ]
    assert stripped.cells[0].outputs[0].data == {"text/plain": "Slider"}
    assert notebook_problems(stripped) == []


BAD_CELLS = [
    (cell("x", ANSWER | {"schema_version": 2}), "schema_version must be 3"),
    (cell("x", ANSWER | {"color": 1}), "no field color"),
    (cell("x", {"grade": True, "points": 1}), "solution must be true or false"),
    (cell("x", TESTS | {"points": None}), "needs points"),
    (cell("x", TESTS, "a b"), "grade_id must consist"),
    (cell("### BEGIN SOLUTION\n### END SOLUTION", TESTS), "holds a solution"),
    (cell("x", TESTS, new=new_markdown_cell), "needs both grade and solution"),
    (cell("x", ANSWER | {"locked": True}), "cannot take an answer"),
    (cell("x", READ_ONLY | {"task": True, "points": 1}), "must be a markdown cell"),
]


@pytest.mark.parametrize(("bad", "problem"), BAD_CELLS)
def test_what_nbgrader_would_refuse_is_found(bad, problem):
    assert problem in "\n".join(notebook_problems(book(bad)))


def test_id_used_twice_and_missing_kernel_are_found():
    twice = book(cell("x", ANSWER), cell("y", ANSWER))
    assert notebook_problems(twice) == ["Cell 2: grade_id 'a' is used twice."]
    assert "kernelspec" in notebook_problems(new_notebook())[0]


def test_lessons_are_copied_once_and_never_overwritten(tmp_path, monkeypatch, source):
    lessons, target = tmp_path / "lessons", tmp_path / "mine" / "deep"
    for name in ("01_one", "02_two", "03_unwritten"):
        (lessons / name).mkdir(parents=True)
        (lessons / name / "checks.py").write_text("")
    for name in ("01_one", "02_two"):
        nbformat.write(source, lessons / name / "lesson.ipynb")
    monkeypatch.setenv("EDUKERAS_LESSONS", str(lessons))

    assert copy_lessons(target, ["01_one"]) == [target / "01_one.ipynb"]
    (target / "01_one.ipynb").write_text("the learner's work")
    assert copy_lessons(target) == [target / "02_two.ipynb"]
    assert copy_lessons(target) == []
    assert (target / "01_one.ipynb").read_text() == "the learner's work"
    copied = (target / "02_two.ipynb").read_text("utf-8")
    assert "np.maximum" not in copied
    assert "HIDDEN" not in copied
    nbformat.validate(nbformat.reads(copied, as_version=4))
