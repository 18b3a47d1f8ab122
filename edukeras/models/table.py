"""Tables of text, with a frame or without."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence


def column_widths(ends: Sequence[float], line_length: int) -> list[int]:
    """The widths between the lines of the frame, margins included.

    The ends are shares of the line or, above 1, characters.  Frame and margins need
    three characters a column and one more; each column gives about as much for them.

    >>> column_widths([0.45, 0.80, 1.0], 76)
    [33, 24, 15]
    """
    if ends[-1] <= 1:
        ends = [int(end * line_length) for end in ends]
    starts = [0, *ends[:-1]]
    widths = [int(end - start) + 2 for start, end in zip(starts, ends, strict=True)]
    excess = sum(widths) + len(widths) + 1 - int(ends[-1])
    for k in range(len(widths)):
        share = round(excess / (len(widths) - k))
        given = min(share, widths[k] - 3)
        widths[k] -= given
        excess -= given
    return widths


def draw_table(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    aligns: Sequence[str],
) -> list[str]:
    """The lines of a table.

    Args:
        widths: of the columns, with a margin of one on either side.
        aligns: "<" left, ">" right, "^" middle, for each column.

    >>> for line in draw_table(["Layer", "Param #"], [["dense", "650"]], [9, 9], "<>"):
    ...     print(line)
    ┏━━━━━━━━━┳━━━━━━━━━┓
    ┃ Layer   ┃ Param # ┃
    ┡━━━━━━━━━╇━━━━━━━━━┩
    │ dense   │     650 │
    └─────────┴─────────┘
    """

    def rule(left: str, line: str, middle: str, right: str) -> str:
        return left + middle.join(line * width for width in widths) + right

    def lines_of(texts: Sequence[str], bar: str) -> list[str]:
        cells = [wrap(t, width - 2) for t, width in zip(texts, widths, strict=True)]
        lines = []
        for k in range(max(len(cell) for cell in cells)):
            parts = [
                pad(cell[k] if k < len(cell) else "", width - 2, align)
                for cell, width, align in zip(cells, widths, aligns, strict=True)
            ]
            lines.append(f"{bar} " + f" {bar} ".join(parts) + f" {bar}")
        return lines

    table = [rule("┏", "━", "┳", "┓"), *lines_of(headers, "┃")]
    table.append(rule("┡", "━", "╇", "┩"))
    for number, row in enumerate(rows):
        if number:
            table.append(rule("├", "─", "┼", "┤"))
        table += lines_of(row, "│")
    return [*table, rule("└", "─", "┴", "┘")]


def aligned_lines(rows: Sequence[Sequence[str]], limits: Sequence[int]) -> list[str]:
    """Rows as lines without a frame; a column is as wide as its widest cell.

    Args:
        limits: the columns' greatest widths; longer cells are cut.

    >>> aligned_lines([["dense", "650"], ["a_long_name", "1"]], [7, 7])
    ['dense    650', 'a_long…  1']
    """
    widths = [
        min(limit, max(text_width(row[k]) for row in rows))
        for k, limit in enumerate(limits)
    ]
    lines = []
    for row in rows:
        cells = [
            pad(shorten(cell, width), width)
            for cell, width in zip(row, widths, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def wrap(text: str, width: int) -> list[str]:
    """Breaks a text into lines, between words; a word too long ends in "…".

    >>> wrap("shared[0][0], a_very_long_name[1][0]", 14)
    ['shared[0][0],', 'a_very_long_n…']
    """
    lines: list[str] = []
    for word in re.findall(r"\s*\S+", text):
        if lines and text_width(lines[-1] + word) <= width:
            lines[-1] += word
        else:
            lines.append(word.lstrip() if lines else word)
    return [shorten(line, width) for line in lines] or [""]


def shorten(text: str, width: int) -> str:
    """The text, cut so that it fits."""
    if text_width(text) <= width:
        return text
    while text and text_width(text) > width - 1:
        text = text[:-1]
    return text + "…"


def pad(text: str, width: int, align: str = "<") -> str:
    """The text with spaces; `format` counts characters, but Hangul takes two places."""
    return f"{text:{align}{width - text_width(text) + len(text)}}"


def text_width(text: str) -> int:
    """How many places a text takes in a terminal.

    >>> text_width("dense"), text_width("은닉층")
    (5, 6)
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
