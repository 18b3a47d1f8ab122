"""Looking: methods of a model, such as explore(), that are written above this row.

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
