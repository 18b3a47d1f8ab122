"""Losses: one number for a sample, term by term; and the mean over the batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import config
from edukeras.inspect.glass_box.dense import nothing_arrives
from edukeras.inspect.glass_box.focus import Focus
from edukeras.inspect.glass_box.recording import OpRecord
from edukeras.inspect.glass_box.steps import (
    Explanation,
    factor,
    floats,
    number,
    numbers,
    sum_of,
    sum_of_products,
)
from edukeras.messages import say

# -- cross-entropy over classes -----------------------------------------------


def _classes(record: OpRecord, index: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The sample's targets as a row of zeros and ones, and its outputs."""
    target, output = (np.asarray(value.array) for value in record.inputs)
    row = floats(np.moveaxis(output, record.options["axis"], -1)[index])
    if record.name == "categorical_crossentropy":
        return floats(np.moveaxis(target, record.options["axis"], -1)[index]), row
    label = int(target[index] if target.ndim == len(index) else target[index][0])
    return np.eye(len(row))[label], row


def _shares(row: np.ndarray, from_logits: bool) -> np.ndarray:
    """Probabilities: softmax of logits, or the numbers divided by their sum."""
    if from_logits:
        powers = np.exp(row - row.max())
        return powers / powers.sum()
    epsilon = config.epsilon()
    return np.clip(row / row.sum(), epsilon, 1 - epsilon)


def classes_forward(record: OpRecord, index: tuple[int, ...]) -> Explanation:
    """-log of the probability of the true class."""
    target, row = _classes(record, index)
    from_logits = record.options["from_logits"]
    p = _shares(row, from_logits)
    loss = float(record.results[0].array[index])
    lines = []
    if from_logits:
        powers = np.exp(row - row.max())
        lines.append(f"z = {numbers(row)}")
        lines.append(
            f"p = exp(z - {factor(row.max())}) / {number(powers.sum())} = {numbers(p)}"
        )
    else:
        lines.append(f"p = {numbers(row)}")
    true = np.flatnonzero(target)
    if len(true) == 1 and target[true[0]] == 1:
        label = int(true[0])
        result = f"-log(p[{label}]) = -log({number(p[label])}) = {number(loss)}"
        formula = "loss = -log(p[label])"
        meaning = say(
            "The model gives the true class, {label}, the probability {p}. The nearer "
            "to 1, the smaller the loss.",
            label=label,
            p=number(p[label]),
        )
        lines.append(f"loss = -log({number(p[label])}) = {number(loss)}")
    else:
        text, total = sum_of_products(target, np.log(p))
        result = f"-sum(target * log(p)) = {number(loss)}"
        formula = "loss = -sum(target * log(p))"
        meaning = say("Each class counts as much as its target says.")
        lines.append(f"target = {numbers(target)}")
        lines.append(f"loss = -({text}) = {number(-total)}")
    if from_logits:
        formula = "p = exp(z) / sum(exp(z));  " + formula
    values = {"p": p, "target": target, "loss": loss}
    return Explanation(result, formula, tuple(lines), meaning, values=values)


def classes_backward(
    record: OpRecord, index: tuple[int, ...], focus: Focus
) -> Explanation:
    """(p - target) for logits, -target / p for probabilities."""
    leaving = record.leaving[1]
    if record.arriving[0] is None or leaving is None:
        return nothing_arrives()
    target, row = _classes(record, index)
    from_logits = record.options["from_logits"]
    p = _shares(row, from_logits)
    gradient = floats(np.moveaxis(leaving, record.options["axis"], -1)[index])
    arrived = float(record.arriving[0][index])
    k = int(np.argmax(np.abs(gradient)))
    if from_logits:
        letter, formula = "z", "dL/dz = (p - target) * dL/dloss"
        text = f"({number(p[k])} - {number(target[k])}) * {number(arrived)}"
        meaning = say(
            "Softmax and cross-entropy together: the gradient is what the model said "
            "minus what is true."
        )
    else:
        letter, formula = "p", "dL/dp = (sum(target) - target / p) * dL/dloss"
        text = (
            f"({number(target.sum())} - {number(target[k])}/{number(p[k])}) * "
            f"{number(arrived)}"
        )
        meaning = say(
            "Only the true class has a large gradient: more of p there, less loss. "
            "The loss divides p by its sum, so all others get a little, too."
        )
    return Explanation(
        result=f"dL/dloss = {number(arrived)}  →  dL/d{letter}[{k}] = "
        f"{number(gradient[k])}",
        formula=formula,
        lines=(
            f"dL/d{letter}[{k}] = {text} = {number(gradient[k])}",
            f"dL/d{letter} = {numbers(gradient)}",
        ),
        meaning=meaning,
        values={"dloss": arrived, f"d{letter}": gradient},
    )


# -- binary cross-entropy and squares: a mean over the outputs of a sample ------


def _pairs(record: OpRecord, index: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Targets and outputs of one sample."""
    axis = record.options.get("axis", -1)
    target, output = np.broadcast_arrays(*(value.array for value in record.inputs))
    if record.results[0].array.shape == output.shape:  # no mean: ops.binary_...
        return floats(target[index]).ravel(), floats(output[index]).ravel()
    target, output = (np.moveaxis(a, axis, -1)[index] for a in (target, output))
    return floats(target).ravel(), floats(output).ravel()


def binary_forward(record: OpRecord, index: tuple[int, ...]) -> Explanation:
    """-(t log p + (1 - t) log(1 - p))"""
    target, output = _pairs(record, index)
    loss = float(record.results[0].array[index])
    p, lines = output, []
    if record.options["from_logits"]:
        p = 1 / (1 + np.exp(-output))
        lines.append(f"p = 1 / (1 + exp(-{factor(output[0])})) = {number(p[0])}")
    terms = -(target * np.log(p) + (1 - target) * np.log(1 - p))
    for k in range(min(len(p), 3)):
        t = target[k]
        if t in (0, 1):
            inside = number(p[k]) if t else f"1 - {number(p[k])}"
            text = f"-log({inside})"
        else:
            text = (
                f"-({number(t)}*log({number(p[k])}) + "
                f"{number(1 - t)}*log({number(1 - p[k])}))"
            )
        lines.append(f"term {k} (target {number(t)}) = {text} = {number(terms[k])}")
        result = f"{text} = {number(terms[k])}"
    if len(p) > 1:
        text, _ = sum_of(terms)
        result = f"({text}) / {len(p)} = {number(loss)}"
        lines.append(f"loss = {result}")
    return Explanation(
        result=result,
        formula="loss = mean of -(t*log(p) + (1 - t)*log(1 - p))",
        lines=tuple(lines),
        meaning=say(
            "Each output is the probability of a yes; the term is small if it is near "
            "to 1 where the target is 1, and near to 0 where it is 0."
        ),
        values={"p": p, "target": target, "terms": terms, "loss": loss},
    )


def binary_backward(
    record: OpRecord, index: tuple[int, ...], focus: Focus
) -> Explanation:
    """(p - t) for logits, (p - t) / (p (1 - p)) for probabilities."""
    leaving = record.leaving[1]
    if record.arriving[0] is None or leaving is None:
        return nothing_arrives()
    target, output = _pairs(record, index)
    arrived = float(record.arriving[0][index])
    gradient = _pairs_of(record, leaving, index)
    k = int(np.argmax(np.abs(gradient)))
    t, count = target[k], _terms(record, output)
    if record.options["from_logits"]:
        p = 1 / (1 + np.exp(-output[k]))
        letter, text = "z", f"({number(p)} - {number(t)})"
        formula = "dL/dz = (p - t) / n * dL/dloss"
    else:
        p = output[k]
        letter = "p"
        text = f"({number(p)} - {number(t)}) / ({number(p)}*{number(1 - p)})"
        formula = "dL/dp = (p - t) / (p*(1 - p)) / n * dL/dloss"
    share = f" / {count}" if count > 1 else ""
    line = f"dL/d{letter}[{k}] = {text}{share} * {number(arrived)}"
    return Explanation(
        result=f"dL/dloss = {number(arrived)}  →  dL/d{letter}[{k}] = "
        f"{number(gradient[k])}",
        formula=formula,
        lines=(f"{line} = {number(gradient[k])}",),
        meaning=say("Positive where the output is too high, negative where too low."),
        values={"dloss": arrived, f"d{letter}": gradient},
    )


def squares_forward(record: OpRecord, index: tuple[int, ...]) -> Explanation:
    """mean((y - t)**2)"""
    target, output = _pairs(record, index)
    loss = float(record.results[0].array[index])
    errors = output - target
    if len(errors) == 1:
        text = f"({number(output[0])} - {factor(target[0])})**2"
    else:
        text = f"({sum_of(errors**2)[0]}) / {len(errors)}"
    lines = [
        f"error {k} = {number(output[k])} - {factor(target[k])} = {number(errors[k])}"
        for k in range(min(len(errors), 4))
    ]
    return Explanation(
        result=f"{text} = {number(loss)}",
        formula="loss = mean((y - target)**2)",
        lines=(*lines, f"loss = {text} = {number(loss)}"),
        meaning=say("An error twice as large counts four times."),
        values={"errors": errors, "loss": loss},
    )


def squares_backward(
    record: OpRecord, index: tuple[int, ...], focus: Focus
) -> Explanation:
    """2 (y - t) / n"""
    leaving = record.leaving[1]
    if record.arriving[0] is None or leaving is None:
        return nothing_arrives()
    target, output = _pairs(record, index)
    arrived = float(record.arriving[0][index])
    gradient = _pairs_of(record, leaving, index)
    k, count = int(np.argmax(np.abs(gradient))), len(output)
    share = f" / {count}" if count > 1 else ""
    line = f"2 * ({number(output[k])} - {factor(target[k])}){share}"
    return Explanation(
        result=f"dL/dloss = {number(arrived)}  →  dL/dy[{k}] = {number(gradient[k])}",
        formula="dL/dy = 2*(y - target) / n * dL/dloss",
        lines=(f"dL/dy[{k}] = {line} * {number(arrived)} = {number(gradient[k])}",),
        meaning=say("Positive where the output is too high, negative where too low."),
        values={"dloss": arrived, "dy": gradient},
    )


def _pairs_of(record: OpRecord, array: np.ndarray, index: tuple) -> np.ndarray:
    if record.results[0].array.shape == array.shape:
        return floats(array[index]).ravel()
    axis = record.options.get("axis", -1)
    return floats(np.moveaxis(array, axis, -1)[index]).ravel()


def _terms(record: OpRecord, output: np.ndarray) -> int:
    """Over how many terms the loss of a sample is a mean."""
    same = record.results[0].array.shape == record.inputs[1].array.shape
    return 1 if same else len(output)


# -- from the losses of the samples to one number -----------------------------


def mean_forward(record: OpRecord, index: tuple[int, ...]) -> Explanation:
    """sum(loss * weight) / number of samples."""
    losses, weights = _losses(record)
    divisor = record.options["divisor"]
    loss = float(record.results[0].array)
    if weights is None:
        text, _ = sum_of(losses)
        formula = "L = (loss of sample 0 + loss of sample 1 + ...) / n"
        meaning = say("The mean over the batch: {n} losses.", n=losses.size)
    else:
        text, _ = sum_of_products(losses, weights)
        formula = "L = (loss*weight of sample 0 + loss*weight of sample 1 + ...) / n"
        meaning = say(
            "Each sample counts as much as its weight says; n is {n}.",
            n=number(divisor),
        )
    text = f"({text})" if losses.size > 1 else text
    result = f"{text} / {number(divisor)} = {number(loss)}"
    values: dict[str, Any] = {"losses": losses, "divisor": divisor, "loss": loss}
    if weights is not None:
        values["weights"] = weights
    return Explanation(result, formula, (f"L = {result}",), meaning, values=values)


def mean_backward(
    record: OpRecord, index: tuple[int, ...], focus: Focus
) -> Explanation:
    """Each sample's loss gets 1 / n of the gradient, times its weight."""
    arriving, leaving = record.arriving[0], record.leaving[0]
    if arriving is None or leaving is None:
        return nothing_arrives()
    _, weights = _losses(record)
    arrived, divisor = float(arriving), record.options["divisor"]
    rows = leaving.reshape(leaving.shape[0], -1) if leaving.ndim else leaving
    place = focus.sample if focus.sample < len(rows) else 0
    share = float(np.ravel(rows[place])[0])
    text = f"{number(arrived)} / {number(divisor)}"
    if weights is not None:
        weight = weights.reshape(len(rows), -1)[place][0]
        text = f"{number(arrived)} * {number(weight)} / {number(divisor)}"
    return Explanation(
        result=f"dL/dloss[{place}] = {text} = {number(share)}",
        formula="dL/dloss = 1 / n",
        lines=(f"dL/dloss[{place}] = {text} = {number(share)}",),
        meaning=say(
            "Here the way back starts: dL/dL = {one}. Each sample has its share in the "
            "mean, so each gets its share of the gradient.",
            one=number(arrived),
        ),
        values={"dloss": floats(leaving)},
    )


def _losses(record: OpRecord) -> tuple[np.ndarray, np.ndarray | None]:
    losses = floats(record.inputs[0].array)
    weights = record.inputs[1].array
    if weights is None:
        return losses.ravel(), None
    return losses.ravel(), np.broadcast_to(floats(weights), losses.shape).ravel()
