"""Replay: a training step run again from the list of its ops.

The first step on batches of a shape goes through layers and loss, and a tape records
every op on the way.  If all of them are known to do nothing but call ops, the next
step need not ask the layers again: the same ops, on new arrays, in the same order, and
their backwards in reverse.  There is no second implementation of any mathematics, and
the numbers are the same to the last bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import activations, losses, registry
from edukeras.autodiff import GradientTape
from edukeras.layers.base import Layer
from edukeras.tensor import Tensor, Variable

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


class Program:
    """The ops between the inputs of a step and its loss.

    Args:
        tape: recorded them; x and y were watched.
        inputs: the tensors x and y.
        outputs: tensors whose values are wanted, such as the loss and the prediction.
        start: the tensor that is differentiated.
        variables: what it is differentiated by.

    Values live in numbered slots: first the inputs, then weights and constants, which
    stay, then what the ops compute.
    """

    def __init__(
        self,
        tape: GradientTape,
        inputs: list[Tensor],
        outputs: list[Tensor],
        start: Tensor,
        variables: list[Variable],
    ) -> None:
        self.slots: list[Any] = []
        numbers_of: dict[int, int] = {}  # by id: the tape keeps all of them alive

        def slot_of(thing: Any) -> int:
            """The number of a value's slot; constants get one of their own."""
            number = numbers_of.get(id(thing))
            if number is None:
                number = numbers_of[id(thing)] = len(self.slots)
                is_tensor = isinstance(thing, (Tensor, Variable))
                self.slots.append(thing.array if is_tensor else thing)
            return number

        given = [slot_of(tensor) for tensor in inputs]
        self._variables = [(slot_of(v), v) for v in variables]
        learned = {slot for slot, _ in self._variables}
        self.steps: list[tuple] = []
        for call, sources, result, _, _, options in tape.records:
            numbers = [slot_of(source) for source in sources]
            need = [number in learned for number in numbers]
            several = type(result) is tuple
            made = tuple(map(slot_of, result if several else (result,)))
            target: Any = made if several else made[0]
            given += made
            if any(need):
                learned.update(made)
            self.steps.append((call.arrays, numbers, options, target, need))
        self.outputs = [slot_of(tensor) for tensor in outputs]
        self.start = slot_of(start)
        for number in given:  # what each run fills in need not be kept
            self.slots[number] = None

    def is_current(self) -> bool:
        """Whether the weights still are the arrays that were noted."""
        slots = self.slots
        return all(slots[slot] is v.array for slot, v in self._variables)

    def run(self, arrays: list[np.ndarray]) -> tuple[list, list]:
        """The wanted outputs, and the gradients by the variables."""
        values = self.slots.copy()
        values[: len(arrays)] = arrays
        backwards = []
        for function, sources, options, target, _ in self.steps:
            output, backward = function(*[values[i] for i in sources], **options)
            backwards.append(backward)
            if type(target) is tuple:
                for slot, part in zip(target, output):
                    values[slot] = part
            else:
                # A scalar result of NumPy is no array; the next op expects one.
                values[target] = (
                    output if type(output) is np.ndarray else np.asarray(output)
                )
        gradients = self._gradients(values, backwards)
        return [values[slot] for slot in self.outputs], gradients

    def _gradients(self, values: list, backwards: list) -> list:
        """As `autodiff.play_backwards`, by slot."""
        grads: list[Any] = [None] * len(values)
        grads[self.start] = np.ones_like(values[self.start])
        for step, backward in zip(reversed(self.steps), reversed(backwards)):
            _, sources, _, target, need = step
            if type(target) is tuple:
                parts = [grads[slot] for slot in target]
                if all(part is None for part in parts):
                    continue
                found = backward(*parts, need)
            else:
                grad = grads[target]
                if grad is None:
                    continue
                found = backward(grad, need)
            for slot, wanted, grad in zip(sources, need, found):
                if wanted and grad is not None:
                    before = grads[slot]
                    grads[slot] = grad if before is None else before + grad
        return [grads[slot] for slot, _ in self._variables]


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
        and all(_is_built_in(v.regularizer) for v in layer.weights)
    )


def _is_built_in(regularizer: Any) -> bool:
    return regularizer is None or bool(registry.public_module(type(regularizer)))


def can_replay(model: Any, compiled_loss: Any) -> bool:
    """Whether the training steps of a model may be replayed.

    Only for a functional model of pure layers with one input, one output and a pure
    loss; everything else goes through its layers at each step.
    """
    graph = model._functional
    if graph is None or len(graph.inputs) != 1 or len(graph.outputs) != 1:
        return False
    return _is_pure_graph(model) and _is_pure_loss(compiled_loss)


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
