"""A learning rate for each weight: those with large gradients take smaller steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from edukeras import kernels
from edukeras.errors import explain
from edukeras.initializers import Constant
from edukeras.optimizers.arguments import takes_arrays, with_common_arguments
from edukeras.optimizers.base import Optimizer
from edukeras.tensor import Variable, as_array


class Adagrad(Optimizer):
    """Divides by the root of the sum of all squared gradients so far.

        accumulator += gradient**2
        variable -= learning_rate * gradient / sqrt(accumulator + epsilon)

    Args:
        learning_rate: a number, a schedule or a function.
        initial_accumulator_value: where the sums start; larger is more careful.
        epsilon: keeps the division finite.

    Duchi, Hazan and Singer 2011, "Adaptive Subgradient Methods", section 1.1.
    """

    @with_common_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def build(self, variables: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(variables)
        start = Constant(self.initial_accumulator_value)
        self._accumulators = self.add_optimizer_variables(
            variables, "accumulator", start
        )

    @takes_arrays
    def update_step(
        self, gradient: Any, variable: Variable, learning_rate: float
    ) -> None:
        gradient = as_array(gradient)
        accumulator = self._accumulators[self._get_variable_index(variable)].array
        accumulator += gradient * gradient
        variable.array -= learning_rate * gradient / np.sqrt(accumulator + self.epsilon)


class RMSprop(Optimizer):
    """Divides by the root of the running mean of the squared gradients.

        velocity = rho * velocity + (1 - rho) * gradient**2
        variable -= learning_rate * gradient / sqrt(velocity + epsilon)

    Unlike Adagrad's sum, the mean forgets, and the steps do not die out.

    Args:
        learning_rate: a number, a schedule or a function.
        rho: how slowly the mean follows, from 0 to 1.
        momentum: how much of the last step is added to the next.
        epsilon: keeps the division finite.
        centered: whether to divide by the standard deviation instead: subtract the
            square of the running mean of the gradient.

    >>> weight = Variable([1.0])
    >>> RMSprop(learning_rate=0.1, rho=0.75).apply([np.array([3.0])], [weight])
    >>> weight.numpy()  # 1 - 0.1 * 3 / sqrt(0.25 * 3**2)
    array([0.8], dtype=float32)

    Tieleman and Hinton 2012, "Neural Networks for Machine Learning", lecture 6e.
    """

    @with_common_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        if not 0 <= rho <= 1:
            raise ValueError(
                explain(
                    "rho is a share of the mean.",
                    expected="0 to 1",
                    received=f"rho={rho!r}",
                )
            )
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    def build(self, variables: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(variables)
        self._velocities = self.add_optimizer_variables(variables, "velocity")
        if self.momentum:
            self._momentums = self.add_optimizer_variables(variables, "momentum")
        if self.centered:
            self._means = self.add_optimizer_variables(variables, "average_gradient")

    @takes_arrays
    def update_step(
        self, gradient: Any, variable: Variable, learning_rate: float
    ) -> None:
        self.update_steps([as_array(gradient)], [variable], learning_rate)

    def update_steps(
        self, gradients: list, variables: list[Variable], learning_rate: float
    ) -> None:
        """`update_step` of several variables, in one call of the kernel."""
        if not (self.momentum or self.centered):
            kernels.rmsprop_update(
                [variable.array for variable in variables],
                self._arrays_of(self._velocities, variables),
                gradients,
                learning_rate,
                self.rho,
                self.epsilon,
            )
            return
        for gradient, variable in zip(gradients, variables):
            self._update_one(gradient, variable, learning_rate)

    def _update_one(
        self, gradient: np.ndarray, variable: Variable, learning_rate: float
    ) -> None:
        """With momentum, or divided by the standard deviation."""
        index = self._get_variable_index(variable)
        velocity = self._velocities[index].array
        velocity *= self.rho
        velocity += (1 - self.rho) * gradient * gradient
        square = velocity
        if self.centered:
            mean = self._means[index].array
            mean *= self.rho
            mean += (1 - self.rho) * gradient
            square = velocity - mean * mean
        step = learning_rate * gradient / np.sqrt(square + self.epsilon)
        if self.momentum:
            momentum = self._momentums[index].array
            momentum *= self.momentum
            momentum += step
            step = momentum
        variable.array -= step


class Adadelta(Optimizer):
    """Measures steps by earlier steps, so that their unit is that of the weights.

        square = rho * square + (1 - rho) * gradient**2
        step = sqrt(step_square + epsilon) / sqrt(square + epsilon) * gradient
        step_square = rho * step_square + (1 - rho) * step**2
        variable -= learning_rate * step

    Args:
        learning_rate: the paper has none, which is 1.0 here.
        rho: how slowly the means follow, from 0 to 1.
        epsilon: keeps the division finite, and lets the first steps be.

    Zeiler 2012, "ADADELTA: An Adaptive Learning Rate Method", algorithm 1.
    """

    @with_common_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        self.rho = rho
        self.epsilon = epsilon

    def build(self, variables: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(variables)
        self._squares, self._step_squares = self.add_optimizer_variables(
            variables, ["accumulated_grad", "accumulated_delta_var"]
        )

    @takes_arrays
    def update_step(
        self, gradient: Any, variable: Variable, learning_rate: float
    ) -> None:
        gradient = as_array(gradient)
        index = self._get_variable_index(variable)
        square = self._squares[index].array
        step_square = self._step_squares[index].array
        square *= self.rho
        square += (1 - self.rho) * gradient * gradient
        step = gradient * np.sqrt(
            (step_square + self.epsilon) / (square + self.epsilon)
        )
        step_square *= self.rho
        step_square += (1 - self.rho) * step * step
        variable.array -= learning_rate * step
