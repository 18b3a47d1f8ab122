"""A lesson as plain text: easy to write in an editor, turned into a notebook and run.

The text is Markdown; its code cells are fences, as in MyST::

    # Lesson 2: A layer by hand

    Prose becomes a Markdown cell.

    ```{code-cell}
    x = np.ones(3)
    ```

    ```{code-cell} q1-answer
    def relu(x):
        ### BEGIN SOLUTION
        return np.maximum(x, 0)
        ### END SOLUTION
    ```

    ```{code-cell} q1-check
    %check q1
    ```

A line `+++` begins another Markdown cell. `q1-answer` is the cell with the learner's
answer; the cells that report points to nbgrader are added at the end. The notebook is
what is kept: `lesson_text` gives its text back for the next change.

Source: https://mystmd.org/guide/notebooks-with-markdown
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from edukeras.errors import explain
from edukeras.grading.exercises import Exercise
from edukeras.grading.lessons import lessons_folder, load_lesson
from edukeras.grading.progress import ProgressStore
from edukeras.grading.release import SCHEMA_VERSION, strip_widgets
from edukeras.saving.atomic import atomic_write

OPENING = "```{code-cell}"
CLOSING = "```"
SPLIT = "+++"
FOR_THE_TEACHER = """---

**For your teacher.** The cells below report your points to nbgrader. \
You need not run them."""

# What makes the outputs the same on every machine.
STATIC = {
    "EDUKERAS_STATIC": "1",
    "EDUKERAS_DETERMINISTIC": "1",
    "EDUKERAS_PROGRESS": "off",
}


def lesson_notebook(text: str, name: str, exercises: Iterable[Exercise]) -> Any:
    """The notebook that a lesson's text describes; its cells have not been run.

    Args:
        text: Markdown with code fences, see the top of this file.
        name: of the lesson, such as "02_dense_layer".
        exercises: of its checks.py; each needs a cell `<exercise>-answer`.
    """
    import nbformat

    cells = [_cell(*piece, number) for number, piece in enumerate(_pieces(text), 1)]
    found = {cell["id"] for cell in cells}
    for exercise in exercises:
        if f"{exercise.name}-answer" not in found:
            raise ValueError(
                explain(
                    f"The text of {name} has no answer cell for {exercise.name}.",
                    expected=f"{OPENING} {exercise.name}-answer",
                )
            )
    cells.append(nbformat.v4.new_markdown_cell(FOR_THE_TEACHER, id="for-the-teacher"))
    cells += [_test_cell(exercise, name) for exercise in exercises]
    return nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {
                "display_name": "Python 3",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        },
    )


def lesson_text(notebook: Any) -> str:
    """The text of a lesson's notebook: what `lesson_notebook` takes."""
    parts: list[str] = []
    before = ""
    for cell in notebook["cells"]:
        source = cell["source"].partition(FOR_THE_TEACHER)[0].rstrip("\n")
        if not source or cell["id"].endswith("-test"):
            continue  # made anew from the checks
        if cell["cell_type"] == "markdown":
            parts += [SPLIT] if before == "markdown" else []
            parts.append(source)
        else:
            named = re.match(r"q\w+-\w+$", cell["id"])
            head = f"{OPENING} {cell['id']}" if named else OPENING
            parts.append(f"{head}\n{source}\n{CLOSING}")
        before = cell["cell_type"]
    return "\n\n".join(parts) + "\n"


def write_lesson(folder: Path, text: str) -> Path:
    """Makes `lesson.ipynb` from its text, runs it, and keeps it with its outputs.

    A cell that stops with an error leaves the file as it was, and is reported.
    """
    import nbformat

    lesson = load_lesson(folder, {}, ProgressStore(None))
    notebook = lesson_notebook(text, lesson.name, lesson.exercises.values())
    path = folder / "lesson.ipynb"
    ran = run_notebook(notebook, folder.parent)
    with atomic_write(path) as file:
        file.write((nbformat.writes(ran) + "\n").encode())
    return path


def run_notebook(notebook: Any, lessons: Path | None = None) -> Any:
    """The notebook with the outputs of a fresh kernel, and without widgets.

    Args:
        notebook: stays as it is.
        lessons: the folder of all lessons, if it is not the installed one.
    """
    from nbclient import NotebookClient

    environment = {**os.environ, **STATIC}
    environment["EDUKERAS_LESSONS"] = str((lessons or lessons_folder()).resolve())
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            _copy(notebook),
            timeout=120,
            # Where a kernel happens to flush must not break a line in two.
            coalesce_streams=True,
            resources={"metadata": {"path": folder}},
        )
        # A kernel greets on its stderr; what cells write there is in their outputs.
        ran = client.execute(env=environment, stderr=subprocess.DEVNULL)
    for cell in ran["cells"]:
        cell["metadata"].pop("execution", None)  # times of this very run
    ran["metadata"]["language_info"] = {"name": "python"}  # not this very Python
    return strip_widgets(ran)


def _copy(notebook: Any) -> Any:
    import nbformat

    return nbformat.reads(nbformat.writes(notebook), as_version=4)


def _pieces(text: str) -> Iterator[tuple[str, str, str]]:
    """(kind, name, source) of each cell."""
    lines: list[str] = []
    kind, name = "markdown", ""
    for line in [*text.split("\n"), SPLIT]:
        opens = kind == "markdown" and line.startswith(OPENING)
        closes = kind == "code" and line.rstrip() == CLOSING
        splits = kind == "markdown" and line.rstrip() == SPLIT
        if not (opens or closes or splits):
            lines.append(line)
            continue
        source = "\n".join(lines).strip("\n")
        if source.strip():
            yield kind, name, source
        lines = []
        kind = "code" if opens else "markdown"
        name = line.removeprefix(OPENING).strip() if opens else ""
    if kind == "code":
        raise ValueError(explain("A code cell has no end.", expected=CLOSING))


def _cell(kind: str, name: str, source: str, number: int) -> Any:
    import nbformat

    if kind == "markdown":
        return nbformat.v4.new_markdown_cell(source, id=f"cell-{number:02}")
    cell = nbformat.v4.new_code_cell(source, id=name or f"cell-{number:02}")
    if name.endswith("-answer"):
        cell["metadata"]["nbgrader"] = _fields(name, solution=True)
    return cell


def _test_cell(exercise: Exercise, lesson: str) -> Any:
    import nbformat

    name = exercise.name
    source = f'from edukeras.grading import grade\n\ngrade("{name}", lesson="{lesson}")'
    fields = _fields(f"{name}-test", grade=True, locked=True, points=exercise.points)
    return nbformat.v4.new_code_cell(
        source, id=f"{name}-test", metadata={"nbgrader": fields}
    )


def _fields(grade_id: str, **chosen: Any) -> dict[str, Any]:
    """nbgrader's metadata of a cell."""
    flags = {"grade": False, "solution": False, "locked": False, "task": False}
    return {
        **flags,
        "grade_id": grade_id,
        "schema_version": SCHEMA_VERSION,
        **chosen,
    }
