"""A playground that learns: its points, its model, and the losses so far."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.inspect.playground_data import Points, features, make_points, own_points
from edukeras.inspect.playground_model import Settings, build_model
from edukeras.layers import Dense
from edukeras.tensor import as_array

GRID = 40  # points along each side of the surfaces
REACH = 1.05  # the surfaces go from -REACH to REACH


class PlaygroundTraining:
    """One network that learns some points, epoch by epoch.

    It draws no random numbers but its own, so that what else runs in the notebook is
    not disturbed, and the same settings always give the same network.

    Args:
        settings: what was chosen.
        own: (x, y), if the data is "own".

    Attributes:
        epoch: how many epochs are done.
        losses: (training, test) before training and after each epoch.
        rates: from which epoch on which learning rate was used.
    """

    def __init__(self, settings: Settings, own: tuple[Any, Any] | None = None) -> None:
        self.settings = settings
        self.points = self._make_points(own)
        self.model = build_model(settings, self.points)
        self._inputs = features(self.points.x, settings.features)
        self._test_inputs = features(self.points.x_test, settings.features)
        # As `fit` after set_random_seed: the script draws the same batches.
        self._generator = np.random.default_rng(settings.seed)
        self.epoch = 0
        self.rates = {0: settings.learning_rate}
        self.losses = [self._measure()]

    def _make_points(self, own: tuple[Any, Any] | None) -> Points:
        chosen = self.settings
        if chosen.data != "own":
            return make_points(
                chosen.data, chosen.noise, chosen.points, chosen.test_share, chosen.seed
            )
        if own is None:
            raise ValueError('data="own" needs the data: playground(x, y).')
        return own_points(*own, chosen.test_share, chosen.seed)

    def run_epoch(self) -> None:
        """Every training point once, in batches of a new order."""
        order = self._generator.permutation(len(self._inputs))
        size = self.settings.batch_size
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            self.model.train_on_batch(self._inputs[batch], self.points.y[batch])
        self.epoch += 1
        self.losses.append(self._measure())

    def set_learning_rate(self, rate: float) -> None:
        """From the next batch on; what was learned stays."""
        self.model.optimizer.learning_rate = rate
        self.rates[self.epoch] = rate

    def _measure(self) -> tuple[float, float]:
        both = (
            (self._inputs, self.points.y),
            (self._test_inputs, self.points.y_test),
        )
        first, second = (
            float(self.model.evaluate(x, y, batch_size=1000, verbose=0))
            for x, y in both
        )
        return first, second

    # -- surfaces: what the network computes, point by point of the plane -----

    def feature_surfaces(self) -> list[np.ndarray]:
        """(GRID, GRID) for each feature."""
        columns = self._grid().T
        return [column.reshape(GRID, GRID) for column in columns]

    def surfaces(self) -> tuple[list[list[np.ndarray]], np.ndarray]:
        """What each hidden unit and the output say, everywhere in the plane.

        Returns:
            For each hidden layer a list of (GRID, GRID), one per unit; and the output,
            (GRID, GRID, outputs).  The first row is the top of the picture.
        """
        values: Any = self._grid()
        hidden = []
        for layer in self.model.layers:
            values = layer(values, training=False)
            if isinstance(layer, Dense):
                columns = as_array(values).T
                hidden.append([column.reshape(GRID, GRID) for column in columns])
        output = np.stack(hidden.pop(), axis=-1)
        return hidden, output

    def _grid(self) -> np.ndarray:
        line = np.linspace(-REACH, REACH, GRID)
        x1, x2 = np.meshgrid(line, line[::-1])
        plane = np.stack([x1.reshape(-1), x2.reshape(-1)], axis=1)
        return features(plane, self.settings.features)

    def kernels(self) -> list[np.ndarray]:
        """The weights between the columns of the picture."""
        dense = [layer for layer in self.model.layers if isinstance(layer, Dense)]
        return [as_array(layer.kernel) for layer in dense]
