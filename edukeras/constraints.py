"""Limits for weights, enforced after every update.

A constraint is called with a weight and returns the allowed values nearest to it:
`weight.assign(constraint(weight))`.  Those on norms measure each unit's incoming
weights, one column of a Dense kernel, unless `axis` says otherwise.

Source: https://keras.io/api/layers/constraints/
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from edukeras import config, ops, registry


class Constraint:
    """The base, which allows everything: subclasses define `__call__(w)`.

    >>> class AtMostOne(Constraint):
    ...     def __call__(self, w):
    ...         return ops.minimum(w, 1.0)
    >>> AtMostOne()(np.float32([0.5, 3]))
    Tensor([0.5, 1. ], shape=(2,), dtype=float32)
    """

    def __call__(self, w: Any) -> Any:
        return ops.convert_to_tensor(w)

    def get_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Constraint:
        return cls(**config)


class NonNeg(Constraint):
    """No weight below 0.

    >>> NonNeg()(np.float32([-1, 2]))
    Tensor([0., 2.], shape=(2,), dtype=float32)
    """

    def __call__(self, w: Any) -> Any:
        return ops.maximum(w, 0.0)


class MaxNorm(Constraint):
    """No norm above `max_value`: longer weight vectors are shortened.

    Srivastava et al., Dropout, 2014, section 5.1.

    >>> MaxNorm(1.0)(np.float32([[3, 0], [4, 0.5]]))
    Tensor([[0.6, 0. ], [0.8, 0.5]], shape=(2, 2), dtype=float32)
    """

    def __init__(self, max_value: float = 2, axis: Any = 0) -> None:
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        norms = _norms(w, self.axis)
        allowed = ops.clip(norms, 0.0, self.max_value)
        return w * (allowed / (config.epsilon() + norms))

    def get_config(self) -> dict[str, Any]:
        return {"max_value": self.max_value, "axis": self.axis}


class UnitNorm(Constraint):
    """All norms are 1 (those of zeros stay 0).

    >>> UnitNorm()(np.float32([[3], [4]]))
    Tensor([[0.6], [0.8]], shape=(2, 1), dtype=float32)
    """

    def __init__(self, axis: Any = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        return w / (config.epsilon() + _norms(w, self.axis))

    def get_config(self) -> dict[str, Any]:
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """Norms from `min_value` to `max_value`.

    Args:
        rate: 1 enforces the limits; 0.1 goes a tenth of the way in each update.

    >>> MinMaxNorm(2.0, 3.0)(np.float32([[0.6], [0.8]]))
    Tensor([[1.2], [1.6]], shape=(2, 1), dtype=float32)
    """

    def __init__(
        self,
        min_value: float = 0.0,
        max_value: float = 1.0,
        rate: float = 1.0,
        axis: Any = 0,
    ) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        norms = _norms(w, self.axis)
        allowed = ops.clip(norms, self.min_value, self.max_value)
        wanted = self.rate * allowed + (1 - self.rate) * norms
        return w * (wanted / (config.epsilon() + norms))

    def get_config(self) -> dict[str, Any]:
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }


def _norms(w: Any, axis: Any) -> Any:
    """sqrt(sum(w**2)) along the axis, which stays with size 1."""
    return ops.sqrt(ops.sum(ops.square(w), axis=axis, keepdims=True))


non_neg = NonNeg
max_norm = MaxNorm
unit_norm = UnitNorm
min_max_norm = MinMaxNorm
# Their names in Keras 1, which Keras 2 still took.
nonneg, maxnorm, unitnorm = NonNeg, MaxNorm, UnitNorm

KNOWN: dict[str, Any] = {
    name: value
    for name, value in globals().items()
    if inspect.isclass(value) and issubclass(value, Constraint)
}
registry.register_builtin("keras.constraints", KNOWN)


def get(identifier: Any) -> Callable | None:
    """The constraint that a layer's argument means; None stays None.

    >>> get("max_norm").get_config()
    {'max_value': 2, 'axis': 0}
    """
    return registry.resolve("constraint", identifier, KNOWN)


def serialize(constraint: Any) -> Any:
    """The config record of a constraint."""
    return registry.serialize_keras_object(constraint)


def deserialize(
    config: Any, custom_objects: Mapping[str, Any] | None = None
) -> Callable | None:
    """The constraint of a config record or a name."""
    with registry.custom_object_scope(custom_objects):
        return get(config)
