"""What a learning curve tells at a glance, found and put into words.

Overfitting: the validation loss has passed its lowest point and rises, while the
training loss still falls: from then on the model learns its examples by heart.
Divergence: the training loss grows far beyond where it was, or is no number any more.

Both are marked at the epoch in which they began.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from edukeras.messages import say

OVERFITTING, DIVERGENCE = "▲", "✕"

RISE = 0.05  # how far above its lowest value the validation loss must be, relatively
SEEN = 0.1  # and of how far it had fallen before: less can hardly be seen on a chart
PATIENCE = 3  # so many epochs after it: less may be chance
GROWTH = 3.0  # the training loss has got so many times larger


@dataclass(frozen=True)
class Mark:
    """Something that began in an epoch.

    Attributes:
        name: the line that it stands on, such as "val_loss".
        epoch, value: the place on this line.
        symbol: "▲" overfitting or "✕" divergence.
        words: two words for the chart.
        sentence: with the numbers behind it.
    """

    name: str
    epoch: int
    value: float
    symbol: str
    words: str
    sentence: str


def marks_of(
    name: str,
    epochs: Sequence[int],
    training: Sequence[float],
    validation_epochs: Sequence[int] = (),
    validation: Sequence[float] = (),
) -> tuple[Mark, ...]:
    """The marks of one curve; only losses have any.

    >>> losses = [1.0, 0.6, 0.4, 0.3, 0.2, 0.1], [1.1, 0.8, 0.7, 0.8, 0.9, 1.0]
    >>> mark, = marks_of("loss", range(1, 7), losses[0], range(1, 7), losses[1])
    >>> mark.epoch, mark.words
    (3, 'overfitting begins')
    """
    if name != "loss" and not name.endswith("_loss"):
        return ()
    found = [
        _divergence(name, epochs, training),
        _overfitting(name, epochs, training, validation_epochs, validation),
    ]
    return tuple(mark for mark in found if mark is not None)


def _overfitting(
    name: str,
    epochs: Sequence[int],
    training: Sequence[float],
    validation_epochs: Sequence[int],
    validation: Sequence[float],
) -> Mark | None:
    finite = len(validation) > 0 and all(map(isfinite, [*validation, *training]))
    if not finite:
        return None
    best = min(range(len(validation)), key=validation.__getitem__)
    since = validation[best + 1 :]
    if len(since) < PATIENCE:
        return None
    latest = sum(since[-PATIENCE:]) / PATIENCE
    losses = dict(zip(epochs, training))
    epoch = validation_epochs[best]
    before, now = losses.get(epoch), training[-1] if training else None
    if before is None or now is None or now >= before:
        return None
    lowest, fallen = validation[best], validation[0] - validation[best]
    if latest - lowest <= max(RISE * abs(lowest), SEEN * fallen):
        return None
    sentence = say(
        "{symbol} Overfitting since epoch {epoch}: val_{name} rises from {low} to "
        "{high}, {name} falls from {before} to {now}.",
        symbol=OVERFITTING,
        epoch=epoch,
        name=name,
        low=_number(validation[best]),
        high=_number(validation[-1]),
        before=_number(before),
        now=_number(now),
    )
    words = say("overfitting begins")
    return Mark(f"val_{name}", epoch, validation[best], OVERFITTING, words, sentence)


def _divergence(
    name: str, epochs: Sequence[int], training: Sequence[float]
) -> Mark | None:
    first_bad = next((k for k, v in enumerate(training) if not isfinite(v)), None)
    words = say("divergence begins")
    if first_bad is not None:
        last_good = max(first_bad - 1, 0)
        sentence = say(
            "{symbol} Divergence: {name} is no number any more from epoch {epoch} on. "
            "Try a smaller learning rate.",
            symbol=DIVERGENCE,
            name=name,
            epoch=epochs[first_bad],
        )
        value = training[last_good]
        return Mark(name, epochs[last_good], value, DIVERGENCE, words, sentence)
    if len(training) < 2:
        return None
    best = min(range(len(training)), key=training.__getitem__)
    grown = training[-1] > max(GROWTH * training[best], training[0])
    if not grown or training[best] < 0:
        return None
    sentence = say(
        "{symbol} Divergence since epoch {epoch}: {name} grows from {low} to {high}. "
        "Try a smaller learning rate.",
        symbol=DIVERGENCE,
        epoch=epochs[best],
        name=name,
        low=_number(training[best]),
        high=_number(training[-1]),
    )
    return Mark(name, epochs[best], training[best], DIVERGENCE, words, sentence)


def _number(value: float) -> str:
    return f"{value:.3g}"
