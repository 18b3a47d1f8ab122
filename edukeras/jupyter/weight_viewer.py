"""WeightViewer: pick a weight and a kind of picture; slide through the units."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.inspect import markup, pictures
from edukeras.inspect.weight_pictures import unit_picture
from edukeras.inspect.weights import (
    KINDS,
    WeightReport,
    WeightStatistics,
    kind_fits,
    weight_picture,
)
from edukeras.jupyter.panel import Panel

KIND_TITLES = {
    "hist": "Histogram",
    "heatmap": "Heatmap",
    "filters": "All units",
    "unit": "One unit",
}


class WeightViewer(Panel):
    """The weights of a report, one at a time.

    Args:
        report: from `describe_weights`.
    """

    def __init__(self, report: WeightReport) -> None:
        self.report = report
        super().__init__(report)

    def build(self, widgets: Any) -> Any:
        options = [(w.path, number) for number, w in enumerate(self.report.weights)]
        self.picker = widgets.Dropdown(options=options, description="Weight")
        self.kind = widgets.ToggleButtons(
            options=[("Histogram", "hist")],
            style={"button_width": "auto"},
        )
        self.unit = widgets.IntSlider(
            min=0, max=0, description="Unit", continuous_update=False
        )
        self._offer_choices()
        self.picker.observe(self._offer_choices, names="value")
        for control in (self.picker, self.kind, self.unit):
            control.observe(self.refresh, names="value")
        self.page.layout = widgets.Layout(margin="4px 0 0 0")
        return widgets.VBox([self.picker, self.kind, self.unit, self.page])

    @property
    def _weight(self) -> WeightStatistics | None:
        if self.picker.value is None:
            return None
        return self.report.weights[self.picker.value]

    def _kinds(self, weight: WeightStatistics) -> list[str]:
        kinds = [
            kind
            for kind in self.report.kinds or KINDS
            if kind_fits(weight, kind, self.report.image_shape)
        ]
        if weight.values.ndim >= 2 and weight.values.size > weight.shape[-1]:
            kinds.append("unit")
        return kinds

    def _offer_choices(self, change: Any = None) -> None:
        """Only what there is for the chosen weight."""
        weight = self._weight
        if weight is None:
            return
        before, kinds = self.kind.value, self._kinds(weight)
        options = [(KIND_TITLES[kind], kind) for kind in kinds]
        if tuple(options) != self.kind.options:
            self.kind.options = options  # this chooses the first
            self.kind.value = before if before in kinds else next(iter(kinds), None)
        self.unit.max = max(weight.shape[-1] - 1, 0) if weight.shape else 0

    def contents(self) -> str:
        weight = self._weight
        if weight is None:
            return self.report.html()
        kind = self.kind.value
        self.unit.layout.display = "" if kind == "unit" else "none"
        numbers = markup.table(
            ["Shape", "Mean", "Std", "Min", "Max", ""],
            [[markup.escape(str(weight.shape)), *weight.numbers(), weight.remark]],
        )
        if kind is None or not pictures.can_draw():
            return numbers
        if kind == "unit":
            return self._unit_page(weight)
        return numbers + weight_picture(weight, kind, self.report.image_shape)

    def _unit_page(self, weight: WeightStatistics) -> str:
        """The weights into one unit: a picture, and the numbers that matter most."""
        number = min(self.unit.value, weight.shape[-1] - 1)
        values = weight.values[..., number]
        png, width = unit_picture(values, weight.values, self.report.image_shape)
        low, high = np.nanmin(values), np.nanmax(values)
        alt = (
            f"The {values.size} weights into unit {number} of {weight.layer}, "
            f"from {low:.3g} (blue) to {high:.3g} (red)."
        )
        strongest = np.argsort(-np.abs(values), axis=None, kind="stable")[:5]
        rows = [
            [_place(index, values.shape), f"{values.reshape(-1)[index]:.4f}"]
            for index in strongest
        ]
        table = markup.table(["Strongest inputs", "Weight"], rows, numbers=(1,))
        caption = markup.muted(markup.escape(alt))
        return markup.picture(png, alt, width) + markup.paragraph(caption) + table


def _place(index: int, shape: tuple[int, ...]) -> str:
    place = [int(n) for n in np.unravel_index(index, shape)]
    return str(place[0] if len(place) == 1 else tuple(place))
