"""What many backwards need: undo a broadcast, undo a reduction, give no gradient."""

from __future__ import annotations

from typing import Any

import numpy as np


def no_gradient(*arguments: Any) -> tuple[None, ...]:
    """The backward of an op that is constant wherever it is smooth."""
    need = arguments[-1]
    return (None,) * len(need)


def unbroadcast(grad: np.ndarray, x: Any) -> np.ndarray:
    """Sums a gradient back to the shape that was broadcast.

    Every copy that broadcasting made has its own gradient; they add up.

    >>> unbroadcast(np.ones((2, 3)), np.zeros(3))
    array([2., 2., 2.])
    """
    shape = x.shape if isinstance(x, np.ndarray) else ()
    if grad.shape == shape:
        return grad
    extra = grad.ndim - len(shape)
    axes = tuple(range(extra)) + tuple(
        extra + i for i, n in enumerate(shape) if n == 1 and grad.shape[extra + i] != 1
    )
    return np.add.reduce(grad, axis=axes).reshape(shape)


def spread(values: Any, x: np.ndarray, axis: Any, keepdims: bool) -> np.ndarray:
    """A reduced array, back in the shape of x: the reverse of a reduction.

    >>> spread(np.array([1.0, 2.0]), np.zeros((2, 3)), axis=1, keepdims=False)
    array([[1., 1., 1.],
           [2., 2., 2.]])
    """
    if axis is not None and not keepdims:
        values = np.expand_dims(values, axis)
    return np.broadcast_to(values, x.shape)
