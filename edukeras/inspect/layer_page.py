"""The page of one layer: what it computes, with which shapes, arguments and weights.

`explore(model)` makes one for each layer; the widget shows one at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edukeras.inspect import markup
from edukeras.inspect.activity import Activations, activity_html, activity_in_words
from edukeras.inspect.costs import call_shapes
from edukeras.inspect.display import View
from edukeras.inspect.layer_words import (
    Argument,
    arguments_of,
    formula_of,
    shapes_of_formula,
)
from edukeras.inspect.source_code import SourceView, source
from edukeras.inspect.summary import LayerSummary, count_text, memory_text, times
from edukeras.inspect.weights import statistics
from edukeras.models.summary import is_chain, readable_bytes
from edukeras.models.table import aligned_lines


@dataclass(frozen=True, repr=False)
class LayerPage(View):
    """All there is to say about a layer; see `layer_page`.

    Attributes:
        formula: what it computes; shapes: of what goes in and comes out.
        arguments: as given and by default, with their meaning.
        activity: its outputs for one sample, where data was given.
        in_chain: whether it stands in a row, so that nothing is said of connections.
    """

    layer: LayerSummary
    batch_size: int
    formula: str
    shapes: str
    arguments: tuple[Argument, ...]
    activity: tuple[Any, ...]
    in_chain: bool

    # -- text -----------------------------------------------------------------

    def text(self) -> str:
        layer = self.layer
        lines = [f"{layer.name} ({layer.class_name})"]
        lines += [f"  {line}" for line in [*self.formula.split("\n"), self.shapes]]
        facts = [["  " + name, value] for name, value in self.facts()]
        lines += aligned_lines(facts, [20, 76])
        given = [a for a in self.arguments if not a.is_default]
        rows = [[f"  {a.name}={a.value}", a.meaning] for a in given]
        lines += aligned_lines(rows, [34, 62]) if rows else []
        lines += ["  " + activity_in_words(a, layer.name) for a in self.activity]
        return "\n".join(line[:100] for line in lines)

    def facts(self) -> list[tuple[str, str]]:
        """Counts and sizes, with their names."""
        layer = self.layer
        facts = [
            ("Output shape", layer.output_shape),
            ("Parameters", layer.formula),
            ("Multiply-adds", f"{count_text(layer.multiply_adds)} for one sample"),
            ("Memory", self._memory()),
        ]
        if layer.trained:
            facts.append(("Trained", layer.trained))
        if layer.connected_to and not self.in_chain:
            facts.append(("Connected to", ", ".join(layer.connected_to)))
        return facts

    def _memory(self) -> str:
        outputs = memory_text(self.layer, self.batch_size)
        weights = readable_bytes(self.layer.bytes)
        return f"weights {weights}, outputs for a batch of {self.batch_size} {outputs}"

    # -- HTML -----------------------------------------------------------------

    def html(self) -> str:
        return f"<div>{self.head_html()}{self.body_html()}</div>"

    def head_html(self) -> str:
        layer = self.layer
        kind = markup.muted(f"({markup.escape(layer.class_name)})")
        return markup.heading(f"{markup.escape(layer.name)} {kind}")

    def body_html(self, with_code: bool = True) -> str:
        """Everything below the title."""
        arguments, code = self.arguments_html(), self.code_html() if with_code else ""
        folded = [("its arguments in words", arguments)] if arguments else []
        folded += [("its code, down to the kernel", code)] if code else []
        return "".join(
            [
                self.facts_html(),
                self.weights_html(),
                self.activity_html(),
                *(markup.details(markup.muted(what), html) for what, html in folded),
            ]
        )

    def facts_html(self) -> str:
        """Formula, shapes and counts, and the code that makes such a layer."""
        made_by = self.layer.made_by
        code = markup.paragraph(markup.code(made_by)) if made_by else ""
        return self._formula_html() + self._counts_html() + code

    def _formula_html(self) -> str:
        style = "margin: 4px 0; white-space: pre-wrap; font-family: monospace"
        return (
            f'<div style="{style}">{markup.escape(self.formula)}</div>'
            + markup.paragraph(markup.muted(markup.escape(self.shapes)))
        )

    def _counts_html(self) -> str:
        return markup.paragraph(
            "<br>".join(
                f"{markup.muted(name)}: {times(value)}" for name, value in self.facts()
            )
        )

    def arguments_html(self) -> str:
        if not self.arguments:
            return ""
        rows = [
            [
                markup.code(a.name),
                markup.code(a.value) + (markup.muted(" default") * a.is_default),
                markup.escape(a.meaning),
            ]
            for a in self.arguments
        ]
        return markup.table(["Argument", "Value", "Meaning"], rows)

    def weights_html(self) -> str:
        """Statistics of each weight; `%weights` has the pictures."""
        if self.layer.layers or not self.layer.weights:
            return ""
        rows = []
        for variable in self.layer.operation.weights:
            numbers = statistics(variable.numpy())
            rows.append(
                [
                    f"<b>{markup.escape(variable.name)}</b>",
                    markup.unbroken(str(tuple(variable.shape))),
                    *numbers.numbers(),
                    f"<code>{numbers.spark}</code>",
                ]
            )
        headers = ["Weight", "Shape", "Mean", "Std", "Min", "Max", "Histogram"]
        return markup.table(headers, rows, numbers=(2, 3, 4, 5))

    def activity_html(self) -> str:
        """What it makes of the sample; of each call, if it is called several times."""
        return "".join(activity_html(a, self.layer.name) for a in self.activity)

    def code_html(self) -> str:
        code = self.code()
        return "" if code is None else code.body_html()

    def code(self) -> SourceView | None:
        """The source of its `call`, op and kernel."""
        try:
            return source(self.layer.operation)
        except (TypeError, OSError):  # a layer that was typed into a console
            return None


def layer_page(
    layer: LayerSummary,
    model: Any,
    batch_size: int = 32,
    shown: Activations | None = None,
    sample: int = 0,
) -> LayerPage:
    """The page of a layer of a model.

    Args:
        layer: from `summarize(model).walk()`.
        shown, sample: the activations to show, and for which sample.
    """
    operation = layer.operation
    calls = list(call_shapes(operation, model))
    inputs, outputs = calls[0] if calls else ([], [])
    weights = [] if layer.layers else [(w.name, w.shape) for w in layer.weights]
    return LayerPage(
        layer=layer,
        batch_size=batch_size,
        formula=formula_of(operation),
        shapes=shapes_of_formula(inputs, weights, outputs),
        arguments=tuple(arguments_of(operation)),
        activity=() if shown is None else tuple(shown.of(operation, sample)),
        in_chain=is_chain(model),
    )
