"""What callbacks are told: the values of the metrics, as plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np


class BatchLogs(Mapping):
    """The metrics after a batch; worked out only if a callback looks at them."""

    def __init__(self, compute: Callable[[], dict[str, float]]) -> None:
        self._compute = compute
        self._values: dict[str, float] | None = None

    def _get(self) -> dict[str, float]:
        if self._values is None:
            self._values = self._compute()
        return self._values

    def __getitem__(self, key: str) -> float:
        return self._get()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._get())

    def __len__(self) -> int:
        return len(self._get())

    def copy(self) -> dict[str, float]:
        return dict(self._get())

    def __repr__(self) -> str:
        return repr(self._get())


def plain_logs(logs: Mapping[str, Any]) -> dict[str, float]:
    """Numbers by name, sorted as Keras sorts them."""
    values = {key: _number(value) for key, value in logs.items()}
    return dict(sorted(values.items()))


def _number(value: Any) -> Any:
    array = getattr(value, "array", value)
    if isinstance(array, np.ndarray) and array.ndim:
        return array
    return float(array)
