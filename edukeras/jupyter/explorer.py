"""ModelExplorer: pick a layer, see where it stands in the graph, and its page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from edukeras.inspect import markup
from edukeras.inspect.exploration import Exploration
from edukeras.inspect.summary import LayerSummary
from edukeras.inspect.weights import describe_weights
from edukeras.jupyter.panel import Panel
from edukeras.messages import say

PAGES = ("Layer", "Weights", "Outputs", "Code")


class ModelExplorer(Panel):
    """The layers of a model as a list and a graph; beside them the chosen one's page.

    Args:
        exploration: from `edukeras.inspect.explore`; the weights are read anew for
            each page.
    """

    def __init__(self, exploration: Exploration) -> None:
        self.exploration = exploration
        super().__init__(exploration)

    def build(self, widgets: Any) -> Any:
        layers = self.exploration.layers()
        options = [
            ("\u2003" * depth + f"{layer.name} ({layer.class_name})", number)
            for number, (depth, layer) in enumerate(layers)
        ]
        self.picker = widgets.Select(
            options=options,
            rows=min(max(len(options), 3), 14),
            layout=widgets.Layout(width="270px"),
        )
        self.kind = widgets.ToggleButtons(
            options=[name for name in PAGES if self._has(name)],
            style={"button_width": "auto"},
        )
        self.trainable = widgets.Checkbox(description="trainable", indent=False)
        self.note = widgets.HTML()
        self.graph = widgets.HTML()
        last = max(self.exploration.shown.count - 1, 0) if self.exploration.shown else 0
        self.sample = widgets.IntSlider(
            value=self.exploration.sample,
            max=last,
            description="Sample",
            continuous_update=False,
        )
        self._picked: Any = None  # the layer that graph and switch show
        self.trainable.observe(self._set_trainable, names="value")
        for control in (self.picker, self.kind, self.sample):
            control.observe(self.refresh, names="value")
        return self._layout(widgets)

    def _layout(self, widgets: Any) -> Any:
        totals = "<br>".join(map(markup.escape, self.exploration.summary.totals))
        name = markup.escape(self.exploration.summary.name)
        left = [
            widgets.HTML(markup.heading(name)),
            *(self.picker, self.trainable, self.note, self.graph),
            widgets.HTML(markup.paragraph(totals)),
        ]
        self.graph.layout = widgets.Layout(max_height="420px", overflow="auto")
        self.page.layout = widgets.Layout(overflow="auto")
        column = widgets.Layout(flex="0 0 auto", width="285px")
        wide = widgets.Layout(flex="1 1 auto", margin="0 0 0 16px", overflow="auto")
        right = [self.kind, self.sample, self.page]
        return widgets.HBox(
            [widgets.VBox(left, layout=column), widgets.VBox(right, layout=wide)]
        )

    def _has(self, page: str) -> bool:
        return page != "Outputs" or self.exploration.shown is not None

    @property
    def layer(self) -> LayerSummary | None:
        """The chosen layer."""
        if self.picker.value is None:
            return None
        return self.exploration.layers()[self.picker.value][1]

    # -- what the controls do -------------------------------------------------

    def _show_choice(self, layer: LayerSummary) -> None:
        """The box in the graph, and the switch, of the picked layer."""
        if layer.operation is self._picked:
            return
        self._picked = layer.operation
        picture = self.exploration.picture(layer.operation)
        self.graph.value = "" if picture is None else picture.html()
        # The same as it is: `_set_trainable` then has nothing to do.
        self.trainable.value = layer.trainable is not False
        self.trainable.disabled = layer.trainable is None
        self.note.value = ""

    def _set_trainable(self, change: Any = None) -> None:
        layer, wanted = self.layer, self.trainable.value
        if layer is None or layer.trainable in (None, wanted):
            return
        layer.operation.trainable = wanted
        self.exploration = self.exploration.again()
        if wanted:
            note = say(
                "{name} is trained again. Compile again: the optimizer keeps the "
                "weights that it was given.",
                name=layer.name,
            )
        else:
            note = say(
                "{name} is frozen now. Compile again: the optimizer keeps the weights "
                "that it was given.",
                name=layer.name,
            )
        self.note.value = markup.paragraph(markup.escape(note))
        self.refresh()

    # -- the page -------------------------------------------------------------

    def contents(self) -> str:
        layer = self.layer
        if layer is None:
            return markup.paragraph(say("This model has no layers yet."))
        self._show_choice(layer)
        kind = self.kind.value
        self.sample.layout.display = "" if kind == "Outputs" else "none"
        page = replace(self.exploration, sample=self.sample.value).page(layer)
        if kind == "Weights":
            body = self._weights_of(layer)
        elif kind == "Outputs":
            body = page.activity_html()
        elif kind == "Code":
            body = page.code_html()
        else:
            body = page.facts_html() + page.arguments_html()
        return page.head_html() + (
            body or markup.paragraph(say("There are none here."))
        )

    def _weights_of(self, layer: LayerSummary) -> str:
        if not layer.weights or layer.layers:
            return ""
        report = describe_weights(self.exploration.model, layer.operation)
        return replace(report, kinds=()).html()  # one picture; `%weights` has more
