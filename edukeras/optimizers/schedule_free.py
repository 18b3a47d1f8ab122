"""AdamW that averages its weights instead of following a schedule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from edukeras.optimizers.adam import missing_share
from edukeras.optimizers.arguments import takes_arrays, with_common_arguments
from edukeras.optimizers.base import Optimizer
from edukeras.tensor import Variable, as_array


class ScheduleFreeAdamW(Optimizer):
    """RMSprop makes steps in z, x is the mean of all z, gradients are taken at y.

        z -= learning_rate * gradient / (sqrt(velocity / (1 - beta_2**t)) + epsilon)
        x = (1 - 1/t) * x + 1/t * z
        y = (1 - beta_1) * z + beta_1 * x

    The variable is y, z is the state "momentum", and x follows from both.  The rate
    needs no schedule, because the mean calms down by itself.

    Args:
        learning_rate: a number, or a function.
        beta_1: how near y is to the mean x, above 0 up to 1.
        beta_2: how slowly the mean of the squared gradient follows.
        epsilon: keeps the division finite.
        warmup_steps: over how many steps the rate rises to learning_rate.

    Defazio et al. 2024, "The Road Less Scheduled", equations 3 to 5.
    """

    @with_common_arguments
    def __init__(
        self,
        learning_rate: Any = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.warmup_steps = warmup_steps

    def build(self, variables: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(variables)
        self._z, self._velocities = self.add_optimizer_variables(
            variables, ["momentum", "velocity"]
        )
        for z, variable in zip(self._z, variables):
            z.assign(variable)

    @takes_arrays
    def update_step(
        self, gradient: Any, variable: Variable, learning_rate: float
    ) -> None:
        gradient = as_array(gradient)
        index = self._get_variable_index(variable)
        z = self._z[index].array
        velocity = self._velocities[index].array
        y = variable.array
        t = self._update_number()
        if t < self.warmup_steps:
            learning_rate *= t / self.warmup_steps
        x = (y - (1 - self.beta_1) * z) / self.beta_1
        velocity += (gradient * gradient - velocity) * (1 - self.beta_2)
        scale = np.sqrt(velocity / missing_share(self.beta_2, t)) + self.epsilon
        z -= learning_rate * gradient / scale
        x += (z - x) / t
        y[...] = (1 - self.beta_1) * z + self.beta_1 * x
