"""Short training scripts on the topics of the Keras documentation, run unmodified.

Each script begins with `import keras` and asserts what it has learned. Here it runs in
a process of its own in which `keras` is edukeras. Where real Keras is installed too,
the same scripts run on it, except those that say "For edukeras only".
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
SCRIPTS = sorted(
    path
    for path in FOLDER.glob("*.py")
    if path.stem != "conftest" and not path.stem.startswith("test_")
)
SHARED = [path for path in SCRIPTS if "For edukeras only" not in path.read_text()]


def run(command, folder, **environment):
    """The finished process; `folder` is where it may write."""
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(FOLDER.parents[1]), **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_script_learns_with_edukeras_as_keras(script, tmp_path):
    result = run([sys.executable, "-m", "edukeras", str(script)], tmp_path)
    assert result.stderr == ""
    assert result.returncode == 0
    assert result.stdout.count("\n") == 1  # what it has found, and no progress bars


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("keras") is None, reason="real Keras is not installed"
)
@pytest.mark.parametrize("script", SHARED, ids=lambda path: path.stem)
def test_script_learns_with_real_keras(script, tmp_path):
    backend = os.environ.get("KERAS_BACKEND", "jax")
    result = run([sys.executable, str(script)], tmp_path, KERAS_BACKEND=backend)
    assert result.returncode == 0, result.stderr


def test_there_are_thirty_short_scripts():
    assert len(SCRIPTS) >= 30
    for script in SCRIPTS:
        text = script.read_text()
        assert 20 <= text.count("\n") <= 80, script.name
        assert "import keras" in text or "from keras" in text
        assert "assert " in text
