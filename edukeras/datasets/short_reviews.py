"""160 short reviews, half of them good and half bad: texts to learn with.

Written for edukeras.  The reviews come in pairs that differ in few words, so that a
model has to look at the words that count.
"""

from __future__ import annotations

import csv

import numpy as np

from edukeras.datasets import bundled

Texts = tuple[list[str], np.ndarray]

CLASS_NAMES = ("bad", "good")


def load_data(test_split: float = 0.25, seed: int = 113) -> tuple[Texts, Texts]:
    """Loads ((texts_train, y_train), (texts_test, y_test)).

    120 and 40 texts in lower case, as lists of str; y is 1 for a good review and 0 for
    a bad one, int64.

    Args:
        test_split: the share of the texts to test on; both classes keep their share.
        seed: another seed, another split.

    >>> (texts, y), _ = load_data()
    >>> len(texts), y.shape, y.mean()
    (120, (120,), np.float64(0.5))
    """
    with open(bundled.FOLDER / "short_reviews.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    y = np.array([int(row["good"]) for row in rows])
    numbers = np.arange(len(rows))
    n_test = round(test_split * len(rows))
    (train, y_train), (test, y_test) = bundled.split(numbers, y, n_test, seed)
    texts = [row["text"] for row in rows]
    return ([texts[k] for k in train], y_train), ([texts[k] for k in test], y_test)
