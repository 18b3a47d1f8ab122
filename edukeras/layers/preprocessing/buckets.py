"""Categories into buckets, by numbers that are made of their letters: Hashing,
HashedCrossing.

No vocabulary has to be learned or kept; the price is that two categories may share a
bucket.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from edukeras import config
from edukeras.errors import ShapeError, explain
from edukeras.layers.base import Layer
from edukeras.layers.core import positive_integer
from edukeras.layers.preprocessing.encoding import (
    check_output_mode,
    encode,
    encoded_shape,
)
from edukeras.layers.preprocessing.hashing import farmhash64, join_hashes
from edukeras.layers.preprocessing.siphash import siphash64
from edukeras.tensor import KerasTensor, as_array, is_float

# TensorFlow starts every crossing with this number.
_START_OF_CROSSING = 0xDECAFCAFFE


def as_bytes(value: Any) -> bytes:
    """What is hashed: the letters of a word, the digits of a number.

    >>> as_bytes("cat"), as_bytes(-12), as_bytes(True)
    (b'cat', b'-12', b'true')
    """
    if isinstance(value, bytes):
        return value
    if isinstance(value, bool):
        return b"true" if value else b"false"
    return str(value).encode()


def for_each(function: Callable[[Any], int], values: np.ndarray) -> np.ndarray:
    """function(value) of all values; each different value is asked for once."""
    if values.dtype.kind == "O":
        values = np.vectorize(_as_text, otypes=[object])(values).astype(str)
    different, where = np.unique(values, return_inverse=True)
    results = [function(value) for value in different.tolist()]
    return np.array(results, np.int64)[where].reshape(values.shape)


def _as_text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


class Hashing(Layer):
    """hash(category) % num_bins: words or whole numbers into buckets.

    Shapes: "int": any -> the same; "one_hot": any -> (..., num_bins);
    other modes: (B, T) -> (B, num_bins)

    Args:
        num_bins: how many buckets there are.
        mask_value: a category with bucket 0 for itself: "nothing here".
        salt: a whole number, or two: the key of a hash that nobody can predict who
            does not know it (SipHash). Without it, FarmHash.
        output_mode: "int"; "one_hot"; "multi_hot" says which buckets a sample has,
            "count" how often.

    >>> Hashing(num_bins=3)(np.array(["A", "B", "C", "D"])).tolist()
    [1, 0, 1, 1]
    """

    reads_text = True

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else config.floatx()
        super().__init__(**kwargs)
        self.autocast = False  # categories are not rounded to the dtype of the output
        self.num_bins = positive_integer("Hashing", "num_bins", num_bins)
        modes = ("int", "one_hot", "multi_hot", "count")
        self.output_mode = check_output_mode("Hashing", output_mode, sparse, modes)
        if output_mode == "int" and self.dtype not in ("int32", "int64"):
            raise ValueError(
                explain(
                    'Hashing with output_mode="int" returns whole numbers.',
                    expected='dtype="int32" or "int64"',
                    received=f"dtype={self.dtype!r}",
                )
            )
        self.mask_value = mask_value
        self.sparse = sparse
        self.salt = _salt_of(salt)

    def call(self, inputs: Any) -> Any:
        array = np.asarray(inputs) if isinstance(inputs, (str, list)) else inputs
        values = as_array(array)
        places = for_each(self._bucket, _whole(values))
        return encode(places, self.output_mode, self.num_bins, self.dtype)

    def _bucket(self, value: Any) -> int:
        masked = self.mask_value is not None and self.num_bins > 1
        if masked and as_bytes(value) == as_bytes(self.mask_value):
            return 0
        if self.salt is None:
            number = farmhash64(as_bytes(value))
        else:
            number = siphash64(as_bytes(value), (self.salt[0], self.salt[1]))
        return number % (self.num_bins - 1) + 1 if masked else number % self.num_bins

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return encoded_shape(input_shape, self.output_mode, self.num_bins)

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        return KerasTensor(self.compute_output_shape(inputs.shape), self.dtype)


def _whole(values: np.ndarray) -> np.ndarray:
    """Real numbers without what follows the point: they stand for whole ones."""
    return values.astype(np.int64) if is_float(values.dtype) else values


def _salt_of(salt: Any) -> list[int] | None:
    if salt is None:
        return None
    if isinstance(salt, (tuple, list)) and len(salt) == 2:
        return list(salt)
    if isinstance(salt, int):
        return [salt, salt]
    raise ValueError(
        explain(
            "Hashing takes a whole number, or two, as salt.", received=f"salt={salt!r}"
        )
    )


class HashedCrossing(Layer):
    """hash(first, second, ...) % num_bins: combinations of categories into buckets.

    A linear model of "city" and "hour" cannot know that rush hour differs between
    cities; of their crossing it can.

    Shapes: [(B,), (B,), ...] or [(B, 1), (B, 1), ...]: "int" -> the same;
    "one_hot" -> (B, num_bins)

    Args:
        num_bins: how many buckets there are.
        output_mode: "int" or "one_hot".

    >>> layer = HashedCrossing(num_bins=5)
    >>> cities, hours = np.array(["A", "B", "A", "B", "A"]), [101, 101, 101, 102, 102]
    >>> layer((cities, hours))
    Tensor([1, 4, 1, 1, 3], shape=(5,), dtype=int64)
    """

    reads_text = True

    def __init__(
        self,
        num_bins: int,
        output_mode: str = "int",
        sparse: bool = False,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        if output_mode == "int" and dtype is None:
            dtype = "int64"
        super().__init__(name=name, dtype=dtype)
        self.autocast = False  # so that real numbers are seen, and refused
        self.num_bins = positive_integer("HashedCrossing", "num_bins", num_bins)
        self.output_mode = check_output_mode(
            "HashedCrossing", output_mode, sparse, ("int", "one_hot")
        )
        self.sparse = sparse

    def call(self, inputs: Any) -> Any:
        columns = self._columns(inputs)
        hashes = [np.ravel(column).tolist() for column in columns]
        places = [self._bucket(row) for row in zip(*hashes, strict=True)]
        array = np.array(places, np.int64).reshape(columns[0].shape)
        return encode(array, self.output_mode, self.num_bins, self.dtype)

    def _bucket(self, row: tuple) -> int:
        joined = _START_OF_CROSSING
        for value in row:
            word = isinstance(value, (str, bytes))
            # Whole numbers stand for themselves.
            number = farmhash64(as_bytes(value)) if word else int(value)
            joined = join_hashes(joined, number & (2**64 - 1))
        return joined % self.num_bins

    def _columns(self, inputs: Any) -> list[np.ndarray]:
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise ValueError(
                explain(
                    f'HashedCrossing "{self.name}" crosses several inputs.',
                    expected="a list or tuple of at least two",
                    received=f"{type(inputs).__name__}",
                )
            )
        columns = [
            np.asarray(x) if isinstance(x, (str, list)) else as_array(x) for x in inputs
        ]
        shape = columns[0].shape
        single = len(shape) < 2 or (len(shape) == 2 and shape[1] == 1)
        if not single or any(column.shape != shape for column in columns):
            raise ShapeError(
                explain(
                    f'HashedCrossing "{self.name}" takes one category per sample.',
                    expected="inputs of one shape, (B,) or (B, 1)",
                    received=f"shapes {[column.shape for column in columns]}",
                )
            )
        if any(column.dtype.kind not in "iuUSO" for column in columns):
            raise ValueError(
                explain(
                    f'HashedCrossing "{self.name}" takes categories.',
                    expected="words or whole numbers",
                    received=f"dtypes {[str(column.dtype) for column in columns]}",
                )
            )
        return columns

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return encoded_shape(input_shape[0], self.output_mode, self.num_bins)

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        shapes = [x.shape for x in inputs]
        return KerasTensor(self.compute_output_shape(shapes), self.dtype)

    def get_config(self) -> dict[str, Any]:
        """As Keras's: the dtype is a name, and nothing else is said."""
        return {
            "num_bins": self.num_bins,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": self.dtype,
        }
