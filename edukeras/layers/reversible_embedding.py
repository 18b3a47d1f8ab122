"""ReversibleEmbedding: from numbers to vectors, and from vectors back to numbers."""

from __future__ import annotations

from typing import Any

from edukeras import ops
from edukeras.layers.embedding import Embedding
from edukeras.tensor import KerasTensor, standardize_dtype


class ReversibleEmbedding(Embedding):
    """An Embedding whose table also scores each number for a vector: x @ table.T.

    A language model looks up the vectors of its words and, at its end, scores how
    well each word fits: both times with the same table.

    Shapes: (B, ...) -> (B, ..., output_dim); with `reverse=True`
    (B, ..., output_dim) -> (B, ..., input_dim)

    Args:
        input_dim: how many numbers there are.
        output_dim: the length of a vector, D.
        tie_weights: whether the way back uses the same table; otherwise it has
            weights of its own.
        embeddings_initializer, ..., mask_zero: as in Embedding.
        reverse_dtype: what the way back computes in; None is the layer's dtype.
        logit_soft_cap: keeps the scores between minus this and this, by tanh.

    Weights: embeddings (input_dim, D); reverse_embeddings (D, input_dim), if not tied.

    Source: Press and Wolf, 2017, https://arxiv.org/abs/1608.05859

    >>> layer = ReversibleEmbedding(10, 4)
    >>> vectors = layer(np.array([[1, 2, 3]]))
    >>> layer(vectors, reverse=True).shape
    (1, 3, 10)
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        reverse_dtype: Any = None,
        logit_soft_cap: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            **kwargs,
        )
        self.tie_weights = tie_weights
        self.reverse_dtype = (
            None if reverse_dtype is None else standardize_dtype(reverse_dtype)
        )
        self.logit_soft_cap = logit_soft_cap
        self.reverse_embeddings: Any = None

    def build(self, input_shape: Any = None) -> None:
        super().build(input_shape)
        if not self.tie_weights:
            initializer: Any = self.embeddings_initializer
            self.reverse_embeddings = self.add_weight(
                (self.output_dim, self.input_dim),
                # Of its own: the same object would draw the same numbers again.
                initializer.clone() if hasattr(initializer, "clone") else initializer,
                name="reverse_embeddings",
            )

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        if not reverse:
            return super().call(inputs)
        if self.tie_weights:
            kernel = ops.transpose(self.embeddings)  # (D, input_dim)
        else:
            kernel = self.reverse_embeddings
        if self.reverse_dtype is not None:
            inputs = ops.cast(inputs, self.reverse_dtype)
            kernel = ops.cast(kernel, self.reverse_dtype)
        scores = ops.matmul(inputs, kernel)  # (B, ..., input_dim)
        if self.logit_soft_cap is not None:
            scores = ops.tanh(scores / self.logit_soft_cap) * self.logit_soft_cap
        return scores

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """Vectors, on the way back, hold no zeros that would mean padding."""
        if "float" in inputs.dtype:
            return None
        return super().compute_mask(inputs, previous_mask)

    def compute_output_shape(self, input_shape: Any, reverse: bool = False) -> tuple:
        if reverse:
            return (*input_shape[:-1], self.input_dim)
        return super().compute_output_shape(input_shape)

    def compute_output_spec(self, inputs: Any, reverse: bool = False) -> KerasTensor:
        dtype = self.reverse_dtype if reverse else None
        shape = self.compute_output_shape(inputs.shape, reverse)
        return KerasTensor(shape, dtype or self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        names = ("tie_weights", "reverse_dtype", "logit_soft_cap")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
