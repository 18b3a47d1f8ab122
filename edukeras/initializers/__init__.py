"""keras.initializers: the first values of weights.

base.py holds `Initializer`; the others, simplest first: constant, random, stft.

Source: https://keras.io/api/layers/initializers/
"""

# The imported initializers are for the callers of this package:
# ruff: noqa: F401
from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from edukeras import registry
from edukeras.initializers.base import Initializer
from edukeras.initializers.constant import Constant, Identity, Ones, Zeros
from edukeras.initializers.random import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    Orthogonal,
    RandomInitializer,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    compute_fans,
)
from edukeras.initializers.stft import STFT
from edukeras.tensor import Operators

zeros = Zeros
ones = Ones
constant = Constant
identity = IdentityInitializer = Identity
random_normal = RandomNormal
random_uniform = RandomUniform
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
glorot_uniform = GlorotUniform
glorot_normal = GlorotNormal
he_uniform = HeUniform
he_normal = HeNormal
lecun_uniform = LecunUniform
lecun_normal = LecunNormal
orthogonal = OrthogonalInitializer = Orthogonal
stft = STFTInitializer = STFT
# The short names of Keras 2.
zero, one, normal, uniform = Zeros, Ones, RandomNormal, RandomUniform

KNOWN: dict[str, Any] = {
    name: value
    for name, value in globals().items()
    if inspect.isclass(value) and issubclass(value, Initializer)
}
registry.register_builtin("keras.initializers", KNOWN)


def get(identifier: Any) -> Callable | None:
    """The initializer that a layer's argument means; None stays None.

    >>> get("glorot_uniform").get_config()
    {'seed': None, 'input_axes': None, 'output_axes': None}
    """
    if isinstance(identifier, (np.ndarray, np.generic, Operators)):
        return Constant(identifier)
    return registry.resolve("initializer", identifier, KNOWN)


def serialize(initializer: Any) -> Any:
    """The config record of an initializer."""
    return registry.serialize_keras_object(initializer)


def deserialize(
    config: Any, custom_objects: Mapping[str, Any] | None = None
) -> Callable | None:
    """The initializer of a config record or a name."""
    with registry.custom_object_scope(custom_objects):
        return get(config)
