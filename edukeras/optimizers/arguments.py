"""The arguments that all optimizers share, written down once.

`Adam.__init__` names only what is special about Adam.  `@with_common_arguments` puts
`weight_decay`, `clipnorm` ... behind that, so that `help(Adam)` shows all of them and
they may be given by position, as in Keras.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from inspect import Parameter
from typing import Any

COMMON_DEFAULTS = {
    "weight_decay": None,
    "clipnorm": None,
    "clipvalue": None,
    "global_clipnorm": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
    "name": None,
}


def with_common_arguments(init: Callable) -> Callable:
    """Adds the common arguments to an `__init__(self, ..., **common)`.

    >>> @with_common_arguments
    ... def init(self, learning_rate=0.1, **common):
    ...     return learning_rate, common
    >>> init(None, 0.5, 0.01)
    (0.5, {'weight_decay': 0.01})
    >>> [*inspect.signature(init).parameters][:4]
    ['self', 'learning_rate', 'weight_decay', 'clipnorm']
    """
    *own, _ = inspect.signature(init).parameters.values()
    own_names = {parameter.name for parameter in own}
    common = [
        Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=default)
        for name, default in COMMON_DEFAULTS.items()
        if name not in own_names
    ]
    others = Parameter("kwargs", Parameter.VAR_KEYWORD)
    signature = inspect.Signature([*own, *common, others])

    @functools.wraps(init)
    def init_with_common(*args: Any, **kwargs: Any) -> Any:
        by_position = args[len(own) :]
        names = [parameter.name for parameter in common]
        if len(by_position) > len(names):
            signature.bind(*args, **kwargs)  # raises Python's own TypeError
        kwargs.update(zip(names, by_position))
        return init(*args[: len(own)], **kwargs)

    init_with_common.__signature__ = signature  # type: ignore[attr-defined]
    return init_with_common


def takes_arrays(update_step: Callable) -> Callable:
    """Marks a formula that takes the gradient as a NumPy array, and leaves it as it is.

    It then costs no tensors.  Called with a Tensor, by a subclass, it works as well.
    """
    update_step.takes_arrays = True  # type: ignore[attr-defined]
    return update_step


def own_arguments(cls: type) -> list[str]:
    """The arguments of a class that not all optimizers have."""
    return [
        parameter.name
        for parameter in inspect.signature(cls).parameters.values()
        if parameter.kind is Parameter.POSITIONAL_OR_KEYWORD
        and parameter.name not in COMMON_DEFAULTS
    ]
