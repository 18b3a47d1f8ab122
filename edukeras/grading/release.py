"""Makes a learner's notebook from a lesson, as nbgrader does; copies lessons.

The author's notebook holds the solutions between markers::

    def relu(x):
        ### BEGIN SOLUTION
        return np.maximum(x, 0)
        ### END SOLUTION

The learner gets `# YOUR CODE HERE` and `raise NotImplementedError()` there, or what
the author wrote after a colon: `### BEGIN SOLUTION: weights = ...`.
Source: nbgrader 0.9 (ClearSolutions, ClearHiddenTests, LockCells, metadata schema 3).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from edukeras.errors import explain

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
CODE_STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
TEXT_STUB = ("YOUR ANSWER HERE",)

# Fields of cell.metadata.nbgrader; checksum and cell_type are nbgrader's own to write.
SCHEMA_VERSION = 3
FLAGS = ("grade", "solution", "locked")
FIELDS = {"schema_version", "grade_id", "points", "task", *FLAGS}


def learner_version(notebook: Any) -> Any:
    """A copy without solutions, hidden tests, mark schemes and outputs.

    Args:
        notebook: as `nbformat.read(path, as_version=4)` gives it; stays as it is.
    """
    released = strip_widgets(notebook)
    for cell in released["cells"]:
        source = cell["source"]
        source = _without_block(source, "HIDDEN TESTS")
        source = _without_block(source, "MARK SCHEME")
        cell["source"] = _without_solution(cell, source)
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
            cell["metadata"].pop("execution", None)
        _lock(cell)
    return released


def strip_widgets(notebook: Any) -> Any:
    """A copy without stored widgets, which no reader could draw any more."""
    stripped = copy.deepcopy(notebook)
    stripped["metadata"].pop("widgets", None)
    for cell in stripped["cells"]:
        if cell["cell_type"] != "code":
            continue
        outputs = []
        for output in cell["outputs"]:
            had_widget = output.get("data", {}).pop(WIDGET_VIEW, None) is not None
            if output.get("data") or not had_widget:
                outputs.append(output)
        cell["outputs"] = outputs
    return stripped


def copy_lessons(target: Path, names: Iterable[str] | None = None) -> list[Path]:
    """Writes the learner's notebooks `target/NN_topic.ipynb`; never overwrites one.

    Args:
        target: the learner's folder; it is made if need be.
        names: which lessons; None is all of them.

    Returns:
        The files written now; those that were there already are left out.
    """
    import nbformat

    from edukeras.grading.lessons import lesson_names, lessons_folder

    target = Path(target)
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for name in lesson_names() if names is None else names:
        source = lessons_folder() / name / "lesson.ipynb"
        if not source.is_file():
            continue  # a lesson that is still being written
        text = nbformat.writes(learner_version(nbformat.read(source, as_version=4)))
        path = target / f"{name}.ipynb"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text + "\n")
        except FileExistsError:
            continue
        written.append(path)
    return written


def notebook_problems(notebook: Any) -> list[str]:
    """What nbgrader, or a reader of the stored notebook, would stumble over."""
    problems = []
    metadata = notebook["metadata"]
    if metadata.get("kernelspec", {}).get("language") != "python":
        problems.append("The notebook names no Python kernelspec (name, language).")
    if "widgets" in metadata:
        problems.append("The notebook stores widget state: use strip_widgets.")
    seen: set[str] = set()
    for number, cell in enumerate(notebook["cells"], start=1):
        problems += [f"Cell {number}: {text}" for text in _cell_problems(cell, seen)]
    return problems


def _cell_problems(cell: Any, seen: set[str]) -> list[str]:
    problems = []
    if any(WIDGET_VIEW in output.get("data", {}) for output in cell.get("outputs", [])):
        problems.append("an output is a stored widget: use strip_widgets.")
    fields = cell["metadata"].get("nbgrader")
    if fields is None:
        return problems
    if fields.get("schema_version") != SCHEMA_VERSION:
        problems.append(f"nbgrader.schema_version must be {SCHEMA_VERSION}.")
    unknown = sorted(set(fields) - FIELDS)
    if unknown:
        problems.append(f"nbgrader has no field {', '.join(unknown)}.")
    missing = [flag for flag in FLAGS if not isinstance(fields.get(flag), bool)]
    if missing:
        problems.append(f"nbgrader.{missing[0]} must be true or false.")

    grade, solution = fields.get("grade"), fields.get("solution")
    if fields.get("task") and cell["cell_type"] != "markdown":
        problems.append("a manual task must be a markdown cell.")
    if cell["cell_type"] == "markdown" and grade != solution:
        problems.append("a markdown answer needs both grade and solution.")
    if solution and not grade and fields.get("locked"):
        problems.append("a locked cell cannot take an answer.")
    if "BEGIN SOLUTION" in cell["source"] and not solution:
        problems.append("it holds a solution, but nbgrader.solution is false.")

    points = fields.get("points")
    if (grade or fields.get("task")) and not (
        isinstance(points, (int, float)) and points >= 0
    ):
        problems.append("a graded cell needs points.")
    grade_id = fields.get("grade_id", "")
    if grade or solution or fields.get("locked"):
        if not re.fullmatch(r"[a-zA-Z0-9_\-]+", grade_id):
            problems.append("grade_id must consist of letters, digits, _ and -.")
        elif grade_id in seen:
            problems.append(f"grade_id {grade_id!r} is used twice.")
        seen.add(grade_id)
    return problems


def _without_solution(cell: Any, source: str) -> str:
    """The source with a stub in place of each solution."""
    default = CODE_STUB if cell["cell_type"] == "code" else TEXT_STUB
    if cell["metadata"].get("nbgrader", {}).get("solution") and (
        "BEGIN SOLUTION" not in source
    ):
        return "\n".join(default)  # without markers the whole cell is the answer
    return _without_block(source, "SOLUTION", default)


def _without_block(source: str, name: str, stub: Iterable[str] = ()) -> str:
    """The source with every block from BEGIN name to END name replaced by the stub."""
    begin = re.compile(rf"^(\s*).*BEGIN {name}\b\s*(?::\s*(.*\S))?.*$")
    lines: list[str] = []
    inside = False
    for line in source.split("\n"):
        match = begin.match(line)
        ends = f"END {name}" in line
        if (match and inside) or (ends and not inside):
            raise _unbalanced(name, line)
        if match:
            inside = True
            indent, own_stub = match.groups()
            # Only a solution has a stub, so only there the author's own counts.
            chosen = [own_stub] if own_stub and stub else stub
            lines += [indent + text for text in chosen]
        elif ends:
            inside = False
        elif not inside:
            lines.append(line)
    if inside:
        raise _unbalanced(name, source.split("\n")[-1])
    return "\n".join(lines)


def _unbalanced(name: str, line: str) -> ValueError:
    return ValueError(
        explain(
            "The markers of a cell do not match.",
            expected=f"### BEGIN {name} and ### END {name} in turn",
            received=repr(line.strip()),
        )
    )


def _lock(cell: Any) -> None:
    """Protects nbgrader's cells from being deleted, and test cells from edits."""
    fields = cell["metadata"].get("nbgrader")
    if fields is None:
        return
    fields.pop("checksum", None)  # it was of the source before
    fields.pop("cell_type", None)
    if any(fields.get(flag) for flag in (*FLAGS, "task")):
        cell["metadata"]["deletable"] = False
    if fields.get("locked"):
        cell["metadata"]["editable"] = False
