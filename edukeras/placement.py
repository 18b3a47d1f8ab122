"""device, remat, RematScope: where to compute, and what to compute twice.

Scripts that were written for accelerators name these.  Here there is one processor, and
all intermediate values are kept: the names are accepted, check what they are given, and
change no number.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from edukeras.errors import explain, unknown_name

_MODES = ("full", "activations", "larger_than", "list_of_layers")


@contextlib.contextmanager
def device(device_name: str) -> Iterator[None]:
    """Within the `with`, everything is computed on this device: the processor.

    >>> with device("cpu:0"):
    ...     1 + 1
    2
    """
    kind, _, number = str(device_name).lower().partition(":")
    if kind != "cpu" or number not in ("", "0"):
        raise ValueError(
            explain(
                "There is one device here, the processor.",
                expected='"cpu" or "cpu:0"',
                received=repr(device_name),
                hint="edukeras.export.to_keras(model) for a model on an accelerator.",
            )
        )
    yield


def remat(f: Callable) -> Callable:
    """The function itself: values are kept for the backward pass, not made again.

    >>> remat(abs) is abs
    True
    """
    return f


class RematScope:
    """Within the `with`, Keras would make values again to save memory; here they stay.

    Args:
        mode: "full", "activations", "larger_than", "list_of_layers" or None.
        output_size_threshold: for "larger_than".
        layer_names: for "list_of_layers".
    """

    def __init__(
        self,
        mode: str | None = "full",
        output_size_threshold: int = 1024,
        layer_names: Any = None,
    ) -> None:
        if mode is not None and mode not in _MODES:
            raise unknown_name("mode", mode, _MODES)
        self.mode = mode
        self.output_size_threshold = output_size_threshold
        self.layer_names = layer_names or []

    def __enter__(self) -> RematScope:
        return self

    def __exit__(self, *_: object) -> None:
        pass
