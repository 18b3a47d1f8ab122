"""Dense layers and matrix products: weighted sums, and an activation."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import activations
from edukeras.autodiff import GradientTape
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
from edukeras.tensor import Tensor

# The activations in letters; others are named only.
ACTIVATIONS = {
    "relu": "max(0, z)",
    "sigmoid": "1 / (1 + exp(-z))",
    "tanh": "(exp(z) - exp(-z)) / (exp(z) + exp(-z))",
    "softmax": "exp(z) / sum(exp(z))",
    "exponential": "exp(z)",
    "softplus": "log(1 + exp(z))",
    "softsign": "z / (1 + |z|)",
    "silu": "z / (1 + exp(-z))",
}


def forward(record: OpRecord, index: tuple[int, ...]) -> Explanation:
    """w1*x1 + w2*x2 + ... + b = z, activation(z) = a."""
    x, kernel, bias = arrays_of(record)
    row, unit = floats(x[index[:-1]]), index[-1]
    extra = [] if bias is None else [bias[unit]]
    text, z = sum_of_products(kernel[:, unit], row, extra)
    name = record.options.get("activation", "linear")
    a = float(record.results[0].array[index])
    letters = "z = w1*x1 + w2*x2 + ..." + (" + b" if extra else "")
    lines = [f"z = {text} = {number(z)}"]
    result = f"z = {text} = {number(z)}"
    if name == "softmax":
        result = f"softmax({number(z)}) = {number(a)}"
        all_z = row @ floats(kernel) + (0 if bias is None else bias)
        lines += softmax_lines(all_z, unit, a)
    elif name != "linear":
        result = f"{name}({number(z)}) = {number(a)}"
        lines.append(f"a = {name}({number(z)}) = {number(a)}")
    if name != "linear":
        letters += f";  a = {name}(z) = {ACTIVATIONS.get(name, '...')}"
    values = {"x": row, "w": kernel[:, unit], "z": z, "a": a}
    if bias is not None:
        values["b"] = float(bias[unit])
    meaning = say(
        "Each input times its weight, all added up: {n} inputs into this unit.",
        n=len(row),
    )
    tables = (_largest_products(row, floats(kernel[:, unit])),)
    return Explanation(result, letters, tuple(lines), meaning, tables, values)


def _largest_products(x: np.ndarray, w: np.ndarray) -> Table:
    """Which inputs have most to say."""
    products = x * w
    largest = np.argsort(-np.abs(products), kind="stable")[:5]
    rows = tuple(
        (str(int(i)), number(x[i]), number(w[i]), number(products[i])) for i in largest
    )
    headers = (say("input"), "x", "w", "w*x")
    return Table(say("The largest products"), headers, rows, in_text=False)


def softmax_lines(z: np.ndarray, unit: int, a: float) -> list[str]:
    """a = exp(z) / sum(exp(z)), with the largest z taken off as the kernel does."""
    largest = float(z.max())
    powers = np.exp(z - largest)
    top = f"exp({number(z[unit])} - {factor(largest)})"
    return [
        f"{say('all z')}: {numbers(z)}",
        f"sum(exp(z - {factor(largest)})) = {number(powers.sum())}",
        f"a = {top} / {number(powers.sum())} = {number(a)}",
    ]


def backward(record: OpRecord, index: tuple[int, ...], focus: Focus) -> Explanation:
    """dL/da arrives; dL/dz, dL/dw, dL/db and dL/dx leave."""
    x, kernel, bias = arrays_of(record)
    unit = index[-1]
    da = record.arriving[0]
    if da is None:
        return nothing_arrives()
    name = record.options.get("activation", "linear")
    dz = through_activation(record, name)
    lines = []
    values: dict[str, Any] = {"da": float(da[index]), "dz": float(dz[index])}
    if name == "softmax":
        a = floats(record.results[0].array[index[:-1]])
        text, total = sum_of_products(da[index[:-1]], a)
        total = without_rounding(total, da[index[:-1]] * a)
        lines.append(f"sum(dL/da * a) = {text} = {number(total)}")
        lines.append(
            f"dL/dz = {number(a[unit])} * ({number(da[index])} - {factor(total)}) "
            f"= {number(dz[index])}"
        )
    elif name != "linear":
        z = np.array(forward(record, index).values["z"])
        slope = activation_gradient(name, z, np.ones(()))
        lines.append(
            f"dL/dz = dL/da * {name}'(z) = {number(da[index])} * {factor(slope)} "
            f"= {number(dz[index])}"
        )
    rows, slopes = floats(x.reshape(-1, x.shape[-1])), dz.reshape(-1, dz.shape[-1])
    inputs = record.inputs
    i, j = _weight_in(record, focus, unit)
    if record.leaving[1] is not None:
        text, total = sum_of_products(rows[:, i], slopes[:, j])
        values["dw"], values["weight_index"] = total, (i, j)
        lines.append(
            f"dL/dw[{i}, {j}] = "
            + say("sum over the batch of x[{i}] * dL/dz[{j}]", i=i, j=j)
        )
        lines.append(f"    = {text} = {number(total)}")
    if bias is not None and record.leaving[2] is not None:
        text, total = sum_of(slopes[:, j])
        values["db"] = total
        lines.append(f"dL/db[{j}] = {text} = {number(total)}")
    if record.leaving[0] is not None:
        before = focus.elements.get(inputs[0].slot, ())
        if before[:-1] == index[:-1]:  # the element that is followed there
            k = before[-1]
        else:
            k = int(np.argmax(np.abs(record.leaving[0][index[:-1]])))
        text, total = sum_of_products(dz[index[:-1]], kernel[k])
        values["dx"], values["input"] = total, k
        lines.append(f"dL/dx[{k}] = {text} = {number(total)}")
        to = inputs[0].name
    else:
        to = ""
    arrow = f"dL/dz = {number(dz[index])}"
    if "dw" in values:
        arrow += f",  dL/dw[{i}, {j}] = {number(values['dw'])}"
    meaning = say(
        "The weight's gradient is its input times the gradient of the sum, added up "
        "over the samples of the batch."
    )
    if to:
        meaning += " " + say("What leaves to the inputs goes on to {to}.", to=to)
    return Explanation(
        result=f"dL/da = {number(da[index])}  →  {arrow}",
        formula="dL/dz = dL/da * a'(z);  dL/dw[i, j] = sum(x[i] * dL/dz[j]);  "
        "dL/dx[i] = sum(w[i, j] * dL/dz[j])",
        lines=tuple(lines),
        meaning=meaning,
        values=values,
    )


def _weight_in(record: OpRecord, focus: Focus, unit: int) -> tuple[int, int]:
    """The followed weight if it is in this kernel, else the one with most gradient."""
    if focus.is_on(record.inputs[1]) and len(focus.weight_index) == 2:
        i, j = focus.weight_index
        return i, j
    gradient = record.leaving[1]
    return (0 if gradient is None else int(np.argmax(np.abs(gradient[:, unit])))), unit


def arrays_of(record: OpRecord) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Inputs, kernel and bias, for `dense` and for `matmul`."""
    x, kernel, *rest = (value.array for value in record.inputs)
    return x, kernel, rest[0] if rest else None


def fits(record: OpRecord) -> bool:
    """Whether this matrix product is one with a matrix of weights."""
    kernel = record.inputs[1].array
    return np.ndim(kernel) == 2 and np.ndim(record.inputs[0].array) >= 2


def through_activation(record: OpRecord, name: str) -> np.ndarray:
    """dL/dz of all elements: dL/da through the activation's own op."""
    da = floats(record.arriving[0])
    if name == "linear":
        return da
    x, kernel, bias = arrays_of(record)
    z = floats(x) @ floats(kernel) + (0 if bias is None else floats(bias))
    return activation_gradient(name, z, da)


def activation_gradient(name: str, z: np.ndarray, da: np.ndarray) -> np.ndarray:
    """The gradient by z of an activation, from the op and a tape."""
    sums = Tensor(z)
    with GradientTape() as tape:
        tape.watch(sums)
        a = activations.get(name)(sums)
    gradient = tape.gradient(a, sums, da)
    return gradient.array


def nothing_arrives() -> Explanation:
    return Explanation(say("no gradient arrives: the loss does not depend on this"))
