import atexit

import pytest

pytest.importorskip("IPython")

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import edukeras as keras
from edukeras import layers
from edukeras.inspect import display
from edukeras.jupyter import extension


@pytest.fixture(autouse=True)
def _display_as_before():
    before = display()
    yield
    display(before)


@pytest.fixture
def shell(monkeypatch, tmp_path):
    """An IPython shell without the extension."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    config = Config()
    config.HistoryManager.enabled = False
    made = InteractiveShell(config=config)
    yield made
    atexit.unregister(made.atexit_operations)
    made.atexit_operations()


@pytest.fixture
def ip(shell):
    """A shell after `%load_ext edukeras`, with a model in it."""
    extension.load_ipython_extension(shell)
    shell.user_ns["model"] = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(3, activation="relu", name="hidden"),
            layers.Dense(2, name="out"),
        ],
        name="small",
    )
    return shell


@pytest.fixture
def live(monkeypatch):
    """As in a notebook that somebody looks at."""
    pytest.importorskip("ipywidgets")
    for module in ("frontend", "views", "panel", "live_curves"):
        monkeypatch.setattr(f"edukeras.jupyter.{module}.is_live", lambda: True)
