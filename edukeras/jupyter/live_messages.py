"""Clicks that arrive while a cell is running.

A kernel reads what the browser sends (clicks, moves of sliders, cells to run) between
cells: while `fit` runs in one, a Stop button would act when it is too late.  So the
callback of `fit` asks `LiveMessages` every few batches to hand over what has come for
its own controls.  The cell stays an ordinary cell: training runs in its thread, the
next line sees the trained model, and the functions behind the buttons run between two
batches, never beside them.  Messages for others wait for the end of the cell, in order.

Where messages are read: in ipykernel 6 the main thread reads a socket; in ipykernel 7
another thread does, and passes messages on to the main thread (and some to threads
called subshells, where they act without our help).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any


class LiveMessages:
    """Hands over what the browser sends to some widgets.

    Args:
        kernel: the kernel of the shell, or None.
        widgets: those that may be used while a cell runs.

    Attributes:
        can_arrive: whether this thread can read messages.  If training runs in a thread
            of the user's, nothing needs to be done: the main thread is free.
    """

    def __init__(self, kernel: Any, widgets: Iterable[Any]) -> None:
        self._kernel = kernel
        self._ours = {widget.model_id for widget in widgets}
        self._stream = _main_stream(kernel)
        in_main = threading.current_thread() is threading.main_thread()
        self.can_arrive = self._stream is not None or not in_main
        self._pumps = self._stream is not None and in_main

    def deliver(self) -> None:
        """Handles all messages to the widgets that have come by now."""
        if not self._pumps or threading.current_thread() is not threading.main_thread():
            return
        stream = self._stream
        arrived: list[list] = []
        usual = stream._recv_callback
        stream.on_recv(arrived.append, copy=False)
        try:
            stream.flush()
        finally:
            stream.on_recv(usual, copy=False)
            for frames in arrived:
                if not self._handle(frames):
                    stream.io_loop.add_callback(usual, frames)

    def _handle(self, frames: list) -> bool:
        """Whether a message is for one of our widgets; then it is dealt with."""
        session = self._kernel.session
        identities, parts = session.feed_identities(frames, copy=False)
        envelope = session.deserialize(parts, content=False, copy=False)
        if envelope["header"]["msg_type"] != "comm_msg":
            return False
        if session.unpack(envelope["content"]).get("comm_id") not in self._ours:
            return False
        message = session.deserialize(parts, copy=False)
        # The browser sends a slider's next value when it has heard that the kernel is
        # done with the last one; and afterwards the cell still keeps the kernel busy.
        self._kernel._publish_status("busy", "shell", parent=message)
        try:
            self._kernel.comm_manager.comm_msg(None, identities, message)
        finally:
            self._kernel._publish_status("idle", "shell", parent=message)
            self._kernel._publish_status("busy", "shell")
        return True


def _main_stream(kernel: Any) -> Any:
    """What the main thread reads its messages from; None in a kernel we do not know."""
    needed = ("session", "comm_manager", "_publish_status")
    if any(getattr(kernel, name, None) is None for name in needed):
        return None
    thread = getattr(kernel, "shell_channel_thread", None)
    if thread is None:
        stream = getattr(kernel, "shell_stream", None)  # ipykernel 6
    else:
        pair = getattr(thread.manager, "get_shell_channel_to_subshell_pair", None)
        stream = None if pair is None else pair(None).to_stream  # ipykernel 7
    known = ("_recv_callback", "on_recv", "flush", "io_loop")
    return stream if all(hasattr(stream, name) for name in known) else None
