"""A model to look through: its table, its graph, and a page for each layer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from edukeras.inspect import markup
from edukeras.inspect.activity import Activations, activations
from edukeras.inspect.display import View
from edukeras.inspect.layer_page import LayerPage, layer_page
from edukeras.inspect.model_picture import ModelPicture, model_picture
from edukeras.inspect.summary import LayerSummary, ModelSummary, summarize
from edukeras.messages import say

MOST_PAGES = 40  # in a static form; each takes some milliseconds and kilobytes


@dataclass(frozen=True, repr=False)
class Exploration(View):
    """A model, ready to be looked through; see `explore`.

    Attributes:
        summary: the table of layers.
        shown: what the layers make of the samples; None without data.
        sample: the number of the sample whose activations are shown.
    """

    summary: ModelSummary
    shown: Activations | None = None
    sample: int = 0

    @property
    def model(self) -> Any:
        return self.summary.model

    def layers(self) -> list[tuple[int, LayerSummary]]:
        """All layers, with how deep they lie in models inside."""
        return list(self.summary.walk())

    def owner(self, layer: LayerSummary) -> Any:
        """The model in whose table a layer stands."""
        owners = {id(self.model): self.model}
        for _, found in self.summary.walk():
            owners[id(found.operation)] = found.operation
            if any(inner is layer for inner in found.layers):
                return found.operation
        return self.model

    def page(self, layer: LayerSummary) -> LayerPage:
        """The page of a layer, with its weights as they are now."""
        owner, size = self.owner(layer), self.summary.batch_size
        return layer_page(layer, owner, size, self.shown, self.sample)

    def picture(self, chosen: Any = None) -> ModelPicture | None:
        """The graph, with the box of a layer pointed out."""
        return model_picture(self.model, chosen)

    def again(self) -> Exploration:
        """The same model as it is now: frozen layers, optimizer."""
        return replace(self, summary=summarize(self.model, self.summary.batch_size))

    # -- text and HTML --------------------------------------------------------

    def text(self) -> str:
        pages = [self.page(layer).text() for _, layer in self.layers()[:MOST_PAGES]]
        return "\n\n".join([self.summary.text(), *pages])

    def html(self) -> str:
        picture = self.picture()
        graph = "" if picture is None else picture.html()
        pages, kinds = [], set()
        for depth, layer in self.layers()[:MOST_PAGES]:
            # Layers of the same class have the same code.
            pages.append(self._folded_page(depth, layer, layer.class_name not in kinds))
            kinds.add(layer.class_name)
        more = len(self.layers()) - MOST_PAGES
        if more > 0:
            line = say("... and {n} more layers: %explore in a live notebook.", n=more)
            pages.append(markup.paragraph(markup.muted(markup.escape(line))))
        return (
            f"<div>{self.summary.html()}"
            f"{markup.details('<b>The graph</b>', graph) if graph else ''}"
            f"{''.join(pages)}</div>"
        )

    def _folded_page(self, depth: int, layer: LayerSummary, with_code: bool) -> str:
        page = self.page(layer)
        kind = markup.muted(f"({markup.escape(layer.class_name)})")
        indent = "&nbsp;" * 4 * depth
        title = f"{indent}<b>{markup.escape(layer.name)}</b> {kind}"
        return markup.details(title, page.body_html(with_code))


def explore(
    model: Any, x: Any = None, sample: int = 0, batch_size: int = 32
) -> Exploration:
    """A model to look through.

    Args:
        x: some samples; the pages then show what each layer makes of one of them.
        sample: the number of that sample.
        batch_size: for which the memory of the outputs is told.

    >>> from edukeras import Sequential, layers
    >>> model = Sequential([layers.Input((4,)), layers.Dense(3, name="head")], name="m")
    >>> print(explore(model).text().split("\\n\\n")[-1])
    head (Dense)
      x @ kernel + bias: the fully connected layer.
      x (B, 4), kernel (4, 3), bias (3,) -> (B, 3)
      Output shape   (None, 3)
      Parameters     (4 + 1) x 3 = 15
      Multiply-adds  12 for one sample
      Memory         weights 60.00 B, outputs for a batch of 32 384.00 B
      Trained        yes
      units=3  how many outputs, M.
    """
    shown = None if x is None else activations(model, x)
    if shown is not None and not 0 <= sample < shown.count:
        raise ValueError(
            f"sample: there is no sample {sample}; the first {shown.count} are kept."
        )
    return Exploration(summarize(model, batch_size), shown, sample)
