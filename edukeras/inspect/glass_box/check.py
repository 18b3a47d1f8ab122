"""The finite-difference check: the recorded ops once more, with one weight moved.

Only the ops that depend on the weight are run again, in float64, so that the tiny
difference of two losses is not lost in rounding.  Random masks stay as they were.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import ops
from edukeras.finite_differences import STEP, central_differences
from edukeras.inspect.glass_box.normalization import mask_of
from edukeras.inspect.glass_box.recording import OpRecord, Recording
from edukeras.inspect.glass_box.steps import (
    Explanation,
    floats,
    number,
)
from edukeras.messages import say
from edukeras.tensor import is_float


def numeric_gradient(
    recording: Recording, slot: int, index: tuple[int, ...], step: float = STEP
) -> tuple[float, float, float, float]:
    """The central difference, the step, and the losses above and below."""
    weight = floats(recording.weights[slot].array)
    losses: list[float] = []

    def loss() -> float:
        moved = weight.copy()
        moved[index] = element[()]
        losses.append(loss_with(recording, {slot: moved}))
        return losses[-1]

    element = np.array(weight[index])
    gradient = float(central_differences(loss, element, step))
    return gradient, step * max(1.0, abs(float(weight[index]))), losses[0], losses[1]


def loss_with(recording: Recording, weights: dict[int, np.ndarray]) -> float:
    """The loss that is differentiated, for other values of some weights."""
    changed: dict[int, Any] = {slot: _wide(array) for slot, array in weights.items()}
    with np.errstate(all="ignore"):
        for record in recording.records:
            if any(value.slot in changed for value in record.inputs):
                inputs = [
                    changed.get(value.slot, _wide(value.array))
                    for value in record.inputs
                ]
                outputs = _run(record, inputs)
                for value, output in zip(record.results, outputs, strict=True):
                    changed[value.slot] = _wide(output)
    result = recording.records[-1].results[0]
    return float(changed.get(result.slot, result.array))


def loss_after(recording: Recording) -> float | None:
    """The loss of the same batch with the weights after the step."""
    if not recording.updates:
        return None
    return loss_with(
        recording, {slot: update.after for slot, update in recording.updates.items()}
    )


def _run(record: OpRecord, inputs: list[Any]) -> tuple:
    """One op on other arrays."""
    if record.op is ops.dropout_mask_product:
        return (inputs[0] * mask_of(record),)
    if record.op is ops.stop_gradient:  # what it hides from the tape stays hidden
        return tuple(value.array for value in record.results)
    options = dict(record.options)
    if "follow" in options:  # the moving statistics have been moved already
        options["follow"] = None
    if record.op is ops.cast and is_float(options["dtype"]):
        options["dtype"] = "float64"
    output, _ = record.op.arrays(*inputs, **options)  # type: ignore[attr-defined]
    return output if type(output) is tuple else (output,)


def _wide(array: Any) -> Any:
    if isinstance(array, (np.ndarray, np.generic)) and is_float(array.dtype):
        return np.asarray(array, np.float64)
    return array


def explain_check(
    recording: Recording, slot: int, index: tuple[int, ...]
) -> Explanation:
    """Both gradients of one element of a weight, side by side."""
    found, step, above, below = numeric_gradient(recording, slot, index)
    update = recording.updates.get(slot)
    gradient = None if update is None else update.gradient
    from_tape = 0.0 if gradient is None else float(gradient[index])
    scale = max(abs(found), abs(from_tape))
    error = abs(found - from_tape) / scale if scale else 0.0
    if not np.isfinite(scale):
        verdict = say("the loss is no number any more")
    elif error < 1e-3 or scale < 1e-9:
        verdict = say("they agree")
    else:
        verdict = say("they differ")
    return Explanation(
        result=f"tape {number(from_tape)},  differences {number(found)}: {verdict}",
        formula="dL/dw ≈ (L(w + h) - L(w - h)) / 2h",
        lines=(
            f"h = {number(step)}",
            f"L(w + h) = {above:.12g}",
            f"L(w - h) = {below:.12g}",
            f"(L(w + h) - L(w - h)) / 2h = {found:.6g}",
            say("the tape says {gradient}", gradient=f"{from_tape:.6g}")
            + f": {verdict}",
        ),
        meaning=say(
            "The proof, without any calculus: move the weight a little up and down, "
            "and see what the loss does."
        ),
        values={"numeric": found, "tape": from_tape, "error": error},
    )
