"""A drawing of boxes, words and arrows, as SVG text or through matplotlib.

`plotting.py` decides what is drawn; here is how. An SVG needs no other package; for
PNG, PDF and other formats matplotlib paints the same shapes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from edukeras.models.fonts import hangul_font
from edukeras.models.table import text_width

FONT_SIZE = 9.0
LINE_HEIGHT = 13.0
CHARACTER_WIDTH = 0.66 * FONT_SIZE  # a generous mean of bold sans-serif fonts
MARGIN = 12.0  # around the whole

BLUE, PALE_BLUE, GREY, PALE_GREY = "#0072b2", "#eef5fb", "#777777", "#fafafa"
CHOSEN, PALE_CHOSEN = "#d55e00", "#fdeee3"


@dataclass(frozen=True)
class Frame:
    """A rectangle; that of a model inside is grey and dashed, a chosen one thick."""

    x: float
    y: float
    width: float
    height: float
    is_model: bool = False
    chosen: bool = False


@dataclass(frozen=True)
class Words:
    """One line of text, with its middle at (x, y)."""

    x: float
    y: float
    text: str
    bold: bool = False


@dataclass(frozen=True)
class Arrow:
    """A line through some points, with a tip at the last one."""

    points: tuple[tuple[float, float], ...]


Shape = Frame | Words | Arrow


def size_of_text(lines: Sequence[str]) -> tuple[float, float]:
    """The width and height of a box for some lines of text, in points."""
    longest = max(map(text_width, lines), default=0)
    return longest * CHARACTER_WIDTH + 16, len(lines) * LINE_HEIGHT + 10


def svg(shapes: Sequence[Shape], width: float, height: float) -> str:
    """The drawing as the text of an SVG file.

    >>> print(svg([Words(20, 10, "a < b")], 40, 20).splitlines()[-2])
    <text x="32" y="25.24">a &lt; b</text>
    """
    total_width, total_height = width + 2 * MARGIN, height + 2 * MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total_width:g}" '
        f'height="{total_height:g}" viewBox="0 0 {total_width:g} {total_height:g}" '
        f'font-family="sans-serif" font-size="{FONT_SIZE:g}" text-anchor="middle">'
    )
    tip = (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" '
        f'fill="{GREY}"/></marker></defs>'
    )
    paper = f'<rect width="{total_width:g}" height="{total_height:g}" fill="white"/>'
    return "\n".join([head, tip, paper, *map(_svg_shape, shapes), "</svg>"])


def _svg_shape(shape: Shape) -> str:
    if isinstance(shape, Words):
        bold = ' font-weight="bold"' if shape.bold else ""
        x, y = shape.x + MARGIN, shape.y + MARGIN + 0.36 * FONT_SIZE
        text = escape(shape.text, quote=False)
        return f'<text x="{x:.5g}" y="{y:.5g}"{bold}>{text}</text>'
    if isinstance(shape, Arrow):
        points = " ".join(f"{x + MARGIN:.5g},{y + MARGIN:.5g}" for x, y in shape.points)
        return (
            f'<polyline points="{points}" fill="none" stroke="{GREY}" '
            'marker-end="url(#tip)"/>'
        )
    line, fill = _colours(shape)
    dashes = ' stroke-dasharray="4 3"' if shape.is_model else ""
    dashes += ' stroke-width="3"' if shape.chosen else ""
    return (
        f'<rect x="{shape.x + MARGIN:.5g}" y="{shape.y + MARGIN:.5g}" '
        f'width="{shape.width:.5g}" height="{shape.height:.5g}" rx="4" '
        f'fill="{fill}" stroke="{line}"{dashes}/>'
    )


def _colours(frame: Frame) -> tuple[str, str]:
    """Of the line and of the inside."""
    if frame.chosen:
        return CHOSEN, PALE_CHOSEN
    return (GREY, PALE_GREY) if frame.is_model else (BLUE, PALE_BLUE)


def paint(
    shapes: Sequence[Shape], width: float, height: float, format: str, dpi: float
) -> bytes:
    """The drawing as a PNG, PDF ... file, made with matplotlib but not pyplot.

    One unit is a point, 1/72 inch.
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyBboxPatch

    fonts = [font for font in ("DejaVu Sans", hangul_font()) if font]

    total_width, total_height = width + 2 * MARGIN, height + 2 * MARGIN
    figure = Figure(figsize=(total_width / 72, total_height / 72), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(-MARGIN, width + MARGIN)
    axes.set_ylim(height + MARGIN, -MARGIN)  # downwards
    for order, shape in enumerate(shapes):
        if isinstance(shape, Words):
            axes.text(
                *(shape.x, shape.y, shape.text),
                ha="center",
                va="center_baseline",
                fontsize=FONT_SIZE,
                fontfamily=fonts,
                weight="bold" if shape.bold else "normal",
                color="black",
                zorder=order,
                parse_math=False,  # a name may contain dollar signs
            )
        elif isinstance(shape, Arrow):
            axes.plot(*zip(*shape.points), color=GREY, linewidth=1, zorder=order)
            axes.annotate(
                "",
                shape.points[-1],
                shape.points[-2],
                arrowprops={"arrowstyle": "-|>", "color": GREY, "shrinkB": 0},
                zorder=order,
            )
        else:
            axes.add_patch(
                FancyBboxPatch(
                    (shape.x, shape.y),
                    shape.width,
                    shape.height,
                    boxstyle="round,pad=0,rounding_size=4",
                    facecolor=_colours(shape)[1],
                    edgecolor=_colours(shape)[0],
                    linewidth=3 if shape.chosen else 1,
                    linestyle="--" if shape.is_model else "-",
                    zorder=order,
                )
            )
    file = io.BytesIO()
    # Without the date and the version, the same drawing makes the same file.
    metadata = {"png": {"Software": None}, "pdf": {"CreationDate": None}}.get(format)
    figure.savefig(file, format=format, dpi=dpi, metadata=metadata)
    return file.getvalue()
