"""Checks that a layer keeps what every layer promises.

For the tests of edukeras, and for layers of your own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from edukeras import kernels, ops, registry, tree
from edukeras.autodiff import GradientTape
from edukeras.finite_differences import (
    central_differences,
    check_gradients as check_gradients,
)
from edukeras.layers import Input
from edukeras.layers.base import Layer
from edukeras.tensor import Tensor, is_float


def check_layer(
    layer_class: type[Layer],
    arguments: Mapping[str, Any] | Callable[[str], Mapping[str, Any]],
    inputs: Any,
    *,
    call_arguments: Mapping[str, Any] | None = None,
    gradients: bool = True,
    tolerance: float = 1e-6,
) -> Layer:
    """Raises an AssertionError unless a layer keeps its promises.

    It is built by its first call; the shape it announces is that of its output, for
    any batch size; its config makes an equal layer; it computes in the dtype it was
    given; compiled and reference kernels agree; the gradients of its inputs and
    weights are those that central differences give.

    Args:
        layer_class, arguments: `layer_class(**arguments)` makes the layer. Where the
            arguments hold other layers, give a function from dtype to arguments.
        inputs: an array, or several in a list or dict; real numbers or whole ones. A
            tuple holds several arguments of the call, such as (query, value).
        call_arguments: further arguments of the call, such as `training`.
        gradients: whether the output has gradients at all.
        tolerance: of the gradients, relative to the largest of their array.

    Returns:
        The layer, built, in float64.

    >>> from edukeras.layers import Dense
    >>> layer = check_layer(Dense, {"units": 3}, np.ones((2, 4)))
    >>> layer.built
    True
    """
    call_arguments = dict(call_arguments or {})
    inputs = _in_dtype(inputs, "float64")

    def make(dtype: str) -> Layer:
        chosen = arguments(dtype) if callable(arguments) else arguments
        return layer_class(**chosen, dtype=dtype)

    layer = make("float64")
    assert not layer.built, "a layer is built by its first call"
    weights = _random_weights(layer, inputs, call_arguments)
    _check_symbolic_shapes(make, inputs, call_arguments)
    _check_config(layer, inputs, call_arguments, weights)
    _check_dtypes(make, inputs, call_arguments)
    _check_kernels(layer, inputs, call_arguments, weights)
    if gradients:
        layer.set_weights(weights)
        _check_gradients(layer, inputs, call_arguments, tolerance)
    layer.set_weights(weights)
    return layer


def _in_dtype(inputs: Any, dtype: str) -> Any:
    """Arrays of real numbers in a dtype; others as they are."""

    def convert(x: Any) -> Any:
        return x.astype(dtype) if is_float(x.dtype) else x

    return tree.map_structure(convert, inputs)


def _call(layer: Layer, inputs: Any, call_arguments: dict) -> Any:
    """A tuple holds several arguments; anything else is one."""
    arguments = inputs if isinstance(inputs, tuple) else (inputs,)
    return layer(*arguments, **call_arguments)


def _arrays(outputs: Any) -> list[np.ndarray]:
    return [x.array for x in tree.flatten(outputs)]


def _random_weights(layer: Layer, inputs: Any, call_arguments: dict) -> list:
    """Builds the layer; gives it weights that are neither 0 nor 1, and positive
    where they are variances."""
    _call(layer, inputs, call_arguments)
    generator = np.random.default_rng(0)
    weights = [
        generator.uniform(0.2, 1.2, v.shape)
        if "variance" in v.name
        else generator.normal(0, 0.5, v.shape)
        for v in layer.weights
    ]
    layer.set_weights(weights)
    return weights


def _check_symbolic_shapes(
    make: Callable[[str], Layer], inputs: Any, call_arguments: dict
) -> None:
    for batch_size in (None, len(tree.flatten(inputs)[0])):
        layer = make("float64")
        symbols = tree.map_structure(
            lambda x, size=batch_size: Input(
                batch_shape=(size, *x.shape[1:]), dtype=x.dtype.name
            ),
            inputs,
        )
        announced = tree.flatten(_call(layer, symbols, call_arguments))
        real = tree.flatten(_call(layer, inputs, call_arguments))
        assert len(announced) == len(real)
        for symbol, output in zip(announced, real):
            sizes = zip(symbol.shape, output.shape, strict=True)
            fits = all(m in (None, n) for m, n in sizes)
            assert fits, f"announced {symbol.shape}, computed {output.shape}"
            assert None not in symbol.shape[1:], f"unknown sizes: {symbol.shape}"
            assert batch_size is None or None not in symbol.shape
            assert symbol.dtype == output.dtype


def _check_config(
    layer: Layer, inputs: Any, call_arguments: dict, weights: list
) -> None:
    record = json.loads(json.dumps(registry.serialize_keras_object(layer)))
    twin = registry.deserialize_keras_object(record)
    again = registry.serialize_keras_object(twin)
    assert json.loads(json.dumps(again["config"])) == record["config"]
    _call(twin, inputs, call_arguments)
    twin.set_weights(weights)
    layer.set_weights(weights)
    for ours, theirs in zip(
        _arrays(_call(layer, inputs, call_arguments)),
        _arrays(_call(twin, inputs, call_arguments)),
    ):
        np.testing.assert_allclose(theirs, ours, rtol=1e-12, atol=1e-12)


def _check_dtypes(
    make: Callable[[str], Layer], inputs: Any, call_arguments: dict
) -> None:
    for dtype in ("float32", "float16", "mixed_float16", "float64"):
        layer = make(dtype)
        outputs = _call(layer, _in_dtype(inputs, layer.compute_dtype), call_arguments)
        for output in tree.flatten(outputs):
            if is_float(output.dtype):
                assert output.dtype == layer.compute_dtype, f"{output.dtype} of {dtype}"
            assert np.isfinite(output.array).all(), f"overflow in {dtype}"
        for weight in layer.weights:
            assert weight.dtype == layer.variable_dtype


def _check_kernels(
    layer: Layer, inputs: Any, call_arguments: dict, weights: list
) -> None:
    if kernels.info().kind == "reference":
        return  # there is nothing to compare with
    layer.set_weights(weights)
    compiled = _arrays(_call(layer, inputs, call_arguments))
    layer.set_weights(weights)
    with kernels.using("reference"):
        reference = _arrays(_call(layer, inputs, call_arguments))
    for a, b in zip(compiled, reference):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)


def _check_gradients(
    layer: Layer, inputs: Any, call_arguments: dict, tolerance: float
) -> None:
    tensors = tree.map_structure(lambda x: Tensor(x.copy()), inputs)
    real = [x for x in tree.flatten(tensors) if is_float(x.dtype)]
    weights = layer.trainable_weights
    generator = np.random.default_rng(1)
    slopes = [
        generator.normal(size=y.shape)
        for y in tree.flatten(_call(layer, tensors, call_arguments))
    ]

    def loss() -> Tensor:
        """One number that depends on every element of every output."""
        outputs = tree.flatten(_call(layer, tensors, call_arguments))
        parts = [ops.sum(y * slope) for y, slope in zip(outputs, slopes)]
        return sum(parts[1:], start=parts[0])

    with GradientTape() as tape:
        tape.watch(real)
        target = loss()
    found = tape.gradient(target, real + weights)
    for x in real:
        x.traced = False  # for speed: the rest is arithmetic only
    names = [f"input {i}" for i in range(len(real))] + [w.path for w in weights]
    for name, x, gradient in zip(names, real + weights, found):
        expected = central_differences(lambda: loss().item(), x.array, step=1e-5)
        received = np.zeros_like(expected) if gradient is None else gradient.array
        scale = max(np.abs(expected).max(initial=0), 1e-3)
        np.testing.assert_allclose(
            received / scale,
            expected / scale,
            rtol=0,
            atol=tolerance,
            err_msg=f"the gradient of {name} is wrong",
        )
