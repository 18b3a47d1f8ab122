"""Callbacks that end the training before its last epoch."""

from __future__ import annotations

import math
from typing import Any

from edukeras.callbacks.callback import Callback, Logs
from edukeras.callbacks.monitor import MonitorCallback


class EarlyStopping(MonitorCallback):
    """Stops when a result has not become better for some epochs.

    Args:
        monitor: the name of the result.
        min_delta: by how much better it must be to count.
        patience: after how many epochs without improvement to stop.
        verbose: 1 tells when it stops.
        mode: "min", "max", or "auto": by the metric.
        baseline: the wait is over only once the result is better than this.
        restore_best_weights: whether to go back to the weights of the best epoch.
        start_from_epoch: earlier epochs (from 0) are not looked at.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._reset()

    def _reset(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_epoch = 0
        self.best_weights: Any = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._reset()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        current = self.current(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            # If no epoch is ever better, for instance NaN, the first is the best.
            self._remember(epoch)
        self.wait += 1
        if self.is_better(current, self.best):
            self.best = current
            self._remember(epoch)
            if self.is_better(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def _remember(self, epoch: int) -> None:
        self.best_epoch = epoch
        if self.restore_best_weights:
            self.best_weights = self.model.get_weights()

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.stopped_epoch > 0 and self.verbose > 0:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose > 0:
                print(
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}."
                )
            self.model.set_weights(self.best_weights)


class TerminateOnNaN(Callback):
    """Stops as soon as the loss is NaN or infinite: nothing good can follow.

    Args:
        raise_error: whether to raise RuntimeError instead.
    """

    def __init__(self, raise_error: bool = False) -> None:
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(
                f"The loss is {loss} after batch {batch}. Try: a smaller learning rate."
            )
        print(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
