"""What all attention layers share: who may look at whom, and shapes of two outputs."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from edukeras import graph
from edukeras.layers.base import Layer
from edukeras.tensor import as_array


class AttentionBase(Layer):
    """A layer that hands out its attention scores as a second output, if asked."""

    supports_masking = True

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The symbolic outputs for symbolic inputs."""
        if kwargs.get("return_attention_scores"):
            return graph.infer_outputs(self, args, kwargs)
        return super().compute_output_spec(*args, **kwargs)


def visible_keys(
    queries: int,
    keys: int,
    query_mask: Any = None,
    key_masks: Any = (),
    attention_mask: Any = None,
    causal: bool = False,
    window: int | None = None,
) -> np.ndarray | None:
    """Whether query t may look at key s; None if every query sees every key.

    Shapes: (B or 1, T, S), or that of an `attention_mask` with more axes

    Args:
        queries, keys: the lengths of both sequences, T and S.
        query_mask: (B, T), false for queries that are padding and see nothing.
        key_masks: several (B, S) or None, false for keys that are padding.
        attention_mask: (T, S), (B, T, S) or (B, heads, T, S), the caller's own.
        causal: no query sees a later key.
        window: no query sees a key that is this far away, or farther.

    >>> visible_keys(3, 3, causal=True).astype(int).tolist()
    [[[1, 0, 0], [1, 1, 0], [1, 1, 1]]]
    >>> visible_keys(1, 3, key_masks=[np.array([[True, True, False]])]).tolist()
    [[[True, True, False]]]
    """
    masks = []
    if query_mask is not None:
        masks.append(_as_booleans(query_mask)[..., :, None])  # (B, T, 1)
    for mask in key_masks:
        if mask is not None:
            masks.append(_as_booleans(mask)[..., None, :])  # (B, 1, S)
    if causal:
        masks.append(np.tri(queries, keys, dtype=bool)[None])  # (1, T, S)
    if window is not None:
        distances = np.abs(np.arange(queries)[:, None] - np.arange(keys))
        masks.append(distances[None] < window)  # (1, T, S)
    if attention_mask is not None:
        given = _as_booleans(attention_mask)
        if given.ndim == 4:  # one mask for each head
            masks = [mask[:, None] if mask.ndim == 3 else mask for mask in masks]
        masks.append(given)
    return functools.reduce(np.logical_and, masks) if masks else None


def _as_booleans(mask: Any) -> np.ndarray:
    return as_array(mask).astype(bool)
