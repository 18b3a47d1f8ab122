"""Lion and Lamb: steps whose length does not depend on that of the gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from edukeras.errors import explain
from edukeras.optimizers.adam import missing_share
from edukeras.optimizers.arguments import takes_arrays, with_common_arguments
from edukeras.optimizers.base import Optimizer
from edukeras.tensor import Variable, as_array


class Lion(Optimizer):
    """Only the sign of the mean gradient counts: every weight moves equally far.

        variable -= learning_rate * sign(beta_1 * momentum + (1 - beta_1) * gradient)
        momentum = beta_2 * momentum + (1 - beta_2) * gradient

    Wants a learning rate that is a third to a tenth of Adam's.

    Args:
        learning_rate: a number, a schedule or a function.
        beta_1: the share of the momentum in the step, above 0 up to 1.
        beta_2: how slowly the momentum follows, from 0 to 1.

    Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms", program 1.
    """

    @with_common_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        if not 0 < beta_1 <= 1:
            raise ValueError(
                explain(
                    "beta_1 is the share of the momentum; without it, Lion is but the "
                    "sign of the gradient.",
                    expected="above 0, up to 1",
                    received=f"beta_1={beta_1!r}",
                )
            )
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def build(self, variables: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(variables)
        self._momentums = self.add_optimizer_variables(variables, "momentum")

    @takes_arrays
    def update_step(
        self, gradient: Any, variable: Variable, learning_rate: float
    ) -> None:
        gradient = as_array(gradient)
        momentum = self._momentums[self._get_variable_index(variable)].array
        direction = self.beta_1 * momentum + (1 - self.beta_1) * gradient
        variable.array -= learning_rate * np.sign(direction)
        momentum *= self.beta_2
        momentum += (1 - self.beta_2) * gradient


class Lamb(Optimizer):
    """Adam's direction, with a length in proportion to that of the variable.

        m = momentum / (1 - beta_1**t)
        v = velocity / (1 - beta_2**t)
        direction = m / (sqrt(v) + epsilon)
        variable -= learning_rate * norm(variable) / norm(direction) * direction

    momentum and velocity are those of Adam.  The ratio is 1 if a norm is 0.

    Args:
        learning_rate: a number, a schedule or a function.
        beta_1: how slowly the mean of the gradient follows, from 0 to 1.
        beta_2: how slowly the mean of its square follows, from 0 to 1.
        epsilon: keeps the division finite.

    You et al. 2019, "Large Batch Optimization for Deep Learning", algorithm 2.
    """

    @with_common_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, variables: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(variables)
        self._momentums, self._velocities = self.add_optimizer_variables(
            variables, ["momentum", "velocity"]
        )

    @takes_arrays
    def update_step(
        self, gradient: Any, variable: Variable, learning_rate: float
    ) -> None:
        gradient = as_array(gradient)
        index = self._get_variable_index(variable)
        momentum = self._momentums[index].array
        velocity = self._velocities[index].array
        momentum += (gradient - momentum) * (1 - self.beta_1)
        velocity += (gradient * gradient - velocity) * (1 - self.beta_2)
        t = self._update_number()
        m = momentum / missing_share(self.beta_1, t)
        v = velocity / missing_share(self.beta_2, t)
        direction = m / (np.sqrt(v) + self.epsilon)
        length = float(np.linalg.norm(variable.array))
        direction_length = float(np.linalg.norm(direction))
        ratio = length / direction_length if length and direction_length else 1.0
        variable.array -= learning_rate * ratio * direction
