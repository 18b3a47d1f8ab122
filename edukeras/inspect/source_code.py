"""The code behind a layer: its `call`, the op, the kernel in Cython and its NumPy twin.

`source(layer)` follows the names that the code mentions: `call` mentions ops, an op
mentions kernels.  Nothing is listed by hand, so layers of your own work too.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import edukeras.reference
from edukeras import activations, kernels, layers, losses, metrics, ops, optimizers
from edukeras.errors import UnknownNameError, explain, nearest
from edukeras.graph import snake_case
from edukeras.inspect import markup
from edukeras.inspect.display import View

PACKAGE = Path(edukeras.reference.__file__).parents[1]

# What is computed, in the first of these methods that a class has of its own.
METHODS = ("call", "update_step", "update_state")

NAMESPACES = (layers, losses, metrics, optimizers, ops, activations)

MOST_KERNELS = 4
DEEPEST = 4  # steps from `call` to a kernel


@dataclass(frozen=True)
class SourcePart:
    """Some code.

    Attributes:
        title: what it is: "Dense.call", "kernel dense (Cython)".
        where: "edukeras/layers/core.py, line 185".
        twin: the same in NumPy, for a kernel.
    """

    title: str
    where: str
    code: str
    twin: SourcePart | None = None


@dataclass(frozen=True, repr=False)
class SourceView(View):
    """The code behind something, from the outside to the inside; see `source`."""

    name: str
    parts: tuple[SourcePart, ...]

    def text(self) -> str:
        lines = [self.name]
        for part in self.parts:
            for shown in (part, part.twin):
                if shown is not None:
                    lines += ["", f"-- {shown.title} ({shown.where})", shown.code]
        return "\n".join(lines)

    def html(self) -> str:
        return (
            f"<div>{markup.heading(markup.escape(self.name))}{self.body_html()}</div>"
        )

    def body_html(self) -> str:
        """The code of Python above, below each kernel beside its twin."""
        body = []
        for number, part in enumerate(self.parts):
            if part.twin is None:
                body.append(_listing(part))
            else:
                title = f"<b>{markup.escape(part.title)}</b> and its twin"
                cells = [_listing(part), _listing(part.twin)]
                pair = markup.table(["compiled", "the same in NumPy"], [cells])
                first = all(p.twin is None for p in self.parts[:number])
                body.append(pair if first else markup.details(title, pair))
        return "".join(body)


def _listing(part: SourcePart) -> str:
    head = f"<b>{markup.escape(part.title)}</b> {markup.muted(part.where)}"
    style = "margin: 2px 0; font-size: 85%; line-height: 1.3; overflow-x: auto"
    return (
        f'{markup.paragraph(head)}<pre style="{style}">{markup.escape(part.code)}</pre>'
    )


def source(what: Any) -> SourceView:
    """The code of a layer, loss, optimizer, op or kernel, down to the kernels.

    Args:
        what: an object, a class, a function, or a name: "Dense", "relu".

    >>> view = source("relu")
    >>> [part.title for part in view.parts]
    ['relu', 'kernel relu (Cython)', 'kernel relu_backward (Cython)']
    >>> view.parts[1].twin.title
    'twin of relu (NumPy)'
    """
    if isinstance(what, str):
        what = _find(what)
    if isinstance(what, str):  # the name of a kernel
        return SourceView(what, tuple(_kernel_parts([what])))
    name = str(getattr(what, "name", None) or getattr(what, "__name__", ""))
    kind = what if isinstance(what, type) else type(what)
    starts = [_start(what), _function_of_loss(kind)]
    owner = None if inspect.isroutine(what) else what
    parts, names = _follow(starts, owner)
    if not parts:
        raise TypeError(
            explain(
                "There is no source code to show.",
                expected="a layer, loss, optimizer or op",
                received=kind.__name__,
            )
        )
    shown = name if inspect.isroutine(what) else _headline(what, name)
    return SourceView(shown, (*parts, *_kernel_parts(names)))


def _headline(what: Any, name: str) -> str:
    if isinstance(what, type):
        return what.__name__
    return f"{name} ({type(what).__name__})" if name else type(what).__name__


def _find(name: str) -> Any:
    """What a name stands for: a class, an op, or the name of a kernel."""
    known: dict[str, Any] = {kernel: kernel for kernel in _families()}
    for namespace in reversed(NAMESPACES):
        for key, value in vars(namespace).items():
            if not key.startswith("_") and callable(value):
                known[key] = value
    for key, value in list(known.items()):
        if isinstance(value, type):
            known.setdefault(snake_case(key), value)
    if name not in known:
        raise UnknownNameError(
            f"Nothing of edukeras is called {name!r}. {nearest(name, list(known))}"
        )
    return known[name]


def _start(what: Any) -> Callable | None:
    """The function with which to begin."""
    if inspect.isroutine(what):
        return what
    kind = what if isinstance(what, type) else type(what)
    for method in METHODS:
        found = getattr(kind, method, None)
        if found is not None:
            return found
    return None


def _function_of_loss(kind: type) -> Callable | None:
    """A loss that is a function made into an object: the function."""
    if not issubclass(kind, losses.Loss):
        return None
    return getattr(losses, snake_case(kind.__name__), None)


# -- following names ----------------------------------------------------------


def _follow(starts: list, owner: Any) -> tuple[list[SourcePart], list[str]]:
    """The parts above the kernels, and the names of the kernels they lead to."""
    parts: list[SourcePart] = []
    names: dict[str, None] = {}
    seen: set[int] = set()
    level = [function for function in starts if function is not None]
    for depth in range(DEEPEST):
        deeper = []
        for function in level:
            plain = inspect.unwrap(function)
            if id(plain) in seen:
                continue
            seen.add(id(plain))
            mentioned = list(_mentioned(plain, owner))
            reached = [name for kind, name in mentioned if kind == "kernel"]
            # Below the ops that a layer calls, only what leads on to a kernel.
            if depth < (1 if owner is None else 2) or reached:
                parts += _part_of(function)
            names.update(dict.fromkeys(reached))
            # Ops that are called by name first: they do most of the work.
            for wanted in ("function", "own"):
                deeper += [found for kind, found in mentioned if kind == wanted]
        level = deeper
    return parts, list(names)


def _mentioned(function: Callable, owner: Any) -> Iterator[tuple[str, Any]]:
    """What code mentions: kernels, functions of ours, and methods of its own."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return  # typed into a console, or written in C
    names = getattr(function, "__globals__", {})
    for node in ast.walk(tree):
        if not isinstance(node, (ast.Attribute, ast.Name)):
            continue
        found = _meant_by(node, names, owner)
        if isinstance(node, ast.Attribute) and _meant_by(node.value, names) is kernels:
            yield "kernel", node.attr
        elif _of_owner(node, found):
            yield "own", found
        elif _is_op(found):
            yield "function", found


def _meant_by(node: ast.AST, names: dict, owner: Any = None) -> Any:
    """What `x`, `module.x`, `self.x` or `self.cell.x` stand for, or None."""
    if isinstance(node, ast.Name):
        return owner if node.id == "self" else names.get(node.id)
    if not isinstance(node, ast.Attribute):
        return None
    base = _meant_by(node.value, names, owner)
    if inspect.ismodule(base):
        return getattr(base, node.attr, None)
    if base is None or node.attr == "__class__":
        return None
    whole = ast.unparse(node.value)
    # A recurrent layer leaves the work of a step to its cell.
    return getattr(base, node.attr, None) if whole in ("self", "self.cell") else None


def _of_owner(node: ast.AST, method: Any) -> bool:
    """Whether this is a method that computes: `add_weight` and the like do not."""
    if not (_is_ours(method) and ast.unparse(node).startswith("self.")):
        return False
    module = method.__module__ or ""
    return module != "edukeras.layers.base" and not module.startswith("edukeras.models")


def _is_op(value: Any) -> bool:
    return _is_ours(value) and value.__module__.startswith("edukeras.ops.")


def _is_ours(value: Any) -> bool:
    return inspect.isroutine(value) and hasattr(value, "__module__")


def _part_of(function: Callable) -> list[SourcePart]:
    plain = inspect.unwrap(function)
    try:
        code = textwrap.dedent(inspect.getsource(plain)).rstrip()
        line = inspect.getsourcelines(plain)[1]
    except (OSError, TypeError):
        return []
    file = Path(inspect.getsourcefile(plain) or "")
    title = getattr(plain, "__qualname__", plain.__name__).replace("<locals>.", "")
    return [SourcePart(title, f"{_short(file)}, line {line}", code)]


def _short(file: Path) -> str:
    """A path as in the repository; of other files only the name."""
    if PACKAGE in file.parents:
        return file.relative_to(PACKAGE.parent).as_posix()
    return file.name if file.suffix == ".py" and file.exists() else "a notebook"


# -- kernels ------------------------------------------------------------------


def _families() -> dict[str, str]:
    """The file in which each kernel stands: "relu" -> "activations"."""
    found = {}
    for family in kernels.FAMILIES:
        twins = getattr(edukeras.reference, family)
        found.update(dict.fromkeys(twins.__all__, family))
    return found


def _kernel_parts(names: list[str]) -> Iterator[SourcePart]:
    families = _families()
    for name in names[:MOST_KERNELS]:
        if name not in families:
            continue  # such as kernels.info
        twin_module = getattr(edukeras.reference, families[name])
        (twin,) = _part_of(getattr(twin_module, name))
        twin = SourcePart(f"twin of {name} (NumPy)", twin.where, twin.code)
        compiled = kernel_source(name, families[name])
        if compiled is None:
            yield twin
        else:
            code, line = compiled
            where = f"_kernels/{families[name]}.pyx, line {line}"
            yield SourcePart(f"kernel {name} (Cython)", where, code, twin)


def kernel_file(family: str) -> Path | None:
    """Where the Cython text of a family of kernels is, or None.

    An installed package has it beside the compiled module; a working tree in
    `_kernels/`.
    """
    places = (PACKAGE / "_kernels", PACKAGE.parent / "_kernels")
    files = (place / f"{family}.pyx" for place in places)
    return next((file for file in files if file.is_file()), None)


def kernel_source(name: str, family: str) -> tuple[str, int] | None:
    """A kernel and the workers it calls, and the line where it begins.

    >>> code, line = kernel_source("relu", "activations")
    >>> code.splitlines()[0]
    'def relu(x):'
    """
    file = kernel_file(family)
    if file is None:
        return None
    lines = file.read_text(encoding="utf-8").splitlines()
    blocks = dict(_blocks(lines))
    if name not in blocks:
        return None
    start, body = blocks[name]
    workers = [
        text
        for worker, (_, text) in blocks.items()
        if worker != name and re.search(rf"\b{worker}\b", body)
    ]
    return "\n\n\n".join([body, *workers]), start + 1


def _blocks(lines: list[str]) -> Iterator[tuple[str, tuple[int, str]]]:
    """The functions of a Cython file: name, first line (from 0), and text."""
    starts = [
        (number, match[1])
        for number, line in enumerate(lines)
        if (match := re.match(r"(?:cp?def|def)\b[^(=]*?(\w+)\(", line))
    ]
    for number, name in starts:
        end = number + 1
        while end < len(lines) and (
            not lines[end] or lines[end].startswith((" ", ")", "]"))
        ):
            end += 1
        yield name, (number, "\n".join(lines[number:end]).rstrip())
