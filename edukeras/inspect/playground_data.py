"""Points in the plane for the playground, and what is made of their coordinates.

Each generator is a function (rng, count, noise) -> x (N, 2), y (N, 1); all points lie
between about -1 and 1.  `show the code` copies these functions as they stand here.

Source of the idea and of most shapes: D. Smilkov et al., Direct-Manipulation
Visualization of Deep Networks, 2016, https://playground.tensorflow.org
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edukeras.errors import explain

CLASSES, REGRESSION = "classes", "regression"


def circle(rng, count, noise):
    """A disc of one class inside a ring of the other."""
    y = np.arange(count) % 2
    radius = np.where(
        y == 1, rng.uniform(0, 0.45, count), rng.uniform(0.6, 0.95, count)
    )
    angle = rng.uniform(0, 2 * np.pi, count)
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return x + rng.normal(0, 0.4 * noise, x.shape), y[:, None]


def xor(rng, count, noise):
    """One class where both coordinates have the same sign."""
    x = rng.uniform(-0.95, 0.95, (count, 2))
    x = x + np.sign(x) * 0.05
    y = x[:, :1] * x[:, 1:] > 0
    return x + rng.normal(0, 0.4 * noise, x.shape), y.astype(int)


def gauss(rng, count, noise):
    """Two clouds."""
    y = np.arange(count) % 2
    centre = np.where(y == 1, 0.4, -0.4)[:, None]
    x = centre + rng.normal(0, 0.15 + 0.35 * noise, (count, 2))
    return x, y[:, None]


def spiral(rng, count, noise):
    """Two arms, wound into each other."""
    y = np.arange(count) % 2
    along = np.sqrt(rng.uniform(0.01, 1, count))
    angle = 1.75 * 2 * np.pi * along + np.pi * y
    x = 0.95 * along[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return x + rng.normal(0, 0.2 * noise, x.shape), y[:, None]


def moons(rng, count, noise):
    """Two half circles that reach into each other."""
    y = np.arange(count) % 2
    angle = rng.uniform(0, np.pi, count)
    one = np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25], axis=1)
    two = np.stack([0.5 - np.cos(angle), 0.25 - np.sin(angle)], axis=1)
    x = 0.6 * np.where(y[:, None] == 1, one, two)
    return x + rng.normal(0, 0.05 + 0.3 * noise, x.shape), y[:, None]


def plane(rng, count, noise):
    """Regression: the mean of the coordinates."""
    x = rng.uniform(-1, 1, (count, 2))
    y = x.mean(axis=1, keepdims=True)
    return x, y + rng.normal(0, 0.5 * noise, y.shape)


def hills(rng, count, noise):
    """Regression: hills and hollows."""
    x = rng.uniform(-1, 1, (count, 2))
    y = np.sin(3 * x[:, :1]) * np.cos(3 * x[:, 1:])
    return x, y + rng.normal(0, 0.5 * noise, y.shape)


GENERATORS = {
    function.__name__: function
    for function in (circle, xor, gauss, spiral, moons, plane, hills)
}

# What the network may be given, as Python: x1 and x2 are the coordinates.
FEATURES = {
    "x1": "x1",
    "x2": "x2",
    "x1²": "x1**2",
    "x2²": "x2**2",
    "x1·x2": "x1 * x2",
    "sin(πx1)": "np.sin(np.pi * x1)",
    "sin(πx2)": "np.sin(np.pi * x2)",
}


def features(x: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """The chosen features of points: (N, 2) -> (N, len(names)).

    >>> features(np.array([[2.0, 3.0]]), ["x1", "x1·x2"])
    array([[2., 6.]], dtype=float32)
    """
    x1, x2 = x[:, 0], x[:, 1]
    made = {
        "x1": lambda: x1,
        "x2": lambda: x2,
        "x1²": lambda: x1**2,
        "x2²": lambda: x2**2,
        "x1·x2": lambda: x1 * x2,
        "sin(πx1)": lambda: np.sin(np.pi * x1),
        "sin(πx2)": lambda: np.sin(np.pi * x2),
    }
    return np.stack([made[name]() for name in names], axis=1).astype("float32")


@dataclass(frozen=True)
class Points:
    """Points to learn and points to test with.

    Attributes:
        task: "classes" or "regression".
        classes: how many; 1 for regression.
        centre, scale: what own data was moved and divided by, (2,) each.
    """

    x: np.ndarray
    y: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    task: str
    classes: int
    centre: np.ndarray
    scale: np.ndarray


def make_points(name: str, noise: float, count: int, share: float, seed: int) -> Points:
    """Points of a generator.

    Args:
        noise: from 0 to 1.
        share: of the points, to test with.
    """
    x, y = GENERATORS[name](np.random.default_rng(seed), count, noise)
    task = REGRESSION if name in ("plane", "hills") else CLASSES
    return _split(x, y, share, task, np.zeros(2), np.ones(2))


def own_points(x: Any, y: Any, share: float, seed: int) -> Points:
    """Points of your own: moved and scaled to lie between -1 and 1, and mixed."""
    x, y = np.asarray(x, "float64"), np.asarray(y)
    if x.ndim != 2 or x.shape[1] != 2 or len(x) != len(y) or y.size != len(y):
        raise ValueError(
            explain(
                "The playground shows points in the plane, each with one target.",
                expected="x of shape (N, 2) and y of shape (N,)",
                received=f"x of shape {x.shape} and y of shape {y.shape}",
                hint="x[:, :2] takes the first two columns.",
            )
        )
    low, high = x.min(axis=0), x.max(axis=0)
    centre, scale = (low + high) / 2, np.where(high > low, (high - low) / 1.9, 1.0)
    order = np.random.default_rng(seed).permutation(len(x))
    x, y = ((x - centre) / scale)[order], y.reshape(-1, 1)[order]
    labels = np.unique(y)
    whole = np.array_equal(labels, np.arange(len(labels)))
    task = CLASSES if whole and 2 <= len(labels) <= 7 else REGRESSION
    y = y.astype(int if task == CLASSES else float)
    return _split(x, y, share, task, centre, scale)


def _split(
    x: np.ndarray, y: np.ndarray, share: float, task: str,
    centre: np.ndarray, scale: np.ndarray,
) -> Points:  # fmt: skip
    kept = len(x) - round(share * len(x))
    x, y = x.astype("float32"), y.astype("int64" if task == CLASSES else "float32")
    classes = int(y.max()) + 1 if task == CLASSES else 1
    return Points(x[:kept], y[:kept], x[kept:], y[kept:], task, classes, centre, scale)
