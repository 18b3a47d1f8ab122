"""`edukeras lessons`: an author's way from nothing to a released notebook."""

import nbformat
import pytest

from edukeras.cli import main


@pytest.fixture
def lessons(tmp_path):
    folder = tmp_path / "lessons"
    assert main(["lessons", "--in", str(folder), "new", "90_new"]) == 0
    return folder


def run(lessons, *arguments):
    return main(["lessons", "--in", str(lessons), *arguments])


def test_a_new_lesson_is_written_verified_and_built(lessons, tmp_path, capsys):
    assert run(lessons, "write", "90_new") == 0
    notebook = nbformat.read(lessons / "90_new" / "lesson.ipynb", as_version=4)
    shown = str([cell.get("outputs") for cell in notebook.cells])
    assert "q1: passed" in shown
    assert run(lessons, "verify", "--mutants") == 0
    assert "3 of 3 mutants caught" in capsys.readouterr().out
    assert run(lessons, "build", "--to", str(tmp_path / "out")) == 0
    released = (tmp_path / "out" / "90_new.ipynb").read_text()
    assert "return 2 * x" not in released


def test_nothing_that_exists_is_overwritten(lessons, tmp_path, capsys):
    with pytest.raises(SystemExit, match="exists already"):
        run(lessons, "new", "90_new")
    run(lessons, "write", "90_new")
    (tmp_path / "90_new.ipynb").write_text("a learner's work")
    run(lessons, "build", "--to", str(tmp_path))
    assert (tmp_path / "90_new.ipynb").read_text() == "a learner's work"
    assert "Left as it is" in capsys.readouterr().out


def test_the_text_comes_back_from_the_notebook(lessons):
    source = lessons / "90_new" / "lesson.md"
    before = source.read_text()
    run(lessons, "write", "90_new")
    source.unlink()
    with pytest.raises(SystemExit, match="edukeras lessons text"):
        run(lessons, "write", "90_new")
    run(lessons, "text", "90_new")
    assert source.read_text() == before


def test_a_lesson_that_is_wrong_is_counted(lessons, capsys):
    checks = lessons / "90_new" / "checks.py"
    checks.write_text(checks.read_text().replace("2 * x\n", "3 * x\n"))
    assert run(lessons, "verify") == 1
    assert "the reference is not accepted" in capsys.readouterr().out


def test_translators_get_a_file_that_keeps_their_work(lessons):
    path = lessons / "90_new" / "messages.ko.yaml"
    run(lessons, "messages", "90_new", "ko")
    path.write_text(
        path.read_text().replace("Twice as much.: ''", "Twice as much.: 두 배")
    )
    run(lessons, "messages", "90_new", "ko")
    assert "두 배" in path.read_text()
    assert "What is two times three?" in path.read_text()
