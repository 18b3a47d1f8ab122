"""Panel: a widget with the static view that it replaces.

Its controls call `refresh`.  JupyterLab may call it from several threads at once,
and shows errors in it nowhere; so it runs under a lock, and errors show in the page.
"""

from __future__ import annotations

import threading
from typing import Any

from edukeras.inspect import markup
from edukeras.inspect.display import View
from edukeras.jupyter.frontend import is_live, widget_bundle


class Folded(View):
    """The static form of a widget, which stays in a saved notebook."""

    def __init__(self, view: View) -> None:
        self.view = view

    def text(self) -> str:
        return self.view.text()

    def html(self) -> str:
        title = markup.muted("The same without controls, as it is saved")
        return markup.details(title, self.view.html())


class Panel:
    """Controls and a page of HTML; a subclass makes both.

    Args:
        view: what is shown where there are no widgets.

    Attributes:
        page: the HTML widget that `refresh` fills.
        widget: all of it, for use in layouts of your own.
    """

    def __init__(self, view: View) -> None:
        import ipywidgets

        self.view = view
        self.page = ipywidgets.HTML()
        self._lock = threading.Lock()
        self.widget = self.build(ipywidgets)
        self.refresh()

    def build(self, widgets: Any) -> Any:
        """Makes the controls; `widgets` is the module ipywidgets."""
        raise NotImplementedError

    def contents(self) -> str:
        """The HTML of the page, for the state that the controls are in."""
        raise NotImplementedError

    def refresh(self, change: Any = None) -> None:
        """Fills the page; controls call this when their value changes."""
        with self._lock:
            try:
                self.page.value = self.contents()
            except Exception as error:
                message = markup.escape(f"{type(error).__name__}: {error}")
                self.page.value = markup.paragraph(message)

    def __repr__(self) -> str:
        return self.view.text()

    def _ipython_display_(self) -> None:
        """The controls, and folded below them the static form.

        A saved widget is an error line when its notebook is opened again, whatever
        else is in its bundle: the static form has to be an output of its own.
        """
        if not is_live():
            raise NotImplementedError  # IPython then asks for the bundle below
        from IPython.display import display

        note = "Controls: they work when this cell is run."
        controls = {
            "text/plain": note,
            "text/html": markup.muted(note),
            **widget_bundle(self.widget),
        }
        display(controls, raw=True)
        display(Folded(self.view))

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> dict[str, Any]:
        bundle = {"text/plain": self.view.text(), "text/html": self.view.html()}
        return {**bundle, **(widget_bundle(self.widget) if is_live() else {})}
