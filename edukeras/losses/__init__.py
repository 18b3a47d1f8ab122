"""keras.losses: what training makes small.

base.py says how the losses of samples become one number; the other files hold the
losses, simplest first: regression, hinge, binary, categorical, distributions,
segmentation, circle, ctc.

Source: https://keras.io/api/losses/
"""

# The imported losses are for the callers of this package:
# ruff: noqa: F401
from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from edukeras import registry
from edukeras.losses.base import Loss, LossFunctionWrapper
from edukeras.losses.binary import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    binary_crossentropy,
    binary_focal_crossentropy,
)
from edukeras.losses.categorical import (
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    SparseCategoricalCrossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
    sparse_categorical_crossentropy,
)
from edukeras.losses.circle import Circle, circle
from edukeras.losses.ctc import CTC, ctc
from edukeras.losses.distributions import (
    KLDivergence,
    Poisson,
    kl_divergence,
    poisson,
)
from edukeras.losses.hinge import (
    CategoricalHinge,
    Hinge,
    SquaredHinge,
    categorical_hinge,
    hinge,
    squared_hinge,
)
from edukeras.losses.regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from edukeras.losses.segmentation import Dice, Tversky, dice, tversky

# Short names, and the names of Keras 2.
mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
bce = BCE = binary_crossentropy
kld = KLD = kullback_leibler_divergence = kl_divergence
logcosh = log_cosh
huber_loss = huber
cosine = cosine_proximity = cosine_similarity

CLASSES: dict[str, type] = {
    name: value
    for name, value in globals().items()
    if inspect.isclass(value) and issubclass(value, Loss)
}
FUNCTIONS: dict[str, Callable] = {
    name: value for name, value in globals().items() if inspect.isfunction(value)
}
KNOWN: dict[str, Any] = {**CLASSES, **FUNCTIONS}
registry.register_builtin("keras.losses", CLASSES)
registry.register_functions(FUNCTIONS)


def get(identifier: Any) -> Callable | None:
    """The loss that an argument of `compile` means; None stays None.

    The name of a class gives an object, the name of a function the function.

    >>> get("mse") is mean_squared_error
    True
    """
    return registry.resolve("loss", identifier, KNOWN)


def serialize(loss: Any) -> Any:
    """The config record of a loss."""
    return registry.serialize_keras_object(loss)


def deserialize(
    name: Any, custom_objects: Mapping[str, Any] | None = None
) -> Callable | None:
    """The loss of a name or a config record."""
    with registry.custom_object_scope(custom_objects):
        return get(name)
