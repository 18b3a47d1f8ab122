"""Do the labels have the form that the loss expects?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from edukeras.inspect.doctor.checks import Sign, check
from edukeras.inspect.doctor.numbers import number
from edukeras.inspect.doctor.outputs import layer_of
from edukeras.inspect.doctor.patient import BINARY_LOSSES, Head
from edukeras.messages import say

FEW_CLASSES = 200


def is_whole(y: np.ndarray) -> bool:
    """Whether all numbers are whole ones, whatever the dtype."""
    if y.dtype.kind in "biu":
        return True
    return y.dtype.kind == "f" and bool((y[np.isfinite(y)] % 1 == 0).all())


def are_class_numbers(y: np.ndarray) -> bool:
    """(n,) or (n, 1) whole numbers."""
    return (y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1)) and is_whole(y)


def is_one_hot(y: np.ndarray) -> bool:
    return (
        y.ndim >= 2
        and y.shape[-1] > 1
        and y.dtype.kind in "biuf"
        and bool(np.isin(y, (0, 1)).all() and (y.sum(axis=-1) == 1).all())
    )


@check(
    "EK005",
    "error",
    title="class numbers with categorical_crossentropy",
    why="This loss compares with one-hot rows; class numbers are for the sparse loss.",
    lesson=4,
    moment="data",
    wrong='loss="categorical_crossentropy" with y = [2, 0, 1, ...]',
    right='model.compile(..., loss="sparse_categorical_crossentropy")',
)
def numbers_for_categorical(patient: Any) -> Iterator[Sign]:
    for head in patient.heads:
        y = head.all_y
        if y is None or head.loss != "categorical_crossentropy" or not head.units:
            continue
        if head.units > 1 and y.dtype.kind in "biuf" and are_class_numbers(y):
            yield Sign(
                say(
                    "y has shape {shape} with numbers from {low} to {high}; the output "
                    "has {units} units.",
                    shape=y.shape,
                    low=number(y.min()),
                    high=number(y.max()),
                    units=head.units,
                ),
                layer=layer_of(head),
            )


@check(
    "EK006",
    "error",
    title="one-hot labels with sparse_categorical_crossentropy",
    why="The sparse loss takes one class number per sample. One-hot rows belong to "
    "categorical_crossentropy.",
    lesson=4,
    moment="data",
    wrong='loss="sparse_categorical_crossentropy" with y = [[0, 0, 1], ...]',
    right='model.compile(..., loss="categorical_crossentropy")',
)
def one_hot_for_sparse(patient: Any) -> Iterator[Sign]:
    for head in patient.heads:
        y = head.all_y
        if y is None or head.loss != "sparse_categorical_crossentropy":
            continue
        if head.shape and y.ndim == len(head.shape) and is_one_hot(y):
            yield Sign(
                say(
                    "y has shape {shape}, and each row has exactly one 1.",
                    shape=y.shape,
                ),
                layer=layer_of(head),
            )


@check(
    "EK007",
    "error",
    title="labels out of range",
    why="The classes of C outputs are numbered 0 to C-1. Another number has no output "
    "that could learn it.",
    lesson=4,
    moment="data",
    wrong="labels 1, 2, 3 for Dense(3)",
    right="y = y - 1  # 0, 1, 2",
)
def labels_out_of_range(patient: Any) -> Iterator[Sign]:
    for head in patient.heads:
        y = head.all_y
        if y is None or y.dtype.kind not in "biuf" or not y.size or is_nan(y):
            continue
        ignored = getattr(head.loss_object, "options", {}).get("ignore_class")
        if ignored is not None:
            y = y[y != ignored]
            if not y.size:
                continue
        if head.loss == "sparse_categorical_crossentropy" and not is_one_hot(y):
            yield from _sparse_signs(head, y)
        elif head.loss == "categorical_crossentropy" and is_one_hot(y):
            yield from _empty_first_class(head, y)
        elif head.loss in BINARY_LOSSES and not head.is_reconstruction:
            if y.min() < 0 or y.max() > 1:
                yield Sign(
                    say(
                        "The labels are {values}, and {loss} expects numbers from 0 "
                        "to 1.",
                        values=_values(y),
                        loss=head.loss,
                    ),
                    _binary_fix(y),
                    layer=layer_of(head),
                )


def _sparse_signs(head: Head, y: np.ndarray) -> Iterator[Sign]:
    classes = head.units or 1
    if not is_whole(y):
        yield Sign(
            say(
                "The labels are no whole numbers: {values}.",
                values=_values(y),
            ),
            "y = y.astype(int)",
            layer=layer_of(head),
        )
        return
    low, high = int(y.min()), int(y.max())
    if low < 0 or high >= classes:
        fix = (
            f"y = y - {low}" if 0 < high - low < classes else f"Dense({high + 1}, ...)"
        )
        yield Sign(
            say(
                "Labels must be 0 to {last} for {classes} outputs; yours run from "
                "{low} to {high}.",
                last=classes - 1,
                classes=classes,
                low=low,
                high=high,
            ),
            fix,
            layer=layer_of(head),
        )
    elif low == 1 and high == classes - 1 and classes > 2 and len(y) >= 5 * classes:
        yield Sign(
            say(
                "No label is 0: they run from 1 to {high}, so the first of the "
                "{classes} outputs never learns anything.",
                high=high,
                classes=classes,
            ),
            f"y = y - 1, and Dense({classes - 1}, ...)",
            "warning",
            layer=layer_of(head),
        )


def _empty_first_class(head: Head, y: np.ndarray) -> Iterator[Sign]:
    used = np.asarray(y.reshape(-1, y.shape[-1]).sum(axis=0) > 0)
    if not used[0] and used[1:].all() and y.shape[-1] > 2 and len(y) >= 20:
        yield Sign(
            say(
                "The first column of y is always 0: the labels began at 1 when they "
                "were made one-hot.",
            ),
            "y = keras.utils.to_categorical(labels - 1)",
            "warning",
            layer=layer_of(head),
        )


def is_nan(y: np.ndarray) -> bool:
    return y.dtype.kind == "f" and bool(np.isnan(y).any())


def _values(y: np.ndarray) -> str:
    """The first few different values."""
    found = np.unique(y)
    shown = ", ".join(number(v) for v in found[:4])
    return f"{shown}, ..." if len(found) > 4 else shown


def _binary_fix(y: np.ndarray) -> str:
    found = np.unique(y)
    if list(found) == [-1, 1]:
        return "y = (y + 1) / 2  # -1, 1 becomes 0, 1"
    if list(found) == [1, 2]:
        return "y = y - 1"
    if is_whole(y) and len(found) < FEW_CLASSES:
        return (
            f'Dense({int(found.max()) + 1}, activation="softmax"), '
            'loss="sparse_categorical_crossentropy"'
        )
    return 'Dense(1), loss="mse"  # a regression'


@check(
    "EK049",
    "error",
    title="labels that are text",
    why="Models compute with numbers: each word has to become a class number first.",
    lesson=4,
    moment="data",
    wrong='y = ["cat", "dog", ...]',
    right="classes, y = np.unique(names, return_inverse=True)",
)
def labels_are_text(patient: Any) -> Iterator[Sign]:
    y = patient.y
    if isinstance(y, np.ndarray) and y.dtype.kind in "USO" and y.size:
        yield Sign(
            say(
                "y is text such as {example}, with {n} different words.",
                example=repr(str(y.reshape(-1)[0])),
                n=len({str(v) for v in y.reshape(-1)}),
            )
        )
