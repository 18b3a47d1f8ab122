"""Preparing arrays: one-hot rows, unit length, equal length."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import graph
from edukeras.errors import ShapeError, explain
from edukeras.tensor import as_array


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """One-hot rows of class numbers.

    Args:
        x: whole numbers from 0, of any shape; a last axis of size 1 is dropped.
        num_classes: None is the largest number + 1.

    >>> to_categorical([0, 2, 1])
    array([[1., 0., 0.],
           [0., 0., 1.],
           [0., 1., 0.]])
    """
    labels = as_array(x).astype(np.int64)
    shape = labels.shape
    if len(shape) > 1 and shape[-1] == 1:
        shape = shape[:-1]
    labels = labels.reshape(-1)
    if num_classes is None:
        num_classes = int(labels.max()) + 1 if labels.size else 0
    if labels.size and (labels.min() < 0 or labels.max() >= num_classes):
        raise ShapeError(
            explain(
                "to_categorical needs class numbers that fit the number of classes.",
                expected=f"numbers from 0 to {num_classes - 1}",
                received=f"numbers from {labels.min()} to {labels.max()}",
            )
        )
    rows = np.zeros((labels.size, num_classes))
    rows[np.arange(labels.size), labels] = 1
    return rows.reshape(*shape, num_classes)


def normalize(x: Any, axis: int = -1, order: int = 2) -> np.ndarray:
    """x divided by its norm along an axis; zeros stay.

    >>> normalize([[3.0, 4.0]]).tolist()
    [[0.6, 0.8]]
    """
    array = np.asarray(x)
    length = np.atleast_1d(np.linalg.norm(array, order, axis))
    length[length == 0] = 1
    return array / np.expand_dims(length, axis)


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: str = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Rows of one length: short sequences are filled up, long ones cut.

    Args:
        sequences: lists of different lengths.
        maxlen: None is the longest one.
        padding, truncating: "pre" or "post", where to fill and to cut.
        value: what to fill with.

    >>> pad_sequences([[1], [2, 3]]).tolist()
    [[0, 1], [2, 3]]
    """
    for name, choice in (("padding", padding), ("truncating", truncating)):
        if choice not in ("pre", "post"):
            raise ValueError(
                explain(f'{name} is "pre" or "post".', received=repr(choice))
            )
    rows = [np.asarray(s) for s in sequences]
    if maxlen is None:
        maxlen = max((len(row) for row in rows), default=0)
    sample_shape = next((row.shape[1:] for row in rows if len(row)), ())
    kind: Any = object if isinstance(value, str) else dtype
    padded = np.full((len(rows), maxlen, *sample_shape), value, dtype=kind)
    for i, row in enumerate(rows):
        if not len(row) or not maxlen:
            continue
        kept = row[-maxlen:] if truncating == "pre" else row[:maxlen]
        if padding == "post":
            padded[i, : len(kept)] = kept
        else:
            padded[i, -len(kept) :] = kept
    return padded


def clear_session(free_memory: bool = True) -> None:
    """Starts the counting of default names (dense, dense_1 ...) anew."""
    graph.forget_names()
