"""Follow the regularized leader: for linear models with many weights at 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from edukeras.errors import explain
from edukeras.initializers import Constant
from edukeras.optimizers.arguments import takes_arrays, with_common_arguments
from edukeras.optimizers.base import Optimizer
from edukeras.tensor import Variable, as_array


class Ftrl(Optimizer):
    """The best weights for all gradients so far, with an L1 and an L2 penalty.

        g = gradient + 2 * l2_shrinkage * variable
        old, new = accumulator, accumulator + gradient**2
        linear += g - (new**p - old**p) / learning_rate * variable
        quadratic = new**p / learning_rate + 2 * l2 + beta / learning_rate
        variable = (clip(linear, -l1, l1) - linear) / quadratic

    with p = -learning_rate_power.  A weight stays exactly 0 while |linear| <= l1.

    Args:
        learning_rate: a number, a schedule or a function.
        learning_rate_power: how the steps shrink with the sum of squares, 0 or less.
        initial_accumulator_value: where the sums of squares start.
        l1_regularization_strength: l1 above.
        l2_regularization_strength: l2 above.
        l2_shrinkage_regularization_strength: l2_shrinkage above: a penalty on the size
            of the weights, where l2 is one for stability.
        beta: makes the first steps smaller.

    McMahan et al. 2013, "Ad Click Prediction: a View from the Trenches", algorithm 1.
    """

    @with_common_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta
        for name, value in (
            ("-learning_rate_power", -learning_rate_power),
            ("initial_accumulator_value", initial_accumulator_value),
            ("l1_regularization_strength", l1_regularization_strength),
            ("l2_regularization_strength", l2_regularization_strength),
            (
                "l2_shrinkage_regularization_strength",
                l2_shrinkage_regularization_strength,
            ),
        ):
            if value < 0:
                raise ValueError(
                    explain(
                        f"{name} of Ftrl is negative.",
                        expected="0 or more",
                        received=value,
                    )
                )

    def build(self, variables: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(variables)
        self._accumulators, self._linears = self.add_optimizer_variables(
            variables,
            ["accumulator", "linear"],
            [Constant(self.initial_accumulator_value), "zeros"],
        )

    @takes_arrays
    def update_step(
        self, gradient: Any, variable: Variable, learning_rate: float
    ) -> None:
        gradient = as_array(gradient)
        index = self._get_variable_index(variable)
        accumulator = self._accumulators[index].array
        linear = self._linears[index].array
        weights = variable.array
        p = -self.learning_rate_power
        l1, l2 = self.l1_regularization_strength, self.l2_regularization_strength
        old_power = accumulator**p
        accumulator += gradient * gradient
        new_power = accumulator**p
        linear += gradient + 2 * self.l2_shrinkage_regularization_strength * weights
        linear -= (new_power - old_power) / learning_rate * weights
        quadratic = (new_power + self.beta) / learning_rate + 2 * l2
        weights[...] = (np.clip(linear, -l1, l1) - linear) / quadratic
