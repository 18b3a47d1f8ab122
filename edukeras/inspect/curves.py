"""Learning curves: how loss and metrics changed from epoch to epoch.

`learning_curves(history)` takes what `fit` returned.  Loss and each metric get a
chart, with training and validation in it: the distance between the two is what the
model learned by heart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from edukeras.errors import explain
from edukeras.inspect import markup, pictures
from edukeras.inspect.curve_marks import DIVERGENCE, OVERFITTING, Mark, marks_of
from edukeras.inspect.display import View
from edukeras.models.table import aligned_lines

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SPARKS = "▁▂▃▄▅▆▇█"
MOST_SPARKS = 24

# For these, more is better; for all others (losses and errors) less is.
_MORE_IS_BETTER = (
    "acc",
    "auc",
    "precision",
    "recall",
    "f1",
    "fbeta",
    "iou",
    "r2",
    "cosine",
    "true_",
)


@dataclass(frozen=True)
class Curve:
    """One quantity over the epochs; `validation` is empty where it was not measured.

    Attributes:
        epochs: the number of each epoch, from 1.
        validation_epochs: those in which validation took place.
    """

    name: str
    epochs: tuple[int, ...]
    training: tuple[float, ...]
    validation_epochs: tuple[int, ...] = ()
    validation: tuple[float, ...] = ()

    def parts(self) -> list[tuple[str, tuple[int, ...], tuple[float, ...]]]:
        """The lines of the chart: their names, epochs and values."""
        lines = []
        if self.training:
            lines.append((self.name, self.epochs, self.training))
        if self.validation:
            lines.append((f"val_{self.name}", self.validation_epochs, self.validation))
        return lines

    def marks(self) -> tuple[Mark, ...]:
        """Where overfitting or divergence began; see `curve_marks`."""
        return marks_of(
            self.name,
            self.epochs,
            self.training,
            self.validation_epochs,
            self.validation,
        )


@dataclass(frozen=True, repr=False)
class LearningCurves(View):
    """The curves of a training run; see `learning_curves`.

    Attributes:
        notes: what happened on the way, as sentences.
    """

    curves: tuple[Curve, ...]
    notes: tuple[str, ...] = ()

    def with_notes(self, notes: Iterable[str]) -> LearningCurves:
        return replace(self, notes=(*self.notes, *notes))

    def rows(self) -> list[list[str]]:
        """Name, first, best (with its epoch), last value, and the course, as text."""
        return [
            [
                name,
                _number(values[0]),
                _best(name, epochs, values),
                _number(values[-1]),
                course(values),
            ]
            for curve in self.curves
            for name, epochs, values in curve.parts()
        ]

    def remarks(self) -> list[str]:
        """What the curves tell, and what happened on the way, as sentences."""
        marks = [mark.sentence for curve in self.curves for mark in curve.marks()]
        return [*marks, *self.notes]

    def text(self) -> str:
        rows = self.rows()
        if not rows:
            return "no epoch yet"
        headers = [
            "",
            "first",
            "best (epoch)",
            "last",
            f"epochs 1 to {self.last_epoch}",
        ]
        lines = aligned_lines([headers, *rows], [24, 10, 18, 10, MOST_SPARKS])
        return "\n".join([*lines, *wrapped(self.remarks())])

    @property
    def last_epoch(self) -> int:
        return max((max(e) for c in self.curves for _, e, _ in c.parts()), default=0)

    def html(self) -> str:
        rows = self.rows()
        if not rows:
            return markup.paragraph("no epoch yet")
        headers = [
            "",
            "first",
            "best (epoch)",
            "last",
            f"epochs 1 to {self.last_epoch}",
        ]
        cells = [
            [f"<b>{markup.escape(row[0])}</b>", *row[1:4], f"<code>{row[4]}</code>"]
            for row in rows
        ]
        table = markup.table(headers, cells, numbers=(1, 2, 3))
        remarks = self.remarks()
        table += "".join(markup.paragraph(markup.escape(line)) for line in remarks)
        if not pictures.can_draw():
            return f"<div>{table}</div>"
        png, width = self.picture()
        return f"<div>{markup.picture(png, self.in_words(), width)}{table}</div>"

    def picture(self) -> tuple[bytes, int]:
        """The charts side by side: the PNG file and its width in pixels."""
        across = min(len(self.curves), 3)
        down = -(-len(self.curves) // across)

        def paint(figure: Figure) -> None:
            figure.subplots_adjust(wspace=0.25, hspace=0.45)
            for number, curve in enumerate(self.curves):
                _paint_curve(figure.add_subplot(down, across, number + 1), curve)

        width = 4.2 * across if across > 1 else 5.5
        return pictures.draw(width, 3 * down, paint), round(72 * width)

    def in_words(self) -> str:
        """What the charts show, for those who cannot see them."""
        sentences = [
            f"{name} from {_number(values[0])} to {_number(values[-1])}"
            for curve in self.curves
            for name, _, values in curve.parts()
        ]
        epochs = "epoch" if self.last_epoch == 1 else "epochs"
        return f"Learning curves, {self.last_epoch} {epochs}: {', '.join(sentences)}."


def wrapped(remarks: Iterable[str]) -> list[str]:
    """Sentences as lines of at most 100 columns."""
    return [
        line for text in remarks for line in wrap(text, 100, subsequent_indent="  ")
    ]


def _paint_curve(axes: Any, curve: Curve) -> None:
    looks = [
        {"color": pictures.BLUE, "linestyle": "-", "label": "training"},
        {"color": pictures.ORANGE, "linestyle": "--", "label": "validation"},
    ]
    for name, epochs, values in curve.parts():
        look = looks[name != curve.name]
        # A single epoch is a point, and a point needs a marker to be seen.
        marker = "o" if len(values) < 25 else ""
        axes.plot(epochs, values, marker=marker, markersize=3.5, **look)
    for mark in curve.marks():
        _paint_mark(axes, mark)
    axes.set_title(curve.name, fontsize=10)
    axes.set_xlabel("epoch", fontsize=9)
    axes.set_xlim(left=0.5)
    pictures.whole_numbers(axes.xaxis)
    axes.grid(color="0.9")
    axes.set_axisbelow(True)
    pictures.plain_frame(axes)
    if curve.validation:
        axes.legend(fontsize=8, frameon=False)


def _paint_mark(axes: Any, mark: Mark) -> None:
    """A symbol on the line, and words beside it."""
    marker = {OVERFITTING: "^", DIVERGENCE: "X"}[mark.symbol]
    axes.plot([mark.epoch], [mark.value], marker, color="black", markersize=8)
    axes.annotate(
        mark.words,
        (mark.epoch, mark.value),
        xytext=(0, 9),
        textcoords="offset points",
        horizontalalignment="center",
        fontsize=8,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.8},
    )


def learning_curves(history: Any) -> LearningCurves:
    """The curves of what `fit` returned.

    Args:
        history: a `History`, or a dict such as its `history`.

    >>> learning_curves({"loss": [1.0, 0.5, 0.25], "val_loss": [1.0, 0.75, 0.5]})
              first  best (epoch)  last  epochs 1 to 3
    loss      1      0.25 (3)      0.25  █▃▁
    val_loss  1      0.5 (3)       0.5   █▅▁
    """
    values = getattr(history, "history", history)
    if not isinstance(values, Mapping):
        raise TypeError(
            explain(
                "Learning curves need what fit returned.",
                expected="a History, or a dict of lists",
                received=type(history).__name__,
                hint="history = model.fit(...); then curves(history).",
            )
        )
    logged = {name: _floats(v) for name, v in values.items()}
    epochs = [int(e) + 1 for e in getattr(history, "epoch", [])]
    names = list(dict.fromkeys(name.removeprefix("val_") for name in logged))
    names.sort(key=lambda name: name != "loss")  # the loss comes first
    return LearningCurves(tuple(_curve(name, logged, epochs) for name in names))


def _curve(
    name: str, logged: Mapping[str, tuple[float, ...]], epochs: Sequence[int]
) -> Curve:
    training = logged.get(name, ())
    validation = logged.get(f"val_{name}", ())
    if len(epochs) < len(training):
        epochs = range(1, len(training) + 1)
    # With validation_freq=2, every second epoch has a value, and the last one may not.
    step = max(1, round(len(epochs) / len(validation))) if validation else 1
    measured = tuple(epochs[step - 1 :: step])[: len(validation)]
    if len(measured) < len(validation):
        measured = tuple(range(1, len(validation) + 1))
    return Curve(name, tuple(epochs[: len(training)]), training, measured, validation)


def _floats(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _best(name: str, epochs: Sequence[int], values: Sequence[float]) -> str:
    finite = [(v, e) for v, e in zip(values, epochs) if isfinite(v)]
    if not finite:
        return "-"
    plain = name.removeprefix("val_")
    if "learning_rate" in plain or plain == "lr":
        return "-"
    more = any(word in plain for word in _MORE_IS_BETTER)
    best = (max if more else min)(value for value, _ in finite)
    epoch = next(e for v, e in finite if v == best)
    return f"{_number(best)} ({epoch})"


def course(values: Sequence[float]) -> str:
    """The course of a quantity in one line of text; a gap where it is not finite.

    >>> course([1, 2, 3, float("nan")])
    '▁▅█ '
    """
    if len(values) > MOST_SPARKS:
        last = len(values) - 1
        places = [round(k * last / (MOST_SPARKS - 1)) for k in range(MOST_SPARKS)]
        values = [values[k] for k in places]
    finite = [v for v in values if isfinite(v)]
    if not finite:
        return " " * len(values)
    low, high = min(finite), max(finite)
    scale = (len(SPARKS) - 1) / (high - low) if high > low else 0.0
    return "".join(
        SPARKS[int((v - low) * scale + 0.5)] if isfinite(v) else " " for v in values
    )


def _number(value: float) -> str:
    return f"{value:.4g}"
