"""The patient: a model, its data and its history, as the checks look at them.

Everything is looked at on a copy: building a model, or running a training step to see
its gradients, must not change the model or what its training draws afterwards.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from edukeras import config, data as data_module, losses, tree
from edukeras.inspect.doctor.program import Program
from edukeras.inspect.doctor.wiring import Step, Wiring, all_layers, wiring_of
from edukeras.losses.base import LossFunctionWrapper
from edukeras.models.outputs import match_targets, only, output_names
from edukeras.tensor import Tensor

# So many samples say enough, and are looked at in no time.
PROBE = 256

CLASS_LOSSES = {"categorical_crossentropy", "sparse_categorical_crossentropy"}
BINARY_LOSSES = {"binary_crossentropy", "binary_focal_crossentropy"}
REGRESSION_LOSSES = {
    "mean_squared_error", "mean_absolute_error", "huber", "log_cosh",
    "mean_absolute_percentage_error", "mean_squared_logarithmic_error",
}  # fmt: skip


@dataclass
class Head:
    """One output of the model, with what it is compared to.

    Attributes:
        loss: the name of the loss function; None for one of the user's own.
        from_logits: whether that loss applies softmax or sigmoid itself.
        activation: what the output ends with; None where that is unknown.
        units: the size of the last axis.
        metrics: the names of its metrics.
        y, predicted: targets and outputs for the probe; None without data.
        all_y: the targets of all samples.
    """

    name: str
    loss: str | None
    loss_object: Any
    from_logits: bool
    activation: str | None
    step: Step | None
    units: int | None
    shape: tuple | None
    metrics: list[str]
    y: np.ndarray | None = None
    predicted: np.ndarray | None = None
    all_y: np.ndarray | None = None
    is_reconstruction: bool = False

    @property
    def has_accuracy(self) -> bool:
        return any("acc" in name.lower() for name in self.metrics)


class Patient:
    """A model and what is known about it.

    Args:
        model: built or not, compiled or not.
        x, y: inputs and targets; None if they were not given.
        validation_data: (x, y).
        validation_split: what `fit` gets.
        batch_size: what `fit` gets.
        weights: a path of a weights file, or a list of arrays for set_weights.
        source: the code of the cells.
    """

    def __init__(
        self,
        model: Any,
        x: Any = None,
        y: Any = None,
        *,
        validation_data: Any = None,
        validation_split: float = 0.0,
        batch_size: int | None = None,
        weights: Any = None,
        source: str | Sequence[str] = "",
    ) -> None:
        self.model = model
        if x is not None and not data_module.is_arrays(x):
            x, y = _first_batch(x, y)
        self.raw_y = y
        self.x, self.y = _arrays(x), _arrays(y)
        self.program = Program(source)
        self.validation_split = validation_split or self.program.validation_split
        validation = validation_data
        if not isinstance(validation, (tuple, list)) or len(validation) < 2:
            validation = (None, None)
        self.x_val, self.y_val = _arrays(validation[0]), _arrays(validation[1])
        self.batch_size = batch_size or self.program.batch_size
        self.weights = weights
        # What was measured once: see exam.py.
        self.results: dict[str, Any] = {}

    # -- the data -------------------------------------------------------------

    @cached_property
    def count(self) -> int:
        """How many samples x has."""
        parts = tree.flatten(self.x) if self.x is not None else []
        return len(parts[0]) if parts and parts[0].ndim else 0

    @cached_property
    def single_x(self) -> np.ndarray | None:
        """x, if it is one array."""
        x = only(self.x)
        return x if isinstance(x, np.ndarray) else None

    @cached_property
    def _rows(self) -> np.ndarray:
        """Rows spread over all samples, so that sorted data show all their classes."""
        return np.unique(np.linspace(0, self.count - 1, PROBE).astype(int))

    def probe(self, data: Any) -> Any:
        """Some samples of each array."""
        return tree.map_structure(
            lambda a: a[self._rows] if len(a) == self.count else a, data
        )

    @cached_property
    def x_probe(self) -> Any:
        return None if self.x is None or not self.count else self.probe(self.x)

    # -- the model ------------------------------------------------------------

    @cached_property
    def is_trained(self) -> bool:
        """Whether its optimizer has done a step."""
        optimizer = getattr(self.model, "optimizer", None)
        return optimizer is not None and int(np.asarray(optimizer.iterations)) > 0

    @cached_property
    def twin(self) -> Any:
        """A copy of the model, built; None where that is not possible."""
        return self.fresh_twin()

    def fresh_twin(self) -> Any:
        """Another copy, for something that changes it."""
        with undisturbed():
            try:
                twin = copy.deepcopy(self.model)
                if not twin.built and self.x_probe is not None:
                    twin(tree.map_structure(lambda a: a[:2], self.x_probe))
            except Exception:  # shapes that do not fit, layers that cannot be copied
                return None
        return twin if twin.built else None

    @cached_property
    def wiring(self) -> Wiring | None:
        """Which layer feeds which."""
        if self.twin is None:
            return None
        with undisturbed():
            twin = self.twin
            if getattr(twin, "_functional", None) is None:
                twin = copy.deepcopy(twin)  # following its calls makes nodes
            return wiring_of(twin, self.x_probe)

    @cached_property
    def steps(self) -> list[Step]:
        return self.wiring.steps if self.wiring is not None else []

    @cached_property
    def layers(self) -> list[Any]:
        """All layers inside, those of nested models too."""
        return all_layers(self.model)

    def has_layer(self, *kinds: str) -> bool:
        return any(type(layer).__name__ in kinds for layer in self.layers)

    @cached_property
    def prediction(self) -> list[np.ndarray] | None:
        """The outputs for the probe, in inference mode; None where it cannot run."""
        if self.twin is None or self.x_probe is None:
            return None
        with undisturbed():
            try:
                outputs = self.twin(self.x_probe, training=False)
            except Exception:
                return None
        self._output_structure = outputs
        return [np.asarray(part) for part in tree.flatten(outputs)]

    @cached_property
    def heads(self) -> list[Head]:
        """The outputs with their losses and targets."""
        predicted = self.prediction
        steps = self.wiring.outputs if self.wiring is not None else []
        count = len(predicted) if predicted is not None else len(steps)
        if not count:
            return []
        names, pairs = self._losses(count)
        targets = self._targets(names, pairs)
        heads = []
        for k in range(count):
            step = _last_computing(steps[k]) if k < len(steps) else None
            output = predicted[k] if predicted is not None else None
            shape = output.shape if output is not None else steps[k].shape
            loss = pairs[k] if k < len(pairs) else None
            heads.append(
                Head(
                    name=names[k],
                    loss=loss_name(loss),
                    loss_object=loss,
                    from_logits=bool(getattr(loss, "options", {}).get("from_logits")),
                    activation=step.activation if step is not None else None,
                    step=step,
                    units=shape[-1] if len(shape) > 1 else None,
                    shape=shape,
                    metrics=self._metric_names(k),
                    y=targets[k][0],
                    predicted=output,
                    all_y=targets[k][1],
                    is_reconstruction=self._is_reconstruction(targets[k][1]),
                )
            )
        return heads

    def _losses(self, count: int) -> tuple[list[str], list[Any]]:
        numbered = [f"output_{k}" for k in range(count)]
        compiled = getattr(self.twin, "_compiled_loss", None)
        if compiled is None:
            return numbered, []
        try:
            known = self.twin._known_output_names()
            if known is None and self.prediction is not None:
                known = output_names(self._output_structure, None)
            self.twin._match_outputs(known or numbered)
        except Exception:  # losses that do not match the outputs
            return numbered, []
        return list(compiled.names), [loss for loss, _ in compiled._by_output]

    def _targets(self, names: list[str], pairs: list[Any]) -> list[tuple[Any, Any]]:
        """(targets of the probe, all targets) of each output."""
        if self.y is None:
            return [(None, None)] * len(names)
        if len(names) == 1:
            targets = [only(self.y)]
        else:
            trained = [
                name
                for name, loss in zip(names, pairs, strict=False)
                if loss is not None
            ]
            try:
                targets = match_targets(self.y, names, trained or names)
            except Exception:
                targets = [None] * len(names)
        return [
            (self.probe(t), t) if isinstance(t, np.ndarray) and t.ndim else (None, None)
            for t in targets
        ]

    def _metric_names(self, index: int) -> list[str]:
        made = getattr(self.twin, "_metrics_made", None)
        if made is None:
            return []
        return [entry.name for entry in made.entries if entry.output == index]

    def _is_reconstruction(self, y: Any) -> bool:
        """Whether the targets are the inputs: an autoencoder."""
        x = self.single_x
        if x is None or not isinstance(y, np.ndarray) or x.shape[:1] != y.shape[:1]:
            return False
        if x.size != y.size:
            return False
        a, b = (np.asarray(v, "float64").reshape(len(v), -1)[:200] for v in (x, y))
        if np.allclose(a, b):
            return True
        with np.errstate(all="ignore"):  # a noisy copy is still a copy
            return bool(np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.6)

    # -- the training ---------------------------------------------------------

    @cached_property
    def history(self) -> dict[str, list[float]]:
        """What the last `fit` reported, a list per name; empty before."""
        kept = getattr(self.model, "history", None)
        return dict(getattr(kept, "history", None) or {})

    def curve(self, name: str) -> np.ndarray:
        """One of the history's lists."""
        return np.asarray(self.history.get(name, []), dtype=float)

    @cached_property
    def learning_rate(self) -> float | None:
        optimizer = getattr(self.model, "optimizer", None)
        try:
            return (
                None
                if optimizer is None
                else float(np.asarray(optimizer.learning_rate))
            )
        except (TypeError, ValueError):  # a schedule
            return None

    @cached_property
    def steps_per_epoch(self) -> int | None:
        kept = getattr(self.model, "history", None)
        return (getattr(kept, "params", None) or {}).get("steps")

    @cached_property
    def used_batch_size(self) -> int:
        """The batch size of `fit`, as far as it can be known."""
        if self.batch_size:
            return int(self.batch_size)
        if self.steps_per_epoch and self.count:
            return -(-self.count // self.steps_per_epoch)
        return data_module.DEFAULT_BATCH_SIZE


@contextmanager
def undisturbed() -> Iterator[None]:
    """Looking draws no random numbers from those of the training, and is silent."""
    bits = config.numpy_generator().bit_generator
    state = bits.state
    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        bits.state = state


def loss_name(loss: Any) -> str | None:
    """The name of a built-in loss function; None for one of the user's own.

    >>> loss_name(losses.LossFunctionWrapper(losses.get("mse")))
    'mean_squared_error'
    """
    function = getattr(loss, "fn", loss if not isinstance(loss, losses.Loss) else None)
    name = getattr(function, "__name__", "")
    if isinstance(loss, losses.Loss) and not isinstance(loss, LossFunctionWrapper):
        return None
    return name if losses.FUNCTIONS.get(name) is function else None


def _last_computing(step: Step) -> Step:
    """The step whose numbers the output has."""
    while step.passes and len(step.parents) == 1:
        step = step.parents[0]
    return step


def _arrays(data: Any) -> Any:
    """Arrays, also of what `fit` would refuse: text keeps its dtype."""
    if data is None:
        return None
    try:
        if isinstance(data, dict):
            return {key: _arrays(value) for key, value in data.items()}
        if isinstance(data, (tuple, list)) and any(
            isinstance(part, (np.ndarray, Tensor)) for part in data
        ):
            return [_arrays(part) for part in data]
        if hasattr(data, "to_numpy"):
            data = data.to_numpy()
        return np.asarray(data)
    except ValueError:  # rows of different length
        return None


def _first_batch(x: Any, y: Any) -> tuple[Any, Any]:
    """The first batch of a dataset; generators are left alone, they come only once."""
    if hasattr(x, "__getitem__") and hasattr(x, "__len__"):
        batch = x[0]
        if isinstance(batch, (tuple, list)) and len(batch) > 1:
            return batch[0], batch[1]
        return batch, y
    return None, None
