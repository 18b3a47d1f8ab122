"""Looking: model.explore() and model.diagnose(), which are written above this row.

`inspect` and `jupyter` are built on models, so a model cannot import them.  It asks
for them here: whoever can see both (`edukeras/__init__.py`, the public names) enters
the functions in `WAYS`.  They are imported when somebody looks for the first time, so
that a script that only trains loads none of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# The name of a method -> the function that does its work.
WAYS: dict[str, Callable[..., Any]] = {}


class Looking:
    """The methods of a Model that show it to a person."""

    def explore(self, *args: Any, **options: Any) -> Any:
        """The layers to click through: shapes, parameters, weights, activations.

        The arguments are those of `edukeras.jupyter.explore`, without the model.
        """
        return WAYS["explore"](self, *args, **options)

    def diagnose(self, x: Any = None, y: Any = None, **options: Any) -> Any:
        """What is probably wrong with the model, its data or its training, and why.

        Args:
            x, y: inputs and targets, as `fit` gets them; more is found with them.
            options: those of `edukeras.inspect.diagnose`: validation_data,
                validation_split, weights, source, mute, strict ...

        >>> from edukeras.layers import Dense, Input
        >>> from edukeras.models import Sequential
        >>> model = Sequential([Input((4,)), Dense(1, activation="softmax")])
        >>> model.compile("adam", "binary_crossentropy")
        >>> [finding.code for finding in model.diagnose()]
        ['EK002']
        """
        return WAYS["diagnose"](self, x, y, **options)
