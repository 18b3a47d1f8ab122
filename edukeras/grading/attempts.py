"""One attempt of a learner: is there an answer, and what became of it?

The learner's code may be blank, crash, print a novel or never end. This file tells
these apart and puts each into one sentence. What is right is said elsewhere.
"""

from __future__ import annotations

import contextlib
import dis
import functools
import io
import linecache
import random
import re
import signal
import sys
import threading
import traceback
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

from edukeras.grading.outcomes import CheckFailed, Status
from edukeras.messages import say

Namespace = dict[str, Any]


class NotAttempted(NotImplementedError):
    """There is no answer yet."""


class TimeUp(BaseException):
    """The time limit; no `except Exception` of the learner catches it."""


class Placeholder:
    """`____`: the gap that a learner fills. Using it says so.

    >>> Placeholder() + 1
    Traceback (most recent call last):
    edukeras.grading.attempts.NotAttempted: Replace ____ by your own code.
    """

    def _unfilled(self, *args, **kwargs):
        raise NotAttempted(say("Replace ____ by your own code."))

    __call__ = __getitem__ = __iter__ = __len__ = __bool__ = __float__ = _unfilled
    __add__ = __sub__ = __mul__ = __matmul__ = __truediv__ = __pow__ = _unfilled
    __radd__ = __rsub__ = __rmul__ = __rmatmul__ = __rtruediv__ = _unfilled
    __neg__ = __lt__ = __le__ = __gt__ = __ge__ = __array__ = _unfilled

    def __repr__(self) -> str:
        return "____"


PLACEHOLDER = Placeholder()


# --- Is there an answer? ---------------------------------------------------------


def is_blank(value: object) -> bool:
    """Whether a variable still holds what the lesson came with.

    Blank are `...`, `____`, and functions that only pass, return None, raise
    NotImplementedError or mention `____`.

    >>> def relu(x): ...
    >>> is_blank(relu), is_blank(...), is_blank(0.5)
    (True, True, False)
    """
    if isinstance(value, types.FunctionType):
        return "____" in value.__code__.co_names or _is_stub(value)
    return value is ... or isinstance(value, Placeholder)


# All that a body of `pass`, `...`, `return ...` or `raise NotImplementedError()`
# compiles to, in every supported Python.
_STUB_INSTRUCTIONS = {
    *("RESUME", "NOP", "CACHE", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"),
    *("LOAD_GLOBAL", "LOAD_COMMON_CONSTANT", "PUSH_NULL", "PRECALL", "CALL"),
    *("CALL_FUNCTION", "RAISE_VARARGS", "POP_TOP"),
}


def _is_stub(function: types.FunctionType) -> bool:
    code = function.__code__
    constants = [c for c in code.co_consts if c is not None and c is not ...]
    return (
        {step.opname for step in dis.get_instructions(code)} <= _STUB_INSTRUCTIONS
        and set(code.co_names) <= {"NotImplementedError"}
        and all(c == function.__doc__ for c in constants)
    )


# --- What went wrong? ------------------------------------------------------------


def explain_error(
    error: BaseException, namespace: Namespace, arguments: Namespace
) -> tuple[Status, str, int | str | None]:
    """Why an attempt does not pass: (status, message, hint).

    Args:
        error: what the check, or the learner's code in it, raised.
        namespace: the globals of the learner's code; they tell whose frame is whose.
        arguments: the learner's variables that the check looks at.
    """
    frames = list(traceback.walk_tb(error.__traceback__))
    own = [frame for frame in frames if frame[0].f_globals is namespace]
    innermost_is_own = bool(own) and own[-1] is frames[-1]
    words = _words(error)

    if isinstance(error, CheckFailed):
        return "failed", str(error), error.hint
    if isinstance(error, AssertionError) and not own:  # a plain assert of the author
        return "failed", words or say("The answer is not right yet."), None
    if isinstance(error, NotAttempted):
        return "not attempted", str(error), None
    if isinstance(error, NotImplementedError) and innermost_is_own:
        return (
            "not attempted",
            say("There is still a gap{place}.", place=_place(own)),
            None,
        )
    if "ellipsis" in words and isinstance(error, (TypeError, AttributeError)):
        return "not attempted", say("Replace ... by your own code."), None
    if isinstance(error, TimeUp):
        words = say(
            "{error}{place}. Is there a loop without end?",
            error=error,
            place=_place(own),
        )
        return "timed out", words, None
    kind = type(error).__name__ + (f": {words}" if words else "")
    if own:
        words = say(
            "Your code stopped with {kind}{place}", kind=kind, place=_place(own)
        )
        return "raised", words, None
    if "NoneType" in words:
        return "failed", _none_message(arguments), None
    return "raised", say("Trying your answer stopped with {kind}", kind=kind), None


def _words(error: BaseException) -> str:
    """The error's own message on one line, without addresses, not too long."""
    try:
        words = " ".join(str(error).split())
    except Exception:  # a learner's exception may fail even at this
        return ""
    words = re.sub(r"0x[0-9a-fA-F]{6,}", "0x...", words)
    return words if len(words) <= 300 else words[:300] + " ..."


def _place(own: list[tuple[types.FrameType, int]]) -> str:
    """Where in the learner's code: the innermost line that the learner wrote."""
    if not own:
        return ""
    frame, number = own[-1]
    name = frame.f_code.co_name
    place = "" if name == "<module>" else say(" in `{name}`", name=name)
    line = linecache.getline(frame.f_code.co_filename, number, frame.f_globals).strip()
    return say("{place}, at `{line}`", place=place, line=line) if line else place


def _none_message(arguments: Namespace) -> str:
    empty = [name for name, value in arguments.items() if value is None]
    if empty:
        return say(
            "`{name}` is None. The line that sets it got nothing back: "
            "does what it calls return anything?",
            name=empty[0],
        )
    return say("Your code gave None where a value was needed. Did you forget `return`?")


# --- Keeping an attempt within bounds --------------------------------------------


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises `TimeUp` in the block after so many seconds.

    Needs a signal timer, so it works in the main thread, on Linux and macOS.
    Elsewhere the block simply runs.
    """
    if not hasattr(signal, "setitimer") or (
        threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def time_is_up(number, frame):
        raise TimeUp(
            say(
                "Your code did not finish within {seconds} seconds",
                seconds=f"{seconds:g}",
            )
        )

    outer_handler = signal.signal(signal.SIGALRM, time_is_up)
    # Again every half second, in case a bare `except:` swallows the first one.
    outer_timer = signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        with _every_loop_can_be_stopped():
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, outer_handler or signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, *outer_timer)


@contextlib.contextmanager
def _every_loop_can_be_stopped() -> Iterator[None]:
    """Lets Python 3.10 see the timer in loops that begin with `try` or `with`.

    Python looks for signals when a loop jumps back; up to 3.10 it did not if the jump
    led to one of these statements, so that not even Ctrl-C ended such a loop.  Here a
    trace function is called on each of its lines, and in there Python looks.
    """
    if sys.version_info >= (3, 11) or sys.gettrace() is not None:
        yield
        return
    sys.settrace(_trace_deaf_loops)
    try:
        yield
    finally:
        sys.settrace(None)


def _trace_deaf_loops(frame: types.FrameType, event: str, arg: Any) -> Any:
    return _look_for_signals if _has_deaf_loop(frame.f_code) else None


def _look_for_signals(frame: types.FrameType, event: str, arg: Any) -> Any:
    len("")  # after a call Python looks for signals
    return _look_for_signals


@functools.cache
def _has_deaf_loop(code: types.CodeType) -> bool:
    """Whether a jump back leads to the start of a `try` or `with`."""
    steps = {step.offset: step for step in dis.get_instructions(code)}
    return any(
        steps[step.argval].opname.startswith(("SETUP_", "BEFORE_ASYNC_WITH"))
        for step in steps.values()
        if step.opcode in dis.hasjabs and step.argval <= step.offset
    )


class Printed(io.TextIOBase):
    """Catches what is printed; keeps the first 2,000 characters, shows five lines."""

    def __init__(self) -> None:
        self.kept = ""

    def write(self, text: str) -> int:
        self.kept += text[: 2000 - len(self.kept)]
        return len(text)

    def shown(self, max_lines: int = 5, max_width: int = 80) -> str:
        # A progress bar overwrites its line: only its last state counts.
        lines = [line.rstrip("\r").split("\r")[-1] for line in self.kept.split("\n")]
        lines = [line.rstrip() for line in "\n".join(lines).strip().split("\n")]
        lines = [
            line if len(line) <= max_width else line[:max_width] + " ..."
            for line in lines
        ]
        return "\n".join(lines[:max_lines] + ["..."] * (len(lines) > max_lines))


@contextlib.contextmanager
def captured() -> Iterator[Printed]:
    """Catches stdout and stderr: one byte on stderr costs all points in nbgrader."""
    printed = Printed()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        yield printed


@contextlib.contextmanager
def same_random_numbers() -> Iterator[None]:
    """Every check of a random answer draws the same numbers, and disturbs nobody."""
    states = random.getstate(), np.random.get_state()
    random.seed(0)
    np.random.seed(0)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
