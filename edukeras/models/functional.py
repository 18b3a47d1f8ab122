"""The functional API: a model is the graph between some inputs and some outputs.

`FunctionalGraph` knows how the user nested inputs and outputs (one tensor, a list,
a dict), feeds values into the `Graph`, and writes the graph to a config and back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from edukeras import ops, registry, tree
from edukeras.errors import GraphError, ShapeError, explain
from edukeras.graph import (
    Graph,
    OpCall,
    Operation,
    producer,
)
from edukeras.layers.base import Layer
from edukeras.layers.core import Input, InputLayer
from edukeras.models.graph_config import node_record, op_record, references
from edukeras.models.outputs import free_name
from edukeras.tensor import KerasTensor, Tensor, numpy_dtype


class FunctionalGraph:
    """The graph of a model, with the user's nesting of inputs and outputs."""

    def __init__(self, inputs: Any, outputs: Any) -> None:
        # In the config, a list of one stays a list.
        self._listed = _is_list_of_one(inputs), _is_list_of_one(outputs)
        inputs, outputs = _single(inputs), _single(outputs)
        _check_symbolic("inputs", inputs)
        _check_symbolic("outputs", outputs)
        if not all(_is_input(x) for x in tree.flatten(inputs)):
            inputs, outputs = _rebuild_from_new_inputs(inputs, outputs)
        self.input_structure = inputs
        self.output_structure = outputs
        self.inputs: list[KerasTensor] = tree.flatten(inputs)
        self.outputs: list[KerasTensor] = tree.flatten(outputs)
        self.graph = Graph(self.inputs, self.outputs)
        self.layers = [o for o in self.graph.operations if isinstance(o, Layer)]
        _check_names(self.graph.operations)
        self.input_names = [_producer_name(x) for x in self.inputs]
        self.output_names = _output_names(outputs)
        self._only_input = self.inputs[0] if len(self.inputs) == 1 else None
        self._input_dtypes = [numpy_dtype(x.dtype) for x in self.inputs]

    # -- running --------------------------------------------------------------

    def run(self, inputs: Any, training: bool | None, mask: Any = None) -> Any:
        """The outputs for inputs, in the user's nesting."""
        values = self.match_inputs(inputs)
        if mask is not None:
            for value, value_mask in zip(values, tree.flatten(mask), strict=False):
                value.mask = value_mask
        results = self.graph.run(values, training)
        if self.output_structure is self.outputs[0]:
            return results[0]
        return tree.pack_sequence_as(self.output_structure, results)

    def match_inputs(self, inputs: Any) -> list[Tensor]:
        """One tensor per input, checked, in the input's dtype."""
        if type(inputs) is Tensor and self._only_input is not None:
            values = [inputs]
        else:
            values = self._values_in_order(inputs)
        return [
            self._fit(value, place, dtype)
            for value, place, dtype in zip(
                values, self.inputs, self._input_dtypes, strict=True
            )
        ]

    def _values_in_order(self, inputs: Any) -> list:
        if isinstance(inputs, dict):
            if isinstance(self.input_structure, dict):
                names = sorted(self.input_structure)
            else:
                names = self.input_names
            missing = [name for name in names if name not in inputs]
            if missing:
                raise ShapeError(
                    explain(
                        f"The model has no data for its input {missing[0]!r}.",
                        expected=f"a dict with the keys {names}",
                        received=f"the keys {sorted(inputs)}",
                    )
                )
            return [inputs[name] for name in names]
        values = tree.flatten(inputs)
        if len(values) != len(self.inputs):
            raise ShapeError(
                explain(
                    f"The model has {len(self.inputs)} input(s): {self.input_names}.",
                    received=f"{len(values)} array(s)",
                    hint="give one array per input, in a list or a dict.",
                )
            )
        return values

    def _fit(self, value: Any, place: KerasTensor, dtype: np.dtype) -> Tensor:
        if type(value) is not Tensor:
            value = ops.convert_to_tensor(value)
        if value.array.dtype != dtype:
            mask = value.mask
            value = ops.cast(value, place.dtype)
            value.mask = mask
        shape, expected = value.array.shape, place.shape
        if len(shape) != len(expected):
            value = _adjust_rank(value, place)
            shape = value.array.shape
        for n, m in zip(shape, expected, strict=True):
            if m is not None and n != m:
                raise _wrong_shape(place, shape)
        return value

    def symbolic_outputs(self, inputs: Any) -> Any:
        """What a call on symbolic tensors returns: a model used as a layer."""
        given = tree.flatten(inputs)
        if len(given) != len(self.inputs):
            self._values_in_order(inputs)  # raises the explanation
        for x, place in zip(given, self.inputs, strict=True):
            if len(x.shape) != len(place.shape) or any(
                n is not None and m is not None and n != m
                for n, m in zip(x.shape, place.shape, strict=True)
            ):
                raise _wrong_shape(place, x.shape)
        batch = given[0].shape[:1]
        return tree.map_structure(
            lambda x: KerasTensor((*batch, *x.shape[1:]), x.dtype),
            self.output_structure,
        )

    # -- configuration --------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The layers, who calls whom, and which tensors are inputs and outputs."""
        numbers = self._node_numbers()

        def reference(x: KerasTensor) -> list:
            operation, _, position = x._keras_history
            return [operation.name, numbers[id(producer(x))], position]

        inputs = references(self.input_structure, reference)
        outputs = references(self.output_structure, reference)
        return {
            "layers": [self._record(o, reference) for o in self.graph.operations],
            "input_layers": [inputs] if self._listed[0] else inputs,
            "output_layers": [outputs] if self._listed[1] else outputs,
        }

    def _node_numbers(self) -> dict[int, int]:
        """Calls are counted within this model; other models may call a layer too."""
        inside = {id(node) for node in self.graph.nodes}
        numbers: dict[int, int] = {}
        for operation in self.graph.operations:
            nodes = [n for n in operation._inbound_nodes if id(n) in inside]
            numbers.update({id(node): k for k, node in enumerate(nodes)})
        return numbers

    def _record(self, operation: Operation, reference: Callable) -> dict[str, Any]:
        inside = {id(node) for node in self.graph.nodes}
        nodes = [n for n in operation._inbound_nodes if id(n) in inside]
        if isinstance(operation, OpCall):
            return op_record(operation, nodes[0], reference)
        record = registry.serialize_keras_object(operation)
        record["name"] = operation.name
        record["inbound_nodes"] = [
            node_record(n.args, n.kwargs, reference) for n in nodes if not n.is_input
        ]
        return record


def _is_list_of_one(structure: Any) -> bool:
    return isinstance(structure, (list, tuple)) and len(structure) == 1


def _single(structure: Any) -> Any:
    """A list of one tensor is taken as that tensor."""
    return structure[0] if _is_list_of_one(structure) else structure


def _is_input(x: KerasTensor) -> bool:
    return isinstance(producer(x).operation, InputLayer)


def _producer_name(x: KerasTensor) -> str:
    return producer(x).operation.name


def _output_names(outputs: Any, path: tuple = ()) -> list[str]:
    """The keys of a dict; otherwise the name of the layer that made the output.

    A list inside a dict gives both: "boxes/left".
    """
    if isinstance(outputs, dict):
        keys = tree.dict_keys(outputs)
        return [n for key in keys for n in _output_names(outputs[key], (*path, key))]
    if isinstance(outputs, (list, tuple)):
        names: list[str] = []
        for x in outputs:
            nested = tree.is_nested(x)
            inner = path if nested else (*path, _producer_name(x))
            names += [free_name(name, names) for name in _output_names(x, inner)]
        return names
    return ["/".join(path or (_producer_name(outputs),))]


def _check_symbolic(what: str, structure: Any) -> None:
    tensors = tree.flatten(structure)
    if not tensors:
        raise GraphError(f"A model needs at least one tensor in {what}.")
    for x in tensors:
        if not isinstance(x, KerasTensor):
            raise GraphError(
                explain(
                    f"The {what} of a functional model must be symbolic tensors.",
                    received=f"{type(x).__name__} {x!r}"[:200],
                    hint="x = keras.Input(shape=...); y = layer(x); "
                    "keras.Model(inputs=x, outputs=y).",
                )
            )


def _check_names(operations: list[Operation]) -> None:
    seen: dict[str, Operation] = {}
    for operation in operations:
        if operation.name in seen:
            raise GraphError(
                explain(
                    f'The name "{operation.name}" is used by two layers of one model.',
                    received=f"{seen[operation.name]!r} and {operation!r}",
                    hint="give one of them another name=.",
                )
            )
        seen[operation.name] = operation


def _rebuild_from_new_inputs(inputs: Any, outputs: Any) -> tuple[Any, Any]:
    """A model may start at a tensor inside another model: its layers are called
    again, on an Input of that tensor's shape, and keep their weights."""
    new: dict[int, KerasTensor] = {}
    for x in tree.flatten(inputs):
        new[id(x)] = x if _is_input(x) else Input(batch_shape=x.shape, dtype=x.dtype)
    old = Graph(tree.flatten(inputs), tree.flatten(outputs))
    for node in old.nodes:
        made = tree.flatten(node.outputs)
        if all(id(x) in new for x in made) or node.is_input:
            continue
        args, kwargs = tree.map_structure(
            lambda x: new.get(id(x), x) if isinstance(x, KerasTensor) else x,
            (node.args, node.kwargs),
        )
        results = tree.flatten(node.operation(*args, **kwargs))
        for x, result in zip(made, results, strict=True):
            new.setdefault(id(x), result)

    def renewed(structure: Any) -> Any:
        return tree.map_structure(lambda x: new[id(x)], structure)

    return renewed(inputs), renewed(outputs)


def _adjust_rank(value: Tensor, place: KerasTensor) -> Tensor:
    """A column (B, 1) fits where (B,) is expected, and the other way round."""
    shape, expected = value.shape, place.shape
    if len(shape) == len(expected) + 1 and shape[-1] == 1:
        return ops.squeeze(value, axis=-1)
    if len(shape) == len(expected) - 1 and expected[-1] == 1:
        return ops.expand_dims(value, axis=-1)
    raise _wrong_shape(place, shape)


def _wrong_shape(place: KerasTensor, shape: tuple) -> ShapeError:
    expected = place.shape
    hint = None
    if tuple(shape) == expected[1:]:
        hint = "x[None, ...] makes a batch of one sample."
    elif len(shape) == 1 and len(expected) == 2:
        hint = "the first axis counts samples: x.reshape(-1, number of features)."
    elif len(shape) > 2 and len(expected) == 2 and expected[1] is not None:
        if int(np.prod(shape[1:])) == expected[1]:
            hint = f"x.reshape(-1, {expected[1]}), or begin the model with Flatten()."
    return ShapeError(
        explain(
            f'The input "{_producer_name(place)}" does not fit the model.',
            expected=f"shape {expected}, where None is any number",
            received=f"shape {tuple(shape)}",
            hint=hint,
        )
    )
