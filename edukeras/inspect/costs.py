"""What a layer costs: multiply-adds for one sample, bytes for a batch.

A multiply-add is one step of a sum of products, `sum += x * w`; a matrix product of
(1, N) and (N, M) takes N x M of them.  Additions of biases and activation functions
are not counted, as in the literature.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

from edukeras import layers, tree
from edukeras.graph import Operation
from edukeras.layers.convolutional import _Convolution
from edukeras.layers.depthwise import _DepthwiseConvolution, _SeparableConvolution
from edukeras.layers.structure import is_shape
from edukeras.layers.transposed_convolution import _TransposedConvolution

Shape = tuple[int | None, ...]


def call_shapes(operation: Operation, model: Any) -> Iterator[tuple[list, list]]:
    """For each call in a model: the shapes that go in and those that come out.

    Layers of a subclassed model have no graph: the shapes they were built for.
    """
    functional = getattr(model, "_functional", None)
    inside = set() if functional is None else {id(n) for n in functional.graph.nodes}
    nodes = [node for node in operation._inbound_nodes if id(node) in inside]
    for node in nodes:
        outputs = [x.shape for x in tree.flatten(node.outputs)]
        yield [x.shape for x in node.input_tensors], outputs
    built_for = list((getattr(operation, "_build_shapes", None) or {}).values())
    if not nodes and built_for:
        try:
            given = operation.compute_output_shape(*built_for)  # type: ignore
        except Exception:  # a layer of the user's, with any mistake in it
            return
        yield _flat(built_for), _flat([given])


def _flat(shapes: Any) -> list[Shape]:
    if is_shape(shapes):
        return [tuple(shapes)]
    return [shape for nested in shapes or [] for shape in _flat(nested)]


def multiply_adds(layer: Any, inputs: list[Shape], outputs: list[Shape]) -> int | None:
    """How many multiply-adds a layer needs for one sample; None if we cannot say.

    Args:
        inputs, outputs: the shapes of its inputs and outputs, with the batch axis.

    >>> dense = layers.Dense(64)
    >>> dense.build((None, 784))
    >>> multiply_adds(dense, [(None, 784)], [(None, 64)])  # 784 x 64
    50176
    """
    sizes = [shape[1:] for shape in (*inputs, *outputs)]
    if not outputs or any(size is None for shape in sizes for size in shape):
        return None
    if not getattr(layer, "built", True):
        return None
    for kind, count in _COUNTS:
        if isinstance(layer, kind):
            return count(layer, inputs, outputs)
    return None if getattr(layer, "weights", None) else 0


def _size(shape: Shape) -> int:
    """How many numbers a sample has."""
    return prod(size or 0 for size in shape[1:])


def _dense(layer: Any, inputs: list, outputs: list) -> int:
    return _size(outputs[0]) * layer.kernel.shape[0]


def _convolution(layer: Any, inputs: list, outputs: list) -> int:
    # Each output is a sum over a window and the channels of its group.
    return _size(outputs[0]) * prod(layer.kernel.shape[:-1])


def _transposed(layer: Any, inputs: list, outputs: list) -> int:
    # Each input is spread over a window and all filters.
    return _size(inputs[0]) * prod(layer.kernel.shape[:-1])


def _depthwise(layer: Any, inputs: list, outputs: list) -> int:
    return _size(outputs[0]) * prod(layer.kernel.shape[:-2])


def _separable(layer: Any, inputs: list, outputs: list) -> int:
    window, mix = layer.depthwise_kernel.shape, layer.pointwise_kernel.shape
    channels, filters = mix[-2:]
    places = _size(outputs[0]) // filters
    return places * channels * (prod(window[:-2]) + filters)


def _recurrent(layer: Any, inputs: list, outputs: list) -> int | None:
    cell = layer.cell
    if not hasattr(cell, "recurrent_kernel") or len(inputs[0]) != 3:
        return None
    step = prod(cell.kernel.shape) + prod(cell.recurrent_kernel.shape)
    return inputs[0][1] * step


def _both_ways(layer: Any, inputs: list, outputs: list) -> int | None:
    ways = [
        multiply_adds(way, inputs, inputs)
        for way in (layer.forward_layer, layer.backward_layer)
    ]
    return None if None in ways else sum(ways)  # type: ignore[arg-type]


def _each_step(layer: Any, inputs: list, outputs: list) -> int | None:
    (batch, steps, *rest), (_, _, *result) = inputs[0], outputs[0]
    once = multiply_adds(layer.layer, [(batch, *rest)], [(batch, *result)])
    return None if once is None else steps * once


def _one_each(layer: Any, inputs: list, outputs: list) -> int:
    """gamma * x + beta, once the mean and variance are known."""
    return _size(outputs[0])


def _attention_heads(layer: Any, inputs: list, outputs: list) -> int | None:
    query, value = inputs[0], inputs[1] if len(inputs) > 1 else inputs[0]
    if len(query) != 3 or len(value) != 3:
        return None
    looks, seen = query[1], value[1]
    kernels = [v for v in layer.weights if v.name == "kernel"]
    if len(kernels) != 4:  # query, key, value and output
        return None
    to_query, to_key, to_value, to_output = (prod(v.shape) for v in kernels)
    projections = looks * (to_query + to_output) + seen * (to_key + to_value)
    # The scores are products of queries and keys, the result of scores and values.
    per_pair = prod(kernels[0].shape[1:]) + prod(kernels[3].shape[:-1])
    return projections + looks * seen * per_pair


def _unknown(layer: Any, inputs: list, outputs: list) -> None:
    return None


_COUNTS: tuple[tuple[Any, Callable], ...] = (
    (layers.Dense, _dense),
    (_SeparableConvolution, _separable),
    (_DepthwiseConvolution, _depthwise),
    (_TransposedConvolution, _transposed),
    (_Convolution, _convolution),
    (layers.Bidirectional, _both_ways),
    (layers.TimeDistributed, _each_step),
    (layers.RNN, _recurrent),
    (layers.MultiHeadAttention, _attention_heads),
    (
        (
            layers.BatchNormalization,
            layers.LayerNormalization,
            layers.GroupNormalization,
            layers.RMSNormalization,
            layers.PReLU,
            layers.Rescaling,
            layers.Normalization,
        ),
        _one_each,
    ),
    (layers.Embedding, lambda layer, inputs, outputs: 0),
    ((layers.Attention, layers.AdditiveAttention, layers.Dot), _unknown),
)


def activation_bytes(layer: Any, outputs: list[Shape]) -> int | None:
    """The memory that the outputs for one sample take."""
    if any(size is None for shape in outputs for size in shape[1:]):
        return None
    dtype = getattr(layer, "compute_dtype", "float32")
    width = {"float64": 8, "float16": 2, "bfloat16": 2}.get(str(dtype), 4)
    return sum(map(_size, outputs)) * width
