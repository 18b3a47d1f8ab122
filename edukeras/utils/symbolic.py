"""Questions about symbolic tensors."""

from __future__ import annotations

from typing import Any

from edukeras.graph import producer
from edukeras.tensor import KerasTensor


def is_keras_tensor(x: Any) -> bool:
    """Whether x is what `Input()` and layers called on it return.

    >>> is_keras_tensor(KerasTensor((None, 3))), is_keras_tensor([1.0])
    (True, False)
    """
    return isinstance(x, KerasTensor)


def get_source_inputs(tensor: Any) -> list:
    """The inputs from which a symbolic tensor is computed.

    >>> from edukeras.layers import Dense, Input
    >>> x = Input((2,))
    >>> get_source_inputs(Dense(3)(x))[0] is x
    True
    """
    if not is_keras_tensor(tensor):
        raise ValueError(f"get_source_inputs needs a symbolic tensor, not {tensor!r}.")
    seen: set[int] = set()
    found: list = []

    def visit(x: Any) -> None:
        node = producer(x)
        if id(node) in seen:
            return
        seen.add(id(node))
        if node.is_input:
            found.append(x)
        for parent in node.input_tensors:
            visit(parent)

    visit(tensor)
    return found
