"""Is there anything in x that tells about y?  Tiny models, against shuffled labels."""

from __future__ import annotations

import numpy as np

SAMPLES = 300
SHUFFLES = 20
FEATURES = 300


def related(x: np.ndarray, y: np.ndarray) -> float | None:
    """How many standard deviations better y is predicted than shuffled labels are.

    Four models predict each sample from all others: the straight line, products of two
    features, near samples, and the mean of the five nearest.  The best one counts.
    None where this cannot be said: few samples, constant labels, other forms.

    >>> x = np.random.default_rng(0).normal(size=(200, 3))
    >>> related(x, x[:, 0] > 0) > 10
    True
    >>> related(x, np.random.default_rng(1).integers(0, 2, 200)) < 3
    True
    """
    if len(x) < 80 or x.dtype.kind not in "biuf" or y.dtype.kind not in "biuf":
        return None
    rows = np.unique(np.linspace(0, len(x) - 1, SAMPLES).astype(int))
    features = x[rows].reshape(len(rows), -1).astype("float64")
    targets = _targets(y[rows])
    if targets is None or not np.isfinite(features).all():
        return None
    features = features[:, features.std(axis=0) > 0]
    if features.shape[1] == 0 or features.shape[1] > 20_000:
        return None
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    generator = np.random.default_rng(0)
    if features.shape[1] > FEATURES:  # random projections keep the distances
        mix = generator.normal(size=(features.shape[1], FEATURES))
        features = features @ mix / np.sqrt(features.shape[1])
    shuffled = [generator.permutation(len(targets)) for _ in range(SHUFFLES)]
    return max(_strength(hat, targets, shuffled) for hat in _smoothers(features))


def _targets(y: np.ndarray) -> np.ndarray | None:
    y = y.reshape(len(y), -1).astype("float64")
    if y.shape[1] == 1 and (y % 1 == 0).all() and 2 < len(np.unique(y)) <= 30:
        y = (y == np.unique(y)).astype("float64")  # classes have no order
    y = y[:, :50]
    y = y[:, y.std(axis=0) > 0]
    if y.shape[1] == 0 or not np.isfinite(y).all():
        return None
    return (y - y.mean(axis=0)) / y.std(axis=0)


def _smoothers(x: np.ndarray) -> list[np.ndarray]:
    """Matrices that predict each sample's target from those of the others."""
    products = x @ x.T / x.shape[1]
    squares = np.diag(products)
    distances = squares[:, None] + squares[None, :] - 2 * products
    width = np.median(distances)
    kernels = [products, (products + 1) ** 2, np.exp(-2 * distances / max(width, 1e-9))]
    return [_leave_one_out(kernel) for kernel in kernels] + [_nearest(distances)]


def _leave_one_out(kernel: np.ndarray) -> np.ndarray:
    """Ridge regression with a kernel, each sample predicted without itself."""
    n = len(kernel)
    inverse = np.linalg.inv(kernel + 0.1 * np.trace(kernel) / n * np.eye(n))
    hat = np.eye(n) - inverse / np.diag(inverse)[:, None]
    np.fill_diagonal(hat, 0)
    return hat


def _nearest(distances: np.ndarray, count: int = 5) -> np.ndarray:
    distances = distances.copy()
    np.fill_diagonal(distances, np.inf)
    near = np.argsort(distances, axis=1)[:, :count]
    hat = np.zeros_like(distances)
    np.put_along_axis(hat, near, 1 / count, axis=1)
    return hat


def _strength(hat: np.ndarray, y: np.ndarray, shuffled: list[np.ndarray]) -> float:
    def agreement(targets: np.ndarray) -> float:
        return float((hat @ targets * targets).mean())

    chance = np.array([agreement(y[order]) for order in shuffled])
    return float((agreement(y) - chance.mean()) / (chance.std() + 1e-9))
