"""Adam and its relatives: momentum, and a learning rate for each weight."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from edukeras import kernels
from edukeras.optimizers.arguments import takes_arrays, with_common_arguments
from edukeras.optimizers.base import Optimizer
from edukeras.tensor import Variable, as_array


def missing_share(beta: float, steps: int) -> float:
    """1 - beta**steps: what a running mean that started at 0 still lacks of 1.

    beta is rounded to float32 as in Keras, which shows in the fifth digit.
    """
    return 1 - _rounded(beta) ** steps


@functools.cache
def _rounded(number: float) -> float:
    return float(np.float32(number))


class Adam(Optimizer):
    """The running mean of the gradient over the root of that of its square.

        momentum = beta_1 * momentum + (1 - beta_1) * gradient
        velocity = beta_2 * velocity + (1 - beta_2) * gradient**2
        alpha = learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t)
        variable -= alpha * momentum / (sqrt(velocity) + epsilon)

    t counts the steps from 1; alpha makes up for both means starting at 0.

    Args:
        learning_rate: a number, a schedule or a function.
        beta_1: how slowly the mean of the gradient follows, from 0 to 1.
        beta_2: how slowly the mean of its square follows, from 0 to 1.
        epsilon: keeps the division finite.
        amsgrad: whether to divide by the largest velocity so far instead (Reddi,
            Kale and Kumar 2018, "On the Convergence of Adam and Beyond").

    >>> weight = Variable([1.0])
    >>> Adam(learning_rate=0.1).apply([np.array([5.0])], [weight])
    >>> weight.numpy().round(4)  # whatever the gradient, the first step is the rate
    array([0.9], dtype=float32)

    Kingma and Ba 2014, "Adam: A Method for Stochastic Optimization", end of section 2.
    """

    @with_common_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad

    def build(self, variables: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(variables)
        self._momentums, self._velocities = self.add_optimizer_variables(
            variables, ["momentum", "velocity"]
        )
        if self.amsgrad:
            self._velocity_hats = self.add_optimizer_variables(
                variables, "velocity_hat"
            )

    def begin_step(self, learning_rate: float) -> None:
        t = self._update_number()
        correction = math.sqrt(missing_share(self.beta_2, t))
        self._correction = correction / missing_share(self.beta_1, t)

    @takes_arrays
    def update_step(
        self, gradient: Any, variable: Variable, learning_rate: float
    ) -> None:
        self.update_steps([as_array(gradient)], [variable], learning_rate)

    def update_steps(
        self, gradients: list, variables: list[Variable], learning_rate: float
    ) -> None:
        """`update_step` of several variables, in one call of the kernel."""
        momentums = self._arrays_of(self._momentums, variables)
        velocities = self._arrays_of(self._velocities, variables)
        arrays = [variable.array for variable in variables]
        alpha = learning_rate * self._correction
        if not self.amsgrad:
            kernels.adam_update(
                arrays,
                momentums,
                velocities,
                gradients,
                alpha,
                self.beta_1,
                self.beta_2,
                self.epsilon,
            )
            return
        largest_of_all = self._arrays_of(self._velocity_hats, variables)
        for array, momentum, velocity, largest, gradient in zip(
            arrays, momentums, velocities, largest_of_all, gradients
        ):
            momentum += (gradient - momentum) * (1 - self.beta_1)
            velocity += (gradient * gradient - velocity) * (1 - self.beta_2)
            np.maximum(largest, velocity, out=largest)
            array -= alpha * momentum / (np.sqrt(largest) + self.epsilon)


class AdamW(Adam):
    """Adam after variable -= learning_rate * weight_decay * variable.

    The decay does not pass through the division by the gradients' size, as that of
    an L2 regularizer would.

    Loshchilov and Hutter 2017, "Decoupled Weight Decay Regularization", algorithm 2.
    """

    @with_common_arguments
    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **common: Any,
    ) -> None:
        if weight_decay is None:
            raise ValueError("AdamW needs a weight_decay. Try: Adam, which has none.")
        super().__init__(
            learning_rate,
            beta_1,
            beta_2,
            epsilon,
            amsgrad,
            weight_decay=weight_decay,
            **common,
        )


class Adamax(Optimizer):
    """Adam with the largest gradient, slowly forgotten, instead of the mean square.

        momentum = beta_1 * momentum + (1 - beta_1) * gradient
        norm = max(beta_2 * norm, abs(gradient))
        variable -= learning_rate / (1 - beta_1**t) * momentum / (norm + epsilon)

    Args:
        learning_rate: a number, a schedule or a function.
        beta_1: how slowly the mean of the gradient follows, from 0 to 1.
        beta_2: how slowly the largest gradient is forgotten, from 0 to 1.
        epsilon: keeps the division finite.

    Kingma and Ba 2014, "Adam", section 7.1.
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
        self._momentums, self._norms = self.add_optimizer_variables(
            variables, ["momentum", "norm"]
        )

    @takes_arrays
    def update_step(
        self, gradient: Any, variable: Variable, learning_rate: float
    ) -> None:
        gradient = as_array(gradient)
        index = self._get_variable_index(variable)
        momentum = self._momentums[index].array
        norm = self._norms[index].array
        momentum += (gradient - momentum) * (1 - self.beta_1)
        np.maximum(self.beta_2 * norm, np.abs(gradient), out=norm)
        alpha = learning_rate / missing_share(self.beta_1, self._update_number())
        variable.array -= alpha * momentum / (norm + self.epsilon)


class Nadam(Optimizer):
    """Adam with Nesterov's momentum: it uses the momentum of the *next* step.

        u(t) = beta_1 * (1 - 0.96**t / 2)         the momentum coefficient at step t
        m = u(t+1) * momentum / (1 - u(1) ... u(t+1))
            + (1 - u(t)) * gradient / (1 - u(1) ... u(t))
        v = velocity / (1 - beta_2**t)
        variable -= learning_rate * m / (sqrt(v) + epsilon)

    momentum and velocity are those of Adam.

    Args:
        learning_rate: a number, a schedule or a function.
        beta_1: how slowly the mean of the gradient follows, from 0 to 1.
        beta_2: how slowly the mean of its square follows, from 0 to 1.
        epsilon: keeps the division finite.

    Dozat 2016, "Incorporating Nesterov Momentum into Adam", algorithm 8.
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
        self._u_product = self.add_variable((), "ones", name="u_product")

    def begin_step(self, learning_rate: float) -> None:
        t = self._update_number()
        self._u = self.beta_1 * (1 - 0.5 * 0.96**t)
        self._next_u = self.beta_1 * (1 - 0.5 * 0.96 ** (t + 1))
        self._u_product.array *= self._u

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
        product = self._u_product.array.item()
        m = self._next_u / (1 - product * self._next_u) * momentum
        m += (1 - self._u) / (1 - product) * gradient
        v = velocity / missing_share(self.beta_2, self._update_number())
        variable.array -= learning_rate * m / (np.sqrt(v) + self.epsilon)
