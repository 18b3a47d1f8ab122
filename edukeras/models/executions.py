"""Executions: what `compile(steps_per_execution=k)` changes, which is whom to ask when.

Callbacks hear of every k-th step, at its beginning and at the end of the k steps, and
are told the number of the last one, as in Keras.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Executions:
    """Calls two hooks around every `size` steps.

    >>> seen = []
    >>> executions = Executions(seen.append, lambda step, logs: seen.append(-step), 2)
    >>> for step in range(3):
    ...     executions.begin(step)
    ...     executions.end(step, {})
    >>> executions.close({})
    >>> seen
    [0, -1, 2, -3]
    """

    def __init__(self, begin: Callable, end: Callable, size: int) -> None:
        self._begin, self._end, self._size = begin, end, size
        self._last: int | None = None  # of the steps whose end is still to be told

    def begin(self, step: int) -> None:
        """Before each step."""
        if step % self._size == 0:
            self._begin(step)
            self._last = step + self._size - 1

    def end(self, step: int, logs: Any) -> None:
        """After each step."""
        if step == self._last:
            self.close(logs)

    def close(self, logs: Any) -> None:
        """After the last step: the data may have ended within an execution."""
        if self._last is not None:
            last, self._last = self._last, None
            self._end(last, logs)
