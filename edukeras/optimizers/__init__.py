"""keras.optimizers: how gradients change the weights.

Simplest first: sgd.py, adaptive.py, adam.py; base.py has what all of them share.

Source: https://keras.io/api/optimizers/
"""

from collections.abc import Mapping
from typing import Any

from edukeras import registry, schedules as schedules
from edukeras.errors import explain
from edukeras.optimizers.adafactor import Adafactor as Adafactor
from edukeras.optimizers.adam import (
    Adam as Adam,
    Adamax as Adamax,
    AdamW as AdamW,
    Nadam as Nadam,
)
from edukeras.optimizers.adaptive import (
    Adadelta as Adadelta,
    Adagrad as Adagrad,
    RMSprop as RMSprop,
)
from edukeras.optimizers.base import Optimizer as Optimizer
from edukeras.optimizers.ftrl import Ftrl as Ftrl
from edukeras.optimizers.large_batch import Lamb as Lamb, Lion as Lion
from edukeras.optimizers.muon import Muon as Muon
from edukeras.optimizers.schedule_free import ScheduleFreeAdamW as ScheduleFreeAdamW
from edukeras.optimizers.sgd import SGD as SGD
from edukeras.optimizers.wrappers import (
    LossScaleOptimizer as LossScaleOptimizer,
    MultiOptimizer as MultiOptimizer,
    OptimizerMap as OptimizerMap,
)

registry.register_builtin("keras.optimizers", globals())

# The names that `compile` takes are those of the classes, in any case.
KNOWN: dict[str, Any] = {
    name.lower(): value
    for name, value in globals().items()
    if isinstance(value, type) and issubclass(value, Optimizer) and value != Optimizer
}


def get(identifier: Any) -> Any:
    """The optimizer that `compile(optimizer=...)` means; None stays None.

    >>> get("adam").get_config()["beta_1"]
    0.9
    """
    known = KNOWN
    if isinstance(identifier, str) and identifier.lower() in KNOWN:
        identifier = identifier.lower()
    if isinstance(identifier, dict) and "class_name" in identifier:
        name = identifier["class_name"]
        known = {name: KNOWN[name.lower()]} if name.lower() in KNOWN else KNOWN
    optimizer = registry.resolve("optimizer", identifier, known)
    if optimizer is not None and not isinstance(optimizer, Optimizer):
        raise ValueError(
            explain(
                "This is no optimizer.",
                expected='a name such as "adam" or an object such as Adam(0.001)',
                received=repr(identifier),
            )
        )
    return optimizer


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """The config record of an optimizer."""
    return registry.serialize_keras_object(optimizer)


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Any:
    """The optimizer of a config record."""
    with registry.custom_object_scope(custom_objects):
        return get(config)
