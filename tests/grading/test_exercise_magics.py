"""%lesson %check %hint %solution %progress in an IPython shell."""

import atexit

import pytest

pytest.importorskip("IPython")

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from edukeras.jupyter import exercise_magics
from edukeras.jupyter.extension import (
    load_ipython_extension,
    unload_ipython_extension,
)


@pytest.fixture
def ip(monkeypatch, tmp_path):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell(config=config)
    load_ipython_extension(shell)
    yield shell
    atexit.unregister(shell.atexit_operations)
    shell.atexit_operations()


def test_learners_path_by_magics(ip):
    assert ip.run_line_magic("lesson", "").text() == "Lessons\n  90_neuron"
    assert ip.run_line_magic("lesson", "90_neuron").name == "90_neuron"
    assert ip.run_line_magic("check", "q1").status == "not attempted"
    cell = "def neuron(x, w, b):\n    return 1 / b"
    ip.run_cell(cell)
    outcome = ip.run_line_magic("check", "q1")
    assert outcome.message.endswith("division by zero in `neuron`, at `return 1 / b`")
    assert ip.run_line_magic("hint", "q1").title == "q1, hint 1 of 2"
    assert ip.run_line_magic("solution", "q1").is_code
    assert "Together: 0 of 5" in ip.run_line_magic("progress", "").text()


def test_result_is_displayed_as_html_and_text(ip):
    ip.run_cell("%lesson 90_neuron")
    outcome = ip.run_cell("%check q1").result
    bundle, _ = ip.display_formatter.format(outcome)
    assert bundle["text/plain"].startswith("○ q1: not attempted yet")
    assert bundle["text/html"].startswith("<div")


def test_mistyped_lines_are_told_in_one_line(ip):
    with pytest.raises(UsageError, match="No lesson is open"):
        ip.run_line_magic("check", "q1")
    with pytest.raises(UsageError, match='Did you mean "90_neuron"'):
        ip.run_line_magic("lesson", "90_neurom")
    ip.run_line_magic("lesson", "90_neuron")
    with pytest.raises(UsageError, match="This lesson has: q1, q2"):
        ip.run_line_magic("check", "")
    with pytest.raises(UsageError, match="Known names: q1, q2"):
        ip.run_line_magic("hint", "nothing")


def test_register_twice_and_unregister(ip):
    load_ipython_extension(ip)
    magics = ip.magics_manager.magics["line"]
    names = set(exercise_magics.ExerciseMagics.magics["line"])
    assert names <= set(magics)
    unload_ipython_extension(ip)
    unload_ipython_extension(ip)
    assert not names & set(magics)
    load_ipython_extension(ip)
    assert names <= set(magics)
