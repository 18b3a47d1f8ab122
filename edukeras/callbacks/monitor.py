"""MonitorCallback: watches one number of the logs, and knows which way is better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edukeras import tree
from edukeras.callbacks.callback import Callback
from edukeras.errors import explain, unknown_name

# Parts of the names of metrics, for metrics that do not say it themselves.
BETTER_LOW = "loss error entropy hinge divergence poisson logcosh mse mae mape false_"
BETTER_HIGH = (
    "acc auc precision recall f1 fbeta iou r2 top_k similarity true_ specificity"
)


class MonitorCallback(Callback):
    """The base of callbacks that act when a result gets better, or does not.

    Args:
        monitor: the name of the result, such as "val_loss".
        mode: "min" or "max", or "auto": by the metric of that name.
        baseline: the first value to be better than; None: any is.
        min_delta: by how much better it must be.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0,
    ) -> None:
        if mode not in ("auto", "min", "max"):
            raise unknown_name(f"mode of {type(self).__name__}", mode, ["min", "max"])
        self.monitor = monitor
        self.mode = mode
        self.best = baseline
        self.min_delta = abs(min_delta)
        self._complained = False

    def is_better(self, value: float, reference: float | None) -> bool:
        """Whether a value is an improvement; NaN never is."""
        if reference is None:
            return True
        if self._direction() == "min":
            return value < reference - self.min_delta
        return value > reference + self.min_delta

    def _direction(self) -> str:
        if self.mode == "auto":
            self.mode = self._find_direction()
        return self.mode

    def _find_direction(self) -> str:
        name = self.monitor.removeprefix("val_")
        for metric in tree.flatten(getattr(self.model, "metrics", [])):
            direction = getattr(metric, "_direction", None)
            if direction is not None and metric.name == name:
                return "max" if direction == "up" else "min"
        if any(part in name for part in BETTER_LOW.split()):
            return "min"
        if any(part in name for part in BETTER_HIGH.split()):
            return "max"
        raise ValueError(
            explain(
                f"{type(self).__name__} cannot tell whether more of {self.monitor!r} "
                "is better or worse.",
                hint="mode='max' or mode='min'.",
            )
        )

    def current(self, logs: Mapping[str, Any] | None) -> Any:
        """The monitored value; None, and once a message, if there is none."""
        value = (logs or {}).get(self.monitor)
        if value is None and not self._complained:
            self._complained = True
            print(
                f"{type(self).__name__} does nothing: there is no {self.monitor!r} "
                f"among the results ({', '.join(logs or {})}). Try: "
                + _hint(self.monitor, logs or {})
            )
        return value


def _hint(monitor: str, logs: Mapping[str, Any]) -> str:
    if monitor.startswith("val_") and not any(name[:4] == "val_" for name in logs):
        return "fit(..., validation_split=0.2), or monitor='loss'."
    return f"monitor={next(iter(logs), 'loss')!r}."
