"""Which element is followed in each op, so that the elements make one path.

From the last op to the first: where an element comes from one element of an input (an
activation, a pooled winner, a number that only moved), that one is followed before it.
Elsewhere, as behind a weighted sum, it is the one that counts most for the loss.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.inspect.glass_box import moves, others, windows
from edukeras.inspect.glass_box.recording import OpRecord, Recording, Value

# Here an element of the result and the one at the same place of the input belong
# together, though others have a part in it, too.
SAME_PLACE = frozenset(
    "batch_normalization_train batch_normalization layer_normalization "
    "rms_normalization dropout_mask_product softmax cast".split()
)


def followed_elements(
    recording: Recording, sample: int, layer: str | None, unit: int | None
) -> dict[int, tuple[int, ...]]:
    """By slot of a result, the index of its followed element."""
    found: dict[int, tuple[int, ...]] = {}
    for record in reversed(recording.records):
        slot = record.results[0].slot
        if _unit_counts(record, layer, unit):
            found[slot] = _most_important(record, sample, unit)
        elif slot not in found:
            found[slot] = _most_important(record, sample, None)
        for value, index in _sources(record, found[slot]):
            if not value.has_samples or index[0] == sample:
                found.setdefault(value.slot, index)
    return found


def _unit_counts(record: OpRecord, layer: str | None, unit: int | None) -> bool:
    """Whether the unit that was asked for is one of this op's."""
    result = record.results[0]
    if unit is None or record.in_loss or layer not in (None, record.layer):
        return False
    shape = result.array.shape
    return len(shape) > int(result.has_samples) and unit < shape[-1]


def _most_important(record: OpRecord, sample: int, unit: int | None) -> tuple[int, ...]:
    """The element of the sample (and of the unit) that counts most."""
    result = record.results[0]
    shape = result.array.shape
    if not shape or 0 in shape:
        return ()
    fixed: list[Any] = [slice(None)] * len(shape)
    if result.has_samples:
        fixed[0] = sample
    if unit is not None:
        fixed[-1] = unit
    part = _importance(record)[tuple(fixed)]
    places = iter(np.unravel_index(int(np.argmax(part)), part.shape))
    return tuple(
        int(place) if isinstance(place, (int, np.integer)) else int(next(places))
        for place in fixed
    )


def _importance(record: OpRecord) -> np.ndarray:
    """How much each element counts: its value times its gradient, without signs.

    Where that is 0 everywhere, the gradient alone.
    """
    values = np.asarray(record.results[0].array)
    gradient = record.arriving[0]
    if gradient is None:
        return np.zeros(values.shape)
    slope = np.nan_to_num(np.abs(gradient))
    product = np.nan_to_num(np.abs(values * slope))
    return product if product.any() else slope


def _sources(
    record: OpRecord, index: tuple[int, ...]
) -> list[tuple[Value, tuple[int, ...]]]:
    """The elements of the inputs that an element comes from."""
    shape = record.results[0].array.shape
    if record.name in moves.MOVES and others.is_ours(record):
        k, source = moves.source_of(record, index)
        return [(record.inputs[k], source)]
    if record.name == "max_pool" and others.is_ours(record):
        return [(record.inputs[0], windows.winner_of(record, index))]
    if record.name in SAME_PLACE or others.is_elementwise(record):
        return [
            (value, index)
            for value in record.inputs
            if np.shape(value.array) == shape and value.kind == "result"
        ]
    return []
