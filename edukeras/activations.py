"""Functions between layers: relu, sigmoid, softmax and the rest.

Nearly all are ops as they stand; those here have other arguments or defaults.

Source: https://keras.io/api/layers/activations/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from edukeras import ops, registry
from edukeras.ops import (
    celu,
    elu,
    exponential,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh,
    tanh_shrink,
    threshold,
)
from edukeras.ops.nn import FUSED_ACTIVATIONS

swish = silu
hard_swish = hard_silu


def linear(x: Any) -> Any:
    """x: no activation."""
    return x


def relu(
    x: Any,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
) -> Any:
    """max(x, 0), the rectified linear unit.

    Args:
        negative_slope: below the threshold, negative_slope * (x - threshold).
        max_value: no output is above it.
        threshold: below it, x counts as negative.

    >>> relu(np.float32([-2, 3, 9]), negative_slope=0.1, max_value=6.0)
    Tensor([-0.2,  3. ,  6. ], shape=(3,), dtype=float32)
    """
    if negative_slope == 0 and threshold == 0:
        y = ops.relu(x)
    else:
        y = ops.where(x > threshold, x, negative_slope * (x - threshold))
    return y if max_value is None else ops.minimum(y, max_value)


def gelu(x: Any, approximate: bool = False) -> Any:
    """x * P(X <= x) for a standard normal X (Hendrycks and Gimpel, 2016).

    approximate: by tanh; otherwise exactly, by erf.
    """
    return ops.gelu(x, approximate=approximate)


def mish(x: Any) -> Any:
    """x * tanh(softplus(x)) (Misra, 2019)."""
    return x * tanh(softplus(x))


# -- by name ------------------------------------------------------------------

_FUNCTIONS: tuple[Callable, ...] = (
    celu,
    elu,
    exponential,
    gelu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    linear,
    log_sigmoid,
    log_softmax,
    mish,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh,
    tanh_shrink,
    threshold,
)
KNOWN: dict[str, Callable] = {f.__name__: f for f in _FUNCTIONS}
KNOWN.update(swish=silu, hard_swish=hard_silu)
registry.register_functions(KNOWN)

_FUSED_NAMES: dict[Any, str] = {ops.relu: "relu"}
_FUSED_NAMES.update({KNOWN[name]: name for name in FUSED_ACTIVATIONS})


def fused_name(function: Any) -> str | None:
    """The name under which `ops.dense` computes an activation itself, or None.

    >>> fused_name(relu), fused_name(mish)
    ('relu', None)
    """
    return _FUSED_NAMES.get(function)


def get(identifier: Any) -> Callable:
    """The activation that a layer's argument means; None is `linear`.

    >>> get("relu") is relu
    True
    """
    if identifier is None:
        return linear
    return registry.resolve("activation", identifier, KNOWN)


def serialize(activation: Any) -> Any:
    """The name of an activation; a config record for one of your own."""
    name = getattr(activation, "__name__", None)
    if name is not None and KNOWN.get(name) is activation:
        return name
    return registry.serialize_keras_object(activation)


def deserialize(
    config: Any, custom_objects: Mapping[str, Any] | None = None
) -> Callable:
    """The activation of a name or a config record."""
    with registry.custom_object_scope(custom_objects):
        return get(config)
