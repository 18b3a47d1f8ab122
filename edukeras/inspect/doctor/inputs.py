"""The inputs and the targets of a regression: their size, their holes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from edukeras import tree
from edukeras.inspect.doctor.checks import Sign, check
from edukeras.inspect.doctor.labels import is_whole
from edukeras.inspect.doctor.numbers import number, percent
from edukeras.inspect.doctor.outputs import layer_of
from edukeras.inspect.doctor.patient import REGRESSION_LOSSES
from edukeras.inspect.doctor.wiring import Step
from edukeras.messages import say

# Layers that take numbers of any size: they look them up, or scale them.
SCALING = {
    "Embedding", "ReversibleEmbedding", "Normalization", "Rescaling",
    "CategoryEncoding",
    "BatchNormalization", "LayerNormalization", "Discretization", "IntegerLookup",
    "StringLookup", "Hashing", "UnitNormalization", "GroupNormalization",
}  # fmt: skip

LARGE = 10.0
DIFFERENT = 100.0


def raw_inputs(patient: Any) -> Iterator[tuple[str, np.ndarray]]:
    """(name, array) of the inputs that go into arithmetic as they are."""
    if patient.x is None:
        return
    wiring = patient.wiring
    if wiring is None:
        if not patient.has_layer(*SCALING):
            for k, part in enumerate(tree.flatten(patient.x)):
                yield f"x[{k}]" if k else "x", part
        return
    parts = tree.flatten(patient.x)
    if isinstance(patient.x, dict):
        by_name = {s.name: s for s in wiring.inputs}
        inputs = [by_name.get(key) for key in sorted(patient.x)]
        names = [f"x[{key!r}]" for key in sorted(patient.x)]
    else:
        inputs = list(wiring.inputs)
        names = ["x"] if len(parts) == 1 else [f"x[{k}]" for k in range(len(parts))]
    for name, step, part in zip(names, inputs, parts, strict=False):
        if step is not None and not _is_scaled(step):
            yield name, part


def _is_scaled(step: Step) -> bool:
    """Whether all that reads an input looks it up or scales it."""
    for child in step.children:
        first_cast = child.passes or child.kind in {"Masking", "Resizing"}
        augments = child.kind.startswith("Random") or child.kind == "CenterCrop"
        if child.kind in SCALING:
            continue
        if not ((first_cast or augments) and child.children and _is_scaled(child)):
            return False
    return bool(step.children)


def looks_like_pixels(x: np.ndarray) -> bool:
    """Whole numbers from 0 to 255, in rows of many or in pictures."""
    if x.dtype.kind not in "iuf" or x.size == 0 or x.dtype.kind == "b":
        return False
    wide = x.ndim >= 3 or (x.ndim == 2 and x.shape[1] >= 64)
    return bool(wide and x.min() >= 0 and 100 < x.max() <= 255 and is_whole(x[:200]))


@check(
    "EK015",
    title="inputs that are not scaled",
    why="A weight's gradient is proportional to its input. If the inputs are large, or "
    "one column is much larger than another, no learning rate fits all weights.",
    lesson=12,
    moment="data",
    wrong="model.fit(x, y) with columns such as age (30) and income (50000)",
    right="mean, std = x_train.mean(axis=0), x_train.std(axis=0)\n"
    "x_train = (x_train - mean) / std  # and the same for all other data",
)
def inputs_not_scaled(patient: Any) -> Iterator[Sign]:
    for name, x in raw_inputs(patient):
        if x.dtype.kind not in "iuf" or x.ndim < 2 or looks_like_pixels(x):
            continue
        values = np.abs(x[np.isfinite(x)]) if x.dtype.kind == "f" else np.abs(x)
        if not values.size:
            continue
        typical = float(np.quantile(values[:: 1 + values.size // 200_000], 0.99))
        columns = _deviations(x) if x.ndim == 2 else np.array([])
        differ = len(columns) > 1 and columns.max() > DIFFERENT * columns.min()
        if differ and (columns.max() > 5 or columns.min() < 0.005):
            yield Sign(
                say(
                    "The columns of {name} have standard deviations from {low} to "
                    "{high}: {ratio} times as large.",
                    name=name,
                    low=number(columns.min()),
                    high=number(columns.max()),
                    ratio=number(columns.max() / columns.min()),
                )
            )
        elif typical > LARGE:
            yield Sign(
                say(
                    "The numbers in {name} go up to {largest}; about 1 is best.",
                    name=name,
                    largest=number(values.max()),
                )
            )


def _deviations(x: np.ndarray) -> np.ndarray:
    """Of the columns that are neither constant nor yes/no."""
    varied = [k for k in range(x.shape[1]) if len(np.unique(x[:500, k])) > 2]
    with np.errstate(all="ignore"):
        deviations = np.nanstd(x[:, varied].astype("float64"), axis=0)
    return deviations[deviations > 0]


@check(
    "EK016",
    title="pixels from 0 to 255",
    why="Numbers that large make the first steps huge. And in uint8 arithmetic "
    "200 + 100 is 44.",
    lesson=13,
    moment="data",
    wrong="model.fit(images, y) with images of dtype uint8",
    right='x = x.astype("float32") / 255',
)
def raw_pixels(patient: Any) -> Iterator[Sign]:
    for name, x in raw_inputs(patient):
        if looks_like_pixels(x):
            yield Sign(
                say(
                    "{name} has dtype {dtype} and numbers from {low} to {high}.",
                    name=name,
                    dtype=x.dtype,
                    low=number(x.min()),
                    high=number(x.max()),
                )
            )


@check(
    "EK017",
    title="large targets in a regression",
    why="The error, and with it the first gradients, is as large as the targets. The "
    "last layer needs many steps before it even reaches their size.",
    lesson=12,
    moment="data",
    wrong='model.compile("adam", "mse") for prices such as 250000',
    right="y_mean, y_std = y.mean(), y.std()\n"
    "y = (y - y_mean) / y_std  # predictions: model.predict(x) * y_std + y_mean",
)
def large_targets(patient: Any) -> Iterator[Sign]:
    for head in patient.heads:
        y = head.all_y
        if y is None or head.loss not in REGRESSION_LOSSES or y.dtype.kind not in "iuf":
            continue
        if "percentage" in str(head.loss) or "logarithmic" in str(head.loss):
            continue  # these compare ratios
        if head.step is not None and head.step.kind in SCALING:
            continue  # the model brings its output to that size
        size = float(np.sqrt(np.nanmean(np.square(y.astype("float64")))))
        if size > 100 and not looks_like_pixels(y):
            loss = size if head.loss == "mean_absolute_error" else size**2
            yield Sign(
                say(
                    "The targets are about {size} large, so a loss of {loss} begins at "
                    "about {value}.",
                    size=number(size),
                    loss=head.loss,
                    value=number(loss),
                ),
                layer=layer_of(head),
            )


@check(
    "EK050",
    "error",
    title="holes in the data",
    why="A single NaN makes the loss NaN, and after one step all weights.",
    lesson=12,
    moment="data",
    wrong="x with missing values",
    right="complete = np.isfinite(x).all(axis=1)\nx, y = x[complete], y[complete]",
)
def holes(patient: Any) -> Iterator[Sign]:
    for name, data in (("x", patient.x), ("y", patient.y)):
        for part in tree.flatten(data) if data is not None else []:
            if part.dtype.kind != "f" or np.isfinite(part).all():
                continue
            rows = ~np.isfinite(part.reshape(len(part), -1)).all(axis=1)
            yield Sign(
                say(
                    "{name} has NaN or infinite numbers in {n} of {all} samples "
                    "({share} %).",
                    name=name,
                    n=int(rows.sum()),
                    all=len(part),
                    share=percent(rows.mean()),
                )
            )
