"""Reads the small real data sets that lie beside this file, and splits them.

Where they come from, and their licence: `data/DATA.md`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from edukeras.errors import explain

FOLDER = Path(__file__).parent / "data"

Arrays = tuple[np.ndarray, np.ndarray]


def read(name: str) -> Arrays:
    """All rows of a bundled data set in their original order: (x, y).

    >>> x, y = read("digits")
    >>> x.shape, x.dtype.name, y.shape
    ((1797, 8, 8), 'uint8', (1797,))
    """
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as file:
        return file["x"], file["y"]


def split(
    x: np.ndarray, y: np.ndarray, n_test: int, seed: int
) -> tuple[Arrays, Arrays]:
    """Shuffled training and test rows in which every class keeps its share.

    Args:
        x: one row a sample.
        y: the class of each row: 0, 1, 2, ...
        n_test: how many rows the test part gets.
        seed: another seed, another split.

    >>> x, y = np.arange(10), np.array([0] * 6 + [1] * 4)
    >>> (x_train, y_train), (x_test, y_test) = split(x, y, n_test=5, seed=0)
    >>> np.bincount(y_test)
    array([3, 2])
    """
    # RandomState, as NumPy promises that its stream never changes.
    random = np.random.RandomState(seed)
    test = np.zeros(len(y), dtype=bool)
    for label, count in enumerate(_shares(np.bincount(y), n_test)):
        test[random.permutation(np.flatnonzero(y == label))[:count]] = True
    train_rows = random.permutation(np.flatnonzero(~test))
    test_rows = random.permutation(np.flatnonzero(test))
    return (x[train_rows], y[train_rows]), (x[test_rows], y[test_rows])


def load_table(name: str, test_split: float, seed: int) -> tuple[Arrays, Arrays]:
    """A bundled table as ((x_train, y_train), (x_test, y_test)): float32 and int64."""
    if not 0 <= test_split < 1:
        raise ValueError(
            explain(
                "test_split is the share of the rows to test on.",
                expected="0 <= test_split < 1",
                received=repr(test_split),
                hint="test_split=0.2",
            )
        )
    x, y = read(name)
    return split(x, y.astype(np.int64), round(test_split * len(y)), seed)


def _shares(counts: np.ndarray, total: int) -> np.ndarray:
    """Divides `total` as the counts are divided, by the largest remainders."""
    exact = counts * (total / counts.sum())
    shares = np.floor(exact).astype(int)
    largest = np.argsort(shares - exact, kind="stable")  # the largest remainder first
    shares[largest[: total - shares.sum()]] += 1
    return shares
