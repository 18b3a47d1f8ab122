"""LiveDisplay: the output area in which a training is seen and steered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edukeras.inspect import markup
from edukeras.inspect.display import View
from edukeras.jupyter.frontend import widget_bundle
from edukeras.jupyter.live_controls import LiveControls
from edukeras.jupyter.live_messages import LiveMessages


class LiveDisplay:
    """Controls above a chart; a static picture takes their place in the end.

    A single HTML widget changes its value, so nothing flickers; and the picture that
    comes last holds no widget, so a saved notebook can be read anywhere.

    Args:
        rate: the learning rate, or None if it follows a schedule.
        kernel: the kernel that runs the cell.

    Attributes:
        controls: what the learner asks for.
        messages: hands over clicks while the cell runs.
    """

    def __init__(self, rate: float | None, kernel: Any) -> None:
        import ipywidgets
        from IPython.display import display

        self.controls = LiveControls(rate)
        self.messages = LiveMessages(kernel, self.controls.active)
        self._last_chart = ""
        self._chart = ipywidgets.HTML(markup.paragraph("Training begins ..."))
        # Where clicks cannot arrive, the square button of the notebook still stops.
        shown = [self.controls.widget] if self.messages.can_arrive else []
        self._widget = ipywidgets.VBox([*shown, self._chart])
        bundle = {"text/plain": "Training ...", **widget_bundle(self._widget)}
        self._place: Any = display(bundle, raw=True, display_id=True)

    def draw(
        self,
        chart: str,
        place: str,
        so_far: Mapping[str, float],
        rate: float | None,
    ) -> None:
        """Shows the chart, where training is, and the numbers of this moment."""
        numbers = [f"{name} {value:.4g}" for name, value in so_far.items()]
        line = f"<b>{markup.escape(place)}</b>"
        if self.controls.paused:
            line += " (paused)"
        if numbers:
            line += ": " + markup.escape(", ".join(numbers))
        if rate is not None:
            line += markup.muted(f" · learning rate {rate:.3g}")
        self._last_chart = chart
        self._chart.value = chart + markup.paragraph(line)

    def finish(self, view: View) -> None:
        # The first picture of a session takes a second or two: matplotlib is loaded.
        line = markup.paragraph("<b>Training has ended.</b> Drawing the picture ...")
        self._chart.value = self._last_chart + line
        self._place.update(view)
        self.controls.close()
        self._chart.close()
        self._widget.close()
