"""Arrays in memory: how many samples, what is held back, cut into batches."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from edukeras import config, tree
from edukeras.data.batch import Batch
from edukeras.errors import ShapeError, explain

DEFAULT_BATCH_SIZE = 32


def count_samples(**parts: Any) -> int:
    """The common number of samples of x, y and weights."""
    counts = {
        name: [a.shape[0] for a in tree.flatten(part) if a is not None and a.ndim]
        for name, part in parts.items()
    }
    every = {n for numbers in counts.values() for n in numbers}
    if not every:
        raise ValueError("There is no data: x is empty or missing.")
    if len(every) > 1:
        raise ShapeError(
            explain(
                "All arrays need the same number of samples.",
                received=", ".join(
                    f"{name} with {' and '.join(map(str, numbers))}"
                    for name, numbers in counts.items()
                    if numbers
                ),
            )
        )
    return every.pop()


def split_off_validation(data: Batch, share: float) -> tuple[Batch, Batch]:
    """Training and validation data: the last samples, before any shuffling."""
    if not 0 < share < 1:
        raise ValueError(
            explain(
                "validation_split is a share of the data.",
                expected="a number above 0 and below 1",
                received=repr(share),
            )
        )
    count = count_samples(x=data[0], y=data[1], sample_weight=data[2])
    cut = int(count * (1 - share))
    if cut == 0 or cut == count:
        raise ValueError(
            explain(
                f"validation_split={share} of {count} samples leaves nothing to "
                + ("train on." if cut == 0 else "validate on.")
            )
        )

    def part(rows: slice) -> Batch:
        return tree.map_structure(lambda a: None if a is None else a[rows], data)

    return part(slice(cut)), part(slice(cut, None))


def check_count(name: str, value: Any) -> int | None:
    """A number of batches or samples, which must be above 0; None stays None."""
    if value is None:
        return None
    if isinstance(value, bool) or value != int(value) or value < 1:
        raise ValueError(
            explain(f"{name} must be a whole number above 0.", received=repr(value))
        )
    return int(value)


class ArrayData:
    """Arrays in memory, cut into batches."""

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        batch_size: int | None = None,
        steps: int | None = None,
        shuffle: bool | str = False,
        resume: bool = False,
    ) -> None:
        self.data = (x, y, sample_weight)
        self.count = count_samples(x=x, y=y, sample_weight=sample_weight)
        if not self.count:
            raise ValueError(
                explain(
                    "There are no samples.",
                    received="arrays of shapes "
                    f"{[a.shape for a in tree.flatten(x) if a is not None]}",
                )
            )
        self.batch_size = check_count("batch_size", batch_size) or DEFAULT_BATCH_SIZE
        self._all_steps = math.ceil(self.count / self.batch_size)
        self.steps = min(
            check_count("steps", steps) or self._all_steps, self._all_steps
        )
        self.shuffle = shuffle
        self.resume = resume
        self._next_step = 0
        self._rows_in_order: np.ndarray | None = None

    def batches(self) -> Iterator[Batch]:
        """One epoch; slices (views) in order, copies when shuffled.

        An epoch of fewer steps than there are batches starts at the first sample,
        or with `resume` where the one before ended.
        """
        start = self._next_step if self.resume else 0
        if start == 0:
            self._rows_in_order = self._order()
        stop = min(start + self.steps, self._all_steps)
        self._next_step = stop % self._all_steps
        order, (x, y, weight) = self._rows_in_order, self.data
        for step in range(start, stop):
            rows: Any = slice(step * self.batch_size, (step + 1) * self.batch_size)
            if order is not None:
                rows = order[rows]
            yield _rows(x, rows), _rows(y, rows), _rows(weight, rows)

    def _order(self) -> np.ndarray | None:
        if not self.shuffle:
            return None
        generator = config.numpy_generator()
        if self.shuffle != "batch":
            return generator.permutation(self.count)
        chunks = [
            np.arange(start, min(start + self.batch_size, self.count))
            for start in range(0, self.count, self.batch_size)
        ]
        return np.concatenate([chunks[i] for i in generator.permutation(len(chunks))])


def _rows(part: Any, rows: Any) -> Any:
    if part is None:
        return None
    if type(part) is np.ndarray:
        return part[rows] if type(rows) is slice else part.take(rows, axis=0)
    return tree.map_structure(lambda a: _rows(a, rows), part)
