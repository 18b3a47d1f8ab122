"""Doctor: the callback that looks while a model is trained, and speaks at its end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from edukeras.callbacks import Callback
from edukeras.inspect.doctor.consultation import TOLD, diagnose
from edukeras.inspect.doctor.finding import Diagnosis


class Doctor(Callback):
    """Says what is probably wrong: before training what the model and the data show,
    afterwards what training showed.

    Each code is told once for each model, however often it is fitted.

    Args:
        x, y: the data that `fit` gets; without them only the model and the curves can
            be looked at.
        mute: codes that are not to be told.
        options: further arguments of `diagnose`: validation_data, batch_size ...

    Attributes:
        diagnosis: the last Diagnosis, with all findings.
    """

    def __init__(
        self, x: Any = None, y: Any = None, mute: Iterable[str] = (), **options: Any
    ) -> None:
        self.x, self.y = x, y
        self.mute = tuple(mute)
        self.options = options
        self.diagnosis: Diagnosis | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        self._look()

    def on_train_end(self, logs: Any = None) -> None:
        self._look()

    def _look(self) -> None:
        self.diagnosis = diagnose(
            self.model, self.x, self.y, mute=self.mute, **self.options
        )
        told: set[str] = getattr(self.model, TOLD, set())
        news = self.diagnosis.without(told)
        if news.findings:
            setattr(self.model, TOLD, told | set(news.codes))
            self.show(news)

    def show(self, diagnosis: Diagnosis) -> None:
        """Prints it; a notebook's Doctor shows it as a page."""
        print(diagnosis.text())
