"""Embedding: rows of a table by their numbers."""

import numpy as np

from edukeras.errors import ShapeError, explain

__all__ = ["embedding", "embedding_backward"]


def embedding(table, ids):
    """table[ids], all of them from 0 to V - 1.

    Shapes: table (V, D), ids (...) of whole numbers -> (..., D)
    """
    check_ids(ids, len(table))
    return np.take(table, ids, axis=0)


def embedding_backward(grad, ids, rows):
    """The sum of the gradients of each row, for a table of so many rows.

    Shapes: grad (..., D), ids (...) -> (rows, D)
    """
    check_ids(ids, rows)
    dtable = np.zeros((rows, grad.shape[-1]), grad.dtype)
    np.add.at(dtable, ids, grad)
    return dtable


def check_ids(ids, rows):
    """Raises a ShapeError unless the table has a row for each number."""
    if ids.size and (ids.min() < 0 or ids.max() >= rows):
        raise ShapeError(
            explain(
                "An embedding table has no row for every number.",
                expected=f"whole numbers from 0 to {rows - 1}",
                received=f"numbers from {ids.min()} to {ids.max()}",
                hint=f"Embedding(input_dim={int(ids.max()) + 1}, ...).",
            )
        )
