"""Looking into nested arguments: shapes, masks, symbolic tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from edukeras import tree
from edukeras.tensor import KerasTensor, Tensor


def any_symbolic(x: Any) -> bool:
    kind = type(x)
    if kind is KerasTensor:
        return True
    if kind is tuple or kind is list:
        return any(any_symbolic(item) for item in x)
    return isinstance(x, dict) and any(any_symbolic(item) for item in x.values())


def is_plain_numbers(x: Any) -> bool:
    """Whether a list is data, such as [[1, 2]], and not a list of tensors."""
    while isinstance(x, (list, tuple)) and len(x):
        x = x[0]
    return isinstance(x, (int, float, np.number))


def first_argument(layer: Any, args: tuple, kwargs: dict) -> Any:
    """What a layer was called on."""
    if args:
        return args[0]
    if not kwargs:
        raise TypeError(
            f'{type(layer).__name__} layer "{layer.name}" was called without an input. '
            "Try: layer(x)."
        )
    return next(iter(kwargs.values()))


def masks_of(inputs: Any) -> Any:
    """The masks of tensors, in their nesting; None if there are none at all."""
    if type(inputs) is Tensor:
        return inputs.mask
    if isinstance(inputs, (list, tuple, dict)):
        masks = tree.map_structure(lambda x: getattr(x, "mask", None), inputs)
        if any(mask is not None for mask in tree.flatten(masks)):
            return masks
    return None


def shapes_of(tensors: Any) -> Any:
    """The shapes of tensors, in their nesting."""
    if hasattr(tensors, "shape"):
        return tuple(tensors.shape)
    return tree.map_structure(
        lambda x: tuple(x.shape) if hasattr(x, "shape") else None, tensors
    )


def is_shape(value: Any) -> bool:
    """Whether this is one shape, such as (None, 3), and not several."""
    return isinstance(value, (list, tuple)) and all(
        n is None or isinstance(n, (int, np.integer)) for n in value
    )


def map_shapes(function: Callable, shapes: Any) -> Any:
    """Applies a function to each shape of a nesting."""
    if is_shape(shapes):
        return function(tuple(shapes))
    if isinstance(shapes, dict):
        return {key: map_shapes(function, value) for key, value in shapes.items()}
    return type(shapes)(map_shapes(function, value) for value in shapes)


def as_shapes(value: Any) -> Any:
    """Shapes read from JSON: lists of numbers become tuples."""
    return map_shapes(tuple, value)
