"""`model.summary()`: the table of layers, as Keras 3 prints it in a terminal.

First the rows as data (`summary_rows`, also used by `edukeras.inspect`), then the
text (`summary_text`), then `print_summary`.

Source: https://keras.io/api/models/model/#summary-method
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edukeras import tree
from edukeras.errors import UnknownNameError, explain, nearest
from edukeras.graph import Graph, Node, OpCall, Operation
from edukeras.layers.base import Layer
from edukeras.layers.structure import is_shape, map_shapes
from edukeras.models.table import column_widths, draw_table
from edukeras.tensor import Variable


@dataclass(frozen=True)
class SummaryRow:
    """One layer, or one op of a functional model.

    Attributes:
        name, class_name: "dense_1" and "Dense".
        output_shapes: one for each different shape that a call gave; a shape is a
            tuple, or nested tuples for several outputs.  Empty: not known (yet).
        params: how many numbers its weights hold.
        unbuilt: whether it will have weights, but has none yet.
        trainable: whether training changes its weights; None without weights.
        connected_to: where its inputs come from: "layer[call][output]".
        depth: 0 for the model's own layers, 1 for those of a model inside, ...
        operation: the layer itself.
    """

    name: str
    class_name: str
    output_shapes: tuple
    params: int
    unbuilt: bool
    trainable: bool | None
    connected_to: tuple[str, ...]
    depth: int
    operation: Operation


def summary_rows(model: Any, expand_nested: bool = False) -> list[SummaryRow]:
    """The table of `model.summary()` as data.

    >>> from edukeras import Sequential, layers
    >>> model = Sequential([layers.Input((4,)), layers.Dense(3, name="head")])
    >>> [(row.name, row.output_shapes, row.params) for row in summary_rows(model)]
    [('head', ((None, 3),), 15)]
    """
    return list(_rows(model, expand_nested, depth=0))


def _rows(model: Any, expand_nested: bool, depth: int) -> Iterable[SummaryRow]:
    for operation in operations_of(model):
        yield _row(operation, model, depth)
        if expand_nested and hasattr(operation, "layers"):
            yield from _rows(operation, expand_nested, depth + 1)


def operations_of(model: Any) -> list[Operation]:
    """The layers of a model and, in a functional one, the ops between them."""
    graph = _graph_of(model)
    if graph is None:
        return model.layers
    layers = {id(layer) for layer in model.layers}
    return [o for o in graph.operations if isinstance(o, OpCall) or id(o) in layers]


def _graph_of(model: Any) -> Graph | None:
    functional = getattr(model, "_functional", None)
    return None if functional is None else functional.graph


def _row(operation: Operation, model: Any, depth: int) -> SummaryRow:
    graph = _graph_of(model)
    inside = set() if graph is None else {id(node) for node in graph.nodes}
    nodes = [node for node in operation._inbound_nodes if id(node) in inside]
    variables = operation.weights if isinstance(operation, Layer) else []
    return SummaryRow(
        name=operation.name,
        class_name=class_name(operation),
        output_shapes=_output_shapes(operation, nodes, model),
        params=count_numbers(variables),
        unbuilt=_awaits_weights(operation),
        trainable=operation.trainable if variables else None,  # type: ignore
        connected_to=tuple(source for node in nodes for source in _sources(node)),
        depth=depth,
        operation=operation,
    )


def class_name(operation: Operation) -> str:
    """What stands in brackets: "Dense"; "Add" for the op `ops.add`."""
    if isinstance(operation, OpCall):
        words = operation.function.__name__.strip("_").split("_")
        return "".join(word.title() for word in words)
    if type(operation).__name__ == "Model":
        return "Functional"
    return type(operation).__name__


def _sources(node: Node) -> list[str]:
    sources = []
    for tensor in node.input_tensors:
        operation, call, output = tensor._keras_history
        sources.append(f"{operation.name}[{call}][{output}]")
    return sources


def _output_shapes(operation: Any, nodes: list[Node], model: Any) -> tuple:
    """From the calls in the graph; without one, from the shapes it was built for."""
    if nodes:
        shapes = [tree.map_structure(lambda x: x.shape, n.outputs) for n in nodes]
    else:
        build_shapes = list((getattr(operation, "_build_shapes", None) or {}).values())
        if not build_shapes:
            return ()
        if _built_for_any_batch(model):
            build_shapes = [
                map_shapes(lambda s: (None, *s[1:]), s) for s in build_shapes
            ]
        try:
            shapes = [operation.compute_output_shape(*build_shapes)]
        except Exception:  # a layer of the user's, with any mistake in it
            return ()
    different: list = []
    for shape in shapes:
        if shape not in different:
            different.append(shape)
    return tuple(different)


def _built_for_any_batch(model: Any) -> bool:
    """Whether the model was built by `model.build((None, 784))`, not by data."""
    given = list((getattr(model, "_build_shapes", None) or {}).values())
    return bool(given) and is_shape(given[0]) and given[0][:1] == (None,)


def _awaits_weights(operation: Any) -> bool:
    """Whether a layer will get weights once its input shape is known."""
    if not isinstance(operation, Layer) or operation.built:
        return False
    return type(operation).build is not Layer.build or bool(operation._sublayers())


def count_numbers(variables: Iterable[Variable]) -> int:
    """How many numbers some weights hold.

    >>> count_numbers([Variable(np.zeros((4, 3))), Variable(np.zeros(3))])
    15
    """
    return sum(int(np.prod(v.shape)) for v in variables)


def count_bytes(variables: Iterable[Variable]) -> int:
    """How many bytes some weights take."""
    return sum(v.array.nbytes for v in variables)


def readable_bytes(count: float) -> str:
    """A number of bytes as people say it.

    >>> readable_bytes(220200)
    '215.04 KB'
    """
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1024:
            return f"{count:.2f} {unit}"
        count /= 1024
    return f"{count:.2f} TB"


def is_chain(model: Any) -> bool:
    """Whether each layer only takes the output of the layer before it.

    Models that are not chains get the column "Connected to".
    """
    graph = _graph_of(model)
    if graph is None:
        return True
    operations = [node.operation for node in graph.nodes]
    if len(set(map(id, operations))) < len(operations):
        return False  # a shared layer
    previous: list = []
    for node in graph.nodes:
        sources = [] if node in _starts(graph) else node.input_tensors
        if len(sources) != len(previous) or any(
            a is not b for a, b in zip(sources, previous, strict=True)
        ):
            return False
        previous = tree.flatten(node.outputs)
        if len(previous) != 1:
            return False
    return True


def _starts(graph: Graph) -> list[Node]:
    given = {id(x) for x in graph.inputs}
    return [
        n for n in graph.nodes if any(id(x) in given for x in tree.flatten(n.outputs))
    ]


# -- the columns --------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """One column: its header, where its text stands, and the text of a row.

    `end` is where the column ends, as a share of the table's width.
    """

    header: str
    align: str  # "<" left, ">" right, "^" middle
    end: float
    cell: Callable[[SummaryRow], str]


def _columns(chain: bool, show_trainable: bool) -> tuple[list[Column], int]:
    """The columns of a table, and its width where there is room for it."""
    ends = [0.45, 0.80, 1.0] if chain else [0.30, 0.56, 0.74, 1.0]
    width = 88 if chain else 108
    if show_trainable:
        ends = [0.9 * end for end in ends] + [1.0]
        width += 12
    columns = [
        Column("Layer (type)", "<", ends[0], _name_cell),
        Column("Output Shape", "<", ends[1], lambda row: shapes_text(row)),
        Column("Param #", ">", ends[2], _params_cell),
    ]
    if not chain:
        columns.append(Column("Connected to", "<", ends[3], _connected_cell))
    if show_trainable:
        columns.append(Column("Trainable", "^", 1.0, _trainable_cell))
    return columns, width


def _name_cell(row: SummaryRow) -> str:
    indent = "   " * row.depth + "└ " if row.depth else ""
    return f"{indent}{row.name} ({row.class_name})"


def shapes_text(row: SummaryRow) -> str:
    """The output shapes in words: "(None, 64)"; "?" if not known."""
    return ", ".join(str(shape) for shape in row.output_shapes) or "?"


def _params_cell(row: SummaryRow) -> str:
    return "0 (unbuilt)" if row.unbuilt else f"{row.params:,}"


def _connected_cell(row: SummaryRow) -> str:
    # As in Keras, the layers of a model inside are listed, not connected.
    return ", ".join(row.connected_to if row.depth == 0 else ()) or "-"


def _trainable_cell(row: SummaryRow) -> str:
    return {None: "-", True: "Y", False: "N"}[row.trainable]


# -- the text -----------------------------------------------------------------


def summary_text(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> str:
    """The text of `model.summary()`; the arguments are explained there."""
    rows = summary_rows(model, expand_nested)
    if layer_range is not None:
        rows = _between(rows, layer_range)
    columns, default_width = _columns(is_chain(model), show_trainable)
    if line_length is None:
        line_length = min(shutil.get_terminal_size().columns - 4, default_width)
    ends: Sequence[float] = [column.end for column in columns]
    if positions is not None:
        _check_positions(positions, columns)
        ends = positions
    lines = [
        f'Model: "{model.name}"',
        *draw_table(
            [column.header for column in columns],
            [[column.cell(row) for column in columns] for row in rows],
            column_widths(ends, line_length),
            [column.align for column in columns],
        ),
        *totals_text(model),
    ]
    return "\n".join(lines) + "\n"


def totals_text(model: Any) -> list[str]:
    """The lines below the table.

    The total counts the model's parameters.  Keras 3 adds the optimizer's to it once
    the model is trained; the documents of all versions say otherwise.
    """
    sums = {
        "Total params": model.weights,
        "Trainable params": model.trainable_weights,
        "Non-trainable params": model.non_trainable_weights,
    }
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and getattr(optimizer, "built", False):
        sums["Optimizer params"] = optimizer.variables
    return [
        f" {what}: {count_numbers(variables):,} "
        f"({readable_bytes(count_bytes(variables))})"
        for what, variables in sums.items()
    ]


def _between(rows: list[SummaryRow], layer_range: Sequence[str]) -> list[SummaryRow]:
    """The rows from the first match of a name or pattern to the last of another."""
    if len(layer_range) != 2:
        raise ValueError(
            explain(
                "layer_range needs two names.",
                expected='["first", "last"]',
                received=repr(layer_range),
            )
        )
    places = []
    for pattern in layer_range:
        found = [k for k, row in enumerate(rows) if re.match(pattern, row.name)]
        if not found:
            names = [row.name for row in rows]
            raise UnknownNameError(
                f"layer_range: no layer is called {pattern!r}. "
                + (nearest(pattern, names) or f"The model has: {', '.join(names)}.")
            )
        places.append(found)
    first, last = places[0][0], places[1][-1]
    return rows[min(first, last) : max(first, last) + 1]


def _check_positions(positions: Sequence[float], columns: list[Column]) -> None:
    if len(positions) != len(columns) or list(positions) != sorted(positions):
        raise ValueError(
            explain(
                "positions says where the columns end.",
                expected=f"{len(columns)} rising numbers, for "
                + ", ".join(column.header for column in columns),
                received=repr(positions),
            )
        )


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> None:
    """Prints the table, or gives `print_fn` the whole text at once."""
    text = summary_text(
        model, line_length, positions, expand_nested, show_trainable, layer_range
    )
    if print_fn is None:
        print(text, end="")
    else:
        print_fn(text)
