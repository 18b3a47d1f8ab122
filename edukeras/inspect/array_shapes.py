"""The shapes of the arrays that a program has made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from edukeras.inspect import markup
from edukeras.inspect.display import View
from edukeras.models.table import aligned_lines


@dataclass(frozen=True, repr=False)
class Shapes(View):
    """Names, shapes and dtypes of arrays."""

    rows: tuple[tuple[str, str, str], ...]

    def text(self) -> str:
        if not self.rows:
            return "There are no arrays."
        return "\n".join(aligned_lines(self.rows, [40, 30, 20]))

    def html(self) -> str:
        if not self.rows:
            return markup.paragraph(self.text())
        cells = [
            [f"<b>{markup.escape(name)}</b>", markup.code(shape), markup.escape(dtype)]
            for name, shape, dtype in self.rows
        ]
        return markup.table(["Array", "Shape", "dtype"], cells)


def shapes(namespace: Mapping[str, Any]) -> Shapes:
    """The shapes of all arrays in a dict of variables, such as `globals()`.

    >>> shapes({"x": np.zeros((3, 2)), "n": 3, "_": np.zeros(1)})
    x  (3, 2)  float64
    """
    return Shapes(tuple(described(name, value) for name, value in arrays_in(namespace)))


def arrays_in(namespace: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in list(namespace.items()):
        if not name.startswith("_") and is_array(value):
            yield name, value


def is_array(value: Any) -> bool:
    """NumPy arrays, tensors, tables: what has a shape of numbers and numbers in it."""
    if isinstance(value, type) or not isinstance(getattr(value, "shape", None), tuple):
        return False
    return hasattr(value, "dtype") or hasattr(value, "dtypes")


def described(name: str, value: Any) -> tuple[str, str, str]:
    dtype = getattr(value, "dtype", "a table")
    return name, str(tuple(value.shape)), str(dtype)
