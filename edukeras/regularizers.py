"""Penalties on large weights, which are added to the loss.

A regularizer is called with a weight and returns one number, as a tensor with its
gradient.

Source: https://keras.io/api/layers/regularizers/
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any

from edukeras import ops, registry
from edukeras.errors import ShapeError, explain, unknown_name


class Regularizer:
    """The base: subclasses define `__call__(x)` and `get_config`.

    >>> class Sparse(Regularizer):
    ...     def __call__(self, x):
    ...         return 0.1 * ops.mean(ops.abs(x))
    >>> Sparse()(np.float32([1, -3]))
    Tensor(0.2, shape=(), dtype=float32)
    """

    def __call__(self, x: Any) -> Any:
        raise NotImplementedError(
            f"{type(self).__name__} needs a method __call__(self, x) that returns a "
            "number."
        )

    def get_config(self) -> dict[str, Any]:
        raise NotImplementedError(
            f"{type(self).__name__} needs get_config() to be saved: return its "
            "arguments in a dict."
        )

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Regularizer:
        return cls(**config)


class L1(Regularizer):
    """l1 * sum(|x|): pushes unneeded weights to exactly 0.

    >>> L1(0.1)(np.float32([1, -2]))
    Tensor(0.3, shape=(), dtype=float32)
    """

    def __init__(self, l1: float = 0.01, *, l: float | None = None) -> None:  # noqa: E741
        self.l1 = _factor("l1", l1 if l is None else l, 0.01)  # `l` in Keras 2

    def __call__(self, x: Any) -> Any:
        return self.l1 * ops.sum(ops.abs(x))

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1}


class L2(Regularizer):
    """l2 * sum(x**2): keeps weights small; also called weight decay or ridge.

    >>> L2(0.1)(np.float32([1, -2]))
    Tensor(0.5, shape=(), dtype=float32)
    """

    def __init__(self, l2: float = 0.01, *, l: float | None = None) -> None:  # noqa: E741
        self.l2 = _factor("l2", l2 if l is None else l, 0.01)  # `l` in Keras 2

    def __call__(self, x: Any) -> Any:
        return self.l2 * ops.sum(ops.square(x))

    def get_config(self) -> dict[str, Any]:
        return {"l2": self.l2}


class L1L2(Regularizer):
    """l1 * sum(|x|) + l2 * sum(x**2): both, also called elastic net.

    >>> L1L2(0.1, 0.1)(np.float32([1, -2]))
    Tensor(0.8, shape=(), dtype=float32)
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = _factor("l1", l1, 0.0)
        self.l2 = _factor("l2", l2, 0.0)

    def __call__(self, x: Any) -> Any:
        return self.l1 * ops.sum(ops.abs(x)) + self.l2 * ops.sum(ops.square(x))

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1, "l2": self.l2}


class OrthogonalRegularizer(Regularizer):
    """factor * mean(|cosine| of all pairs of rows): pushes them to right angles.

    Args:
        factor: how strong.
        mode: "rows" or "columns", which of the two are compared.

    >>> OrthogonalRegularizer(1.0)(np.float32([[1, 0], [0, 2], [0, 3]]))
    Tensor(0.333333, shape=(), dtype=float32)
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        if mode not in ("rows", "columns"):
            raise unknown_name("mode", mode, ("rows", "columns"))
        self.factor = _factor("factor", factor, 0.01)
        self.mode = mode

    def __call__(self, x: Any) -> Any:
        if len(x.shape) != 2:
            raise ShapeError(
                explain(
                    "OrthogonalRegularizer compares the rows of a matrix.",
                    expected="two axes",
                    received=f"shape {x.shape}",
                )
            )
        vectors = x if self.mode == "rows" else ops.transpose(x)  # (vectors, sizes)
        lengths = ops.sqrt(ops.sum(ops.square(vectors), axis=1, keepdims=True))
        directions = vectors / lengths
        count = vectors.shape[0]
        cosines = ops.matmul(directions, ops.transpose(directions))  # (count, count)
        others = cosines * (1 - ops.eye(count))
        # Each pair stands there twice.
        pairs = count * (count - 1) / 2
        return self.factor * 0.5 * ops.sum(ops.abs(others)) / pairs

    def get_config(self) -> dict[str, Any]:
        return {"factor": self.factor, "mode": self.mode}


def _factor(argument: str, value: Any, default: float) -> float:
    """The factor as a number that is not negative."""
    if value is None:
        return default
    try:
        factor = float(value)
    except (TypeError, ValueError):
        factor = math.nan
    if not 0 <= factor < math.inf:
        raise ValueError(
            explain(
                f"{argument} says how strong the penalty is.",
                expected="a number from 0",
                received=f"{argument}={value!r}",
            )
        )
    return factor


l1 = L1
l2 = L2
l1_l2 = l1l2 = L1L2
orthogonal_regularizer = OrthogonalRegularizer

KNOWN: dict[str, Any] = {
    name: value
    for name, value in globals().items()
    if inspect.isclass(value) and issubclass(value, Regularizer)
}
registry.register_builtin("keras.regularizers", KNOWN)


def get(identifier: Any) -> Callable | None:
    """The regularizer that a layer's argument means; None stays None.

    >>> get("l2").get_config()
    {'l2': 0.01}
    """
    return registry.resolve("regularizer", identifier, KNOWN)


def serialize(regularizer: Any) -> Any:
    """The config record of a regularizer."""
    return registry.serialize_keras_object(regularizer)


def deserialize(
    config: Any, custom_objects: Mapping[str, Any] | None = None
) -> Callable | None:
    """The regularizer of a config record or a name."""
    with registry.custom_object_scope(custom_objects):
        return get(config)
