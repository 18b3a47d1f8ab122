"""What `adapt` may be given, as a sequence of arrays."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from edukeras.errors import explain
from edukeras.layers.structure import is_plain_numbers
from edukeras.tensor import Tensor, Variable


def batches_of(layer: str, data: Any, steps: int | None = None) -> Iterator[np.ndarray]:
    """The arrays to learn from: the data itself, or the batches it consists of.

    Args:
        layer: who asks, for messages.
        data: an array, a tensor, a DataFrame, a list of numbers or of strings, or
            anything that yields batches: a list of arrays, a generator, a PyDataset,
            a DataLoader. Of batches that are pairs (x, y), x is taken.
        steps: how many batches to take; None takes all.

    >>> [b.shape for b in batches_of("Normalization", [np.ones((2, 3))] * 2)]
    [(2, 3), (2, 3)]
    """
    if isinstance(data, (Tensor, Variable)):
        yield data.array
    elif _is_array(data) or is_plain_numbers(data) or _is_strings(data):
        yield np.asarray(data)
    elif hasattr(data, "__iter__"):
        for batch in islice(data, steps):
            yield from batches_of(layer, _inputs_of(batch))
    elif hasattr(data, "__getitem__") and hasattr(data, "__len__"):  # a PyDataset
        for i in range(len(data) if steps is None else min(steps, len(data))):
            yield from batches_of(layer, _inputs_of(data[i]))
    else:
        raise TypeError(
            explain(
                f"{layer}.adapt cannot learn from this.",
                expected="an array, or something that yields arrays",
                received=f"an object of type {type(data).__name__}",
            )
        )


def _is_array(data: Any) -> bool:
    return hasattr(data, "__array__") and hasattr(data, "shape")


def _is_strings(data: Any) -> bool:
    """Whether this is a string, or nested lists of strings."""
    while isinstance(data, (list, tuple)) and len(data):
        data = data[0]
    return isinstance(data, (str, bytes))


def _inputs_of(batch: Any) -> Any:
    """x of a batch (x, y) or (x, y, weights)."""
    return batch[0] if isinstance(batch, tuple) else batch
