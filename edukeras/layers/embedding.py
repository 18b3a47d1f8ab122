"""Embedding: a vector for each whole number."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import constraints, initializers, ops, regularizers
from edukeras.errors import ShapeError
from edukeras.layers.base import Layer
from edukeras.layers.core import positive_integer


class Embedding(Layer):
    """A vector for each whole number: row i of a table for the number i.

    Shapes: (B, ...) -> (B, ..., output_dim)

    Args:
        input_dim: how many numbers there are, 0 to input_dim - 1.
        output_dim: the length of a vector, D.
        embeddings_initializer, embeddings_regularizer, embeddings_constraint: of
            the table.
        mask_zero: whether 0 is padding, to be skipped by later layers.
        weights: the first values of the table.

    Weights: embeddings (input_dim, output_dim).

    >>> Embedding(10, 4)(np.array([[1, 2, 3]])).shape
    (1, 3, 4)
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        lora_rank: int | None = None,
        lora_alpha: int | None = None,
        **kwargs: Any,
    ) -> None:
        length = kwargs.pop("input_length", None)  # Keras 2
        if length is not None:
            kwargs.setdefault("input_shape", np.atleast_1d(length).tolist())
        super().__init__(**kwargs)
        self.input_dim = positive_integer("Embedding", "input_dim", input_dim)
        self.output_dim = positive_integer("Embedding", "output_dim", output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        if lora_rank is not None:
            raise ValueError("edukeras has no LoRA: lora_rank must be None.")
        if weights is not None:
            self._initial_weights = weights if isinstance(weights, list) else [weights]

    @property
    def only_ops(self) -> bool:  # type: ignore[override]
        """A mask is no op's doing: it would be that of the first batch for ever."""
        return not self.mask_zero

    def build(self, input_shape: Any = None) -> None:
        self.embeddings = self.add_weight(
            (self.input_dim, self.output_dim),
            self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
            name="embeddings",
        )

    def call(self, inputs: Any) -> Any:
        try:
            return ops.embedding(self.embeddings, inputs)
        except ShapeError as error:
            raise ShapeError(f'Embedding layer "{self.name}": {error}') from None

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        return inputs.array != 0 if self.mask_zero else None

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return (*input_shape, self.output_dim)

    def get_config(self) -> dict[str, Any]:
        serialized = {
            name: self._serialized_argument(name)
            for name in (
                "input_dim",
                "output_dim",
                "embeddings_initializer",
                "embeddings_regularizer",
                "embeddings_constraint",
                "mask_zero",
            )
        }
        return {**super().get_config(), **serialized}
