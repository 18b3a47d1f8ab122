"""Learning curves, and what is read into them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from edukeras.inspect.doctor.checks import Sign, check
from edukeras.inspect.doctor.numbers import number
from edukeras.inspect.doctor.training import MODE_LAYERS
from edukeras.messages import say


def overfits_from(loss: np.ndarray, val_loss: np.ndarray) -> int:
    """The epoch (from 1) of the best validation loss, if overfitting follows it; or 0.

    >>> overfits_from(np.array([3, 2, 1, .5, .2]), np.array([3., 2, 2.2, 2.6, 3.1]))
    2
    """
    if len(val_loss) < 4 or len(loss) != len(val_loss):
        return 0
    if not (np.isfinite(loss).all() and np.isfinite(val_loss).all()):
        return 0
    best = int(val_loss.argmin())
    later = val_loss[best + 1 :]
    if len(later) < 3 or loss[-1] >= 0.9 * loss[best]:
        return 0
    # A last value that is high by chance is no trend: the last ones together.
    return best + 1 if later[-3:].mean() > 1.25 * val_loss[best] else 0


@check(
    "EK041",
    title="overfitting",
    why="The training loss still falls while the validation loss rises: the model "
    "learns its samples by heart. More epochs make it worse.",
    lesson=12,
    moment="training",
    wrong="model.fit(x, y, epochs=500)  # a large model, few samples",
    right="stop = keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)"
    "\nmodel.fit(..., callbacks=[stop])  # or Dropout, or more data",
)
def overfitting(patient: Any) -> Iterator[Sign]:
    loss, val_loss = patient.curve("loss"), patient.curve("val_loss")
    best = overfits_from(loss, val_loss)
    if best:
        yield Sign(
            say(
                "val_loss was best in epoch {best} ({a}) and is {b} in epoch {last}, "
                "while the training loss fell from {c} to {d}.",
                best=best,
                a=number(val_loss[best - 1]),
                b=number(val_loss[-1]),
                last=len(val_loss),
                c=number(loss[best - 1]),
                d=number(loss[-1]),
            ),
            epoch=best,
        )


@check(
    "EK043",
    "note",
    title="the last epoch is not the best",
    why="After fit, the model has the weights of the last epoch, not of the best one.",
    lesson=10,
    moment="training",
    wrong="reporting the best val_accuracy, and using the model of the last epoch",
    right="keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)",
)
def last_is_not_best(patient: Any) -> Iterator[Sign]:
    loss, val_loss = patient.curve("loss"), patient.curve("val_loss")
    if len(val_loss) < 4 or not np.isfinite(val_loss).all():
        return
    best = int(val_loss.argmin()) + 1
    if overfits_from(loss, val_loss) or val_loss[-1] <= 1.1 * val_loss[best - 1]:
        return
    yield Sign(
        say(
            "val_loss is {b} in the last epoch; it was {a} in epoch {best}.",
            a=number(val_loss[best - 1]),
            b=number(val_loss[-1]),
            best=best,
        ),
        epoch=best,
    )


@check(
    "EK044",
    "note",
    title="training ended early",
    why="The loss was still falling steeply: more epochs would make the model better.",
    lesson=10,
    moment="training",
    wrong="model.fit(x, y, epochs=3)",
    right="model.fit(x, y, epochs=30)",
)
def too_few_epochs(patient: Any) -> Iterator[Sign]:
    loss = patient.curve("loss")
    val_loss = patient.curve("val_loss")
    if len(loss) < 2 or not np.isfinite(loss).all() or loss[0] <= 0:
        return
    last_drop = (loss[-2] - loss[-1]) / loss[0]
    if len(val_loss) == len(loss) and val_loss[-1] > val_loss.min():
        return
    if last_drop > 0.05:
        yield Sign(
            say(
                "The loss fell by {drop} in the last of {n} epochs, to {loss}.",
                drop=number(loss[-2] - loss[-1]),
                n=len(loss),
                loss=number(loss[-1]),
            ),
            f"model.fit(x, y, epochs={10 * len(loss)})",
        )


@check(
    "EK045",
    "note",
    title="one batch is the whole data set",
    why="There is one step per epoch: the model needs many epochs, and the noise of "
    "small batches, which helps, is missing.",
    lesson=10,
    moment="data",
    wrong="model.fit(x, y, batch_size=1000)  # 200 samples",
    right="model.fit(x, y, batch_size=32)",
)
def one_batch(patient: Any) -> Iterator[Sign]:
    size = patient.batch_size
    if size and patient.count > 32 and size >= patient.count:
        yield Sign(
            say(
                "The batch size is {size}, and there are {n} samples.",
                size=size,
                n=patient.count,
            )
        )


@check(
    "EK054",
    "note",
    title="validation that looks better than training",
    why="The training number is an average over the epoch, with Dropout on and a model "
    "that was still learning; validation comes after it, with Dropout off.",
    lesson=12,
    moment="training",
    wrong="concluding from val_loss < loss that the validation data is easier",
    right="model.evaluate(x_train, y_train)  # compare this with val_loss",
)
def validation_looks_better(patient: Any) -> Iterator[Sign]:
    loss, val_loss = patient.curve("loss"), patient.curve("val_loss")
    if len(loss) < 2 or len(loss) != len(val_loss):
        return
    better = val_loss < 0.95 * loss
    if better.mean() > 0.6:
        drops = patient.has_layer(*MODE_LAYERS)
        words = say("with Dropout or BatchNormalization") if drops else say("averaged")
        yield Sign(
            say(
                "val_loss was below loss in {n} of {m} epochs ({how}).",
                n=int(better.sum()),
                m=len(loss),
                how=words,
            )
        )


@check(
    "EK039",
    "note",
    title="two things that are one",
    why="A second fit goes on from trained weights, a layer called twice has one set "
    "of weights, and b = a is no copy: what trains one, trains the other.",
    lesson=11,
    moment="training",
    wrong="for rate in rates:\n    model.compile(...)\n    model.fit(x, y)  # goes on",
    right="for rate in rates:\n    model = make_model()\n    model.compile(...)\n"
    "    model.fit(x, y)",
)
def second_fit(patient: Any) -> Iterator[Sign]:
    optimizer = getattr(patient.model, "optimizer", None)
    kept = getattr(patient.model, "history", None)
    if optimizer is None or not patient.steps_per_epoch or kept is None:
        return
    epochs = getattr(kept, "epoch", None) or []
    if not epochs or epochs[0] != 0:
        return  # initial_epoch says that going on is meant
    done = int(np.asarray(optimizer.iterations))
    expected = patient.steps_per_epoch * len(epochs)
    if done >= 2 * expected and len(epochs) > 1:
        yield Sign(
            say(
                "The last fit did {n} steps, and the optimizer has counted {m}: fit "
                "went on from weights that were trained before.",
                n=expected,
                m=done,
            ),
            "model = keras.models.clone_model(model)  # new weights; then compile",
        )
