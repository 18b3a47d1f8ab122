"""PredictionPanel: a box for the guess, and a button that runs the code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edukeras.inspect import markup
from edukeras.inspect.display import View
from edukeras.inspect.prediction import Prediction
from edukeras.jupyter.panel import Panel
from edukeras.messages import say


class PredictionPanel(Panel):
    """A text box for the guess, and a button that runs the cell."""

    def __init__(self, run: Callable[[str], Prediction]) -> None:
        self._run = run
        self.prediction: Prediction | None = None
        super().__init__(_Question())

    def build(self, widgets: Any) -> Any:
        self.guess = widgets.Text(
            description="Prediction",
            placeholder=say("What will the last line give?"),
            layout=widgets.Layout(width="420px"),
        )
        self.button = widgets.Button(description=say("Run it"))
        self.button.on_click(self.refresh)
        return widgets.VBox([widgets.HBox([self.guess, self.button]), self.page])

    def contents(self) -> str:
        guess = self.guess.value.strip()
        if not guess:
            return markup.muted(say("Write down what you expect, then run it."))
        self.prediction = self._run(guess)
        return self.prediction.html()


class _Question(View):
    """What a saved notebook shows of an open question."""

    def text(self) -> str:
        return say("What will the last line give? Run the cell, and write it down.")

    def html(self) -> str:
        return markup.paragraph(markup.escape(self.text()))
