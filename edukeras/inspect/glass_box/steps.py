"""What the glass box is made of: steps, each with its formula and its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from edukeras.messages import say

PHASES = ("forward", "loss", "backward", "check", "update")
MOST_TERMS = 4


@dataclass(frozen=True)
class Table:
    """Numbers side by side; the cells are text.

    Attributes:
        in_text: whether the text form has it too, or only the HTML.
    """

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    in_text: bool = True


@dataclass(frozen=True)
class Explanation:
    """One op, or the gradient through it, in formulas and numbers.

    Attributes:
        result: the arithmetic in one line, such as "relu(-0.3) = 0".
        formula: with letters.
        lines: with numbers.
        meaning: one or two sentences.
        values: the numbers in full precision, by the letters of the formula.
    """

    result: str
    formula: str = ""
    lines: tuple[str, ...] = ()
    meaning: str = ""
    tables: tuple[Table, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One step on the way forward, back, or to the new weight.

    Attributes:
        phase: one of `PHASES`.
        layer: where it happens, "encoder/hidden"; "" outside all layers.
        op: the name of the op.
        title: "hidden: dense, unit 2".
        shapes: names and shapes of what goes in and comes out.
    """

    phase: str
    layer: str
    op: str
    title: str
    explanation: Explanation
    shapes: tuple[tuple[str, str], ...] = ()

    @property
    def result(self) -> str:
        return self.explanation.result

    @property
    def formula(self) -> str:
        return self.explanation.formula

    @property
    def values(self) -> Mapping[str, Any]:
        return self.explanation.values


# -- numbers as text ----------------------------------------------------------


def floats(values: Any) -> np.ndarray:
    """An array in float64, in which all arithmetic of the explanations is done."""
    return np.asarray(values, np.float64)


def number(value: Any) -> str:
    """Four significant digits; whole numbers stay whole.

    >>> [number(x) for x in (0.123456, -2.0, 31, 1e-7, 123456.7)]
    ['0.1235', '-2', '31', '1e-07', '1.235e+05']
    """
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, (bool, int)):
        return str(value)
    return f"{value + 0.0:.4g}"  # + 0.0: no "-0"


def numbers(values: Any, most: int = 10) -> str:
    """A row of numbers, the middle of a long one left out.

    >>> numbers([1.0, 2.5]), numbers(range(100), most=4)
    ('[1, 2.5]', '[0, 1, ... 96 more ..., 98, 99]')
    """
    flat = list(np.asarray(values).reshape(-1))
    if len(flat) <= most:
        return f"[{', '.join(map(number, flat))}]"
    left, right = flat[: most // 2], flat[len(flat) - most // 2 :]
    gap = f"... {len(flat) - most} more ..."
    return f"[{', '.join([*map(number, left), gap, *map(number, right)])}]"


def factor(value: Any) -> str:
    """A number to be multiplied or subtracted: negative ones stand in brackets.

    >>> factor(2.0), factor(-0.5)
    ('2', '(-0.5)')
    """
    text = number(value)
    return f"({text})" if text.startswith("-") else text


def without_rounding(total: float, terms: Any) -> float:
    """0 where a sum of terms is nothing but what their rounding left.

    >>> without_rounding(3e-9, [1.0, -1.0]), without_rounding(3e-3, [1.0, -1.0])
    (0.0, 0.003)
    """
    return 0.0 if abs(total) < 1e-7 * np.abs(terms).sum() else total


def sum_of_products(
    left: Any, right: Any, extra: Sequence[float] = ()
) -> tuple[str, float]:
    """`a*b + c*d + ...` with the largest terms, and the exact sum of all.

    Args:
        extra: numbers added at the end, such as a bias.

    >>> sum_of_products([1.0, 2.0], [3.0, -0.5], extra=[0.25])
    ('1*3 + 2*(-0.5) + 0.25', 2.25)
    >>> sum_of_products(range(6), [1.0] * 6)
    ('2*1 + 3*1 + 4*1 + 5*1 + (2 more terms: 1)', 15.0)
    """
    a, b = floats(left), floats(right)
    terms = [f"{factor(x)}*{factor(y)}" for x, y in zip(a, b)]
    return _sum(terms, a * b, extra)


def sum_of(values: Any, extra: Sequence[float] = ()) -> tuple[str, float]:
    """`a + b + ...` with the largest terms, and the exact sum of all.

    >>> sum_of([1.0, -2.0])
    ('1 + (-2)', -1.0)
    """
    values = floats(values)
    return _sum([factor(v) for v in values], values, extra)


def _sum(
    terms: list[str], values: np.ndarray, extra: Sequence[float]
) -> tuple[str, float]:
    total = float(values.sum() + sum(float(e) for e in extra))
    shown = np.arange(len(values))
    if len(values) > MOST_TERMS + 1:  # one term is no longer than what replaces it
        largest = np.argsort(-np.abs(values), kind="stable")[:MOST_TERMS]
        shown = np.sort(largest)
    texts = [terms[k] for k in shown]
    left_out = len(values) - len(shown)
    if left_out:
        rest = number(float(values.sum() - values[shown].sum()))
        texts.append(say("({n} more terms: {rest})", n=left_out, rest=rest))
    texts += [factor(e) for e in extra]
    return " + ".join(texts) or "0", total


def shape_text(array: Any) -> str:
    """The shape of an array in words: "(32, 10)", "one number"."""
    shape = np.shape(array)
    return str(shape) if shape else say("one number")
