"""The code of the cells, read with `ast` and never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any

HELD_OUT = ("test", "val", "valid", "dev", "holdout")


class Program:
    """Cells one after the other; what is not Python (magics) is left out.

    Of a cell that was edited and run again, only the last version counts: a mistake
    that was mended is none.

    Args:
        edits: whether the older versions count too.

    >>> program = Program("%load_ext edukeras\\nmodel.fit(x, y, batch_size=8)")
    >>> program.batch_size
    8
    """

    def __init__(self, source: str | Sequence[str], edits: bool = False) -> None:
        self._cells = [source] if isinstance(source, str) else list(source)
        cells = self._cells if edits else _without_edited(self._cells)
        self.statements: list[ast.stmt] = []
        for cell in cells:
            self.statements += _parsed(cell)

    @cached_property
    def ever(self) -> Program:
        """With the older versions of cells that were edited and run again."""
        return Program(self._cells, edits=True)

    def __bool__(self) -> bool:
        return bool(self.statements)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes, in the order of the code."""
        found: list[ast.AST] = []
        for statement in self.statements:
            found += _in_order(statement)
        return found

    @cached_property
    def calls(self) -> list[ast.Call]:
        return [node for node in self.nodes if isinstance(node, ast.Call)]

    def calls_of(self, *names: str) -> list[ast.Call]:
        """Calls of functions or methods with one of these names."""
        return [call for call in self.calls if called(call) in names]

    @cached_property
    def assigned(self) -> list[tuple[str, ast.expr]]:
        """(name, value) of every plain assignment; tuples are taken apart."""
        found: list[tuple[str, ast.expr]] = []
        for node in self.nodes:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    found += _pairs(target, node.value)
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                found.append(
                    (node.target.id, ast.BinOp(node.target, node.op, node.value))
                )
        return found

    @property
    def validation_split(self) -> float:
        return float(self._last_fit_number("validation_split") or 0.0)

    @property
    def batch_size(self) -> int | None:
        number = self._last_fit_number("batch_size")
        return None if number is None else int(number)

    def _last_fit_number(self, name: str) -> float | None:
        for call in reversed(self.calls_of("fit")):
            value = argument(call, name)
            if isinstance(value, ast.Constant) and isinstance(
                value.value, (int, float)
            ):
                return value.value
        return None

    @cached_property
    def loops(self) -> list[ast.For | ast.While]:
        return [n for n in self.nodes if isinstance(n, (ast.For, ast.While))]


def called(call: ast.Call) -> str:
    """The last part of what is called: `model.fit(...)` -> "fit"."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def owner(call: ast.Call) -> str:
    """The name before the dot: `model.fit(...)` -> "model"; "" for others."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return ast.unparse(function.value)
    return ""


def argument(call: ast.Call, name: str, place: int | None = None) -> ast.expr | None:
    """An argument of a call, by keyword or by its place."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if place is not None and place < len(call.args):
        return call.args[place]
    return None


def constant(node: ast.expr | None) -> Any:
    """The value of a literal; None for everything else."""
    return node.value if isinstance(node, ast.Constant) else None


def names_in(node: ast.AST) -> set[str]:
    """All names that an expression mentions."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def is_held_out(name: str) -> bool:
    """Whether a name says that these are test or validation data.

    >>> is_held_out("x_test"), is_held_out("value"), is_held_out("x_train")
    (True, False, False)
    """
    return any(part in HELD_OUT for part in name.lower().split("_"))


def line_of(node: ast.AST) -> str:
    """The code of an expression, if need be the beginning of it."""
    text = ast.unparse(node)
    return text if len(text) <= 70 else f"{text[:67]}..."


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, (ast.Tuple, ast.List)):
        same = isinstance(value, (ast.Tuple, ast.List))
        same = same and len(value.elts) == len(target.elts)  # type: ignore[attr-defined]
        for k, inner in enumerate(target.elts):
            yield from _pairs(inner, value.elts[k] if same else value)  # type: ignore


ALIKE = 0.6


def _without_edited(cells: Sequence[str]) -> list[str]:
    """The cells without those of which an edited version follows.

    >>> _without_edited(["x = data / 25", "y = x + 1", "x = data / 255"])
    ['y = x + 1', 'x = data / 255']
    """
    return [
        cell
        for k, cell in enumerate(cells)
        if not any(_is_edit(cell, later) for later in cells[k + 1 :])
    ]


def _is_edit(cell: str, later: str) -> bool:
    """Whether a later cell is another version of this one."""
    if cell == later or not cell.strip() or len(later) > 4 * len(cell):
        return False
    names = {name for name, _ in Program([cell], edits=True).assigned}
    if not names <= {name for name, _ in Program([later], edits=True).assigned}:
        return False
    return SequenceMatcher(None, cell, later, autojunk=False).ratio() > ALIKE


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _in_order(child)


def _parsed(cell: str) -> list[ast.stmt]:
    """The statements of a cell; magics and unfinished code are no Python."""
    if cell.lstrip().startswith("%%"):
        first, _, rest = cell.lstrip().partition("\n")
        if not first.startswith(("%%explain", "%%train", "%%time")):
            return []
        cell = rest
    lines = [
        "" if line.lstrip().startswith(("%", "!", "?")) else line
        for line in cell.splitlines()
    ]
    try:
        return ast.parse("\n".join(lines)).body
    except (SyntaxError, ValueError):
        return []
