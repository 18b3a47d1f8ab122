"""Where the boxes of a graph stand: rows from the first layer down to the last.

The three steps of Sugiyama, Tagawa and Toda (1981): every box gets a row below those
that it needs; within the rows, boxes move next to the boxes they belong to; then each
row is spread so that arrows run as straight as they can.

All of it is arithmetic on names and sizes. `plotting.py` says what is in the boxes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

GAP = 24.0  # between the boxes of a row, in points
ROW_GAP = 30.0  # between the rows
SWEEPS = 8

Point = tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """Where everything stands, in points from the upper left corner.

    Attributes:
        width, height: of the whole.
        centres: the middle (x, y) of each box.
        routes: for each arrow the points that it goes through, from the lower side
            of one box to the upper side of another.
    """

    width: float
    height: float
    centres: list[Point]
    routes: list[list[Point]]


def lay_out(sizes: Sequence[Point], arrows: Sequence[tuple[int, int]]) -> Layout:
    """The layout of boxes and of the arrows between them.

    Args:
        sizes: width and height of each box, in an order in which most arrows point
            to later boxes.
        arrows: pairs of places in `sizes`: from, to.

    >>> lay_out([(60, 20), (60, 20)], [(0, 1)]).centres
    [(30.0, 10.0), (30.0, 60.0)]
    """
    # An arrow back to an earlier box is laid out as if it pointed forward.
    forward = [(min(arrow), max(arrow)) for arrow in arrows]
    row_of = _rows(len(sizes), forward)
    widths = [width for width, _ in sizes]
    # An arrow over several rows passes each of them through a place of no width.
    chains = []
    for start, end in forward:
        chain = [start]
        for row in range(row_of[start] + 1, row_of[end]):
            chain.append(len(row_of))
            row_of.append(row)
            widths.append(0.0)
        chains.append([*chain, end])
    above: list[list[int]] = [[] for _ in row_of]
    below: list[list[int]] = [[] for _ in row_of]
    for chain in chains:
        for upper, lower in zip(chain, chain[1:]):
            above[lower].append(upper)
            below[upper].append(lower)

    rows = [
        [place for place, r in enumerate(row_of) if r == row]
        for row in range(max(row_of, default=-1) + 1)
    ]
    _order(rows, above, below)
    x = _spread(rows, widths, above, below)
    return _measure(sizes, arrows, chains, rows, widths, x)


def _rows(count: int, forward: list[tuple[int, int]]) -> list[int]:
    """The row of each box: one below the lowest that it needs.

    A box that needs none stands just above the first that needs it.
    """
    row = [0] * count
    for start, end in sorted(forward, key=lambda arrow: arrow[1]):
        row[end] = max(row[end], row[start] + 1)
    for box in {start for start, _ in forward} - {end for _, end in forward}:
        row[box] = min(row[end] for start, end in forward if start == box) - 1
    return row


def _order(rows: list[list[int]], above: list, below: list) -> None:
    """Sorts each row by the mean place of the neighbours, downwards and upwards."""
    place = {box: k for row in rows for k, box in enumerate(row)}
    for sweep in range(SWEEPS):
        neighbours, order = (below, rows[::-1]) if sweep % 2 else (above, rows)
        for row in order:
            wanted = {
                box: _mean([place[other] for other in neighbours[box]], place[box])
                for box in row
            }
            row.sort(key=wanted.__getitem__)
            place.update({box: k for k, box in enumerate(row)})


def _spread(
    rows: list[list[int]], widths: list[float], above: list, below: list
) -> list[float]:
    """The x of every box: near its neighbours, but not over another."""
    x = [0.0] * len(widths)
    for sweep in range(SWEEPS + 1):
        neighbours, order = (below, rows[::-1]) if sweep % 2 else (above, rows)
        for row in order:
            wanted = [_mean([x[other] for other in neighbours[b]], x[b]) for b in row]
            for box, position in zip(row, _apart(wanted, [widths[b] for b in row])):
                x[box] = position
    return x


def _apart(wanted: list[float], widths: list[float]) -> list[float]:
    """The positions nearest to the wanted ones at which no boxes overlap.

    With the space that the boxes before it need taken off, no position may be smaller
    than the one before: the "pool adjacent violators" algorithm. Neighbours that want
    to be in each other's place form a block, which stands at its mean.
    """
    needed = [0.0]
    for left, right in zip(widths, widths[1:]):
        needed.append(needed[-1] + (left + right) / 2 + GAP)
    blocks: list[list[float]] = []
    for position, space in zip(wanted, needed):
        block = [position - space]
        while blocks and _mean(blocks[-1]) > _mean(block):
            block = blocks.pop() + block
        blocks.append(block)
    pooled = [_mean(block) for block in blocks for _ in block]
    return [position + space for position, space in zip(pooled, needed)]


def _measure(
    sizes: Sequence[Point],
    arrows: Sequence[tuple[int, int]],
    chains: list[list[int]],
    rows: list[list[int]],
    widths: list[float],
    x: list[float],
) -> Layout:
    """Gives the rows their heights, and moves all to the upper left corner."""
    left = min((x[b] - widths[b] / 2 for row in rows for b in row), default=0.0)
    right = max((x[b] + widths[b] / 2 for row in rows for b in row), default=0.0)
    y = [0.0] * len(x)
    edges = [(0.0, 0.0)] * len(x)  # the upper and the lower side
    top = 0.0
    for row in rows:
        height = max(sizes[b][1] for b in row if b < len(sizes))
        for box in row:
            y[box] = top + height / 2
            own = sizes[box][1] if box < len(sizes) else height
            edges[box] = (y[box] - own / 2, y[box] + own / 2)
        top += height + ROW_GAP

    routes = []
    for arrow, chain in zip(arrows, chains):
        # From a lower side, straight down beside the boxes of the rows between, to an
        # upper side.
        sides = [(x[box] - left, side) for box in chain for side in edges[box]]
        route = sides[1:-1]
        routes.append(route if arrow[0] == chain[0] else route[::-1])
    centres = [(x[box] - left, y[box]) for box in range(len(sizes))]
    return Layout(right - left, max(top - ROW_GAP, 0.0), centres, routes)


def _mean(values: list[float], otherwise: float = 0.0) -> float:
    return sum(values) / len(values) if values else otherwise
