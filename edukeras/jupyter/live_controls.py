"""Stop, Pause, Step and a learning rate slider for a training that runs.

What a click does here is only noted; the training loop looks between two batches.  So
nothing is shared but a few plain attributes, whichever thread a click arrives in.
"""

from __future__ import annotations

from math import floor, log10
from typing import Any

LEAST, MOST = -6, 1  # powers of ten of the learning rate, where it says nothing itself


class LiveControls:
    """The controls, and what they ask for.

    Args:
        rate: the learning rate, or None if it follows a schedule.

    Attributes:
        widget: all controls, side by side.
        stop: whether training is to end.
        paused: whether it is to wait.
        steps: how many batches it may take while it is paused.
        rate: a learning rate to change to, or None.
    """

    def __init__(self, rate: float | None) -> None:
        import ipywidgets as widgets

        self.stop = False
        self.paused = False
        self.steps = 0
        self.rate: float | None = None
        width = widgets.Layout(width="104px")
        self.stop_button = widgets.Button(
            description="Stop", layout=width, button_style="danger"
        )
        self.pause_button = widgets.Button(description="Pause", layout=width)
        self.step_button = widgets.Button(
            description="Step", layout=width, disabled=True
        )
        self.slider = _rate_slider(widgets, rate)
        self.stop_button.on_click(self._on_stop)
        self.pause_button.on_click(self._on_pause)
        self.step_button.on_click(self._on_step)
        self.slider.observe(self._on_rate, names="value")
        self.active = [
            self.stop_button,
            self.pause_button,
            self.step_button,
            self.slider,
        ]
        self.widget = widgets.HBox(
            self.active, layout=widgets.Layout(flex_flow="row wrap")
        )

    def _on_stop(self, button: Any) -> None:
        self.stop = True
        self.stop_button.description = "Stopping"
        for control in self.active:
            control.disabled = True

    def _on_pause(self, button: Any) -> None:
        self.steps = 0
        self.paused = not self.paused
        self.pause_button.description = "Continue" if self.paused else "Pause"
        self.step_button.disabled = not self.paused

    def _on_step(self, button: Any) -> None:
        self.steps += 1

    def _on_rate(self, change: Any) -> None:
        self.rate = change["new"]

    def must_wait(self) -> bool:
        """Whether the next batch may not be taken yet; counts those that may."""
        if not self.paused or self.stop:
            return False
        if self.steps > 0:
            self.steps -= 1
            return False
        return True

    def show_rate(self, rate: float) -> None:
        """Moves the slider, after somebody else has changed the learning rate."""
        wanted = self.rate
        self.slider.value = rate
        self.rate = wanted

    def close(self) -> None:
        for control in [*self.active, self.widget]:
            control.close()


def _rate_slider(widgets: Any, rate: float | None) -> Any:
    """Three powers of ten below the rate and two above it."""
    low, high = LEAST, MOST
    if rate is not None and rate > 0:
        # A float32 of 0.01 is a little less than that; the last digits do not count.
        power = floor(round(log10(rate), 6))
        low, high = power - 3, power + 2
    slider = widgets.FloatLogSlider(
        value=rate if rate is not None else 10.0**low,
        base=10,
        min=low,
        max=high,
        step=0.05,
        description="Learning rate",
        readout_format=".2g",
        style={"description_width": "auto"},
        layout=widgets.Layout(width="360px"),
    )
    if rate is None:
        slider.disabled = True
        slider.description = "Learning rate: a schedule"
        slider.readout = False
    return slider
