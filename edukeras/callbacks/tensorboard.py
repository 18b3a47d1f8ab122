"""TensorBoard: the course of training, for the program of that name."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from edukeras import config
from edukeras.callbacks.callback import Callback, Logs
from edukeras.callbacks.event_files import EventWriter, tensorboard
from edukeras.errors import explain
from edukeras.layers.embedding import Embedding


class TensorBoard(Callback):
    """Writes event files, which the command `tensorboard --logdir logs` shows.

    Results of training go to the subfolder "train", those of validation to
    "validation". Needs the package tensorboard (TensorFlow is not needed).

    Args:
        log_dir: the folder.
        histogram_freq: after every how many epochs to write histograms of the weights;
            0 is never.
        write_graph: whether to write the layers of the model. (There is no graph of
            single operations, as TensorFlow has it.)
        write_images: whether to show weights as pictures too, whenever histograms are
            written.
        write_steps_per_second: whether to write how fast training is.
        update_freq: "epoch" writes results after epochs only; "batch", or a number,
            also after every so many batches.
        profile_batch: 0; there is nothing to profile.
        embeddings_freq: after every how many epochs to save the weights of embeddings.
        embeddings_metadata: the path of a file with a label for each row of an
            embedding, or a dict of them by the names of layers.
    """

    def __init__(
        self,
        log_dir: Any = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: Any = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        tensorboard()  # raises an ImportError now, not in the middle of training
        if profile_batch not in (0, None, False):
            raise ValueError(
                explain(
                    "TensorBoard has no profile of these models to show.",
                    expected="profile_batch=0",
                    received=f"profile_batch={profile_batch!r}",
                )
            )
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        self._writers: dict[str, EventWriter] = {}
        self._train_batches = self._test_batches = 0
        self._epoch_start = self._batch_start = 0.0
        self._steps_before = 0

    # -- where to -------------------------------------------------------------

    def _writer(self, run: str) -> EventWriter:
        """The file of "train" or "validation", made when there is something for it."""
        if run not in self._writers:
            self._writers[run] = EventWriter(os.path.join(self.log_dir, run))
        return self._writers[run]

    def _scalars(self, run: str, values: Mapping[str, Any], step: int) -> None:
        for tag, value in values.items():
            self._writer(run).scalar(tag, value, step)

    def _is_due(self, batches: int) -> bool:
        """Whether results are written after this many batches."""
        return self.update_freq != "epoch" and batches % self.update_freq == 0

    # -- what happens ---------------------------------------------------------

    def set_model(self, model: Any) -> None:
        self.model = model
        self._writers = {}
        if self.write_graph and (hasattr(model, "outputs") or hasattr(model, "add")):
            try:
                text = model.to_json()
            except Exception:  # a layer of the user's without a config is not drawn
                text = None
            if text is not None:
                self._writer("train").model(text)
        if self.embeddings_freq:
            self._describe_embeddings()

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._train_batches = 0

    def on_train_end(self, logs: Logs | None = None) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch_start = time.perf_counter()
        self._steps_before = self._steps()

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._train_batches += 1
        self._batch_start = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if not self._is_due(self._train_batches):
            return
        values = {f"batch_{name}": value for name, value in (logs or {}).items()}
        if self.write_steps_per_second:
            seconds = time.perf_counter() - self._batch_start
            values["batch_steps_per_second"] = 1 / max(seconds, 1e-9)
        self._scalars("train", values, self._train_batches)

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._test_batches += 1

    def on_test_end(self, logs: Logs | None = None) -> None:
        if getattr(self.model, "optimizer", None) is None:
            return
        if self.update_freq == "epoch" or self._is_due(self._test_batches):
            found = logs or {}
            values = {f"evaluation_{k}_vs_iterations": v for k, v in found.items()}
            self._scalars("validation", values, self._steps())
            self._writer("validation").flush()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs:
            train = {k: v for k, v in logs.items() if not k.startswith("val_")}
            train |= self._learning_rates()
            if self.write_steps_per_second:
                seconds = time.perf_counter() - self._epoch_start
                steps = self._steps() - self._steps_before
                train["steps_per_second"] = steps / max(seconds, 1e-9)
            validation = {k[4:]: v for k, v in logs.items() if k.startswith("val_")}
            for run, values in (("train", train), ("validation", validation)):
                tagged = {f"epoch_{name}": value for name, value in values.items()}
                self._scalars(run, tagged, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self._save_embeddings(epoch)
        for writer in self._writers.values():  # so that the curves can be watched
            writer.flush()

    def _steps(self) -> int:
        return int(np.asarray(self.model.optimizer.iterations))

    def _learning_rates(self) -> dict[str, float]:
        optimizer = self.model.optimizer
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        several = getattr(optimizer, "optimizers", None)
        if several:
            return {
                f"learning_rate_{one.name}": float(np.asarray(one.learning_rate))
                for one in several
            }
        return {"learning_rate": float(np.asarray(optimizer.learning_rate))}

    # -- weights --------------------------------------------------------------

    def _write_weights(self, epoch: int) -> None:
        writer = self._writer("train")
        for layer in self.model.layers:
            for weight in layer.weights:
                values = weight.numpy()
                writer.histogram(f"{weight.path}/histogram", values, epoch)
                images = weight_as_images(values) if self.write_images else None
                if images is not None:
                    writer.images(f"{weight.path}/image", images, epoch)

    def _embeddings(self) -> list[Embedding]:
        return [layer for layer in self.model.layers if isinstance(layer, Embedding)]

    def _describe_embeddings(self) -> None:
        """Tells the projector of TensorBoard where labels are."""
        metadata = self.embeddings_metadata
        names = [layer.name for layer in self._embeddings()]
        if isinstance(metadata, dict) and set(metadata) - set(names):
            raise ValueError(
                explain(
                    "embeddings_metadata names Embedding layers.",
                    expected=f"some of {names}",
                    received=f"{sorted(metadata)}",
                )
            )
        lines = []
        for name in names:
            path = metadata.get(name) if isinstance(metadata, dict) else metadata
            lines.append("embeddings {")
            tensor = "layer_with_weights-0/embeddings/.ATTRIBUTES/VARIABLE_VALUE"
            lines.append(f'  tensor_name: "{tensor}"')
            if path is not None:
                lines.append(f'  metadata_path: "{path}"')
            lines.append("}")
        os.makedirs(self.log_dir, exist_ok=True)
        path = os.path.join(self.log_dir, "projector_config.pbtxt")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def _save_embeddings(self, epoch: int) -> None:
        folder = os.path.join(self.log_dir, "train")
        os.makedirs(folder, exist_ok=True)
        name = f"keras_embedding.ckpt-{epoch}.weights.h5"
        self.model.save_weights(os.path.join(folder, name))


def weight_as_images(values: np.ndarray) -> np.ndarray | None:
    """A weight as pictures (B, H, W, channels), if it can be one.

    A bias is a column; a matrix is wider than high; of three axes the last counts the
    pictures.

    >>> weight_as_images(np.ones((5, 2))).shape
    (1, 2, 5, 1)
    """
    values = np.squeeze(values)
    if values.ndim == 1:
        return values.reshape(1, -1, 1, 1)
    if values.ndim == 2:
        wide = values.T if values.shape[0] > values.shape[1] else values
        return wide[None, :, :, None]
    if values.ndim == 3:
        if config.image_data_format() == "channels_last":
            values = values.transpose(2, 0, 1)
        return values[..., None]
    return values if values.ndim == 4 and values.shape[-1] in (1, 3, 4) else None
