"""LiveCurves: the learning curves, drawn while `fit` runs, with controls."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from math import isclose
from time import perf_counter, sleep
from typing import Any

from edukeras.callbacks import Callback
from edukeras.callbacks.callback_list import plain_logs
from edukeras.inspect.compared_curves import ComparedCurves, compare_curves
from edukeras.inspect.curves import LearningCurves, learning_curves
from edukeras.inspect.display import display as display_mode
from edukeras.jupyter.frontend import is_live, shell
from edukeras.jupyter.live_chart import live_chart
from edukeras.jupyter.live_display import LiveDisplay
from edukeras.messages import say

BETWEEN_DRAWINGS = 0.1  # seconds
BETWEEN_LOOKS = 0.04  # at the controls


class LiveCurves(Callback):
    """A callback that draws loss and metrics while training runs.

    The chart grows at most ten times a second.  Stop, Pause, Step (one batch) and the
    learning rate act between two batches.  When training ends, a picture with a table
    takes the place of all that, so that a saved notebook shows it.  Where nobody
    watches (nbconvert, graders, tests) only that picture is shown; outside notebooks
    the table is printed.

    Args:
        compare: earlier runs to draw on the same chart: a History, a list of them, or
            a dict by name.
        learning_rate: is set when training begins; None leaves it.
        live: whether to draw during training; False shows the picture alone.

    Attributes:
        history, epoch: what was measured, as in `History`.

    Use: model.fit(x, y, epochs=20, callbacks=[LiveCurves()])
    """

    # Whether the running cell shows curves already: a History at its end need not.
    shown_in_this_cell = False

    def __init__(
        self, compare: Any = None, learning_rate: float | None = None, live: bool = True
    ) -> None:
        self.compare = _earlier_runs(compare)
        self.learning_rate = learning_rate
        self.live = live
        self._forget()

    def _forget(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []
        self._notes: list[str] = []
        self._lock = threading.Lock()
        self._display: LiveDisplay | None = None
        self._in_cell = False
        self._next_look = self._next_drawing = 0.0
        self._current_epoch = 0
        self._validating = False
        self._rate: float | None = None

    def curves(self) -> LearningCurves:
        """What was measured so far."""
        with self._lock:
            return learning_curves(self).with_notes(self._notes)

    def view(self) -> LearningCurves | ComparedCurves:
        """The curves, beside those of the earlier runs if there are any."""
        if not self.compare:
            return self.curves()
        runs = compare_curves({**self.compare, say("this run"): self}).runs
        (name, _) = runs[-1]
        return ComparedCurves((*runs[:-1], (name, self.curves())))

    @property
    def shows_progress(self) -> bool:  # type: ignore[override]
        return shell() is not None

    # -- the hooks ------------------------------------------------------------

    def on_train_begin(self, logs: Any = None) -> None:
        self._forget()
        in_cell = threading.current_thread() is threading.main_thread()
        if shell() is not None and in_cell:
            shell().events.register("post_run_cell", self._after_cell)
            self._in_cell = True
        if self.learning_rate is not None:
            self.model.optimizer.learning_rate = self.learning_rate
        if self.live and is_live() and display_mode() in ("auto", "widget"):
            self._rate = _rate_of(self.model)
            self._display = LiveDisplay(self._rate, getattr(shell(), "kernel", None))

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._current_epoch = epoch

    # Before a batch rather than after it: then the metrics need not be worked out.
    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if self._display is not None:
            self._look(batch)
            if self._display.controls.paused:
                self._wait(batch)

    def on_test_begin(self, logs: Any = None) -> None:
        self._validating = True

    def on_test_end(self, logs: Any = None) -> None:
        self._validating = False

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        if self._display is not None:
            self._look(batch)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        with self._lock:
            self.epoch.append(epoch)
            for name, value in (logs or {}).items():
                self.history.setdefault(name, []).append(float(value))

    def on_train_end(self, logs: Any = None) -> None:
        self.finish()

    # -- the controls ---------------------------------------------------------

    def _look(self, batch: int) -> None:
        """Does what the controls ask for, and draws, when it is time for it."""
        now = perf_counter()
        if now >= self._next_look:
            self._next_look = now + BETWEEN_LOOKS
            self._obey()
            if now >= self._next_drawing:
                self._next_drawing = now + BETWEEN_DRAWINGS
                self._draw(batch)

    def _obey(self) -> None:
        display = self._display
        if display is None:
            return
        display.messages.deliver()
        controls, epoch = display.controls, self._current_epoch + 1
        if controls.stop and not self.model.stop_training:
            self.model.stop_training = True
            self._notes.append(say("Stopped by hand in epoch {epoch}.", epoch=epoch))
        wanted, controls.rate = controls.rate, None
        if wanted is not None and not isclose(wanted, self._rate or 0, rel_tol=1e-6):
            self.model.optimizer.learning_rate = wanted
            self._rate = _rate_of(self.model)
            self._note_rate(epoch, wanted)
        elif (rate := _rate_of(self.model)) is not None and rate != self._rate:
            self._rate = rate
            controls.show_rate(rate)

    def _note_rate(self, epoch: int, rate: float) -> None:
        """One note for each epoch in which the slider was moved: where it ended."""
        values = {"epoch": epoch, "rate": f"{rate:.2g}"}
        begin = say("Learning rate set by hand in epoch {epoch}:", epoch=epoch)
        self._notes = [note for note in self._notes if not note.startswith(begin)]
        self._notes.append(
            say("Learning rate set by hand in epoch {epoch}: {rate}.", **values)
        )

    def _wait(self, batch: int) -> None:
        """Until Continue, Step or Stop is clicked."""
        display = self._display
        if display is None:
            return
        drawn: Any = None
        while display.controls.must_wait():
            if drawn != self._rate:
                self._draw(batch)
                drawn = self._rate
            sleep(BETWEEN_LOOKS / 2)
            self._obey()
        self._obey()

    # -- drawing --------------------------------------------------------------

    def _draw(self, batch: int) -> None:
        if self._display is None:
            return
        params = self.params or {}
        epochs, steps = params.get("epochs"), params.get("steps")
        place = f"Epoch {self._current_epoch + 1}" + (f" of {epochs}" if epochs else "")
        if self._validating:
            place += ", validation"
        else:
            place += f", batch {batch + 1}" + (f" of {steps}" if steps else "")
        logs = {} if batch == 0 else plain_logs(self.model.get_metrics_result())
        so_far = {name: v for name, v in logs.items() if isinstance(v, float)}
        earlier = {name: learning_curves(run) for name, run in self.compare.items()}
        chart = live_chart(self.curves(), epochs or 1, earlier)
        self._display.draw(chart, place, so_far, self._rate)

    def finish(self) -> None:
        """Puts the final picture in the place of the live chart."""
        view = self.view()
        if self._display is not None:
            display, self._display = self._display, None
            display.finish(view)
        elif shell() is None:
            print(view.text())
        else:
            from IPython.display import display as show

            show(view)
        LiveCurves.shown_in_this_cell = self._in_cell

    def _after_cell(self, result: Any = None) -> None:
        """Cleans up after the cell: an error or an interrupt ends training silently."""
        shell().events.unregister("post_run_cell", self._after_cell)
        if self._display is not None:
            self.finish()
        LiveCurves.shown_in_this_cell = False


def _earlier_runs(compare: Any) -> dict[str, Any]:
    if compare is None:
        return {}
    if isinstance(compare, Mapping) and "loss" not in compare:
        return dict(compare)
    runs = list(compare) if isinstance(compare, (list, tuple)) else [compare]
    return {f"run {number}": run for number, run in enumerate(runs, 1)}


def _rate_of(model: Any) -> float | None:
    """The learning rate, if it is a number that can be set."""
    optimizer: Any = getattr(model, "optimizer", None)
    inner: Any = getattr(optimizer, "inner_optimizer", optimizer)
    variable = getattr(inner, "_learning_rate", None)
    return float(inner.learning_rate) if hasattr(variable, "assign") else None
