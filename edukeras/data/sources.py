"""Which kind of source it is that the user passed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from edukeras import config
from edukeras.data.arrays import ArrayData, check_count
from edukeras.data.batch import as_arrays
from edukeras.data.datasets import DatasetData, PyDataset
from edukeras.data.generators import IterableData, Prefetched
from edukeras.errors import explain
from edukeras.tensor import Operators


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
    resume: bool = False,
    workers: int = 1,
    max_queue_size: int = 10,
    reads_text: Callable[[], bool] | None = None,
) -> Any:
    """The source of batches for whatever the user passed."""
    steps = check_count("steps", steps)
    limit = config.max_steps_per_epoch()
    if limit is not None:
        steps = limit if steps is None else min(steps, limit)
    if is_arrays(x):
        if x is None:
            raise ValueError(
                explain("There is no data: x is None.", hint="model.fit(x, y).")
            )
        return ArrayData(
            as_arrays(x, reads_text), as_arrays(y), as_arrays(sample_weight),
            batch_size, steps, shuffle, resume,
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
        return DatasetData(x, steps, shuffle, resume)
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
