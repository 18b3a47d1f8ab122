"""The attention of transformers: MultiHeadAttention, GroupQueryAttention.

They differ in the number of heads that key and value have; what they compute stands
in `attention_heads.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.errors import explain
from edukeras.graph import auto_name
from edukeras.layers.attention_heads import HeadAttention
from edukeras.layers.core import positive_integer
from edukeras.layers.einsum_dense import EinsumDense


class MultiHeadAttention(HeadAttention):
    """softmax(q @ k.T / sqrt(key_dim)) @ v in several heads, projected to one output.

        q, k, v = query @ Wq, key @ Wk, value @ Wv     for each head
        output = [results of all heads] @ Wo

    Shapes: query (B, T, M), value and key (B, S, ...) -> (B, T, M)

    Args:
        num_heads: how many heads look at the same time.
        key_dim: the size D of a head's queries and keys.
        value_dim: the size of a head's values; None is key_dim.
        dropout: the share of the attention that is dropped in training.
        use_bias: whether the projections add a bias.
        output_shape: the features of the output; None takes the M of the query.
        attention_axes: the axes along which queries look; None is all between the
            batch axis and the features.
        sliding_window: if given, a query sees keys less than this far away.
        flash_attention: for Keras's signature; there is one way to compute it here.
        kernel_initializer, bias_initializer, ...: of the projections, as in Dense.
        use_gate: whether sigmoid(query @ Wg) multiplies the results of the heads.
        seed: makes the dropout repeatable.

    Call arguments:
        query, value, key: the key is the value unless given. `attention(x, x)` lets a
            sequence look at itself.
        attention_mask: (T, S), (B, T, S) or (B, heads, T, S), true where a query may
            look at a key.
        query_mask, value_mask, key_mask: (B, T) or (B, S), false for padding; taken
            from the inputs where these carry masks.
        use_causal_mask: no query looks at a later key.
        return_attention_scores: whether to return the shares (B, heads, T, S) too.

    Weights: of query, key and value: kernel (M, heads, D), bias (heads, D); of the
    output: kernel (heads, D, M), bias (M,).

    Source: Vaswani et al., 2017, https://arxiv.org/abs/1706.03762, section 3.2.2; gate:
    Qiu et al., 2025, https://arxiv.org/abs/2505.06708

    >>> x = np.ones((2, 5, 16))
    >>> attention = MultiHeadAttention(num_heads=4, key_dim=8)
    >>> y, shares = attention(x, x, return_attention_scores=True)
    >>> y.shape, shares.shape
    ((2, 5, 16), (2, 4, 5, 5))
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: Any = None,
        attention_axes: Any = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            dropout=dropout,
            use_bias=use_bias,
            sliding_window=sliding_window,
            flash_attention=flash_attention,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            use_gate=use_gate,
            seed=seed,
            **kwargs,
        )
        name = "MultiHeadAttention"
        value_dim = key_dim if value_dim is None else value_dim
        self.num_heads = positive_integer(name, "num_heads", num_heads)
        self.key_dim = positive_integer(name, "key_dim", key_dim)
        self.value_dim = positive_integer(name, "value_dim", value_dim)
        self._output_features = _as_sizes(output_shape)
        self.attention_axes = attention_axes

    @property
    def output_shape(self) -> tuple | None:
        """The argument; for Keras's config."""
        return self._output_features

    # Under these names files keep the weights.

    @property
    def query_dense(self) -> EinsumDense:
        return self._query_dense

    @property
    def key_dense(self) -> EinsumDense:
        return self._key_dense

    @property
    def value_dense(self) -> EinsumDense:
        return self._value_dense

    @property
    def output_dense(self) -> EinsumDense:
        return self._output_dense

    def _head_sizes(self) -> tuple[int, int, int, int]:
        return self.num_heads, self.num_heads, self.key_dim, self.value_dim

    def _features(self, query_shape: Any) -> tuple:
        return self._output_features or (query_shape[-1],)


def _as_sizes(output_shape: Any) -> tuple | None:
    if output_shape is None:
        return None
    sizes = np.atleast_1d(output_shape).tolist()
    return tuple(
        positive_integer("MultiHeadAttention", "output_shape", n) for n in sizes
    )


class GroupQueryAttention(HeadAttention):
    """MultiHeadAttention in which several heads of the query share one key and value.

    Fewer keys and values need less memory; with a single one it is "multi-query"
    attention.

    Shapes: query (B, T, M), value and key (B, S, ...) -> (B, T, M)

    Args:
        head_dim: the size D of a head.
        num_query_heads: how many heads the query has.
        num_key_value_heads: how many heads key and value have; divides the former.
        dropout, use_bias, ..., seed: as in MultiHeadAttention.

    Call arguments: see MultiHeadAttention.

    Weights: as in MultiHeadAttention.

    Source: Ainslie et al., 2023, https://arxiv.org/abs/2305.13245

    >>> x = np.ones((2, 5, 16))
    >>> GroupQueryAttention(8, num_query_heads=4, num_key_value_heads=2)(x, x).shape
    (2, 5, 16)
    """

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        if kwargs.get("name") is None:
            kwargs["name"] = auto_name("grouped_query_attention")  # as Keras calls it
        super().__init__(
            dropout=dropout,
            use_bias=use_bias,
            sliding_window=sliding_window,
            flash_attention=flash_attention,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            use_gate=use_gate,
            seed=seed,
            **kwargs,
        )
        name = "GroupQueryAttention"
        self.head_dim = positive_integer(name, "head_dim", head_dim)
        self.num_query_heads = positive_integer(
            name, "num_query_heads", num_query_heads
        )
        self.num_key_value_heads = positive_integer(
            name, "num_key_value_heads", num_key_value_heads
        )
        if self.num_query_heads % self.num_key_value_heads:
            raise ValueError(
                explain(
                    "GroupQueryAttention gives each key to the same number of queries.",
                    expected="num_key_value_heads that divides num_query_heads",
                    received=f"num_query_heads={num_query_heads}, "
                    f"num_key_value_heads={num_key_value_heads}",
                )
            )

    def _head_sizes(self) -> tuple[int, int, int, int]:
        heads, key_heads = self.num_query_heads, self.num_key_value_heads
        return heads, key_heads, self.head_dim, self.head_dim
