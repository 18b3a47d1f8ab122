"""GlassBoxViewer: walk through a training step; pick sample, layer, unit and weight.

The step has been recorded once; a choice only looks at other numbers of it.
"""

from __future__ import annotations

from typing import Any

from edukeras.inspect import markup
from edukeras.inspect.display import WIDGET_OF
from edukeras.inspect.glass_box import GlassBox, explain_recording
from edukeras.inspect.glass_box.view import phase_title, step_body, step_summary
from edukeras.jupyter import frontend
from edukeras.jupyter.panel import Panel
from edukeras.messages import say

ANY = ""  # nothing in particular; a list that has None chosen shows an empty line
MOST_UNITS = 2000  # in a list to pick from

PHASE_SIGNS = {
    "forward": "→",
    "loss": "L",
    "backward": "←",
    "check": "≈",
    "update": "w",
}


class GlassBoxViewer(Panel):
    """The steps of a glass box, one at a time.

    Args:
        box: from `glassbox`.
    """

    def __init__(self, box: GlassBox) -> None:
        self.box = box
        self.problem = ""
        super().__init__(box)

    # -- controls -------------------------------------------------------------

    def build(self, widgets: Any) -> Any:
        recording, focus = self.box.recording, self.box.focus
        wide = widgets.Layout(width="300px")
        self.sample = widgets.IntSlider(
            value=recording.first + focus.sample,
            min=recording.first,
            max=recording.first + recording.samples - 1,
            description=say("Sample"),
            continuous_update=False,
            layout=wide,
        )
        layers = [name for name in recording.layers if name]
        self.layer = widgets.Dropdown(
            options=[(say("all layers"), ANY), *((name, name) for name in layers)],
            value=focus.layer or ANY,
            description=say("Layer"),
            layout=wide,
        )
        self.unit = widgets.Dropdown(
            options=self._units(), description=say("Unit"), layout=wide
        )
        self.unit.value = ANY if focus.unit is None else focus.unit
        names = [weight.name for weight in recording.weights.values()]
        self.weight = widgets.Dropdown(
            options=[(say("that of the layer"), ANY), *((n, n) for n in names)],
            description=say("Weight"),
            layout=wide,
        )
        self.element = widgets.Text(
            placeholder=say("largest gradient"),
            description=say("Element"),
            continuous_update=False,
            layout=wide,
        )
        self._show_weight()
        self.steps = widgets.Select(
            options=self._titles(),
            value=0,
            rows=min(max(len(self.box.steps), 4), 20),
            layout=widgets.Layout(width="300px"),
        )
        # Signs instead of icons, for which Notebook 7 would ask for another font.
        self.back = widgets.Button(description="← " + say("Back"))
        self.next = widgets.Button(description=say("Next") + " →")
        self.back.layout.width = self.next.layout.width = "148px"
        self.back.on_click(lambda button: self.go(-1))
        self.next.on_click(lambda button: self.go(1))
        self.layer.observe(self._offer_units, names="value")
        for control in (self.sample, self.layer, self.unit, self.weight, self.element):
            control.observe(self._look_again, names="value")
        self.steps.observe(self.refresh, names="value")
        self.page.layout = widgets.Layout(margin="0 0 0 16px", flex="1 1 auto")
        left = widgets.VBox(
            [
                *(self.sample, self.layer, self.unit, self.weight, self.element),
                widgets.HBox([self.back, self.next]),
                self.steps,
            ],
            layout=widgets.Layout(flex="0 0 auto"),
        )
        return widgets.HBox([left, self.page])

    def _units(self) -> list[tuple[str, Any]]:
        """The units of the chosen layer, or of the widest one."""
        layer = self.layer.value
        widths = [
            record.results[0].array.shape[-1]
            for record in self.box.recording.records
            if not record.in_loss
            and record.results[0].array.ndim > 1
            and layer in (ANY, record.layer)
        ]
        count = min(max(widths, default=0), MOST_UNITS)
        return [(say("what counts most"), ANY), *((str(k), k) for k in range(count))]

    def _titles(self) -> list[tuple[str, int]]:
        return [
            (f"{k + 1}. {PHASE_SIGNS[step.phase]} {step.title}", k)
            for k, step in enumerate(self.box.steps)
        ]

    def _show_weight(self) -> None:
        """The weight that was asked for, in the controls."""
        focus, weights = self.box.focus, self.box.recording.weights
        if focus.weight is not None:
            self.weight.value = weights[focus.weight].name
            self.element.value = ", ".join(map(str, focus.weight_index))

    # -- what controls do -----------------------------------------------------

    def go(self, by: int) -> None:
        """To the next step, or back."""
        place = (self.steps.value or 0) + by
        self.steps.value = min(max(place, 0), len(self.box.steps) - 1)

    def _offer_units(self, change: Any = None) -> None:
        units = self._units()
        if len(units) != len(self.unit.options):
            self.unit.options = units  # this chooses the first

    def _look_again(self, change: Any = None) -> None:
        """Explains the recording for what is chosen now."""
        owner = None if change is None else change["owner"]
        if owner is self.weight or (owner in (self.layer, self.unit)):
            self.element.value = ""  # an element of another weight
        if owner in (self.layer, self.unit):
            self.weight.value = ANY
        place = self.steps.value or 0
        try:
            self.box = explain_recording(
                self.box.recording,
                self.sample.value,
                None if self.unit.value == ANY else self.unit.value,
                self._chosen_weight(),
                None if self.layer.value == ANY else self.layer.value,
            )
            self.problem = ""
        except Exception as error:  # JupyterLab would show it nowhere
            self.problem = str(error)
        titles = self._titles()
        if tuple(titles) != tuple(self.steps.options):
            self.steps.options = titles
            self.steps.value = min(place, len(titles) - 1)
        self.refresh()

    def _chosen_weight(self) -> str | None:
        name, element = self.weight.value, self.element.value.strip(" []()")
        if name == ANY:
            return None
        if not element:
            return name
        return f"{name}[{element}]"

    # -- the page -------------------------------------------------------------

    def contents(self) -> str:
        place = self.steps.value or 0
        steps = self.box.steps
        self.back.disabled, self.next.disabled = place == 0, place == len(steps) - 1
        if self.problem:
            return markup.paragraph(markup.escape(self.problem))
        facts = " · ".join(f"{name} {value}" for name, value in self.box.overview())
        step = steps[place]
        count = say("step {n} of {all}", n=place + 1, all=len(steps))
        contents = (
            markup.heading(markup.escape(self.box.title()))
            + markup.paragraph(markup.muted(markup.escape(self.box.batch_text())))
            + markup.paragraph(markup.escape(facts))
            + markup.heading(markup.escape(phase_title(step.phase)))
            + markup.paragraph(
                markup.muted(markup.escape(count)) + "<br>" + step_summary(step)
            )
            + step_body(step)
        )
        # A widget would put as much space between the lines as a button is high.
        return f'<div style="line-height: 1.5">{contents}</div>'


def step_through(box: GlassBox) -> GlassBox | GlassBoxViewer:
    """A glass box with controls; as it is where nothing can be clicked."""
    return GlassBoxViewer(box) if frontend.is_live() and box.steps else box


def _bundle_of(box: GlassBox) -> dict[str, Any]:
    shown = step_through(box)
    if isinstance(shown, GlassBoxViewer):
        return frontend.widget_bundle(shown.widget)
    return {}


WIDGET_OF[GlassBox] = _bundle_of
