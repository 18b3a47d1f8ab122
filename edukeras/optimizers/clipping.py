"""Gradients made shorter: against single steps that go much too far.

Pascanu, Mikolov and Bengio 2013, "On the difficulty of training recurrent neural
networks", algorithm 1.
"""

from __future__ import annotations

import math

import numpy as np


def clip_by_value(gradient: np.ndarray, limit: float) -> np.ndarray:
    """Every number cut off at -limit and limit; the direction may change.

    >>> clip_by_value(np.array([3.0, -0.5]), 1.0)
    array([ 1. , -0.5])
    """
    return np.clip(gradient, -limit, limit)


def clip_by_norm(gradient: np.ndarray, limit: float) -> np.ndarray:
    """Scaled down to length `limit` if it is longer; the direction stays.

    >>> clip_by_norm(np.array([3.0, -4.0]), 1.0)
    array([ 0.6, -0.8])
    """
    return gradient * (limit / max(_norm([gradient]), limit))


def clip_by_global_norm(gradients: list[np.ndarray], limit: float) -> list[np.ndarray]:
    """All scaled down by one factor, so that together they are not too long.

    >>> clip_by_global_norm([np.array([3.0]), np.array([-4.0])], 1.0)
    [array([0.6]), array([-0.8])]
    """
    factor = limit / max(_norm(gradients), limit)
    return [gradient * factor for gradient in gradients]


def _norm(gradients: list[np.ndarray]) -> float:
    """The square root of the sum of all squares; NaN if there is a NaN or infinity.

    Infinity would become a factor of 0, and hide that the training has gone wrong.
    """
    flat = [gradient.ravel().astype(np.float64) for gradient in gradients]
    norm = math.sqrt(sum(float(g @ g) for g in flat))
    return norm if math.isfinite(norm) else math.nan
