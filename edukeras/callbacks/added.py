"""Callbacks for every `fit` in a block of code, without changing the code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from edukeras.callbacks.callback import Callback

_added: ContextVar[tuple[Callback, ...]] = ContextVar("_added", default=())


@contextmanager
def added_callbacks(*callbacks: Callback) -> Iterator[None]:
    """Every `fit` inside the block gets these callbacks, too.

    One of a class that the call has already is left out.

    >>> greeter = Callback()
    >>> with added_callbacks(greeter):
    ...     with_added([]) == [greeter]
    True
    >>> with_added([])
    []
    """
    token = _added.set((*_added.get(), *callbacks))
    try:
        yield
    finally:
        _added.reset(token)


def with_added(callbacks: list[Callback]) -> list[Callback]:
    """The callbacks of a call of `fit`, and those that are added to it."""
    own = {type(callback) for callback in callbacks}
    return [*callbacks, *(c for c in _added.get() if type(c) not in own)]
