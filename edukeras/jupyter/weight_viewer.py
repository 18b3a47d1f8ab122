"""WeightViewer: pick a weight and a kind of picture; slide through units and epochs."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.inspect import markup, pictures
from edukeras.inspect.weight_changes import change_picture
from edukeras.inspect.weight_pictures import heatmap_picture, unit_picture
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
    "change": "Before and after",
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
        self.row, self.column = (
            widgets.IntSlider(max=0, description=name, continuous_update=False)
            for name in ("Row", "Column")
        )
        epochs = [] if self.report.history is None else self.report.history.epochs
        self.epoch = widgets.SelectionSlider(
            options=epochs or [0],
            value=epochs[-1] if epochs else 0,
            description="Epoch",
            continuous_update=False,
        )
        self.epoch.layout.display = "" if epochs else "none"
        self._offer_choices()
        self.picker.observe(self._offer_choices, names="value")
        sliders = (self.unit, self.row, self.column, self.epoch)
        for control in (self.picker, self.kind, *sliders):
            control.observe(self.refresh, names="value")
        self.page.layout = widgets.Layout(margin="4px 0 0 0")
        return widgets.VBox([self.picker, self.kind, *sliders, self.page])

    @property
    def _weight(self) -> WeightStatistics | None:
        """The chosen weight, as it was after the chosen epoch."""
        if self.picker.value is None:
            return None
        weights = self.report.weights
        if self.report.history is not None:
            if self.epoch.value != self.report.history.epochs[-1]:
                weights = self.report.at(self.epoch.value).weights
        return weights[self.picker.value]

    def _kinds(self, weight: WeightStatistics) -> list[str]:
        kinds = [
            kind
            for kind in self.report.kinds or KINDS
            if kind_fits(weight, kind, self.report.image_shape)
        ]
        if weight.values.ndim >= 2 and weight.values.size > weight.shape[-1]:
            kinds.append("unit")
        if self.report.changes is not None:
            kinds.append("change")
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
        if len(weight.shape) == 2:
            self.row.max, self.column.max = (size - 1 for size in weight.shape)

    def contents(self) -> str:
        weight = self._weight
        if weight is None:
            return self.report.html()
        kind = self.kind.value
        self.unit.layout.display = "" if kind == "unit" else "none"
        for slider in (self.row, self.column):
            slider.layout.display = "" if kind == "heatmap" else "none"
        numbers = markup.table(
            ["Shape", "Mean", "Std", "Min", "Max", ""],
            [[markup.escape(str(weight.shape)), *weight.numbers(), weight.remark]],
        )
        if kind is None or not pictures.can_draw():
            return numbers
        if kind == "unit":
            return self._unit_page(weight)
        if kind == "heatmap":
            return numbers + self._cell_page(weight)
        if kind == "change":
            return self._change_page()
        return numbers + weight_picture(weight, kind, self.report.image_shape)

    def _cell_page(self, weight: WeightStatistics) -> str:
        """The heatmap with one cell pointed out, and its value."""
        rows, columns = weight.shape
        row, column = min(self.row.value, rows - 1), min(self.column.value, columns - 1)
        value = weight.values[row, column]
        png, width = heatmap_picture(weight.path, weight.values, (row, column))
        words = f"{weight.path}[{row}, {column}] = {value:.4g}"
        meaning = f"from input {row} to unit {column} of {weight.layer}"
        alt = f"Heatmap of {weight.path}, {rows} rows and {columns} columns: {words}."
        line = f"<b>{markup.escape(words)}</b> {markup.muted(markup.escape(meaning))}"
        return markup.paragraph(line) + markup.picture(png, alt, width)

    def _change_page(self) -> str:
        assert self.report.changes is not None  # else this kind is not offered
        change = self.report.changes.changes[self.picker.value]
        row = [f"<b>{markup.escape(change.path)}</b>", *change.cells()]
        headers = ["Weight", *self.report.changes.HEADERS]
        table = markup.table(headers, [row], numbers=(1, 2, 3, 4, 5))
        return table + change_picture(change, folded=False)

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
