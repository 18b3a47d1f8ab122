"""One batch: (x, y, sample_weight), as NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from edukeras import config, tree
from edukeras.errors import explain
from edukeras.tensor import as_array

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


# -- arrays of what users pass ------------------------------------------------


def as_arrays(data: Any, reads_text: Callable[[], bool] | None = None) -> Any:
    """NumPy arrays of arrays, tensors, DataFrames and lists of numbers.

    `reads_text` says whether strings are welcome: there is a layer for them.
    """
    if data is None or (type(data) is np.ndarray and data.dtype == np.float32):
        return data
    if isinstance(data, dict):
        return {key: as_arrays(value, reads_text) for key, value in data.items()}
    if isinstance(data, (list, tuple)) and not _is_numbers(data):
        return type(data)(as_arrays(item, reads_text) for item in data)
    if hasattr(data, "to_numpy"):  # pandas
        data = data.to_numpy()
    array = as_array(data)
    if array.dtype == object or array.dtype.kind in "US":
        if reads_text is not None and _is_text(array) and reads_text():
            return array
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


def _is_text(array: np.ndarray) -> bool:
    if array.dtype.kind in "US":
        return True
    return all(isinstance(item, (str, bytes)) for item in array.ravel().tolist())


def _is_numbers(data: Any) -> bool:
    """Whether nested lists are numbers, and not a list of arrays."""
    while isinstance(data, (list, tuple)):
        if not len(data):
            return True
        data = data[0]
    return np.isscalar(data)


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
