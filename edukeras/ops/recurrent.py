"""What recurrent layers are made of, beside ordinary ops."""

from __future__ import annotations

import numpy as np

from edukeras.autodiff import op


@op
def time_steps(x):
    """The steps of sequences, one tensor for each, recorded as a single op.

    Shapes: (B, T, N) -> T times (B, N)

    T times `x[:, t]` would each carry a gradient of the whole sequence back.
    """
    steps = tuple(np.ascontiguousarray(x[:, t]) for t in range(x.shape[1]))

    def backward(*grads_and_need):
        dx = np.zeros(x.shape, x.dtype)
        for t, grad in enumerate(grads_and_need[:-1]):
            if grad is not None:
                dx[:, t] = grad
        return (dx,)

    return steps, backward
