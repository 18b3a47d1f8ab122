"""How the layers are put together, and the weights they begin with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from edukeras.inspect.doctor.checks import Sign, also, check
from edukeras.inspect.doctor.exam import exam_of
from edukeras.inspect.doctor.numbers import number
from edukeras.inspect.doctor.outputs import layer_of
from edukeras.inspect.doctor.wiring import Step
from edukeras.messages import say

DROPOUTS = {"Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D",
            "GaussianDropout", "AlphaDropout"}  # fmt: skip


@check(
    "EK014",
    title="no activation between two layers",
    why="Two linear layers in a row are just one linear layer: the second adds weights "
    "and no ability.",
    lesson=3,
    moment="model",
    wrong='Dense(64), Dense(10, activation="softmax")',
    right='Dense(64, activation="relu"), Dense(10, activation="softmax")',
)
def linear_in_a_row(patient: Any) -> Iterator[Sign]:
    for step in patient.steps:
        before = step.before()
        if before is None or not before.is_linear or before.kind != step.kind:
            continue
        if step.kind not in ("Dense", "Conv2D", "Conv1D") or len(before.children) > 1:
            continue
        if _is_bottleneck(before, step):
            continue
        yield Sign(
            say(
                '"{first}" has no activation, and its output goes straight into '
                '"{second}".',
                first=before.name,
                second=step.name,
            ),
            f'{before.kind}({before.shape[-1]}, ..., activation="relu")',
            layer=before.name,
        )


def _is_bottleneck(first: Step, second: Step) -> bool:
    """Fewer numbers than before and after: compression, as in PCA, is meant."""
    width = first.shape[-1]
    return width < min(first.input_shape[-1] or width, second.shape[-1])


@check(
    "EK036",
    "error",
    title="weights that begin all the same",
    why="Equal units compute the same. If the layer after them treats them alike too, "
    "they get the same gradient and stay copies for ever: many units are worth one.",
    lesson=5,
    moment="model",
    wrong='Dense(16, activation="relu", kernel_initializer="zeros")',
    right='Dense(16, activation="relu")  # glorot_uniform: random',
)
def equal_units(patient: Any) -> Iterator[Sign]:
    last = {layer_of(head) for head in patient.heads}
    for step in patient.steps:
        layer = step.operation
        kernel = getattr(layer, "kernel", None)
        if step.name in last or not step.children or kernel is None:
            continue
        values = np.asarray(kernel)
        if values.ndim < 2 or values.shape[-1] < 2 or values.size < 4:
            continue
        if hasattr(layer, "depthwise_initializer") or not getattr(
            layer, "trainable", 1
        ):
            continue
        if _are_equal(values):
            later = _after_some_steps(patient, layer.name)
            part_ways = later is not None and not _are_equal(later)
            yield Sign(
                say(
                    'All {n} units of "{layer}" have the same weights, such as '
                    "{value}.",
                    n=values.shape[-1],
                    layer=step.name,
                    value=number(values.flat[0]),
                ),
                f'{step.kind}({values.shape[-1]}, kernel_initializer="glorot_uniform")',
                "note" if part_ways else None,
                layer=step.name,
            )


def _are_equal(kernel: np.ndarray) -> bool:
    """Whether all units have the same weights."""
    return bool(np.ptp(kernel.reshape(-1, kernel.shape[-1]), axis=1).max() == 0)


def _after_some_steps(patient: Any, name: str) -> np.ndarray | None:
    """The kernel of a layer after the steps of the exam."""
    exam = exam_of(patient)
    for note in exam.with_kernels if exam is not None else []:
        if note.name == name:
            return np.asarray(note.layer.kernel)
    return None


@check(
    "EK038",
    "error",
    title="trainable was changed after compile",
    why="The optimizer has the list of weights from compile. Later changes of "
    "trainable wait for the next compile.",
    lesson=11,
    moment="model",
    wrong="model.compile(...)\nbase.trainable = False\nmodel.fit(x, y)",
    right="base.trainable = False\nmodel.compile(...)\nmodel.fit(x, y)",
)
def trainable_after_compile(patient: Any) -> Iterator[Sign]:
    model = patient.model
    trained = getattr(model, "_trained_variables", None)
    if not model.compiled or trained is None:
        return
    now = {id(v) for v in model.trainable_variables}
    then = {id(v) for v in trained}
    if now == then:
        return
    frozen = [v.path for v in trained if id(v) not in now]
    thawed = [v.path for v in model.trainable_variables if id(v) not in then]
    if frozen:
        saw = say(
            "{n} weights are frozen now, but were not at compile, and are still "
            "trained: {names}.",
            n=len(frozen),
            names=_few(frozen),
        )
    else:
        saw = say(
            "{n} weights are trainable now, but were not at compile, and are not "
            "trained: {names}.",
            n=len(thawed),
            names=_few(thawed),
        )
    # All of it frozen: the discriminator of a GAN, which only trains by itself.
    severity = None if now else "note"
    yield Sign(saw, "model.compile(...)  # again, after the change", severity)


def _few(names: list[str]) -> str:
    return ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")


@check(
    "EK051",
    title="a hidden layer of one unit",
    why="Everything the model knows of a sample has to pass through this one number.",
    lesson=7,
    moment="model",
    wrong='Dense(1, activation="relu"), Dense(10, activation="softmax")',
    right='Dense(16, activation="relu"), Dense(10, activation="softmax")',
)
def one_hidden_unit(patient: Any) -> Iterator[Sign]:
    for step in patient.steps:
        if step.kind != "Dense" or step.shape[-1] != 1 or len(step.shape) != 2:
            continue
        child = _after(step)
        if child is None or child.kind != "Dense" or step.input_shape[-1] in (None, 1):
            continue
        if len(step.children) == 1 and child.shape[-1] != step.input_shape[-1]:
            yield Sign(
                say(
                    'The hidden layer "{layer}" has 1 unit, between {n} inputs and '
                    "{m} units.",
                    layer=step.name,
                    n=step.input_shape[-1],
                    m=child.shape[-1],
                ),
                layer=step.name,
            )


def _after(step: Step) -> Step | None:
    while len(step.children) == 1:
        step = step.children[0]
        if not step.passes and step.kind not in ("Activation", "ReLU", "LeakyReLU"):
            return step
    return None


@check(
    "EK052",
    title="Dropout on the output",
    why="Dropout sets answers of the model to 0 and enlarges the others: no training "
    "can make them right.",
    lesson=12,
    moment="model",
    wrong='Dense(10, activation="softmax"), Dropout(0.5)',
    right='Dropout(0.5), Dense(10, activation="softmax")',
)
def dropout_on_output(patient: Any) -> Iterator[Sign]:
    for output in patient.wiring.outputs if patient.wiring is not None else []:
        step = output
        while step.passes and len(step.parents) == 1:
            if step.kind in DROPOUTS:
                yield Sign(
                    say('"{layer}" comes after the last layer.', layer=step.name),
                    layer=step.name,
                )
            step = step.parents[0]


@check(
    "EK056",
    title="nearly everything is dropped",
    why="The argument of Dropout is the share that is set to 0, not the share that is "
    "kept.",
    lesson=12,
    moment="model",
    wrong="Dropout(0.9)  # meant: keep 90 %",
    right="Dropout(0.1)",
)
def high_dropout(patient: Any) -> Iterator[Sign]:
    for layer in patient.layers:
        rate = getattr(layer, "rate", 0)
        if type(layer).__name__ in DROPOUTS and isinstance(rate, float) and rate >= 0.8:
            yield Sign(
                say(
                    '"{layer}" drops {share} % of its inputs.',
                    layer=layer.name,
                    share=number(100 * rate),
                ),
                f"Dropout({1 - rate:.2g})",
                layer=layer.name,
            )


@check(
    "EK053",
    "note",
    title="the model is not compiled",
    why="fit and evaluate need to know the loss and the optimizer. A training loop of "
    "your own does not.",
    lesson=10,
    moment="model",
    wrong="model = keras.Sequential([...])\nmodel.fit(x, y)",
    right='model.compile(optimizer="adam", loss="mse")',
)
def not_compiled(patient: Any) -> Iterator[Sign]:
    if patient.model.compiled:
        return
    fits = [c for c in patient.program.calls_of("fit") if _has_data(c)]
    compiles = patient.program.calls_of("compile")
    yield Sign(
        say("compile was not called."),
        severity="error" if fits and not compiles else "note",
    )


def _has_data(call: Any) -> bool:
    return len(call.args) + len(call.keywords) > 1


@also("EK039", "model", "warning")
def layer_feeds_itself(patient: Any) -> Iterator[Sign]:
    """Siamese branches share a layer side by side; one after the other is no such."""
    told = set()
    for step in patient.steps:
        layer = step.operation
        if step.is_input or not getattr(layer, "weights", None) or id(layer) in told:
            continue
        if _is_among_ancestors(step):
            told.add(id(layer))
            yield Sign(
                say(
                    'The layer "{layer}" is called on what it gave itself: both places '
                    "share one kernel.",
                    layer=step.name,
                ),
                f"{step.kind}(...)  # a layer object for each place",
                layer=step.name,
            )


def _is_among_ancestors(step: Step) -> bool:
    seen: set[int] = set()
    waiting = list(step.parents)
    while waiting:
        parent = waiting.pop()
        if parent.operation is step.operation:
            return True
        if id(parent) not in seen:
            seen.add(id(parent))
            waiting += parent.parents
    return False
