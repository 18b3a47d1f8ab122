"""Attention: each query takes a weighted mean of the values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from edukeras.errors import ShapeError, explain
from edukeras.ops.core import dtype, shape
from edukeras.ops.creation import tri
from edukeras.ops.elementwise import add, multiply, where
from edukeras.ops.linalg import matmul
from edukeras.ops.logic import logical_and
from edukeras.ops.nn import softmax
from edukeras.ops.shapes import repeat, transpose
from edukeras.ops.trigonometry import tanh
from edukeras.tensor import numpy_dtype


def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Any:
    """softmax(scale * query @ key.T + bias) @ value, for each head.

    Vaswani et al., 2017, https://arxiv.org/abs/1706.03762, section 3.2.1.

    Shapes: (B, T, heads, D), (B, S, heads, D), (B, S, heads, D) -> (B, T, heads, D)

    Args:
        bias: is added to the logits, (B or 1, heads or 1, T, S).
        mask: true where a query may look at a key, in the shape of `bias`.
        scale: 1 / sqrt(D) by default.
        is_causal: no query looks at a later key.
        flash_attention: accepted as in Keras; there is one way to compute it here.
        attn_logits_soft_cap: keeps the logits between minus this and this, by tanh.
    """
    for name, x in (("query", query), ("key", key), ("value", value)):
        if len(shape(x)) != 4:
            raise ShapeError(
                explain(
                    f"dot_product_attention expects {name} with four axes.",
                    expected="shape (batch, length, heads, size)",
                    received=f"shape {shape(x)}",
                )
            )
    heads, key_heads = shape(query)[2], shape(key)[2]
    if heads != key_heads:  # grouped queries share keys and values
        key = repeat(key, heads // key_heads, axis=2)
        value = repeat(value, heads // key_heads, axis=2)
    q = transpose(query, (0, 2, 1, 3))  # (B, heads, T, D)
    k = transpose(key, (0, 2, 3, 1))  # (B, heads, D, S)
    v = transpose(value, (0, 2, 1, 3))  # (B, heads, S, D)
    scale = 1 / math.sqrt(shape(query)[-1]) if scale is None else scale
    logits = matmul(multiply(q, scale), k)  # (B, heads, T, S)
    if attn_logits_soft_cap is not None:
        logits = tanh(logits / attn_logits_soft_cap) * attn_logits_soft_cap
    if bias is not None:
        logits = add(logits, bias)
    if is_causal:
        causal = tri(shape(logits)[-2], shape(logits)[-1], dtype="bool")
        mask = causal if mask is None else logical_and(mask, causal)
    if mask is not None:
        # Not minus infinity: a row without any key would become NaN.
        lowest = -0.7 * float(np.finfo(numpy_dtype(dtype(logits))).max)
        logits = where(mask, logits, lowest)
    return transpose(matmul(softmax(logits), v), (0, 2, 1, 3))
