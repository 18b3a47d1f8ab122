"""name_scope: what stands before the names of the variables that are made in it.

A model that builds its layers opens a scope of its name, a layer that makes its
weights one of its own, and so the kernel of a Dense in a Sequential has the path
"sequential/dense/kernel".  Paths are for people: files do not depend on them.
"""

from __future__ import annotations

import threading
from typing import Any


class _Open(threading.local):
    """The scopes that are open in this thread, and who opened each."""

    names: tuple[str, ...] = ()
    callers: tuple[Any, ...] = ()


_open = _Open()


class name_scope:
    """Within the `with`, the paths of new variables begin with this name.

    Args:
        name: one part of the path.
        caller: who opens the scope; it does not open a second one inside its own.

    >>> with name_scope("outer"), name_scope("inner"):
    ...     current_path()
    'outer/inner'
    """

    def __init__(self, name: str, **kwargs: Any) -> None:
        if not isinstance(name, str) or not name or "/" in name:
            raise ValueError(f"A scope's name is a text without '/', not {name!r}.")
        self.name = name
        self.caller = kwargs.get("caller")

    def __enter__(self) -> name_scope:
        self._before = _open.names, _open.callers
        nested = bool(_open.callers) and _open.callers[-1] is self.caller
        if self.caller is None or not nested:
            _open.names += (self.name,)
            _open.callers += (self.caller,)
        return self

    def __exit__(self, *_: Any) -> None:
        _open.names, _open.callers = self._before


def current_path() -> str:
    """The names of the open scopes, joined by "/"; empty outside of all."""
    return "/".join(_open.names)
