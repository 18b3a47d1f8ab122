"""Scaling, splits and the test set, in the order in which the code does them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from edukeras.inspect.doctor.checks import Sign, also, check
from edukeras.inspect.doctor.program import (
    Program,
    argument,
    called,
    is_held_out,
    line_of,
    names_in,
    owner,
)
from edukeras.messages import say

FITTING = {"fit", "fit_transform", "adapt"}
SCALERS = ("scaler", "normal", "standard", "minmax", "scale", "norm")
SPLITS = {"train_test_split", "array_split", "split"}


def _is_test(name: str) -> bool:
    return "test" in name.lower().split("_")


def _is_scaler(name: str) -> bool:
    return any(part in name.lower() for part in SCALERS)


# -- scaling ------------------------------------------------------------------


@also("EK018", "code")
def fitted_on_held_out_data(patient: Any) -> Iterator[Sign]:
    program: Program = patient.program
    for call in program.calls_of(*FITTING):
        first = argument(call, "x", 0)
        is_scaling = called(call) == "fit_transform" or _is_scaler(owner(call))
        if is_scaling and isinstance(first, ast.Name) and is_held_out(first.id):
            yield Sign(
                say(
                    "The code fits a scaler to held-out data: {line}.",
                    line=line_of(call),
                ),
                f"{owner(call)}.transform({first.id})",
            )
    for name, value in program.assigned:
        own = {name} | ({_base(name)} & names_in(value))
        if is_held_out(name) and any(
            _statistic_of(value, which, "mean") and _statistic_of(value, which, "std")
            for which in own
        ):
            yield Sign(
                say(
                    "The code scales held-out data with its own mean: {line}.",
                    line=f"{name} = {line_of(value)}",
                )
            )


def _base(name: str) -> str:
    """ "x_val_scaled" is made of "x_val"."""
    return "_".join(name.split("_")[:2])


def _statistic_of(node: ast.AST, name: str, statistic: str) -> bool:
    """Whether an expression has `name.mean(...)` or `np.mean(name)`."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and called(call) == statistic:
            if owner(call) == name:
                return True
            if any(isinstance(a, ast.Name) and a.id == name for a in call.args):
                return True
    return False


@check(
    "EK019",
    title="scaled before the split",
    why="Mean and deviation of all data tell the model something about the test data. "
    "Split first, then measure the training data alone.",
    lesson=12,
    moment="code",
    wrong="x = scaler.fit_transform(x)\nx_train, x_test = x[:100], x[100:]",
    right="x_train, x_test = x[:100], x[100:]\n"
    "x_train = scaler.fit_transform(x_train)\nx_test = scaler.transform(x_test)",
)
def scaled_before_split(patient: Any) -> Iterator[Sign]:
    program: Program = patient.program
    scaled: dict[str, str] = {}  # the name of the scaled data -> the line
    statistics: dict[str, str] = {}  # "mean" -> of which data
    for statement in _statements(program):
        for name, value in _assigned_in(statement):
            split = _source_of_split(value)
            if split in scaled and (
                is_held_out(name) or name.lower().startswith("x_tr")
            ):
                yield Sign(
                    say(
                        "{name} is cut out of data that was scaled as a whole: {line}.",
                        name=name,
                        line=scaled[split],
                    )
                )
                return
            for which in names_in(value):
                if _is_part(which) or which in scaled:
                    continue
                if _fits_scaler(value, which) or (
                    _statistic_of(value, which, "mean")
                    and _statistic_of(value, which, "std")
                    and not isinstance(value, ast.Tuple)
                ):
                    scaled[name] = f"{name} = {line_of(value)}"
            if isinstance(value, ast.Call) and called(value) in ("mean", "std"):
                source = owner(value)
                if not _is_part(source):
                    statistics[name] = source
            used = {n for n in names_in(value) if n in statistics}
            if used and not isinstance(value, ast.Call):
                if any(statistics[n] in names_in(value) for n in used):
                    scaled.setdefault(name, f"{name} = {line_of(value)}")


def _is_part(name: str) -> bool:
    """Whether a name says that the data is one part of a split already."""
    parts = name.lower().split("_")
    return is_held_out(name) or "train" in parts or "fold" in parts or "[" in name


def _fits_scaler(value: ast.expr, name: str) -> bool:
    return (
        isinstance(value, ast.Call)
        and called(value) == "fit_transform"
        and any(isinstance(a, ast.Name) and a.id == name for a in value.args)
    )


def _source_of_split(value: ast.expr) -> str:
    """What `x[:100]` or `train_test_split(x, y)` cuts; "" if it cuts nothing."""
    if isinstance(value, ast.Subscript) and isinstance(value.value, ast.Name):
        index = value.slice
        named = isinstance(index, ast.Name)
        return value.value.id if isinstance(index, ast.Slice) or named else ""
    if isinstance(value, ast.Call) and called(value) in SPLITS and value.args:
        return value.args[0].id if isinstance(value.args[0], ast.Name) else ""
    return ""


def _statements(program: Program) -> list[ast.stmt]:
    return [node for node in program.nodes if isinstance(node, ast.stmt)]


def _assigned_in(statement: ast.stmt) -> list[tuple[str, ast.expr]]:
    if not isinstance(statement, (ast.Assign, ast.AugAssign)):
        return []
    return [(name, value) for name, value in Program(ast.unparse(statement)).assigned]


# -- the test set -------------------------------------------------------------


@check(
    "EK021",
    title="tuned on the test set",
    why="Choosing what does best on the test set fits it, if slowly. Choose on "
    "validation data, and look at the test data once, at the end.",
    lesson=12,
    moment="code",
    wrong="for units in (8, 16, 32):\n    ...\n    model.evaluate(x_test, y_test)",
    right="for units in (8, 16, 32):\n    ...\n    model.evaluate(x_val, y_val)",
)
def tuned_on_test_set(patient: Any) -> Iterator[Sign]:
    program: Program = patient.program.ever
    looks = [call for call in program.calls_of("evaluate", "fit") if _sees_test(call)]
    in_loop = [
        call
        for loop in program.loops
        for call in ast.walk(loop)
        if call in looks and _tries_settings(loop) and not _splits_itself(loop, call)
    ]
    if in_loop:
        yield Sign(
            say(
                "A loop over settings looks at the test data each time: {line}.",
                line=line_of(in_loop[0]),
            )
        )
        return
    # Again and again, with something changed in between.
    count, changed = 0, True
    repeated = {call for loop in program.loops for call in ast.walk(loop)}
    for call in program.calls:
        if call in repeated:
            continue
        if called(call) in ("compile", "fit") and call not in looks:
            changed = True
        elif call in looks and called(call) == "evaluate" and changed:
            count, changed = count + 1, False
    if count >= 3:
        yield Sign(
            say(
                "The test data was looked at {n} times, with training in between: "
                "after that it is no test.",
                n=count,
            )
        )


def _sees_test(call: ast.Call) -> bool:
    if called(call) == "evaluate":
        first = argument(call, "x", 0)
        return first is not None and any(_is_test(n) for n in names_in(first))
    return False


def _tries_settings(loop: ast.For | ast.While) -> bool:
    """Whether the loop trains with something that changes from round to round.

    The same training with several seeds measures chance, and chooses nothing.
    """
    calls = [call for call in ast.walk(loop) if isinstance(call, ast.Call)]
    inside = [called(call) for call in calls]
    trains = "fit" in inside and (
        "compile" in inside or any("model" in name for name in inside)
    )
    if not trains or isinstance(loop, ast.While):
        return trains
    changing = names_in(loop.target)
    uses = [call for call in calls if called(call) not in NO_SETTING]
    return any(changing & _names_of_arguments(call) for call in uses)


# What may use the number of the round without trying a setting.
NO_SETTING = {"set_random_seed", "seed", "default_rng", "print", "append", "format"}


def _names_of_arguments(call: ast.Call) -> set[str]:
    """Names in the arguments, without those of calls inside."""
    given = [*call.args, *(k.value for k in call.keywords)]
    return {
        name
        for each in given
        if not isinstance(each, ast.Call)
        for name in names_in(each)
    }


def _splits_itself(loop: ast.For | ast.While, call: ast.AST) -> bool:
    """Whether the loop makes the data it looks at: the folds of a cross-validation."""
    made: set[str] = set()
    if isinstance(loop, ast.For):
        made |= names_in(loop.target)
    for node in ast.walk(loop):
        if isinstance(node, ast.Assign):
            made |= {name for target in node.targets for name in names_in(target)}
    first = argument(call, "x", 0) if isinstance(call, ast.Call) else None
    return first is not None and any(_is_test(n) for n in names_in(first) & made)
