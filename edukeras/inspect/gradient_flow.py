"""Gradient flow: how much of the error reaches each layer, how far its weights move.

For each layer, of the next training step:

    gradient = sqrt(mean of dL/dw ** 2)         over all its trained weights w
    ratio    = ||update|| / ||weights||         how far the step moves them, relatively

Gradients that get a thousand times smaller from the last layer to the first one vanish;
a ratio of about 0.001 is healthy.

Source: A. Karpathy, CS231n, https://cs231n.github.io/neural-networks-3/ (ratio of
weights to updates); Glorot and Bengio 2010, section 4 (gradients by layer).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from edukeras import tree
from edukeras.autodiff import GradientTape
from edukeras.data import as_arrays, count_samples
from edukeras.errors import explain
from edukeras.inspect import markup, pictures
from edukeras.inspect.display import View
from edukeras.inspect.glass_box.recording import trained_variables
from edukeras.inspect.glass_box.unchanged import left_unchanged
from edukeras.inspect.glass_box.update import make_update
from edukeras.messages import say
from edukeras.models.table import aligned_lines
from edukeras.tensor import as_array

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_SAMPLES = 256
LEAST_RATIO, MOST_RATIO = 1e-5, 0.1  # beyond these something is wrong
HEALTHY = (1e-4, 1e-2)  # the band in the chart
VANISHED, EXPLODED = 1e-3, 1e3  # gradient of a layer / gradient of the last layer


@dataclass(frozen=True)
class LayerFlow:
    """One layer in the next training step; see the formulas above."""

    layer: str
    weights: int
    gradient: float
    weight_size: float
    ratio: float


@dataclass(frozen=True, repr=False)
class GradientFlow(View):
    """The layers from the first to the last; see `gradient_flow`."""

    model: str
    loss: float
    layers: tuple[LayerFlow, ...]

    def rows(self) -> list[list[str]]:
        return [
            [
                flow.layer,
                f"{flow.weights:,}",
                f"{flow.gradient:.2g}",
                f"{flow.weight_size:.2g}",
                f"{flow.ratio:.2g}",
                self.remark(flow),
            ]
            for flow in self.layers
        ]

    def remark(self, flow: LayerFlow) -> str:
        """What is unusual about a layer, or nothing."""
        last = self.layers[-1].gradient
        if not isfinite(flow.gradient):
            return "✕ " + say("not a number")
        if flow.gradient == 0:
            return "○ " + say("no gradient arrives")
        if flow.gradient < VANISHED * last:
            times = f"{last / flow.gradient:.0f}"
            return "▼ " + say("vanishes: {times} times smaller than last", times=times)
        if flow.gradient > EXPLODED * last > 0:
            times = f"{flow.gradient / last:.0f}"
            return "▲ " + say("explodes: {times} times larger than last", times=times)
        if flow.ratio > MOST_RATIO:
            return "▲ " + say("steps too long")
        if flow.ratio < LEAST_RATIO:
            return "▼ " + say("hardly moves")
        return ""

    _headers = ("layer", "weights", "gradient", "size of weights", "update / weight")

    def title(self) -> str:
        return say(
            'Gradient flow of "{model}", loss {loss}',
            model=self.model,
            loss=f"{self.loss:.4g}",
        )

    def text(self) -> str:
        lines = aligned_lines(
            [[*self._headers, ""], *self.rows()], [24, 10, 10, 16, 16, 40]
        )
        return "\n".join([self.title(), "", *lines])

    def html(self) -> str:
        cells = [
            [f"<b>{markup.escape(row[0])}</b>", *map(markup.escape, row[1:])]
            for row in self.rows()
        ]
        body = markup.table([*self._headers, ""], cells, numbers=(1, 2, 3, 4))
        if pictures.can_draw():
            png, width = self.picture()
            body = markup.picture(png, self.in_words(), width) + body
        return f"<div>{markup.heading(markup.escape(self.title()))}{body}</div>"

    def in_words(self) -> str:
        """What the chart shows, for those who cannot see it."""
        parts = [
            f"{flow.layer} gradient {flow.gradient:.2g}, update/weight {flow.ratio:.2g}"
            for flow in self.layers
        ]
        return f"Gradient flow, first layer first: {'; '.join(parts)}."

    def picture(self) -> tuple[bytes, int]:
        """Gradients and ratios of all layers: the PNG file and its width."""
        width = min(10.0, max(7.0, 0.7 * len(self.layers) + 3))

        def paint(figure: Figure) -> None:
            figure.subplots_adjust(wspace=0.25)
            gradients = [flow.gradient for flow in self.layers]
            self._paint(figure.add_subplot(1, 2, 1), gradients, "gradient")
            axes = figure.add_subplot(1, 2, 2)
            axes.axhspan(*HEALTHY, color=pictures.GREEN, alpha=0.15)
            ratios = [flow.ratio for flow in self.layers]
            self._paint(axes, ratios, "update / weight (band: healthy)", HEALTHY)

        margins = (0.65, 0.2, 0.75, 0.35)
        return pictures.draw(width, 3.2, paint, margins), round(72 * width)

    def _paint(
        self, axes: Any, values: Sequence[float], title: str, shown: Sequence = ()
    ) -> None:
        places = range(len(values))
        heights = [v if isfinite(v) and v > 0 else np.nan for v in values]
        axes.bar(places, heights, color=pictures.BLUE, width=0.6)
        pictures.powers_of_ten(axes, [*values, *shown])
        names = [flow.layer for flow in self.layers]
        axes.set_xticks(places, names, rotation=30, horizontalalignment="right")
        axes.set_title(title, fontsize=10)
        axes.grid(axis="y", color="0.9")
        axes.set_axisbelow(True)
        pictures.plain_frame(axes)


def gradient_flow(model: Any, x: Any, y: Any = None) -> GradientFlow:
    """How the error flows back through a model: one row for each layer.

    The model stays as it is: the step is made on copies.

    Args:
        model: compiled.
        x, y: as for `fit`; the first 256 samples are used.

    >>> from edukeras import Sequential, layers
    >>> model = Sequential([layers.Dense(1, use_bias=False, name="w")])
    >>> model.compile("sgd", "mse")
    >>> flow = gradient_flow(model, np.ones((4, 1)), np.zeros((4, 1)))
    >>> round(flow.layers[0].ratio, 4)  # 0.01 * 2w / w
    0.02
    """
    if not hasattr(model, "_require_compiled"):
        raise TypeError(
            explain("Gradient flow needs a model.", received=type(model).__name__)
        )
    model._require_compiled("gradient_flow")
    x, y = as_arrays(x), as_arrays(y)
    count_samples(x=x, y=y)
    x, y = (tree.map_structure(_first_samples, part) for part in (x, y))
    with np.errstate(all="ignore"):
        if not model.built:
            model(x, training=False)
        with left_unchanged(model):
            return _flow(model, x, y)


def _first_samples(array: Any) -> Any:
    return None if array is None else array[:MOST_SAMPLES]


def _flow(model: Any, x: Any, y: Any) -> GradientFlow:
    variables = trained_variables(model)
    with GradientTape() as tape:
        y_pred = model(x, training=True)
        loss = model.compute_loss(x, y, y_pred, None, training=True)
        scaled = model.optimizer.scale_loss(loss)
    gradients = tape.gradient(scaled, variables)
    arrays = [None if g is None else as_array(g) for g in gradients]
    updates = make_update(model.optimizer, variables, arrays)
    scale = float(scaled.array) / float(loss.array) if float(loss.array) else 1.0
    by_layer: dict[str, list[tuple]] = {}
    for variable, gradient, update in zip(variables, arrays, updates):
        layer = variable.path.rpartition("/")[0].removeprefix(f"{model.name}/")
        moved = update.after - update.before
        by_layer.setdefault(layer, []).append((gradient, update.before, moved, scale))
    flows = tuple(_layer_flow(name, parts) for name, parts in by_layer.items())
    return GradientFlow(model.name, float(loss.array), flows)


def _layer_flow(name: str, parts: list[tuple]) -> LayerFlow:
    weights = sum(before.size for _, before, _, _ in parts)
    gradient = sum(_square(g) / s**2 for g, _, _, s in parts if g is not None)
    size = sum(_square(before) for _, before, _, _ in parts)
    moved = sum(_square(update) for _, _, update, _ in parts)
    return LayerFlow(
        name,
        weights,
        sqrt(gradient / weights) if isfinite(gradient) else float("nan"),
        sqrt(size / weights),
        sqrt(moved / size) if size and isfinite(moved) else float("nan"),
    )


def _square(array: np.ndarray) -> float:
    return float(np.sum(np.square(array, dtype=np.float64)))
