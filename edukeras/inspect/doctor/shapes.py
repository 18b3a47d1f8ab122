"""Do the shapes of the data, the layers and the targets fit together?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from edukeras import losses
from edukeras.inspect.doctor.checks import Sign, check
from edukeras.inspect.doctor.outputs import layer_of
from edukeras.inspect.doctor.patient import Head
from edukeras.losses.base import LossFunctionWrapper
from edukeras.messages import say

SPARSE = "sparse_categorical_crossentropy"


def expected_shape(patient: Any) -> tuple | None:
    """The shape that the only input of the model has, the batch axis first."""
    model = patient.model
    if getattr(model, "_functional", None) is None:
        return None
    shape = model.input_shape
    return shape if isinstance(shape, tuple) else None


def fits(shape: tuple, expected: tuple) -> bool:
    """Whether a shape is the expected one, None standing for any size."""
    return len(shape) == len(expected) and all(
        m is None or n == m for n, m in zip(shape, expected, strict=True)
    )


@check(
    "EK025",
    "error",
    title="the number of samples in input_shape",
    why="input_shape is the shape of one sample. The number of samples is free, and "
    "Keras adds an axis for it by itself.",
    lesson=3,
    moment="data",
    wrong="Input(shape=(150, 4))  # or input_shape=x.shape, for x of shape (150, 4)",
    right="Input(shape=(4,))",
)
def batch_axis_in_input_shape(patient: Any) -> Iterator[Sign]:
    expected, x = expected_shape(patient), patient.single_x
    if expected is None or x is None or x.ndim != len(expected) - 1 or x.ndim < 1:
        return
    if not fits(x.shape[1:], expected[2:]) or _is_one_sample(patient, x, expected):
        return
    if expected[1] is None or expected[1] == len(x):
        yield Sign(
            say(
                "The model expects inputs of shape {expected}; x has shape {shape}, "
                "which is {n} samples of shape {one}.",
                expected=expected,
                shape=x.shape,
                n=len(x),
                one=x.shape[1:],
            ),
            f"Input(shape={x.shape[1:]})",
        )


def _is_one_sample(patient: Any, x: np.ndarray, expected: tuple) -> bool:
    """Whether x is one sample: y does not count its rows, nor do the layers."""
    if not fits(x.shape, expected[1:]):
        return False
    y = patient.y
    if isinstance(y, np.ndarray) and y.ndim and len(y) == len(x) > 1:
        return False
    first = next((s for s in patient.steps if not s.is_input and not s.passes), None)
    return x.ndim == 1 or first is None or first.kind != "Dense" or y is not None


@check(
    "EK026",
    "error",
    title="one sample without the batch axis",
    why="A model takes a batch: also a single sample needs the axis that counts them.",
    lesson=3,
    moment="data",
    wrong="model.predict(x[0])",
    right="model.predict(x[0][None, ...])  # or x[:1]",
)
def no_batch_axis(patient: Any) -> Iterator[Sign]:
    expected, x = expected_shape(patient), patient.single_x
    if expected is None or x is None or x.ndim != len(expected) - 1:
        return
    if _is_one_sample(patient, x, expected):
        yield Sign(
            say(
                "The model expects inputs of shape {expected}; x has shape {shape}, "
                "the shape of one sample.",
                expected=expected,
                shape=x.shape,
            )
        )


@check(
    "EK027",
    "error",
    title="a Flatten is missing",
    why="Dense works on the last axis only and keeps all others, so there is one "
    "output for each pixel or step instead of one for each sample.",
    lesson=3,
    moment="data",
    wrong='Conv2D(8, 3), Dense(10, activation="softmax")',
    right='Conv2D(8, 3), Flatten(), Dense(10, activation="softmax")',
)
def missing_flatten(patient: Any) -> Iterator[Sign]:
    if any(True for _ in batch_axis_in_input_shape(patient)):
        return  # one axis too many, and everything after it
    for head in patient.heads:
        step = head.step
        if step is None or head.shape is None or len(head.shape) < 3:
            continue
        if step.kind != "Dense" or len(step.input_shape) < 3:
            continue
        y = head.all_y
        if y is None:
            yield from _dense_on_pixels(head)
        elif not _matches(head, y):
            yield Sign(
                say(
                    'The output "{layer}" has shape {shape}, because its input has '
                    "{axes} axes; y has shape {y}.",
                    layer=step.name,
                    shape=(None, *head.shape[1:]),
                    axes=len(step.input_shape),
                    y=y.shape,
                ),
                f"layers.Flatten(),\nlayers.Dense({step.shape[-1]}, ...)",
                layer=step.name,
            )


def _matches(head: Head, y: np.ndarray) -> bool:
    """Whether there is one target for each output."""
    assert head.shape is not None
    shape = head.shape[1:-1] if head.loss == SPARSE else head.shape[1:]
    return y.shape[1:] in (shape, (*shape, 1)) or (*y.shape[1:], 1) == shape


def _dense_on_pixels(head: Head) -> Iterator[Sign]:
    """Without targets, one class for each pixel may be meant: segmentation."""
    step = head.step
    assert step is not None
    if len(step.input_shape) == 4 and step.activation in ("softmax", "sigmoid"):
        yield Sign(
            say(
                'The output "{layer}" has shape {shape}: {activation} for each pixel.',
                layer=step.name,
                shape=step.shape,
                activation=step.activation,
            ),
            severity="note",
            layer=step.name,
        )


@check(
    "EK028",
    "error",
    title="targets that are broadcast",
    why="NumPy stretches axes of size 1, so (n, 1) against (n,) compares every sample "
    "with every other: n x n errors instead of n, and a loss that means nothing.",
    lesson=4,
    moment="data",
    wrong="loss = (y - model(x)) ** 2, for y of shape (n,) and outputs of shape (n, 1)",
    right="y = y.reshape(-1, 1)",
)
def broadcast_targets(patient: Any) -> Iterator[Sign]:
    for head in patient.heads:
        y, shape = head.y, head.shape
        if y is None or shape is None or head.predicted is None or y.shape == shape:
            continue
        if y.dtype.kind not in "biuf":
            continue
        if y.ndim == len(shape) and y.shape[-1] == 1 and shape[-1] > 1:
            if head.loss in (None, SPARSE) or "categorical" in str(head.loss):
                continue
            yield Sign(
                say(
                    "y has shape {y} and the output {shape}: the one target is "
                    "compared with all {n} outputs.",
                    y=y.shape,
                    shape=shape,
                    n=shape[-1],
                ),
                "Dense(1)",
                layer=layer_of(head),
            )
        elif {y.shape, shape} == {(len(y),), (len(y), 1)} and _loss_by_hand(
            patient, head
        ):
            yield Sign(
                say(
                    "y has shape {y} and the output {shape}; their difference has "
                    "shape {both}.",
                    y=y.shape,
                    shape=shape,
                    both=(len(y), len(y)),
                ),
                f"y = y.reshape({'-1, 1' if len(shape) == 2 else '-1'})",
                layer=layer_of(head),
            )


def _loss_by_hand(patient: Any, head: Head) -> bool:
    """Whether nobody brings the two shapes together, as built-in losses do."""
    loss = head.loss_object
    if isinstance(loss, losses.Loss):
        return not isinstance(loss, LossFunctionWrapper)
    program = patient.program
    by_tape = any(program.calls_of("GradientTape"))
    known = [name for name in losses.KNOWN if program.calls_of(name)]
    return not patient.model.compiled and by_tape and not known


@check(
    "EK029",
    title="None taken for an axis of one's own",
    why="None in a summary is the number of samples, which is free. Keras adds it by "
    "itself: writing it makes another axis, of sequences of any length.",
    lesson=3,
    moment="model",
    wrong="Input(shape=(None, 784)), Dense(10)",
    right="Input(shape=(784,)), Dense(10)",
)
def none_as_an_axis(patient: Any) -> Iterator[Sign]:
    wiring = patient.wiring
    if wiring is None or len(wiring.inputs) != 1:
        return
    shape = wiring.inputs[0].shape
    if len(shape) != 3 or shape[1] is not None or shape[2] is None:
        return
    by_row = {"Dense", "Activation", "BatchNormalization", "LayerNormalization"}
    steps = [s for s in wiring.steps if not s.is_input]
    if all(s.kind in by_row or s.passes for s in steps):
        x = patient.single_x
        if x is not None and x.ndim == 3:
            return  # sequences are meant
        yield Sign(
            say(
                "The input has shape {shape}, with two free axes, and only layers "
                "that need one.",
                shape=shape,
            ),
            f"Input(shape=({shape[2]},))",
            layer=wiring.inputs[0].name,
        )
