"""Training, validation and test data: what must not leak from one into another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from edukeras.inspect.doctor.checks import Sign, check
from edukeras.inspect.doctor.labels import FEW_CLASSES, is_whole
from edukeras.inspect.doctor.numbers import number, percent
from edukeras.inspect.doctor.relation import related
from edukeras.messages import say


@check(
    "EK018",
    title="validation data scaled with its own mean",
    why="The same number then means different things in training and in validation. "
    "All data is scaled with the mean and deviation of the training data.",
    lesson=12,
    moment="data",
    wrong="x_val = (x_val - x_val.mean(axis=0)) / x_val.std(axis=0)",
    right="mean, std = x_train.mean(axis=0), x_train.std(axis=0)\n"
    "x_train, x_val = (x_train - mean) / std, (x_val - mean) / std",
)
def scaled_apart(patient: Any) -> Iterator[Sign]:
    x, x_val = patient.single_x, patient.x_val
    if x is None or not isinstance(x_val, np.ndarray) or x_val is x:
        return
    if x.ndim != 2 or x_val.ndim != 2 or x.shape[1] != x_val.shape[1]:
        return
    if len(x) == len(x_val) and np.array_equal(x, x_val):
        return
    if _is_standardised(x) and _is_standardised(x_val):
        yield Sign(
            say(
                "Every column of both has mean 0 and deviation 1 exactly. With one "
                "scaling for both, the validation means would differ by about {gap}.",
                gap=number(1 / np.sqrt(len(x_val))),
            )
        )


def _is_standardised(x: np.ndarray) -> bool:
    x = x.astype("float64")
    varied = x.std(axis=0) > 1e-6
    if varied.sum() < 1:
        return False
    x = x[:, varied]
    return bool(
        np.abs(x.mean(axis=0)).max() < 1e-3 and np.abs(x.std(axis=0) - 1).max() < 1e-2
    )


@check(
    "EK020",
    title="the same samples in training and validation",
    why="What the model has seen, it may have learned by heart: validation then no "
    "longer measures how it does on new data.",
    lesson=12,
    moment="data",
    wrong="model.fit(x, y, validation_data=(x[:100], y[:100]))",
    right="x_train, x_val = x[100:], x[:100]\ny_train, y_val = y[100:], y[:100]",
)
def shared_samples(patient: Any) -> Iterator[Sign]:
    x, x_val = patient.single_x, patient.x_val
    if x is None or not isinstance(x_val, np.ndarray) or x.shape[1:] != x_val.shape[1:]:
        return
    seen = _rows(x)
    shared = sum(row in seen for row in _row_list(x_val))
    # Coarse data, such as four measurements in millimetres, repeat by themselves.
    repeats = 1 - len(seen) / max(len(x), 1)
    share = shared / max(len(x_val), 1)
    if share > 0.03 + 3 * repeats:
        yield Sign(
            say(
                "{n} of the {all} validation samples ({share} %) are training samples "
                "too.",
                n=shared,
                all=len(x_val),
                share=percent(share),
            )
        )


def _row_list(x: np.ndarray) -> list[bytes]:
    x = np.ascontiguousarray(x.reshape(len(x), -1).astype("float32"))
    return [row.tobytes() for row in x]


def _rows(x: np.ndarray) -> set[bytes]:
    return set(_row_list(x))


@check(
    "EK022",
    "error",
    title="validation_split on sorted data",
    why="validation_split takes the last rows before any shuffling. If the data is "
    "sorted, training and validation see different classes.",
    lesson=10,
    moment="data",
    wrong="model.fit(x, y, validation_split=0.2)  # y = 0, 0, ..., 1, 1, ..., 2, 2",
    right="order = np.random.permutation(len(x))\nx, y = x[order], y[order]",
)
def split_of_sorted_data(patient: Any) -> Iterator[Sign]:
    y = _column(patient.y)
    split = patient.validation_split
    if y is None or not 0 < split < 1 or len(y) < 20:
        return
    at = int(len(y) * (1 - split))
    head, tail = y[:at], y[at:]
    if len(tail) < 5:
        return
    if is_whole(y) and len(np.unique(y)) <= min(FEW_CLASSES, len(y) // 3):
        classes = np.unique(y)
        known, last = np.unique(head), np.unique(tail)
        missing = [c for c in last if c not in known]
        expected = np.isin(tail, missing).mean()
        # A tail of one class among several is no accident either.
        common = max((y == c).mean() for c in classes)
        alone = len(last) == 1 and len(classes) > 1 and common ** len(tail) < 1e-4
        if expected > 0.2 or alone:
            yield Sign(
                say(
                    "The last {n} rows, taken for validation, are of class {last}; "
                    "the other rows are of class {known}.",
                    n=len(tail),
                    last=", ".join(number(c) for c in last[:6]),
                    known=", ".join(number(c) for c in known[:6]),
                )
            )
    elif y.dtype.kind == "f" and _is_monotone(y):
        yield Sign(
            say(
                "The targets are sorted: training sees {a} to {b}, validation {c} to "
                "{d}.",
                a=number(head.min()),
                b=number(head.max()),
                c=number(tail.min()),
                d=number(tail.max()),
            ),
            severity="warning",
        )


def _is_monotone(y: np.ndarray) -> bool:
    gaps = np.diff(y)
    return bool((gaps >= 0).all() or (gaps <= 0).all()) and y[0] != y[-1]


def _column(y: Any) -> np.ndarray | None:
    """Class numbers or targets in one column; one-hot rows as class numbers."""
    if (
        not isinstance(y, np.ndarray)
        or y.dtype.kind not in "biuf"
        or y.ndim not in (1, 2)
    ):
        return None
    if y.ndim == 2 and y.shape[1] > 1:
        one_hot = np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all()
        return y.argmax(axis=1) if one_hot else None
    return y.reshape(len(y))


@check(
    "EK023",
    "error",
    title="x and y do not belong together",
    why="If x and y were shuffled apart, or one of them lost rows, the labels belong "
    "to other samples and there is nothing to learn.",
    lesson=12,
    moment="data",
    wrong="np.random.shuffle(x)\nnp.random.shuffle(y)",
    right="order = np.random.permutation(len(x))\nx, y = x[order], y[order]",
)
def apart(patient: Any) -> Iterator[Sign]:
    x, y = patient.single_x, patient.y
    if x is None or not isinstance(y, np.ndarray) or not x.ndim or not y.ndim:
        return
    if len(x) != len(y):
        yield Sign(
            say(
                "x has {n} samples, and y has {m}.",
                n=len(x),
                m=len(y),
            ),
            "n = min(len(x), len(y))  # and find out where the rows were lost",
        )
        return
    if patient.has_layer("Embedding") or any(
        h.is_reconstruction for h in patient.heads
    ):
        return
    strength = related(x, y)
    if strength is not None and strength < 2 and not _has_learned(patient):
        # What the order of steps says is beyond such simple models.
        severity = "note" if x.ndim == 3 else "warning"
        yield Sign(
            say(
                "Simple models predict y from x no better than they predict shuffled "
                "labels ({strength} standard deviations better; below 2 is chance).",
                strength=number(strength),
            ),
            severity=severity,
        )


def _has_learned(patient: Any) -> bool:
    """Whether training brought the loss down, on the validation data if there are."""
    for name in ("val_loss", "loss"):
        curve = patient.curve(name)
        if len(curve) > 1:
            return bool(curve.min() < 0.8 * curve[0])
    return False
