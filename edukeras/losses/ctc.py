"""CTC: the loss of reading a sequence without knowing where its labels stand.

A network says at each of T steps which of C classes it sees, class 0 being "blank".
A path of such classes spells a text: repeated classes are one, then blanks are
dropped.  The loss is -log(the probability of all paths that spell the right text).

Source: Graves et al., 2006, https://www.cs.toronto.edu/~graves/icml_2006.pdf
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import ops
from edukeras.errors import ShapeError, explain
from edukeras.losses.base import LossFunctionWrapper
from edukeras.tensor import as_array

BLANK = 0


def ctc(y_true: Any, y_pred: Any) -> Any:
    """-log(probability of all paths that spell y_true).

    Shapes: (B, S) class numbers, (B, T, C) logits -> (B,)

    Args:
        y_true: labels from 1; rows shorter than S are filled with 0.
        y_pred: logits of the classes, of which number 0 is the blank.

    >>> one_step = np.log([[[0.5, 0.25, 0.25]]])  # must be label 1: -log(0.25)
    >>> ctc([[1]], one_step.astype("float32"))
    Tensor([1.386294], shape=(1,), dtype=float32)
    """
    labels, logits = as_array(y_true), ops.convert_to_tensor(y_pred)
    if labels.ndim != 2 or len(logits.shape) != 3:
        raise ShapeError(
            explain(
                "ctc compares texts with the logits of each class at each step.",
                expected="y_true of shape (batch, labels), y_pred of shape "
                "(batch, steps, classes)",
                received=f"y_true {labels.shape}, y_pred {logits.shape}",
            )
        )
    samples, steps, _ = logits.shape
    lengths = np.count_nonzero(labels != BLANK, axis=1)
    return ops.ctc_loss(
        labels.astype(np.int32), logits, lengths, np.full(samples, steps)
    )


class CTC(LossFunctionWrapper):
    """-log(probability of all paths that spell the labels); 0 is the blank."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "ctc",
        dtype: Any = None,
    ) -> None:
        super().__init__(ctc, reduction, name, dtype)
