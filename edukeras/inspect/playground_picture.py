"""The playground as a picture: features, units, weights, output and losses.

It is an SVG with small PNGs in it, one for each surface, and takes a few milliseconds.
As an image (not as part of the page) it survives in every notebook; so it has its own
white ground, on which its colours can be told apart in both themes.

Positive is blue with a solid line, negative is orange with a dashed one; class 1 is a
circle, class 0 a square.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import isfinite

import numpy as np

from edukeras.inspect.pictures import BLUE, ORANGE
from edukeras.inspect.playground_data import CLASSES, REGRESSION
from edukeras.inspect.playground_training import REACH, PlaygroundTraining
from edukeras.inspect.png import data_uri, png

WIDTH, NODE, OUTPUT = 980, 40, 230  # pixels
TOP, PITCH = 46, 50
CHART = 70  # the height of the losses
GREY = "#666666"


def _diverging() -> np.ndarray:
    """255 colours from orange over white to blue."""
    low, middle, high = np.array([213, 94, 0]), np.full(3, 250), np.array([0, 114, 178])
    share = np.linspace(0, 1, 128)[:, None]
    left = low + (middle - low) * share
    right = middle + (high - middle) * share[1:]
    return np.concatenate([left, right]).round().astype(np.uint8)


PALETTE = _diverging()
# For several classes: Okabe and Ito's colours; the first two as above.
CLASS_COLOURS = np.array(
    [
        [213, 94, 0],
        [0, 114, 178],
        [0, 158, 115],
        [204, 121, 167],
        [230, 159, 0],
        [86, 180, 233],
        [110, 110, 110],
    ]
)
_SHAPES = ("square", "circle", "triangle", "diamond", "cross", "plus", "ring")


def playground_svg(training: PlaygroundTraining) -> str:
    """The whole picture, for the present state of a training."""
    settings = training.settings
    hidden, output = training.surfaces()
    columns = [training.feature_surfaces(), *hidden]
    rows = max(len(column) for column in columns)
    height = max(TOP + rows * PITCH, TOP + OUTPUT + 54 + CHART + 34)
    left = WIDTH - OUTPUT - 30
    places = [
        [(_column_x(k, len(columns), left), TOP + row * PITCH) for row in range(len(c))]
        for k, c in enumerate(columns)
    ]
    parts = [_links(places, training.kernels(), left)]
    for column, surfaces in enumerate(columns):
        for (x, y), surface in zip(places[column], surfaces):
            parts.append(_image(_surface_png(surface), x, y, NODE))
        parts.append(_column_title(training, column, places[column][0][0]))
    for name, (_, y) in zip(settings.features, places[0]):
        parts.append(_text(name, 14, y + NODE / 2 + 4, size=12))
    parts.append(_output(training, output, left))
    parts.append(_losses(training.losses, left, TOP + OUTPUT + 54))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" fill="#222">'
        f'<rect width="{WIDTH}" height="{height}" rx="6" fill="white"/>'
        f"{''.join(parts)}</svg>"
    )


def _column_x(column: int, columns: int, left: float) -> float:
    first = 82
    return first + column * (left - 60 - first) / max(columns, 1)


def _column_title(training: PlaygroundTraining, column: int, x: float) -> str:
    settings = training.settings
    if column == 0:
        return _text("features", x + NODE / 2, 20, anchor="middle", bold=True)
    units = settings.layers[column - 1]
    words = f"{units} unit{'s' if units > 1 else ''}"
    extras = [settings.activation]
    if settings.batch_norm:
        extras.append("batch norm")
    if settings.dropout:
        extras.append(f"dropout {settings.dropout:g}")
    return _text(words, x + NODE / 2, 20, anchor="middle", bold=True) + _text(
        ", ".join(extras), x + NODE / 2, 35, anchor="middle", size=10
    )


def _links(places: list[list[tuple]], kernels: list[np.ndarray], left: float) -> str:
    """A line for each weight: the larger, the thicker."""
    end = [(left, TOP + OUTPUT / 2 - NODE / 2)]
    lines = []
    for sources, targets, kernel in zip(places, [*places[1:], end], kernels):
        if targets is end and kernel.shape[1] > 1:  # several classes: the strongest
            strongest = np.abs(kernel).argmax(axis=1)
            kernel = kernel[np.arange(len(kernel)), strongest][:, None]
        for (x, y), weights in zip(sources, kernel):
            for (x_end, y_end), weight in zip(targets, weights.tolist()):
                lines.append(_link(x + NODE, y, x_end, y_end, weight))
    return f'<g fill="none">{"".join(lines)}</g>'


def _link(x: float, y: float, x_end: float, y_end: float, weight: float) -> str:
    if not isfinite(weight):
        return ""
    middle, y, y_end = (x + x_end) / 2, y + NODE / 2, y_end + NODE / 2
    width = min(0.4 + 1.6 * abs(weight), 7)
    sign = (
        f'stroke="{BLUE}"'
        if weight > 0
        else f'stroke="{ORANGE}" stroke-dasharray="6 3"'
    )
    return (
        f'<path d="M{x:.0f} {y:.0f}C{middle:.0f} {y:.0f} {middle:.0f} {y_end:.0f} '
        f'{x_end:.0f} {y_end:.0f}" {sign} stroke-width="{width:.1f}" '
        'stroke-opacity="0.75"/>'
    )


def _surface_png(surface: np.ndarray) -> bytes:
    """Blue where it is positive, orange where negative, relative to its largest."""
    surface = np.nan_to_num(surface)
    largest = float(np.abs(surface).max()) or 1.0
    return png(_shade(surface / largest), PALETTE)


def _shade(values: np.ndarray) -> np.ndarray:
    """-1 to 1 -> places in the palette."""
    return (127 + 127 * np.clip(values, -1, 1)).round().astype(np.uint8)


def _image(data: bytes, x: float, y: float, size: float) -> str:
    return (
        f'<image x="{x:.0f}" y="{y:.0f}" width="{size}" height="{size}" '
        f'href="{data_uri(data)}"/>'
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{size}" height="{size}" fill="none" '
        'stroke="#888"/>'
    )


def _text(
    words: str, x: float, y: float, anchor: str = "start", size: int = 11,
    bold: bool = False,
) -> str:  # fmt: skip
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" '
        f'font-size="{size}"{weight}>{escape(words)}</text>'
    )


# -- the output ---------------------------------------------------------------


def _output(training: PlaygroundTraining, output: np.ndarray, left: float) -> str:
    """The surface that the network has found, and the points on it."""
    points = training.points
    output = np.nan_to_num(output)
    if points.task == REGRESSION:
        picture = png(_pale(output[..., 0] / _largest(points.y)), PALETTE)
        legend = ["blue: above 0 · orange: below 0", "hollow: test points"]
    elif points.classes == 2:
        picture = png(_pale(2 * output[..., 0] - 1), PALETTE)
        legend = ["● class 1 (blue) · ■ class 0 (orange)", "hollow: test points"]
    else:
        mixed = output @ CLASS_COLOURS[: output.shape[-1]]
        picture = png((255 - 0.6 * (255 - mixed)).astype(np.uint8))
        legend = [f"{points.classes} classes, each with its own shape"]
        legend.append("hollow: test points")
    parts = [_text("output", left + OUTPUT / 2, 20, anchor="middle", bold=True)]
    parts.append(_image(picture, left, TOP, OUTPUT))
    test = _points(points.x_test, points.y_test, points.task, left, hollow=True)
    train = _points(points.x, points.y, points.task, left, hollow=False)
    parts += [test, train]
    for line, words in enumerate(legend):
        y = TOP + OUTPUT + 16 + 14 * line
        parts.append(_text(words, left + OUTPUT / 2, y, anchor="middle"))
    return "".join(parts)


def _pale(values: np.ndarray) -> np.ndarray:
    """Paler than the points that lie on it."""
    return _shade(0.6 * np.clip(values, -1, 1))


def _largest(values: np.ndarray) -> float:
    return float(np.abs(values).max()) or 1.0


def _points(x: np.ndarray, y: np.ndarray, task: str, left: float, hollow: bool) -> str:
    inside = np.all(np.abs(x) <= REACH, axis=1)
    x, y = x[inside][:250], y[inside][:250, 0]  # more would hide the surface
    across = left + OUTPUT * (x[:, 0] + REACH) / (2 * REACH)
    down = TOP + OUTPUT * (REACH - x[:, 1]) / (2 * REACH)
    if task == CLASSES:
        kinds = y.astype(int)
        colours = [f"rgb({r},{g},{b})" for r, g, b in CLASS_COLOURS]
        shapes: tuple[str, ...] = _SHAPES
    else:
        kinds = (_shade(y / _largest(y)) // 32).astype(int)
        colours = [f"rgb({r},{g},{b})" for r, g, b in PALETTE[15::32].tolist()]
        shapes = ("circle",) * 8
    groups = []
    for kind in np.unique(kinds).tolist():
        here = kinds == kind
        look = (
            f'fill="none" stroke="{colours[kind]}" stroke-width="1.2"'
            if hollow
            else f'fill="{colours[kind]}" stroke="white" stroke-width="0.7"'
        )
        if task == REGRESSION and not hollow:
            look = f'fill="{colours[kind]}" stroke="#444" stroke-width="0.7"'
        marks = zip(across[here].tolist(), down[here].tolist())
        path = "".join(_shape(shapes[kind], a, d) for a, d in marks)
        groups.append(f'<path {look} d="{path}"/>')
    return "".join(groups)


def _shape(name: str, x: float, y: float) -> str:
    """A small mark, as part of a path."""
    if name == "circle":
        return f"M{x - 2.8:.1f} {y:.1f}a2.8 2.8 0 1 0 5.6 0a2.8 2.8 0 1 0 -5.6 0z"
    if name == "ring":
        return f"M{x - 1.8:.1f} {y:.1f}a1.8 1.8 0 1 0 3.6 0a1.8 1.8 0 1 0 -3.6 0z"
    outline = {
        "square": "m-2.4 -2.4h4.8v4.8h-4.8z",
        "triangle": "m-3 2.5h6l-3 -5.2z",
        "diamond": "m-3.2 0l3.2 -3.2l3.2 3.2l-3.2 3.2z",
        "cross": "m-2.6 -2.6l5.2 1.6l-1.6 3.6l-3.6 -1z",
        "plus": "m-1 -3h2v2h2v2h-2v2h-2v-2h-2v-2h2z",
    }[name]
    return f"M{x:.1f} {y:.1f}{outline}"


# -- the losses ---------------------------------------------------------------


def _losses(losses: Sequence[tuple[float, float]], left: float, top: float) -> str:
    """Training solid, test dashed, from the first epoch to the last."""
    values = np.array(losses, "float64")
    finite = values[np.isfinite(values)]
    high = max(float(finite.max()), 1e-9) if len(finite) else 1.0
    last = max(len(losses) - 1, 1)
    step = 1 + len(losses) // 200
    parts = [
        f'<path d="M{left:.0f} {top}v{CHART}h{OUTPUT}" fill="none" stroke="#888"/>',
        _text(f"{high:.2g}", left - 4, top + 9, anchor="end", size=10),
        _text("0", left - 4, top + CHART, anchor="end", size=10),
        _text(f"epoch {len(losses) - 1}", left + OUTPUT, top + CHART + 13, "end", 10),
    ]
    looks = [("training", BLUE, ""), ("test", ORANGE, ' stroke-dasharray="5 3"')]
    for number, (name, colour, dashes) in enumerate(looks):
        line = [
            f"{left + OUTPUT * epoch / last:.1f},{top + CHART * (1 - value / high):.1f}"
            for epoch, value in enumerate(values[:, number].tolist())
            if isfinite(value) and (epoch % step == 0 or epoch == last)
        ]
        parts.append(
            f'<polyline points="{" ".join(line)}" fill="none" stroke="{colour}" '
            f'stroke-width="1.8"{dashes}/>'
        )
        x = left + 112 * number
        parts.append(
            f'<path d="M{x:.0f} {top + CHART + 24}h18" stroke="{colour}" '
            f'stroke-width="1.8"{dashes}/>'
        )
        words = f"{name} {values[-1, number]:.3f}"
        parts.append(_text(words, x + 22, top + CHART + 28))
    return "".join(parts)
