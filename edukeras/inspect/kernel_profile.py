"""Compiled kernels against their NumPy twins, on the arguments of a real run.

`compare(model, x, y)` takes the calls of one training step, `profile_kernels(run)`
those of anything: while it runs, the arguments of each kind of call are kept.
Afterwards both kernels get these same arguments, and are timed and compared.

With EDUKERAS_DETERMINISTIC=1 in the environment, times are "…", so that a notebook
can be stored with its outputs.
"""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from edukeras import config, kernels
from edukeras.errors import explain
from edukeras.inspect import markup
from edukeras.inspect.display import View
from edukeras.inspect.pictures import BLUE, ORANGE

# The best of this many calls counts, or of as many as fit into the time.
FEWEST_CALLS, MOST_CALLS = 5, 200
SECONDS = 0.02
BAR_WIDTH = 220  # pixels
HIDDEN = "…"


@dataclass(frozen=True)
class KernelRow:
    """One kind of call: a kernel with arguments of these shapes.

    Attributes:
        arguments: its options and the shapes of its first arrays.
        calls: how often it was called.
        compiled, reference: seconds of one call.
        difference: the biggest between any two numbers of the results.
        scale: the biggest number in the results.
        rounding: the part of `scale` that different orders of summing may change.
    """

    kernel: str
    arguments: str
    calls: int
    compiled: float
    reference: float
    difference: float
    scale: float
    rounding: float

    @property
    def times_faster(self) -> float:
        return self.reference / self.compiled

    @property
    def agrees(self) -> bool:
        """Whether the two differ in nothing but rounding."""
        return self.difference <= self.rounding * max(self.scale, 1.0)


@dataclass(frozen=True, repr=False)
class KernelProfile(View):
    """What `compare` and `profile_kernels` found, in the order of the first calls."""

    rows: tuple[KernelRow, ...]
    shows_times: bool

    @property
    def compiled(self) -> float:
        """Seconds in compiled kernels: all calls."""
        return sum(row.calls * row.compiled for row in self.rows)

    @property
    def reference(self) -> float:
        """Seconds that the twins would take for the same calls."""
        return sum(row.calls * row.reference for row in self.rows)

    HEADERS = ("Kernel", "Arguments", "Calls", "Compiled", "NumPy", "Faster", "Differ")

    def cells(self) -> list[list[str]]:
        """The table as text, with the sums of all calls in the last row."""
        lines = [
            [
                row.kernel,
                row.arguments,
                f"{row.calls:,}",
                *self._times(row.compiled, row.reference),
                self._difference(row),
            ]
            for row in self.rows
        ]
        calls = sum(row.calls for row in self.rows)
        total = self._times(self.compiled, self.reference)
        return [*lines, ["all calls", "", f"{calls:,}", *total, ""]]

    def _times(self, compiled: float, reference: float) -> list[str]:
        if not self.shows_times:
            return [HIDDEN] * 3
        ratio = reference / compiled if compiled else 1.0
        return [_microseconds(compiled), _microseconds(reference), f"{ratio:.1f}x"]

    def _difference(self, row: KernelRow) -> str:
        if row.difference == 0:
            return "0"
        # Rounding depends on the machine: its digits would not be the same elsewhere.
        return f"{row.difference:.0e}" if self.shows_times else _verdict(row)

    def text(self) -> str:
        if not self.rows:
            return "No kernel was called."
        lines = [list(self.HEADERS), *self.cells()]
        widths = [max(len(line[k]) for line in lines) for k in range(7)]
        widths[1] = min(widths[1], 42)
        return "\n".join(
            "  ".join(
                f"{_cut(cell, width):{'<' if k < 2 else '>'}{width}}"
                for k, (cell, width) in enumerate(zip(line, widths))
            ).rstrip()
            for line in lines
        )

    def html(self) -> str:
        if not self.rows:
            return markup.paragraph("No kernel was called.")
        lines = [[markup.unbroken(cell) for cell in line] for line in self.cells()]
        lines[-1] = [f"<b>{cell}</b>" for cell in lines[-1]]
        headers = list(self.HEADERS)
        if self.shows_times:
            headers.append(markup.unbroken("All its calls: compiled, below it NumPy"))
            longest = max(r.calls * max(r.compiled, r.reference) for r in self.rows)
            for line, row in zip(lines, self.rows):
                line.append(_bars(row, longest))
            lines[-1].append("")
        table = markup.table(headers, lines, numbers=(2, 3, 4, 5, 6))
        note = "Compiled and NumPy: the time of one call; in the last row of all."
        return f"<div>{table}{markup.paragraph(markup.muted(note))}</div>"


def compare(model: Any, x: Any, y: Any) -> KernelProfile:
    """One training step of a copy of the model, kernel by kernel.

    The model itself, its optimizer and the random numbers to come stay as they are.

    Args:
        model: compiled, so that it can be trained.
        x, y: one batch, as for `train_on_batch`.

    >>> import edukeras as keras
    >>> model = keras.Sequential([keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> found = compare(model, np.ones((4, 2)), np.ones((4, 1)))
    >>> [(row.kernel, row.calls, row.agrees) for row in found.rows]
    [('dense', 1, True), ('dense_backward', 1, True), ('sgd_update', 1, True)]
    """
    if not hasattr(model, "train_on_batch"):
        raise TypeError(
            explain(
                "There is no training step to compare.",
                expected="a compiled model",
                received=type(model).__name__,
            )
        )
    generator = config.numpy_generator().bit_generator
    state = generator.state
    try:
        twin = copy.deepcopy(model)
        return profile_kernels(lambda: twin.train_on_batch(x, y))
    finally:
        generator.state = state


def profile_kernels(run: Callable[[], Any]) -> KernelProfile:
    """What each kernel that `run()` calls costs, compiled and as NumPy.

    >>> profile_kernels(lambda: kernels.relu(np.ones(3))).rows[0].kernel
    'relu'
    """
    if not kernels.is_compiled_available():
        raise RuntimeError(
            explain(
                "There is nothing to compare: the compiled kernels are not installed.",
                hint="edukeras.kernels.info() says why.",
            )
        )
    kept: dict[tuple[str, str], tuple[list, dict]] = {}
    calls: dict[tuple[str, str], int] = {}

    def watch(name: str, kernel: Callable, *args: Any, **options: Any) -> Any:
        key = (name, _describe(args, options))
        if key not in kept:
            kept[key] = copy.deepcopy((list(args), options))
        calls[key] = calls.get(key, 0) + 1
        return kernel(*args, **options)

    with kernels.watched_by(watch):
        run()
    shows_times = os.environ.get("EDUKERAS_DETERMINISTIC") != "1"
    rows = [
        _row(name, arguments, calls[name, arguments], args, options, shows_times)
        for (name, arguments), (args, options) in kept.items()
    ]
    return KernelProfile(tuple(rows), shows_times)


def _row(
    name: str, arguments: str, calls: int, args: list, options: dict, timed: bool
) -> KernelRow:
    """Runs both kernels on copies of the same arguments."""
    results, seconds = [], []
    for kernel in kernels.both(name):
        given, named = copy.deepcopy((args, options))
        output = kernel(*given, **named)
        # Optimizers write into their arguments: these are results too.
        results.append([array.copy() for array in _arrays([output, given])])
        seconds.append(_seconds(kernel, given, named) if timed else 0.0)
    difference = scale = rounding = 0.0
    for ours, theirs in zip(*results, strict=True):
        if theirs.size == 0:
            continue
        gap = np.abs(ours.astype("float64") - theirs.astype("float64")).max()
        difference = max(difference, float(gap))
        scale = max(scale, float(np.abs(theirs).max()))
        if theirs.dtype.kind == "f":
            rounding = max(rounding, float(np.sqrt(np.finfo(theirs.dtype).eps)))
    compiled, reference = seconds
    return KernelRow(
        name, arguments, calls, compiled, reference, difference, scale, rounding
    )


def _seconds(kernel: Callable, args: list, options: dict) -> float:
    """The best of several calls: the others were disturbed."""
    best, end = float("inf"), time.perf_counter() + SECONDS
    for number in range(MOST_CALLS):
        start = time.perf_counter()
        kernel(*args, **options)
        stop = time.perf_counter()
        best = min(best, stop - start)
        if number >= FEWEST_CALLS and stop > end:
            break
    return best


def _arrays(thing: Any) -> Iterator[np.ndarray]:
    """All numbers of a result, as arrays."""
    if isinstance(thing, (list, tuple)):
        for part in thing:
            yield from _arrays(part)
    elif isinstance(thing, (np.ndarray, np.number, float, int)):
        array = np.asarray(thing)
        if array.dtype.kind in "fiub":
            yield array


def _describe(args: tuple, options: dict) -> str:
    """Options and shapes that tell one kind of call from another."""
    values = [*args, *options.values()]
    words = [value for value in values if isinstance(value, str)]
    shapes = [v.shape for v in values if isinstance(v, np.ndarray) and v.ndim]
    parts = [*words, *(str(shape).replace(" ", "") for shape in shapes[:2])]
    if not parts:  # optimizers take all their arrays at once
        parts = [f"{len(v)} arrays" for v in values[:1] if isinstance(v, list)]
    return " ".join(parts)


def _microseconds(seconds: float) -> str:
    """Three digits, in microseconds."""
    value = seconds * 1e6
    return f"{value:,.0f} us" if value >= 100 else f"{value:.3g} us"


def _verdict(row: KernelRow) -> str:
    return "rounding" if row.agrees else f"{row.difference:.0e}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _bars(row: KernelRow, longest: float) -> str:
    """Two bars with the time beside each, for all calls of the row."""
    bars = ""
    for seconds, color in ((row.compiled, BLUE), (row.reference, ORANGE)):
        total = row.calls * seconds
        width = max(1, round(BAR_WIDTH * total / longest))
        bars += (
            '<div style="white-space: nowrap; line-height: 1.3">'
            f'<span style="display: inline-block; width: {width}px; height: 9px; '
            f'background: {color}; margin-right: 6px"></span>'
            f"{_microseconds(total)}</div>"
        )
    return bars
