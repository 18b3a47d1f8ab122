"""Where we are: in a notebook that somebody looks at, or in a program that runs it."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

from edukeras.inspect.display import display

# Programs that run notebooks without a browser set one of these.
STATIC_VARIABLES = (
    "EDUKERAS_STATIC",
    "NBGRADER_EXECUTION",
    "NBGRADER_VALIDATING",
    "CI",
    "PYTEST_CURRENT_TEST",
    "PYTEST_VERSION",  # nbval, and all kernels that pytest starts
)

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def shell() -> Any:
    """The IPython shell that runs this code, or None."""
    if importlib.util.find_spec("IPython") is None:
        return None
    from IPython import get_ipython

    return get_ipython()


def is_live() -> bool:
    """Whether widgets are shown: ipywidgets, a kernel, and a person at a browser.

    Programs that run notebooks (nbconvert, nbval, graders) do not let cells ask for
    input; notebooks that people use do. `display("html")` and `display("text")` ask
    for static forms.
    """
    if display() in ("html", "text"):
        return False
    if any(name in os.environ for name in STATIC_VARIABLES):
        return False
    if importlib.util.find_spec("ipywidgets") is None:
        return False
    kernel = getattr(shell(), "kernel", None)
    return kernel is not None and bool(getattr(kernel, "_allow_stdin", True))


def widget_bundle(widget: Any) -> dict[str, Any]:
    """What tells the notebook to show a widget; the same for ipywidgets 7 and 8."""
    return {
        WIDGET_VIEW: {
            "version_major": 2,
            "version_minor": 0,
            "model_id": widget.model_id,
        }
    }
