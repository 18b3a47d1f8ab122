"""Points in the plane with classes, made by a formula: two moons, spirals, ...

Each function returns `(x, y)`: x of shape (n, 2), float32, and y of shape (n,), int64
class numbers, in shuffled order. The same arguments give the same points everywhere.
"""

from __future__ import annotations

import numpy as np

from edukeras.errors import explain


def make_moons(
    n: int = 200, noise: float = 0.1, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Two half circles that reach into each other.

    Args:
        n: how many points, of all classes together.
        noise: standard deviation of the random shift of each point.
        seed: another seed, other points.

    >>> x, y = make_moons(100)
    >>> x.shape, np.bincount(y)
    ((100, 2), array([50, 50]))
    """
    random, y = _start(n, 2, noise, seed)
    angle = np.pi * random.uniform(size=n)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)  # (n, 2)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    return _finish(np.where(y[:, None] == 0, upper, lower), y, noise, random)


def make_spirals(
    n: int = 200,
    noise: float = 0.05,
    seed: int = 0,
    classes: int = 2,
    turns: float = 1.5,
) -> tuple[np.ndarray, np.ndarray]:
    """One spiral arm a class: hard without hidden layers, easy with two.

    Args:
        n, noise, seed: as in `make_moons`.
        classes: how many arms.
        turns: how often an arm winds round the centre.

    >>> x, y = make_spirals(90, classes=3)
    >>> np.bincount(y)
    array([30, 30, 30])
    """
    random, y = _start(n, classes, noise, seed)
    # The square root spreads the points evenly along the arm.
    radius = np.sqrt(random.uniform(0.01, 1, size=n))
    angle = 2 * np.pi * (turns * radius + y / classes)
    points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _finish(points, y, noise, random)


def make_circles(
    n: int = 200, noise: float = 0.05, seed: int = 0, factor: float = 0.5
) -> tuple[np.ndarray, np.ndarray]:
    """A circle of radius 1 (class 0) round one of radius `factor` (class 1).

    >>> x, y = make_circles(100, noise=0.0)
    >>> bool(np.allclose(np.hypot(*x[y == 1].T), 0.5))
    True
    """
    random, y = _start(n, 2, noise, seed)
    radius = np.where(y == 0, 1.0, factor)
    angle = 2 * np.pi * random.uniform(size=n)
    points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _finish(points, y, noise, random)


def make_blobs(
    n: int = 200, noise: float = 0.5, seed: int = 0, classes: int = 3
) -> tuple[np.ndarray, np.ndarray]:
    """One round cloud a class; the centres stand on a circle of radius 2.

    `noise` is the standard deviation of a cloud.

    >>> x, y = make_blobs(90, noise=0.0)
    >>> x[y == 0][0]
    array([2., 0.], dtype=float32)
    """
    random, y = _start(n, classes, noise, seed)
    angle = 2 * np.pi * y / classes
    points = 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _finish(points, y, noise, random)


def make_xor(
    n: int = 200, noise: float = 0.0, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """A square of side 2: class 1 where the signs of the coordinates differ.

    No straight line divides the classes, so one neuron cannot learn them.

    >>> x, y = make_xor(100)
    >>> bool(np.all((x[:, 0] * x[:, 1] < 0) == (y == 1)))
    True
    """
    random, y = _start(n, 2, noise, seed)
    # Away from zero, so that float32 cannot lose the sign.
    size = random.uniform(1e-3, 1, size=(n, 2))
    sign = random.choice([-1.0, 1.0], size=n)
    points = size * np.stack([sign, np.where(y == 0, sign, -sign)], axis=1)
    return _finish(points, y, noise, random)


def _start(
    n: int, classes: int, noise: float, seed: int
) -> tuple[np.random.RandomState, np.ndarray]:
    """The generator of random numbers, and the classes of the points."""
    if classes < 2 or n < classes:
        raise ValueError(
            explain(
                "Each class needs a point.",
                expected="classes >= 2 and n >= classes",
                received=f"n={n!r}, classes={classes!r}",
            )
        )
    if noise < 0:
        raise ValueError(explain("noise must not be negative.", received=repr(noise)))
    # RandomState, as NumPy promises that its stream never changes.
    random = np.random.RandomState(seed)
    return random, random.permutation(np.arange(n) % classes)


def _finish(
    points: np.ndarray, y: np.ndarray, noise: float, random: np.random.RandomState
) -> tuple[np.ndarray, np.ndarray]:
    points = points + noise * random.normal(size=points.shape)
    return points.astype(np.float32), y.astype(np.int64)
