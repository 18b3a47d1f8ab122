"""The weights of a model: statistics, histograms, heatmaps, filters as pictures.

`describe_weights(model)` makes the data; it knows how to show itself.  Every picture
has its numbers beside it, and says in words what it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from edukeras.callbacks import WeightHistory
from edukeras.errors import UnknownNameError, explain, nearest
from edukeras.inspect import markup, pictures
from edukeras.inspect.display import View
from edukeras.inspect.weight_changes import WeightChanges, compare_weights, short_path
from edukeras.inspect.weight_grid import MOST_CELLS, strongest_cells, weight_grid
from edukeras.inspect.weight_pictures import (
    filters_picture,
    has_filters,
    heatmap_picture,
    histogram_picture,
)
from edukeras.models.table import aligned_lines

BINS = 20
BARS = " ▁▂▃▄▅▆▇█"
KINDS = ("hist", "heatmap", "filters")

# Of more numbers than this, the histogram counts every second, third ...
_MANY = 1_000_000


@dataclass(frozen=True)
class WeightStatistics:
    """One weight in numbers.

    Attributes:
        path: "dense/kernel".
        mean, deviation, smallest, largest: of its finite numbers.
        zeros: how many numbers are exactly 0.
        not_finite: how many are NaN or infinite: training has gone wrong.
        counts, edges: the histogram; one more edge than counts.
        values: the numbers themselves, as they were when this was made.
        sees_inputs: whether its rows are the inputs of the model, which may be pixels.
    """

    path: str
    layer: str
    name: str
    trainable: bool
    mean: float
    deviation: float
    smallest: float
    largest: float
    zeros: int
    not_finite: int
    counts: tuple[int, ...]
    edges: tuple[float, ...]
    values: np.ndarray
    sees_inputs: bool

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    @property
    def spark(self) -> str:
        """The histogram in one line of text."""
        return sparkline(self.counts)

    @property
    def remark(self) -> str:
        """What deserves attention; usually nothing."""
        if self.not_finite:
            return f"{self.not_finite:,} NaN or infinite"
        if self.zeros == self.values.size and self.values.size > 0:
            return "all zero"
        if self.zeros:
            return f"{self.zeros:,} zero"
        return ""

    def numbers(self) -> list[str]:
        """Mean, deviation, smallest and largest as text."""
        values = (self.mean, self.deviation, self.smallest, self.largest)
        return [_number(value) for value in values]


def statistics(
    values: np.ndarray,
    layer: str = "",
    name: str = "",
    trainable: bool = True,
    sees_inputs: bool = True,
) -> WeightStatistics:
    """One array in numbers.

    >>> s = statistics(np.array([0.0, 1.0, 2.0, np.nan]))
    >>> s.mean, s.smallest, s.largest, s.zeros, s.not_finite
    (1.0, 0.0, 2.0, 1, 1)
    """
    values = np.asarray(values)
    flat = values.reshape(-1)
    finite = flat[np.isfinite(flat)] if flat.dtype.kind == "f" else flat
    if finite.size:
        sample = finite[:: 1 + finite.size // _MANY].astype("float64")
        counts, edges = np.histogram(sample, bins=BINS)
        mean, deviation = float(finite.mean()), float(finite.std())
        smallest, largest = float(finite.min()), float(finite.max())
    else:
        counts, edges = np.zeros(BINS, int), np.linspace(0, 1, BINS + 1)
        mean = deviation = smallest = largest = float("nan")
    return WeightStatistics(
        path=f"{layer}/{name}",
        layer=layer,
        name=name,
        trainable=trainable,
        mean=mean,
        deviation=deviation,
        smallest=smallest,
        largest=largest,
        zeros=int(flat.size - np.count_nonzero(flat)),
        not_finite=int(flat.size - finite.size),
        counts=tuple(int(n) for n in counts),
        edges=tuple(float(x) for x in edges),
        values=values,
        sees_inputs=sees_inputs,
    )


@dataclass(frozen=True, repr=False)
class WeightReport(View):
    """Some weights of a model and how to look at them; see `describe_weights`.

    Attributes:
        name: of the model or the layer.
        kinds: of pictures; none: one picture a matrix.
        changes: what is different from earlier weights, if these were given.
        courses: of each weight its size in the epochs that a `WeightHistory` kept.
        history: that history; places: where the weights stand in it.
    """

    name: str
    weights: tuple[WeightStatistics, ...]
    kinds: tuple[str, ...]
    image_shape: tuple[int, ...] | None = None
    changes: WeightChanges | None = None
    courses: tuple[tuple[float, ...], ...] = ()
    history: WeightHistory | None = field(default=None, compare=False)
    places: tuple[int, ...] = ()

    def at(self, epoch: int) -> WeightReport:
        """The same weights as they were after an epoch that the history kept."""
        if self.history is None:
            return self
        arrays = self.history.at(epoch)
        weights = tuple(
            statistics(arrays[k], w.layer, w.name, w.trainable, w.sees_inputs)
            for k, w in zip(self.places, self.weights)
        )
        return replace(self, weights=weights)

    def text(self) -> str:
        if not self.weights:
            return f"{self.name}: no weights (yet)"
        return "\n\n".join([self._table_text(), *self._more_text()])

    def _more_text(self) -> list[str]:
        parts = [] if self.changes is None else [self.changes.text()]
        if self.history is not None:
            rows = [
                [weight.path, *course]
                for weight, course in zip(self.weights, self._course_cells())
            ]
            headers = ["Size", *self._course_headers()]
            parts.append("\n".join(aligned_lines([headers, *rows], [30, 12, 12, 40])))
        return parts

    def _course_headers(self) -> list[str]:
        assert self.history is not None
        epochs = self.history.epochs
        return [f"epoch {epochs[0]}", f"epoch {epochs[-1]}", "in between"]

    def _course_cells(self) -> list[list[str]]:
        """First, last, and a line of bars for what is between."""
        return [
            [_number(sizes[0]), _number(sizes[-1]), sparkline(sizes[-40:])]
            for sizes in self.courses
        ]

    def _table_text(self) -> str:
        headers = ["Weight", "Shape", "Mean", "Std", "Min", "Max", "", "Histogram"]
        rows = [
            [w.path, str(w.shape), *w.numbers(), w.remark, w.spark]
            for w in self.weights
        ]
        return "\n".join(aligned_lines([headers, *rows], [22, 14, 9, 7, 8, 8, 12, 20]))

    def html(self) -> str:
        if not self.weights:
            return markup.paragraph(f"{markup.escape(self.name)}: no weights (yet)")
        headers = ["Weight", "Shape", "Mean", "Std", "Min", "Max", "", "Histogram"]
        rows = [
            [
                f"<b>{markup.escape(w.path)}</b>",
                markup.unbroken(str(w.shape)),
                *w.numbers(),
                markup.escape(w.remark),
                f'<code title="from {w.numbers()[2]} to {w.numbers()[3]}">'
                f"{w.spark}</code>",
            ]
            for w in self.weights
        ]
        parts = [
            markup.heading(f"Weights of {markup.escape(self.name)}"),
            markup.table(headers, rows, numbers=(2, 3, 4, 5)),
        ]
        if not pictures.can_draw():
            parts.append(
                markup.muted("Pictures need matplotlib: pip install matplotlib")
            )
        else:
            parts += [self._pictures(weight) for weight in self.weights]
        parts += self._more_html()
        return f"<div>{''.join(parts)}</div>"

    def _more_html(self) -> list[str]:
        parts = []
        if self.changes is not None:
            parts += [markup.heading("Before and after"), self.changes.html()]
        if self.history is not None:
            rows = [
                [f"<b>{markup.escape(w.path)}</b>", *cells[:2], markup.code(cells[2])]
                for w, cells in zip(self.weights, self._course_cells())
            ]
            headers = ["Size", *self._course_headers()]
            parts.append(markup.heading("Epoch by epoch"))
            parts.append(markup.table(headers, rows, numbers=(1, 2)))
        return parts

    def _pictures(self, weight: WeightStatistics) -> str:
        fitting = [k for k in KINDS if kind_fits(weight, k, self.image_shape)]
        if self.kinds:
            kinds = [kind for kind in fitting if kind in self.kinds]
        else:  # the last is the most telling one
            kinds = fitting[-1:] if weight.values.ndim > 1 else []
        body = "".join(weight_picture(weight, k, self.image_shape) for k in kinds)
        if not body or len(self.weights) <= 2:
            return body
        return markup.details(f"<b>{markup.escape(weight.path)}</b>", body)


def describe_weights(
    model: Any,
    layer: str | Any = None,
    kinds: Sequence[str] | None = None,
    image_shape: tuple[int, ...] | None = None,
    compare: Any = None,
    history: WeightHistory | None = None,
) -> WeightReport:
    """The weights of a model or layer, in numbers and pictures.

    Args:
        layer: the name of one layer (or the layer); None takes all.
        kinds: which pictures: "hist", "heatmap", "filters".  None: of one layer all,
            of a model the one for each matrix that says most.
        image_shape: of the first layer's inputs, if these are pictures: (28, 28).
            None takes a square, where there is one.
        compare: earlier weights to compare with, from `model.get_weights()`, or a
            `WeightHistory`, whose first epoch is taken.
        history: a `WeightHistory`: how the weights went, epoch by epoch.

    >>> from edukeras import Sequential, layers
    >>> model = Sequential([layers.Input((2,)), layers.Dense(1, name="d")], name="m")
    >>> model.set_weights([np.array([[1.0], [-1.0]]), np.array([0.5])])
    >>> describe_weights(model)
    Weight    Shape   Mean  Std  Min  Max    Histogram
    d/kernel  (2, 1)  0     1    -1   1      █                  █
    d/bias    (1,)    0.5   0    0.5  0.5              █
    """
    for kind in kinds or ():
        if kind not in KINDS:
            raise UnknownNameError(
                explain(
                    f"There is no picture of the kind {kind!r}. {nearest(kind, KINDS)}",
                    expected=", ".join(KINDS),
                )
            )
    if isinstance(layer, str):
        layer = _find_layer(model, layer)
    shown = model if layer is None else layer
    changes, places, courses = None, [], []
    if compare is not None:
        paths = [variable.path for variable in shown.weights]
        changes = compare_weights(model, compare, paths)
    if history is not None:
        history.at(0)  # raises where it has kept nothing
        places = [_place_in(history, variable) for variable in shown.weights]
        courses = [tuple(history.course(place)) for place in places]
    return WeightReport(
        name=shown.name,
        weights=tuple(_statistics_of(shown, model)),
        kinds=tuple(kinds or (KINDS if layer is not None else ())),
        image_shape=image_shape,
        changes=changes,
        courses=tuple(courses),
        history=history,
        places=tuple(places),
    )


def _place_in(history: WeightHistory, variable: Any) -> int:
    if variable.path not in history.names:
        raise ValueError(
            explain(
                f"This history has kept nothing of {variable.path}.",
                expected="a WeightHistory of this model",
                received=f"one of {', '.join(history.names) or 'no model'}",
            )
        )
    return history.names.index(variable.path)


def _find_layer(model: Any, name: str) -> Any:
    found = {layer.name: layer for layer in model._flatten_layers()}
    if name not in found:
        names = [layer.name for layer in model.layers]
        raise UnknownNameError(
            f'The model "{model.name}" has no layer {name!r}. '
            + (nearest(name, names) or f"It has: {', '.join(names)}.")
        )
    return found[name]


def _statistics_of(shown: Any, model: Any) -> list[WeightStatistics]:
    trainable = {id(v) for v in shown.trainable_weights}
    matrices = [v for v in model.weights if len(v.shape) > 1]
    first = matrices[0] if matrices and matrices[0].name != "embeddings" else None
    found = []
    for variable in shown.weights:
        # A Sequential is the first part of its weights' paths: that says nothing here.
        layer, _, name = short_path(variable, model).rpartition("/")
        found.append(
            statistics(
                variable.numpy(),
                layer or shown.name,
                name,
                trainable=id(variable) in trainable,
                sees_inputs=variable is first,
            )
        )
    return found


def kind_fits(
    weight: WeightStatistics, kind: str, image_shape: tuple[int, ...] | None = None
) -> bool:
    """Whether there is such a picture of this weight."""
    if weight.values.size < 2 or weight.not_finite == weight.values.size:
        return False
    if kind == "heatmap":
        return weight.values.ndim == 2
    if kind == "filters":
        # Between layers, rows are units: a picture of them would mean nothing.
        seen = weight.sees_inputs or weight.values.ndim == 4
        return seen and has_filters(weight.values, image_shape)
    return True


def weight_picture(
    weight: WeightStatistics, kind: str, image_shape: tuple[int, ...] | None = None
) -> str:
    """One picture as HTML, with a sentence that says the same."""
    png, width, alt = weight_png(weight, kind, image_shape)
    caption = markup.muted(markup.escape(alt))
    shown = markup.paragraph(markup.picture(png, alt, width) + "<br>" + caption)
    return shown + cells_of(weight) if kind == "heatmap" else shown


def cells_of(weight: WeightStatistics) -> str:
    """The single values of a matrix: to point at, or the strongest ones."""
    cells = strongest_cells(weight.values)
    if weight.values.size <= MOST_CELLS:
        cells = weight_grid(weight.values) + cells
    return markup.details(markup.muted("single values"), cells)


def weight_png(
    weight: WeightStatistics, kind: str, image_shape: tuple[int, ...] | None = None
) -> tuple[bytes, int, str]:
    """One picture: the PNG file, its width in pixels, and what it shows, in words."""
    low, high = weight.numbers()[2:]
    if kind == "hist":
        png, width = histogram_picture(weight.path, weight.counts, weight.edges)
        peak = int(np.argmax(weight.counts))
        alt = (
            f"Histogram of {weight.path}: from {low} to {high}, most values near "
            f"{_number((weight.edges[peak] + weight.edges[peak + 1]) / 2)}."
        )
    elif kind == "heatmap":
        png, width = heatmap_picture(weight.path, weight.values)
        rows, columns = weight.shape
        alt = (
            f"Heatmap of {weight.path}: {rows} rows (inputs), {columns} columns "
            f"(units), from {low} (blue) to {high} (red)."
        )
    else:
        png, width, shown, shape = filters_picture(
            weight.path, weight.values, image_shape
        )
        size = " x ".join(map(str, shape))
        alt = (
            f"The weights into {shown} of {weight.shape[-1]} units of {weight.layer}, "
            f"as pictures of {size}: red counts for the unit, blue against it."
        )
    return png, width, alt


def sparkline(values: Sequence[float]) -> str:
    """Bars of one line of text; the highest is full, the lowest above 0 is visible.

    >>> sparkline([0, 1, 2, 4])
    ' ▂▄█'
    """
    highest = max(values, default=0)
    if not highest > 0:
        return " " * len(values)
    steps = len(BARS) - 1
    return "".join(BARS[int(np.ceil(steps * v / highest))] for v in values)


def _number(value: float) -> str:
    """Three digits.

    >>> [_number(x) for x in (0.0, 1 / 3, -12345.678)]
    ['0', '0.333', '-1.23e+04']
    """
    return f"{value:.3g}"
