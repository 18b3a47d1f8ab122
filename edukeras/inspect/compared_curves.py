"""Several training runs on one chart: which learning rate, which model, which seed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edukeras.errors import explain
from edukeras.inspect import markup, pictures
from edukeras.inspect.curves import LearningCurves, learning_curves, wrapped
from edukeras.inspect.display import View
from edukeras.models.table import aligned_lines

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe and Ito's colours, and a shape for each, so that colour is never needed.
LOOKS = [
    ("#0072b2", "o"),
    ("#d55e00", "s"),
    ("#009e73", "^"),
    ("#cc79a7", "D"),
    ("#e69f00", "v"),
    ("#56b4e9", "P"),
    ("#000000", "X"),
]
_HEADERS = ["run", "", "first", "best (epoch)", "last", "course"]


@dataclass(frozen=True, repr=False)
class ComparedCurves(View):
    """Runs by their names; see `compare_curves`."""

    runs: tuple[tuple[str, LearningCurves], ...]

    def rows(self) -> list[list[str]]:
        """One quantity after the other, in each of them one run after the other."""
        rows = [[name, *row] for name, run in self.runs for row in run.rows()]
        order = list(dict.fromkeys(row[1] for row in rows))
        return sorted(rows, key=lambda row: order.index(row[1]))

    def remarks(self) -> list[str]:
        return [f"{name}: {line}" for name, run in self.runs for line in run.remarks()]

    def text(self) -> str:
        lines = aligned_lines([_HEADERS, *self.rows()], [20, 20, 10, 16, 10, 24])
        return "\n".join([*lines, *wrapped(self.remarks())])

    def html(self) -> str:
        cells = [
            [f"<b>{markup.escape(row[0])}</b>", *map(markup.escape, row[1:5]),
             f"<code>{row[5]}</code>"]
            for row in self.rows()
        ]  # fmt: skip
        body = markup.table(_HEADERS, cells, numbers=(2, 3, 4))
        body += "".join(markup.paragraph(markup.escape(r)) for r in self.remarks())
        if pictures.can_draw() and self.quantities():
            png, width = self.picture()
            body = markup.picture(png, self.in_words(), width) + body
        return f"<div>{body}</div>"

    def quantities(self) -> list[str]:
        names = [curve.name for _, run in self.runs for curve in run.curves]
        return list(dict.fromkeys(names))

    def in_words(self) -> str:
        """What the charts show, for those who cannot see them."""
        parts = [f"{row[0]} {row[1]} from {row[2]} to {row[4]}" for row in self.rows()]
        return f"Learning curves of {len(self.runs)} runs: {', '.join(parts)}."

    def picture(self) -> tuple[bytes, int]:
        """A chart for each quantity: the PNG file and its width in pixels."""
        names = self.quantities()
        across = min(len(names), 2)
        down = -(-len(names) // across)

        def paint(figure: Figure) -> None:
            figure.subplots_adjust(wspace=0.25, hspace=0.45)
            for number, name in enumerate(names):
                self._paint(figure.add_subplot(down, across, number + 1), name)

        width = 5.0 * across
        return pictures.draw(width, 3.2 * down, paint), round(72 * width)

    def _paint(self, axes: Any, quantity: str) -> None:
        dashed = False
        for number, (name, run) in enumerate(self.runs):
            colour, shape = LOOKS[number % len(LOOKS)]
            for curve in run.curves:
                for line, epochs, values in curve.parts():
                    if curve.name != quantity:
                        continue
                    trained = line == quantity
                    dashed = dashed or not trained
                    axes.plot(
                        epochs,
                        values,
                        color=colour,
                        marker=shape,
                        markersize=4,
                        markevery=max(1, len(values) // 8),
                        linestyle="-" if trained else "--",
                        label=name if trained or not curve.training else None,
                    )
        axes.set_title(quantity, fontsize=10)
        axes.set_xlabel("epoch (dashed: validation)" if dashed else "epoch", fontsize=9)
        pictures.whole_numbers(axes.xaxis)
        axes.grid(color="0.9")
        axes.set_axisbelow(True)
        pictures.plain_frame(axes)
        axes.legend(fontsize=8, frameon=False)


def compare_curves(
    histories: Mapping[str, Any] | Iterable[Any], names: Sequence[str] | None = None
) -> ComparedCurves:
    """Several runs on one chart.

    Args:
        histories: what each `fit` returned: a list, or a dict by name.
        names: of the runs in the list; None numbers them.

    >>> compare_curves({"slow": {"loss": [3.0, 2.0]}, "fast": {"loss": [3.0, 0.5]}})
    run         first  best (epoch)  last  course
    slow  loss  3      2 (2)         2     █▁
    fast  loss  3      0.5 (2)       0.5   █▁
    """
    if isinstance(histories, Mapping):
        names, histories = list(histories), list(histories.values())
    histories = list(histories)
    if names is None:
        names = [f"run {number}" for number in range(1, len(histories) + 1)]
    if len(names) != len(histories):
        raise ValueError(
            explain(
                "Each run needs a name.",
                expected=f"{len(histories)} names",
                received=repr(list(names)),
            )
        )
    if not histories:
        raise ValueError(
            explain("There is no run to compare.", hint="compare_curves([h1, h2]).")
        )
    runs = (learning_curves(history) for history in histories)
    return ComparedCurves(tuple(zip(map(str, names), runs)))
