"""What Keras 2.2 computed differently and files of that time count on.

Used only for models from such files.  The differences are small, but predictions and
training must go on as they were.

When such a model is saved again, its record names the class of Keras 3 that comes
closest, so that real Keras reads it, and ours under `OWN_NAME`, which only we look at.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import ops, registry
from edukeras.optimizers.adaptive import Adagrad, RMSprop
from edukeras.optimizers.arguments import takes_arrays
from edukeras.regularizers import L1L2
from edukeras.tensor import Variable, as_array

OWN_NAME = "edukeras_name"

_register = registry.register_keras_serializable("edukeras")


def _as_relative(value: Any, module: str, class_name: str) -> dict[str, str | None]:
    own_name = registry.get_registered_name(type(value))
    return {
        "module": module,
        "class_name": class_name,
        "registered_name": None,
        OWN_NAME: own_name,
    }


@_register
def keras2_hard_sigmoid(x: Any) -> Any:
    """0.2 * x + 0.5, but not below 0 nor above 1; Keras 3 has x / 6 + 0.5.

    >>> keras2_hard_sigmoid(np.float32([-3, 0, 1]))
    Tensor([0. , 0.5, 0.7], shape=(3,), dtype=float32)
    """
    return ops.clip(0.2 * x + 0.5, 0.0, 1.0)


@_register
class Keras2ActivityRegularizer(L1L2):
    """The penalty on a layer's output, summed over the batch; Keras 3 takes the mean.

    >>> Keras2ActivityRegularizer(l1=0.1)(np.ones((2, 3), "float32"))
    Tensor(1.2, shape=(), dtype=float32)
    """

    def __call__(self, x: Any) -> Any:
        return super().__call__(x) * x.shape[0]  # the layer divides by it

    def _record_names(self) -> dict[str, str | None]:
        return _as_relative(self, "keras.regularizers", "L1L2")


@_register
class Keras2RMSprop(RMSprop):
    """RMSprop that divides by sqrt(velocity) + epsilon."""

    @takes_arrays
    def update_step(
        self, gradient: Any, variable: Variable, learning_rate: float
    ) -> None:
        gradient = as_array(gradient)
        velocity = self._velocities[self._get_variable_index(variable)].array
        velocity *= self.rho
        velocity += (1 - self.rho) * gradient * gradient
        variable.array -= learning_rate * gradient / (np.sqrt(velocity) + self.epsilon)

    def _record_names(self) -> dict[str, str | None]:
        return _as_relative(self, "keras.optimizers", "RMSprop")


@_register
class Keras2Adagrad(Adagrad):
    """Adagrad that divides by sqrt(accumulator) + epsilon."""

    @takes_arrays
    def update_step(
        self, gradient: Any, variable: Variable, learning_rate: float
    ) -> None:
        gradient = as_array(gradient)
        accumulator = self._accumulators[self._get_variable_index(variable)].array
        accumulator += gradient * gradient
        variable.array -= (
            learning_rate * gradient / (np.sqrt(accumulator) + self.epsilon)
        )

    def _record_names(self) -> dict[str, str | None]:
        return _as_relative(self, "keras.optimizers", "Adagrad")
