"""Quantiles of data that come in batches: a sorted sample in which each value has a
weight, the number of values that it stands for.

A summary is an array (2, n): the values in ascending order, and their weights.
"""

from __future__ import annotations

import numpy as np

NOTHING = np.zeros((2, 0), np.float32)


def summarize(values: np.ndarray, epsilon: float) -> np.ndarray:
    """About 1 / epsilon of the values, evenly spaced in their order.

    >>> summarize(np.arange(8), epsilon=0.25).tolist()
    [[1.0, 3.0, 5.0, 7.0], [2.0, 2.0, 2.0, 2.0]]
    """
    ordered = np.sort(np.asarray(values, np.float32).ravel())
    step = max(len(ordered) * epsilon, 1)
    chosen = ordered[int(step - 1) :: int(step)]
    return np.stack([chosen, np.full_like(chosen, step)])


def merge(first: np.ndarray, second: np.ndarray, epsilon: float) -> np.ndarray:
    """One summary of the values of both."""
    both = np.concatenate([first, second], axis=1)
    return compress(both[:, np.argsort(both[0])], epsilon)


def compress(summary: np.ndarray, epsilon: float) -> np.ndarray:
    """A summary of 1 / epsilon values, interpolated between those that are there."""
    values, weights = summary
    if len(values) * epsilon < 1:
        return summary
    wanted = epsilon + np.arange(0.0, 1.0, epsilon)  # shares: 0.25, 0.5, 0.75, 1
    total = weights.cumsum()
    share = total / total[-1]
    new_total = np.interp(wanted, share, total)
    return np.stack(
        [np.interp(wanted, share, values), np.diff(new_total, prepend=0)]
    ).astype(np.float32)


def boundaries(summary: np.ndarray, bins: int) -> list[float]:
    """The values that divide the data into bins of equal numbers.

    >>> boundaries(summarize(np.arange(1, 9), 0.01), bins=4)
    [2.0, 4.0, 6.0]
    """
    return compress(summary, 1.0 / bins)[0, :-1].tolist()
