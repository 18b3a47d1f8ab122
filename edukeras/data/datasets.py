"""PyDataset: a data set that makes its batches one by one, when they are needed."""

from __future__ import annotations

import itertools
import queue
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from edukeras import config
from edukeras.data.batch import Batch, standardize_batch


class PyDataset:
    """A data set that makes one batch at a time; subclass it.

    A subclass defines `__len__`, the number of batches, and `__getitem__(index)`,
    which returns `(x, y)` or `(x, y, sample_weight)`; optionally
    `on_epoch_end()`.

    Args:
        workers: how many threads prepare batches ahead of time.
        use_multiprocessing: processes instead of threads.
        max_queue_size: how many batches may wait.

    Source: https://keras.io/api/utils/python_utils/#pydataset-class
    """

    workers = 1
    use_multiprocessing = False
    max_queue_size = 10

    def __init__(
        self,
        workers: int = 1,
        use_multiprocessing: bool = False,
        max_queue_size: int = 10,
    ) -> None:
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __len__(self) -> int:
        raise NotImplementedError("A PyDataset needs __len__: the number of batches.")

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError("A PyDataset needs __getitem__(index): a batch.")

    @property
    def num_batches(self) -> int:
        return len(self)

    def on_epoch_begin(self) -> None:
        """Called before each epoch."""

    def on_epoch_end(self) -> None:
        """Called after each epoch."""


class DatasetData:
    """The batches of a `PyDataset`, prepared ahead by its workers."""

    def __init__(
        self,
        source: Any,
        steps: int | None = None,
        shuffle: bool | str = False,
        resume: bool = False,
    ) -> None:
        self.source = source
        self.steps = len(source) if steps is None else min(steps, len(source))
        self.shuffle = shuffle
        self.resume = resume
        self._left: list[int] = []  # indices of this round that are yet to come

    def batches(self) -> Iterator[Batch]:
        """One epoch; with `resume`, from where the one before ended."""
        if not self._left or not self.resume:
            self._begin_round()
        indices, self._left = self._left[: self.steps], self._left[self.steps :]
        for batch in self._fetch(indices):
            yield standardize_batch(batch)
        if not self._left or not self.resume:
            getattr(self.source, "on_epoch_end", lambda: None)()

    def _begin_round(self) -> None:
        getattr(self.source, "on_epoch_begin", lambda: None)()
        order = np.arange(len(self.source))
        if self.shuffle:
            order = config.numpy_generator().permutation(order)
        self._left = [int(i) for i in order]

    def _fetch(self, indices: list[int]) -> Iterator:
        source = self.source
        workers = getattr(source, "workers", 1)
        if getattr(source, "use_multiprocessing", False) and workers > 0:
            yield from _fetch_in_processes(source, indices, workers)
        elif workers > 1:
            limit = getattr(source, "max_queue_size", 10)
            yield from _fetch_in_threads(source, indices, workers, limit)
        else:
            for index in indices:
                yield source[index]


def _fetch_in_threads(
    source: Any, indices: list[int], workers: int, limit: int
) -> Iterator:
    """Batches in order, at most `limit` of them ahead."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(workers) as pool:
        yield from _in_order(pool, source.__getitem__, indices, max(limit, workers))


def _fetch_in_processes(source: Any, indices: list[int], workers: int) -> Iterator:
    """Each process gets the data set once, at its start.

    Where processes can be forked they simply have it, so that it need not be pickled:
    a class from a notebook or a function will do.
    """
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    can_fork = "fork" in multiprocessing.get_all_start_methods()
    limit = getattr(source, "max_queue_size", 10)
    with ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("fork" if can_fork else None),
        initializer=_remember,
        initargs=(source,),
    ) as pool:
        yield from _in_order(pool, _remembered_batch, indices, max(limit, workers))


_remembered: Any = None


def _remember(source: Any) -> None:
    """In a process of its own: notes the data set that it makes batches of."""
    global _remembered
    _remembered = source


def _remembered_batch(index: int) -> Any:
    return _remembered[index]


def _in_order(
    pool: Any, get_batch: Callable, indices: list[int], limit: int
) -> Iterator:
    waiting: queue.SimpleQueue = queue.SimpleQueue()
    remaining = iter(indices)
    for index in itertools.islice(remaining, limit):
        waiting.put(pool.submit(get_batch, index))
    for _ in indices:
        batch = waiting.get().result()
        for index in itertools.islice(remaining, 1):
            waiting.put(pool.submit(get_batch, index))
        yield batch
