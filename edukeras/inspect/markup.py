"""The few pieces of HTML that all views are made of.

JupyterLab strips `<style>`, `<svg>`, scripts, ids and classes from a notebook that
it does not trust; these pieces use none of them.  Text keeps the page's own colour
and lines are half transparent, so that light and dark themes both work.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape as escape

LINE = "1px solid rgba(128, 128, 128, 0.4)"
MUTED = "opacity: 0.75"


def table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()
) -> str:
    """A table of cells that are HTML already.

    Args:
        numbers: the columns that hold numbers, which are right-aligned.
    """
    right = set(numbers)

    def line(tag: str, cells: Sequence[str], edge: str) -> str:
        return "".join(
            f'<{tag} style="text-align: {"right" if k in right else "left"}; '
            f'padding: 3px 10px; vertical-align: top; {edge}">{cell}</{tag}>'
            for k, cell in enumerate(cells)
        )

    head = line("th", headers, f"border-bottom: {LINE}")
    body = "".join(f"<tr>{line('td', row, 'border: none')}</tr>" for row in rows)
    return (
        '<table style="border-collapse: collapse; margin: 4px 0">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def details(summary: str, body: str) -> str:
    """A part that opens with a click; both arguments are HTML."""
    return (
        f'<details><summary style="cursor: pointer">{summary}</summary>'
        f'<div style="margin: 4px 0 8px 16px">{body}</div></details>'
    )


def picture(png: bytes, alt: str, width: int) -> str:
    """A picture inside the page; `alt` says in words what it shows."""
    data = base64.b64encode(png).decode("ascii")
    return (
        f'<img src="data:image/png;base64,{data}" alt="{escape(alt)}" '
        f'width="{width}" style="max-width: 100%; margin: 4px 0">'
    )


def drawing(svg: str, alt: str, width: float) -> str:
    """An SVG inside the page, as a picture: an untrusted notebook keeps no other."""
    data = base64.b64encode(svg.encode()).decode("ascii")
    return (
        f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(alt)}" '
        f'width="{round(width)}" style="max-width: 100%; margin: 4px 0">'
    )


def paragraph(html: str) -> str:
    return f'<div style="margin: 4px 0">{html}</div>'


def muted(html: str) -> str:
    """Less important text."""
    return f'<span style="{MUTED}">{html}</span>'


def unbroken(text: str) -> str:
    """Text that stays on one line, such as a shape."""
    return f'<span style="white-space: nowrap">{escape(text)}</span>'


def code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def heading(html: str) -> str:
    return f'<div style="margin: 4px 0; font-size: 110%"><b>{html}</b></div>'
