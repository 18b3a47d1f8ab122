"""The thread in which a playground learns, so that its controls act at once.

The controls only leave notes (`wish`, `rate`, `running`, `steps`); the thread reads
them between two epochs, and it alone touches the network.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import perf_counter
from typing import Any

from edukeras.inspect.playground_model import Settings
from edukeras.inspect.playground_training import PlaygroundTraining

BETWEEN_DRAWINGS = 0.1  # seconds


class PlaygroundWorker:
    """Learns, and calls `draw` at most ten times a second.

    Args:
        settings: what to begin with.
        own: (x, y), the user's data.
        draw: is given the training.
        fail: is given what went wrong, as text.

    Attributes:
        pace: epochs per second at most.
        running: whether it learns on its own.
    """

    def __init__(
        self,
        settings: Settings,
        own: Any,
        draw: Callable[[PlaygroundTraining], None],
        fail: Callable[[str], None],
    ) -> None:
        self.pace = 20.0
        self.running = False
        self._own, self._draw, self._fail = own, draw, fail
        self._wish: Settings | None = settings
        self._rate: float | None = None
        self._steps = 0
        self._closed = False
        self._notes = threading.Condition()
        self._training: PlaygroundTraining | None = None
        # It ends with the program.
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    # -- notes, from any thread -----------------------------------------------

    def wish(self, settings: Settings) -> None:
        """A new network, not trained yet."""
        with self._notes:
            self._wish, self._rate, self._steps = settings, None, 0
            self._notes.notify()

    def set_learning_rate(self, rate: float) -> None:
        """For the network that there is."""
        with self._notes:
            self._rate = rate
            self._notes.notify()

    def run(self, running: bool) -> None:
        with self._notes:
            self.running = running
            self._notes.notify()

    def step(self) -> None:
        """One epoch."""
        with self._notes:
            self._steps += 1
            self._notes.notify()

    def close(self) -> None:
        with self._notes:
            self._closed = True
            self._notes.notify()

    # -- the thread -----------------------------------------------------------

    def _work(self) -> None:
        drawn = 0.0
        while True:
            with self._notes:
                while not self._has_work():
                    self._notes.wait()
                if self._closed:
                    return
                wish, self._wish = self._wish, None
                rate, self._rate = self._rate, None
                learns = self.running or self._steps > 0
                self._steps = max(self._steps - 1, 0)
            began = perf_counter()
            try:
                self._do(wish, rate, learns)
                now = perf_counter()
                if not self.running or now - drawn >= BETWEEN_DRAWINGS:
                    drawn = now
                    if self._training is not None:
                        self._draw(self._training)
            except Exception as error:
                # Nobody would see it: a thread has no cell to show it in.
                self.running = False
                self._fail(f"{type(error).__name__}: {error}")
            self._pause_for(1 / self.pace - (perf_counter() - began))

    def _has_work(self) -> bool:
        noted = self._wish is not None or self._rate is not None
        return self._closed or noted or self.running or self._steps > 0

    def _do(self, wish: Settings | None, rate: float | None, learns: bool) -> None:
        if wish is not None:
            self._training = PlaygroundTraining(wish, self._own)
        if self._training is None:
            return
        if rate is not None:
            self._training.set_learning_rate(rate)
        if learns:
            self._training.run_epoch()

    def _pause_for(self, seconds: float) -> None:
        """Keeps the pace; a note ends the pause."""
        if seconds > 0 and self.running:
            with self._notes:
                if self._wish is None and self._rate is None and not self._closed:
                    self._notes.wait(seconds)
