"""Interrupts (Ctrl-C, a notebook's square button) wait until a step is complete.

A step changes many arrays: weights, averages of the optimizer, counters.  An interrupt
between two of them would leave a model that no number of whole steps leads to.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class WholeSteps:
    """A context in which an interrupt during a step is kept until the step is over.

    Attributes:
        busy: whether a step is being made; the training loop says so.
        interrupted: whether an interrupt waits; then `interrupt` is to be called.

    A second interrupt during the same step does not wait: the step may hang.
    """

    def __init__(self) -> None:
        self.busy = False
        self.interrupted = False
        self._usual: Any = None

    def __enter__(self) -> WholeSteps:
        usual = signal.getsignal(signal.SIGINT)
        # Signals reach the main thread alone; and who ignores them shall not get them.
        if callable(usual) and threading.current_thread() is threading.main_thread():
            self._usual = usual
            signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(self, *_: Any) -> None:
        if self._usual is not None:
            signal.signal(signal.SIGINT, self._usual)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.busy and not self.interrupted:
            self.interrupted = True
        else:
            self._usual(number, frame)

    def interrupt(self) -> None:
        """What the interrupt would have done: usually, raise KeyboardInterrupt."""
        self.interrupted = False
        self._usual(signal.SIGINT, None)
