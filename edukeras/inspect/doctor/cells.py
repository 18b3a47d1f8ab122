"""What the code of the cells gives away about shapes, order, chance and models."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from edukeras.inspect.doctor.checks import Sign, also, check
from edukeras.inspect.doctor.program import (
    Program,
    argument,
    called,
    constant,
    is_held_out,
    line_of,
    names_in,
    owner,
)
from edukeras.messages import say

# -- order and randomness -----------------------------------------------------


@also("EK023", "code", "error")
def shuffled_apart(patient: Any) -> Iterator[Sign]:
    program: Program = patient.program
    shuffled = []
    for call in program.calls_of("shuffle"):
        if len(call.args) == 1 and isinstance(call.args[0], ast.Name):
            if owner(call).split(".")[-1] in ("random", "rng", "generator", "r"):
                shuffled.append(call.args[0].id)
    for name, value in program.assigned:
        if isinstance(value, ast.Subscript) and isinstance(value.value, ast.Name):
            index = value.slice
            if isinstance(index, ast.Call) and called(index) == "permutation":
                shuffled.append(value.value.id)
        elif isinstance(value, ast.Call) and called(value) == "permutation":
            first = value.args[0] if value.args else None
            if isinstance(first, ast.Name) and first.id == name:
                shuffled.append(first.id)
    inputs = [n for n in shuffled if n.lower().startswith(("x", "input", "feature"))]
    labels = [n for n in shuffled if n.lower().startswith(("y", "label", "target"))]
    if inputs and labels:
        yield Sign(
            say(
                "{x} and {y} are shuffled one after the other, each in an order of its "
                "own.",
                x=inputs[0],
                y=labels[0],
            ),
            f"order = np.random.permutation(len({inputs[0]}))\n"
            f"{inputs[0]}, {labels[0]} = {inputs[0]}[order], {labels[0]}[order]",
        )


@check(
    "EK046",
    "note",
    title="batches in the order of the data",
    why="Without shuffling, every epoch sees the same batches; in sorted data each has "
    "one class only, and the model forgets the others.",
    lesson=10,
    moment="code",
    wrong="model.fit(x, y, shuffle=False)",
    right="model.fit(x, y)  # shuffle=True is the default",
)
def not_shuffled(patient: Any) -> Iterator[Sign]:
    y = patient.y
    for call in patient.program.calls_of("fit"):
        if constant(argument(call, "shuffle")) is False:
            is_sorted = (
                hasattr(y, "ndim") and y.ndim == 1 and y.dtype.kind in "iuf"
                and len(y) > 10 and bool((y[1:] >= y[:-1]).all())
            )  # fmt: skip
            saw = say("The code says: {line}.", line=line_of(call))
            if is_sorted:
                saw += " " + say("And y is sorted.")
            yield Sign(saw, severity="warning" if is_sorted else "note")


@check(
    "EK047",
    "note",
    title="no seed",
    why="Weights, shuffling and dropout are random: without a seed, two runs differ, "
    "and so a better number may be luck.",
    lesson=10,
    moment="code",
    wrong="model = ...\nmodel.fit(x, y)",
    right="keras.utils.set_random_seed(42)  # before the model is made",
)
def no_seed(patient: Any) -> Iterator[Sign]:
    program: Program = patient.program
    if not program.calls_of("fit") or not program.calls_of("compile"):
        return
    if not program.calls_of("set_random_seed", "seed", "set_seed"):
        yield Sign(say("The code trains, and nowhere sets a seed."))


@check(
    "EK042",
    "note",
    title="EarlyStopping without restore_best_weights",
    why="Training stops some epochs after the best one, and the model keeps the "
    "weights of the last.",
    lesson=10,
    moment="code",
    wrong="EarlyStopping(patience=5)",
    right="EarlyStopping(patience=5, restore_best_weights=True)",
)
def stops_without_restoring(patient: Any) -> Iterator[Sign]:
    for call in patient.program.calls_of("EarlyStopping"):
        if constant(argument(call, "restore_best_weights")) is not True:
            yield Sign(say("The code says: {line}.", line=line_of(call)))


@check(
    "EK048",
    title="augmentation of validation data",
    why="Validation has to ask the same questions each time. Changed pictures make it "
    "easier or harder by chance.",
    lesson=13,
    moment="code",
    wrong="x_val = augment(x_val)",
    right="x_train = augment(x_train)  # and x_val as it is",
)
def augmented_validation(patient: Any) -> Iterator[Sign]:
    for call in patient.program.calls:
        name = called(call).lower()
        if "augment" not in name and not name.startswith("random_"):
            continue
        for value in call.args:
            if any(is_held_out(n) for n in names_in(value)):
                yield Sign(say("The code says: {line}.", line=line_of(call)))
                break


# -- shapes -------------------------------------------------------------------


@also("EK025", "code")
def shape_of_all_samples(patient: Any) -> Iterator[Sign]:
    for call in patient.program.calls:
        shape = argument(call, "input_shape")
        if called(call) == "Input":
            shape = argument(call, "shape", 0)
        if shape is None:
            continue
        text = ast.unparse(shape)
        whole = isinstance(shape, ast.Attribute) and shape.attr == "shape"
        counted = isinstance(shape, ast.Tuple) and bool(shape.elts) and (
            text.startswith("(len(") or ".shape[0]" in ast.unparse(shape.elts[0])
        )  # fmt: skip
        if (whole and _is_data(text)) or counted:
            yield Sign(
                say("The code says: {line}.", line=line_of(call)),
                f"Input(shape={text}[1:])" if whole else "Input(shape=x.shape[1:])",
            )


def _is_data(text: str) -> bool:
    """ "x_train.shape" is the shape of all samples; "x[0].shape" that of one."""
    return text.removesuffix(".shape").isidentifier() and text.lower().startswith(
        ("x", "data", "images", "train")
    )


@also("EK026", "code")
def predicts_one_sample(patient: Any) -> Iterator[Sign]:
    for call in patient.program.calls_of("predict"):
        first = argument(call, "x", 0)
        if not isinstance(first, ast.Subscript) or not isinstance(
            first.value, ast.Name
        ):
            continue
        if isinstance(constant(first.slice), int) and "batch" not in first.value.id:
            text = ast.unparse(first)
            yield Sign(
                say("The code says: {line}.", line=line_of(call)),
                f"{owner(call)}.predict({text}[None, ...])",
            )


# -- models -------------------------------------------------------------------


@also("EK039", "code", "warning")
def one_model_for_many(patient: Any) -> Iterator[Sign]:
    program: Program = patient.program
    for loop in program.loops:
        inside = list(ast.walk(loop))
        calls = [c for c in inside if isinstance(c, ast.Call)]
        made = {
            target.id
            for node in inside
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        compiled = {owner(c) for c in calls if called(c) == "compile"}
        fitted = {owner(c) for c in calls if called(c) == "fit"}
        reset = {
            owner(c) for c in calls if called(c) in ("set_weights", "load_weights")
        }
        for name in sorted(compiled & fitted - made - reset):
            yield Sign(
                say(
                    'The loop compiles and fits "{name}" again and again: each round '
                    "goes on from the weights of the one before.",
                    name=name,
                )
            )
    for name, value in program.assigned:
        if _repeats_object(value):
            yield Sign(
                say(
                    "{line}: the list holds one object several times.",
                    line=f"{name} = {line_of(value)}",
                ),
                f"{name} = [make() for _ in range(...)]",
            )
    fitted = {owner(c) for c in program.calls_of("fit", "set_weights", "compile")}
    models = {name for name, value in program.assigned if isinstance(value, ast.Call)}
    for name, value in program.assigned:
        if (
            isinstance(value, ast.Name)
            and value.id in models & fitted
            and name in fitted
        ):
            yield Sign(
                say("{line} makes no copy.", line=f"{name} = {value.id}"),
                f"{name} = keras.models.clone_model({value.id})",
            )


def _repeats_object(value: ast.expr) -> bool:
    """`[Dense(8)] * 3`: one layer, three times."""
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Mult):
        return False
    sides = [side for side in (value.left, value.right) if isinstance(side, ast.List)]
    if len(sides) != 1 or len(sides[0].elts) != 1:
        return False
    element = sides[0].elts[0]
    name = called(element) if isinstance(element, ast.Call) else ""
    return name[:1].isupper() or "model" in name.lower()


@also("EK037", "code", "warning")
def mode_by_hand(patient: Any) -> Iterator[Sign]:
    from_training = patient.has_layer("BatchNormalization", "Dropout", "AlphaDropout")
    if not from_training:
        return
    program: Program = patient.program
    taped = [n for n in program.nodes if isinstance(n, ast.With) and _is_tape(n)]
    of_weights = [
        c for c in program.calls_of("gradient") if "trainable" in ast.unparse(c)
    ]
    if not of_weights:
        taped = []  # gradients of inputs: a picture of what the model looks at
    in_tape = {c for block in taped for c in ast.walk(block) if isinstance(c, ast.Call)}
    models = {"model", "self", "net", "network"}
    for call in program.calls:
        if not isinstance(call.func, ast.Name) or call.func.id not in models:
            continue
        training = constant(argument(call, "training"))
        held_out = any(is_held_out(n) for a in call.args for n in names_in(a))
        if call in in_tape and training is not True and call.func.id != "self":
            yield Sign(
                say(
                    "A training step calls {line}: Dropout and BatchNormalization "
                    "are in inference mode.",
                    line=line_of(call),
                ),
                f"{call.func.id}(x, training=True)",
            )
        elif call not in in_tape and training is True and held_out:
            yield Sign(
                say(
                    "A prediction is made in training mode: {line}.", line=line_of(call)
                ),
                f"{call.func.id}(x, training=False)",
                severity="note",  # several of them show how sure the model is
            )


def _is_tape(block: ast.With) -> bool:
    return any(
        isinstance(item.context_expr, ast.Call)
        and called(item.context_expr) == "GradientTape"
        for item in block.items
    )


@check(
    "EK055",
    title="gradients that nobody applies",
    why="tape.gradient only computes. Unless an optimizer (or an assignment) uses the "
    "gradients, the loop trains nothing.",
    lesson=5,
    moment="code",
    wrong="gradients = tape.gradient(loss, model.trainable_variables)",
    right="optimizer.apply_gradients(zip(gradients, model.trainable_variables))",
)
def gradients_unused(patient: Any) -> Iterator[Sign]:
    program: Program = patient.program
    of_weights = [
        call
        for call in program.calls_of("gradient")
        if any("trainable" in ast.unparse(a) or "weights" in ast.unparse(a)
               for a in call.args)
    ]  # fmt: skip
    uses = (
        "apply_gradients",
        "apply",
        "assign",
        "assign_sub",
        "assign_add",
        "minimize",
    )
    if of_weights and not program.calls_of(*uses):
        yield Sign(say("The code says: {line}.", line=line_of(of_weights[0])))
