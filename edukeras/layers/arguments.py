"""What the methods of a layer class can be given, read off their signatures."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any


class CallSignature:
    """What the `call` of a class can be given."""

    def __init__(self, function: Callable) -> None:
        parameters = list(inspect.signature(function).parameters.values())[1:]
        named = [
            p
            for p in parameters
            if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY, p.POSITIONAL_ONLY)
        ]
        self.names = [p.name for p in named]
        self.defaults = {p.name: p.default for p in named}
        self.takes_training = "training" in self.names
        self.takes_mask = "mask" in self.names
        # Of `call(query, value, query_mask=None)`: {"query_mask": "query"}.
        self.mask_of = {
            name: name.removesuffix("_mask")
            for name in self.names
            if name.endswith("_mask") and name.removesuffix("_mask") in self.names
        }


@functools.cache
def call_signature(function: Callable) -> CallSignature:
    return CallSignature(function)


@functools.cache
def parameter_names(function: Callable) -> tuple[str, ...]:
    """The named parameters of a method, without self."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return tuple(p.name for p in parameters if p.kind not in kinds)


@functools.cache
def takes_keywords(function: Callable) -> bool:
    """Whether a function has `**kwargs`."""
    parameters = inspect.signature(function).parameters.values()
    return any(p.kind is p.VAR_KEYWORD for p in parameters)


def input_shape_of(kwargs: dict[str, Any]) -> tuple | None:
    """The batch shape that Keras 2's `input_shape=`, `input_dim=` ... stand for."""
    batch_shape = kwargs.pop("batch_input_shape", None)
    input_shape = kwargs.pop("input_shape", None)
    input_dim = kwargs.pop("input_dim", None)
    length = kwargs.pop("input_length", None)
    if batch_shape is not None:
        return tuple(batch_shape)
    if input_shape is not None:
        if isinstance(input_shape, int):
            input_shape = (input_shape,)
        return (None, *input_shape)
    if input_dim is not None:
        return (None, input_dim) if length is None else (None, length, input_dim)
    return None
