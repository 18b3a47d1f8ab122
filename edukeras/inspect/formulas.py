"""Layers in words: how many weights and why, and the code that makes the layer."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from math import prod
from typing import Any

from edukeras import config as settings
from edukeras.graph import snake_case
from edukeras.layers.base import Layer


def parameter_formula(shapes: Sequence[tuple[int, ...]]) -> str:
    """The number of parameters, as the sum that it is.

    The weights of most layers end in the same axis, the units: each unit has one
    weight for each input, and a bias.

    >>> parameter_formula([(784, 64), (64,)])  # Dense: kernel and bias
    '(784 + 1) x 64 = 50,240'
    >>> parameter_formula([(3, 3, 1, 32), (32,)])  # Conv2D
    '(3 x 3 x 1 + 1) x 32 = 320'
    >>> parameter_formula([(64,), (64,), (64,), (64,)])  # BatchNormalization
    '4 x 64 = 256'
    >>> parameter_formula([(10, 4)])  # Embedding
    '10 x 4 = 40'
    >>> parameter_formula([(5, 2), (5, 3)])
    '5 x 2 + 5 x 3 = 25'
    >>> parameter_formula([])
    '0'
    """
    if not shapes:
        return "0"
    total = f"{sum(prod(shape) for shape in shapes):,}"
    if not all(shapes) or len({shape[-1] for shape in shapes}) > 1:
        terms = [_times(shape) for shape in shapes]
        return _equals(" + ".join(terms), total)
    terms = [_times(shape[:-1]) for shape in shapes if len(shape) > 1]
    ones = sum(len(shape) == 1 for shape in shapes)
    if ones:
        terms.append(str(ones))
    per_unit = terms[0] if len(terms) == 1 else f"({' + '.join(terms)})"
    units = str(shapes[0][-1])
    return _equals(units if per_unit == "1" else f"{per_unit} x {units}", total)


def _times(sizes: Sequence[int]) -> str:
    return " x ".join(map(str, sizes)) or "1"


def _equals(terms: str, total: str) -> str:
    return total if terms == total else f"{terms} = {total}"


def constructor_call(operation: Any) -> str:
    """The code that makes such a layer, without arguments that are defaults.

    >>> from edukeras.layers import Dense
    >>> constructor_call(Dense(64, activation="relu", name="hidden"))
    "Dense(64, activation='relu')"
    """
    name = type(operation).__name__
    if not isinstance(operation, Layer) or hasattr(operation, "layers"):
        return ""
    try:
        config = operation.get_config()
        parameters = list(inspect.signature(type(operation)).parameters.values())
        defaults = default_config(operation, config, parameters)
    except Exception:  # a layer of the user's, with any mistake in it
        return f"{name}(...)"
    arguments = []
    for place, parameter in enumerate(parameters):
        key = parameter.name
        if key not in config or key in ("name", "dtype", "trainable"):
            continue
        if key in defaults and config[key] == defaults[key]:
            continue
        value = as_typed(config[key])
        required = parameter.default is parameter.empty
        arguments.append(value if place == 0 and required else f"{key}={value}")
    return f"{name}({', '.join(arguments)})"


def default_config(
    layer: Layer, config: dict[str, Any], parameters: list[inspect.Parameter]
) -> dict[str, Any]:
    """The arguments of such a layer when only those are given that must be."""
    if not type(layer).__module__.startswith("edukeras."):
        return {}  # making one might do anything
    required = {
        p.name: config[p.name]
        for p in parameters
        if p.default is p.empty and p.name in config
    }
    # Initializers without a seed draw one. Looking at a model must not change what
    # training draws afterwards.
    bits = settings.numpy_generator().bit_generator
    state = bits.state
    plain = type(layer).from_config({**required, "name": layer.name})
    bits.state = state
    return {k: v for k, v in plain.get_config().items() if k not in required}


def as_typed(value: Any) -> str:
    """A value of a config as one would type it; objects by their names."""
    if isinstance(value, dict) and "class_name" in value:
        return repr(snake_case(value["class_name"]))
    if isinstance(value, list):
        value = tuple(value)
    return repr(value)
