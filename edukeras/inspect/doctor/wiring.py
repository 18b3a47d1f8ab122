"""Which layer feeds which: the graph of a model, with nested models opened.

A functional or Sequential model has a graph.  A subclass gets one here by calling a
copy of it on a symbolic input: its layers make nodes, as those of a functional model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from edukeras import tree
from edukeras.graph import Graph, Node, OpCall, snake_case
from edukeras.layers.base import Layer
from edukeras.layers.core import Input, InputLayer
from edukeras.tensor import KerasTensor

# What changes shapes, or nothing at inference: the numbers themselves pass through.
PASSING_LAYERS = {
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "Flatten",
    "Reshape", "Permute", "Identity", "GaussianNoise", "GaussianDropout",
    "AlphaDropout", "ActivityRegularization", "RepeatVector",
}  # fmt: skip
PASSING_OPS = {"reshape", "squeeze", "expand_dims", "transpose", "cast", "identity"}

# Layers that only do x @ kernel + bias, until an activation follows.
LINEAR_LAYERS = {
    "Dense", "Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose",
    "SeparableConv1D", "SeparableConv2D", "DepthwiseConv1D", "DepthwiseConv2D",
    "EinsumDense",
}  # fmt: skip

ACTIVATION_LAYERS = {
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ELU": "elu",
    "Softmax": "softmax",
}

ACTIVATION_OPS = {
    "softmax", "log_softmax", "sigmoid", "hard_sigmoid", "relu", "relu6", "tanh", "elu",
    "leaky_relu", "gelu", "silu", "softplus", "softsign",
}  # fmt: skip


@dataclass(eq=False)
class Step:
    """One call in the graph: of a layer, or of an op on tensors."""

    operation: Any
    parents: list[Step]
    shape: tuple
    node: Node | None = None
    children: list[Step] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The class of the layer, or the name of the op."""
        if isinstance(self.operation, OpCall):
            return self.operation.function.__name__.strip("_")
        return type(self.operation).__name__

    @property
    def name(self) -> str:
        return self.operation.name

    @property
    def is_input(self) -> bool:
        return not self.parents

    @property
    def input_shape(self) -> tuple:
        return self.parents[0].shape if self.parents else self.shape

    @property
    def activation(self) -> str | None:
        """The name of the function that it ends with; "linear" for none, None for
        unknown."""
        operation = self.operation
        if isinstance(operation, OpCall):
            return self.kind if self.kind in ACTIVATION_OPS else None
        if self.kind in ACTIVATION_LAYERS:
            return ACTIVATION_LAYERS[self.kind]
        function = getattr(operation, "activation", None)
        if function is None:
            return None
        name = getattr(function, "__name__", None)
        if name is None:  # an activation that is a layer
            return ACTIVATION_LAYERS.get(type(function).__name__)
        return None if name == "<lambda>" else name

    @property
    def is_linear(self) -> bool:
        """Whether it is x @ kernel + bias and nothing else."""
        return self.kind in LINEAR_LAYERS and self.activation == "linear"

    @property
    def passes(self) -> bool:
        if isinstance(self.operation, OpCall):
            return self.kind in PASSING_OPS
        if self.kind == "Activation":
            return self.activation == "linear"
        return self.kind in PASSING_LAYERS

    def before(self) -> Step | None:
        """The computing step that feeds this one, past those that only pass on."""
        step = self
        while len(step.parents) == 1:
            step = step.parents[0]
            if not step.passes:
                return step
        return None

    def softmax_axis(self) -> Any:
        """The axis of a softmax layer or op; -1 where none is said."""
        if isinstance(self.operation, OpCall) and self.node is not None:
            return self.node.kwargs.get("axis", -1)
        return getattr(self.operation, "axis", -1) if self.kind == "Softmax" else -1


@dataclass
class Wiring:
    """The steps in an order in which they can run, and those that give outputs."""

    steps: list[Step]
    outputs: list[Step]

    @property
    def inputs(self) -> list[Step]:
        return [step for step in self.steps if step.is_input]

    def of_layer(self, name: str) -> Step | None:
        return next((s for s in self.steps if s.name == name), None)


def wiring_of(model: Any, inputs: Any = None) -> Wiring | None:
    """The wiring of a built model; None where its `call` cannot be followed.

    Args:
        inputs: an array (or nested arrays) that `call` can take, for subclasses.
    """
    functional = getattr(model, "_functional", None)
    if functional is not None:
        graph = functional.graph
    else:
        try:
            graph = _graph_of_call(model, inputs)
        except Exception:  # the user's own Python, which may do anything
            return None
        if graph is None:
            return None
    steps: list[Step] = []
    given: dict[int, Step] = {}
    for tensor in graph.inputs:
        step = Step(tensor._keras_history[0], [], tuple(tensor.shape))
        given[id(tensor)] = step
        steps.append(step)
    outputs = _open(graph, given, steps)
    for step in steps:
        for parent in step.parents:
            parent.children.append(step)
    return Wiring(steps, outputs)


def _graph_of_call(model: Any, inputs: Any) -> Graph | None:
    if inputs is None:
        return None
    symbols = tree.map_structure(
        lambda a: Input(batch_shape=(None, *a.shape[1:]), dtype=str(a.dtype)), inputs
    )
    outputs = model.call(symbols)
    flat = tree.flatten(outputs)
    if not all(isinstance(x, KerasTensor) for x in flat):
        return None
    return Graph(tree.flatten(symbols), flat)


def _open(graph: Graph, known: dict[int, Step], steps: list[Step]) -> list[Step]:
    """Adds the steps of a graph, those of the models in it included."""
    for node in graph.nodes:
        if isinstance(node.operation, InputLayer) or node.is_input:
            continue
        parents = [known[id(x)] for x in node.input_tensors]
        produced = tree.flatten(node.outputs)
        inner = getattr(node.operation, "_functional", None)
        if inner is not None and len(inner.inputs) == len(parents):
            inside = {
                id(x): parent for x, parent in zip(inner.inputs, parents, strict=True)
            }
            results = _open(inner.graph, inside, steps)
            for tensor, step in zip(produced, results, strict=True):
                known[id(tensor)] = step
            continue
        step = Step(node.operation, parents, tuple(produced[0].shape), node)
        steps.append(step)
        for tensor in produced:
            known[id(tensor)] = step
    return [known[id(x)] for x in graph.outputs]


def all_layers(model: Any) -> list[Layer]:
    """Every layer inside, opened up, without the models themselves."""
    return [
        layer
        for layer in model._flatten_layers()
        if layer is not model and not getattr(layer, "layers", None)
    ]


def short_name(operation: Any) -> str:
    """ "dense_1 (Dense)": how a layer is called in a finding."""
    if isinstance(operation, OpCall):
        return operation.name
    kind = type(operation).__name__
    return (
        operation.name
        if snake_case(kind) == operation.name
        else (f"{operation.name} ({kind})")
    )
