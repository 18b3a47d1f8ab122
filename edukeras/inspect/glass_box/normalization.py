"""Batch and layer normalization, and dropout."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.inspect.glass_box.dense import nothing_arrives
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
)
from edukeras.messages import say


def _scale_and_shift(record: OpRecord, channel: Any) -> tuple[float, float]:
    gamma, beta = (value.array for value in record.inputs[1:3])
    return (
        1.0 if gamma is None else float(gamma[channel]),
        0.0 if beta is None else float(beta[channel]),
    )


def _normalized(
    x: float, mean: float, variance: float, gamma: float, beta: float, epsilon: float
) -> tuple[list[str], float, float]:
    """The two lines from x to y, x_hat and y."""
    x_hat = (x - mean) / np.sqrt(variance + epsilon)
    y = gamma * x_hat + beta
    root = f"sqrt({number(variance)} + {number(epsilon)})"
    lines = [
        f"x_hat = ({number(x)} - {factor(mean)}) / {root} = {number(x_hat)}",
        f"y = {number(gamma)}*{factor(x_hat)} + {factor(beta)} = {number(y)}",
    ]
    return lines, float(x_hat), float(y)


# -- batch normalization ------------------------------------------------------


def batch_forward(record: OpRecord, index: tuple[int, ...]) -> Explanation:
    """With the batch's mean and variance; beside it what inference would do."""
    x = floats(record.inputs[0].array)
    axis, epsilon = record.options["axis"], record.options["epsilon"]
    channel = index[axis]
    of_channel = np.moveaxis(x, axis, -1)[..., channel].ravel()
    mean, variance = float(of_channel.mean()), float(of_channel.var())
    gamma, beta = _scale_and_shift(record, channel)
    own = float(x[index])
    lines, x_hat, y = _normalized(own, mean, variance, gamma, beta, epsilon)
    text, _ = sum_of(of_channel)
    count = of_channel.size
    first = [
        f"mean = ({text}) / {count} = {number(mean)}",
        f"variance = mean((x - {factor(mean)})**2) = {number(variance)}",
    ]
    values = {
        "x": own, "mean": mean, "variance": variance, "gamma": gamma, "beta": beta,
        "x_hat": x_hat, "y": y, "batch": of_channel,
    }  # fmt: skip
    tables, last = [], []
    if record.memory:
        moving = {
            name: float(record.memory[f"moving_{name}"][channel])
            for name in ("mean", "variance")
        }
        other, _, y_inference = _normalized(
            own, moving["mean"], moving["variance"], gamma, beta, epsilon
        )
        rows = [
            (say("mean"), number(mean), number(moving["mean"])),
            (say("variance"), number(variance), number(moving["variance"])),
            ("x_hat", *(side[0].removeprefix("x_hat = ") for side in (lines, other))),
            ("y", *(side[1].removeprefix("y = ") for side in (lines, other))),
        ]
        headers = ("", say("training: this batch"), say("inference: moving averages"))
        tables.append(Table(say("The same x in both modes"), headers, tuple(rows)))
        momentum = record.memory["momentum"]
        for name, batch in (("mean", mean), ("variance", variance)):
            new = momentum * moving[name] + (1 - momentum) * batch
            values[f"moving_{name}"], values[f"new_moving_{name}"] = moving[name], new
            last.append(
                f"moving_{name} = {number(momentum)}*{factor(moving[name])} + "
                f"{number(1 - momentum)}*{factor(batch)} = {number(new)}"
            )
        values["y_inference"] = y_inference
    return Explanation(
        result=f"({number(own)} - {factor(mean)}) / sqrt({number(variance)} + "
        f"{number(epsilon)}) * {number(gamma)} + {factor(beta)} = {number(y)}",
        formula="x_hat = (x - mean) / sqrt(variance + epsilon);  "
        "y = gamma*x_hat + beta",
        lines=(*first, *lines, *last),
        meaning=say(
            "In training, mean and variance are those of the {n} numbers that this "
            "batch has in channel {channel}; in inference, the moving averages.",
            n=count,
            channel=channel,
        ),
        tables=tuple(tables),
        values=values,
    )


def batch_backward(
    record: OpRecord, index: tuple[int, ...], focus: Focus
) -> Explanation:
    """Every x of the channel has a share in mean and variance, so in every y."""
    if record.arriving[0] is None:
        return nothing_arrives()
    axis, epsilon = record.options["axis"], record.options["epsilon"]
    channel = index[axis]
    x, dy = (
        np.moveaxis(floats(a), axis, -1)[..., channel]
        for a in (record.inputs[0].array, record.arriving[0])
    )
    gamma, _ = _scale_and_shift(record, channel)
    return _normalization_backward(record, index, x, dy, gamma, epsilon)


def inference_forward(record: OpRecord, index: tuple[int, ...]) -> Explanation:
    """With given mean and variance: a frozen layer."""
    x, mean, variance, offset, scale = (value.array for value in record.inputs)
    channel = index[record.options["axis"]]
    gamma = 1.0 if scale is None else float(scale[channel])
    beta = 0.0 if offset is None else float(offset[channel])
    lines, x_hat, y = _normalized(
        float(x[index]), float(mean[channel]), float(variance[channel]), gamma, beta,
        record.options["epsilon"],
    )  # fmt: skip
    return Explanation(
        result=f"y = {lines[1].removeprefix('y = ')}",
        formula="x_hat = (x - mean) / sqrt(variance + epsilon);  "
        "y = gamma*x_hat + beta",
        lines=tuple(lines),
        meaning=say("Mean and variance are given; this batch does not change them."),
        values={"x_hat": x_hat, "y": y},
    )


# -- layer normalization ------------------------------------------------------


def layer_forward(record: OpRecord, index: tuple[int, ...]) -> Explanation:
    """Mean and variance of one sample, over its own numbers."""
    x, place, weight = _row_of(record, record.inputs[0].array, index)
    gamma, beta = _scale_and_shift(record, weight)
    epsilon = record.options["epsilon"]
    mean, variance = float(x.mean()), float(x.var())
    lines, x_hat, y = _normalized(float(x[place]), mean, variance, gamma, beta, epsilon)
    return Explanation(
        result=f"y = {lines[1].removeprefix('y = ')}",
        formula="x_hat = (x - mean) / sqrt(variance + epsilon);  "
        "y = gamma*x_hat + beta",
        lines=(
            f"mean of {numbers(x)} = {number(mean)}",
            f"variance = {number(variance)}",
            *lines,
        ),
        meaning=say(
            "Mean and variance are those of the sample's own {n} numbers, in training "
            "as in inference.",
            n=x.size,
        ),
        values={"mean": mean, "variance": variance, "x_hat": x_hat, "y": y},
    )


def layer_backward(
    record: OpRecord, index: tuple[int, ...], focus: Focus
) -> Explanation:
    """As for batch normalization, over the numbers of the sample."""
    if record.arriving[0] is None:
        return nothing_arrives()
    x, _, weight = _row_of(record, record.inputs[0].array, index)
    dy, _, _ = _row_of(record, record.arriving[0], index)
    gamma = record.inputs[1].array
    gains = np.ones(x.shape) if gamma is None else floats(gamma)
    epsilon = record.options["epsilon"]
    return _normalization_backward(
        record, index, x, dy, gains.reshape(x.shape), epsilon
    )


def _row_of(
    record: OpRecord, array: np.ndarray, index: tuple[int, ...]
) -> tuple[np.ndarray, tuple[int, ...], tuple[int, ...]]:
    """The numbers that are normalized together, and the element's place among them."""
    axes = {int(a) % array.ndim for a in np.atleast_1d(record.options["axis"])}
    whole = tuple(slice(None) if k in axes else n for k, n in enumerate(index))
    place = tuple(n for k, n in enumerate(index) if k in axes)
    return floats(array[whole]), place, place


def _normalization_backward(
    record: OpRecord,
    index: tuple[int, ...],
    x: np.ndarray,
    dy: np.ndarray,
    gain: Any,
    epsilon: float,
) -> Explanation:
    """dx = gain / sqrt(variance + epsilon) * (dy - mean(dy) - x_hat*mean(dy*x_hat))"""
    root = np.sqrt(x.var() + epsilon)
    x_hat = (x - x.mean()) / root
    slope = dy * gain
    mean, along = float(slope.mean()), float((slope * x_hat).mean())
    own_x = float(record.inputs[0].array[index])
    own_dy = float(record.arriving[0][index])  # type: ignore[index]
    own_hat = (own_x - float(x.mean())) / root
    lines, values = [], {"dy": own_dy, "mean_dy": mean, "mean_dy_x_hat": along}
    leaving = record.leaving[0]
    result = f"dL/dy = {number(own_dy)}"
    if leaving is not None:
        own_dx = float(leaving[index])
        own_gain = 1.0
        if np.ndim(gain) == 0:
            own_gain = float(gain)
        else:
            own_gain = float(gain[index[-np.ndim(gain) :]])
        lines.append(
            f"dL/dx = ({number(own_gain)}*{factor(own_dy)} - {factor(mean)} - "
            f"{factor(own_hat)}*{factor(along)}) / {number(root)} = {number(own_dx)}"
        )
        values["dx"] = own_dx
        result += f"  →  dL/dx = {number(own_dx)}"
    if np.ndim(gain) == 0:  # of a layer's gamma and beta, each element is its own
        text, total = sum_of_products(dy.ravel(), x_hat.ravel())
        lines.append(f"dL/dgamma = {text} = {number(total)}")
        values["dgamma"] = total
        text, total = sum_of(dy.ravel())
        lines.append(f"dL/dbeta = {text} = {number(total)}")
        values["dbeta"] = total
    return Explanation(
        result=result,
        formula="dL/dx = (g - mean(g) - x_hat*mean(g*x_hat)) / sqrt(variance + "
        "epsilon), g = gamma*dL/dy",
        lines=tuple(lines),
        meaning=say(
            "Each x also moves the mean and the variance, so the gradients of all the "
            "others have a part in its own."
        ),
        values=values,
    )


# -- dropout ------------------------------------------------------------------


def mask_of(record: OpRecord) -> np.ndarray:
    """What dropout multiplied with: it is what its backward multiplies with."""
    ones = np.ones_like(record.results[0].array)
    return record.backward(ones, (True,))[0]


def dropout_forward(record: OpRecord, index: tuple[int, ...]) -> Explanation:
    """x times the mask: 0, or 1 / (1 - rate)."""
    mask = mask_of(record)
    x, m = float(record.inputs[0].array[index]), float(mask[index])
    rate = record.options["rate"]
    of_sample = mask[index[0]]
    kept = int(np.count_nonzero(of_sample))
    fate = say("kept") if m else say("dropped")
    return Explanation(
        result=f"{number(x)} * {number(m)} = {number(x * m)} ({fate})",
        formula=f"y = x * mask;  mask = 0 or 1 / (1 - {number(rate)}) = "
        f"{number(1 / (1 - rate) if rate < 1 else 0)}",
        lines=(f"mask = {numbers(of_sample, 16)}",),
        meaning=say(
            "Of this sample's {n} numbers, {kept} were kept and made larger, so that "
            "the sum stays about the same. In inference nothing is dropped: y = x.",
            n=of_sample.size,
            kept=kept,
        ),
        values={"x": x, "mask": m, "y": x * m, "masks": of_sample},
    )


def dropout_backward(
    record: OpRecord, index: tuple[int, ...], focus: Focus
) -> Explanation:
    """The same mask again."""
    if record.arriving[0] is None:
        return nothing_arrives()
    m, dy = float(mask_of(record)[index]), float(record.arriving[0][index])
    return Explanation(
        result=f"dL/dy = {number(dy)}  →  dL/dx = {number(dy)} * {number(m)} "
        f"= {number(dy * m)}",
        formula="dL/dx = dL/dy * mask",
        meaning=say("What was dropped gets no gradient this time."),
        values={"dy": dy, "mask": m, "dx": dy * m},
    )
