"""A learner's path through every lesson, with a real keyboard in JupyterLab.

Open the learner's version and run it all. Answer wrongly and be told why, ask for a
hint, answer rightly, see the progress. Restart the kernel and come back: all that was
reached is still there.
"""

import os
import re
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("playwright")

from playwright.sync_api import expect

from edukeras.grading import learner_version
from edukeras.grading.lessons import load_lesson
from edukeras.grading.progress import ProgressStore
from tests.browser.lab import NotebookPage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSONS = Path(__file__).resolve().parents[2] / "lessons"
NAMES = sorted(path.parent.name for path in LESSONS.glob("*/checks.py"))
# A walk takes most of a minute. All of them: EDUKERAS_WALK=all make browser
WALKED = NAMES if os.environ.get("EDUKERAS_WALK") == "all" else NAMES[:2]


def sources(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def type_into(opened, number, source):
    """Replaces what stands in a cell, as pasting does."""
    opened.cell(number).locator(".cm-content").click()
    opened.page.keyboard.press("Control+a")
    opened.page.keyboard.insert_text(source)


def shown(opened, number):
    return " ".join(opened.output_area(number).all_inner_texts())


def menu(opened, *path):
    """Clicks through a menu of JupyterLab: "Run", "Run All Cells"."""
    for depth, name in enumerate(path):
        kind = ".lm-MenuBar-item" if depth == 0 else ".lm-Menu-item:visible"
        label = re.compile(rf"^\s*{re.escape(name)}")
        opened.page.locator(kind).filter(has_text=label).first.click()


@pytest.mark.parametrize("name", WALKED)
def test_a_learner_walks_through_the_lesson(name, server, browser):
    lesson = load_lesson(LESSONS / name, {}, ProgressStore(None))
    released = learner_version(
        nbformat.read(LESSONS / name / "lesson.ipynb", as_version=4)
    )
    nbformat.write(released, server.notebooks / f"{name}.ipynb")
    cells = sources(released)
    last = len(cells) - 1

    page = browser.new_page(viewport={"width": 1200, "height": 900})
    opened = NotebookPage(page, server.address)
    opened.open(f"{name}.ipynb")

    opened.run(0)

    # Read on: an untouched copy runs from top to bottom, without an error.
    menu(opened, "Run", "Run All Cells")
    opened.wait_until_done(last)
    expect(page.locator(".jp-Notebook [data-mime-type*='error']")).to_have_count(0)
    expect(page.locator(".jp-Notebook [data-mime-type*='stderr']")).to_have_count(0)
    opened.screenshot(f"lesson-{name}-read")

    # Do the exercises.
    for exercise in lesson.exercises.values():
        check = cells.index(f"%check {exercise.name}")
        answer = check - 1
        wrong = exercise.wrong_answers[0]
        assert "not attempted yet" in shown(opened, check)
        type_into(opened, answer, wrong.code)
        opened.run(answer, check)
        words = " ".join(wrong.says.replace("`", "").replace("*", "").split())
        told = " ".join(shown(opened, check).replace("*", "").split())
        assert words in told, f"{exercise.name}: {told}"
        opened.screenshot(f"lesson-{name}-{exercise.name}-wrong")

        type_into(opened, check, f"%hint {exercise.name}")
        opened.run(check)
        assert "hint" in shown(opened, check)
        type_into(opened, check, f"%check {exercise.name}")
        type_into(opened, answer, exercise.reference)
        opened.run(answer, check)
        assert f"{exercise.name}: passed" in shown(opened, check)
    opened.screenshot(f"lesson-{name}-right")

    # Come back after a restart: the progress is kept, the variables are not.
    menu(opened, "Kernel", "Restart Kernel…")
    page.locator(".jp-Dialog button", has_text="Restart").last.click()
    page.wait_for_selector(
        ".jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=60_000
    )
    type_into(opened, 1, "%progress")
    opened.run(0, 1)
    told = shown(opened, 1)
    assert told.count("passed") == len(lesson.exercises)
    opened.screenshot(f"lesson-{name}-back")
    assert opened.errors == []
    assert opened.foreign == []
    page.close()
