"""How sharp the checks of a lesson are: small errors put into the reference answers.

A mutant is the reference answer with one change: another operator, another number, a
line less.  A check should not accept it.  The share that is caught is the mutation
score.  Some mutants are as right as the original; the author names these::

    q6.same_as_reference("line 5: 0.003 -> 1.003", because="any rate below 2 will do")

Source: DeMillo, Lipton, Sayward (1978), Hints on test data selection, IEEE Computer 11.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edukeras.grading.attempts import TimeUp, time_limit
from edukeras.grading.exercises import Exercise
from edukeras.grading.lessons import load_lesson
from edukeras.grading.progress import ProgressStore
from edukeras.grading.verify import answered

# Each operator becomes the one that a learner may take for it.
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.MatMult: ast.Mult,
    ast.Pow: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
}

# Words that mean something in Keras and NumPy: another of the same kind.
WORDS = {
    "relu": "sigmoid",
    "sigmoid": "relu",
    "softmax": "sigmoid",
    "tanh": "relu",
    "linear": "relu",
    "exp": "log",
    "log": "exp",
    "max": "min",
    "min": "max",
    "maximum": "minimum",
    "minimum": "maximum",
    "argmax": "argmin",
    "mean": "sum",
    "sum": "mean",
    "zeros": "ones",
    "ones": "zeros",
    "same": "valid",
    "valid": "same",
    "mse": "mae",
    "sparse_categorical_crossentropy": "mse",
    "categorical_crossentropy": "mse",
    "binary_crossentropy": "mse",
    "sqrt": "square",
    "square": "sqrt",
}

# Arguments that change what is shown or how things are called, not what is computed.
SILENT = {"verbose", "name"}


@dataclass(frozen=True)
class Mutant:
    """One change of a reference answer: in words, and the whole answer with it."""

    change: str
    code: str


@dataclass(frozen=True)
class MutationReport:
    """What became of all mutants of a lesson.

    Args:
        lesson: its name.
        caught: how many mutants the checks did not accept.
        survivors: (exercise, change) of those that got full points.
        same: how many of them the author calls as right as the reference.
    """

    lesson: str
    caught: int
    survivors: tuple[tuple[str, str], ...]
    same: int

    @property
    def score(self) -> float:
        """The share that is caught, of those that are wrong."""
        total = self.caught + len(self.survivors)
        return self.caught / total if total else 1.0

    def __str__(self) -> str:
        total = self.caught + len(self.survivors)
        lines = [
            f"{self.lesson}: {self.caught} of {total} mutants caught "
            f"({self.score:.0%}), {self.same} as right as the reference"
        ]
        lines += [f"  {name} accepts {change}" for name, change in self.survivors]
        return "\n".join(lines)


def mutation_report(name: str | Path) -> MutationReport:
    """Runs the checks of a lesson against every mutant of its reference answers.

    Args:
        name: such as "01_first_model", or the path of a lesson's folder.
    """
    lesson = load_lesson(name, {}, ProgressStore(None))
    caught, same = 0, 0
    survivors: list[tuple[str, str]] = []
    for exercise in lesson.exercises.values():
        for mutant in mutants(exercise.reference or ""):
            if mutant.change in exercise.same_mutants:
                same += 1
            elif _is_accepted(exercise, mutant.code, lesson.setup):
                survivors.append((exercise.name, mutant.change))
            else:
                caught += 1
    return MutationReport(lesson.name, caught, tuple(survivors), same)


def mutants(code: str) -> Iterator[Mutant]:
    """All mutants of an answer, in the order of its lines.

    >>> for mutant in mutants("def double(x):\\n    return 2 * x"):
    ...     print(mutant.change)
    line 2: return 2 * x -> pass
    line 2: 2 * x -> 2 + x
    line 2: 2 -> 3
    """
    tree = ast.parse(code)
    seen = {ast.unparse(tree)}
    counts: Counter[str] = Counter()
    shown_only = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in SILENT
        for part in ast.walk(node)
    }
    for place, node in enumerate(ast.walk(tree)):
        if id(node) in shown_only:
            continue
        for replacement, left_out in _replacements(node):
            changed = _with_replacement(tree, place, replacement)
            source = ast.unparse(changed)
            if source not in seen:
                seen.add(source)
                line = getattr(left_out or node, "lineno", 0)
                change = (
                    f"{_short(left_out)} left out"
                    if left_out
                    else f"{_short(node)} -> {_short(replacement)}"
                )
                words = f"line {line}: {change}"
                counts[words] += 1
                if counts[words] > 1:  # the same change at another place of the line
                    words += f" ({counts[words]})"
                yield Mutant(words, source)


def _replacements(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST | None]]:
    """What may stand in the place of this node, and which part it leaves out."""
    match node:
        case ast.Call(keywords=parts):
            yield from _each_left_out(node, "keywords", parts)
        case ast.List(elts=parts) if len(parts) > 1:
            yield from _each_left_out(node, "elts", parts)
        case _:
            for changed in _changed(node):
                yield changed, None


def _changed(node: ast.AST) -> Iterator[ast.AST]:
    changed = copy.deepcopy(node)
    match changed:
        case ast.BinOp() | ast.AugAssign() | ast.BoolOp():
            if type(changed.op) in SWAPS:
                changed.op = SWAPS[type(changed.op)]()  # type: ignore[assignment]
                yield changed
        case ast.Compare(ops=[operator]) if type(operator) in SWAPS:
            changed.ops = [SWAPS[type(operator)]()]  # type: ignore[list-item]
            yield changed
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as number):
            yield ast.Constant(number + 1)
        case ast.Constant(value=str() as word) if word in WORDS:
            yield ast.Constant(WORDS[word])
        case ast.Attribute(attr=word) if word in WORDS:
            changed.attr = WORDS[word]
            yield changed
        case ast.Assign() | ast.Expr() | ast.Return() if not _is_docstring(changed):
            yield ast.Pass()
        case ast.If():
            changed.test = ast.UnaryOp(ast.Not(), changed.test)
            yield changed


def _each_left_out(
    node: ast.AST, field: str, parts: list
) -> Iterator[tuple[ast.AST, ast.AST]]:
    """The node without its first part, without its second ..."""
    for k, part in enumerate(parts):
        if getattr(part, "arg", "") in SILENT:
            continue
        shorter = copy.deepcopy(node)
        del getattr(shorter, field)[k]
        yield shorter, part


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _with_replacement(tree: ast.Module, place: int, replacement: ast.AST) -> ast.AST:
    """A copy of the tree in which the node number `place` is the replacement."""
    changed = copy.deepcopy(tree)
    target = next(node for n, node in enumerate(ast.walk(changed)) if n == place)

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return replacement if node is target else self.generic_visit(node)

    return ast.fix_missing_locations(Replace().visit(changed))


def _short(node: ast.AST) -> str:
    text = ast.unparse(node).split("\n")[0]
    return text if len(text) <= 60 else text[:60] + " ..."


def _is_accepted(exercise: Exercise, code: str, setup: str) -> bool:
    """Whether the check gives full points; an answer that does not run gets none."""
    try:
        with time_limit(exercise.seconds):
            return answered(exercise, code, setup).passed
    except (Exception, SystemExit, TimeUp):
        return False
