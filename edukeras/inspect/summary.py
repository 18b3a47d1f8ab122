"""The table of layers to look into: where the parameters come from, and the weights.

`summarize(model)` makes the data; it knows how to show itself.  `model.summary()`
prints the table that Keras users know; this one explains the numbers in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from edukeras.inspect import markup
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
    connected_to: tuple[str, ...]
    weights: tuple[WeightShape, ...]
    made_by: str
    layers: tuple[LayerSummary, ...]

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
        model: the model itself, to look further.
    """

    name: str
    class_name: str
    layers: tuple[LayerSummary, ...]
    totals: tuple[str, ...]
    is_chain: bool
    model: Any = field(compare=False)

    def walk(self) -> Iterator[tuple[int, LayerSummary]]:
        """All layers, with how deep they lie in models inside."""
        yield from _walk(self.layers, 0)

    # -- text -----------------------------------------------------------------

    def text(self) -> str:
        headers = ["Layer (type)", "Output shape", "Parameters"]
        rows = [
            ["  " * depth + _title(layer), layer.output_shape, layer.formula]
            for depth, layer in self.walk()
        ]
        if not self.is_chain:
            headers.append("Connected to")
            for row, (_, layer) in zip(rows, self.walk(), strict=True):
                row.append(", ".join(layer.connected_to))
        limits = [34, 22, 40] if self.is_chain else [26, 18, 28, 22]
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
            + _html_table(self.layers, self.is_chain)
            + markup.paragraph(totals)
            + "</div>"
        )


def summarize(model: Any) -> ModelSummary:
    """The layers of a model, as data that shows itself.

    >>> from edukeras import Sequential, layers
    >>> model = Sequential([layers.Input((4,)), layers.Dense(3, name="head")], name="m")
    >>> summarize(model)
    Sequential "m"
    <BLANKLINE>
    Layer (type)  Output shape  Parameters
    head (Dense)  (None, 3)     (4 + 1) x 3 = 15
    <BLANKLINE>
    Total params: 15 (60.00 B)
    Trainable params: 15 (60.00 B)
    Non-trainable params: 0 (0.00 B)
    """
    return ModelSummary(
        name=model.name,
        class_name=class_name(model),
        layers=_layers_of(model),
        totals=tuple(line.strip() for line in totals_text(model)),
        is_chain=is_chain(model),
        model=model,
    )


def _layers_of(model: Any) -> tuple[LayerSummary, ...]:
    return tuple(_layer_summary(row) for row in summary_rows(model))


def _layer_summary(row: SummaryRow) -> LayerSummary:
    layer: Any = row.operation
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
        connected_to=row.connected_to,
        weights=tuple(
            WeightShape(v.name, tuple(v.shape), str(v.dtype), id(v) in trainable)
            for v in variables
        ),
        made_by=constructor_call(layer),
        layers=_layers_of(layer) if hasattr(layer, "layers") else (),
    )


def _walk(
    layers: tuple[LayerSummary, ...], depth: int
) -> Iterator[tuple[int, LayerSummary]]:
    for layer in layers:
        yield depth, layer
        yield from _walk(layer.layers, depth + 1)


def _title(layer: LayerSummary) -> str:
    return f"{layer.name} ({layer.class_name})"


def _html_table(layers: tuple[LayerSummary, ...], chain: bool) -> str:
    headers = ["Layer", "Output shape", "Parameters", "Memory", "Trained"]
    rows = [
        [
            layer_page(layer),
            f"<code>{markup.escape(layer.output_shape)}</code>",
            times(layer.formula),
            readable_bytes(layer.bytes) if layer.bytes else "",
            layer.trained,
        ]
        for layer in layers
    ]
    if not chain:
        headers.append("Connected to")
        for row, layer in zip(rows, layers, strict=True):
            row.append(markup.escape(", ".join(layer.connected_to)))
    return markup.table(headers, rows)


def layer_page(layer: LayerSummary) -> str:
    """The name of a layer; a click opens what it is made of."""
    title = (
        f"<b>{markup.escape(layer.name)}</b> "
        f"{markup.muted(f'({markup.escape(layer.class_name)})')}"
    )
    inside = layer_contents(layer)
    return markup.details(title, inside) if inside else title


def layer_contents(layer: LayerSummary, with_weights: bool = True) -> str:
    """What a layer is made of: code, layers inside, weights."""
    parts = []
    if layer.made_by:
        parts.append(markup.paragraph(markup.code(layer.made_by)))
    if layer.layers:
        parts.append(_html_table(layer.layers, chain=True))
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
