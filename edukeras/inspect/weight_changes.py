"""What training did to the weights: before and after, weight by weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edukeras.callbacks import WeightHistory
from edukeras.errors import explain
from edukeras.inspect import markup
from edukeras.inspect.display import View
from edukeras.inspect.pixels import as_grid, grid_png
from edukeras.models.table import aligned_lines


@dataclass(frozen=True)
class WeightChange:
    """One weight before and after."""

    path: str
    before: np.ndarray
    after: np.ndarray

    @property
    def difference(self) -> np.ndarray:
        return self.after.astype("float64") - self.before

    @property
    def size_before(self) -> float:
        """The root of the mean square."""
        return _size(self.before)

    @property
    def size_after(self) -> float:
        return _size(self.after)

    @property
    def relative(self) -> float:
        """The size of the difference, as a share of the size before.

        >>> WeightChange("w", np.array([3.0, 4.0]), np.array([3.0, 5.0])).relative
        0.2
        """
        before = self.size_before
        return _size(self.difference) / before if before else float("inf")

    @property
    def turned(self) -> int:
        """How many numbers have changed their sign."""
        return int(np.sum(np.sign(self.before) * np.sign(self.after) < 0))

    def cells(self) -> list[str]:
        """The row of a table."""
        share = "was 0" if np.isinf(self.relative) else f"{self.relative:.1%}"
        if not self.difference.any():
            share = "unchanged"
        largest = float(np.abs(self.difference).max(initial=0))
        return [
            *(f"{self.size_before:.3g}", f"{self.size_after:.3g}", share),
            *(f"{largest:.3g}", f"{self.turned:,}"),
        ]


def _size(values: np.ndarray) -> float:
    return (
        float(np.sqrt(np.mean(np.square(values, dtype="float64"))))
        if values.size
        else 0.0
    )


@dataclass(frozen=True, repr=False)
class WeightChanges(View):
    """The changes of some weights; see `compare_weights`."""

    changes: tuple[WeightChange, ...]

    HEADERS = ("Before", "After", "Changed by", "Largest", "Signs turned")

    def text(self) -> str:
        headers = ["Weight", "Shape", *self.HEADERS]
        rows = [[c.path, str(c.after.shape), *c.cells()] for c in self.changes]
        return "\n".join(aligned_lines([headers, *rows], [26, 15, 9, 9, 10, 9, 12]))

    def html(self) -> str:
        headers = ["Weight", "Shape", *self.HEADERS]
        rows = [
            [
                f"<b>{markup.escape(c.path)}</b>",
                markup.unbroken(str(c.after.shape)),
                *c.cells(),
            ]
            for c in self.changes
        ]
        table = markup.table(headers, rows, numbers=(2, 3, 4, 5, 6))
        return table + "".join(change_picture(change) for change in self.changes)


def change_picture(change: WeightChange, folded: bool = True) -> str:
    """The difference of a matrix as coloured cells; empty for vectors."""
    if change.after.ndim < 2 or not change.difference.any():
        return ""
    difference = change.difference
    png, width = grid_png(as_grid(difference))
    words = (
        f"Change of {change.path}: from {difference.min():.3g} (blue) to "
        f"{difference.max():.3g} (red)."
    )
    title = f"what changed in <b>{markup.escape(change.path)}</b>"
    caption = markup.paragraph(markup.muted(markup.escape(words)))
    shown = markup.picture(png, words, width) + caption
    return markup.details(title, shown) if folded else shown


def compare_weights(
    model: Any, before: Any, paths: Sequence[str] | None = None
) -> WeightChanges:
    """How the weights of a model differ from those before.

    Args:
        before: a list of arrays, as `model.get_weights()` returned it; or a
            `WeightHistory`, whose first epoch is taken.
        paths: of the weights to compare; None takes all.

    >>> from edukeras import Sequential, layers
    >>> model = Sequential([layers.Input((2,)), layers.Dense(1, name="d")], name="m")
    >>> model.set_weights([np.array([[1.0], [-1.0]]), np.array([0.0])])
    >>> before = model.get_weights()
    >>> model.set_weights([np.array([[1.0], [1.0]]), np.array([0.5])])
    >>> compare_weights(model, before)
    Weight    Shape   Before  After  Changed by  Largest  Signs turned
    d/kernel  (2, 1)  1       1      141.4%      2        1
    d/bias    (1,)    0       0.5    was 0       0.5      0
    """
    if isinstance(before, WeightHistory):
        before = before.at(0)
    arrays = [np.asarray(array) for array in before]
    shapes = [array.shape for array in arrays]
    expected = [tuple(variable.shape) for variable in model.weights]
    if shapes != expected:
        raise ValueError(
            explain(
                "These are no earlier weights of this model.",
                expected=f"arrays of the shapes {expected}",
                received=f"arrays of the shapes {shapes}",
                hint="before = model.get_weights(), and then fit.",
            )
        )
    changes = [
        WeightChange(short_path(variable, model), array, variable.numpy())
        for variable, array in zip(model.weights, arrays)
        if paths is None or variable.path in paths
    ]
    return WeightChanges(tuple(changes))


def short_path(variable: Any, model: Any) -> str:
    """A weight's path, without the model's own name in front."""
    return variable.path.removeprefix(f"{model.name}/")
