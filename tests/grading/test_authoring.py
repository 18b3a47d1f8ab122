"""A lesson's text becomes a notebook, and the notebook gives the text back."""

import nbformat
import pytest

from edukeras.grading import lesson_notebook, lesson_text, run_notebook
from edukeras.grading.release import notebook_problems

TEXT = """# Lesson: double

Prose.

+++

More prose, with a fence that is not run:

```python
1 / 0
```

```{code-cell}
x = 3.0
```

```{code-cell} q1-answer
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
```

```{code-cell}
double(x)
```
"""


class Exercise:
    name, points = "q1", 2


@pytest.fixture
def notebook():
    return lesson_notebook(TEXT, "90_double", [Exercise()])


def test_cells_come_in_the_order_of_the_text(notebook):
    kinds = [(cell.cell_type, cell.id) for cell in notebook.cells]
    assert kinds == [
        ("markdown", "cell-01"),
        ("markdown", "cell-02"),
        ("code", "cell-03"),
        ("code", "q1-answer"),
        ("code", "cell-05"),
        ("markdown", "for-the-teacher"),
        ("code", "q1-test"),
    ]
    assert "1 / 0" in notebook.cells[1].source


def test_the_notebook_is_what_nbgrader_wants(notebook):
    nbformat.validate(notebook)
    assert notebook_problems(notebook) == []
    test = notebook.cells[-1]
    assert test.metadata.nbgrader.points == 2
    assert 'grade("q1", lesson="90_double")' in test.source


def test_the_text_comes_back(notebook):
    assert lesson_text(notebook) == TEXT


def test_an_exercise_without_answer_cell_is_reported():
    with pytest.raises(ValueError, match="no answer cell for q1"):
        lesson_notebook("# Only prose", "90_double", [Exercise()])


def test_a_cell_without_end_is_reported():
    with pytest.raises(ValueError, match="has no end"):
        lesson_notebook("```{code-cell}\nx = 1\n", "90_double", [])


def test_a_run_notebook_has_outputs_but_no_times():
    ran = run_notebook(lesson_notebook(TEXT, "90_double", []))
    assert ran.cells[4].outputs[0]["data"]["text/plain"] == "6.0"
    assert all("execution" not in cell.metadata for cell in ran.cells)
    assert ran.metadata.language_info == {"name": "python"}


def test_a_flush_in_the_middle_of_a_line_makes_no_second_output():
    text = """# Flush

```{code-cell}
import sys, time
print("one ", end="", flush=True)
time.sleep(0.3)
print("line")
```
"""
    ran = run_notebook(lesson_notebook(text, "90_double", []))
    outputs = [o for cell in ran.cells for o in cell.get("outputs", [])]
    assert [o["text"] for o in outputs] == ["one line\n"]
