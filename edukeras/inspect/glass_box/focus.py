"""What is followed through the step: a sample, an element of each op, a weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edukeras.inspect.glass_box.recording import OpRecord, Value
from edukeras.messages import say


@dataclass(frozen=True)
class Focus:
    """The choices, checked and complete (`choices.py` makes them).

    Attributes:
        sample: its place in the batch.
        layer: where `unit` counts; None: everywhere.
        unit: the element of the last axis; None: the one that counts most.
        elements: by slot of a value, the index of its followed element.
        weight: the slot of the followed weight; None if nothing is trained.
        weight_index: which of its numbers.
    """

    sample: int
    layer: str | None
    unit: int | None
    elements: Mapping[int, tuple[int, ...]]
    weight: int | None
    weight_index: tuple[int, ...]

    def element_of(self, record: OpRecord) -> tuple[int, ...]:
        """The index of the followed element in the first result of an op."""
        return self.elements[record.results[0].slot]

    def is_on(self, value: Value) -> bool:
        """Whether the followed weight is this one."""
        return value.slot == self.weight


def element_text(index: tuple[int, ...], has_samples: bool) -> str:
    """An element in words: "unit 3", "unit 2 at (4, 5)"."""
    place = index[1:] if has_samples else index
    if not place:
        return ""
    if len(place) == 1:
        return say("unit {n}", n=place[0])
    where = place[0] if len(place) == 2 else place[:-1]
    return say("unit {n} at {where}", n=place[-1], where=where)
