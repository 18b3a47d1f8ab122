"""Compiling, and one step: what a model is trained for, and how one batch is used.

`train_step` is one step of gradient descent.  Override it for your own.

Source: https://keras.io/api/models/model_training_apis/
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import data as data_module, metrics as metrics_module, optimizers, tree
from edukeras.autodiff import GradientTape
from edukeras.errors import NotCompiledError, explain
from edukeras.layers.arguments import parameter_names, takes_keywords
from edukeras.layers.base import Layer
from edukeras.models.compiled_metrics import CompiledMetrics
from edukeras.models.outputs import CompiledLoss, output_names, total_of
from edukeras.models.program import Program
from edukeras.models.replay import Inference, can_replay, key_of
from edukeras.tensor import Tensor


class LossTracker(metrics_module.Mean):
    """The mean loss; adding one number to it takes no array arithmetic."""

    def add(self, loss: Any, samples: int) -> None:
        self.total.array[()] += loss * samples
        self.count.array[()] += samples


class Steps(Layer):
    """`compile`, and what is done with one batch."""

    _bookkeeping = Layer._bookkeeping | {
        "_compile_arguments",
        "_trained_variables",
        "_regularized",
        "_programs",
        "_metrics_held",
        "_inference",
    }

    optimizer: Any = None
    loss: Any = None
    compiled = False
    _metrics_made: CompiledMetrics | None = None
    _compiled_loss: CompiledLoss | None = None
    _trained_variables: list | None = None
    _regularized: list | None = None
    # The recorded steps by the shapes of their batches, and whether there may be any.
    _programs: dict[tuple | None, Program | None]
    _replays: bool | None = None
    _metrics_held: list | None = None
    _inference: Inference | None = None
    steps_per_execution = 1
    _own_compute_metrics = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._own_compute_metrics = cls.compute_metrics is not Steps.compute_metrics

    def __getstate__(self) -> dict[str, Any]:
        """What `pickle` and `copy` take along: recorded steps are recorded again."""
        return {**vars(self), "_programs": {None: None}, "_inference": None}

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
        target_tensors: None = None,
    ) -> None:
        """Says how to train: the optimizer, the loss, what to report.

        Args:
            optimizer: a name or an Optimizer.
            loss: a name, a function (y_true, y_pred) or a Loss; for several outputs
                a list or a dict by output name.
            loss_weights: factors of the outputs' losses in the total.
            metrics: what to report, a list; per output a dict or list of lists.
            weighted_metrics: metrics that sample and class weights count in.
            auto_scale_loss: whether a model of the policy "mixed_float16" wraps its
                optimizer in a LossScaleOptimizer.
            steps_per_execution: callbacks hear of every so many batches.
            run_eagerly, jit_compile, sample_weight_mode: accepted as in Keras,
                without effect here.
            target_tensors: not supported.
        """
        if target_tensors is not None:
            raise ValueError(
                explain(
                    "target_tensors belonged to the graphs of TensorFlow 1.",
                    hint="model.fit(x, y) with the targets as y.",
                )
            )
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
        _check_steps_per_execution(steps_per_execution)
        self.optimizer = optimizers.get(optimizer)
        if auto_scale_loss and self._policy.name == "mixed_float16":
            if not isinstance(self.optimizer, optimizers.LossScaleOptimizer):
                # Small gradients would be 0 in float16.
                self.optimizer = optimizers.LossScaleOptimizer(self.optimizer)
        self.loss = loss
        self.run_eagerly = run_eagerly
        self.steps_per_execution = steps_per_execution
        self.jit_compile = jit_compile
        self._compiled_loss = None if loss is None else CompiledLoss(loss, loss_weights)
        self._metrics_made = CompiledMetrics(metrics, weighted_metrics)
        self._loss_tracker = LossTracker(name="loss")
        names = self._known_output_names()
        if names is not None:
            self._match_outputs(names)
        self.compiled = True
        # `trainable` is looked at now: later changes wait for the next compile.
        self._trained_variables = self.trainable_variables if self.built else None
        self._regularized = None
        self._metrics_held = None
        self._programs = {None: None}
        self._replays = None
        self.stop_training = False

    def _match_outputs(self, names: list[str]) -> None:
        """Matches losses and metrics to the outputs, once their names are known."""
        trained = None
        if self._compiled_loss is not None:
            self._compiled_loss.prepare(names)
            trained = self._compiled_loss.trained
        if self._metrics_made is not None:
            self._metrics_made.prepare(names, trained)

    def _known_output_names(self) -> list[str] | None:
        return None

    def _require_compiled(self, method: str) -> None:
        if not self.compiled:
            raise NotCompiledError(
                f"{method}() needs a compiled model: it must know the loss and the "
                "optimizer. Try: call model.compile(optimizer='adam', loss=...) first."
            )

    def _named_metrics(self) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = []
        if self.compiled:
            found.append(("loss", self._loss_tracker))
        if self._compiled_loss is not None:
            found += [(m.name, m) for m in self._compiled_loss.trackers]
        if self._metrics_made is not None:
            found += [
                (entry.name, entry.metric) for entry in self._metrics_made.entries
            ]
        known = {id(metric) for _, metric in found}
        return found + [(m.name, m) for m in self._held_metrics() if id(m) not in known]

    def _held_metrics(self) -> list:
        """The Metric attributes of this model and of the layers in it.

        Models inside are left out: their metrics are about a training of their own.
        """
        if self._metrics_held is None:
            found: dict[int, Any] = {}
            for layer in self._flatten_layers():
                if layer is self or not isinstance(layer, Steps):
                    for metric in layer._attributes(metrics_module.Metric):
                        found.setdefault(id(metric), metric)
            if not self.built:
                return list(found.values())
            self._metrics_held = list(found.values())
        return self._metrics_held

    @property
    def metrics(self) -> list:
        """The loss tracker, the losses of several outputs, the compiled metrics, and
        the Metric attributes of the model and of the layers in it."""
        return [metric for _, metric in self._named_metrics()]

    @property
    def metrics_names(self) -> list[str]:
        """The labels of what `evaluate` returns."""
        return [name for name, _ in self._reported_metrics()]

    def _reported_metrics(self) -> list[tuple[str, Any]]:
        named = self._named_metrics()
        if type(self).metrics is Steps.metrics:
            return named
        # A subclass has a `metrics` of its own, as in the guides of Keras.
        names = {id(metric): name for name, metric in named}
        return [(names.get(id(m), m.name), m) for m in self.metrics]

    def reset_metrics(self) -> None:
        """Forgets what the metrics have seen."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """The present values of all metrics."""
        results: dict[str, Any] = {}
        for name, metric in self._reported_metrics():
            value = metric.result()
            results.update(value if isinstance(value, dict) else {name: value})
        return results

    # -- one step -------------------------------------------------------------

    def train_step(self, data: Any) -> dict[str, Any]:
        """One step of gradient descent on a batch; may be overridden.

        Forward, loss, backward, update, metrics: this is all that training is.
        """
        x, y, sample_weight = data_module.unpack_x_y_sample_weight(data)
        y_pred = self._learn_from(x, y, sample_weight)
        if self._own_compute_metrics:
            return self.compute_metrics(x, y, y_pred, sample_weight)
        return self.get_metrics_result()

    def _learn_from(self, x: Any, y: Any, sample_weight: Any) -> Any:
        """Changes the weights and updates the metrics; returns the predictions."""
        key = None if sample_weight is not None else key_of(x, y)
        program = self._programs.get(key)
        if program is not None and program.is_current():
            (loss, y_pred), gradients = program.run(x, y)
        else:
            program = None
            recorded = key is not None and self._is_to_be_recorded(key)
            loss, y_pred, gradients = self._loss_and_gradients(
                x, y, sample_weight, key if recorded else None
            )
        if gradients:
            self._apply(gradients, program)
        self._loss_tracker.add(loss, _batch_size(x))
        if not self._own_compute_metrics:
            self._update_metrics(y, y_pred, sample_weight)
        return y_pred

    def _apply(self, gradients: list, program: Program | None) -> None:
        """Lets the optimizer change the weights.

        The gradients of a program have the same shapes each time, so that the optimizer
        need check them only once.
        """
        optimizer = self.optimizer
        if program is not None and program.checked_by is optimizer:
            optimizer.apply_matched(gradients, self._trained_variables)
            return
        optimizer.apply(gradients, self._trained_variables)
        plain = getattr(optimizer.apply, "__func__", None) is optimizers.Optimizer.apply
        if program is not None and plain and all(g is not None for g in gradients):
            program.checked_by = optimizer

    def _loss_and_gradients(
        self, x: Any, y: Any, sample_weight: Any, key: tuple | None
    ) -> tuple[np.ndarray, Any, list]:
        """Forward and backward; with a key, the ops are kept to be replayed."""
        if self.optimizer is None:
            raise NotCompiledError(
                "Training needs an optimizer. Try: model.compile(optimizer='adam')."
            )
        with GradientTape() as tape:
            if key is not None:  # watched, so that the tape records what they go into
                x, y = Tensor(x, traced=True), Tensor(y, traced=True)
            y_pred = self(x, training=True)
            loss = self._computed_loss(x, y, y_pred, sample_weight, True)
            scaled = self.optimizer.scale_loss(loss)
        variables = self._variables_to_train()
        if key is not None:
            outputs = [loss, y_pred]
            self._programs[key] = Program(tape, [x, y], outputs, scaled, variables)
        gradients = tape.gradient_arrays(scaled, variables) if variables else []
        return loss.array, y_pred, gradients

    def _is_to_be_recorded(self, key: tuple) -> bool:
        """On the second step on batches of a shape: odd shapes may come only once."""
        if key not in self._programs:
            self._programs[key] = None
            return False
        if self._replays is None:
            plain = type(self).compute_loss is Steps.compute_loss
            self._replays = plain and can_replay(self, self._compiled_loss)
        return self._replays

    def test_step(self, data: Any) -> dict[str, Any]:
        """The loss and the metrics of a batch; may be overridden."""
        x, y, sample_weight = data_module.unpack_x_y_sample_weight(data)
        y_pred = self._look_at(x, y, sample_weight)
        if self._own_compute_metrics:
            return self.compute_metrics(x, y, y_pred, sample_weight)
        return self.get_metrics_result()

    def _look_at(self, x: Any, y: Any, sample_weight: Any) -> Any:
        y_pred = self._infer(x)
        loss = self._computed_loss(x, y, y_pred, sample_weight, False)
        self._loss_tracker.add(loss.array, _batch_size(x))
        if not self._own_compute_metrics:
            self._update_metrics(y, y_pred, sample_weight)
        return y_pred

    def predict_step(self, data: Any) -> Any:
        """The outputs for a batch; may be overridden."""
        x, _, _ = data_module.unpack_x_y_sample_weight(data)
        return self._infer(x)

    def _infer(self, x: Any) -> Any:
        """`self(x, training=False)`, replayed where that is known to be the same."""
        if type(x) is np.ndarray:
            if self._inference is None:
                self._inference = Inference(self)
            output = self._inference.run(x)
            if output is not None:
                return Tensor(output)
        return self(x, training=False)

    def _computed_loss(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool
    ) -> Any:
        """`compute_loss`, which in older code does not know of `training`."""
        function = type(self).compute_loss
        if "training" in parameter_names(function) or takes_keywords(function):
            return self.compute_loss(x, y, y_pred, sample_weight, training=training)
        return self.compute_loss(x, y, y_pred, sample_weight)

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
        if total is None and not training:
            return Tensor(0.0)
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
            if self._metrics_made.names is None:
                self._match_outputs(output_names(y_pred, self._known_output_names()))
            self._metrics_made.update(y, y_pred, sample_weight)

    def _variables_to_train(self) -> list:
        if self._trained_variables is None:
            self._trained_variables = self.trainable_variables
        if not self.optimizer.built:
            self.optimizer.build(self._trained_variables)
        return self._trained_variables


def _check_steps_per_execution(value: Any) -> None:
    if not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(
            explain(
                "steps_per_execution: after so many batches callbacks hear of them.",
                expected="a whole number from 1",
                received=repr(value),
            )
        )


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
