"""Muon: steps for matrices that turn the space and stretch nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from edukeras import kernels
from edukeras.optimizers.adam import missing_share
from edukeras.optimizers.arguments import takes_arrays
from edukeras.optimizers.base import Optimizer
from edukeras.tensor import Variable, as_array


class Muon(Optimizer):
    """Momentum, made nearly orthogonal by a Newton-Schulz iteration.

        momentum = momentum_coefficient * momentum + gradient
        x = gradient + momentum_coefficient * momentum, divided by its norm
        ns_steps times:
            a = x @ x.T
            x = muon_a * x + (muon_b * a + muon_c * a @ a) @ x
        variable -= learning_rate * rms_rate * sqrt(max(rows, columns)) * x

    The iteration moves all singular values of x towards 1.  Only matrices that are
    no embeddings are treated so; AdamW takes care of the other variables.

    Args:
        learning_rate: a number, a schedule or a function.
        adam_beta_1, adam_beta_2, epsilon: those of Adam.
        adam_weight_decay: the weight decay of the variables left to AdamW.
        weight_decay: that of the others.
        exclude_layers: regular expressions; variables whose path has one of them are
            left to AdamW.
        exclude_embeddings: whether embeddings are left to AdamW.
        muon_a, muon_b, muon_c: the coefficients of the iteration.
        adam_lr_ratio: Adam's learning rate, in units of learning_rate.
        momentum: how much of the momentum is kept.
        ns_steps: how many steps the iteration takes.
        nesterov: whether the gradient acts twice, as above, or x is the momentum.
        rms_rate: the rms of a step relative to the rate; None: no factor at all.

    Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks";
    rms_rate: Liu et al. 2025, "Muon is Scalable for LLM Training", section 2.2.
    """

    # Keras has the common arguments in the middle here, hence in full.
    def __init__(
        self,
        learning_rate: Any = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.775,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
            name=name,
            **kwargs,
        )
        self.adam_beta_1 = adam_beta_1
        self.adam_beta_2 = adam_beta_2
        self.adam_weight_decay = adam_weight_decay
        self.epsilon = epsilon
        self.exclude_layers = list(exclude_layers or [])
        self.exclude_embeddings = exclude_embeddings
        self.muon_a = muon_a
        self.muon_b = muon_b
        self.muon_c = muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum = momentum
        self.ns_steps = ns_steps
        self.nesterov = nesterov
        self.rms_rate = rms_rate

    def _is_left_to_adam(self, variable: Variable) -> bool:
        path = variable.path
        return (
            variable.ndim != 2
            or (self.exclude_embeddings and "embedding" in path.lower())
            or any(re.search(pattern, path) for pattern in self.exclude_layers)
        )

    def build(self, variables: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(variables)
        self._momentums: list[Variable] = []
        self._velocities: list[Variable | None] = []  # None: not left to Adam
        for variable in variables:
            self._momentums.append(
                self.add_variable_from_reference(variable, "momentum")
            )
            self._velocities.append(
                self.add_variable_from_reference(variable, "velocity")
                if self._is_left_to_adam(variable)
                else None
            )

    def begin_step(self, learning_rate: float) -> None:
        t = self._update_number()
        correction = math.sqrt(missing_share(self.adam_beta_2, t))
        self._correction = correction / missing_share(self.adam_beta_1, t)

    @takes_arrays
    def update_step(
        self, gradient: Any, variable: Variable, learning_rate: float
    ) -> None:
        gradient = as_array(gradient)
        index = self._get_variable_index(variable)
        momentum = self._momentums[index].array
        velocity = self._velocities[index]
        if velocity is not None:
            kernels.adam_update(
                [variable.array],
                [momentum],
                [velocity.array],
                [gradient],
                learning_rate * self.adam_lr_ratio * self._correction,
                self.adam_beta_1,
                self.adam_beta_2,
                self.epsilon,
            )
            return
        momentum *= self.momentum
        momentum += gradient
        x = gradient + self.momentum * momentum if self.nesterov else momentum
        step = learning_rate * self._orthogonalize(x)
        if self.rms_rate is not None:
            step *= self.rms_rate * math.sqrt(max(x.shape))
        variable.array -= step

    def _orthogonalize(self, x: np.ndarray) -> np.ndarray:
        """A matrix with the singular vectors of x and singular values near 1."""
        is_tall = x.shape[0] > x.shape[1]
        if is_tall:  # x @ x.T is smaller this way round
            x = x.T
        x = x / (np.linalg.norm(x) + 1e-7)
        for _ in range(self.ns_steps):
            a = x @ x.T
            x = self.muon_a * x + (self.muon_b * a + self.muon_c * (a @ a)) @ x
        return x.T if is_tall else x

    def _apply_weight_decay(self, variables: list, learning_rate: float) -> None:
        for variable in variables:
            adam = self._is_left_to_adam(variable)
            decay = self.adam_weight_decay if adam else self.weight_decay
            if decay is not None and self._decays(variable):
                variable.array *= 1 - decay * learning_rate
