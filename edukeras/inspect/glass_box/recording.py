"""One training step, written down: every op, its numbers, its gradients.

The step is the model's own: the tape records its ops, and `play_backwards` from
`autodiff.py` plays each record.  Nothing is computed a second time in another way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from edukeras import tree
from edukeras.autodiff import GradientTape, play_backwards
from edukeras.data import DEFAULT_BATCH_SIZE, as_arrays, count_samples
from edukeras.errors import explain
from edukeras.inspect.glass_box.unchanged import left_unchanged
from edukeras.inspect.glass_box.update import Update, make_update
from edukeras.models.steps import Steps
from edukeras.tensor import Tensor, Variable


@dataclass(frozen=True)
class Value:
    """What goes into an op or comes out of it, as it was at that moment.

    Attributes:
        slot: its number; the same value has the same one everywhere.
        name: "hidden/kernel", "x", or the layer (else the op) that made it.
        array: a copy where it is a weight, which training changes later.
        kind: "weight", "input", "target", "result" or "constant".
        has_samples: whether its first axis counts the samples of the batch.
    """

    slot: int
    name: str
    array: Any
    kind: str
    has_samples: bool


@dataclass(frozen=True)
class OpRecord:
    """One record of the tape, with the gradients that passed through it.

    Attributes:
        layer: the path of the innermost layer that called the op; "" is the model.
        arriving: the derivative of the loss by each result; None: none arrives.
        leaving: the share of each input's gradient that comes from this op.
        memory: what the layer remembered before the step (moving statistics).
    """

    number: int
    op: Callable
    layer: str
    inputs: tuple[Value, ...]
    results: tuple[Value, ...]
    options: dict[str, Any]
    arriving: tuple[np.ndarray | None, ...]
    leaving: tuple[np.ndarray | None, ...]
    in_loss: bool
    backward: Callable = field(repr=False)
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.op.__name__.strip("_")


@dataclass(frozen=True)
class Recording:
    """All that happened in one training step; see `record_step`.

    Attributes:
        first: which sample of the data is the first of the batch.
        loss: the number that was differentiated.
        weights: the trained variables by slot.
        own_train_step: whether the model trains in a way of its own, which is not
            what is recorded here.
    """

    model: str
    first: int
    samples: int
    all_samples: int
    loss: float
    records: tuple[OpRecord, ...]
    weights: dict[int, Value]
    updates: dict[int, Update]
    layers: tuple[str, ...]
    own_train_step: bool = False


def record_step(
    model: Any,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    sample: int = 0,
    batch_size: int | None = None,
) -> Recording:
    """Makes one training step on the batch that holds a sample, and undoes it."""
    if not isinstance(model, Steps):
        raise TypeError(
            explain("glassbox needs a model.", received=type(model).__name__)
        )
    model._require_compiled("glassbox")
    x, y, sample_weight, first, count = _batch_around(
        (x, y, sample_weight), sample, batch_size or DEFAULT_BATCH_SIZE
    )
    with np.errstate(all="ignore"):  # as in fit: overflow shows in the numbers
        if not model.built:
            model(x, training=False)
        with left_unchanged(model) as before:
            return _record(model, x, y, sample_weight, first, count, before)


def trained_variables(model: Any) -> list[Variable]:
    """What `fit` changes: trainable when the model was compiled."""
    noted = model._trained_variables
    return model.trainable_variables if noted is None else noted


def _batch_around(parts: tuple, sample: int, size: int) -> tuple:
    """The batch in which `fit` without shuffling meets the sample."""
    arrays = tuple(as_arrays(part) for part in parts)
    count = count_samples(x=arrays[0], y=arrays[1], sample_weight=arrays[2])
    if not -count <= sample < count:
        raise ValueError(
            explain(
                "There is no such sample.",
                expected=f"sample from 0 to {count - 1}",
                received=f"sample={sample}",
            )
        )
    first = sample % count // size * size
    batch = [
        tree.map_structure(lambda a: None if a is None else a[first : first + size], a)
        for a in arrays
    ]
    return (*batch, first, count)


def _record(
    model: Any, x: Any, y: Any, sample_weight: Any, first: int, count: int, before: dict
) -> Recording:
    tape = GradientTape()
    # Watched, so that the tape also records what happens before the first weight.
    x, y = (
        tree.map_structure(lambda a: None if a is None else Tensor(a, True), part)
        for part in (x, y)
    )
    with tape, _noted_layers(model, tape) as owners:
        y_pred = model(x, training=True)
        forward = len(tape.records)
        loss = model.compute_loss(x, y, y_pred, sample_weight, training=True)
        scaled = model.optimizer.scale_loss(loss) if model.optimizer else loss
    samples = len(tree.flatten(x)[0].array)
    writer = _Writer(model, x, y, samples, before)
    records, gradients = writer.write(tape.records, scaled, owners, forward)
    variables = trained_variables(model)
    found = [gradients.get(id(v)) for v in variables]
    slots = [writer.slots[id(v)] for v in variables]
    updates = make_update(model.optimizer, variables, found)
    return Recording(
        model=model.name,
        first=first,
        samples=samples,
        all_samples=count,
        loss=float(loss.array),
        records=tuple(records),
        weights={slot: writer.values[slot] for slot in slots},
        updates=dict(zip(slots, updates)),
        layers=tuple(dict.fromkeys(record.layer for record in records)),
        own_train_step=type(model).train_step is not Steps.train_step,
    )


@contextmanager
def _noted_layers(model: Any, tape: GradientTape) -> Iterator[dict[int, str]]:
    """While open, notes which layer calls each op: the path by the record's number.

    Every layer gets a `call` of its own for that time; `left_unchanged` around us
    takes it away again.
    """
    owners: dict[int, str] = {}
    path: list[str] = []
    thread = threading.get_ident()

    def noting(layer: Any) -> Callable:
        call, name = layer.call, "" if layer is model else layer.name

        def noted_call(*args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() != thread:  # someone else predicts meanwhile
                return call(*args, **kwargs)
            start = len(tape.records)
            path.append(name)
            try:
                return call(*args, **kwargs)
            finally:
                where = "/".join(filter(None, path))
                path.pop()
                for number in range(start, len(tape.records)):
                    owners.setdefault(number, where)  # inner layers were first

        return noted_call

    for layer in model._flatten_layers():
        vars(layer)["call"] = noting(layer)
    yield owners


class _Writer:
    """Turns the records of a tape into OpRecords, and plays them backwards."""

    def __init__(
        self, model: Any, x: Any, y: Any, samples: int, before: dict[int, np.ndarray]
    ) -> None:
        self.samples = samples
        self.before = before
        self.slots: dict[int, int] = {}  # by id: the tape keeps all of them alive
        self.values: dict[int, Value] = {}
        self.learned: set[int] = set()
        for kind, letter, part in (("input", "x", x), ("target", "y", y)):
            tensors = [t for t in tree.flatten(part) if t is not None]
            for k, tensor in enumerate(tensors):
                name = letter if len(tensors) == 1 else f"{letter}[{k}]"
                self._note(tensor, name, kind, has_samples=True)
        for variable in model.variables:
            self._note(variable, self._path(model, variable), "weight")
        for variable in trained_variables(model):
            path = self._path(model, variable)
            self.learned.add(self._note(variable, path, "weight").slot)

    @staticmethod
    def _path(model: Any, variable: Variable) -> str:
        """ "hidden/kernel": where it is in the model, without the model's own name."""
        return variable.path.removeprefix(f"{model.name}/")

    def _note(
        self, thing: Any, name: str, kind: str, has_samples: bool = False
    ) -> Value:
        slot = self.slots.setdefault(id(thing), len(self.slots))
        if slot not in self.values:
            array = thing.array if isinstance(thing, (Tensor, Variable)) else thing
            if isinstance(thing, Variable):
                array = self.before.get(id(thing), array).copy()
            self.values[slot] = Value(slot, name, array, kind, has_samples)
        return self.values[slot]

    def write(
        self, records: list[tuple], loss: Tensor, owners: dict[int, str], forward: int
    ) -> tuple[list[OpRecord], dict[int, Any]]:
        """The records that the loss depends on; and all gradients, by id."""
        written = []
        depends = set(self.learned)  # the slots that a gradient is wanted for
        for number, record in enumerate(records):
            call, inputs, result, backward, _, options = record
            results = result if type(result) is tuple else (result,)
            values = [self._note(x, "", "constant") for x in inputs]
            need = [value.slot in depends for value in values]
            by_sample = any(value.has_samples for value in values)
            made = []
            for part in results:
                shape = part.array.shape
                rows = by_sample and bool(shape) and shape[0] == self.samples
                name = owners.get(number) or call.__name__.strip("_")
                made.append(self._note(part, name, "result", rows))
            if any(need):
                depends.update(value.slot for value in made)
            played = (call, inputs, result, backward, need, options)
            written.append((number, played, tuple(values), tuple(made)))
        wanted = {self.slots[id(loss)]}
        kept = []
        for number, played, values_, made_ in reversed(written):
            if any(value.slot in wanted for value in made_):
                wanted.update(value.slot for value in values_)
                kept.append((number, played, values_, made_))
        gradients = {id(loss): np.ones_like(loss.array)}
        found = [
            self._play(number, played, values_, made_, gradients, owners, forward)
            for number, played, values_, made_ in kept
        ]
        return found[::-1], gradients

    def _play(
        self,
        number: int,
        played: tuple,
        values: tuple[Value, ...],
        made: tuple[Value, ...],
        gradients: dict[int, Any],
        owners: dict[int, str],
        forward: int,
    ) -> OpRecord:
        """Plays one record backwards, and writes down what arrived and what left."""
        call, inputs, result, backward, need, options = played
        results = result if type(result) is tuple else (result,)
        arriving = [gradients.get(id(part)) for part in results]
        own = {id(p): g for p, g in zip(results, arriving) if g is not None}
        leaving: dict[int, Any] = {}
        if any(need) and own:
            play_backwards([played], own, keep=set(own))
            made_here = {id(part) for part in results}
            leaving = {k: g for k, g in own.items() if k not in made_here}
            for key, gradient in leaving.items():
                before = gradients.get(key)
                gradients[key] = gradient if before is None else before + gradient
        return OpRecord(
            number=number,
            op=call,
            layer=owners.get(number, ""),
            inputs=values,
            results=made,
            options=options,
            arriving=tuple(arriving),
            leaving=tuple(leaving.get(id(x)) for x in inputs),
            in_loss=number >= forward,
            backward=backward,
            memory=self._memory(options),
        )

    def _memory(self, options: dict[str, Any]) -> dict[str, Any]:
        """The moving statistics that batch normalization follows, before the step."""
        layer = getattr(options.get("follow"), "__self__", None)
        if layer is None:
            return {}
        names = ("moving_mean", "moving_variance")
        found = {name: self.before[id(getattr(layer, name))] for name in names}
        return {**found, "momentum": layer.momentum}
