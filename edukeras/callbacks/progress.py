"""The progress bar of `fit`, `evaluate` and `predict`, as Keras 3 draws it.

    Epoch 1/5
    32/32 ━━━━━━━━━━━━━━━━━━━━ 0s 2ms/step - accuracy: 0.9100 - loss: 0.3210

It writes to stdout.  On a terminal and in a notebook the line is drawn again and again
while training runs, elsewhere only when it is final.  With EDUKERAS_DETERMINISTIC=1 in
the environment it is final lines too, and times are "…s": the same text in every run.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from edukeras.callbacks.callback import Callback, Logs
from edukeras.errors import explain

BOLD, GREEN, WHITE, PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"


class Progbar:
    """A progress bar, to be told the numbers.

    Args:
        target: the number of steps at the end; None if unknown.
        width: that of the bar, in characters.
        verbose: 0 silent, 1 a bar, 2 one line at the end.
        interval: the least time between two drawings, in seconds.
        stateful_metrics: names of values to show as they are; others are averaged.
        stateless_metrics: the other way round: the names to be averaged.
        unit_name: what is counted.

    >>> bar = Progbar(target=10, verbose=2)
    >>> bar.update(10, [("loss", 0.5)])
    10/10 - 0s - .../step - loss: 0.5000
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                explain(
                    "Progbar takes stateful_metrics or stateless_metrics, not both.",
                    received=f"{stateful_metrics!r} and {stateless_metrics!r}",
                )
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self._as_is = set(stateful_metrics or ())
        self._averaged = None if stateless_metrics is None else set(stateless_metrics)
        self._is_deterministic = os.environ.get("EDUKERAS_DETERMINISTIC") == "1"
        self._has_screen = _has_screen()
        self.is_live = verbose == 1 and self._has_screen and not self._is_deterministic
        # name -> [sum, count]
        self._values: dict[str, list] = {}
        self._seen = 0
        self._start = time.perf_counter()
        self._after_first: float | None = None
        self._last_drawn = -math.inf
        self._drawn_width = 0

    def is_due(self) -> bool:
        """Whether enough time has passed for another drawing."""
        return time.perf_counter() - self._last_drawn >= self.interval

    def update(
        self,
        current: int,
        values: Iterable[tuple[str, Any]] | None = None,
        finalize: bool | None = None,
    ) -> None:
        """Shows that `current` steps are done.

        Args:
            current: how many steps.
            values: pairs (name, value of the steps since the last update).
            finalize: whether this is the end; None: if the target is reached.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        self._note(current, values or (), finalize)
        now = time.perf_counter()
        step_time = self._step_time(current, now)
        if self.verbose == 1:
            if finalize or (self.is_live and self.is_due()):
                self._draw(current, now, step_time, finalize)
                self._last_drawn = now
        elif self.verbose == 2 and finalize and self.target:
            elapsed, per_step = self._elapsed(now), self._per_step(step_time)
            count = f"{current:{len(str(self.target))}}/{self.target}"
            _write(f"{count} - {elapsed} - {per_step}{self._value_text()}\n")

    def add(self, n: int, values: Iterable[tuple[str, Any]] | None = None) -> None:
        """Shows that `n` more steps are done."""
        self.update(self._seen + n, values)

    def _note(self, current: int, values: Iterable, finalize: bool) -> None:
        steps = max(current - self._seen, 1)
        for name, value in values:
            if self._averaged is None:
                averaged = name not in self._as_is
            else:
                averaged = name in self._averaged
            if averaged and not finalize:
                total = self._values.setdefault(name, [0.0, 0])
                total[0] += value * steps
                total[1] += steps
            else:
                self._values[name] = [value, 1]
        self._seen = current

    # -- the text -------------------------------------------------------------

    def _draw(self, current: int, now: float, step_time: float, final: bool) -> None:
        rest = f" {self._per_step(step_time)}{self._value_text()}"
        if self.target:
            count = f"{current:{len(str(self.target))}}/{self.target}"
            done = min(int(self.width * current / self.target), self.width)
            bar = "━" * self.width + " "
            colored_bar = f"{GREEN}{bar[:done]}{PLAIN}{WHITE}{bar[done:-1]}{PLAIN} "
        else:
            count, bar, colored_bar = f"{current:7}/Unknown", "", ""
        if final or not self.target:
            duration = self._elapsed(now)
        else:
            duration = _clock(step_time * (self.target - current))
        plain = f"{count} {bar}{duration}{rest}"
        line = plain
        if self._has_screen:
            line = f"{BOLD}{count}{PLAIN} {colored_bar}{BOLD}{duration}{PLAIN}{rest}"
        if self.is_live:  # over the last drawing, which may have been longer
            line = "\r" + line + " " * (self._drawn_width - len(plain))
            self._drawn_width = len(plain)
        _write(line + "\n" if final else line)

    def _value_text(self) -> str:
        text = ""
        for name, (total, count) in self._values.items():
            mean = float(np.mean(total)) / max(count, 1)
            form = ".4f" if abs(mean) > 1e-3 else ".4e"
            text += f" - {name}: {mean:{form}}"
        return text

    def _elapsed(self, now: float) -> str:
        return "…s" if self._is_deterministic else f"{now - self._start:.0f}s"

    def _per_step(self, seconds: float) -> str:
        if self._is_deterministic:
            text = "…s"
        elif seconds >= 1 or seconds == 0:
            text = f"{seconds:.0f}s"
        elif seconds >= 1e-3:
            text = f"{seconds * 1e3:.0f}ms"
        else:
            text = f"{seconds * 1e6:.0f}us"
        return f"{text}/{self.unit_name}"

    def _step_time(self, current: int, now: float) -> float:
        """Seconds per step.  The first step does not count once there are others:
        it also does what is done only once."""
        if not current:
            return 0.0
        if self._after_first is not None and current > 1:
            return (now - self._after_first) / (current - 1)
        if current == 1:
            self._after_first = now
        return (now - self._start) / current


def _clock(seconds: float) -> str:
    """4s, 1:05 or 2:03:04."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{rest:02}"
    return f"{minutes}:{rest:02}" if minutes else f"{rest}s"


def _has_screen() -> bool:
    """Whether stdout is a terminal or a notebook: both know colours and \\r."""
    is_notebook = type(sys.stdout).__module__.startswith("ipykernel")
    return is_notebook or bool(getattr(sys.stdout, "isatty", bool)())


def _write(text: str) -> None:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.replace("━", "=").replace("…", "...")
        text = text.encode(encoding, errors="replace").decode(encoding)
    sys.stdout.write(text)
    sys.stdout.flush()


class ProgbarLogger(Callback):
    """Shows a Progbar: one per epoch, or for an evaluation or prediction."""

    def __init__(self) -> None:
        self.seen = 0
        self.target: int | None = None
        self.verbose = 1
        self.epochs = 1
        self.progbar: Progbar | None = None
        self._in_fit = False

    def set_params(self, params: Mapping[str, Any]) -> None:
        self.params = params
        verbose = params.get("verbose", 1)
        self.verbose = 1 if verbose == "auto" else int(verbose)
        self.epochs = params.get("epochs", 1)
        self.target = params.get("steps")

    def wants_batches(self) -> bool:
        """Whether it has something to do after each batch."""
        bar = Progbar(self.target, verbose=self.verbose)
        return bar.is_live or (self.verbose > 0 and self.target is None)

    def _start(self) -> None:
        self.seen = 0
        # Logs are means since the epoch began: to be shown as they are.
        self.progbar = Progbar(self.target, verbose=self.verbose, stateless_metrics=())

    def _step(self, batch: int, logs: Mapping[str, Any] | None) -> None:
        self.seen = batch + 1
        bar = self.progbar
        if bar is not None and bar.is_live and bar.is_due():
            bar.update(self.seen, sorted((logs or {}).items()), finalize=False)

    def _finish(self, logs: Mapping[str, Any] | None) -> None:
        if self.progbar is None:
            return
        if self.target is None:
            self.target = self.progbar.target = self.seen
        self.progbar.update(self.target, sorted((logs or {}).items()), finalize=True)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._in_fit = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._in_fit = False

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._start()
        if self.verbose and self.epochs > 1:
            _write(f"Epoch {epoch + 1}/{self.epochs}\n")

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._step(batch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._finish(logs)

    # A validation within `fit` does not show.

    def on_test_begin(self, logs: Logs | None = None) -> None:
        if not self._in_fit:
            self._start()

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if not self._in_fit:
            self._step(batch, logs)

    def on_test_end(self, logs: Logs | None = None) -> None:
        if not self._in_fit:
            self._finish(logs)

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._start()

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._step(batch, None)

    def on_predict_end(self, logs: Logs | None = None) -> None:
        self._finish(None)
