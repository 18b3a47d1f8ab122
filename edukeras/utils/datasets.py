"""Data sets from arrays: halves, and the windows of a time series."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from edukeras import config, tree
from edukeras.data import PyDataset, count_samples
from edukeras.errors import explain
from edukeras.tensor import as_array


def split_dataset(
    dataset: Any,
    left_size: int | float | None = None,
    right_size: int | float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Any, Any]:
    """Two parts of arrays; Keras returns tf.data or torch data sets instead.

    Args:
        dataset: an array, or a list, tuple or dict of arrays of one length.
        left_size, right_size: how many samples, or which share of them (a number
            below 1); one of them is enough.
        shuffle: whether to mix the samples first, in a way that `seed` fixes.
        preferred_backend: accepted as in Keras.

    >>> left, right = split_dataset(np.arange(10), left_size=0.7)
    >>> left.tolist(), right.tolist()
    ([0, 1, 2, 3, 4, 5, 6], [7, 8, 9])
    """
    arrays = tree.map_structure(as_array, dataset)
    count = count_samples(dataset=arrays)
    left, right = _split_sizes(count, left_size, right_size)
    order = np.arange(count)
    if shuffle:
        generator = config.numpy_generator() if seed is None else None
        order = (generator or np.random.default_rng(seed)).permutation(count)

    def part(rows: np.ndarray) -> Any:
        return tree.map_structure(lambda a: a[rows], arrays)

    return part(order[:left]), part(order[left : left + right])


def _split_sizes(count: int, left_size: Any, right_size: Any) -> tuple[int, int]:
    if left_size is None and right_size is None:
        raise ValueError("split_dataset needs left_size or right_size.")
    left = None if left_size is None else _samples("left_size", left_size, count)
    right = None if right_size is None else _samples("right_size", right_size, count)
    if left is None and right is not None:
        left = count - right
    if right is None and left is not None:
        right = count - left
    assert left is not None
    assert right is not None
    if not (left > 0 and right > 0 and left + right <= count):
        raise ValueError(
            explain(
                f"{count} samples cannot be split like this.",
                received=f"left_size={left_size!r}, right_size={right_size!r}",
                hint="two parts with samples in both, and no more than there are.",
            )
        )
    return left, right


def _samples(name: str, size: Any, count: int) -> int:
    if isinstance(size, float):
        if not 0 < size < 1:
            raise ValueError(
                explain(f"{name} as a share lies between 0 and 1.", received=size)
            )
        return round(size * count)
    return int(size)


class TimeSeries(PyDataset):
    """The windows of a series, and the target that belongs to each start."""

    def __init__(
        self,
        data: np.ndarray,
        targets: np.ndarray | None,
        starts: np.ndarray,
        offsets: np.ndarray,
        batch_size: int,
    ) -> None:
        super().__init__()
        self.data = data
        self.targets = targets
        self.starts = starts
        self.offsets = offsets
        self.batch_size = batch_size

    def __len__(self) -> int:
        return math.ceil(len(self.starts) / self.batch_size)

    def __getitem__(self, index: int) -> Any:
        if not 0 <= index < len(self):
            raise IndexError(index)  # ends `for batch in dataset`
        first = index * self.batch_size
        starts = self.starts[first : first + self.batch_size]
        windows = self.data[starts[:, None] + self.offsets]  # (B, T, ...)
        return windows if self.targets is None else (windows, self.targets[starts])


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> PyDataset:
    """Windows of a time series, as a PyDataset; Keras returns a tf.data set instead.

    Args:
        data: the series, time along the first axis.
        targets: one per time step, which belongs to the window that starts there;
            None for windows alone.
        sequence_length: steps in a window.
        sequence_stride: steps from the start of a window to that of the next.
        sampling_rate: steps from one value in a window to the next.
        batch_size: windows in a batch; None gives each window as a batch of one.
        shuffle: whether to mix the windows, in a way that `seed` fixes.
        start_index, end_index: which part of the series to use.
        format: accepted as in Keras.

    >>> dataset = timeseries_dataset_from_array(np.arange(5), None, sequence_length=3)
    >>> dataset[0].tolist()
    [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
    """
    for name, value in (
        ("sequence_length", sequence_length),
        ("sequence_stride", sequence_stride),
        ("sampling_rate", sampling_rate),
        ("batch_size", batch_size or 1),
    ):
        if value < 1:
            raise ValueError(explain(f"{name} must be at least 1.", received=value))
    part = slice(start_index, end_index)
    data = as_array(data)[part]
    count = len(data) - (sequence_length - 1) * sampling_rate
    if targets is not None:
        all_targets = as_array(targets)
        count = min(count, len(all_targets))
        targets = all_targets[part]
        count = min(count, len(targets))
    if count < 1:
        raise ValueError(
            explain(
                "The series is too short for one window.",
                expected=f"at least {(sequence_length - 1) * sampling_rate + 1} steps",
                received=len(data),
            )
        )
    starts = np.arange(0, count, sequence_stride)
    if shuffle:
        generator = config.numpy_generator() if seed is None else None
        starts = (generator or np.random.default_rng(seed)).permutation(starts)
    offsets = np.arange(sequence_length) * sampling_rate
    return TimeSeries(data, targets, starts, offsets, batch_size or 1)
