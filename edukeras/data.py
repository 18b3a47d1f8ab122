"""From what users pass as x and y to batches.

Each kind of source (arrays, a generator, a `PyDataset`, a DataLoader) becomes an
object with `steps`, the number of batches or None, and `batches()`, one epoch of
`(x, y, sample_weight)`.
"""

from __future__ import annotations

import itertools
import math
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from edukeras import config, tree
from edukeras.errors import ShapeError, explain
from edukeras.tensor import Operators, as_array

DEFAULT_BATCH_SIZE = 32

Batch = tuple[Any, Any, Any]


def unpack_x_y_sample_weight(data: Any) -> Batch:
    """(x, y, sample_weight) of what a batch may be: x, (x, y), (x, y, w).

    >>> unpack_x_y_sample_weight((1, 2))
    (1, 2, None)
    """
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if len(data) > 3:
        raise ValueError(
            explain(
                "A batch has at most three parts.",
                expected="x, (x, y) or (x, y, sample_weight)",
                received=f"{len(data)} parts",
            )
        )
    return (*data, *(None,) * (3 - len(data)))


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """The shortest tuple that holds what is given; an array alone comes bare."""
    if sample_weight is not None:
        return x, y, sample_weight
    if y is not None:
        return x, y
    return (x,) if tree.is_nested(x) else x


# -- arrays -------------------------------------------------------------------


def as_arrays(data: Any) -> Any:
    """NumPy arrays of arrays, tensors, DataFrames and lists of numbers."""
    if data is None:
        return None
    if isinstance(data, dict):
        return {key: as_arrays(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)) and not _is_numbers(data):
        return type(data)(as_arrays(item) for item in data)
    if hasattr(data, "to_numpy"):  # pandas
        data = data.to_numpy()
    array = as_array(data)
    if array.dtype == object or array.dtype.kind in "US":
        raise ValueError(
            explain(
                "Models compute with numbers.",
                received=f"an array of {array.dtype} such as {array.reshape(-1)[:1]}",
                hint="turn text and categories into numbers first, and rows of "
                "different length into one array (keras.utils.pad_sequences).",
            )
        )
    if array.dtype == np.float64:
        array = array.astype(np.float32) if config.floatx() == "float32" else array
    return array


def _is_numbers(data: Any) -> bool:
    """Whether nested lists are numbers, and not a list of arrays."""
    while isinstance(data, (list, tuple)):
        if not len(data):
            return True
        data = data[0]
    return np.isscalar(data)


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
    ) -> None:
        self.data = (x, y, sample_weight)
        self.count = count_samples(x=x, y=y, sample_weight=sample_weight)
        self.batch_size = int(batch_size or DEFAULT_BATCH_SIZE)
        if self.batch_size <= 0:
            raise ValueError(explain("batch_size must be above 0."))
        all_steps = math.ceil(self.count / self.batch_size)
        self.steps = all_steps if steps is None else min(steps, all_steps)
        self.shuffle = shuffle

    def batches(self) -> Iterator[Batch]:
        """One epoch; slices (views) in order, copies when shuffled."""
        order = self._order()
        for step in range(self.steps):
            rows: Any = slice(step * self.batch_size, (step + 1) * self.batch_size)
            if order is not None:
                rows = order[rows]
            x, y, weight = self.data
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


# -- generators and datasets --------------------------------------------------


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
        self, source: Any, steps: int | None = None, shuffle: bool | str = False
    ) -> None:
        self.source = source
        self.steps = len(source) if steps is None else min(steps, len(source))
        self.shuffle = shuffle

    def batches(self) -> Iterator[Batch]:
        getattr(self.source, "on_epoch_begin", lambda: None)()
        order = np.arange(len(self.source))
        if self.shuffle:
            order = config.numpy_generator().permutation(order)
        indices = [int(i) for i in order[: self.steps]]
        for batch in self._fetch(indices):
            yield standardize_batch(batch)
        getattr(self.source, "on_epoch_end", lambda: None)()

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
        yield from _in_order(pool.submit, source, indices, max(limit, workers))


def _fetch_in_processes(source: Any, indices: list[int], workers: int) -> Iterator:
    from concurrent.futures import ProcessPoolExecutor

    limit = getattr(source, "max_queue_size", 10)
    with ProcessPoolExecutor(workers) as pool:
        yield from _in_order(pool.submit, source, indices, max(limit, workers))


def _in_order(
    submit: Callable, source: Any, indices: list[int], limit: int
) -> Iterator:
    waiting: queue.SimpleQueue = queue.SimpleQueue()
    remaining = iter(indices)
    for index in itertools.islice(remaining, limit):
        waiting.put(submit(get_batch, source, index))
    for _ in indices:
        batch = waiting.get().result()
        for index in itertools.islice(remaining, 1):
            waiting.put(submit(get_batch, source, index))
        yield batch


def get_batch(source: Any, index: int) -> Any:
    """source[index]; a function of its own, so that processes can be sent it."""
    return source[index]


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


def standardize_batch(batch: Any) -> Batch:
    """(x, y, sample_weight) as NumPy arrays."""
    x, y, weight = unpack_x_y_sample_weight(batch)
    return _to_numpy(x), _to_numpy(y), _to_numpy(weight)


def _to_numpy(part: Any) -> Any:
    if part is None or type(part) is np.ndarray:
        return part
    if hasattr(part, "detach"):  # a torch tensor
        return part.detach().cpu().numpy()
    if isinstance(part, dict):
        return {key: _to_numpy(value) for key, value in part.items()}
    if isinstance(part, (list, tuple)) and not _is_numbers(part):
        return type(part)(_to_numpy(item) for item in part)
    return as_arrays(part)


# -- which kind ---------------------------------------------------------------


def is_arrays(x: Any) -> bool:
    """Whether x is data itself, and not something that yields it."""
    if x is None or isinstance(x, (np.ndarray, Operators, dict, list, tuple)):
        return True
    if hasattr(x, "to_numpy"):
        return True
    return hasattr(x, "__array__") and not hasattr(x, "__next__")


def is_dataset(x: Any) -> bool:
    """Whether x is a `PyDataset`, or looks like one (Keras 2's `Sequence`)."""
    if isinstance(x, PyDataset):
        return True
    return hasattr(x, "__getitem__") and hasattr(x, "__len__") and not is_arrays(x)


def data_for(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    batch_size: int | None = None,
    steps: int | None = None,
    shuffle: bool | str = False,
    workers: int = 1,
    max_queue_size: int = 10,
) -> Any:
    """The source of batches for whatever the user passed."""
    if is_arrays(x):
        if x is None:
            raise ValueError(
                explain("There is no data: x is None.", hint="model.fit(x, y).")
            )
        return ArrayData(
            as_arrays(x), as_arrays(y), as_arrays(sample_weight),
            batch_size, steps, shuffle,
        )  # fmt: skip
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ValueError(
                explain(
                    f"{name} must not be given when x is a generator or a dataset.",
                    hint=f"let x yield (x, y) or (x, y, sample_weight), with {name} "
                    "inside.",
                )
            )
    if is_dataset(x):
        return DatasetData(x, steps, shuffle)
    if not hasattr(x, "__iter__"):
        raise ValueError(
            explain(
                "This is no data.",
                expected="arrays, a dict or list of them, a generator or a PyDataset",
                received=f"{type(x).__name__}",
            )
        )
    data = IterableData(x, steps)
    return Prefetched(data, max_queue_size) if workers > 1 else data


# -- class weights ------------------------------------------------------------


def apply_class_weight(batch: Batch, class_weight: Mapping[int, float]) -> Batch:
    """Multiplies the sample weights by the weight of each sample's class."""
    x, y, weight = batch
    if not isinstance(y, np.ndarray):
        raise ValueError(
            explain(
                "class_weight works for models with a single output.",
                received=f"y as a {type(y).__name__}",
                hint="sample_weight, one array per output.",
            )
        )
    labels = y.argmax(axis=-1) if y.ndim > 1 and y.shape[-1] > 1 else y.reshape(len(y))
    factors = np.ones(len(labels), np.float32)
    for label, factor in class_weight.items():
        factors[labels == label] = factor
    if weight is not None:
        factors = factors * weight
    return x, y, factors
