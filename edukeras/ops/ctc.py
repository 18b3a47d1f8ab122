"""Connectionist temporal classification: a sequence of labels without their times.

Graves et al., 2006, "Connectionist Temporal Classification", sections 3 and 4.  The
network gives class scores for every time step; a path through them, with repeats
merged and blanks removed, spells the labels.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import kernels
from edukeras.autodiff import op
from edukeras.errors import unknown_name
from edukeras.ops.dtypes import to_float
from edukeras.tensor import Tensor, as_array

IMPOSSIBLE = -np.inf


@op
def ctc_loss(target, output, target_length, output_length, *, mask_index=0):
    """-log of the probability of all paths that spell the target.

    Shapes: (B, L), (B, T, C), (B,), (B,) -> (B,)

    Args:
        target: class numbers, of which the first `target_length` count.
        output: logits, of which the first `output_length` steps count.
        mask_index: the class number of the blank.
    """
    logits = to_float(output)
    log_p = kernels.log_softmax(logits).astype(np.float64)  # (B, T, C)
    losses = np.empty(len(log_p))
    dlogits = np.zeros_like(log_p)
    for b, (length, steps) in enumerate(zip(target_length, output_length)):
        # Between labels, before and after them there may be blanks.
        spelling = np.full(2 * int(length) + 1, mask_index)
        spelling[1::2] = target[b, : int(length)]
        total, posterior = _all_paths(log_p[b, : int(steps)], spelling)
        losses[b] = -total
        slope = np.exp(log_p[b, : int(steps)])
        np.add.at(slope.T, spelling, -posterior.T)
        dlogits[b, : int(steps)] = slope

    def backward(grad, need):
        slope = (dlogits * grad[:, None, None]).astype(logits.dtype)
        return None, slope, None, None

    return losses.astype(logits.dtype), backward


def _all_paths(log_p: np.ndarray, spelling: np.ndarray) -> tuple[float, np.ndarray]:
    """The log probability of all paths, and the share of each place at each step.

    Shapes: (T, C), (S,) -> (), (T, S)
    """
    scores = log_p[:, spelling]  # (T, S)
    # From a label one may jump over a blank, unless the same label follows.
    may_jump = np.zeros(len(spelling), bool)
    may_jump[3::2] = spelling[3::2] != spelling[1:-2:2]
    before = _log_forward(scores, may_jump)
    jump_back = np.zeros(len(spelling), bool)
    jump_back[2:] = may_jump[::-1][:-2]
    after = _log_forward(scores[::-1, ::-1], jump_back)[::-1, ::-1]
    with np.errstate(invalid="ignore"):
        total = np.logaddexp.reduce(before[-1, -2:])
        share = np.exp(before + after - scores - total)
    return float(total), np.nan_to_num(share)


def _log_forward(scores: np.ndarray, may_jump: np.ndarray) -> np.ndarray:
    """For each step and place, the log probability of all paths that lead there."""
    forward = np.full(scores.shape, IMPOSSIBLE)
    forward[0, :2] = scores[0, :2]
    for t in range(1, len(scores)):
        stay = forward[t - 1]
        step = np.concatenate([[IMPOSSIBLE], stay[:-1]])
        jump = np.concatenate([[IMPOSSIBLE] * 2, stay[:-2]])[: len(stay)]
        jump = np.where(may_jump, jump, IMPOSSIBLE)
        forward[t] = scores[t] + np.logaddexp(np.logaddexp(stay, step), jump)
    return forward


# -- decoding -----------------------------------------------------------------


def ctc_decode(
    inputs: Any,
    sequence_lengths: Any,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> tuple[Tensor, Tensor]:
    """The labels that the network's scores spell.

    Args:
        inputs: logits (B, T, C), of which the first `sequence_lengths` steps count.
        strategy: "greedy" takes the best class of every step; "beam_search" follows
            the best beginnings of label sequences, which sums up all their paths.
        beam_width: how many beginnings are kept.
        top_paths: how many results to return, the best first.
        merge_repeated: whether equal classes that follow each other are one label.
        mask_index: the class number of the blank.

    Returns:
        The labels (top_paths, B, T), -1 after their end, and the scores: minus the sum
        of the best logits (B, 1) for "greedy", else log probabilities (B, top_paths).
    """
    logits = to_float(as_array(inputs))
    lengths = as_array(sequence_lengths)
    if strategy == "greedy":
        labels, scores = _greedy(logits, lengths, merge_repeated, mask_index)
    elif strategy == "beam_search":
        labels, scores = _beam_search(
            logits, lengths, beam_width, top_paths, mask_index
        )
    else:
        raise unknown_name("strategy", strategy, ("greedy", "beam_search"))
    return Tensor(labels), Tensor(scores.astype(logits.dtype))


def _greedy(logits, lengths, merge_repeated, mask_index):
    labels = np.full((1, *logits.shape[:2]), -1, np.int32)
    scores = np.zeros((len(logits), 1))
    for b, steps in enumerate(lengths):
        best = np.argmax(logits[b, :steps], axis=-1)
        scores[b] = -logits[b, :steps].max(axis=-1).sum()
        kept = best != mask_index
        if merge_repeated:
            kept[1:] &= best[1:] != best[:-1]
        labels[0, b, : np.count_nonzero(kept)] = best[kept]
    return labels, scores


def _beam_search(logits, lengths, beam_width, top_paths, mask_index):
    log_p = kernels.log_softmax(logits).astype(np.float64)
    labels = np.full((top_paths, *logits.shape[:2]), -1, np.int32)
    scores = np.full((len(logits), top_paths), IMPOSSIBLE)
    for b, steps in enumerate(lengths):
        beams = _best_beginnings(log_p[b, : int(steps)], beam_width, mask_index)
        for k, (beginning, score) in enumerate(beams[:top_paths]):
            labels[k, b, : len(beginning)] = beginning
            scores[b, k] = score
    return labels, scores


def _best_beginnings(log_p, beam_width, mask_index):
    """[(labels, log probability)], the best first, of one sequence (T, C).

    Paths that end in a blank are counted apart from those that end in the last
    label: only after a blank does the same class begin a new label.
    """
    beams = {(): (0.0, IMPOSSIBLE)}  # labels: (ends in a blank, ends in a label)
    for scores in log_p:
        grown: dict[tuple, tuple[float, float]] = {}

        def add(labels, blank, label, grown=grown):
            before = grown.get(labels, (IMPOSSIBLE, IMPOSSIBLE))
            grown[labels] = (
                np.logaddexp(before[0], blank),
                np.logaddexp(before[1], label),
            )

        for labels, (blank, label) in beams.items():
            total = np.logaddexp(blank, label)
            add(labels, total + scores[mask_index], IMPOSSIBLE)
            for c, score in enumerate(scores):
                if c == mask_index:
                    continue
                if labels and labels[-1] == c:
                    add(labels, IMPOSSIBLE, label + score)
                    add((*labels, c), IMPOSSIBLE, blank + score)
                else:
                    add((*labels, c), IMPOSSIBLE, total + score)
        best = sorted(grown.items(), key=lambda item: -np.logaddexp(*item[1]))
        beams = dict(best[:beam_width])
    return [(labels, np.logaddexp(*both)) for labels, both in beams.items()]
