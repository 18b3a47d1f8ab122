"""From whole numbers to rows of zeros and ones: what categories become for a model."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.errors import explain, unknown_name
from edukeras.tensor import Tensor, as_array, numpy_dtype


def check_output_mode(layer: str, output_mode: Any, sparse: Any, modes: tuple) -> str:
    """The output mode, if the layer has it. Sparse outputs do not exist here."""
    if output_mode not in modes:
        raise unknown_name(f"output_mode of {layer}", output_mode, modes)
    if sparse:
        raise ValueError(
            explain(
                f"{layer} has no sparse outputs.",
                received="sparse=True",
                hint="leave it out: small models need no sparse tensors.",
            )
        )
    return output_mode


def encode(
    numbers: Any, output_mode: str, depth: int, dtype: Any, weights: Any = None
) -> Tensor:
    """Category numbers as a model can use them; numbers outside count for nothing.

    Args:
        numbers: whole numbers from 0 to depth - 1; on axis 1 are those of one sample.
        output_mode: "int" leaves them; "one_hot" makes a row of each number;
            "multi_hot" says which numbers a sample has, "count" how often.
        depth: how many categories there are.
        weights: for "count": how much each number counts.

    >>> encode(np.array([[0, 2, 2]]), "count", 4, "float32").tolist()
    [[1.0, 0.0, 2.0, 0.0]]
    """
    numbers = as_array(numbers)
    if output_mode == "int":
        return Tensor(numbers.astype(numpy_dtype(dtype)))
    if numbers.ndim == 0:
        numbers = numbers[None]
    if output_mode == "one_hot" and numbers.ndim > 1 and numbers.shape[-1] == 1:
        numbers = numbers[..., 0]
    one_hot = numbers[..., None] == np.arange(depth)
    if output_mode == "one_hot":
        return Tensor(one_hot.astype(numpy_dtype(dtype)))
    axis = 1 if numbers.ndim > 1 else 0
    if output_mode == "multi_hot":
        return Tensor(one_hot.any(axis).astype(numpy_dtype(dtype)))
    if weights is None:
        return Tensor(one_hot.sum(axis, dtype=numpy_dtype(dtype)))
    return Tensor((one_hot * as_array(weights)[..., None]).sum(axis))


def encoded_shape(input_shape: tuple, output_mode: str, depth: int | None) -> tuple:
    """The shape of what `encode` returns, without the batch size being known.

    >>> encoded_shape((None, 5), "multi_hot", 4)
    (None, 4)
    """
    shape = tuple(input_shape)
    if output_mode == "int":
        return shape
    if output_mode == "one_hot":
        drop_last = len(shape) > 1 and shape[-1] == 1
        return (*(shape[:-1] if drop_last else shape), depth)
    return (*shape[:1], *shape[2:], depth) if len(shape) > 1 else (depth,)
