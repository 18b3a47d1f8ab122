"""What a drawing of a model shows: the boxes, their words, and the arrows between.

Pure data, made from the graph of the model; `plotting.py` writes and draws it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from edukeras import tree
from edukeras.activations import serialize
from edukeras.graph import Operation, producer
from edukeras.layers.base import Layer
from edukeras.models.model import Model
from edukeras.models.summary import class_name, operations_of, summary_rows


@dataclass(frozen=True)
class Show:
    """What the boxes tell besides the class of a layer."""

    layer_names: bool = True
    shapes: bool = False
    dtype: bool = False
    activations: bool = False
    trainable: bool = False
    expand_nested: bool = False
    chosen: Any = None  # a layer to point out


@dataclass(frozen=True)
class Box:
    """One layer or op: its lines of text, and a plan of its own if it is opened."""

    name: str
    lines: tuple[str, ...]
    inside: Plan | None = None
    chosen: bool = False


@dataclass
class Plan:
    """The boxes of a model, and the arrows as pairs of places in `boxes`."""

    name: str
    boxes: list[Box]
    arrows: list[tuple[int, int]] = field(default_factory=list)


def plan_model(model: Any, show: Show) -> Plan:
    """What to draw. A model without a graph, a subclass, is one box.

    >>> from edukeras import Sequential, layers
    >>> model = Sequential([layers.Input((4,)), layers.Dense(3, name="head")])
    >>> plan_model(model, Show()).boxes[0].lines
    ('head (Dense)',)
    """
    functional = getattr(model, "_functional", None)
    if functional is None:
        return Plan(model.name, [_box(model, model, show, opened=False)])
    operations = operations_of(model)
    place = {id(operation): k for k, operation in enumerate(operations)}
    arrows: dict[tuple[int, int], None] = {}
    for node in functional.graph.nodes:
        end = place.get(id(node.operation))
        for tensor in node.input_tensors if end is not None else []:
            start = place.get(id(producer(tensor).operation))
            # A layer may be called on its own output: an arrow to itself shows little.
            if start is not None and start != end:
                arrows[start, end] = None  # type: ignore[index]
    boxes = [_box(operation, model, show) for operation in operations]
    return Plan(model.name, boxes, list(arrows))


def _box(operation: Any, model: Any, show: Show, opened: bool = True) -> Box:
    kind = class_name(operation)
    lines = [f"{operation.name} ({kind})" if show.layer_names else kind]
    activation = getattr(operation, "activation", None)
    if show.activations and activation is not None:
        lines.append(f"activation: {_name_of(activation)}")
    if show.shapes:
        lines += _shape_lines(operation, model)
    if show.dtype and isinstance(operation, Layer):
        lines.append(f"dtype: {operation.dtype_policy.name}")
    if show.trainable and isinstance(operation, Layer) and operation.weights:
        lines.append("trainable" if operation.trainable else "frozen")
    inside = None
    if opened and show.expand_nested and isinstance(operation, Model):
        inside = plan_model(operation, show)
    return Box(operation.name, tuple(lines), inside, operation is show.chosen)


def _name_of(activation: Any) -> str:
    record = serialize(activation)
    return record if isinstance(record, str) else str(record["class_name"])


def _shape_lines(operation: Operation, model: Any) -> list[str]:
    functional = getattr(model, "_functional", None)
    nodes = operation._inbound_nodes
    if functional is not None and operation is not model:
        inside = {id(node) for node in functional.graph.nodes}
        nodes = [node for node in nodes if id(node) in inside]
    if not nodes:
        rows = [row for row in summary_rows(model) if row.operation is operation]
        return [f"output: {_shapes_text(row.output_shapes)}" for row in rows]
    lines = []
    for word, shapes in (
        ("input", [x.shape for node in nodes for x in node.input_tensors]),
        ("output", [x.shape for node in nodes for x in tree.flatten(node.outputs)]),
    ):
        if shapes:
            lines.append(f"{word}: {_shapes_text(tuple(dict.fromkeys(shapes)))}")
    return lines


def _shapes_text(shapes: Any) -> str:
    return ", ".join(map(str, shapes)) or "?"
