"""ModelExplorer: pick a layer, see its page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from edukeras.inspect import markup
from edukeras.inspect.summary import (
    LayerSummary,
    ModelSummary,
    layer_contents,
    times,
)
from edukeras.inspect.weights import describe_weights
from edukeras.jupyter.panel import Panel


class ModelExplorer(Panel):
    """The layers of a model as a list; beside it the page of the chosen one.

    Args:
        summary: from `summarize`; the weights are read anew for each page.
    """

    def __init__(self, summary: ModelSummary) -> None:
        self.summary = summary
        super().__init__(summary)

    def build(self, widgets: Any) -> Any:
        layers = list(self.summary.walk())
        options = [
            ("   " * depth + f"{layer.name} ({layer.class_name})", number)
            for number, (depth, layer) in enumerate(layers)
        ]
        self._layers = [layer for _, layer in layers]
        self.picker = widgets.Select(
            options=options,
            rows=min(max(len(options), 3), 16),
            layout=widgets.Layout(width="260px", flex="0 0 auto"),
        )
        self.picker.observe(self.refresh, names="value")
        totals = "<br>".join(map(markup.escape, self.summary.totals))
        left = widgets.VBox(
            [
                widgets.HTML(markup.heading(markup.escape(self.summary.name))),
                self.picker,
                widgets.HTML(markup.paragraph(totals)),
            ],
            layout=widgets.Layout(flex="0 0 auto"),
        )
        self.page.layout = widgets.Layout(margin="0 0 0 16px", flex="1 1 auto")
        return widgets.HBox([left, self.page])

    def contents(self) -> str:
        if self.picker.value is None:
            return markup.paragraph("This model has no layers yet.")
        layer = self._layers[self.picker.value]
        contents = layer_contents(layer, with_weights=False)
        return layer_facts(layer) + contents + self._weights_of(layer)

    def _weights_of(self, layer: LayerSummary) -> str:
        if not layer.weights or layer.layers:
            return ""
        report = describe_weights(self.summary.model, layer.name)
        return replace(report, kinds=()).html()  # one picture; `%weights` has more


def layer_facts(layer: LayerSummary) -> str:
    """The head of a layer's page."""
    facts = [
        ("Output shape", f"<code>{markup.escape(layer.output_shape)}</code>"),
        ("Parameters", times(layer.formula)),
    ]
    if layer.trained:
        facts.append(("Trained", layer.trained))
    if layer.connected_to:
        facts.append(("Connected to", markup.escape(", ".join(layer.connected_to))))
    title = markup.heading(
        f"{markup.escape(layer.name)} "
        + markup.muted(f"({markup.escape(layer.class_name)})")
    )
    lines = "<br>".join(f"{markup.muted(name)}: {value}" for name, value in facts)
    return title + markup.paragraph(lines)
