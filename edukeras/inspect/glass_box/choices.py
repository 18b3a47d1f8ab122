"""From what a caller asks for to a Focus: checks the choices, makes those left open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from edukeras.errors import UnknownNameError, explain, nearest
from edukeras.inspect.glass_box.focus import Focus
from edukeras.inspect.glass_box.following import followed_elements
from edukeras.inspect.glass_box.recording import Recording


def make_focus(
    recording: Recording, sample: int, layer: str | None, unit: int | None, weight: Any
) -> Focus:
    """Checks the choices, and makes those that are left open."""
    if layer is not None:
        layer = find_name("layer", layer, [name for name in recording.layers if name])
    if unit is not None:
        _check_unit(recording, layer, unit)
    place = sample % recording.all_samples - recording.first
    elements = followed_elements(recording, place, layer, unit)
    slot, index = _find_weight(recording, layer, weight)
    focus = Focus(place, layer, unit, elements, slot, index or ())
    if slot is None or index is not None:
        return focus
    return replace(focus, weight_index=_largest_of(recording, focus, slot))


def find_name(what: str, name: str, names: list[str]) -> str:
    """The one name that is meant: all of it, or its end: "hidden/kernel"."""
    if name in names:
        return name
    ends = [known for known in names if known.endswith("/" + name)]
    if len(ends) == 1:
        return ends[0]
    raise UnknownNameError(
        explain(
            f"The glass box has no {what} {name!r}. {nearest(name, names)}",
            expected=", ".join(names),
        )
    )


def _check_unit(recording: Recording, layer: str | None, unit: int) -> None:
    widths = [
        record.results[0].array.shape[-1]
        for record in recording.records
        if not record.in_loss
        and record.results[0].array.ndim > 1
        and (layer is None or record.layer == layer)
    ]
    if not 0 <= unit < max(widths, default=0):
        where = f"layer {layer!r}" if layer else "the model"
        raise ValueError(
            explain(
                f"There is no such unit in {where}.",
                expected=f"unit from 0 to {max(widths, default=0) - 1}",
                received=f"unit={unit!r}",
            )
        )


def _find_weight(
    recording: Recording, layer: str | None, weight: Any
) -> tuple[int | None, tuple[int, ...] | None]:
    """The slot of a weight given as "hidden/kernel", "hidden/kernel[2, 0]" or
    ("hidden/kernel", (2, 0))."""
    weights = recording.weights
    if weight is None:
        return _first_weight(recording, layer), None
    given, index = weight if isinstance(weight, tuple) else (weight, None)
    path = str(getattr(given, "path", given)).removeprefix(f"{recording.model}/")
    if index is None and path.endswith("]"):
        path, _, inside = path[:-1].partition("[")
        index = tuple(int(n) for n in inside.split(",") if n.strip())
    path = find_name("trained weight", path, [w.name for w in weights.values()])
    slot = next(s for s, w in weights.items() if w.name == path)
    if index is None:
        return slot, None
    index = (index,) if isinstance(index, int) else tuple(index)
    shape = weights[slot].array.shape
    if len(index) != len(shape) or any(not -n <= i < n for i, n in zip(index, shape)):
        raise ValueError(
            explain(
                f"The weight {path!r} has no such element.",
                expected=f"an index into shape {shape}",
                received=str(index),
            )
        )
    return slot, tuple(i % n for i, n in zip(index, shape))


def _first_weight(recording: Recording, layer: str | None) -> int | None:
    """The first kernel that learns, in the layer if there is one."""
    used = [
        value.slot
        for record in recording.records
        for value in record.inputs
        if value.slot in recording.weights and (layer is None or record.layer == layer)
    ]
    matrices = [s for s in used if recording.weights[s].array.ndim > 1]
    return next(iter([*matrices, *used, *recording.weights]), None)


def _largest_of(recording: Recording, focus: Focus, slot: int) -> tuple[int, ...]:
    """The element with the largest gradient, among those of the followed unit."""
    update = recording.updates.get(slot)
    shape = recording.weights[slot].array.shape
    if update is None or update.gradient is None or not shape:
        return (0,) * len(shape)
    sizes = np.nan_to_num(np.abs(update.gradient))
    user = next(r for r in recording.records if any(v.slot == slot for v in r.inputs))
    if user.name == "embedding":  # rather a row that this sample uses
        used = np.unique(user.inputs[1].array[focus.sample].astype(int))
        sizes = np.where(np.isin(np.arange(len(sizes)), used)[:, None], sizes, -1)
    element = focus.element_of(user)
    same_units = bool(element) and user.results[0].array.shape[-1] == shape[-1]
    if same_units and len(shape) > 1:
        column = sizes[..., element[-1]]
        if column.any() or focus.unit is not None:
            place = np.unravel_index(int(np.argmax(column)), column.shape)
            return (*(int(n) for n in place), element[-1])
    place = np.unravel_index(int(np.argmax(sizes)), shape)
    return tuple(int(n) for n in place)
