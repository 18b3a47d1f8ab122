"""How things show themselves: as text, as HTML, and as a widget where asked for.

Everything here is a `View`: data with a `text()` and an `html()`.  A notebook shows
the HTML, a console the text.  Both are deterministic, so that notebooks can be
stored with their outputs and compared.

Widgets live above, in `edukeras.jupyter`.  They enter themselves in `WIDGET_OF`, and
are used when the setting says "widget": a notebook that was saved with a widget in
it shows an error when it is opened again, so the HTML is the default.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

MODES = ("auto", "widget", "html", "text")

# A function for each class of view that has a widget; it gives the MIME bundle of
# the widget, or {} where none can be shown.
WIDGET_OF: dict[type, Callable[[Any], dict[str, Any]]] = {}

# Functions that want to know when the setting changes.
LISTENERS: list[Callable[[str], None]] = []

_mode = "auto"


def display(mode: str | None = None) -> str:
    """Says how views show themselves, and returns how they do now.

    Args:
        mode: "html" a table with pictures; "text" as in a console; "widget" with
            controls, where a notebook is open in a browser; "auto" widgets while
            something is live (training curves), otherwise HTML.

    >>> display()
    'auto'
    """
    global _mode
    if mode is not None:
        if mode not in MODES:
            raise ValueError(f"display: {mode!r} is none of {', '.join(MODES)}.")
        _mode = mode
        for listener in LISTENERS:
            listener(mode)
    return _mode


class View:
    """Something with a text and an HTML form."""

    def text(self) -> str:
        """At most 100 columns, without addresses, times or colours."""
        raise NotImplementedError

    def html(self) -> str:
        """With inline styles only: an untrusted notebook keeps just those."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": self.text()}
        if _mode != "text":
            bundle["text/html"] = self.html()
        if _mode == "widget" and type(self) in WIDGET_OF:
            bundle.update(WIDGET_OF[type(self)](self))
        return bundle
