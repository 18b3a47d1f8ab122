"""Replay: when a step may be run again from the list of its ops.

The first step on batches of a shape goes through layers and loss, and a tape records
every op on the way.  If all of them are known to do nothing but call ops, the next
step need not ask the layers again: the same ops, on new arrays, in the same order, and
their backwards in reverse (`program.py`).  There is no second implementation of any
mathematics, and the numbers are the same to the last bit.
"""

from __future__ import annotations

from operator import is_
from typing import Any

import numpy as np

from edukeras import activations, losses, registry
from edukeras.autodiff import GradientTape, now
from edukeras.layers.base import Layer
from edukeras.layers.core import InputLayer
from edukeras.models.program import Program
from edukeras.tensor import Tensor

# Losses whose functions only call ops, whatever the values are.
_PURE_LOSSES = frozenset(
    {
        losses.binary_crossentropy,
        losses.categorical_crossentropy,
        losses.mean_absolute_error,
        losses.mean_squared_error,
        losses.sparse_categorical_crossentropy,
    }
)
# A function of the user's may do anything: look at values, keep state.
_KNOWN_ACTIVATIONS = frozenset(activations.KNOWN.values())


def is_pure(layer: Layer) -> bool:
    """Whether a layer's `call` does nothing but call ops.

    A class says so by `only_ops = True`, or by a property of this name where it depends
    on the arguments; a subclass with a `call` of its own must say it again.
    """
    owner = next(cls for cls in type(layer).__mro__ if "call" in vars(cls))
    function = getattr(layer, "activation", None)
    return (
        (function is None or function in _KNOWN_ACTIVATIONS)
        and "only_ops" in vars(owner)
        and layer.only_ops
        and type(layer).__call__ is Layer.__call__
        and layer.activity_regularizer is None
        and layer._autocast_dtype is None
        and layer.compute_dtype != "bfloat16"
        and all(_is_built_in(v.regularizer) for v in layer.weights)
    )


def _is_built_in(regularizer: Any) -> bool:
    return regularizer is None or bool(registry.public_module(type(regularizer)))


def can_replay(model: Any, compiled_loss: Any) -> bool:
    """Whether the training steps of a model may be replayed.

    Only for a functional model of pure layers with one input, one output and a pure
    loss; everything else goes through its layers at each step.
    """
    return can_replay_inference(model) and _is_pure_loss(compiled_loss)


def can_replay_inference(model: Any) -> bool:
    """Whether `model(x, training=False)` may be replayed, with or without a loss."""
    graph = model._functional
    return (
        graph is not None
        and len(graph.inputs) == 1
        and graph.output_structure is graph.outputs[0]
        and _is_pure_graph(model)
    )


def _is_pure_graph(model: Any) -> bool:
    """Whether the model and all layers in it, also in models in it, are pure."""
    graph = model._functional
    return (
        graph is not None
        and is_pure(model)
        and all(
            _is_pure_graph(layer) if hasattr(layer, "_functional") else is_pure(layer)
            for layer in graph.layers
        )
    )


def _is_pure_loss(compiled_loss: Any) -> bool:
    if compiled_loss is None:
        return False
    loss = compiled_loss.losses
    return (
        isinstance(loss, losses.LossFunctionWrapper)
        and type(loss).__call__ is losses.Loss.__call__
        and loss.fn in _PURE_LOSSES
        and loss.options.get("ignore_class") is None
    )


def key_of(x: Any, y: Any) -> tuple | None:
    """What must agree for a step to be the same ops: shapes and dtypes of arrays."""
    if type(x) is not np.ndarray or type(y) is not np.ndarray:
        return None
    return x.shape, x.dtype, y.shape, y.dtype


class Inference:
    """`model(x, training=False)`, recorded once for each shape of x.

    Between two calls anything may be set anew: a layer's activation, weights, even the
    layers of a model.  So the attributes of all layers are compared with those at the
    time of recording.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self._programs: dict[tuple, Program | None] = {}
        self._before: list[tuple[dict, list]] | None = None
        self._graphs: list[tuple[Any, Any]] = []

    def run(self, x: np.ndarray) -> np.ndarray | None:
        """The output for x; None where the layers must be asked."""
        if self._before is None or not self._is_as_before():
            self._programs = {}
            self._look()
        if not self._replays or now.tapes:
            return None
        key = x.shape, x.dtype
        program = self._programs.get(key)
        if program is not None and program.is_current():
            return program.run(x)[0]
        if key in self._programs:
            return self._record(key, x)
        if len(self._programs) > 20:  # always other numbers of samples
            self._programs = {}
        self._programs[key] = None  # odd shapes may come only once
        return None

    def _record(self, key: tuple, x: np.ndarray) -> np.ndarray:
        with GradientTape() as tape:
            inputs = Tensor(x, traced=True)
            outputs = self.model(inputs, training=False)
        self._programs[key] = Program(tape, [inputs], [outputs])
        self._look()  # a first call may have set attributes
        return outputs.array

    def _look(self) -> None:
        """Notes what the replayed ops depend on."""
        self._replays = can_replay_inference(self.model)
        self._before = []
        models = [self.model]
        self._graphs = [(self.model, self.model._functional)]
        while models and self._replays:
            for layer in models.pop()._functional.layers:
                if hasattr(layer, "_functional"):
                    models.append(layer)
                    self._graphs.append((layer, layer._functional))
                elif not isinstance(layer, InputLayer):
                    attributes = vars(layer)
                    self._before.append((attributes, list(attributes.values())))

    def _is_as_before(self) -> bool:
        for model, graph in self._graphs:
            if model._functional is not graph:
                return False
        for attributes, values in self._before or []:
            if not all(map(is_, attributes.values(), values)):
                return False
        return True
