"""A small matrix as coloured cells that tell their value when one points at them."""

from __future__ import annotations

import numpy as np

from edukeras.inspect import markup
from edukeras.inspect.pixels import signed_colours

MOST_CELLS = 640
_CELL = 13  # pixels


def weight_grid(values: np.ndarray) -> str:
    """The cells of a matrix, each with its place and value as a tooltip.

    >>> "input 1, unit 0: -0.5" in weight_grid(np.array([[1.0], [-0.5]]))
    True
    """
    limit = float(np.abs(values[np.isfinite(values)]).max(initial=0)) or 1.0
    colours = signed_colours(values, limit)
    rows = []
    for k, row in enumerate(values):
        cells = [
            f'<span title="input {k}, unit {unit}: {value:.4g}" style="display: '
            f"inline-block; width: {_CELL}px; height: {_CELL}px; "
            f'background: rgb({red}, {green}, {blue})"></span>'
            for unit, (value, (red, green, blue)) in enumerate(zip(row, colours[k]))
        ]
        rows.append("".join(cells))
    style = f"line-height: 0; white-space: nowrap; height: {_CELL}px"
    lines = "".join(f'<div style="{style}">{row}</div>' for row in rows)
    note = "Point at a cell for its value. Rows are inputs, columns are units."
    return markup.paragraph(markup.muted(note)) + lines


def strongest_cells(values: np.ndarray, count: int = 10, header: str = "Value") -> str:
    """The largest numbers of an array in a table, with their places."""
    rows = []
    for place in strongest_places(values, count):
        where = str(place[0] if len(place) == 1 else place)
        rows.append([where, f"{float(values[place]):.4g}"])
    return markup.table(["Place", header], rows, numbers=(1,))


def strongest_places(values: np.ndarray, count: int) -> list[tuple[int, ...]]:
    """Where the numbers of the largest size stand; of equal ones the first.

    >>> strongest_places(np.array([[1.0, -5.0], [3.0, 3.0]]), 2)
    [(0, 1), (1, 0)]
    """
    sizes = np.abs(values).reshape(-1)
    # Sorting millions of numbers takes a second, finding the largest few does not.
    least = np.partition(sizes, -count)[-count] if count < sizes.size else -np.inf
    found = np.flatnonzero(~(sizes < least))
    best = found[np.argsort(-sizes[found], kind="stable")][:count]
    return [tuple(int(n) for n in np.unravel_index(k, values.shape)) for k in best]
