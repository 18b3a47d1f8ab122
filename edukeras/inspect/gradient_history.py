"""Gradient flow over a whole training: recorded by a callback, shown in one view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from edukeras.callbacks import Callback
from edukeras.inspect import markup, pictures
from edukeras.inspect.compared_curves import LOOKS
from edukeras.inspect.curves import course
from edukeras.inspect.display import View
from edukeras.inspect.gradient_flow import HEALTHY, GradientFlow, gradient_flow
from edukeras.models.table import aligned_lines

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HEADERS = ["layer", "gradient first", "last", "course", "update / weight first"]
_HEADERS += ["last", "course"]


MOST_BARS = 12  # of a course in the table


class RecordGradientFlow(View, Callback):
    """A callback that looks at gradients and updates of all layers, epoch by epoch.

    Args:
        x, y: a few samples (256 at most) on which to look.
        every: look after every so many epochs.

    Attributes:
        flows: a `GradientFlow` for each look.
        epochs: after which epoch, from 1; 0 is before training.

    Use: flow = RecordGradientFlow(x, y); model.fit(..., callbacks=[flow]); then flow.
    """

    def __init__(self, x: Any, y: Any = None, every: int = 1) -> None:
        self.x, self.y, self.every = x, y, every
        self.flows: list[GradientFlow] = []
        self.epochs: list[int] = []

    def on_train_begin(self, logs: Any = None) -> None:
        self.flows, self.epochs = [], []
        self._look(0)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if (epoch + 1) % self.every == 0:
            self._look(epoch + 1)

    def _look(self, epoch: int) -> None:
        self.flows.append(gradient_flow(self.model, self.x, self.y))
        self.epochs.append(epoch)

    def layers(self) -> list[str]:
        return [flow.layer for flow in self.flows[0].layers] if self.flows else []

    def gradients(self) -> np.ndarray:
        """(looks, layers): the gradients of each layer."""
        return np.array([[f.gradient for f in flow.layers] for flow in self.flows])

    def ratios(self) -> np.ndarray:
        """(looks, layers): update / weight of each layer."""
        return np.array([[f.ratio for f in flow.layers] for flow in self.flows])

    def rows(self) -> list[list[str]]:
        rows = []
        count = len(self.flows)
        places = np.linspace(0, count - 1, min(count, MOST_BARS)).round().astype(int)
        for layer, gradients, ratios in zip(
            self.layers(), self.gradients().T, self.ratios().T
        ):
            row = [layer]
            for values in (gradients, ratios):
                with np.errstate(all="ignore"):
                    logarithms = np.log10(values[places]).tolist()
                row += [f"{values[0]:.2g}", f"{values[-1]:.2g}", course(logarithms)]
            rows.append(row)
        return rows

    def text(self) -> str:
        if not self.flows:
            return "no epoch yet"
        widths = [20, 14, 8, 12, 21, 8, 12]
        return "\n".join(aligned_lines([_HEADERS, *self.rows()], widths))

    def html(self) -> str:
        if not self.flows:
            return markup.paragraph("no epoch yet")
        cells = [
            [f"<b>{markup.escape(r[0])}</b>", r[1], r[2], markup.code(r[3]),
             r[4], r[5], markup.code(r[6])]
            for r in self.rows()
        ]  # fmt: skip
        body = markup.table(_HEADERS, cells, numbers=(1, 2, 4, 5))
        if pictures.can_draw():
            png, width = self.picture()
            body = markup.picture(png, self.in_words(), width) + body
        return f"<div>{body}</div>"

    def in_words(self) -> str:
        """What the chart shows, for those who cannot see it."""
        parts = [f"{r[0]} from {r[1]} to {r[2]}" for r in self.rows()]
        return f"Gradients over {self.epochs[-1]} epochs: {', '.join(parts)}."

    def picture(self) -> tuple[bytes, int]:
        """All layers over the epochs: the PNG file and its width in pixels."""

        def paint(figure: Figure) -> None:
            figure.subplots_adjust(wspace=0.25)
            left, right = (figure.add_subplot(1, 2, place) for place in (1, 2))
            self._paint(left, self.gradients(), "gradient")
            right.axhspan(*HEALTHY, color=pictures.GREEN, alpha=0.15)
            title = "update / weight (band: healthy)"
            self._paint(right, self.ratios(), title, HEALTHY)
            left.legend(fontsize=8, frameon=False)

        return pictures.draw(9.0, 3.2, paint), 648

    def _paint(
        self, axes: Any, values: np.ndarray, title: str, shown: Sequence = ()
    ) -> None:
        for number, (layer, line) in enumerate(zip(self.layers(), values.T)):
            colour, shape = LOOKS[number % len(LOOKS)]
            positive = np.where(line > 0, line, np.nan)
            axes.plot(
                self.epochs,
                positive,
                color=colour,
                marker=shape,
                markersize=4,
                markevery=max(1, len(line) // 8),
                label=layer,
            )
        pictures.powers_of_ten(axes, [*values.ravel().tolist(), *shown])
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("epoch", fontsize=9)
        pictures.whole_numbers(axes.xaxis)
        axes.grid(color="0.9")
        axes.set_axisbelow(True)
        pictures.plain_frame(axes)
