"""Gradient descent: the first optimizer, and the one that explains all others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edukeras import kernels
from edukeras.errors import explain
from edukeras.optimizers.arguments import takes_arrays, with_common_arguments
from edukeras.optimizers.base import Optimizer
from edukeras.tensor import Variable, as_array


class SGD(Optimizer):
    """variable -= learning_rate * gradient: a step downhill.

    With momentum, steps in the same direction become longer and those to and fro
    cancel out:

        velocity = momentum * velocity - learning_rate * gradient
        variable += velocity

    Args:
        learning_rate: a number, a schedule or a function.
        momentum: how much of the velocity is kept, from 0 to 1.
        nesterov: whether to add momentum * velocity - learning_rate * gradient
            instead: the gradient acts once more before it has been confirmed.

    >>> weight = Variable([1.0])
    >>> SGD(learning_rate=0.1).apply([np.array([2.0])], [weight])
    >>> weight.numpy()
    array([0.8], dtype=float32)

    Sutskever et al. 2013, "On the importance of initialization and momentum in deep
    learning", equations 1 to 4.
    """

    @with_common_arguments
    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        if not 0 <= momentum <= 1:
            raise ValueError(
                explain(
                    "momentum is a share of the velocity.",
                    expected="0 to 1",
                    received=f"momentum={momentum!r}",
                )
            )
        self.momentum = momentum
        self.nesterov = nesterov

    def build(self, variables: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(variables)
        if self.momentum:
            self._velocities = self.add_optimizer_variables(variables, "momentum")

    @takes_arrays
    def update_step(
        self, gradient: Any, variable: Variable, learning_rate: float
    ) -> None:
        self.update_steps([as_array(gradient)], [variable], learning_rate)

    def update_steps(
        self, gradients: list, variables: list[Variable], learning_rate: float
    ) -> None:
        """`update_step` of several variables, in one call of the kernel."""
        arrays = [variable.array for variable in variables]
        if self.momentum:
            kernels.momentum_update(
                arrays,
                self._arrays_of(self._velocities, variables),
                gradients,
                learning_rate,
                self.momentum,
                self.nesterov,
            )
        else:
            kernels.sgd_update(arrays, gradients, learning_rate)
