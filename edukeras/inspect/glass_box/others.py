"""All other ops: tables of rows, single numbers, sums, and those without a page."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from edukeras.inspect.glass_box.dense import nothing_arrives, softmax_lines
from edukeras.inspect.glass_box.focus import Focus
from edukeras.inspect.glass_box.recording import OpRecord
from edukeras.inspect.glass_box.steps import (
    Explanation,
    Table,
    factor,
    floats,
    number,
    numbers,
    sum_of,
    sum_of_products,
    without_rounding,
)
from edukeras.messages import say

SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "true_divide": "/"}
# The modules whose ops work on each number by itself.
ELEMENTWISE = frozenset(
    f"edukeras.ops.{name}" for name in ("elementwise", "exponentials", "trigonometry")
)
# Of `ops.nn`, what does not look at one number alone.
NOT_ELEMENTWISE = frozenset("softmax log_softmax sparsemax glu dense".split())


# -- embedding ----------------------------------------------------------------


def embedding_forward(record: OpRecord, index: tuple[int, ...]) -> Explanation:
    """The row of the table that a number names."""
    table, ids = (value.array for value in record.inputs)
    row = int(ids[index[:-1]])
    found = floats(table[row])
    of_sample = np.ravel(ids[index[0]])
    rows = tuple(
        (str(k), str(int(n)), numbers(table[int(n)], 6))
        for k, n in enumerate(of_sample[:8])
    )
    return Explanation(
        result=f"table[{row}] = {numbers(found, 6)}",
        formula="y = table[number]",
        meaning=say(
            "No arithmetic: number {row} names a row of the table with {n} rows. This "
            "sample has the numbers {ids}.",
            row=row,
            n=len(table),
            ids=numbers(of_sample),
        ),
        tables=(
            Table(
                say("The rows of this sample"),
                (say("place"), say("number"), say("row of the table")),
                rows,
            ),
        ),
        values={"row": row, "y": found},
    )


def embedding_backward(
    record: OpRecord, index: tuple[int, ...], focus: Focus
) -> Explanation:
    """A row gets the sum of the gradients of all places that used it."""
    dy = record.arriving[0]
    if dy is None or record.leaving[0] is None:
        return nothing_arrives()
    ids = record.inputs[1].array.astype(np.int64)
    row, column = int(ids[index[:-1]]), index[-1]
    if focus.is_on(record.inputs[0]):
        row, column = focus.weight_index
    used = floats(dy[ids == row][:, column])
    text, total = sum_of(used)
    return Explanation(
        result=f"dL/dtable[{row}, {column}] = {text} = {number(total)}",
        formula="dL/dtable[row] = sum of dL/dy where the row was looked up",
        meaning=say(
            "Row {row} was looked up {n} times in this batch; rows that were not get "
            "no gradient.",
            row=row,
            n=len(used),
        ),
        values={"dw": total, "weight_index": (row, column), "times": len(used)},
    )


# -- softmax as an op of its own ----------------------------------------------


def softmax_forward(record: OpRecord, index: tuple[int, ...]) -> Explanation:
    """exp(z) / sum(exp(z))"""
    axis = record.options.get("axis", -1)
    if not isinstance(axis, int):
        return forward(record, index)
    moved = np.moveaxis(floats(record.inputs[0].array), axis, -1)
    order = [n for k, n in enumerate(index) if k != axis % len(index)]
    row, unit = moved[tuple(order)], index[axis]
    a = float(record.results[0].array[index])
    return Explanation(
        result=f"softmax({number(row[unit])}) = {number(a)}",
        formula="a = exp(z) / sum(exp(z))",
        lines=tuple(softmax_lines(row, unit, a)),
        meaning=say("Positive numbers that sum to 1: shares."),
        values={"z": row, "a": a},
    )


# -- one number from one or two -----------------------------------------------


def is_elementwise(record: OpRecord) -> bool:
    """Whether each number of the result comes from one number of each input."""
    module = record.op.__module__
    known = module in ELEMENTWISE or (
        module == "edukeras.ops.nn" and record.op.__name__ not in NOT_ELEMENTWISE
    )
    if not known or len(record.results) != 1:
        return False
    shapes = [np.shape(value.array) for value in record.inputs]
    try:
        return np.broadcast_shapes(*shapes) == record.results[0].array.shape
    except ValueError:
        return False


def is_ours(record: OpRecord) -> bool:
    """Whether the op is one of this package: those of users may have the same names."""
    return record.op.__module__.startswith(("edukeras.ops.", "edukeras.losses."))


def _operands(record: OpRecord, index: tuple[int, ...]) -> list[float]:
    shape = record.results[0].array.shape
    return [
        float(np.broadcast_to(value.array, shape)[index]) for value in record.inputs
    ]


def _in_numbers(name: str, operands: list[float]) -> str:
    if name in SIGNS and len(operands) == 2:
        return f"{number(operands[0])} {SIGNS[name]} {factor(operands[1])}"
    return f"{name}({', '.join(map(number, operands))})"


def forward(record: OpRecord, index: tuple[int, ...]) -> Explanation:
    """What the op computes, in the words of its own docstring."""
    y = float(record.results[0].array[index])
    words = _docstring(record)
    if is_elementwise(record):
        operands = _operands(record, index)
        text = f"{_in_numbers(record.name, operands)} = {number(y)}"
        values = {"inputs": operands, "y": y}
        return Explanation(text, meaning=words, values=values)
    result = record.results[0].array
    text = f"{record.name}(...)[{', '.join(map(str, index))}] = {number(y)}"
    lines = []
    if record.name in ("mean", "sum", "max", "min"):
        under = _reduced(record, index)
        joined = sum_of(under)[0]
        if record.name in ("max", "min"):
            joined = f"{record.name}({numbers(under)})"
        elif record.name == "mean":
            joined = f"({joined}) / {under.size}"
        text = f"{joined} = {number(y)}"
    elif result.size == np.size(record.inputs[0].array):
        lines.append(
            say(
                "{before} numbers in, {after} out",
                before=str(np.shape(record.inputs[0].array)),
                after=str(result.shape),
            )
        )
    return Explanation(text, "", tuple(lines), words, values={"y": y})


def _reduced(record: OpRecord, index: tuple[int, ...]) -> np.ndarray:
    """The numbers from which a reduction made one."""
    x = floats(record.inputs[0].array)
    axis = record.options.get("axis")
    if axis is None:
        return x.ravel()
    axes = {int(a) % x.ndim for a in np.atleast_1d(axis)}
    kept = iter(index)
    place: list[Any] = []
    for k in range(x.ndim):
        if k in axes:
            place.append(slice(None))
            if record.options.get("keepdims"):
                next(kept)
        else:
            place.append(next(kept))
    return x[tuple(place)].ravel()


def _docstring(record: OpRecord) -> str:
    lines = (inspect.getdoc(record.op) or "").split("\n\n")[0]
    return " ".join(lines.split())


def backward(record: OpRecord, index: tuple[int, ...], focus: Focus) -> Explanation:
    """What arrives and what leaves; the slope between them where there is one."""
    dy = record.arriving[0]
    if dy is None:
        return nothing_arrives()
    arrived = float(dy[index])
    lines, leaves, values = [], [], {"dy": arrived}
    for value, gradient in zip(record.inputs, record.leaving):
        if gradient is None:
            continue
        name = value.name or say("the input")
        size = float(np.sqrt(np.square(gradient, dtype=float).sum()))
        same = gradient.shape == dy.shape
        if same and is_elementwise(record):
            left = float(gradient[index])
            slope = left / arrived if arrived else float("nan")
            lines.append(
                f"{name}: {number(arrived)} * {factor(slope)} = {number(left)}"
                if arrived
                else f"{name}: {number(left)}"
            )
            leaves.append(number(left))
            values[f"d{len(leaves) - 1}"] = left
        else:
            place = np.unravel_index(int(np.argmax(np.abs(gradient))), gradient.shape)
            where = ", ".join(str(int(n)) for n in place)
            lines.append(
                f"{name}: " + say("largest")
                + f" dL/dx[{where}] = {number(gradient[place])}, "
                + say("length {size}", size=number(size))
            )  # fmt: skip
    result = f"dL/dy = {number(arrived)}"
    if leaves:
        result += f"  →  {', '.join(leaves)}"
    elif lines:
        result += "  →  " + lines[0]
    return Explanation(
        result=result,
        formula="dL/dx = dL/dy * dy/dx" if leaves else "",
        lines=tuple(lines),
        meaning=say("Arriving gradient times the slope of the op.") if leaves else "",
        values=values,
    )


def softmax_backward(
    record: OpRecord, index: tuple[int, ...], focus: Focus
) -> Explanation:
    """a * (dL/da - sum(dL/da * a))"""
    axis = record.options.get("axis", -1)
    if record.arriving[0] is None or record.leaving[0] is None:
        return nothing_arrives()
    if axis not in (-1, len(index) - 1):
        return backward(record, index, focus)
    row, unit = index[:-1], index[-1]
    a, da = record.results[0].array[row], record.arriving[0][row]
    text, total = sum_of_products(da, a)
    total = without_rounding(total, da * a)
    dz = float(record.leaving[0][index])
    return Explanation(
        result=f"dL/da = {number(da[unit])}  →  dL/dz = {number(dz)}",
        formula="dL/dz = a * (dL/da - sum(dL/da * a))",
        lines=(
            f"sum(dL/da * a) = {text} = {number(total)}",
            f"dL/dz = {number(a[unit])} * ({number(da[unit])} - {factor(total)}) "
            f"= {number(dz)}",
        ),
        meaning=say("A larger z takes its share from all the others."),
        values={"da": float(da[unit]), "dz": dz},
    )
