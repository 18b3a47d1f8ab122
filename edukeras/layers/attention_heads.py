"""Attention by several heads, each with its own view of queries, keys and values.

A head projects what it is given to short vectors of its own and attends there; the
results of all heads are projected back together.

Shape letters: B batch, T queries, S keys and values, D the size of a head, M features.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from edukeras import constraints, initializers, ops, registry, regularizers
from edukeras.errors import ShapeError, explain
from edukeras.layers.activations import Softmax
from edukeras.layers.attention_base import AttentionBase, visible_keys
from edukeras.layers.core import positive_integer
from edukeras.layers.einsum_dense import EinsumDense
from edukeras.layers.regularization import Dropout


class HeadAttention(AttentionBase):
    """What both layers share: the way through; subclasses say how many heads.

    The attended axes are those along which a query looks around: the axis T of
    (B, T, M), or for instance rows and columns of images (B, H, W, M).
    """

    attention_axes: Any = None

    def __init__(
        self,
        dropout: float,
        use_bias: bool,
        sliding_window: int | None,
        flash_attention: bool | None,
        kernel_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        bias_regularizer: Any,
        activity_regularizer: Any,
        kernel_constraint: Any,
        bias_constraint: Any,
        use_gate: bool,
        seed: int | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if sliding_window is not None:
            positive_integer(type(self).__name__, "sliding_window", sliding_window)
        self.dropout = dropout
        self.use_bias = use_bias
        self.sliding_window = sliding_window
        self.flash_attention = flash_attention
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.use_gate = use_gate
        self.seed = seed
        # It belongs to the projections, as in Keras, not to this layer's own output.
        self._dense_activity_regularizer = regularizers.get(activity_regularizer)
        # The order of these lines is the order of the weights.
        self._query_dense: Any = None
        self._key_dense: Any = None
        self._gate_dense: Any = None
        self._value_dense: Any = None
        self._softmax: Any = None
        self._dropout_layer: Any = None
        self._output_dense: Any = None

    # -- what subclasses say --------------------------------------------------

    def _head_sizes(self) -> tuple[int, int, int, int]:
        """Heads of the query and of key and value; sizes of their keys and values."""
        raise NotImplementedError

    def _features(self, query_shape: Any) -> tuple:
        """The axes of the output after those of its place."""
        return (query_shape[-1],)

    # -- weights --------------------------------------------------------------

    def build(
        self, query_shape: Any, value_shape: Any = None, key_shape: Any = None
    ) -> None:
        key_shape = value_shape if key_shape is None else key_shape
        self._check_shapes(query_shape, value_shape, key_shape)
        heads, key_heads, key_size, value_size = self._head_sizes()
        self._query_dense = self._projection("query", query_shape, heads, key_size)
        self._key_dense = self._projection("key", key_shape, key_heads, key_size)
        if self.use_gate:
            self._gate_dense = self._projection(
                "gate", query_shape, heads, value_size, activation="sigmoid"
            )
        self._value_dense = self._projection(
            "value", value_shape, key_heads, value_size
        )
        self._set_attended_axes(len(query_shape))
        last = tuple(range(-len(self.attention_axes), 0))
        self._softmax = Softmax(axis=last, dtype=self.dtype_policy)
        self._dropout_layer = Dropout(
            self.dropout, seed=self.seed, dtype=self.dtype_policy
        )
        self._output_dense = self._output_projection(query_shape, heads, value_size)

    def _projection(
        self,
        name: str,
        shape: Any,
        heads: int,
        size: int,
        activation: str | None = None,
    ) -> EinsumDense:
        """(B, T, M) -> (B, T, heads, D), as a layer that is built."""
        places = "btuvwxyz"[: len(shape) - 1]
        layer = EinsumDense(
            f"{places}m,mhd->{places}hd",
            (*[None] * (len(shape) - 2), heads, size),
            activation=activation,
            bias_axes="hd" if self.use_bias else None,
            **self._projection_options(name),
        )
        layer.build(shape)
        return layer

    def _output_projection(
        self, query_shape: Any, heads: int, size: int
    ) -> EinsumDense:
        """(B, T, heads, D) -> (B, T, M), as a layer that is built."""
        places = "btuvwxyz"[: len(query_shape) - 1]
        features = self._features(query_shape)
        new = "mnopqr"[: len(features)]
        layer = EinsumDense(
            f"{places}hd,hd{new}->{places}{new}",
            (*[None] * (len(query_shape) - 2), *features),
            bias_axes=new if self.use_bias else None,
            **self._projection_options("attention_output"),
        )
        layer.build((*query_shape[:-1], heads, size))
        return layer

    def _projection_options(self, name: str) -> dict[str, Any]:
        # Each gets an initializer of its own: the same one would make equal weights.
        return {
            "kernel_initializer": _clone(self.kernel_initializer),
            "bias_initializer": _clone(self.bias_initializer),
            "kernel_regularizer": self.kernel_regularizer,
            "bias_regularizer": self.bias_regularizer,
            "activity_regularizer": self._dense_activity_regularizer,
            "kernel_constraint": self.kernel_constraint,
            "bias_constraint": self.bias_constraint,
            "dtype": self.dtype_policy,
            "name": name,
        }

    def _set_attended_axes(self, rank: int) -> None:
        """All axes between batch and features, if none are named."""
        axes = self.attention_axes
        if axes is None:
            axes = range(1, rank - 1)
        axes = tuple(axis % rank for axis in np.atleast_1d(axes).tolist())
        if not axes or not all(0 < axis < rank - 1 for axis in axes):
            raise ValueError(
                explain(
                    f'{type(self).__name__} layer "{self.name}" attends along axes '
                    "between the first, the batch, and the last, the features.",
                    received=f"attention_axes={self.attention_axes} for a query with "
                    f"{rank} axes",
                )
            )
        self.attention_axes = axes

    def _check_shapes(self, query: Any, value: Any, key: Any) -> None:
        where = f'{type(self).__name__} layer "{self.name}"'
        if value is None:
            raise TypeError(
                explain(
                    f"{where} needs a query and a value.",
                    received="one input",
                    hint="attention(x, x) lets a sequence look at itself.",
                )
            )
        if min(len(query), len(value), len(key)) < 3:
            raise ShapeError(
                explain(
                    f"{where} works on batches of sequences of vectors.",
                    expected="shapes (batch, length, features)",
                    received=f"a query of shape {tuple(query)} and a value of shape "
                    f"{tuple(value)}",
                )
            )
        if tuple(value[1:-1]) != tuple(key[1:-1]):
            raise ShapeError(
                explain(
                    f"{where} needs a key for each value.",
                    received=f"a value of shape {tuple(value)} and a key of shape "
                    f"{tuple(key)}",
                )
            )

    # -- the way through ------------------------------------------------------

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        key = value if key is None else key
        visible = visible_keys(
            query.shape[1],
            key.shape[1],
            query_mask,
            [value_mask, key_mask],
            attention_mask,
            causal=use_causal_mask,
            window=self.sliding_window,
        )
        q = self._query_dense(query)  # (B, T, heads, D)
        k = self._key_dense(key)  # (B, S, key heads, D)
        v = self._value_dense(value)  # (B, S, key heads, D)
        shares = None
        if self.dropout == 0 and not return_attention_scores and q.ndim == 4:
            # One op for it all.  A query that sees no key gets the mean of all values
            # here, and zeros below: as in Keras.
            outputs = ops.dot_product_attention(q, k, v, mask=_for_heads(visible, 1))
        else:
            outputs, shares = self._attend(q, k, v, visible, training)
        if self._gate_dense is not None:
            outputs = outputs * self._gate_dense(query)
        outputs = self._output_dense(outputs)  # (B, T, M)
        return (outputs, shares) if return_attention_scores else outputs

    def _attend(
        self, q: Any, k: Any, v: Any, visible: np.ndarray | None, training: Any
    ) -> tuple[Any, Any]:
        """softmax(q @ k.T / sqrt(D)) @ v, step by step, and the shares."""
        groups = q.shape[-2] // k.shape[-2]
        if groups > 1:
            k, v = ops.repeat(k, groups, axis=-2), ops.repeat(v, groups, axis=-2)
        attended = [q.shape[axis] for axis in self.attention_axes]
        seen = [k.shape[axis] for axis in self.attention_axes]
        q, k, v = self._heads_first(q), self._heads_first(k), self._heads_first(v)
        q = q / math.sqrt(q.shape[-1])
        scores = ops.matmul(q, ops.swapaxes(k, -1, -2))  # (B, heads, T, S)
        before = scores.shape[:-2]
        scores = ops.reshape(scores, (*before, *attended, *seen))
        mask = _for_heads(visible, len(attended))
        shares = self._softmax(scores, mask=mask)
        kept = self._dropout_layer(shares, training=training)
        kept = ops.reshape(kept, (*before, q.shape[-2], k.shape[-2]))
        outputs = ops.matmul(kept, v)  # (B, heads, T, D)
        outputs = ops.reshape(outputs, (*before, *attended, v.shape[-1]))
        order = np.argsort(self._order(outputs.ndim)).tolist()
        return ops.transpose(outputs, order), shares  # (B, T, heads, D)

    def _heads_first(self, x: Any) -> Any:
        """(B, T, heads, D) -> (B, heads, T, D), the attended axes made one."""
        x = ops.transpose(x, self._order(x.ndim))
        before = x.ndim - len(self.attention_axes) - 1
        return ops.reshape(x, (*x.shape[:before], -1, x.shape[-1]))

    def _order(self, rank: int) -> list[int]:
        """The axes before the heads that are not attended, heads, attended axes, D."""
        others = [i for i in range(rank - 2) if i not in self.attention_axes]
        return [*others, rank - 2, *self.attention_axes, rank - 1]

    # -- shapes and configs ---------------------------------------------------

    def compute_output_shape(
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> tuple:
        key_shape = value_shape if key_shape is None else key_shape
        self._check_shapes(query_shape, value_shape, key_shape)
        return (*query_shape[:-1], *self._features(query_shape))

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Keras 2 noted the shape of the query alone; then the first call builds."""
        if config.get("shapes_dict"):
            super().build_from_config(config)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.pop("flash_attention")  # how it is computed, not what
        config["activity_regularizer"] = registry.serialize_keras_object(
            self._dense_activity_regularizer
        )
        return config


def _for_heads(visible: np.ndarray | None, attended: int) -> np.ndarray | None:
    """A mask (B, T, S) or (T, S) with an axis for the heads: (B or 1, 1, T, S)."""
    if visible is None:
        return None
    before = visible.shape[: -2 * attended]
    missing = max(2 - len(before), 0)
    return visible.reshape(*before, *[1] * missing, *visible.shape[len(before) :])


def _clone(initializer: Any) -> Any:
    return initializer.clone() if hasattr(initializer, "clone") else initializer
