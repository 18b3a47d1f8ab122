"""playground(): a small network on points in the plane, to touch and to watch."""

from __future__ import annotations

from typing import Any

from edukeras.errors import explain
from edukeras.inspect import markup
from edukeras.inspect.playground import PlaygroundView, code_block
from edukeras.inspect.playground_code import script_of
from edukeras.inspect.playground_model import SETTING_NAMES, Settings
from edukeras.inspect.playground_picture import WIDTH, playground_svg
from edukeras.inspect.playground_training import PlaygroundTraining
from edukeras.jupyter.frontend import is_live
from edukeras.jupyter.panel import Panel
from edukeras.jupyter.playground_controls import PlaygroundControls
from edukeras.jupyter.playground_worker import PlaygroundWorker


class Playground(Panel):
    """The live playground.

    Attributes:
        controls: the buttons, menus and sliders.
        worker: the thread that learns.
    """

    def __init__(self, view: PlaygroundView, own: Any) -> None:
        self._settings, self._own = view.training.settings, own
        self._training: PlaygroundTraining | None = None
        self._problem = ""
        super().__init__(view)
        self.worker = PlaygroundWorker(self._settings, own, self._draw, self._say)
        self._connect()

    def build(self, widgets: Any) -> Any:
        self.controls = PlaygroundControls(
            widgets, self._settings, self._own is not None, self._remake
        )
        size = widgets.Layout(
            width="100%", max_width=f"{WIDTH}px", height="auto", margin="4px 0"
        )
        self.picture = widgets.Image(format="svg+xml", layout=size)
        self.show_code = widgets.ToggleButton(description="Show the code")
        self.code = widgets.HTML(layout=widgets.Layout(display="none"))
        return widgets.VBox(
            [
                self.controls.widget,
                self.picture,
                self.page,
                self.show_code,
                self.code,
            ]
        )

    def contents(self) -> str:
        """The line below the picture."""
        if self._problem:
            return markup.paragraph(f"<b>✕</b> {markup.escape(self._problem)}")
        if self._training is None:
            return markup.paragraph("The network is being made ...")
        training = self._training
        learned, test = training.losses[-1]
        return markup.paragraph(
            f"<b>Epoch {training.epoch}</b>: training loss {learned:.4f}, "
            f"test loss {test:.4f}, learning rate {_last(training.rates):.3g}"
        )

    def _connect(self) -> None:
        controls = self.controls
        controls.run.on_click(lambda button: self._run(not self.worker.running))
        controls.step.on_click(lambda button: self._step())
        controls.reset.on_click(lambda button: self._remake())
        controls.other.on_click(lambda button: self._other())
        controls.rate.observe(
            lambda change: self.worker.set_learning_rate(float(f"{change['new']:.3g}")),
            names="value",
        )
        controls.pace.observe(
            lambda change: setattr(self.worker, "pace", change["new"]), names="value"
        )
        self.show_code.observe(lambda change: self._fold_code(), names="value")

    # -- what the controls do: leave notes for the worker ---------------------

    def _run(self, running: bool) -> None:
        self.worker.run(running)
        self.controls.show_running(running)

    def _step(self) -> None:
        self._run(False)
        self.worker.step()

    def _remake(self) -> None:
        try:
            settings = self.controls.settings()
        except ValueError as error:
            self._say(str(error))
        else:
            self.worker.wish(settings)

    def _other(self) -> None:
        self.controls.new_seed()
        self._remake()

    def _fold_code(self) -> None:
        self.code.layout.display = "" if self.show_code.value else "none"
        if self._training is not None:
            self._write_code(self._training)

    # -- what the worker shows ------------------------------------------------

    def _draw(self, training: PlaygroundTraining) -> None:
        self._training, self._problem = training, ""
        self.picture.value = playground_svg(training).encode()
        self.refresh()
        self._write_code(training)

    def _write_code(self, training: PlaygroundTraining) -> None:
        if self.show_code.value:
            block = code_block(script_of(training))
            self.code.value = block.replace("<details>", "<details open>", 1)

    def _say(self, problem: str) -> None:
        self._problem = problem
        self._run(False)
        self.refresh()


def _last(rates: dict[int, float]) -> float:
    return rates[max(rates)]


def playground(
    x: Any = None, y: Any = None, epochs: int = 50, **settings: Any
) -> PlaygroundView | Playground:
    """A small network that learns points in the plane while you turn its knobs.

    Args:
        x, y: your own points (N, 2) and their classes (0, 1 ...) or numbers; without
            them there are circle, xor, gauss, spiral, moons, plane and hills.
        epochs: of the static picture, where nothing can be clicked.
        settings: what to begin with: data, noise, points, test_share, features,
            layers, activation, learning_rate, optimizer, batch_size, penalty,
            penalty_rate, batch_norm, dropout, seed.

    Source of the idea: https://playground.tensorflow.org
    """
    unknown = set(settings) - set(SETTING_NAMES)
    if unknown:
        raise TypeError(
            explain(
                "The playground has no such setting.",
                expected=", ".join(SETTING_NAMES),
                received=", ".join(sorted(unknown)),
            )
        )
    if (x is None) != (y is None):
        raise ValueError(explain("Own data is x and y.", hint="playground(x, y)."))
    own = None if x is None else (x, y)
    if own is not None:
        settings.setdefault("data", "own")
    for name in ("features", "layers"):
        if name in settings:
            settings[name] = tuple(settings[name])
    view = PlaygroundView(Settings(**settings), own, epochs)
    return Playground(view, own) if is_live() else view
