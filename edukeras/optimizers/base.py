"""What all optimizers share: everything about a step but its formula.

`apply(gradients, variables)` does one step:

1. gradients of None are left out, scaled losses scaled back, and with
   `gradient_accumulation_steps` the gradients added up until it is time;
2. gradients are clipped (clipping.py), weights decay;
3. `update_step(gradient, variable, learning_rate)`, the formula of the subclass,
   changes each variable in place;
4. the running averages of the weights follow, and constraints are applied.

Gradients come from a tape; the model's regularizers are part of its loss.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from edukeras import kernels, registry
from edukeras.errors import ShapeError, explain
from edukeras.graph import auto_name, snake_case
from edukeras.optimizers.arguments import own_arguments
from edukeras.optimizers.clipping import (
    clip_by_global_norm,
    clip_by_norm,
    clip_by_value,
)
from edukeras.optimizers.state import OptimizerState
from edukeras.schedules import LearningRateSchedule
from edukeras.tensor import Tensor, Variable, as_array

# Arguments of Keras 2, such as `lr` and `decay`, and what each does to the optimizer.
# `edukeras.legacy`, a module above this one, enters them.
LEGACY_ARGUMENTS: dict[str, Callable[[Optimizer, Any], None]] = {}


@functools.cache
def _takes_lists(cls: type) -> bool:
    """Whether the class that wrote `update_step` has it for lists, `update_steps`, too.

    A subclass with an `update_step` of its own is asked variable by variable.
    """
    owner = next(c for c in cls.__mro__ if "update_step" in vars(c))
    return "update_steps" in vars(owner)


class Optimizer(OptimizerState):
    """The base class: subclasses define `update_step`, and `build` if they have state.

    Args:
        learning_rate: the size of the steps: a number, a schedule, or a function
            without arguments that returns the number.
        weight_decay: shrinks each weight by this times learning_rate, every step.
        clipnorm: the longest that the gradient of one variable may be.
        clipvalue: the largest that a number in a gradient may be.
        global_clipnorm: the longest that all gradients together may be.
        use_ema: whether to keep a running average of the weights, with which
            `finalize_variable_values` (at the end of `fit`) replaces them.
        ema_momentum: how slowly the average follows, between 0 and 1.
        ema_overwrite_frequency: replace the weights every so many steps as well.
        loss_scale_factor: the loss is multiplied and the gradients are divided by it,
            so that small gradients survive float16.
        gradient_accumulation_steps: change the weights only every so many steps, with
            the mean of the gradients since.
        name: part of the names of the optimizer's variables.

    >>> class SignDescent(Optimizer):
    ...     def update_step(self, gradient, variable, learning_rate):
    ...         self.assign_sub(variable, learning_rate * np.sign(gradient))
    >>> weight = Variable([1.0, 2.0])
    >>> SignDescent(learning_rate=0.5).apply([Tensor([0.1, -3.0])], [weight])
    >>> weight.numpy()
    array([0.5, 2.5], dtype=float32)

    Source: https://keras.io/api/optimizers/
    """

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name or auto_name(snake_case(type(self).__name__)))
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self._check_arguments()
        # The variables of the model, and their places in the lists of state, by id.
        self._trainable_variables: list[Variable] = []
        self._indices: dict[int, int] = {}
        self._undecayed: set[int] = set()
        self._undecayed_names: re.Pattern | None = None
        self._iterations = self.add_variable((), dtype="int64", name="iteration")
        self._learning_rate: Any = None
        self._set_learning_rate(learning_rate)
        self._accept_legacy(kwargs)

    def _check_arguments(self) -> None:
        given = {
            name: value
            for name in ("clipnorm", "clipvalue", "global_clipnorm")
            if (value := getattr(self, name)) is not None
        }
        if len(given) > 1:
            raise ValueError(
                explain("Only one kind of clipping can be chosen.", received=given)
            )
        if self.use_ema and not 0 <= self.ema_momentum <= 1:
            raise ValueError(
                explain(
                    "ema_momentum is a share of the whole.",
                    expected="0 to 1",
                    received=self.ema_momentum,
                )
            )
        for name, least in (
            ("ema_overwrite_frequency", 1),
            ("gradient_accumulation_steps", 2),
        ):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or value < least):
                raise ValueError(
                    explain(
                        f"{name} counts steps.",
                        expected=f"None or a whole number from {least}",
                        received=repr(value),
                    )
                )

    def _accept_legacy(self, arguments: dict[str, Any]) -> None:
        for name, value in arguments.items():
            if name not in LEGACY_ARGUMENTS:
                raise ValueError(
                    explain(
                        f"{type(self).__name__} has no argument {name!r}.",
                        received=f"{name}={value!r}",
                    )
                )
            LEGACY_ARGUMENTS[name](self, value)

    # -- learning rate and steps ----------------------------------------------

    @property
    def learning_rate(self) -> Any:
        """The present rate: a Variable, or what the schedule says; `float` reads it."""
        if isinstance(self._learning_rate, LearningRateSchedule):
            return self._learning_rate(self._iterations)
        if isinstance(self._learning_rate, Variable):
            return self._learning_rate
        return self._learning_rate()

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self._set_learning_rate(value)

    def _set_learning_rate(self, value: Any) -> None:
        before = self._learning_rate
        if callable(value):
            self._learning_rate = value
            self._variables = [v for v in self._variables if v is not before]
            return
        if isinstance(value, (bool, str)) or value is None or np.ndim(value) != 0:
            raise ValueError(
                explain(
                    "This cannot be a learning rate.",
                    expected="a number, a LearningRateSchedule, or a function",
                    received=repr(value),
                    hint=f"{type(self).__name__}(learning_rate=0.01)",
                )
            )
        if before is None:
            self._learning_rate = self.add_variable((), name="learning_rate")
        elif not isinstance(before, Variable):
            raise TypeError(
                "The learning rate of this optimizer follows "
                f"{type(before).__name__}, so it cannot be set to a number. Try: "
                "create the optimizer with a number as learning_rate, and change that."
            )
        self._learning_rate.assign(value)

    def _current_rate(self) -> float:
        """The rate of this step, as a Python number."""
        if type(self._learning_rate) is Variable:
            return self._learning_rate.array.item()
        return float(self.learning_rate)

    @property
    def iterations(self) -> Any:
        """How many updates were done: a Variable (a Tensor when accumulating)."""
        if self.gradient_accumulation_steps:
            return self._iterations // self.gradient_accumulation_steps
        return self._iterations

    def _update_number(self) -> int:
        """The number of the update that is being made, from 1."""
        calls = self._iterations.array.item()
        return calls // (self.gradient_accumulation_steps or 1) + 1

    # -- state ----------------------------------------------------------------

    def build(self, variables: Sequence[Variable]) -> None:
        """Makes the state for these variables.  Subclasses add theirs after super()."""
        self._trainable_variables = list(variables)
        self._indices = {id(v): i for i, v in enumerate(variables)}
        if self.use_ema:
            self._averages = self.add_optimizer_variables(variables, "average")
        if self.gradient_accumulation_steps:
            self._accumulated = self.add_optimizer_variables(
                variables, "gradient_accumulator"
            )
        self.built = True

    def __setstate__(self, state: dict[str, Any]) -> None:
        """After `pickle` or `copy`: the copied variables have other ids."""
        vars(self).update(state)
        if self.built:
            self._indices = {id(v): i for i, v in enumerate(self._trainable_variables)}

    def _get_variable_index(self, variable: Variable) -> int:
        """The place of a model's variable in the lists of state."""
        return self._indices[id(variable)]

    # -- one step -------------------------------------------------------------

    def update_step(
        self, gradient: Tensor, variable: Variable, learning_rate: float
    ) -> None:
        """Changes one variable, in place, by its gradient.  Subclasses define this."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method update_step(self, gradient, "
            "variable, learning_rate) that changes the variable."
        )

    def begin_step(self, learning_rate: float) -> None:
        """Called before the variables of a step, for what all of them share."""

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Any:
        """One step, from pairs of gradient and variable; returns the count of steps."""
        gradients, variables = zip(*grads_and_vars)
        self.apply(gradients, variables)
        return self._iterations

    def apply(
        self,
        grads: Sequence[Any],
        trainable_variables: Sequence[Variable] | None = None,
    ) -> None:
        """One step.

        Args:
            grads: one gradient (Tensor, array or None) per variable.
            trainable_variables: may be left out once the optimizer is built.
        """
        if len(grads) == 0:
            return
        if trainable_variables is None:
            trainable_variables = self._trainable_variables
        elif not self.built:
            self.build(trainable_variables)
        self.apply_matched(*self._match(grads, trainable_variables))

    def apply_matched(self, gradients: list, variables: list[Variable]) -> None:
        """`apply` without its checks: every gradient is an array that fits."""
        if self.loss_scale_factor is not None:
            gradients = [g / self.loss_scale_factor for g in gradients]
        if self.gradient_accumulation_steps:
            gradients = self._accumulate(gradients, variables)
        if gradients:
            gradients = self._clip(gradients)
            learning_rate = self._current_rate()
            self._apply_weight_decay(variables, learning_rate)
            self.begin_step(learning_rate)
            self._update(gradients, variables, learning_rate)
        if self.use_ema:
            self._update_averages()
        for variable in variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable))
        self._iterations.array[()] = self._iterations.array.item() + 1

    def _match(
        self, grads: Sequence[Any], variables: Sequence[Variable]
    ) -> tuple[list[np.ndarray], list[Variable]]:
        """The gradients that exist, as arrays, and their variables."""
        if len(grads) != len(variables):
            raise ValueError(
                explain(
                    "Every variable needs its gradient, or None.",
                    expected=f"{len(variables)} gradients"
                    + ("" if self.built else "; the optimizer is not built"),
                    received=f"{len(grads)} gradients",
                    hint="optimizer.apply(gradients, model.trainable_variables)",
                )
            )
        indices = self._indices
        gradients, matched = [], []
        for gradient, variable in zip(grads, variables):
            if gradient is None:
                continue
            if type(gradient) is not np.ndarray:
                gradient = as_array(gradient)
            array = variable.array
            if gradient.shape != array.shape or id(variable) not in indices:
                raise self._mismatch(gradient, variable)
            if gradient.dtype is not array.dtype:
                gradient = gradient.astype(array.dtype, copy=False)
            gradients.append(gradient)
            matched.append(variable)
        if not gradients:
            paths = ", ".join(variable.path for variable in variables)
            raise ValueError(
                f"No gradients provided for any variable: {paths}. The loss does not "
                "depend on them. Try: compute it from the model's output, with "
                "keras.ops, inside the GradientTape."
            )
        return gradients, matched

    def _mismatch(self, gradient: np.ndarray, variable: Variable) -> ValueError:
        if id(variable) not in self._indices:
            return ValueError(
                f"Unknown variable {variable.path!r}: this optimizer was built for "
                "others, and keeps state for each. Try: a new optimizer."
            )
        return ShapeError(
            explain(
                f"The gradient of {variable.path!r} has another shape than it.",
                expected=variable.shape,
                received=gradient.shape,
            )
        )

    def _update(
        self, gradients: list, variables: list[Variable], learning_rate: float
    ) -> None:
        own = "update_step" in vars(self)  # somebody looks on
        if not own and _takes_lists(type(self)):  # type: ignore[arg-type]
            self.update_steps(gradients, variables, learning_rate)  # type: ignore
            return
        # The formulas of this package take arrays.  Those of users take tensors, as
        # in Keras: `gradient *= 2` must not change an array that others hold.
        if not getattr(type(self).update_step, "takes_arrays", False):
            gradients = [Tensor(gradient) for gradient in gradients]
        for gradient, variable in zip(gradients, variables):
            self.update_step(gradient, variable, learning_rate)

    def _arrays_of(self, state: list[Variable], variables: list[Variable]) -> list:
        """The arrays of the state of these variables."""
        indices = self._indices
        return [state[indices[id(variable)]].array for variable in variables]

    def _accumulate(self, gradients: list, variables: list[Variable]) -> list:
        """The mean gradients if it is time for an update, else an empty list."""
        steps = self.gradient_accumulation_steps or 1
        sums = [self._accumulated[self._indices[id(v)]].array for v in variables]
        for total, gradient in zip(sums, gradients):
            total += gradient
        if (self._iterations.array.item() + 1) % steps:
            return []
        means = [total / steps for total in sums]
        for accumulated in self._accumulated:
            accumulated.array.fill(0)
        return means

    def _clip(self, gradients: list) -> list:
        if self.clipnorm:
            return [clip_by_norm(g, self.clipnorm) for g in gradients]
        if self.clipvalue:
            return [clip_by_value(g, self.clipvalue) for g in gradients]
        if self.global_clipnorm:
            return clip_by_global_norm(gradients, self.global_clipnorm)
        return gradients

    def scale_loss(self, loss: Any) -> Any:
        """The loss to differentiate: times loss_scale_factor, if there is one."""
        factor = self.loss_scale_factor
        return loss if factor is None else loss * factor

    # -- weight decay ---------------------------------------------------------

    def exclude_from_weight_decay(
        self,
        var_list: Iterable[Variable] | None = None,
        var_names: Iterable[str] | None = None,
    ) -> None:
        """Variables that do not decay: given ones, and by a part of their name.

        >>> optimizer = Optimizer(0.1, weight_decay=0.01)
        >>> optimizer.exclude_from_weight_decay(var_names=["bias"])
        """
        if self.built:
            raise ValueError(
                "exclude_from_weight_decay comes too late: the optimizer is built. "
                "Try: call it right after creating the optimizer."
            )
        self._undecayed = {id(variable) for variable in var_list or ()}
        names = "|".join(var_names or ())
        self._undecayed_names = re.compile(names) if names else None

    def _decays(self, variable: Variable) -> bool:
        names = self._undecayed_names
        return id(variable) not in self._undecayed and not (
            names and names.search(variable.name)
        )

    def _apply_weight_decay(self, variables: list, learning_rate: float) -> None:
        if self.weight_decay is None:
            return
        for variable in variables:
            if self._decays(variable):
                variable.array *= 1 - self.weight_decay * learning_rate

    # -- running averages -----------------------------------------------------

    def _update_averages(self) -> None:
        """average = momentum * average + (1 - momentum) * variable"""
        update = self._update_number()
        # The first average is the weights themselves.
        momentum = self.ema_momentum if update > 1 else 0.0
        averages = [average.array for average in self._averages]
        arrays = [variable.array for variable in self._trainable_variables]
        kernels.average_update(averages, arrays, momentum)
        if self.ema_overwrite_frequency and update % self.ema_overwrite_frequency == 0:
            self.finalize_variable_values(self._trainable_variables)

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """At the end of training: with use_ema, the weights become their averages."""
        if self.use_ema:
            for variable in var_list:
                index = self._indices.get(id(variable))
                if index is not None:  # else it has not been trained
                    variable.assign(self._averages[index])

    def swap_averages(self) -> None:
        """Exchanges the weights and their averages (see `SwapEMAWeights`)."""
        if not (self.use_ema and self.built):
            raise ValueError(
                f"The optimizer {self.name!r} has no averages of the weights. "
                f"Try: {type(self).__name__}(use_ema=True), and train."
            )
        for average, variable in zip(self._averages, self._trainable_variables):
            weights = variable.numpy()
            variable.assign(average)
            average.assign(weights)

    # -- config ---------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The arguments with which `from_config` makes the same optimizer.

        Those of the subclass are read from the attributes of their names.
        """
        learning_rate = self._learning_rate
        if isinstance(learning_rate, Variable):
            learning_rate = float(learning_rate)
        else:
            learning_rate = registry.serialize_keras_object(learning_rate)
        config = {
            "name": self.name,
            "learning_rate": learning_rate,
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        }
        for name in own_arguments(type(self)):
            if name not in config and hasattr(self, name):
                config[name] = getattr(self, name)
        return config

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Any:
        """The optimizer of such a config."""
        return cls(**registry.deserialize_keras_object(dict(config), custom_objects))
