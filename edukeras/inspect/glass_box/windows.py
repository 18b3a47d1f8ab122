"""Convolution and pooling: what one window sees, and what becomes of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.inspect.glass_box.dense import activation_gradient, nothing_arrives
from edukeras.inspect.glass_box.focus import Focus
from edukeras.inspect.glass_box.recording import OpRecord
from edukeras.inspect.glass_box.steps import (
    Explanation,
    Table,
    factor,
    floats,
    number,
    sum_of,
    sum_of_products,
)
from edukeras.messages import say
from edukeras.ops.windows import Window, channels_last, per_axis

MOST_TABLES = 3
MOST_COLUMNS = 7


def conv_forward(record: OpRecord, index: tuple[int, ...]) -> Explanation:
    """The window and the kernel, multiplied element by element and added up."""
    place, unit = _place(record, index)
    window, seen = _windows(record)
    kernel, bias = _kernel_of(record)
    under = floats(_group(record, seen[place], unit))  # (*kernel_size, C / groups)
    weights = floats(kernel[..., unit])
    extra = [] if bias is None else [bias[unit]]
    text, z = sum_of_products(weights.ravel(), under.ravel(), extra)
    name = record.options.get("activation", "linear")
    a = float(record.results[0].array[index])
    lines = [f"z = {text} = {number(z)}"]
    result = f"sum(window * kernel){' + b' if extra else ''} = {number(z)}"
    if name != "linear":
        result = f"{name}({number(z)}) = {number(a)}"
        lines.append(f"a = {name}({number(z)}) = {number(a)}")
    meaning = say(
        "The kernel of unit {unit} lies over {n} numbers of the input, from {start} "
        "on; each is multiplied with the weight above it.",
        unit=unit,
        n=under.size,
        start=_start(window, place[1:]),
    )
    letters = "z = sum(window * kernel)" + (" + b" if extra else "")
    return Explanation(
        result=result,
        formula=letters + (f";  a = {name}(z)" if name != "linear" else ""),
        lines=tuple(lines),
        meaning=meaning,
        tables=_tables(under, weights),
        values={"window": under, "kernel": weights, "z": z, "a": a},
    )


def conv_backward(
    record: OpRecord, index: tuple[int, ...], focus: Focus
) -> Explanation:
    """Each weight's gradient: what it has seen, times the gradient of the sum."""
    if record.arriving[0] is None:
        return nothing_arrives()
    place, unit = _place(record, index)
    _, seen = _windows(record)
    da = floats(_last(record, record.arriving[0]))
    name = record.options.get("activation", "linear")
    dz = da
    if name == "relu":
        dz = da * (_last(record, record.results[0].array) > 0)
    elif name != "linear":
        dz = activation_gradient(name, _sums(record, seen), da)
    at = (*place, unit)
    weight_index = _weight_in(record, focus, unit)
    i, j = weight_index[:-1], weight_index[-1]
    lines = []
    values: dict[str, Any] = {"da": float(da[at]), "dz": float(dz[at])}
    if name != "linear":
        z = np.array(conv_forward(record, index).values["z"])
        slope = activation_gradient(name, z, np.ones(()))
        lines.append(
            f"dL/dz = dL/da * {name}'(z) = {number(da[at])} * {factor(slope)} "
            f"= {number(dz[at])}"
        )
    result = f"dL/da = {number(da[at])}  →  dL/dz = {number(dz[at])}"
    if record.leaving[1] is not None:
        columns = _group(record, seen, j)  # (B, *output, *kernel_size, C / groups)
        under: Any = (..., *i)
        text, total = sum_of_products(columns[under].ravel(), dz[..., j].ravel())
        values.update(dw=total, weight_index=weight_index)
        lines.append(f"dL/dw{list(weight_index)} = {text} = {number(total)}")
        result += f",  dL/dw{list(weight_index)} = {number(total)}"
    if len(record.leaving) > 2 and record.leaving[2] is not None:
        text, total = sum_of(dz[..., j].ravel())
        values["db"] = total
        lines.append(f"dL/db[{j}] = {text} = {number(total)}")
    meaning = say(
        "One weight lies over every place of every image, so its gradient is a sum "
        "over all of them: {n} products here.",
        n=dz[..., j].size,
    )
    return Explanation(
        result=result,
        formula="dL/dw = sum over images and places of (input under w) * dL/dz",
        lines=tuple(lines),
        meaning=meaning,
        values=values,
    )


def winner_of(record: OpRecord, index: tuple[int, ...]) -> tuple[int, ...]:
    """Which element of the input won."""
    place, channel = _place(record, index)
    window, seen = _windows(record)
    source = _source(window, place[1:], _winner(seen[place][..., channel]))
    if _last(record, record.inputs[0].array) is record.inputs[0].array:
        return (place[0], *source, channel)
    return (place[0], channel, *source)


def pool_forward(record: OpRecord, index: tuple[int, ...]) -> Explanation:
    """The largest of what the window sees, or the mean."""
    place, channel = _place(record, index)
    window, seen = _windows(record)
    under = floats(seen[place][..., channel])
    y = float(record.results[0].array[index])
    inside = under[np.isfinite(under)]
    if record.name == "max_pool":
        winner = _winner(under)
        meaning = say(
            "The largest number wins: the one at {winner} of the window, {source} of "
            "the input. Only it gets the gradient.",
            winner=winner,
            source=_source(window, place[1:], winner),
        )
        text = f"max({', '.join(map(number, inside.ravel()[:9]))})"
        values: dict[str, Any] = {"window": under, "winner": winner, "y": y}
    else:
        winner = None
        total, value = sum_of(inside.ravel())
        text = f"({total}) / {inside.size}"
        meaning = say("The mean of the {n} numbers in the window.", n=inside.size)
        values = {"window": under, "y": y, "mean": value / inside.size}
    caption = say("The window; * wins") if winner else say("The window")
    tables = (_grid(caption, under, winner),)
    return Explanation(
        result=f"{text} = {number(y)}",
        formula="y = max(window)" if winner else "y = mean(window)",
        meaning=meaning,
        tables=tables,
        values=values,
    )


def pool_backward(
    record: OpRecord, index: tuple[int, ...], focus: Focus
) -> Explanation:
    """The winner gets all; of a mean, everyone gets a share."""
    if record.arriving[0] is None:
        return nothing_arrives()
    place, channel = _place(record, index)
    window, seen = _windows(record)
    under = floats(seen[place][..., channel])
    dy = float(record.arriving[0][index])
    if record.name == "max_pool":
        winner = _winner(under)
        source = _source(window, place[1:], winner)
        return Explanation(
            result=f"dL/dy = {number(dy)}  →  {number(dy)} "
            + say("to the winner at {source}", source=source),
            formula="dL/dx = dL/dy where x won, else 0",
            meaning=say("The others did not change the result: their gradient is 0."),
            values={"dy": dy, "source": source},
        )
    count = int(np.isfinite(under).sum())
    return Explanation(
        result=f"dL/dy = {number(dy)}  →  {number(dy)} / {count} = "
        f"{number(dy / count)} " + say("to each"),
        formula="dL/dx = dL/dy / n",
        meaning=say("All {n} numbers of the window share the gradient.", n=count),
        values={"dy": dy, "share": dy / count},
    )


# -- windows ------------------------------------------------------------------


def _last(record: OpRecord, array: np.ndarray) -> np.ndarray:
    return channels_last(array, record.options.get("data_format"))


def _place(record: OpRecord, index: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
    """Sample and place of an element, and its channel, wherever channels stand."""
    marked = np.zeros(record.results[0].array.shape, bool)
    marked[index] = True
    at = np.argwhere(_last(record, marked))[0]
    return tuple(int(n) for n in at[:-1]), int(at[-1])


def _windows(record: OpRecord) -> tuple[Window, np.ndarray]:
    """The window, and what it sees everywhere: (B, *output, *size, C)."""
    x = _last(record, record.inputs[0].array)
    options, count = record.options, x.ndim - 2
    if "pool_size" in options:
        size = per_axis(options["pool_size"], count, "pool_size")
        strides, dilation = options.get("strides") or size, (1,) * count
        # Margins never win, and do not count in a mean.
        margin = -np.inf if record.name == "max_pool" else np.nan
    else:
        size = record.inputs[1].array.shape[:-2]
        strides, margin = options.get("strides", 1), 0.0
        dilation = per_axis(options.get("dilation_rate", 1), count, "dilation_rate")
    strides = per_axis(strides, count, "strides")
    padding = options.get("padding", "valid")
    window = Window.over(x.shape[1:-1], size, strides, dilation, padding)
    return window, window.columns(window.pad(floats(x), margin))


def _kernel_of(record: OpRecord) -> tuple[np.ndarray, np.ndarray | None]:
    _, kernel, *rest = (value.array for value in record.inputs)
    return kernel, rest[0] if rest else None


def _group(record: OpRecord, seen: np.ndarray, unit: int) -> np.ndarray:
    """The channels that the kernel of a unit sees: all, or those of its group."""
    kernel = record.inputs[1].array
    width = kernel.shape[-2]
    groups = seen.shape[-1] // width
    group = unit // (kernel.shape[-1] // groups)
    return seen[..., group * width : (group + 1) * width]


def _sums(record: OpRecord, seen: np.ndarray) -> np.ndarray:
    """z at every place, from what the windows see."""
    kernel, bias = _kernel_of(record)
    axes = kernel.ndim - 1
    parts = [
        np.tensordot(_group(record, seen, unit), floats(kernel[..., unit]), axes)
        for unit in range(kernel.shape[-1])
    ]
    z = np.stack(parts, axis=-1)
    return z if bias is None else z + bias


def _weight_in(record: OpRecord, focus: Focus, unit: int) -> tuple[int, ...]:
    if focus.is_on(record.inputs[1]):
        return focus.weight_index
    gradient = record.leaving[1]
    if gradient is None:
        return (*(0,) * (record.inputs[1].array.ndim - 1), unit)
    part = np.abs(gradient[..., unit])
    place = np.unravel_index(int(np.argmax(part)), part.shape)
    return (*(int(n) for n in place), unit)


def _winner(under: np.ndarray) -> tuple[int, ...]:
    place = np.unravel_index(int(np.argmax(under)), under.shape)
    return tuple(int(n) for n in place)


def _start(window: Window, place: tuple[int, ...]) -> tuple[int, ...]:
    """The first input that the window sees; negative in the margin."""
    return tuple(
        p * s - before
        for p, s, (before, _) in zip(place, window.strides, window.padding)
    )


def _source(
    window: Window, place: tuple[int, ...], inside: tuple[int, ...]
) -> tuple[int, ...]:
    """Which input an element of the window is."""
    return tuple(
        start + i * d
        for start, i, d in zip(_start(window, place), inside, window.dilation)
    )


# -- as tables ----------------------------------------------------------------


def _tables(under: np.ndarray, weights: np.ndarray) -> tuple[Table, ...]:
    """Window, kernel and product of each channel; of many channels the strongest."""
    channels = under.shape[-1]
    strength = np.abs(under * weights).reshape(-1, channels).sum(axis=0)
    shown = sorted(np.argsort(-strength, kind="stable")[:MOST_TABLES])
    tables = []
    for c in shown:
        title = "" if channels == 1 else " " + say("of channel {c}", c=int(c))
        left, right = _plane(under[..., c]), _plane(weights[..., c])
        rows = []
        for k in range(len(left)):
            cells = [*map(number, left[k]), "×", *map(number, right[k]), "="]
            rows.append((*cells, *map(number, left[k] * right[k])))
        width = left.shape[1]
        headers = [say("window"), *[""] * width, say("kernel"), *[""] * width]
        headers += [say("product"), *[""] * (width - 1)]
        total = number((left * right).sum())
        caption = say("Window × kernel{title}: sum {total}", title=title, total=total)
        if width <= MOST_COLUMNS:
            tables.append(Table(caption, tuple(headers), tuple(rows)))
    return tuple(tables)


def _plane(values: np.ndarray) -> np.ndarray:
    """Rows and columns; a line is one row."""
    return values.reshape(-1, values.shape[-1]) if values.ndim > 1 else values[None]


def _grid(caption: str, values: np.ndarray, winner: Any) -> Table:
    marks = np.zeros(values.shape, bool)
    if winner is not None:
        marks[winner] = True
    rows = tuple(
        tuple(
            (f"{number(v)} *" if m else number(v)) if np.isfinite(v) else "-"
            for v, m in zip(line, mark)
        )
        for line, mark in zip(_plane(values), _plane(marks))
    )
    return Table(caption, ("",) * len(rows[0]), rows)
