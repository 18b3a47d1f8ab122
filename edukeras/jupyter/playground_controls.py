"""The controls of the playground, and the settings that they stand for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edukeras.inspect.playground_data import FEATURES, GENERATORS
from edukeras.inspect.playground_model import (
    ACTIVATIONS,
    MOST_LAYERS,
    MOST_UNITS,
    OPTIMIZERS,
    PENALTIES,
    Settings,
)

PACES = (("slow (2/s)", 2.0), ("20 epochs/s", 20.0), ("as fast as it can", 1e6))


class PlaygroundControls:
    """Buttons, menus and sliders.

    Args:
        widgets: the module ipywidgets.
        settings: what they show at first.
        own: whether there is data of the user's own.
        changed: is called after a change that makes a new network.

    Attributes:
        run, step, reset, other: the buttons.
        rate, pace: act on the network that there is; everything else makes a new one.
        widget: all of them, in rows that break where there is little room.
    """

    def __init__(
        self, widgets: Any, settings: Settings, own: bool, changed: Callable[[], None]
    ) -> None:
        self._widgets, self._start, self._seed = widgets, settings, settings.seed
        self._changed = changed
        self._buttons()
        self._menus(settings, own)
        self._network(settings)
        for control in self._remaking():
            control.observe(lambda change: changed(), names="value")
        self.widget = self._rows()

    # -- making them ----------------------------------------------------------

    def _buttons(self) -> None:
        def button(words: str, tip: str, style: str = "") -> Any:
            layout = self._widgets.Layout(width="auto")
            return self._widgets.Button(
                description=words, tooltip=tip, button_style=style, layout=layout
            )

        self.run = button("Run", "learn, until Pause", "primary")
        self.step = button("Step", "one epoch")
        self.reset = button("Reset", "the same network, untrained")
        self.other = button("Other seed", "other points, other weights")
        self.pace = self._menu("Speed", PACES, 20.0)

    def _menu(self, name: str, options: Any, value: Any) -> Any:
        return self._widgets.Dropdown(
            options=options,
            value=value,
            description=name,
            style={"description_width": "auto"},
            layout=self._widgets.Layout(
                width="auto", min_width="150px", margin="2px 14px 2px 2px"
            ),
        )

    def _slider(self, name: str, value: float, low: float, high: float) -> Any:
        return self._widgets.FloatSlider(
            value=value,
            min=low,
            max=high,
            step=0.05,
            description=name,
            readout_format=".2f",
            style={"description_width": "auto"},
            layout=self._widgets.Layout(width="230px", margin="2px 14px 2px 2px"),
        )

    def _menus(self, s: Settings, own: bool) -> None:
        data = [*(["own"] if own else []), *GENERATORS]
        self.data = self._menu("Data", data, s.data)
        self.noise = self._slider("Noise", s.noise, 0.0, 1.0)
        self.test_share = self._slider("Test share", s.test_share, 0.1, 0.9)
        sizes = sorted({1, 5, 10, 20, 50, 100, s.batch_size})
        self.batch_size = self._menu("Batch size", sizes, s.batch_size)
        self.activation = self._menu("Activation", ACTIVATIONS, s.activation)
        self.optimizer = self._menu("Optimizer", list(OPTIMIZERS), s.optimizer)
        self.penalty = self._menu("Penalty", PENALTIES, s.penalty)
        rates = sorted({0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, s.penalty_rate})
        self.penalty_rate = self._menu("Its rate", rates, s.penalty_rate)
        self.dropout = self._slider("Dropout", s.dropout, 0.0, 0.8)
        self.batch_norm = self._widgets.Checkbox(
            value=s.batch_norm,
            description="Batch norm",
            indent=False,
            layout=self._widgets.Layout(width="auto", margin="2px 14px 2px 2px"),
        )
        self.rate = self._widgets.FloatLogSlider(
            value=s.learning_rate,
            base=10,
            min=-4,
            max=1,
            step=0.1,
            description="Learning rate",
            readout_format=".2g",
            style={"description_width": "auto"},
            layout=self._widgets.Layout(width="300px"),
        )

    def _network(self, settings: Settings) -> None:
        layout = self._widgets.Layout(width="auto")
        self.features = {
            name: self._widgets.ToggleButton(
                value=name in settings.features, description=name, layout=layout
            )
            for name in FEATURES
        }
        self.fewer = self._widgets.Button(
            description="−", tooltip="one layer less", layout=layout
        )
        self.more = self._widgets.Button(
            description="+", tooltip="one layer more", layout=layout
        )
        self.units = [
            self._widgets.BoundedIntText(
                value=4,
                min=1,
                max=MOST_UNITS,
                layout=self._widgets.Layout(width="58px"),
            )
            for _ in range(MOST_LAYERS)
        ]
        self.layers = len(settings.layers)
        for box, units in zip(self.units, settings.layers):
            box.value = units
        self.fewer.on_click(lambda button: self._change_layers(-1))
        self.more.on_click(lambda button: self._change_layers(+1))
        self._show_units()

    def _remaking(self) -> list[Any]:
        return [
            *(self.data, self.noise, self.test_share, self.batch_size),
            *(self.activation, self.optimizer, self.penalty, self.penalty_rate),
            *(self.dropout, self.batch_norm, *self.features.values(), *self.units),
        ]

    def _rows(self) -> Any:
        def row(*controls: Any) -> Any:
            layout = self._widgets.Layout(flex_flow="row wrap", align_items="center")
            return self._widgets.HBox(controls, layout=layout)

        label = self._widgets.Label
        return self._widgets.VBox(
            [
                row(self.run, self.step, self.reset, self.other, self.pace, self.rate),
                row(self.data, self.noise, self.test_share, self.batch_size),
                row(self.activation, self.optimizer, self.penalty, self.penalty_rate,
                    self.batch_norm, self.dropout),
                row(label("Features"), *self.features.values()),
                row(label("Hidden layers"), self.fewer, self.more,
                    label("with units"), *self.units),
            ]
        )  # fmt: skip

    def show_running(self, running: bool) -> None:
        """What a click on the first button would do."""
        self.run.description = "Pause" if running else "Run"

    # -- reading them ---------------------------------------------------------

    def _change_layers(self, by: int) -> None:
        self.layers = min(max(self.layers + by, 0), MOST_LAYERS)
        self._show_units()
        self._changed()

    def _show_units(self) -> None:
        for number, box in enumerate(self.units):
            box.layout.display = "" if number < self.layers else "none"

    def new_seed(self) -> None:
        self._seed += 1

    def settings(self) -> Settings:
        """What is chosen now."""
        return Settings(
            data=self.data.value,
            noise=round(self.noise.value, 2),
            points=self._start.points,
            test_share=round(self.test_share.value, 2),
            features=tuple(n for n, b in self.features.items() if b.value),
            layers=tuple(box.value for box in self.units[: self.layers]),
            activation=self.activation.value,
            learning_rate=float(f"{self.rate.value:.3g}"),
            optimizer=self.optimizer.value,
            batch_size=self.batch_size.value,
            penalty=self.penalty.value,
            penalty_rate=self.penalty_rate.value,
            batch_norm=self.batch_norm.value,
            dropout=round(self.dropout.value, 2),
            seed=self._seed,
        )
