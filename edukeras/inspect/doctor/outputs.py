"""What the output ends with, and the loss and metrics it is compared by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from edukeras.inspect.doctor.checks import Sign, also, check
from edukeras.inspect.doctor.numbers import number, percent
from edukeras.inspect.doctor.patient import (
    BINARY_LOSSES,
    CLASS_LOSSES,
    REGRESSION_LOSSES,
    Head,
)
from edukeras.inspect.doctor.wiring import Step, short_name
from edukeras.messages import say

# What gives numbers between 0 and 1.
PROBABILITIES = {"softmax", "sigmoid", "hard_sigmoid", "sparsemax", "sparse_sigmoid"}

# The numbers an activation can give.
RANGES = {
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu": (0.0, np.inf),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, np.inf),
    "exponential": (0.0, np.inf),
}


def layer_of(head: Head) -> str:
    return head.step.name if head.step is not None else head.name


def _label(step: Step) -> str:
    return short_name(step.operation)


# -- softmax ------------------------------------------------------------------


@check(
    "EK001",
    "error",
    title="softmax over the wrong axis",
    why="Softmax must sum to 1 over the classes of one sample, not over the samples of "
    "a batch: what is predicted for one sample would depend on all the others.",
    lesson=3,
    moment="model",
    wrong="Softmax(axis=0)",
    right="Softmax(axis=-1)  # the default: over the last axis",
)
def softmax_over_the_batch(patient: Any) -> Iterator[Sign]:
    for step in patient.steps:
        if step.kind.lower() == "softmax" and _axis_is_batch(step):
            yield Sign(
                say(
                    'Layer "{layer}" takes softmax over axis {axis} of {shape}, '
                    "which counts the samples.",
                    layer=step.name,
                    axis=step.softmax_axis(),
                    shape=step.shape,
                ),
                layer=step.name,
            )


def _axis_is_batch(step: Step) -> bool:
    axis = step.softmax_axis()
    return isinstance(axis, int) and axis % max(len(step.shape), 1) == 0


@also("EK001", "data")
def columns_sum_to_one(patient: Any) -> Iterator[Sign]:
    if any(s.kind.lower() == "softmax" and _axis_is_batch(s) for s in patient.steps):
        return
    for head in patient.heads:
        if sums_over_the_batch(head):
            yield Sign(
                say(
                    "The outputs of each class sum to 1 over the {n} samples, but "
                    "those of one sample sum to {total}.",
                    n=len(head.predicted),
                    total=number(head.predicted[0].sum()),
                ),
                layer=layer_of(head),
            )


def sums_over_the_batch(head: Head) -> bool:
    p = head.predicted
    if p is None or p.ndim != 2 or len(p) < 2 or p.shape[1] < 2:
        return False
    return bool(
        (p >= 0).all()
        and np.allclose(p.sum(axis=0), 1, atol=1e-3)
        and not np.allclose(p.sum(axis=1), 1, atol=1e-3)
    )


@check(
    "EK002",
    "error",
    title="softmax over one unit",
    why="With one unit softmax is always exactly 1, so nothing can be learned.",
    lesson=3,
    moment="model",
    wrong='Dense(1, activation="softmax")',
    right='Dense(1, activation="sigmoid")',
)
def softmax_over_one_unit(patient: Any) -> Iterator[Sign]:
    steps = patient.steps
    for step in steps:
        axis = step.softmax_axis()
        if step.activation != "softmax" or not isinstance(axis, int) or not step.shape:
            continue
        if step.shape[axis] == 1:
            yield _one_unit(step.name)
    if not steps:  # a subclass that cannot be followed
        for layer in patient.layers:
            name = getattr(getattr(layer, "activation", None), "__name__", "")
            if name == "softmax" and getattr(layer, "units", 0) == 1:
                yield _one_unit(layer.name)


def _one_unit(name: str) -> Sign:
    return Sign(
        say('Layer "{layer}" takes softmax over 1 unit.', layer=name), layer=name
    )


@check(
    "EK003",
    "error",
    title="softmax or sigmoid twice",
    why="With from_logits=True the loss applies the activation itself. Twice flattens "
    "the probabilities: the model learns slowly and is never sure.",
    lesson=4,
    moment="model",
    wrong='Dense(3, activation="softmax") and a loss with from_logits=True',
    right="model.compile(..., loss=SparseCategoricalCrossentropy(from_logits=False))",
)
def activation_and_from_logits(patient: Any) -> Iterator[Sign]:
    for head in patient.heads:
        if head.from_logits and head.activation in ("softmax", "sigmoid"):
            yield Sign(
                say(
                    'Output "{layer}" ends with {activation}, and the loss {loss} has '
                    "from_logits=True.",
                    layer=layer_of(head),
                    activation=head.activation,
                    loss=head.loss,
                ),
                f"model.compile(..., loss=keras.losses.{_class_of(head)}())",
                layer=layer_of(head),
            )


def _class_of(head: Head) -> str:
    """ "binary_crossentropy" -> "BinaryCrossentropy"."""
    return "".join(part.capitalize() for part in str(head.loss).split("_"))


@check(
    "EK004",
    "error",
    title="raw scores where the loss expects probabilities",
    why="Cross-entropy takes the logarithm of probabilities. Negative numbers and "
    "numbers above 1 are none: they are cut off, and so is their gradient.",
    lesson=4,
    moment="model",
    wrong='Dense(3) and loss="sparse_categorical_crossentropy"',
    right="model.compile(..., loss=keras.losses.SparseCategoricalCrossentropy("
    "from_logits=True))",
)
def scores_without_from_logits(patient: Any) -> Iterator[Sign]:
    for head in patient.heads:
        if head.loss not in CLASS_LOSSES | BINARY_LOSSES or head.from_logits:
            continue
        if head.activation is not None:
            if head.activation in PROBABILITIES:
                continue
            saw = say(
                'Output "{layer}" ends with {activation}, and the loss {loss} expects '
                "probabilities.",
                layer=layer_of(head),
                activation=head.activation,
                loss=head.loss,
            )
        elif _are_no_probabilities(head):
            assert head.predicted is not None
            saw = say(
                "The outputs lie between {low} and {high}, and the loss {loss} expects "
                "probabilities.",
                low=number(head.predicted.min()),
                high=number(head.predicted.max()),
                loss=head.loss,
            )
        else:
            continue
        loss = f"keras.losses.{_class_of(head)}(from_logits=True)"
        yield Sign(
            saw,
            f"model.compile(..., loss={loss})",
            layer=layer_of(head),
        )


def _are_no_probabilities(head: Head) -> bool:
    p = head.predicted
    if p is None or not np.isfinite(p).all() or sums_over_the_batch(head):
        return False
    if (p < -1e-6).any() or (p > 1 + 1e-5).any():
        return True
    return (
        head.loss in CLASS_LOSSES
        and p.shape[-1] > 1
        and not np.allclose(p.sum(axis=-1), 1, atol=1e-2)
    )


@check(
    "EK008",
    title="sigmoid with a loss for exactly one class",
    why="Sigmoid scores each class alone. Where exactly one class is true, softmax "
    "makes the classes compete and their probabilities sum to 1.",
    lesson=4,
    moment="model",
    wrong='Dense(3, activation="sigmoid") and loss="categorical_crossentropy"',
    right='Dense(3, activation="softmax")',
)
def sigmoid_with_categorical(patient: Any) -> Iterator[Sign]:
    for head in patient.heads:
        if head.activation != "sigmoid" or head.loss not in CLASS_LOSSES:
            continue
        if head.from_logits:
            continue
        saw = say(
            'Output "{layer}" has {n} units with sigmoid, and the loss is {loss}.',
            layer=layer_of(head),
            n=head.units,
            loss=head.loss,
        )
        fix = f'Dense({head.units}, activation="softmax")'
        if head.units == 1:
            fix = 'model.compile(..., loss="binary_crossentropy")'
        yield Sign(saw, fix, layer=layer_of(head))


# -- binary cross-entropy -----------------------------------------------------


@check(
    "EK010",
    title="binary cross-entropy for one of several classes",
    why="It trains, but every 0 of the one-hot rows counts as a right answer, so the "
    "accuracy looks far too good: with 10 classes, always answering 0 has 90 %.",
    lesson=4,
    moment="model",
    wrong='Dense(10, activation="softmax") and loss="binary_crossentropy"',
    right='model.compile(..., loss="categorical_crossentropy")',
)
def binary_loss_with_softmax(patient: Any) -> Iterator[Sign]:
    for head in patient.heads:
        if head.loss not in BINARY_LOSSES or not head.units or head.units < 2:
            continue
        if head.activation == "softmax" and not _is_multi_label(head):
            yield Sign(
                say(
                    'Output "{layer}" is a softmax over {n} classes, and the loss is '
                    "{loss}.",
                    layer=layer_of(head),
                    n=head.units,
                    loss=head.loss,
                ),
                layer=layer_of(head),
            )
        elif head.activation != "softmax" and _is_one_hot(head):
            yield Sign(
                say(
                    "Each of the {n} rows of y has exactly one 1 among {classes} "
                    "classes, and the loss is {loss}.",
                    n=len(head.all_y if head.all_y is not None else ()),
                    classes=head.units,
                    loss=head.loss,
                ),
                f'Dense({head.units}, activation="softmax"), '
                'loss="categorical_crossentropy"',
                layer=layer_of(head),
            )


def _is_one_hot(head: Head) -> bool:
    """Whether all rows have exactly one 1 each; a few rows prove nothing."""
    y = head.all_y
    if y is None or head.is_reconstruction or y.ndim != 2 or y.shape[1] < 2:
        return False
    binary = np.isin(y, (0, 1)).all()
    return bool(len(y) >= 20 and binary and (y.sum(axis=1) == 1).all())


def _is_multi_label(head: Head) -> bool:
    y = head.all_y
    if y is None or y.ndim != 2 or y.shape[1] < 2 or y.dtype.kind not in "biuf":
        return False
    return bool(np.isin(y, (0, 1)).all() and (y.sum(axis=1) != 1).mean() > 0.01)


@check(
    "EK009",
    "error",
    title="softmax where a sample may have several labels",
    why="The outputs of softmax share a total of 1, so two labels can never both be "
    "likely. Sigmoid and binary cross-entropy judge each label for itself.",
    lesson=4,
    moment="data",
    wrong='Dense(5, activation="softmax"), and rows of y such as [1, 0, 1, 0, 0]',
    right='Dense(5, activation="sigmoid"), loss="binary_crossentropy"',
)
def softmax_for_several_labels(patient: Any) -> Iterator[Sign]:
    for head in patient.heads:
        softmax = head.activation == "softmax" or (
            head.from_logits and head.loss == "categorical_crossentropy"
        )
        if softmax and head.loss != "sparse_categorical_crossentropy":
            if _is_multi_label(head):
                sums = head.all_y.sum(axis=1)
                yield Sign(
                    say(
                        "{share} % of the rows of y do not have exactly one 1: they "
                        "have {low} to {high}.",
                        share=percent((sums != 1).mean()),
                        low=int(sums.min()),
                        high=int(sums.max()),
                    ),
                    f'Dense({head.units}, activation="sigmoid"), '
                    'loss="binary_crossentropy"',
                    layer=layer_of(head),
                )


# -- regression ---------------------------------------------------------------


@check(
    "EK011",
    title="accuracy for a regression",
    why="Accuracy counts predictions that equal the target exactly, which real numbers "
    "hardly ever do. The mean absolute error says how far off they are.",
    lesson=4,
    moment="model",
    wrong='model.compile("adam", "mse", metrics=["accuracy"])',
    right='model.compile("adam", "mse", metrics=["mae"])',
)
def accuracy_for_regression(patient: Any) -> Iterator[Sign]:
    for head in patient.heads:
        if head.loss not in REGRESSION_LOSSES or not head.has_accuracy:
            continue
        if head.activation in PROBABILITIES and not _has_real_targets(head):
            continue  # a classification with the wrong loss: EK013
        yield Sign(
            say(
                "The loss is {loss}, and {metric} is among the metrics.",
                loss=head.loss,
                metric=next(name for name in head.metrics if "acc" in name),
            ),
            layer=layer_of(head),
        )


def _has_real_targets(head: Head) -> bool:
    y = head.all_y
    return y is not None and y.dtype.kind == "f" and bool((y % 1 != 0).any())


@check(
    "EK012",
    "error",
    title="targets that the output can never reach",
    why="The last activation limits what the model can say. For a regression the last "
    "layer should be linear.",
    lesson=4,
    moment="data",
    wrong='Dense(1, activation="sigmoid") for targets such as 7.5',
    right="Dense(1)  # no activation",
)
def targets_out_of_reach(patient: Any) -> Iterator[Sign]:
    for head in patient.heads:
        if head.activation not in RANGES or head.all_y is None:
            continue
        regression = head.loss in REGRESSION_LOSSES
        pixels = head.loss in BINARY_LOSSES and head.is_reconstruction
        if not (regression or pixels) or head.all_y.dtype.kind not in "iuf":
            continue
        low, high = RANGES[head.activation]
        y = head.all_y
        outside = (y < low - 0.01) | (y > high + 0.01)
        if outside.mean() <= 0.01:
            continue
        worst = y.min() if (y < low - 0.01).any() else y.max()
        yield Sign(
            say(
                'Output "{layer}" ends with {activation}, which gives {low} to {high}; '
                "{share} % of the targets lie outside, such as {worst}.",
                layer=layer_of(head),
                activation=head.activation,
                low=number(low),
                high=number(high),
                share=percent(outside.mean()),
                worst=number(worst),
            ),
            f"Dense({head.units})  # no activation" if regression else "x = x / 255",
            layer=layer_of(head),
        )


@check(
    "EK013",
    title="squared error for a classification",
    why="Where the model is confidently wrong, the gradient of the squared error "
    "behind a sigmoid or softmax is nearly 0. That of cross-entropy is largest there.",
    lesson=4,
    moment="model",
    wrong='Dense(1, activation="sigmoid") and loss="mse" for classes',
    right='model.compile(..., loss="binary_crossentropy")',
)
def squared_error_for_classes(patient: Any) -> Iterator[Sign]:
    for head in patient.heads:
        if head.loss not in ("mean_squared_error", "mean_absolute_error"):
            continue
        if head.is_reconstruction or head.activation not in ("softmax", "sigmoid"):
            continue
        if head.activation == "sigmoid" and not _looks_like_classes(head):
            continue
        if _has_real_targets(head):
            continue
        loss = (
            "categorical_crossentropy"
            if head.activation == "softmax"
            else "binary_crossentropy"
        )
        yield Sign(
            say(
                'Output "{layer}" ends with {activation}, and the loss is {loss}.',
                layer=layer_of(head),
                activation=head.activation,
                loss=head.loss,
            ),
            f'model.compile(..., loss="{loss}")',
            layer=layer_of(head),
        )


def _looks_like_classes(head: Head) -> bool:
    if head.all_y is None:
        return head.has_accuracy
    y = head.all_y
    flat = y.ndim == 1 or (y.ndim == 2 and y.shape[1] <= 20)
    return bool(flat and np.isin(y, (0, 1)).all())
