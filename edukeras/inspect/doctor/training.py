"""How training goes: its curves, its gradients, its units."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from edukeras.inspect.doctor.checks import Sign, also, check
from edukeras.inspect.doctor.exam import exam_of, inference_loss
from edukeras.inspect.doctor.numbers import number, percent
from edukeras.inspect.doctor.outputs import layer_of
from edukeras.messages import say

# What keeps a running average, and what draws at random, in training only.
MODE_LAYERS = {
    "BatchNormalization", "Dropout", "SpatialDropout1D", "SpatialDropout2D",
    "SpatialDropout3D", "GaussianNoise", "GaussianDropout", "AlphaDropout",
}  # fmt: skip

SQUASHING = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "hard_sigmoid": (0.0, 1.0)}

# These divide the gradient by its own size: their steps are about the learning rate.
SCALED_STEPS = {"Adam", "AdamW", "Nadam", "Adamax", "RMSprop", "Lion"}


# -- the size of the steps ----------------------------------------------------


@check(
    "EK031",
    "error",
    title="the learning rate is too high",
    why="The steps are larger than the valley is wide: each lands higher up on the "
    "other side. A step should change a weight by about a thousandth of itself.",
    lesson=6,
    moment="training",
    wrong="keras.optimizers.SGD(10.0)",
    right="keras.optimizers.Adam(0.001)",
)
def steps_too_large(patient: Any) -> Iterator[Sign]:
    loss = patient.curve("loss")
    bad = np.flatnonzero(~np.isfinite(loss))
    if len(bad):
        yield Sign(
            say("The loss is no number any more from epoch {n} on.", n=int(bad[0]) + 1),
            _slower(patient),
            epoch=int(bad[0]) + 1,
        )
        return
    rising = _rises(loss)
    if rising:
        yield Sign(
            say(
                "The loss rose {n} epochs in a row, from {a} to {b}.",
                n=3,
                a=number(loss[rising - 1]),
                b=number(loss[rising + 2]),
            ),
            _slower(patient),
            epoch=rising + 1,
        )
        return
    if any(not np.isfinite(w).all() for w in patient.model.get_weights()):
        yield Sign(say("There are NaN or infinite weights."), _slower(patient))
        return
    yield from _tried_steps(patient, loss)


def _rises(loss: np.ndarray) -> int:
    """The index of the first of three epochs that rise, to more than at the start."""
    for k in range(1, len(loss) - 2):
        run = loss[k - 1 : k + 3]
        if (np.diff(run) > 0).all() and run[-1] > 1.2 * run[0] and run[-1] > loss[0]:
            return k
    return 0


def _tried_steps(patient: Any, curve: np.ndarray) -> Iterator[Sign]:
    """Steps on the same samples again and again: the loss can only fall, if slowly."""
    if len(curve) > 1 and curve[-1] < 0.9 * curve[0]:
        return
    exam = exam_of(patient)
    if exam is None or len(exam.losses) < 3:
        return
    losses = np.array(exam.losses)
    first = losses[0]
    if not np.isfinite(losses).all() or losses[-1] > 2 * abs(first) + 0.5:
        ratios = [x.ratio for x in exam.with_kernels]
        yield Sign(
            say(
                "{n} steps on the same samples took the loss from {a} to {b}; one step "
                "changed a kernel by {ratio} of its size.",
                n=len(losses) - 1,
                a=number(first),
                b=number(losses[-1]),
                ratio=number(max(ratios, default=0)),
            ),
            _slower(patient),
        )


@also("EK031", "model", "warning")
def rate_of_adam(patient: Any) -> Iterator[Sign]:
    rate = patient.learning_rate
    kind = type(getattr(patient.model, "optimizer", None)).__name__
    loss = patient.curve("loss")
    if len(loss) > 1 and loss[-1] < 0.5 * loss[0]:
        return
    if kind in SCALED_STEPS and rate is not None and rate >= 0.3:
        yield Sign(
            say(
                "{optimizer} has the learning rate {rate}: each step changes each "
                "weight by about that much.",
                optimizer=kind,
                rate=number(rate),
            ),
            f"keras.optimizers.{kind}(0.001)",
        )


def _slower(patient: Any) -> str:
    kind = type(patient.model.optimizer).__name__
    rate = patient.learning_rate
    if rate is None:
        return f"keras.optimizers.{kind}(...)  # a schedule that starts lower"
    usual = 0.001 if kind in SCALED_STEPS else 0.01
    return f"keras.optimizers.{kind}({min(usual, rate / 10):g})"


@check(
    "EK032",
    title="the learning rate is too low",
    why="The weights hardly move: training would take for ever.",
    lesson=6,
    moment="training",
    wrong="keras.optimizers.Adam(1e-8)",
    right="keras.optimizers.Adam(0.001)",
)
def steps_too_small(patient: Any) -> Iterator[Sign]:
    loss, rate = patient.curve("loss"), patient.learning_rate
    optimizer = getattr(patient.model, "optimizer", None)
    if optimizer is None:
        return
    moved = len(loss) > 1 and loss[0] > 0 and (loss[0] - loss.min()) / loss[0] > 0.01
    exam = exam_of(patient)
    ratios = [] if exam is None else [x.ratio for x in exam.with_kernels]
    if (
        exam is not None
        and ratios
        and not moved
        and max(x.gradient for x in exam.with_kernels) > 1e-7  # else no rate helps
        and max(ratios) < 2e-5
    ):
        yield Sign(
            say(
                "One step changes no kernel by more than {ratio} of its size; about "
                "0.001 is usual.",
                ratio=number(max(ratios)),
            ),
            _faster(optimizer),
        )
    elif not ratios and rate is not None and 0 < rate < 1e-6 and not moved:
        yield Sign(
            say("The learning rate is {rate}.", rate=number(rate)), _faster(optimizer)
        )


def _faster(optimizer: Any) -> str:
    kind = type(optimizer).__name__
    return f"keras.optimizers.{kind}({0.001 if kind in SCALED_STEPS else 0.01})"


# -- gradients ----------------------------------------------------------------


@check(
    "EK033",
    title="vanishing gradients",
    why="Each sigmoid multiplies the gradient by at most 0.25 on its way back, and by "
    "nearly 0 where it is saturated: the first layers do not learn.",
    lesson=12,
    moment="training",
    wrong='eight times Dense(16, activation="sigmoid")',
    right='Dense(16, activation="relu", kernel_initializer="he_normal")',
)
def vanishing(patient: Any) -> Iterator[Sign]:
    exam = exam_of(patient)
    if exam is None:
        return
    kernels = exam.with_kernels
    # A kernel of 0 hands no gradient on at first; it will.
    if len(kernels) >= 3 and not any(note.was_zero for note in kernels):
        first, last = kernels[0], kernels[-1]
        if last.gradient > 1e-12 and first.gradient < 1e-4 * last.gradient:
            if not all(
                _is_dead(note) for note in exam.layers if note.output is not None
            ):
                yield Sign(
                    say(
                        'The gradient is {a} in the first kernel ("{first}") and {b} '
                        'in the last ("{last}").',
                        a=number(first.gradient),
                        b=number(last.gradient),
                        first=first.name,
                        last=last.name,
                    ),
                    layer=first.name,
                )
                return
    outputs = {layer_of(head) for head in patient.heads}
    for note in exam.layers:
        share = _saturated(note)
        if share > 0.9 and note.name not in outputs:
            yield Sign(
                say(
                    '{share} % of the outputs of "{layer}" are saturated: within 0.02 '
                    "of the ends of {activation}.",
                    share=percent(share),
                    layer=note.name,
                    activation=_activation(note),
                ),
                "x = (x - x.mean(axis=0)) / x.std(axis=0)  # and smaller first weights",
                layer=note.name,
            )


def _activation(note: Any) -> str:
    return getattr(getattr(note.layer, "activation", None), "__name__", "")


def _saturated(note: Any) -> float:
    ends = SQUASHING.get(_activation(note))
    if (
        ends is None
        or note.output is None
        or hasattr(note.layer, "recurrent_activation")
    ):
        return 0.0
    low, high = ends
    close = (note.output < low + 0.02) | (note.output > high - 0.02)
    return float(close.mean())


@check(
    "EK034",
    title="exploding gradients",
    why="The gradient grows from layer to layer on its way back, until one step throws "
    "the weights far away. Clip it, or begin with smaller weights.",
    lesson=12,
    moment="training",
    wrong="Dense(64, kernel_initializer=RandomNormal(stddev=1)) many times",
    right='Dense(64, kernel_initializer="he_normal")  # or keras.optimizers.Adam'
    "(clipnorm=1.0)",
)
def exploding(patient: Any) -> Iterator[Sign]:
    exam = exam_of(patient)
    if exam is None:
        return
    if exam.losses and not np.isfinite(exam.losses[0]):
        return  # the loss itself is no number: EK031 or EK050
    if not np.isfinite(exam.norm):
        yield Sign(say("There are gradients that are no numbers."))
        return
    kernels = exam.with_kernels
    if len(kernels) < 3:
        return
    first, last = kernels[0], kernels[-1]
    if last.gradient > 0 and first.gradient > 1e3 * last.gradient and exam.norm > 10:
        yield Sign(
            say(
                'The gradient grows from {b} in the last kernel ("{last}") to {a} in '
                'the first ("{first}").',
                a=number(first.gradient),
                b=number(last.gradient),
                first=first.name,
                last=last.name,
            ),
            layer=first.name,
        )
    elif exam.norm > 1e5:
        yield Sign(
            say(
                "All gradients together have the length {norm}.", norm=number(exam.norm)
            )
        )


@check(
    "EK035",
    title="dead ReLU units",
    why="A unit that is 0 for every sample gets no gradient, so it stays 0 for ever.",
    lesson=12,
    moment="training",
    wrong="a large learning rate with relu, or a bias that starts far below 0",
    right="keras.optimizers.Adam(0.001)  # smaller steps; or layers.LeakyReLU()",
)
def dead_units(patient: Any) -> Iterator[Sign]:
    exam = exam_of(patient)
    for note in exam.layers if exam is not None else []:
        dead, units = _dead(note)
        if units >= 8 and dead > 0.7 * units:
            yield Sign(
                say(
                    '{n} of {m} units of "{layer}" are 0 for all {samples} samples.',
                    n=dead,
                    m=units,
                    layer=note.name,
                    samples=_count(note),
                ),
                layer=note.name,
            )


def _count(note: Any) -> int:
    return 0 if note.output is None else len(note.output)


def _dead(note: Any) -> tuple[int, int]:
    """(units that are always 0, units) of a layer with relu."""
    relu = _activation(note) == "relu" or type(note.layer).__name__ == "ReLU"
    output = note.output
    if not relu or output is None or output.ndim < 2 or len(output) < 8:
        return 0, 0
    if getattr(note.layer, "negative_slope", 0):
        return 0, 0
    flat = output.reshape(-1, output.shape[-1])
    return int((flat <= 0).all(axis=0).sum()), flat.shape[1]


def _is_dead(note: Any) -> bool:
    dead, units = _dead(note)
    return units > 0 and dead == units


# -- training mode ------------------------------------------------------------


@check(
    "EK037",
    title="training mode and inference mode taken for the same",
    why="In training, BatchNormalization uses the statistics of the batch, Dropout "
    "is on, and the number shown is the average over a changing model.",
    lesson=12,
    moment="training",
    wrong="model.fit(x, y, batch_size=2)  # with BatchNormalization",
    right="model.fit(x, y, batch_size=32)",
)
def tiny_batches(patient: Any) -> Iterator[Sign]:
    size = patient.used_batch_size
    if not patient.has_layer("BatchNormalization") or size >= 8:
        return
    if patient.batch_size or patient.steps_per_epoch:
        yield Sign(
            say(
                "BatchNormalization takes mean and deviation over batches of {n} "
                "samples.",
                n=size,
            )
        )


@also("EK037", "training", "note")
def evaluated_differently(patient: Any) -> Iterator[Sign]:
    shown = patient.curve("loss")
    if (
        not len(shown)
        or not patient.has_layer(*MODE_LAYERS)
        or exam_of(patient) is None
    ):
        return
    loss = inference_loss(patient)
    if loss is None or not np.isfinite([loss, shown[-1]]).all():
        return
    if (
        max(loss, shown[-1]) > 1.5 * min(loss, shown[-1])
        and abs(loss - shown[-1]) > 0.1
    ):
        yield Sign(
            say(
                "fit showed a loss of {a} for the last epoch; evaluate gives {b} on "
                "the same data.",
                a=number(shown[-1]),
                b=number(loss),
            ),
            "model.evaluate(x_train, y_train)  # the number to compare with val_loss",
        )


# -- what the numbers mean ----------------------------------------------------


@check(
    "EK024",
    title="accuracy that always answering the same would have",
    why="If most samples are of one class, always answering that class looks good and "
    "says nothing. Look at each class, or weight the rare ones.",
    lesson=12,
    moment="training",
    wrong='metrics=["accuracy"] where 95 % are of one class',
    right="model.fit(..., class_weight={0: 1, 1: 19})\nmetrics = [keras.metrics.AUC()]",
)
def majority_accuracy(patient: Any) -> Iterator[Sign]:
    for head in patient.heads:
        y = _classes(head.all_y, head)
        if y is None or head.predicted is None or not head.has_accuracy:
            continue
        values, counts = np.unique(y, return_counts=True)
        share = counts.max() / len(y)
        if len(values) < 2 or share < 0.65 or not patient.is_trained:
            continue
        answers = _answers(head)
        accuracy = _last_accuracy(patient, head)
        if accuracy is None or accuracy > share + 0.01 or len(np.unique(answers)) > 1:
            continue
        common = values[counts.argmax()]
        weights = ", ".join(
            f"{v:g}: {counts.max() / c:.3g}"
            for v, c in zip(values, counts, strict=True)
        )
        yield Sign(
            say(
                '{accuracy} % accuracy is what always answering "{k}" gives: {share} % '
                "of the labels are {k}, and the model answers nothing else.",
                accuracy=percent(accuracy),
                k=number(common),
                share=percent(share),
            ),
            f"model.fit(..., class_weight={{{weights}}})",
            layer=layer_of(head),
        )


def _classes(y: Any, head: Any) -> np.ndarray | None:
    if y is None or y.dtype.kind not in "biuf":
        return None
    if y.ndim == 2 and y.shape[1] > 1:
        one_hot = np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all()
        return y.argmax(axis=1) if one_hot else None
    if y.ndim > 2 or len(np.unique(y)) > 50:
        return None
    return y.reshape(len(y))


def _answers(head: Any) -> np.ndarray:
    p = head.predicted
    if p.ndim == 2 and p.shape[1] > 1:
        return p.argmax(axis=1)
    return p.reshape(len(p)) > (0.0 if head.from_logits else 0.5)


def _last_accuracy(patient: Any, head: Any) -> float | None:
    names = [name for name in head.metrics if "acc" in name.lower()]
    found = [patient.curve(name)[-1] for name in names if len(patient.curve(name))]
    return float(found[0]) if found else None
