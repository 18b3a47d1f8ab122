"""Generators, and other iterables of batches."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Iterable, Iterator
from typing import Any

from edukeras.data.batch import Batch, standardize_batch


class IterableData:
    """A generator, or any iterable of batches (a DataLoader, a list of batches).

    A generator goes on where it stopped; other iterables start anew each epoch.
    """

    def __init__(self, source: Iterable, steps: int | None = None) -> None:
        self.source = source
        self.is_generator = iter(source) is source
        self.steps = steps
        if steps is None and not self.is_generator and hasattr(source, "__len__"):
            self.steps = len(source)  # type: ignore[arg-type]

    def batches(self) -> Iterator[Batch]:
        batches: Iterable = self.source
        if self.steps is not None:
            batches = itertools.islice(iter(self.source), self.steps)
        for batch in batches:
            yield standardize_batch(batch)


class Prefetched:
    """Lets a thread run ahead of a generator (`fit(generator, workers=...)`)."""

    def __init__(self, data: IterableData, limit: int) -> None:
        self.data = data
        self.steps = data.steps
        self.limit = max(limit, 1)

    def batches(self) -> Iterator[Batch]:
        ahead: queue.Queue = queue.Queue(self.limit)
        stopped = threading.Event()

        def put(item: Any) -> bool:
            while not stopped.is_set():
                try:
                    ahead.put(item, timeout=0.1)
                    return True
                except queue.Full:
                    continue
            return False

        def run() -> None:
            try:
                for batch in self.data.batches():
                    if not put((batch, None)):
                        return
                put((None, StopIteration()))
            except BaseException as error:  # raised again where it is used
                put((None, error))

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            while True:
                batch, error = ahead.get()
                if isinstance(error, StopIteration):
                    return
                if error is not None:
                    raise error
                yield batch
        finally:
            stopped.set()
            thread.join()
