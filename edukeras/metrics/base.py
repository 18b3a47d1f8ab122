"""What all metrics share: variables that add up what was seen, and a result.

Metrics need no gradients, so those of this package compute with NumPy.  Your own may
use ops and operators.

Source: https://keras.io/api/metrics/base_metric/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from edukeras import config, dtype_policies, graph, initializers
from edukeras.tensor import Tensor, Variable, as_array


class Metric:
    """The base: subclasses define `update_state` and `result`.

    Args:
        dtype: that of the variables and the result; None is `floatx()`.
        name: shown in logs and in the history; None is made of the class's name.

    >>> class Largest(Metric):
    ...     def __init__(self, **kwargs):
    ...         super().__init__(**kwargs)
    ...         self.largest = self.add_weight(name="largest")
    ...
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.largest.assign(max(float(self.largest), np.max(y_pred)))
    ...
    ...     def result(self):
    ...         return self.largest.value
    >>> Largest()([0, 0], [1.0, 3.0])
    Tensor(3., shape=(), dtype=float32)
    """

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = name or graph.auto_name(graph.snake_case(type(self).__name__))
        policy = dtype_policies.get(dtype or config.floatx())
        self.dtype = policy.compute_dtype
        self._variables: list[Variable] = []

    # -- state ----------------------------------------------------------------

    def add_variable(
        self,
        shape: tuple[int, ...],
        initializer: Any = None,
        dtype: Any = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> Variable:
        """A variable that `reset_state` sets back to 0."""
        if not hasattr(self, "_variables"):
            raise RuntimeError(
                f"{type(self).__name__}.__init__ must call super().__init__() before "
                "it adds variables."
            )
        variable = Variable(
            initializers.get(initializer or "zeros"),
            shape=tuple(shape),
            dtype=dtype or self.dtype,
            trainable=False,
            name=name,
        )
        variable.path = f"{self.name}/{variable.name}"
        self._variables.append(variable)
        return variable

    def add_weight(
        self,
        shape: tuple[int, ...] = (),
        initializer: Any = None,
        dtype: Any = None,
        name: str | None = None,
    ) -> Variable:
        """`add_variable`, with a scalar as the default."""
        return self.add_variable(shape, initializer, dtype, name=name)

    @property
    def variables(self) -> list[Variable]:
        """Its own variables and those of metrics that it holds."""
        inner = [value for value in vars(self).values() if isinstance(value, Metric)]
        return [*self._variables, *(v for metric in inner for v in metric.variables)]

    def reset_state(self) -> None:
        """Forgets everything seen so far."""
        for variable in self.variables:
            variable.array[...] = 0

    # -- what subclasses define -------------------------------------------------

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """Adds a batch to what was seen."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method "
            "update_state(self, y_true, y_pred, sample_weight=None)."
        )

    def result(self) -> Any:
        """The metric of everything seen since the last reset."""
        raise NotImplementedError(f"{type(self).__name__} needs a method result(self).")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Adds a batch, then returns the result so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Metric:
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


def divide(a: Any, b: Any) -> Any:
    """a / b, and 0 where b is 0: nothing seen yet.

    >>> divide(np.float32([1, 2]), np.float32([2, 0]))
    array([0.5, 0. ], dtype=float32)
    """
    a, b = np.asarray(a), np.asarray(b)
    return np.divide(
        a, b, out=np.zeros(np.broadcast_shapes(a.shape, b.shape), a.dtype), where=b != 0
    )


def masked_weights(y_pred: Any, sample_weight: Any) -> Any:
    """The sample weights, 0 for the time steps that the mask of y_pred leaves out."""
    mask = getattr(y_pred, "mask", None)
    if mask is None:
        return sample_weight
    if sample_weight is None:
        return mask.astype(config.floatx())
    weights = as_array(sample_weight)
    if weights.ndim == mask.ndim + 1 and weights.shape[-1] == 1:
        weights = weights[..., 0]
    return weights.reshape(weights.shape + (1,) * (mask.ndim - weights.ndim)) * mask


def as_result(value: Any, dtype: str) -> Tensor:
    """A result as a tensor of the metric's dtype."""
    return Tensor(np.asarray(value, dtype))
