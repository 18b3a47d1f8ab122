"""Methods of a model that are written in the rows above it."""

import subprocess
import sys

import edukeras as keras
from edukeras import jupyter
from edukeras.models.looking import WAYS


def small_model():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)], name="small")


def test_explore_is_the_function_of_the_notebook():
    model = small_model()
    assert model.explore().text() == jupyter.explore(model).text()


def test_a_way_gets_the_model_and_the_arguments(monkeypatch):
    monkeypatch.setitem(WAYS, "explore", lambda model, *args, **kw: (args, kw))
    assert small_model().explore(1, deep=True) == ((1,), {"deep": True})


def test_nothing_above_models_is_loaded_before_somebody_looks():
    code = "import sys, edukeras; print('edukeras.inspect' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.strip() == "False"
