"""Adafactor: the velocity of a matrix, kept as one number per row and per column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from edukeras.optimizers.arguments import takes_arrays, with_common_arguments
from edukeras.optimizers.base import Optimizer
from edukeras.tensor import Variable, as_array


class Adafactor(Optimizer):
    """RMSprop with little memory, and steps in proportion to the weights.

        beta = 1 - t**beta_2_decay
        rows, columns: running means (beta) of gradient**2 + epsilon_1 along an axis
        velocity = rows * columns / mean(rows)
        direction = gradient / sqrt(velocity)
        direction /= max(1, rms(direction) / clip_threshold)
        rate = min(learning_rate, 1 / sqrt(t))
        variable -= max(epsilon_2, rms(variable)) * rate * direction

    t counts the steps from 1; rms is the root of the mean square.  Vectors have a
    velocity of their own.

    Args:
        learning_rate: a number, a schedule or a function.
        beta_2_decay: how fast beta approaches 1, below 0.
        epsilon_1: keeps the velocity positive.
        epsilon_2: the least rms of the weights to be assumed.
        clip_threshold: the largest rms of a direction.
        relative_step: as in Keras, where it changes nothing: the rate is limited by
            1 / sqrt(t) in any case.

    Shazeer and Stern 2018, "Adafactor: Adaptive Learning Rates with Sublinear Memory
    Cost", algorithms 4 and 5.
    """

    @with_common_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def build(self, variables: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(variables)
        self._rows: list[Variable] = []
        self._columns: list[Variable] = []
        self._velocities: list[Variable] = []
        for variable in variables:
            shape, dtype = variable.shape, variable.dtype
            if variable.ndim >= 2:
                rows_shape, columns_shape = shape[:-1], (*shape[:-2], shape[-1])
            else:  # Keras's files have two whole numbers here that nobody uses
                rows_shape, columns_shape, dtype = (), (), "int32"
            for state, state_shape in (
                (self._rows, rows_shape),
                (self._columns, columns_shape),
            ):
                state.append(self.add_variable(state_shape, "zeros", dtype))
            velocity = self.add_variable_from_reference(variable, "velocity")
            self._velocities.append(velocity)

    @takes_arrays
    def update_step(
        self, gradient: Any, variable: Variable, learning_rate: float
    ) -> None:
        gradient = as_array(gradient)
        index = self._get_variable_index(variable)
        velocity = self._velocities[index].array
        t = self._update_number()
        beta = 1 - t**self.beta_2_decay
        square = gradient * gradient + self.epsilon_1
        if variable.ndim >= 2:
            rows = self._rows[index].array  # (..., N)
            columns = self._columns[index].array  # (..., M)
            rows *= beta
            rows += (1 - beta) * square.mean(axis=-1)
            columns *= beta
            columns += (1 - beta) * square.mean(axis=-2)
            share = rows / rows.mean(axis=-1, keepdims=True)
            np.multiply(share[..., :, None], columns[..., None, :], out=velocity)
        else:
            velocity *= beta
            velocity += (1 - beta) * square
        direction = gradient / np.sqrt(velocity)
        direction /= max(1.0, _rms(direction) / self.clip_threshold)
        rate = min(learning_rate, 1 / math.sqrt(t))
        variable.array -= max(self.epsilon_2, _rms(variable.array)) * rate * direction


def _rms(x: np.ndarray) -> float:
    """The root of the mean square."""
    return math.sqrt(np.mean(x * x))
