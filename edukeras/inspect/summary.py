"""The table of layers to look into: where the parameters come from, and the weights.

`summarize(model)` makes the data; it knows how to show itself.  `model.summary()`
prints the table that Keras users know; this one explains the numbers in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from edukeras.inspect import markup
from edukeras.inspect.costs import activation_bytes, call_shapes, multiply_adds
from edukeras.inspect.display import View
from edukeras.inspect.formulas import constructor_call, parameter_formula
from edukeras.models.summary import (
    SummaryRow,
    class_name,
    count_bytes,
    count_numbers,
    is_chain,
    readable_bytes,
    shapes_text,
    summary_rows,
    totals_text,
)
from edukeras.models.table import aligned_lines


@dataclass(frozen=True)
class WeightShape:
    """One weight of a layer: "kernel", (784, 64), "float32"."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    trainable: bool


@dataclass(frozen=True)
class LayerSummary:
    """One layer of a model.

    Attributes:
        output_shape: in words, "(None, 64)"; "?" if not known yet.
        params: how many numbers its weights hold, and `formula` says why.
        bytes: how much memory they take.
        multiply_adds: for one sample, in all calls; None if not known.
        activation_bytes: the memory that its outputs for one sample take.
        made_by: the code that makes such a layer.
        layers: the layers inside, for a model in a model.
    """

    name: str
    class_name: str
    output_shape: str
    params: int
    unbuilt: bool
    trainable: bool | None
    bytes: int
    multiply_adds: int | None
    activation_bytes: int | None
    connected_to: tuple[str, ...]
    weights: tuple[WeightShape, ...]
    made_by: str
    layers: tuple[LayerSummary, ...]
    operation: Any = field(compare=False, repr=False)

    @property
    def formula(self) -> str:
        """ "(784 + 1) x 64 = 50,240"."""
        if self.unbuilt:
            return "0 (unbuilt)"
        if self.layers:
            return f"{self.params:,}"
        return parameter_formula([weight.shape for weight in self.weights])

    @property
    def trained(self) -> str:
        """Whether training changes the weights, in a word."""
        if self.trainable is None:
            return ""
        if self.trainable and not all(weight.trainable for weight in self.weights):
            return "partly"
        return "yes" if self.trainable else "frozen"


@dataclass(frozen=True, repr=False)
class ModelSummary(View):
    """A model's layers and totals; see `summarize`.

    Attributes:
        totals: the lines below the table.
        batch_size: for which the memory of activations is told.
        model: the model itself, to look further.
    """

    name: str
    class_name: str
    layers: tuple[LayerSummary, ...]
    totals: tuple[str, ...]
    is_chain: bool
    batch_size: int
    model: Any = field(compare=False)

    def walk(self) -> Iterator[tuple[int, LayerSummary]]:
        """All layers, with how deep they lie in models inside."""
        yield from _walk(self.layers, 0)

    # -- text -----------------------------------------------------------------

    def text(self) -> str:
        headers = ["Layer (type)", "Output shape", "Parameters", "Mult-adds"]
        rows = [
            [
                "  " * depth + _title(layer),
                layer.output_shape,
                layer.formula,
                count_text(layer.multiply_adds),
            ]
            for depth, layer in self.walk()
        ]
        if not self.is_chain:
            headers.append("Connected to")
            for row, (_, layer) in zip(rows, self.walk(), strict=True):
                row.append(", ".join(layer.connected_to))
        limits = [30, 20, 31, 12] if self.is_chain else [22, 14, 24, 12, 19]
        lines = [f'{self.class_name} "{self.name}"', ""]
        lines += aligned_lines([headers, *rows], limits)
        return "\n".join([*lines, "", *self.totals])

    # -- HTML -----------------------------------------------------------------

    def html(self) -> str:
        title = f"{markup.escape(self.name)} {markup.muted(f'({self.class_name})')}"
        totals = "<br>".join(markup.escape(line) for line in self.totals)
        return (
            "<div>"
            + markup.heading(title)
            + _html_table(self.layers, self.is_chain, self.batch_size)
            + markup.paragraph(totals)
            + "</div>"
        )


def summarize(model: Any, batch_size: int = 32) -> ModelSummary:
    """The layers of a model, as data that shows itself.

    Args:
        batch_size: for which the memory of the outputs is told.

    >>> from edukeras import Sequential, layers
    >>> model = Sequential([layers.Input((4,)), layers.Dense(3, name="head")], name="m")
    >>> summarize(model)
    Sequential "m"
    <BLANKLINE>
    Layer (type)  Output shape  Parameters        Mult-adds
    head (Dense)  (None, 3)     (4 + 1) x 3 = 15  12
    <BLANKLINE>
    Total params: 15 (60.00 B)
    Trainable params: 15 (60.00 B)
    Non-trainable params: 0 (0.00 B)
    Multiply-adds for one sample: 12
    Memory of all outputs, batch of 32: 384.00 B
    """
    layers = _layers_of(model)
    return ModelSummary(
        name=model.name,
        class_name=class_name(model),
        layers=layers,
        totals=(
            *(line.strip() for line in totals_text(model)),
            *_cost_lines(layers, batch_size),
        ),
        is_chain=is_chain(model),
        batch_size=batch_size,
        model=model,
    )


def _cost_lines(layers: tuple[LayerSummary, ...], batch_size: int) -> list[str]:
    """The totals of what can be said before the model runs."""
    counts = [layer.multiply_adds for layer in layers]
    sizes = [layer.activation_bytes for layer in layers]
    known = sum(count or 0 for count in counts)
    more = " and more" if None in counts else ""
    lines = [f"Multiply-adds for one sample: {known:,}{more}"] if known else []
    if layers and None not in sizes:
        memory = readable_bytes(batch_size * sum(size or 0 for size in sizes))
        lines.append(f"Memory of all outputs, batch of {batch_size}: {memory}")
    return lines


def _layers_of(model: Any) -> tuple[LayerSummary, ...]:
    return tuple(_layer_summary(row, model) for row in summary_rows(model))


def _layer_summary(row: SummaryRow, model: Any) -> LayerSummary:
    layer: Any = row.operation
    inside = _layers_of(layer) if hasattr(layer, "layers") else ()
    calls = list(call_shapes(layer, model))
    counts = [_count_of_call(layer, inside, *shapes) for shapes in calls]
    sizes = [activation_bytes(layer, outputs) for _, outputs in calls]
    variables = getattr(layer, "weights", [])
    trainable = {id(v) for v in getattr(layer, "trainable_weights", [])}
    return LayerSummary(
        name=row.name,
        class_name=row.class_name,
        output_shape=shapes_text(row),
        params=count_numbers(variables),
        unbuilt=row.unbuilt,
        trainable=row.trainable,
        bytes=count_bytes(variables),
        multiply_adds=_sum_or_none(counts),
        activation_bytes=_sum_or_none(sizes),
        connected_to=row.connected_to,
        weights=tuple(
            WeightShape(v.name, tuple(v.shape), str(v.dtype), id(v) in trainable)
            for v in variables
        ),
        made_by=constructor_call(layer),
        layers=inside,
        operation=layer,
    )


def _count_of_call(
    layer: Any, inside: tuple[LayerSummary, ...], inputs: list, outputs: list
) -> int | None:
    if inside:
        return _sum_or_none([inner.multiply_adds for inner in inside])
    return multiply_adds(layer, inputs, outputs)


def _sum_or_none(counts: list[int | None]) -> int | None:
    """The sum; None if it is empty or something in it is not known."""
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None


def count_text(count: int | None) -> str:
    """A number of multiply-adds; "?" if not known."""
    return "?" if count is None else f"{count:,}"


def _walk(
    layers: tuple[LayerSummary, ...], depth: int
) -> Iterator[tuple[int, LayerSummary]]:
    for layer in layers:
        yield depth, layer
        yield from _walk(layer.layers, depth + 1)


def _title(layer: LayerSummary) -> str:
    return f"{layer.name} ({layer.class_name})"


def _html_table(layers: tuple[LayerSummary, ...], chain: bool, batch_size: int) -> str:
    headers = [
        *("Layer", "Output shape", "Parameters", "Multiply-adds"),
        *("Weights", f"Outputs of {batch_size}", "Trained"),
    ]
    rows = [
        [
            _folded_layer(layer, batch_size),
            f"<code>{markup.escape(layer.output_shape)}</code>",
            times(layer.formula),
            count_text(layer.multiply_adds),
            readable_bytes(layer.bytes) if layer.bytes else "",
            memory_text(layer, batch_size),
            layer.trained,
        ]
        for layer in layers
    ]
    if not chain:
        headers.append("Connected to")
        for row, layer in zip(rows, layers, strict=True):
            row[1] = f"<code>{markup.unbroken(layer.output_shape)}</code>"
            row.append(markup.escape(", ".join(layer.connected_to)))
    return markup.table(headers, rows, numbers=(3, 4, 5))


def memory_text(layer: LayerSummary, batch_size: int) -> str:
    """The memory that a layer's outputs for a batch take."""
    size = layer.activation_bytes
    return "?" if size is None else readable_bytes(size * batch_size)


def _folded_layer(layer: LayerSummary, batch_size: int) -> str:
    """The name of a layer; a click opens what it is made of."""
    title = (
        f"<b>{markup.escape(layer.name)}</b> "
        f"{markup.muted(f'({markup.escape(layer.class_name)})')}"
    )
    inside = layer_contents(layer, batch_size)
    return markup.details(title, inside) if inside else title


def layer_contents(
    layer: LayerSummary, batch_size: int, with_weights: bool = True
) -> str:
    """What a layer is made of: code, layers inside, weights."""
    parts = []
    if layer.made_by:
        parts.append(markup.paragraph(markup.code(layer.made_by)))
    if layer.layers:
        parts.append(_html_table(layer.layers, True, batch_size))
    elif layer.weights and with_weights:
        rows = [
            [
                f"<code>{markup.escape(weight.name)}</code>",
                _shape(weight.shape),
                "yes" if weight.trainable else "no",
            ]
            for weight in layer.weights
        ]
        parts.append(markup.table(["Weight", "Shape", "Trained"], rows))
    return "".join(parts)


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "one number"


def times(formula: str) -> str:
    """A formula as HTML, with the sign for "times"."""
    return markup.escape(formula).replace(" x ", " × ")
