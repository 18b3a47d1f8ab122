"""clone_model: the same architecture again, with layers and weights of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edukeras import tree
from edukeras.errors import ShapeError, explain
from edukeras.graph import OpCall, rename_operation
from edukeras.layers.base import Layer
from edukeras.layers.core import InputLayer
from edukeras.models.functional import FunctionalGraph
from edukeras.models.model import Model
from edukeras.models.sequential import Sequential
from edukeras.tensor import KerasTensor


def clone_model(
    model: Model,
    input_tensors: Any = None,
    clone_function: Callable | None = None,
    call_function: Callable | None = None,
    recursive: bool = False,
) -> Any:
    """A model of the same form, with new layers and newly initialized weights.

    Args:
        model: a functional or Sequential model; a subclass is cloned as a whole, by
            its `get_config` and `from_config`.
        input_tensors: symbolic inputs for the clone, instead of new ones.
        clone_function: makes the new layer from the old one; the default is
            `type(layer).from_config(layer.get_config())`.
        call_function: calls the new layer: `call_function(layer, *args, **kwargs)`.
        recursive: whether to clone the layers of models inside one by one, too.

    >>> from edukeras.layers import Dense, Input
    >>> model = Sequential([Input((2,)), Dense(3, name="hidden")])
    >>> clone = clone_model(model)
    >>> clone.layers[0].name, clone.layers[0] is model.layers[0]
    ('hidden', False)
    """
    cloner = _Cloner(clone_function, call_function, recursive)
    if isinstance(model, Sequential):
        return cloner.clone_sequential(model, input_tensors)
    if model._functional is not None:
        return cloner.clone_functional(model, model._functional, input_tensors)
    if any(x is not None for x in (input_tensors, clone_function, call_function)):
        raise ValueError(
            explain(
                f'Model "{model.name}" computes in `call`, so it is cloned as a whole.',
                received="input_tensors, clone_function or call_function",
                hint="clone_model(model).",
            )
        )
    return _from_config(model)


def _from_config(layer: Layer) -> Any:
    return type(layer).from_config(layer.get_config())


class _Cloner:
    """Clones each layer once, however often the model calls it."""

    def __init__(
        self,
        clone_function: Callable | None,
        call_function: Callable | None,
        recursive: bool,
    ) -> None:
        self.options = {
            "clone_function": clone_function,
            "call_function": call_function,
        }
        self.clone_function = clone_function or _from_config
        self.call_function = call_function or (lambda layer, *a, **k: layer(*a, **k))
        self.recursive = recursive
        self.clones: dict[int, Any] = {}

    def clone_layer(self, layer: Any) -> Any:
        if id(layer) not in self.clones:
            if isinstance(layer, InputLayer):
                new = _from_config(layer)
            elif self.recursive and isinstance(layer, Model):
                new = clone_model(layer, recursive=True, **self.options)
            else:
                new = self.clone_function(layer)
                if not isinstance(new, Layer):
                    raise ValueError(
                        explain(
                            "clone_function must return a layer.",
                            received=f'{new!r} for the layer "{layer.name}"',
                        )
                    )
            self.clones[id(layer)] = new
        return self.clones[id(layer)]

    def clone_sequential(self, model: Sequential, input_tensors: Any) -> Sequential:
        if self.options["call_function"] is not None:
            raise ValueError("call_function is for functional models only.")
        layers = [self.clone_layer(x) for x in model._all_layers()]
        if input_tensors is not None:
            layers = [x for x in layers if not isinstance(x, InputLayer)]
            layers = [*tree.flatten(input_tensors), *layers]
        return Sequential(layers, trainable=model.trainable, name=model.name)

    def clone_functional(
        self, model: Model, graph: FunctionalGraph, input_tensors: Any
    ) -> Model:
        known = dict(zip(map(id, graph.inputs), self._inputs(graph, input_tensors)))

        def renewed(x: Any) -> Any:
            return known[id(x)] if isinstance(x, KerasTensor) else x

        for node in graph.graph.nodes:
            made = tree.flatten(node.outputs)
            if all(id(x) in known for x in made):
                continue
            args, kwargs = tree.map_structure(renewed, (node.args, node.kwargs))
            if isinstance(node.operation, OpCall):
                results = node.operation.function(*args, **kwargs)
                rename_operation(results, node.operation.name)
            else:
                layer = self.clone_layer(node.operation)
                results = self.call_function(layer, *args, **kwargs)
            known.update(zip(map(id, made), tree.flatten(results)))
        cls = type(model) if type(model).__init__ is Model.__init__ else Model
        return cls(
            tree.map_structure(renewed, graph.input_structure),
            tree.map_structure(renewed, graph.output_structure),
            name=model.name,
        )

    def _inputs(self, graph: FunctionalGraph, input_tensors: Any) -> list:
        if input_tensors is None:
            return [self.clone_layer(x._keras_history[0]).output for x in graph.inputs]
        given = tree.flatten(input_tensors)
        if len(given) != len(graph.inputs):
            raise ShapeError(
                explain(
                    "input_tensors needs one tensor per input of the model.",
                    expected=f"{len(graph.inputs)}, for {graph.input_names}",
                    received=len(given),
                )
            )
        return given
