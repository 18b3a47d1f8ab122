"""Callbacks that change the learning rate from epoch to epoch."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np

from edukeras.callbacks.callback import Callback, Logs
from edukeras.callbacks.monitor import MonitorCallback
from edukeras.errors import explain


def _optimizers(model: Any) -> list[tuple[Any, str]]:
    """The optimizers of a model, each with what to add to its names: mostly one, ""."""
    inner = getattr(model.optimizer, "optimizers", None)
    if inner is None:
        return [(model.optimizer, "")]
    return [(optimizer, f"_{optimizer.name}") for optimizer in inner]


def _note_rates(model: Any, logs: Logs) -> None:
    """Adds the rates to the results of the epoch, and so to the History."""
    for optimizer, suffix in _optimizers(model):
        logs[f"learning_rate{suffix}"] = float(optimizer.learning_rate)


class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch.

    Args:
        schedule: a function (epoch, present rate) -> rate, or (epoch) -> rate.
        verbose: 1 tells the rates.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        self.schedule = schedule
        self.verbose = verbose

    def _rate(self, epoch: int, present: float) -> float:
        try:
            inspect.signature(self.schedule).bind(epoch, present)
        except TypeError:  # Keras 1's form
            rate: Any = self.schedule(epoch)
        else:
            rate = self.schedule(epoch, present)
        if not isinstance(rate, Real) or isinstance(rate, bool):
            raise ValueError(
                explain(
                    "The schedule of LearningRateScheduler returned no number.",
                    expected="a float, for every epoch",
                    received=f"{rate!r} for epoch {epoch}",
                )
            )
        return float(rate)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        for optimizer, suffix in _optimizers(self.model):
            rate = self._rate(epoch, float(optimizer.learning_rate))
            optimizer.learning_rate = rate
            if self.verbose > 0:
                name = f"{suffix[1:]} " if suffix else ""
                print(
                    f"\nEpoch {epoch + 1}: LearningRateScheduler setting "
                    f"{name}learning rate to {rate}."
                )

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs is not None:
            _note_rates(self.model, logs)


class ReduceLROnPlateau(MonitorCallback):
    """Lowers the learning rate when a result has not become better for some epochs.

    Args:
        monitor: the name of the result.
        factor: new rate / old rate, below 1.
        patience: after how many epochs without improvement.
        verbose: 1 tells the new rate.
        mode: "min", "max", or "auto": by the metric.
        min_delta: by how much better it must be to count.
        cooldown: epochs to wait after a change before looking again.
        min_lr: the lowest rate.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ) -> None:
        min_delta = kwargs.pop("epsilon", min_delta)  # its name before Keras 2.1.6
        if kwargs:
            raise TypeError(
                f"ReduceLROnPlateau has no argument {next(iter(kwargs))!r}."
            )
        super().__init__(monitor, mode, min_delta=min_delta)
        if factor >= 1:
            raise ValueError(
                explain(
                    "ReduceLROnPlateau multiplies the rate by factor, to lower it.",
                    expected="factor < 1",
                    received=f"factor={factor!r}",
                )
            )
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def in_cooldown(self) -> bool:
        return self.cooldown_counter > 0

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = {} if logs is None else logs
        _note_rates(self.model, logs)
        current = self.current(logs)
        if current is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_better(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._reduce(epoch):
                self.cooldown_counter = self.cooldown
                self.wait = 0

    def _reduce(self, epoch: int) -> bool:
        """Whether a rate could still be lowered."""
        reduced = False
        for optimizer, suffix in _optimizers(self.model):
            old = float(optimizer.learning_rate)
            if old <= np.float32(self.min_lr):  # the rate itself is a float32
                continue
            new = max(old * self.factor, self.min_lr)
            optimizer.learning_rate = new
            reduced = True
            if self.verbose > 0:
                name = f" {suffix[1:]}" if suffix else ""
                print(
                    f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing{name} learning "
                    f"rate to {new}."
                )
        return reduced
