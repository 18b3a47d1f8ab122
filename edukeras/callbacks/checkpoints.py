"""Callbacks that save the model while it is trained."""

from __future__ import annotations

import json
import os
import shutil
from typing import Any

from edukeras.callbacks.callback import Callback, Logs
from edukeras.callbacks.monitor import MonitorCallback
from edukeras.errors import explain
from edukeras.saving.atomic import atomic_write

MODEL_FILES = (".keras", ".h5", ".hdf5")
WEIGHT_FILES = (".weights.h5", ".h5", ".hdf5")


class _EveryFewBatches:
    """Counts batches through all epochs; `save_freq` "epoch" is never due."""

    def __init__(self, save_freq: str | int, callback: str) -> None:
        if save_freq != "epoch" and not isinstance(save_freq, int):
            raise ValueError(
                explain(
                    f"save_freq of {callback} says when to save.",
                    expected='"epoch" or a number of batches',
                    received=repr(save_freq),
                )
            )
        self.save_freq = save_freq
        self._last_batch = -1
        self._seen = 0

    def is_due(self, batch: int) -> bool:
        if self.save_freq == "epoch":
            return False
        # A smaller number than before: a new epoch.
        new_epoch = batch <= self._last_batch
        self._seen += batch + 1 if new_epoch else batch - self._last_batch
        self._last_batch = batch
        if self._seen < int(self.save_freq):
            return False
        self._seen = 0
        return True


class ModelCheckpoint(MonitorCallback):
    """Saves the model, or its weights, after each epoch or only after better ones.

    Args:
        filepath: where to.  `{epoch:02d}` stands for the number of the epoch, from 1,
            `{val_loss:.2f}` for that result, `{batch}` for the batch.
        monitor: the name of the result that decides what is better.
        verbose: 1 tells what is saved.
        save_best_only: whether to save only when the result became better.
        save_weights_only: whether to save only the weights.
        mode: "min", "max", or "auto": by the metric.
        save_freq: "epoch", or after so many batches.
        initial_value_threshold: only results better than this are saved.
    """

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, baseline=initial_value_threshold)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self._counter = _EveryFewBatches(save_freq, "ModelCheckpoint")
        self._epoch = 0
        endings = WEIGHT_FILES if save_weights_only else MODEL_FILES
        if not self.filepath.endswith(endings):
            what = "weights" if save_weights_only else "a model"
            raise ValueError(
                explain(
                    f"The filepath of ModelCheckpoint does not look like {what}.",
                    expected=f"a name that ends in {endings[0]}",
                    received=repr(self.filepath),
                )
            )

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if self._counter.is_due(batch):
            self._save(logs or {}, batch)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch
        if self.save_freq == "epoch":
            self._save(logs or {}, None)

    def _save(self, logs: Logs, batch: int | None) -> None:
        path = self._path(logs, batch)
        if not self._should_save(path, logs):
            return
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)
        self._tell(f"finished saving model to {path}")

    def _path(self, logs: Logs, batch: int | None) -> str:
        values = {"epoch": self._epoch + 1, **logs}
        if batch is not None:
            values.setdefault("batch", batch + 1)
        try:
            return self.filepath.format(**values)
        except KeyError as error:
            raise KeyError(
                explain(
                    f"The filepath {self.filepath!r} asks for {error}, which is not "
                    "among the results.",
                    expected=", ".join(values),
                )
            ) from None

    def _should_save(self, path: str, logs: Logs) -> bool:
        if not self.save_best_only:
            self._tell(f"saving model to {path}")
            return True
        value = self.current(logs)
        if value is None:  # as in Keras: better one file too many
            return True
        best = "None" if self.best is None else f"{self.best:.5f}"
        if not self.is_better(value, self.best):
            self._tell(f"{self.monitor} did not improve from {best}")
            return False
        better = f"{self.monitor} improved from {best} to {value:.5f}"
        self._tell(f"{better}, saving model to {path}")
        self.best = value
        return True

    def _tell(self, message: str) -> None:
        if self.verbose > 0:
            print(f"\nEpoch {self._epoch + 1}: {message}")


class BackupAndRestore(Callback):
    """Goes on where an interrupted `fit` has stopped, if the same `fit` runs again.

    After each epoch the weights and the optimizer's state go to a folder.  It is
    cleared when the training is complete.

    Args:
        backup_dir: the folder.
        save_freq: "epoch", or after so many batches; the epoch is repeated then.
        double_checkpoint: whether to keep the backup before the last as well.
        delete_checkpoint: whether to clear the folder at the end.
    """

    def __init__(
        self,
        backup_dir: Any,
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        if not backup_dir:
            raise ValueError("BackupAndRestore needs a folder. Try: 'backup'.")
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._counter = _EveryFewBatches(save_freq, "BackupAndRestore")
        self._weights = os.path.join(self.backup_dir, "latest.weights.h5")
        self._metadata = os.path.join(self.backup_dir, "training_metadata.json")
        self._next_epoch = 0
        # What `fit` asks for, by way of CallbackList.initial_epoch.
        self.restored_epoch: int | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.restored_epoch = None
        try:
            self._restore()
        except OSError:  # the last backup was not written to its end
            if not os.path.exists(self._weights + ".bkp"):
                raise
            for path in (self._weights, self._metadata):
                shutil.copy(path + ".bkp", path)
            self._restore()

    def _restore(self) -> None:
        if not (os.path.exists(self._weights) and os.path.exists(self._metadata)):
            return
        if not self.model.built:
            raise ValueError(
                "BackupAndRestore cannot put weights into a model that has none yet. "
                "Try: start the model with keras.Input(shape), or call it once."
            )
        optimizer = self.model.optimizer
        if optimizer is not None and not optimizer.built:
            optimizer.build(self.model.trainable_variables)
        self.model.load_weights(self._weights)
        with open(self._metadata, encoding="utf-8") as file:
            self._next_epoch = self.restored_epoch = json.load(file)["epoch"]

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if self._counter.is_due(batch):
            self._save(batch)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._next_epoch = epoch + 1
        if self.save_freq == "epoch":
            self._save(0)

    def _save(self, batch: int) -> None:
        os.makedirs(self.backup_dir, exist_ok=True)
        if self.double_checkpoint:
            for path in (self._weights, self._metadata):
                if os.path.exists(path):
                    shutil.copy(path, path + ".bkp")
        self.model.save_weights(self._weights, overwrite=True)
        with atomic_write(self._metadata) as file:
            text = json.dumps({"epoch": self._next_epoch, "batch": batch})
            file.write(text.encode())

    def on_train_end(self, logs: Logs | None = None) -> None:
        # Also called after an interruption, when the backup is wanted most.
        complete = self._next_epoch >= self.params["epochs"] or self.model.stop_training
        if not (self.delete_checkpoint and complete):
            return
        # Only what it has made itself: the folder may be the user's.
        for path in (self._weights, self._metadata):
            for copy in (path, path + ".bkp"):
                if os.path.exists(copy):
                    os.remove(copy)
        if os.path.isdir(self.backup_dir) and not os.listdir(self.backup_dir):
            os.rmdir(self.backup_dir)
