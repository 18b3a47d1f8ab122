"""Ops that only move numbers: where in the inputs an element of the result stood.

The op itself is run once more, on the numbers of places instead of values.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.inspect.glass_box.dense import nothing_arrives
from edukeras.inspect.glass_box.focus import Focus
from edukeras.inspect.glass_box.recording import OpRecord
from edukeras.inspect.glass_box.steps import Explanation, number
from edukeras.messages import say

MOVES = frozenset(
    "reshape concatenate transpose get_item expand_dims squeeze stack flip roll "
    "moveaxis swapaxes repeat tile broadcast_to ravel copy".split()
)


def source_of(record: OpRecord, index: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    """Which input, and which of its elements."""
    places, first = [], 0
    for value in record.inputs:
        size = np.size(value.array)
        places.append(np.arange(first, first + size).reshape(np.shape(value.array)))
        first += size
    result, _ = record.op.arrays(*places, **record.options)  # type: ignore[attr-defined]
    number_of_place = int(result[index])
    for k, place in enumerate(places):
        if place.size and place.flat[0] <= number_of_place <= place.flat[-1]:
            inside = np.unravel_index(number_of_place - int(place.flat[0]), place.shape)
            return k, tuple(int(n) for n in inside)
    raise LookupError(f"{record.name} made this element of nothing.")


def _place(name: str, index: tuple[int, ...]) -> str:
    return f"{name or say('input')}[{', '.join(map(str, index))}]"


def forward(record: OpRecord, index: tuple[int, ...]) -> Explanation:
    """The same number at another place."""
    k, source = source_of(record, index)
    value = record.inputs[k]
    y = float(record.results[0].array[index])
    return Explanation(
        result=f"y[{', '.join(map(str, index))}] = {_place(value.name, source)} "
        f"= {number(y)}",
        meaning=say(
            "No arithmetic: the numbers only stand in another order or shape, "
            "{before} → {after}.",
            before=str(np.shape(value.array)),
            after=str(record.results[0].array.shape),
        ),
        values={"input": k, "source": source, "y": y},
    )


def backward(record: OpRecord, index: tuple[int, ...], focus: Focus) -> Explanation:
    """The gradient goes back to the place that the number came from."""
    dy = record.arriving[0]
    if dy is None:
        return nothing_arrives()
    k, source = source_of(record, index)
    values: dict[str, Any] = {"dy": float(dy[index])}
    result = f"dL/dy = {number(dy[index])}"
    gradient = record.leaving[k]
    if gradient is not None:
        values["dx"] = float(gradient[source])
        where = _place(record.inputs[k].name, source)
        result += f"  →  {number(gradient[source])} " + say("to {where}", where=where)
    return Explanation(
        result,
        meaning=say("It goes back to where the number came from."),
        values=values,
    )
