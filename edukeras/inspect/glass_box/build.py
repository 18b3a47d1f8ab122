"""`glassbox`: from the record of a training step to the steps that explain it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

import numpy as np

from edukeras.inspect.glass_box import (
    dense,
    losses,
    moves,
    normalization,
    others,
    windows,
)
from edukeras.inspect.glass_box.check import explain_check, loss_after
from edukeras.inspect.glass_box.choices import make_focus
from edukeras.inspect.glass_box.focus import Focus, element_text
from edukeras.inspect.glass_box.recording import OpRecord, Recording, record_step
from edukeras.inspect.glass_box.steps import (
    Explanation,
    Step,
    Table,
    number,
    shape_text,
)
from edukeras.inspect.glass_box.update_formulas import explain_update
from edukeras.inspect.glass_box.view import GlassBox
from edukeras.messages import say

Forward = Callable[[OpRecord, tuple[int, ...]], Explanation]
Backward = Callable[[OpRecord, tuple[int, ...], Focus], Explanation]

# The ops with a page of their own, by name; all others share `others`.
PAGES: dict[str, tuple[Forward, Backward]] = {
    "dense": (dense.forward, dense.backward),
    "conv": (windows.conv_forward, windows.conv_backward),
    "conv_with_bias": (windows.conv_forward, windows.conv_backward),
    "max_pool": (windows.pool_forward, windows.pool_backward),
    "average_pool": (windows.pool_forward, windows.pool_backward),
    "batch_normalization_train": (
        normalization.batch_forward,
        normalization.batch_backward,
    ),
    "batch_normalization": (normalization.inference_forward, others.backward),
    "layer_normalization": (normalization.layer_forward, normalization.layer_backward),
    "dropout_mask_product": (
        normalization.dropout_forward,
        normalization.dropout_backward,
    ),
    "embedding": (others.embedding_forward, others.embedding_backward),
    "softmax": (others.softmax_forward, others.softmax_backward),
    "sparse_categorical_crossentropy": (
        losses.classes_forward,
        losses.classes_backward,
    ),
    "categorical_crossentropy": (losses.classes_forward, losses.classes_backward),
    "binary_crossentropy": (losses.binary_forward, losses.binary_backward),
    "mean_of_squares": (losses.squares_forward, losses.squares_backward),
    "weighted_sum": (losses.mean_forward, losses.mean_backward),
    **dict.fromkeys(moves.MOVES, (moves.forward, moves.backward)),
}

# Changes of the dtype: nothing to see.
UNTOLD = frozenset({"cast"})

# A layer of more ops (an LSTM that goes through time) is shown as a whole.
MOST_OPS = 12


def glassbox(
    model: Any,
    x: Any,
    y: Any = None,
    sample: int = 0,
    unit: int | None = None,
    weight: Any = None,
    layer: str | None = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
) -> GlassBox:
    """One training step of a compiled model, number by number; nothing is changed.

    Args:
        x, y: data, as for `fit`; the step is made on the batch that holds the sample.
        sample: whose numbers are shown, from 0.
        unit: which unit of the layers is followed; None: in each op the one that
            counts most for the loss: the largest product of value and gradient.
        weight: which weight: "hidden/kernel", "hidden/kernel[2, 0]", or a pair of
            path and index.  None: of the first kernel, the number with the largest
            gradient.
        layer: where `unit` and `weight` are meant, by name.
        sample_weight: a weight for each sample's loss, as for `fit`.
        batch_size: None is 32, as in `fit`.

    >>> from edukeras import Sequential, layers
    >>> model = Sequential([layers.Input((1,)), layers.Dense(1, name="d")], name="m")
    >>> model.set_weights([np.array([[3.0]]), np.array([1.0])])
    >>> model.compile("sgd", "mse")
    >>> box = glassbox(model, np.array([[2.0]]), np.array([[5.0]]))
    >>> box.step("forward").result  # 3 * 2 + 1
    'z = 3*2 + 1 = 7'
    >>> box.step("update").values["w_new"]  # 3 - 0.01 * 2 (7 - 5) * 2
    2.9200000762939453
    """
    recording = record_step(model, x, y, sample_weight, sample, batch_size)
    return explain_recording(recording, sample, unit, weight, layer)


@np.errstate(all="ignore")  # as in fit: what overflows shows in the numbers
def explain_recording(
    recording: Recording,
    sample: int = 0,
    unit: int | None = None,
    weight: Any = None,
    layer: str | None = None,
) -> GlassBox:
    """The steps of a recording, for one choice of sample, unit and weight."""
    focus = make_focus(recording, sample, layer, unit, weight)
    return GlassBox(
        recording=recording,
        focus=focus,
        steps=tuple(_steps(recording, focus)),
        loss_after=loss_after(recording),
    )


def _steps(recording: Recording, focus: Focus) -> Iterator[Step]:
    groups = _grouped(recording.records)
    for records in groups:
        yield _forward_step(records, focus)
    for records in reversed(groups):
        if any(gradient is not None for r in records for gradient in r.leaving):
            yield _backward_step(records, focus)
    if focus.weight is None or focus.weight not in recording.updates:
        return
    value, update = recording.weights[focus.weight], recording.updates[focus.weight]
    name = weight_text(value.name, focus.weight_index)
    layer = value.name.rpartition("/")[0]
    shapes = ((value.name, shape_text(value.array)),)
    check = explain_check(recording, focus.weight, focus.weight_index)
    yield Step("check", layer, "finite differences", name, check, shapes)
    explained = explain_update(update, name, focus.weight_index)
    optimizer = type(update.optimizer).__name__
    yield Step("update", layer, optimizer, f"{name}: {optimizer}", explained, shapes)


def weight_text(name: str, index: tuple[int, ...]) -> str:
    """ "hidden/kernel[2, 0]"."""
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def _grouped(records: tuple[OpRecord, ...]) -> list[list[OpRecord]]:
    """Records one by one; those of a layer with very many ops, together."""
    groups: list[list[OpRecord]] = []
    told = [record for record in records if record.name not in UNTOLD]
    for (layer, in_loss), run in groupby(told, lambda r: (r.layer, r.in_loss)):
        members = list(run)
        if layer and not in_loss and len(members) > MOST_OPS:
            groups.append(members)
        else:
            groups += [[record] for record in members]
    return groups


def _forward_step(records: list[OpRecord], focus: Focus) -> Step:
    record, index = records[-1], focus.element_of(records[-1])
    if len(records) > 1:
        explanation, op = _many_forward(records, index), say("{n} ops", n=len(records))
    else:
        page = _page_of(record)
        explanation, op = page[0](record, index), record.name
    phase = "loss" if record.in_loss else "forward"
    shapes = (*_inputs(records), (say("result"), shape_text(record.results[0].array)))
    return Step(phase, record.layer, op, _title(record, op, index), explanation, shapes)


def _backward_step(records: list[OpRecord], focus: Focus) -> Step:
    record, index = records[-1], focus.element_of(records[-1])
    if len(records) > 1:
        explanation, op = _many_backward(records, index), say("{n} ops", n=len(records))
    else:
        page = _page_of(record)
        explanation, op = page[1](record, index, focus), record.name
    shapes = [(say("arrives"), shape_text(record.results[0].array))]
    for one in records:
        for value, gradient in zip(one.inputs, one.leaving):
            if gradient is not None and (len(records) == 1 or value.kind == "weight"):
                shapes.append((_letter(value), shape_text(gradient)))
    title = _title(record, op, index)
    shapes = list(dict.fromkeys(shapes))
    return Step("backward", record.layer, op, title, explanation, tuple(shapes))


def _page_of(record: OpRecord) -> tuple[Forward, Backward]:
    name = record.name
    if name == "matmul" and dense.fits(record):
        name = "dense"
    plain = (others.forward, others.backward)
    return PAGES.get(name, plain) if others.is_ours(record) else plain


def _title(record: OpRecord, op: str, index: tuple[int, ...]) -> str:
    where = record.layer or (say("loss") if record.in_loss else say("model"))
    op = op_title(op)
    element = ""
    if index and not record.in_loss:
        element = element_text(index, record.results[0].has_samples)
    return f"{where}: {op}" + (f", {element}" if element else "")


def op_title(op: str) -> str:
    """The name of an op, in words where its own is for programmers."""
    titles = {
        "conv_with_bias": say("convolution"),
        "conv": say("convolution"),
        "max_pool": say("max pooling"),
        "average_pool": say("average pooling"),
        "batch_normalization_train": say("batch normalization"),
        "batch_normalization": say("batch normalization"),
        "layer_normalization": say("layer normalization"),
        "dropout_mask_product": say("dropout"),
        "sparse_categorical_crossentropy": say("cross-entropy"),
        "categorical_crossentropy": say("cross-entropy"),
        "binary_crossentropy": say("binary cross-entropy"),
        "mean_of_squares": say("mean of squares"),
        "weighted_sum": say("mean over the batch"),
    }
    return titles.get(op, op)


def _letter(value: Any) -> str:
    return value.name or (say("constant") if value.kind == "constant" else value.kind)


def _inputs(records: list[OpRecord]) -> list[tuple[str, str]]:
    made = {value.slot for record in records for value in record.results}
    found = {
        value.slot: (_letter(value), shape_text(value.array))
        for record in records
        for value in record.inputs
        if value.slot not in made and value.array is not None
        if len(records) == 1 or value.kind != "constant"
    }
    return list(found.values())


# -- layers of many ops -------------------------------------------------------


def _many_forward(records: list[OpRecord], index: tuple[int, ...]) -> Explanation:
    last = records[-1]
    y = float(last.results[0].array[index])
    shown = records if len(records) <= 8 else [*records[:4], *records[-4:]]
    rows = [
        (str(record.number), record.name, shape_text(record.results[0].array))
        for record in shown
    ]
    if len(records) > 8:
        rows.insert(4, ("", say("... {n} more ...", n=len(records) - 8), ""))
    table = Table(
        say("The ops of this layer"),
        (say("record"), say("op"), say("result")),
        tuple(rows),
    )
    return Explanation(
        result=f"y = {number(y)}",
        meaning=say(
            "This layer runs {n} ops, for a recurrent layer the same few for each "
            "step in time.",
            n=len(records),
        ),
        tables=(table,),
        values={"y": y},
    )


def _many_backward(records: list[OpRecord], index: tuple[int, ...]) -> Explanation:
    arriving = records[-1].arriving[0]
    dy = 0.0 if arriving is None else float(arriving[index])
    weights: dict[int, tuple[str, Any]] = {}
    for record in records:
        for value, gradient in zip(record.inputs, record.leaving):
            if value.kind == "weight" and gradient is not None:
                _, before = weights.get(value.slot, ("", 0.0))
                weights[value.slot] = (value.name, before + gradient)
    lines = tuple(
        f"{name}: " + say("length {size}", size=number(np.sqrt(np.square(g).sum())))
        for name, g in weights.values()
    )
    return Explanation(
        result=f"dL/dy = {number(dy)}  →  " + say("{n} weights", n=len(weights)),
        lines=lines,
        meaning=say(
            "The gradient goes back through all {n} ops; what reaches a weight at "
            "each step in time adds up.",
            n=len(records),
        ),
        values={"dy": dy, **dict(weights.values())},
    )
