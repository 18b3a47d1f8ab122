"""WeightHistory: the weights of a model as they were, epoch by epoch."""

from __future__ import annotations

import numpy as np

from edukeras.callbacks.callback import Callback, Logs
from edukeras.errors import explain

MEGABYTE = 2**20


class WeightHistory(Callback):
    """Keeps all weights before training and after every n-th epoch.

    When they would take more memory than allowed, every second of the kept epochs is
    dropped (not the first), and from then on half as many are kept.

    Args:
        every: 1 keeps every epoch, 2 every second one ...
        megabytes: how much memory the kept weights may take.

    Attributes:
        epochs: the epochs that are kept; 0 is before training.
        weights: for each of them a list of arrays, as `model.get_weights()` returns.
        names: the paths of the weights: "hidden/kernel".

    Use: model.fit(x, y, epochs=20, callbacks=[history := WeightHistory()])
    """

    def __init__(self, every: int = 1, megabytes: float = 200) -> None:
        if every < 1 or megabytes <= 0:
            raise ValueError(
                explain(
                    "WeightHistory needs a step and some memory.",
                    expected="every >= 1 and megabytes > 0",
                    received=f"every={every!r}, megabytes={megabytes!r}",
                )
            )
        self.every = every
        self.megabytes = megabytes
        self.epochs: list[int] = []
        self.weights: list[list[np.ndarray]] = []
        self.names: list[str] = []
        self._done = 0  # epochs, also of the calls of fit before

    def on_train_begin(self, logs: Logs | None = None) -> None:
        names = [variable.path for variable in self.model.weights]
        if names != self.names:  # the first time, or another model
            self.epochs, self.weights, self._done = [], [], 0
            self.names = names
            self._keep()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._done += 1
        if self._done % self.every == 0:
            self._keep()

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.epochs and self.epochs[-1] != self._done:
            self._keep()  # the last epoch is what one has

    def _keep(self) -> None:
        self.epochs.append(self._done)
        self.weights.append([w.copy() for w in self.model.get_weights()])
        size = sum(w.nbytes for w in self.weights[-1])
        while len(self.epochs) > 2 and len(self.epochs) * size > self._allowed():
            self.every *= 2
            kept = [
                k
                for k, epoch in enumerate(self.epochs)
                if epoch % self.every == 0 or k == len(self.epochs) - 1
            ]
            if len(kept) == len(self.epochs):
                kept = [0, len(self.epochs) - 1]
            self.epochs = [self.epochs[k] for k in kept]
            self.weights = [self.weights[k] for k in kept]

    def _allowed(self) -> float:
        return self.megabytes * MEGABYTE

    def at(self, epoch: int) -> list[np.ndarray]:
        """The weights after an epoch, or after the nearest that was kept.

        >>> history = WeightHistory()
        >>> history.epochs, history.weights = [0, 5], [[np.zeros(1)], [np.ones(1)]]
        >>> history.at(4)
        [array([1.])]
        """
        if not self.epochs:
            raise LookupError(
                "WeightHistory has kept nothing yet. "
                "Try: model.fit(..., callbacks=[history])."
            )
        distances = [abs(kept - epoch) for kept in self.epochs]
        return self.weights[int(np.argmin(distances))]

    def course(self, place: int) -> list[float]:
        """The size (root of the mean square) of one weight in all kept epochs."""
        return [float(np.sqrt(np.mean(np.square(w[place])))) for w in self.weights]
