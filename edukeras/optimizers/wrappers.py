"""Optimizers of optimizers: loss scaling, and one optimizer per group of variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any

import numpy as np

from edukeras import registry
from edukeras.errors import explain
from edukeras.initializers import Constant
from edukeras.optimizers.arguments import COMMON_DEFAULTS
from edukeras.optimizers.base import Optimizer
from edukeras.tensor import Variable, as_array


class LossScaleOptimizer(Optimizer):
    """Scales the loss as high as float16 gradients can bear, and back before a step.

    If a gradient is infinite or NaN, the step is left out and the scale halved; after
    `dynamic_growth_steps` good steps it is doubled.

    Args:
        inner_optimizer: makes the steps.
        initial_scale: the first factor.
        dynamic_growth_steps: good steps before the next doubling.

    Micikevicius et al. 2017, "Mixed Precision Training", section 3.2.
    """

    def __init__(
        self,
        inner_optimizer: Optimizer,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        for argument, value in kwargs.items():
            if COMMON_DEFAULTS.get(argument, "unknown") != value:
                raise ValueError(
                    explain(
                        f"LossScaleOptimizer cannot use {argument!r}.",
                        received=f"{argument}={value!r}",
                        hint="give it to the inner optimizer.",
                    )
                )
        super().__init__(learning_rate=0.0, name=name)
        self.inner_optimizer = inner_optimizer
        self.inner_optimizer.loss_scale_factor = None
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps

    def build(self, variables: Sequence[Variable]) -> None:
        if self.built:
            return
        self.step_counter = self.add_variable((), dtype="int32", name="step_counter")
        self.dynamic_scale = self.add_variable(
            (), Constant(self.initial_scale), name="dynamic_scale"
        )
        self.inner_optimizer.build(variables)
        super().build(variables)

    @property
    def variables(self) -> list[Variable]:
        return [*self._variables, *self.inner_optimizer.variables]

    @property
    def learning_rate(self) -> Any:
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value

    @property
    def iterations(self) -> Any:
        return self.inner_optimizer.iterations

    def scale_loss(self, loss: Any) -> Any:
        return loss * (float(self.dynamic_scale) if self.built else self.initial_scale)

    def apply(
        self,
        grads: Sequence[Any],
        trainable_variables: Sequence[Variable] | None = None,
    ) -> None:
        if trainable_variables is None:
            trainable_variables = self._trainable_variables
        elif not self.built:
            self.build(trainable_variables)
        arrays = [None if g is None else as_array(g) for g in grads]
        if not all(g is None or np.isfinite(g).all() for g in arrays):
            self.step_counter.assign(0)
            self.dynamic_scale.assign(float(self.dynamic_scale) / 2)
            return
        scale = float(self.dynamic_scale)
        scaled_back = [None if g is None else g / scale for g in arrays]
        self.inner_optimizer.apply(scaled_back, trainable_variables)
        if int(self.step_counter) == self.dynamic_growth_steps - 1:
            self.step_counter.assign(0)
            self.dynamic_scale.assign(scale * 2)
        else:
            self.step_counter.assign_add(1)

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        self.inner_optimizer.finalize_variable_values(var_list)

    def swap_averages(self) -> None:
        self.inner_optimizer.swap_averages()

    def get_config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "inner_optimizer": registry.serialize_keras_object(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }


class OptimizerMap(MutableMapping):
    """Which optimizer takes care of which variable, by regular expressions.

    Args:
        default_optimizer: for variables that no expression fits.
        optimizer_map: expression for the whole path of a variable -> optimizer.
    """

    def __init__(
        self,
        default_optimizer: Optimizer,
        optimizer_map: Mapping[str, Optimizer] | None = None,
    ) -> None:
        if not isinstance(default_optimizer, Optimizer):
            raise TypeError(
                explain(
                    "OptimizerMap needs a default_optimizer.",
                    received=repr(default_optimizer),
                )
            )
        self.default_optimizer = default_optimizer
        self._optimizers: dict[str, Optimizer] = {}
        for pattern, optimizer in (optimizer_map or {}).items():
            self[pattern] = optimizer

    def __getitem__(self, path: str) -> Optimizer:
        if path in self._optimizers:
            return self._optimizers[path]
        fitting = [key for key in self._optimizers if re.fullmatch(key, path)]
        if len(fitting) > 1:
            raise ValueError(
                f"Several optimizers fit the variable {path!r}: {fitting}."
            )
        return self._optimizers[fitting[0]] if fitting else self.default_optimizer

    def __setitem__(self, pattern: str, optimizer: Optimizer) -> None:
        if pattern in self._optimizers:
            raise ValueError(f"OptimizerMap has an optimizer for {pattern!r} already.")
        if not isinstance(pattern, str):
            raise ValueError(f"A key of OptimizerMap is a string, not {pattern!r}.")
        _check_inner(optimizer)
        self._optimizers[pattern] = optimizer

    def __delitem__(self, pattern: str) -> None:
        del self._optimizers[pattern]

    def __len__(self) -> int:
        return len(self._optimizers)

    def __iter__(self) -> Iterator[str]:
        return iter(self._optimizers)

    def __call__(self, variable: Variable) -> Optimizer:
        return self[variable.path]

    def get_config(self) -> dict[str, Any]:
        return {
            "default_optimizer": registry.serialize_keras_object(
                self.default_optimizer
            ),
            "optimizer_map": registry.serialize_keras_object(self._optimizers),
        }

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> OptimizerMap:
        return cls(**registry.deserialize_keras_object(dict(config), custom_objects))


def _check_inner(optimizer: Any) -> None:
    inner = isinstance(optimizer, Optimizer)
    if not inner or isinstance(optimizer, (LossScaleOptimizer, MultiOptimizer)):
        raise ValueError(
            explain(
                "A group of variables cannot be given to this.",
                expected="an optimizer that is no wrapper of others",
                received=repr(optimizer),
            )
        )


class MultiOptimizer(Optimizer):
    """Several optimizers, each for some of the variables, as one.

    Args:
        optimizer_map: an OptimizerMap, or a function from variable to optimizer.
        loss_scale_factor: as for every optimizer; holds for all of them.

    >>> slow, fast = Optimizer(0.01, name="slow"), Optimizer(0.1, name="fast")
    >>> both = MultiOptimizer(OptimizerMap(slow, {".*/bias": fast}))
    >>> [optimizer.name for optimizer in both.optimizers]
    ['fast', 'slow']
    """

    def __init__(
        self,
        optimizer_map: OptimizerMap | Callable[[Variable], Optimizer],
        loss_scale_factor: float | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(
            learning_rate=0.0, loss_scale_factor=loss_scale_factor, name=name
        )
        self._optimizer_map = optimizer_map
        self.optimizers: list[Optimizer] = []
        if isinstance(optimizer_map, OptimizerMap):
            for optimizer in optimizer_map.values():
                self._add(optimizer)
            self._add(optimizer_map.default_optimizer)

    def _add(self, optimizer: Optimizer) -> None:
        if not any(optimizer is known for known in self.optimizers):
            _check_inner(optimizer)
            optimizer.loss_scale_factor = self.loss_scale_factor
            self.optimizers.append(optimizer)

    def _groups(self, variables: Sequence[Variable]) -> list[tuple[Optimizer, list]]:
        """Each optimizer with the places of its variables in the list."""
        chosen = [self._optimizer_map(variable) for variable in variables]
        for optimizer in chosen:
            self._add(optimizer)
        groups = [
            (optimizer, [i for i, choice in enumerate(chosen) if choice is optimizer])
            for optimizer in self.optimizers
        ]
        return [(optimizer, places) for optimizer, places in groups if places]

    def build(self, variables: Sequence[Variable]) -> None:
        if self.built:
            return
        for optimizer, places in self._groups(variables):
            optimizer.build([variables[i] for i in places])
        super().build(variables)

    @property
    def variables(self) -> list[Variable]:
        inner = [v for optimizer in self.optimizers for v in optimizer.variables]
        return [*self._variables, *inner]

    @property
    def learning_rate(self) -> Any:
        raise AttributeError(
            "A MultiOptimizer has no learning rate of its own. Try: "
            "optimizer.optimizers[0].learning_rate."
        )

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        raise AttributeError(
            "A MultiOptimizer has no learning rate of its own. Try: "
            "optimizer.optimizers[0].learning_rate = ..."
        )

    def apply(
        self,
        grads: Sequence[Any],
        trainable_variables: Sequence[Variable] | None = None,
    ) -> None:
        if trainable_variables is None:
            trainable_variables = self._trainable_variables
        elif not self.built:
            self.build(trainable_variables)
        for optimizer, places in self._groups(trainable_variables):
            optimizer.apply(
                [grads[i] for i in places], [trainable_variables[i] for i in places]
            )
        self._iterations.assign_add(1)

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        for optimizer, places in self._groups(var_list):
            optimizer.finalize_variable_values([var_list[i] for i in places])

    def swap_averages(self) -> None:
        for optimizer in self.optimizers:
            if optimizer.use_ema:
                optimizer.swap_averages()

    def get_config(self) -> dict[str, Any]:
        return {
            "optimizer_map": registry.serialize_keras_object(self._optimizer_map),
            "loss_scale_factor": self.loss_scale_factor,
            "name": self.name,
        }
