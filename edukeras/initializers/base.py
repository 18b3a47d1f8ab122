"""The base of all initializers.

An initializer is called with a shape and a dtype and returns a NumPy array.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from edukeras import registry
from edukeras.errors import unknown_name

Shape = Sequence[int]


class Initializer:
    """The base: subclasses define `__call__(shape, dtype)` and `get_config`.

    >>> class Ramp(Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return np.arange(np.prod(shape), dtype=dtype).reshape(shape)
    >>> Ramp()((2, 2), "float32")
    array([[0., 1.],
           [2., 3.]], dtype=float32)
    """

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        raise NotImplementedError(
            f"{type(self).__name__} needs a method __call__(self, shape, dtype=None) "
            "that returns an array."
        )

    def get_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Initializer:
        return cls(**registry.deserialize_keras_object(dict(config)))

    def clone(self) -> Initializer:
        """A new initializer with the same arguments."""
        return type(self).from_config(self.get_config())


def check_choice(argument: str, value: Any, choices: tuple) -> None:
    if value not in choices:
        raise unknown_name(argument, value, [c for c in choices if c])
