from pathlib import Path

import pytest

from edukeras.grading import lesson

LESSONS = Path(__file__).parent / "lessons"

NEURON = """
import math

def neuron(x, w, b):
    z = sum(a * c for a, c in zip(x, w)) + b
    return 1 / (1 + math.exp(-z))
"""


@pytest.fixture(autouse=True)
def _no_grader_and_no_stored_progress(monkeypatch):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setenv("EDUKERAS_PROGRESS", "off")
    monkeypatch.setenv("EDUKERAS_LESSONS", str(LESSONS))


@pytest.fixture
def notebook():
    """The variables of a learner's notebook, with the fake lesson open."""
    variables = {"__name__": "__main__"}
    variables["lesson"] = lesson("90_neuron", variables)
    return variables


@pytest.fixture
def solved(notebook):
    """The same with q1 answered."""
    exec(NEURON, notebook)
    return notebook
