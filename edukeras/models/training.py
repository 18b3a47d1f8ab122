"""Trainer: compile, fit, evaluate, predict.

`train_step` is one step of gradient descent.  Override it for your own; `fit` does
the rest: epochs, batches, callbacks, validation.

Source: https://keras.io/api/models/model_training_apis/
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from edukeras import callbacks as callbacks_module
from edukeras import data as data_module
from edukeras import metrics as metrics_module
from edukeras import optimizers, tree
from edukeras.autodiff import GradientTape
from edukeras.errors import NotCompiledError, explain
from edukeras.models.outputs import CompiledLoss, CompiledMetrics, total_of
from edukeras.tensor import Tensor


class BatchLogs(Mapping):
    """The metrics after a batch; worked out only if a callback looks at them."""

    def __init__(self, compute: Callable[[], dict[str, float]]) -> None:
        self._compute = compute
        self._values: dict[str, float] | None = None

    def _get(self) -> dict[str, float]:
        if self._values is None:
            self._values = self._compute()
        return self._values

    def __getitem__(self, key: str) -> float:
        return self._get()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._get())

    def __len__(self) -> int:
        return len(self._get())

    def copy(self) -> dict[str, float]:
        return dict(self._get())

    def __repr__(self) -> str:
        return repr(self._get())


class Trainer:
    """What a Model can do once it is compiled."""

    optimizer: Any = None
    loss: Any = None
    compiled = False
    stop_training = False
    history: Any = None
    _metrics_made: CompiledMetrics | None = None
    _compiled_loss: CompiledLoss | None = None
    _trained_variables: list | None = None
    _regularized: list | None = None

    # -- compile --------------------------------------------------------------

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: str | bool | None = "auto",
        auto_scale_loss: bool = True,
        sample_weight_mode: str | None = None,
    ) -> None:
        """Says how to train: the optimizer, the loss, what to report.

        Args:
            optimizer: a name or an Optimizer.
            loss: a name, a function (y_true, y_pred) or a Loss; for several outputs
                a list or a dict by output name.
            loss_weights: factors of the outputs' losses in the total.
            metrics: what to report, a list; per output a dict or list of lists.
            weighted_metrics: metrics that sample and class weights count in.
            run_eagerly, steps_per_execution, jit_compile, auto_scale_loss,
                sample_weight_mode: accepted as in Keras, without effect here.
        """
        if _looks_like_metrics(loss_weights):  # Keras 2's third argument
            loss_weights, metrics = metrics, loss_weights
        self._compile_arguments = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile,
        }
        self.optimizer = optimizers.get(optimizer)
        self.loss = loss
        self.run_eagerly = run_eagerly
        self.steps_per_execution = steps_per_execution
        self.jit_compile = jit_compile
        self._compiled_loss = None if loss is None else CompiledLoss(loss, loss_weights)
        self._metrics_made = CompiledMetrics(metrics, weighted_metrics)
        self._loss_tracker = metrics_module.Mean(name="loss")
        names = self._known_output_names()
        if names is not None:
            self._metrics_made.prepare(names)
            if self._compiled_loss is not None:
                self._compiled_loss.prepare(names)
        self.compiled = True
        # `trainable` is looked at now: later changes wait for the next compile.
        self._trained_variables = self.trainable_variables if self.built else None
        self._regularized = None
        self.stop_training = False

    def _known_output_names(self) -> list[str] | None:
        return None

    def _require_compiled(self, method: str) -> None:
        if not self.compiled:
            raise NotCompiledError(
                f"{method}() needs a compiled model: it must know the loss and the "
                "optimizer. Try: call model.compile(optimizer='adam', loss=...) first."
            )

    @property
    def metrics(self) -> list:
        """The loss tracker, the losses of several outputs, the compiled metrics, and
        the Metric attributes of a subclass."""
        found: list = []
        if self.compiled:
            found.append(self._loss_tracker)
            if self._compiled_loss is not None:
                found += self._compiled_loss.trackers
            found += self._metrics_made.metrics if self._metrics_made else []
        for metric in self._attributes(metrics_module.Metric):
            if not any(metric is other for other in found):
                found.append(metric)
        return found

    @property
    def metrics_names(self) -> list[str]:
        """The labels of what `evaluate` returns."""
        return [metric.name for metric in self.metrics]

    def reset_metrics(self) -> None:
        """Forgets what the metrics have seen."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """The present values of all metrics."""
        results: dict[str, Any] = {}
        for metric in self.metrics:
            value = metric.result()
            if isinstance(value, dict):
                results.update(value)
            else:
                results[metric.name] = value
        return results

    # -- one step -------------------------------------------------------------

    def train_step(self, data: Any) -> dict[str, Any]:
        """One step of gradient descent on a batch; may be overridden.

        Forward, loss, backward, update, metrics: this is all that training is.
        """
        x, y, sample_weight = data_module.unpack_x_y_sample_weight(data)
        self._learn_from(x, y, sample_weight)
        return self.get_metrics_result()

    def _learn_from(self, x: Any, y: Any, sample_weight: Any) -> None:
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred, sample_weight, training=True)
            scaled = self.optimizer.scale_loss(loss)
        variables = self._variables_to_train()
        if variables:
            gradients = tape.gradient(scaled, variables)
            self.optimizer.apply(gradients, variables)
        self._loss_tracker.update_state(loss, sample_weight=_batch_size(x))
        self._update_metrics(y, y_pred, sample_weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """The loss and the metrics of a batch; may be overridden."""
        x, y, sample_weight = data_module.unpack_x_y_sample_weight(data)
        self._look_at(x, y, sample_weight)
        return self.get_metrics_result()

    def _look_at(self, x: Any, y: Any, sample_weight: Any) -> None:
        y_pred = self(x, training=False)
        loss = self.compute_loss(x, y, y_pred, sample_weight, training=False)
        self._loss_tracker.update_state(loss, sample_weight=_batch_size(x))
        self._update_metrics(y, y_pred, sample_weight)

    def predict_step(self, data: Any) -> Any:
        """The outputs for a batch; may be overridden."""
        x, _, _ = data_module.unpack_x_y_sample_weight(data)
        return self(x, training=False)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The compiled loss, plus `add_loss` and the penalties on weights."""
        losses = self._penalties()
        if self._compiled_loss is not None:
            if y is None:
                raise ValueError(
                    explain(
                        "The loss compares the output with targets, but y is missing.",
                        hint="model.fit(x, y).",
                    )
                )
            names = self._known_output_names()
            losses = [self._compiled_loss(y, y_pred, sample_weight, names), *losses]
        total = total_of(losses)
        if total is None:
            raise ValueError(
                explain(
                    "There is no loss to minimize.",
                    hint="model.compile(optimizer, loss='mse'), or add_loss in `call`.",
                )
            )
        return total if isinstance(total, Tensor) else Tensor(total)

    def _penalties(self) -> list:
        """What `losses` lists, without looking through all layers at every step."""
        if self._regularized is None:
            trainable = self.trainable_variables
            self._regularized = [v for v in trainable if v.regularizer is not None]
        layers = dict.fromkeys(self._layers_with_losses)
        added = [loss for layer in layers for loss in layer._losses]
        return added + [v.regularizer(v) for v in self._regularized]

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, Any]:
        """Updates the compiled metrics and returns all results."""
        self._update_metrics(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def _update_metrics(self, y: Any, y_pred: Any, sample_weight: Any) -> None:
        if self._metrics_made is not None and y is not None:
            names = self._known_output_names()
            self._metrics_made.update(y, y_pred, sample_weight, names)

    def _variables_to_train(self) -> list:
        if self._trained_variables is None:
            self._trained_variables = self.trainable_variables
        if not self.optimizer.built:
            self.optimizer.build(self._trained_variables)
        return self._trained_variables

    # -- fit ------------------------------------------------------------------

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: str | int = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool | str = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
    ) -> Any:
        """Trains for a number of epochs; returns the History.

        Args:
            x, y: inputs and targets: arrays, lists or dicts of them; or x alone, a
                generator or PyDataset of batches.
            batch_size: samples per step; None is 32.
            epochs: the number of the last epoch.
            verbose: 0 silent, 1 a progress bar, 2 a line per epoch, "auto" is 1.
            callbacks: a list of Callbacks.
            validation_split: the share of the last samples to hold back.
            validation_data: (x, y) or (x, y, sample_weight), or a generator.
            shuffle: whether to mix the samples before each epoch; "batch" mixes the
                batches only.
            class_weight: a dict from class to the weight of its samples.
            sample_weight: a weight for each sample's loss.
            initial_epoch: the number of the first epoch.
            steps_per_epoch: batches per epoch.
            validation_steps: batches of the validation data.
            validation_batch_size: None is batch_size.
            validation_freq: validate every so many epochs, or after the ones listed.
            max_queue_size, workers, use_multiprocessing: how generators and datasets
                are read (Keras 2).
        """
        self._require_compiled("fit")
        validate_after = _validation_epochs(validation_freq)
        data, validation = self._fit_data(
            x, y, sample_weight, batch_size, steps_per_epoch, shuffle,
            validation_split, validation_data, validation_batch_size,
            validation_steps, workers, max_queue_size, use_multiprocessing,
        )  # fmt: skip
        hooks = self._callback_list(callbacks, verbose, epochs, data.steps)
        self.stop_training = False
        hooks.on_train_begin()
        logs: dict[str, float] = {}
        try:
            for epoch in range(initial_epoch, epochs):
                hooks.on_epoch_begin(epoch)
                logs = self._train_epoch(data, class_weight, hooks)
                if validation is not None and validate_after(epoch):
                    results = self._evaluate(validation, hooks)
                    logs.update({f"val_{k}": v for k, v in results.items()})
                hooks.on_epoch_end(epoch, logs)
                if self.stop_training:
                    break
        except KeyboardInterrupt:
            # In a notebook the square button ends training, not the lesson.
            if "ipykernel" not in sys.modules:
                raise
            print("\nInterrupted: the model keeps what it has learned so far.")
        finally:
            hooks.on_train_end(logs)
        return self.history

    def _fit_data(
        self, x: Any, y: Any, sample_weight: Any, batch_size: Any, steps: Any,
        shuffle: Any, split: float, validation_data: Any, validation_batch_size: Any,
        validation_steps: Any, workers: int, max_queue_size: int,
        use_multiprocessing: bool,
    ) -> tuple[Any, Any]:  # fmt: skip
        """The sources of training and of validation batches."""
        if split and validation_data is None:
            if not data_module.is_arrays(x):
                raise ValueError(
                    explain(
                        "validation_split needs arrays, which it can cut.",
                        received=f"x as a {type(x).__name__}",
                        hint="validation_data=...",
                    )
                )
            arrays = tuple(data_module.as_arrays(a) for a in (x, y, sample_weight))
            kept, held_back = data_module.split_off_validation(arrays, split)
            (x, y, sample_weight), validation_data = kept, held_back
        if data_module.is_dataset(x) and (workers > 1 or use_multiprocessing):
            x.workers, x.use_multiprocessing = workers, use_multiprocessing
            x.max_queue_size = max_queue_size
        data = data_module.data_for(
            x, y, sample_weight, batch_size=batch_size, steps=steps, shuffle=shuffle,
            workers=workers, max_queue_size=max_queue_size,
        )  # fmt: skip
        if validation_data is None:
            return data, None
        if isinstance(validation_data, (tuple, list)):
            parts = data_module.unpack_x_y_sample_weight(tuple(validation_data))
        else:
            parts = (validation_data, None, None)
        size = validation_batch_size or batch_size
        return data, data_module.data_for(
            *parts, batch_size=size, steps=validation_steps
        )

    def _callback_list(
        self, callbacks: Any, verbose: Any, epochs: int, steps: int | None
    ) -> Any:
        if isinstance(callbacks, callbacks_module.CallbackList):
            return callbacks
        verbose = 1 if verbose == "auto" else int(verbose)
        return callbacks_module.CallbackList(
            callbacks,
            add_history=True,
            add_progbar=verbose != 0,
            verbose=verbose,
            epochs=epochs,
            steps=steps,
            model=self,
        )

    def _train_epoch(
        self, data: Any, class_weight: Mapping | None, hooks: Any
    ) -> dict[str, float]:
        self.reset_metrics()
        logs: Any = BatchLogs(self._plain_metrics)
        own_step = type(self).train_step is not Trainer.train_step
        with_hooks = hooks.has_train_batch_hooks
        step = -1
        for step, batch in enumerate(data.batches()):
            if with_hooks:
                hooks.on_train_batch_begin(step)
            if class_weight is not None:
                batch = data_module.apply_class_weight(batch, class_weight)
            if own_step:
                logs = _plain_logs(self.train_step(_as_step_data(batch)))
            else:
                self._learn_from(*batch)
                if with_hooks:
                    logs = BatchLogs(self._plain_metrics)
            if with_hooks:
                hooks.on_train_batch_end(step, logs)
            if self.stop_training:
                break
        if step < 0:
            raise ValueError(
                explain(
                    "The data gave no batch.",
                    hint="a generator that has ended cannot start again: make a new "
                    "one, or give steps_per_epoch.",
                )
            )
        return _plain_logs(logs)

    def _plain_metrics(self) -> dict[str, float]:
        return _plain_logs(self.get_metrics_result())

    # -- evaluate and predict -------------------------------------------------

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        return_dict: bool = False,
    ) -> Any:
        """The loss and the metrics on given data, in inference mode.

        Returns:
            The loss if there is nothing else, else a list in the order of
            `metrics_names`; with `return_dict` a dict.
        """
        self._require_compiled("evaluate")
        data = data_module.data_for(
            x, y, sample_weight, batch_size=batch_size, steps=steps,
            workers=workers, max_queue_size=max_queue_size,
        )  # fmt: skip
        hooks = self._evaluation_hooks(callbacks, verbose, data.steps)
        results = self._evaluate(data, hooks)
        if return_dict:
            return results
        values = [results[name] for name in self._result_order(results)]
        return values[0] if len(values) == 1 else values

    def _result_order(self, results: dict[str, float]) -> list[str]:
        names = [name for name in self.metrics_names if name in results]
        return names + [name for name in results if name not in names]

    def _evaluation_hooks(self, callbacks: Any, verbose: Any, steps: Any) -> Any:
        if isinstance(callbacks, callbacks_module.CallbackList):
            return callbacks
        verbose = 1 if verbose == "auto" else int(verbose)
        return callbacks_module.CallbackList(
            callbacks, add_progbar=verbose != 0, verbose=verbose, epochs=1,
            steps=steps, model=self,
        )  # fmt: skip

    def _evaluate(self, data: Any, hooks: Any) -> dict[str, float]:
        """Runs over the data once; `fit` uses it for validation too."""
        self.reset_metrics()
        hooks.on_test_begin()
        logs: Any = BatchLogs(self._plain_metrics)
        own_step = type(self).test_step is not Trainer.test_step
        for step, batch in enumerate(data.batches()):
            hooks.on_test_batch_begin(step)
            if own_step:
                logs = _plain_logs(self.test_step(_as_step_data(batch)))
            else:
                self._look_at(*batch)
                logs = BatchLogs(self._plain_metrics)
            hooks.on_test_batch_end(step, logs)
        results = _plain_logs(logs)
        hooks.on_test_end(results)
        return results

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
    ) -> Any:
        """The outputs for given inputs, as NumPy arrays, in inference mode."""
        data = data_module.data_for(
            x, batch_size=batch_size, steps=steps, workers=workers,
            max_queue_size=max_queue_size,
        )  # fmt: skip
        hooks = self._evaluation_hooks(callbacks, verbose, data.steps)
        hooks.on_predict_begin()
        batches = []
        for step, batch in enumerate(data.batches()):
            hooks.on_predict_batch_begin(step)
            outputs = self.predict_step(_as_step_data((batch[0], None, None)))
            batches.append(tree.map_structure(_as_numpy, outputs))
            hooks.on_predict_batch_end(step, {"outputs": batches[-1]})
        hooks.on_predict_end()
        if not batches:
            raise ValueError("The data gave no batch, so there is nothing to predict.")
        return tree.map_structure(lambda *parts: _join(parts), *batches)

    # -- single batches -------------------------------------------------------

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
        reset_metrics: bool = True,
        return_dict: bool = False,
    ) -> Any:
        """One update; returns the loss before it, and the metrics of this batch."""
        self._require_compiled("train_on_batch")
        batch = self._one_batch(x, y, sample_weight)
        if class_weight is not None:
            batch = data_module.apply_class_weight(batch, class_weight)
        if reset_metrics:
            self.reset_metrics()
        logs = _plain_logs(self.train_step(_as_step_data(batch)))
        return self._batch_result(logs, return_dict)

    def test_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        reset_metrics: bool = True,
        return_dict: bool = False,
    ) -> Any:
        """The loss and the metrics of one batch; nothing is updated."""
        self._require_compiled("test_on_batch")
        batch = self._one_batch(x, y, sample_weight)
        if reset_metrics:
            self.reset_metrics()
        logs = _plain_logs(self.test_step(_as_step_data(batch)))
        return self._batch_result(logs, return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch, as NumPy arrays."""
        outputs = self.predict_step(data_module.as_arrays(x))
        return tree.map_structure(_as_numpy, outputs)

    def _one_batch(self, x: Any, y: Any, sample_weight: Any) -> tuple:
        batch = tuple(data_module.as_arrays(part) for part in (x, y, sample_weight))
        data_module.count_samples(x=batch[0], y=batch[1], sample_weight=batch[2])
        return batch

    def _batch_result(self, logs: dict[str, float], return_dict: bool) -> Any:
        if return_dict:
            return logs
        values = [logs[name] for name in self._result_order(logs)]
        return values[0] if len(values) == 1 else values


def _looks_like_metrics(value: Any) -> bool:
    items = value if isinstance(value, (list, tuple)) else [value]
    return bool(items) and any(
        isinstance(item, str) or callable(item) for item in items
    )


def _batch_size(x: Any) -> int:
    if type(x) is np.ndarray:
        return len(x)
    first = next(iter(tree.flatten(x)), None)
    return first.shape[0] if first is not None and first.shape else 1


def _as_step_data(batch: tuple) -> Any:
    """What `train_step(data)` is given: (x, y, sample_weight), as short as it can be.

    A single array comes alone, as in Keras.
    """
    return data_module.pack_x_y_sample_weight(*batch)


def _plain_logs(logs: Mapping[str, Any]) -> dict[str, float]:
    """Numbers by name, sorted as Keras sorts them."""
    values = {key: _number(value) for key, value in logs.items()}
    return dict(sorted(values.items()))


def _number(value: Any) -> Any:
    array = getattr(value, "array", value)
    if isinstance(array, np.ndarray) and array.ndim:
        return array
    return float(array)


def _as_numpy(x: Any) -> np.ndarray:
    return x.array if isinstance(x, Tensor) else np.asarray(x)


def _join(parts: tuple) -> np.ndarray:
    # A copy: what the user gets must not be an array that a layer still holds.
    return np.concatenate(parts) if len(parts) > 1 else np.array(parts[0])


def _validation_epochs(frequency: Any) -> Callable[[int], bool]:
    """Whether to validate after an epoch (counted from 0)."""
    if isinstance(frequency, (int, np.integer)):
        if frequency < 1:
            raise ValueError(
                explain("validation_freq must be at least 1.", received=repr(frequency))
            )
        return lambda epoch: (epoch + 1) % frequency == 0
    if isinstance(frequency, (list, tuple, set)):
        return lambda epoch: epoch + 1 in frequency
    raise ValueError(
        explain(
            "validation_freq says after which epochs to validate.",
            expected="a number, or a list, tuple or set of epochs",
            received=repr(frequency),
        )
    )
