"""Attention over one sequence of values, by the dot product or by a sum.

A query asks, keys answer, values are what is told: each query gets a mean of the
values, weighted by how well its vector goes with that of each key.  Shape letters: T
queries, S keys and values, D the length of a vector.
"""

from __future__ import annotations

from typing import Any

from edukeras import ops, random
from edukeras.errors import ShapeError, explain, unknown_name
from edukeras.layers.attention_base import AttentionBase, visible_keys
from edukeras.layers.structure import is_shape
from edukeras.tensor import as_array


class _ListAttention(AttentionBase):
    """softmax(scores) @ value, of a list [query, value] or [query, value, key]."""

    def __init__(
        self, use_scale: bool, dropout: float, seed: int | None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.use_scale = use_scale
        self.dropout = dropout
        self.seed = seed
        self.scale: Any = None
        self._seeds = random.SeedGenerator(seed)

    def scores(self, query: Any, key: Any) -> Any:
        """How well each query goes with each key, (B, T, S)."""
        raise NotImplementedError

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: Any = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        query, value = inputs[:2]
        key = inputs[2] if len(inputs) == 3 else value
        query_mask, value_mask = self._two_masks(mask)
        scores = self.scores(query, key)  # (B, T, S)
        visible = visible_keys(
            query.shape[-2],
            key.shape[-2],
            key_masks=[value_mask],
            causal=use_causal_mask,
        )
        if visible is not None:
            # So low that exp gives 0; not minus infinity: where a query sees no key
            # at all, the softmax would be NaN.
            lowest = 3e4 if scores.dtype == "float16" else 1e9
            scores = scores - lowest * (~visible).astype(scores.array.dtype)
        shares = ops.softmax(scores)  # (B, T, S)
        if training and self.dropout > 0:
            shares = random.dropout(shares, self.dropout, seed=self._seeds)
        outputs = ops.matmul(shares, value)  # (B, T, D)
        if query_mask is not None:
            keep = as_array(query_mask)[..., None]  # (B, T, 1)
            outputs = outputs * keep.astype(outputs.array.dtype)
        return (outputs, shares) if return_attention_scores else outputs

    def _two_masks(self, mask: Any) -> tuple[Any, Any]:
        """The masks of query and value; the value's holds for the key as well."""
        if mask is None:
            return None, None
        if not isinstance(mask, (list, tuple)) or len(mask) not in (2, 3):
            raise ValueError(
                explain(
                    f'{type(self).__name__} layer "{self.name}" takes its masks in a '
                    "list, like its inputs.",
                    expected="mask=[query_mask, value_mask], either may be None",
                    received=f"mask={mask!r}",
                )
            )
        return mask[0], mask[1]

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """An output stands where its query stood."""
        return previous_mask[0] if previous_mask else None

    def compute_output_shape(self, input_shape: Any) -> tuple:
        self._check_inputs(input_shape)
        return (*input_shape[0][:-1], input_shape[1][-1])

    def _check_inputs(self, shapes: Any) -> None:
        if is_shape(shapes) or len(shapes) not in (2, 3):
            raise ShapeError(
                explain(
                    f'{type(self).__name__} layer "{self.name}" takes its inputs in '
                    "one list.",
                    expected="[query, value] or [query, value, key]",
                    received=f"inputs of shape {shapes}",
                    hint=f"{type(self).__name__}()([x, x]) lets a sequence look at "
                    "itself.",
                )
            )


class Attention(_ListAttention):
    """softmax(query @ key.T) @ value: each query gets a mean of the values.

    Shapes: [(B, T, D), (B, S, M)] -> (B, T, M); with a key, [(B, T, D), (B, S, M),
    (B, S, D)]. Without one the value serves as key too, and M is D.

    Args:
        use_scale: whether a learned number multiplies the scores.
        score_mode: "dot": the scores are query @ key.T; "concat": the sums of
            tanh(query + key), times a learned number.
        dropout: the share of the attention that is dropped in training.
        seed: makes the dropout repeatable.

    Call arguments:
        mask: [query_mask (B, T), value_mask (B, S)]: false for what is padding. A
            query that is padding gets zeros, a value that is padding is not seen.
        return_attention_scores: whether to return the shares (B, T, S) too.
        use_causal_mask: no query sees a later key.

    Weights: scale () and concat_score_weight (), if asked for.

    Source: Luong et al., 2015, https://arxiv.org/abs/1508.04025, section 3.1

    >>> query = np.float32([[[0, 0]]])  # goes equally well with all keys
    >>> value = np.float32([[[1, 0], [3, 4]]])
    >>> Attention()([query, value]).tolist()
    [[[2.0, 2.0]]]
    """

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(use_scale, dropout, seed, **kwargs)
        if score_mode not in ("dot", "concat"):
            raise unknown_name("score_mode", score_mode, ["dot", "concat"])
        self.score_mode = score_mode
        self.concat_score_weight: Any = None

    def build(self, input_shape: Any) -> None:
        self._check_inputs(input_shape)
        if self.use_scale:
            self.scale = self.add_weight((), "ones", name="scale")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(
                (), "ones", name="concat_score_weight"
            )

    def scores(self, query: Any, key: Any) -> Any:
        if self.score_mode == "dot":
            scores = ops.matmul(query, ops.swapaxes(key, -1, -2))  # (B, T, S)
            return scores if self.scale is None else scores * self.scale
        sums = _all_sums(query, key)  # (B, T, S, D)
        if self.scale is not None:
            sums = sums * self.scale
        return ops.sum(ops.tanh(sums), axis=-1) * self.concat_score_weight


class AdditiveAttention(_ListAttention):
    """softmax(sum(scale * tanh(query + key))) @ value: attention by a sum.

    Shapes: [(B, T, D), (B, S, M)] -> (B, T, M); a key has the shape (B, S, D).

    Args:
        use_scale: whether the D numbers of `scale` are learned; otherwise they are 1.
        dropout: the share of the attention that is dropped in training.

    Call arguments: see Attention.

    Weights: scale (D,).

    Source: Bahdanau et al., 2015, https://arxiv.org/abs/1409.0473, appendix A.1.2. The
    matrices W and U there are Dense layers before this one.

    >>> x = np.ones((2, 5, 3))
    >>> y, shares = AdditiveAttention()([x, x], return_attention_scores=True)
    >>> y.shape, shares.shape
    ((2, 5, 3), (2, 5, 5))
    """

    def __init__(
        self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any
    ) -> None:
        seed = kwargs.pop("seed", None)
        super().__init__(use_scale, dropout, seed, **kwargs)

    def build(self, input_shape: Any) -> None:
        self._check_inputs(input_shape)
        if self.use_scale:
            size = input_shape[0][-1]  # D
            self.scale = self.add_weight((size,), "glorot_uniform", name="scale")

    def scores(self, query: Any, key: Any) -> Any:
        terms = ops.tanh(_all_sums(query, key))  # (B, T, S, D)
        if self.scale is not None:
            terms = terms * self.scale
        return ops.sum(terms, axis=-1)


def _all_sums(query: Any, key: Any) -> Any:
    """Every query plus every key, (B, T, S, D)."""
    return ops.expand_dims(query, axis=-2) + ops.expand_dims(key, axis=-3)
