"""The optimizer's step, made on copies of the optimizer and of the weights."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from edukeras.optimizers import Optimizer
from edukeras.tensor import Variable, as_array


@dataclass(frozen=True)
class Update:
    """What one step does to one weight.

    Attributes:
        optimizer: a copy, to read its settings from.
        step: the number of the update, from 1.
        gradient: as it came from the tape; None: the loss does not depend on it.
        used: the gradient in the formula: scaled back, accumulated, clipped.
        decayed: the weight when the formula got it: after weight decay.
        norm: the length of what was clipped together, before clipping.
        before, after: the weight.
        state_before, state_after: the optimizer's memory for this weight.
    """

    optimizer: Any
    step: int
    learning_rate: float
    gradient: np.ndarray | None
    used: np.ndarray | None
    decayed: np.ndarray | None
    norm: float
    before: np.ndarray
    after: np.ndarray
    state_before: dict[str, np.ndarray] = field(default_factory=dict)
    state_after: dict[str, np.ndarray] = field(default_factory=dict)


def make_update(
    optimizer: Any, variables: Sequence[Variable], gradients: Sequence[Any]
) -> list[Update]:
    """One step of a copy of the optimizer, on copies of the variables."""
    if optimizer is None or all(gradient is None for gradient in gradients):
        return []
    optimizer, copies = copy.deepcopy((optimizer, list(variables)))
    if not optimizer.built:
        optimizer.build(copies)
    innermost = getattr(optimizer, "inner_optimizer", optimizer)
    used: dict[int, tuple] = {}
    if isinstance(innermost, Optimizer):
        _note_what_reaches_the_formula(innermost, used)
    states = [_state_of(innermost, variable) for variable in copies]
    befores = [variable.array.copy() for variable in copies]
    befores_of_state = [{k: v.array.copy() for k, v in s.items()} for s in states]
    step, rate = _step_number(innermost), float(innermost.learning_rate)
    norms = [_norm([g]) if g is not None else 0.0 for g in gradients]
    if getattr(innermost, "global_clipnorm", None):
        norms = [_norm([g for g in gradients if g is not None])] * len(norms)
    optimizer.apply(list(gradients), copies)
    return [
        Update(
            optimizer=innermost,
            step=step,
            learning_rate=rate,
            gradient=gradient,
            used=used.get(id(variable), (None, None))[0],
            decayed=used.get(id(variable), (None, None))[1],
            norm=norm,
            before=before,
            after=variable.array,
            state_before=state_before,
            state_after={name: v.array for name, v in state.items()},
        )
        for variable, gradient, norm, before, state_before, state in zip(
            copies, gradients, norms, befores, befores_of_state, states, strict=True
        )
    ]


def _note_what_reaches_the_formula(optimizer: Optimizer, used: dict) -> None:
    """Looks at the arguments of `update_step`: clipping and decay came before it."""
    formula = optimizer.update_step

    def noting(gradient: Any, variable: Variable, learning_rate: Any) -> None:
        used[id(variable)] = as_array(gradient).copy(), variable.array.copy()
        formula(gradient, variable, learning_rate)

    vars(optimizer)["update_step"] = noting


def _state_of(optimizer: Any, variable: Variable) -> dict[str, Variable]:
    """The optimizer's memory for a variable: "velocities", "momentums" ..."""
    places = getattr(optimizer, "_indices", {})
    if id(variable) not in places:
        return {}
    place, count = places[id(variable)], len(places)
    return {
        name.strip("_"): kept[place]
        for name, kept in vars(optimizer).items()
        if isinstance(kept, list)
        and len(kept) == count
        and name not in ("_variables", "_trainable_variables")
        and all(isinstance(item, Variable) for item in kept)
    }


def _step_number(optimizer: Any) -> int:
    number = getattr(optimizer, "_update_number", None)
    return number() if number else 1


def _norm(gradients: list[np.ndarray]) -> float:
    squares = [float(np.square(g, dtype=float).sum()) for g in gradients]
    return float(np.sqrt(sum(squares)))
