"""What a `GradientTape` has recorded, as a table and as a drawing of its ops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from edukeras.autodiff import GradientTape
from edukeras.errors import explain
from edukeras.inspect import markup
from edukeras.inspect.display import View
from edukeras.messages import say
from edukeras.models.drawing import (
    MARGIN,
    Arrow,
    Frame,
    Shape,
    Words,
    size_of_text,
    svg,
)
from edukeras.models.layered_layout import lay_out
from edukeras.models.table import aligned_lines
from edukeras.tensor import Tensor, Variable

MOST_DRAWN = 40  # more boxes than this are a wall
MOST_ROWS = 200
_POINTS_TO_PIXELS = 4 / 3


@dataclass(frozen=True)
class TapeRecord:
    """One call of an op.

    Attributes:
        inputs: the names of what goes in: "kernel", "x", "#2" for the result of
            record 2, or a number.
        needs: which of the inputs a gradient flows to.
    """

    number: int
    op: str
    inputs: tuple[str, ...]
    input_shapes: tuple[str, ...]
    result_shape: str
    needs: tuple[bool, ...]

    def row(self) -> list[str]:
        """The cells of the table."""
        ends = [name for name, need in zip(self.inputs, self.needs) if need]
        return [
            f"#{self.number}",
            self.op,
            ", ".join(
                f"{n} {s}".strip() for n, s in zip(self.inputs, self.input_shapes)
            ),
            self.result_shape,
            ", ".join(ends),
        ]


@dataclass(frozen=True, repr=False)
class TapeRecords(View):
    """The records of a tape, in order; see `tape_records`."""

    records: tuple[TapeRecord, ...]

    def text(self) -> str:
        if not self.records:
            return self.nothing()
        shown = self.records[:MOST_ROWS]
        rows = [self._headers(), *(record.row() for record in shown)]
        lines = aligned_lines(rows, [5, 22, 40, 14, 16])
        return "\n".join([*lines, *self._left_out()])

    def html(self) -> str:
        if not self.records:
            return markup.paragraph(markup.escape(self.nothing()))
        rows = [
            [markup.escape(cell) for cell in record.row()]
            for record in self.records[:MOST_ROWS]
        ]
        parts = [markup.table(self._headers(), rows)]
        parts += [markup.paragraph(line) for line in self._left_out()]
        if len(self.records) <= MOST_DRAWN:
            drawing, width = self.drawing()
            parts.append(markup.drawing(drawing, self.in_words(), width))
        return f"<div>{''.join(parts)}</div>"

    def _headers(self) -> list[str]:
        return ["", say("op"), say("inputs"), say("result"), say("gradients go to")]

    def _left_out(self) -> list[str]:
        more = len(self.records) - MOST_ROWS
        return [say("... {n} more records", n=more)] if more > 0 else []

    def nothing(self) -> str:
        """Why there may be no records."""
        return say(
            "No records. A tape notes ops on variables and watched tensors while it "
            "is open, and forgets them in gradient() unless it is persistent."
        )

    def in_words(self) -> str:
        """What the drawing shows, for those who cannot see it."""
        ops = ", ".join(record.op for record in self.records)
        return say("The ops on the tape, from first to last: {ops}.", ops=ops)

    def drawing(self) -> tuple[str, float]:
        """The ops as boxes, weights and inputs above them: SVG and width in pixels."""
        boxes: dict[str, list[str]] = {}
        arrows: list[tuple[str, str]] = []
        for record in self.records:
            for name, shape in zip(record.inputs, record.input_shapes):
                if shape and name != say("constant"):  # numbers need no box
                    source = name.partition(".")[0] if name[0] == "#" else name
                    boxes.setdefault(source, [name, shape])
                    arrows.append((source, f"#{record.number}"))
            title = f"#{record.number} {record.op}"
            boxes[f"#{record.number}"] = [title, record.result_shape]
        return _draw(boxes, arrows)


def _draw(
    boxes: dict[str, list[str]], arrows: list[tuple[str, str]]
) -> tuple[str, float]:
    places = {name: k for k, name in enumerate(boxes)}
    sizes = [size_of_text(lines) for lines in boxes.values()]
    pairs = [(places[a], places[b]) for a, b in dict.fromkeys(arrows)]
    layout = lay_out(sizes, pairs)
    shapes: list[Shape] = [Arrow(tuple(route)) for route in layout.routes]
    for (name, lines), (x, y), (width, height) in zip(
        boxes.items(), layout.centres, sizes, strict=True
    ):
        is_op = name.startswith("#")
        left, top = x - width / 2, y - height / 2
        shapes.append(Frame(left, top, width, height, is_model=not is_op))
        shapes.append(Words(x, y - 6, lines[0], bold=is_op))
        shapes.append(Words(x, y + 7, lines[1]))
    width = (layout.width + 2 * MARGIN) * _POINTS_TO_PIXELS
    return svg(shapes, layout.width, layout.height), width


def tape_records(tape: Any) -> TapeRecords:
    """What a tape has recorded: each op, what went in, what came out.

    >>> x = Variable(3.0, name="x")
    >>> with GradientTape() as tape:
    ...     y = x * x + 1.0
    >>> tape_records(tape)
        op        inputs                      result      gradients go to
    #0  multiply  x one number, x one number  one number  x, x
    #1  add       #0 one number, 1.0          one number  #0
    """
    if not isinstance(tape, GradientTape):
        raise TypeError(
            explain("tape_records needs a GradientTape.", received=type(tape).__name__)
        )
    names: dict[int, str] = {}
    records = []
    for number, (op, inputs, result, _, need, _) in enumerate(tape.records):
        results = result if type(result) is tuple else (result,)
        records.append(
            TapeRecord(
                number=number,
                op=op.__name__.strip("_"),
                inputs=tuple(_name(x, w, names) for x, w in zip(inputs, need)),
                input_shapes=tuple(_shape(x) for x in inputs),
                result_shape=", ".join(_shape(part) for part in results),
                needs=tuple(bool(wanted) for wanted in need),
            )
        )
        for k, part in enumerate(results):
            names[id(part)] = f"#{number}" + (f".{k}" if len(results) > 1 else "")
    return TapeRecords(tuple(records))


def _name(x: Any, wanted: bool, names: dict[int, str]) -> str:
    if id(x) in names:
        return names[id(x)]
    if isinstance(x, Variable):
        return x.path
    if wanted:  # a tensor that nothing on the tape has made
        others = sum(name.startswith(say("watched")) for name in names.values())
        name = say("watched") if not others else say("watched {n}", n=others + 1)
        return names.setdefault(id(x), name)
    if isinstance(x, (Tensor, np.ndarray)):
        return say("constant")
    return str(x)


def _shape(x: Any) -> str:
    if not isinstance(x, (Tensor, Variable, np.ndarray)):
        return ""
    return str(tuple(x.shape)) if x.shape else say("one number")
