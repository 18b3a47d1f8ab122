"""The chart that is drawn while training runs, as SVG text.

It takes a fraction of a millisecond, so it can be redrawn often.  When training ends,
a picture takes its place: SVG is lost when a notebook is opened untrusted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from math import isfinite

from edukeras.inspect.curve_marks import Mark
from edukeras.inspect.curves import Curve, LearningCurves
from edukeras.inspect.pictures import BLUE, GREY, ORANGE

WIDTH, HEIGHT = 340, 230
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 28, 34
MOST_POINTS = 300


def live_chart(
    curves: LearningCurves,
    epochs: int,
    earlier: Mapping[str, LearningCurves] | None = None,
) -> str:
    """All curves side by side, with room for the epochs that are still to come.

    Args:
        epochs: how many there will be.
        earlier: runs to compare with, by name; they are drawn in grey.
    """
    charts = ""
    for curve in curves.curves:
        same = [
            (name, other)
            for name, run in (earlier or {}).items()
            for other in run.curves
            if other.name == curve.name
        ]
        charts += _chart(curve, epochs, same)
    return f'<div role="img" aria-label="{escape(curves.in_words())}">{charts}</div>'


def _chart(curve: Curve, epochs: int, earlier: list[tuple[str, Curve]]) -> str:
    shown = [curve, *(other for _, other in earlier)]
    values = [v for c in shown for _, _, line in c.parts() for v in line if isfinite(v)]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    done = curve.epochs[-1] if curve.epochs else 1
    # Room for what is to come, but never so much that the curve cannot be seen.
    last = max(min(epochs, max(10, 2 * done)), done, 2)
    last = max([last, *(c.epochs[-1] for c in shown if c.epochs)])

    def place(epoch: float, value: float) -> str:
        x = LEFT + (WIDTH - LEFT - RIGHT) * (epoch - 1) / (last - 1)
        y = TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)
        return f"{x:.1f},{y:.1f}"

    parts = [_frame(curve.name, low, high, last)]
    parts += [_earlier(name, other, place) for name, other in earlier]
    for name, numbers, line in curve.parts():
        dashed = name != curve.name
        points = [
            place(epoch, value)
            for epoch, value in _thinned(list(zip(numbers, line)))
            if isfinite(value)
        ]
        if not points:
            continue
        colour = ORANGE if dashed else BLUE
        dashes = 'stroke-dasharray="6 3" ' if dashed else ""
        x, y = points[-1].split(",")
        parts.append(
            f'<polyline points="{" ".join(points)}" fill="none" {dashes}'
            f'stroke="{colour}" stroke-width="2"/>'
            f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>'
        )
    for mark in curve.marks():
        if isfinite(mark.value):
            parts.append(_mark(mark, place(mark.epoch, mark.value)))
    if curve.validation:
        # Where the line does not end.
        ends_high = line[-1] > (low + high) / 2 if line else False
        parts.append(_legend(HEIGHT - BOTTOM - 34 if ends_high else TOP))
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="11" fill="currentColor">'
        f"{''.join(parts)}</svg>"
    )


def _earlier(run: str, curve: Curve, place: Callable[[float, float], str]) -> str:
    """The lines of another run, with its name at their end."""
    parts, end = [], ""
    for name, numbers, line in curve.parts():
        points = [
            place(epoch, value)
            for epoch, value in _thinned(list(zip(numbers, line)))
            if isfinite(value)
        ]
        dashes = 'stroke-dasharray="6 3" ' if name != curve.name else ""
        parts.append(
            f'<polyline points="{" ".join(points)}" fill="none" {dashes}'
            f'stroke="{GREY}" stroke-width="1.2"/>'
        )
        end = end or (points[-1] if points else "")
    if end:
        x, y = map(float, end.split(","))
        parts.append(
            f'<text x="{x:.1f}" y="{y - 4:.1f}" text-anchor="end" '
            f'fill="{GREY}">{escape(run)}</text>'
        )
    return "".join(parts)


def _mark(mark: Mark, point: str) -> str:
    """A symbol on the line, and words above it, inside the chart."""
    x, y = map(float, point.split(","))
    side = "end" if x > WIDTH / 2 else "start"
    return (
        f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="14">'
        f"{mark.symbol}</text>"
        f'<text x="{x:.1f}" y="{max(y - 8, TOP + 6):.1f}" text-anchor="{side}">'
        f"{escape(mark.words)}</text>"
    )


def _frame(title: str, low: float, high: float, last: int) -> str:
    """Title, axes, and the numbers at their ends."""
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    middle = (LEFT + right) / 2
    return (
        f'<path d="M{LEFT} {TOP}V{bottom}H{right}" fill="none" '
        'stroke="currentColor" stroke-opacity="0.5"/>'
        f'<text x="{middle}" y="16" text-anchor="middle" font-size="13">'
        f"{escape(title)}</text>"
        f'<text x="{LEFT - 5}" y="{TOP + 4}" text-anchor="end">{high:.3g}</text>'
        f'<text x="{LEFT - 5}" y="{bottom + 4}" text-anchor="end">{low:.3g}</text>'
        f'<text x="{LEFT}" y="{bottom + 15}" text-anchor="middle">1</text>'
        f'<text x="{right}" y="{bottom + 15}" text-anchor="end">{last}</text>'
        f'<text x="{middle}" y="{bottom + 28}" text-anchor="middle">epoch</text>'
    )


def _legend(top: float) -> str:
    entries = [("training", BLUE, ""), ("validation", ORANGE, "6 3")]
    x, parts = WIDTH - 96, []
    for number, (name, colour, dashes) in enumerate(entries):
        y = top + 8 + 15 * number
        parts.append(
            f'<line x1="{x}" y1="{y}" x2="{x + 22}" y2="{y}" stroke="{colour}" '
            f'stroke-width="2" stroke-dasharray="{dashes}"/>'
            f'<text x="{x + 27}" y="{y + 4}">{name}</text>'
        )
    return "".join(parts)


def _thinned(points: Sequence[tuple[int, float]]) -> Sequence[tuple[int, float]]:
    """Every second, third ... point of a long curve, and always the last one."""
    step = 1 + len(points) // MOST_POINTS
    return [*points[:-1:step], *points[-1:]]
