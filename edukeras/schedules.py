"""Learning rates that change while training: functions of the number of the step.

    optimizer = SGD(learning_rate=CosineDecay(0.1, decay_steps=1000))

A step is one update by the optimizer, one batch; the first has the number 0.  All
schedules here also take an array of steps, which makes them easy to plot.  Public as
`keras.optimizers.schedules`.

Source: https://keras.io/api/optimizers/learning_rate_schedules/
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from edukeras import config, registry
from edukeras.errors import explain
from edukeras.tensor import Tensor, as_array


class LearningRateSchedule:
    """The base: subclasses define `__call__(step)`.

    >>> class Halving(LearningRateSchedule):
    ...     def __call__(self, step):
    ...         return 0.1 / 2 ** float(step)
    >>> Halving()(2)
    0.025
    """

    def __call__(self, step: Any) -> Any:
        raise NotImplementedError(
            f"{type(self).__name__} needs a method __call__(self, step) that returns "
            "the learning rate."
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`, each from the attribute of its name."""
        names = [
            parameter.name
            for parameter in inspect.signature(type(self)).parameters.values()
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        ]
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> LearningRateSchedule:
        return cls(**config)


def _numbers(step: Any) -> Any:
    """The step, or the array of steps, as float64: exact up to 2**53."""
    return as_array(step).astype(np.float64)[()]


def _rate(values: Any) -> Tensor:
    return Tensor(np.asarray(values, config.floatx()))


def _check_positive(schedule: LearningRateSchedule, name: str) -> None:
    value = getattr(schedule, name)
    if value <= 0:
        raise ValueError(
            explain(
                f"{type(schedule).__name__} cannot decay over no steps.",
                expected=f"{name} > 0",
                received=f"{name}={value!r}",
            )
        )


# -- falling without end ------------------------------------------------------


class ExponentialDecay(LearningRateSchedule):
    """initial_learning_rate * decay_rate ** (step / decay_steps).

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: after so many steps the rate has been multiplied by decay_rate.
        decay_rate: the factor, mostly below 1.
        staircase: whether to round step / decay_steps down, for a rate that falls
            all at once every decay_steps.

    >>> ExponentialDecay(0.8, decay_steps=10, decay_rate=0.5)([0, 10, 20])
    Tensor([0.8, 0.4, 0.2], shape=(3,), dtype=float32)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name
        _check_positive(self, "decay_steps")

    def __call__(self, step: Any) -> Tensor:
        periods = _numbers(step) / self.decay_steps
        if self.staircase:
            periods = np.floor(periods)
        return _rate(self.initial_learning_rate * self.decay_rate**periods)


class InverseTimeDecay(LearningRateSchedule):
    """initial_learning_rate / (1 + decay_rate * step / decay_steps).

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: the unit in which time is measured, in steps.
        decay_rate: how fast it falls; with 1, it is halved after decay_steps.
        staircase: whether to round step / decay_steps down.

    >>> InverseTimeDecay(0.6, decay_steps=10, decay_rate=1)([0, 10, 20])
    Tensor([0.6, 0.3, 0.2], shape=(3,), dtype=float32)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name
        _check_positive(self, "decay_steps")

    def __call__(self, step: Any) -> Tensor:
        periods = _numbers(step) / self.decay_steps
        if self.staircase:
            periods = np.floor(periods)
        return _rate(self.initial_learning_rate / (1 + self.decay_rate * periods))


# -- falling to an end --------------------------------------------------------


class PiecewiseConstantDecay(LearningRateSchedule):
    """values[0] up to and including step boundaries[0], then values[1] ...

    Args:
        boundaries: rising numbers of steps.
        values: the rates between them, one more than boundaries.

    >>> PiecewiseConstantDecay([2, 4], [0.4, 0.2, 0.1])(np.arange(6))
    Tensor([0.4, 0.4, 0.4, 0.2, 0.2, 0.1], shape=(6,), dtype=float32)
    """

    def __init__(
        self,
        boundaries: Sequence[float],
        values: Sequence[float],
        name: str = "PiecewiseConstant",
    ) -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                explain(
                    "PiecewiseConstantDecay needs one value more than boundaries.",
                    expected=f"{len(boundaries) + 1} values",
                    received=f"boundaries={boundaries!r}, values={values!r}",
                )
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step: Any) -> Tensor:
        # How many boundaries lie before the step.
        interval = np.searchsorted(np.asarray(self.boundaries), _numbers(step))
        return _rate(np.asarray(self.values)[interval])


class PolynomialDecay(LearningRateSchedule):
    """end + (initial - end) * (1 - step / decay_steps) ** power, then end.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: the step at which end_learning_rate is reached.
        end_learning_rate: the rate from there on.
        power: 1 is a straight line.
        cycle: whether to start again, each time aiming for the next multiple of
            decay_steps, instead of staying at the end.

    >>> PolynomialDecay(0.4, decay_steps=4, end_learning_rate=0.0)([0, 1, 4, 9])
    Tensor([0.4, 0.3, 0. , 0. ], shape=(4,), dtype=float32)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name
        _check_positive(self, "decay_steps")

    def __call__(self, step: Any) -> Tensor:
        step = _numbers(step)
        if self.cycle:
            cycles = np.maximum(np.ceil(step / self.decay_steps), 1)
            done = step / (self.decay_steps * cycles)
        else:
            done = np.minimum(step / self.decay_steps, 1)
        span = self.initial_learning_rate - self.end_learning_rate
        return _rate(self.end_learning_rate + span * (1 - done) ** self.power)


class CosineDecay(LearningRateSchedule):
    """Half a cosine wave from initial_learning_rate down to alpha times it.

    Loshchilov and Hutter 2016, "SGDR", equation 5, without restarts.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: how many steps the fall takes, after the warm-up.
        alpha: the lowest rate, as a fraction of the highest.
        warmup_target: if given, the rate first rises to it in a straight line, and
            falls from there.
        warmup_steps: how many steps the rise takes.

    >>> CosineDecay(0.4, decay_steps=4)([0, 2, 4, 9])
    Tensor([0.4, 0.2, 0. , 0. ], shape=(4,), dtype=float32)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps
        _check_positive(self, "decay_steps")

    def __call__(self, step: Any) -> Tensor:
        step = _numbers(step)
        if self.warmup_target is None:
            return _rate(self.initial_learning_rate * self._fraction(step))
        start, target = self.initial_learning_rate, self.warmup_target
        rising = start + (target - start) * step / max(self.warmup_steps, 1)
        falling = target * self._fraction(step - self.warmup_steps)
        return _rate(np.where(step < self.warmup_steps, rising, falling))

    def _fraction(self, step: Any) -> Any:
        """1 at step 0, alpha from decay_steps on."""
        done = np.minimum(step / self.decay_steps, 1)
        return self.alpha + (1 - self.alpha) * 0.5 * (1 + np.cos(np.pi * done))


class CosineDecayRestarts(LearningRateSchedule):
    """Cosine decays one after the other, each longer and perhaps lower.

    Loshchilov and Hutter 2016, "SGDR: Stochastic Gradient Descent with Warm Restarts".

    Args:
        initial_learning_rate: the rate at step 0.
        first_decay_steps: the length of the first decay.
        t_mul: every decay is so many times as long as the one before.
        m_mul: every decay starts so many times as high.
        alpha: the lowest rate, as a fraction of initial_learning_rate.

    >>> CosineDecayRestarts(0.4, first_decay_steps=2)([0, 1, 2, 4, 6])
    Tensor([0.4, 0.2, 0.4, 0.2, 0.4], shape=(5,), dtype=float32)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name
        _check_positive(self, "first_decay_steps")

    def __call__(self, step: Any) -> Tensor:
        time = _numbers(step) / self.first_decay_steps
        if self.t_mul == 1:
            restarts = np.floor(time)
            done = time - restarts
        else:
            # The n-th restart is at time 1 + t + ... + t**(n-1) = (1 - t**n) / (1 - t).
            # Solved for n; the small number keeps a restart from coming a step late.
            ratio = np.log(1 - time * (1 - self.t_mul)) / np.log(self.t_mul)
            restarts = np.floor(ratio + 1e-9)
            start = (1 - self.t_mul**restarts) / (1 - self.t_mul)
            done = (time - start) / self.t_mul**restarts
        height = self.m_mul**restarts * 0.5 * (1 + np.cos(np.pi * done))
        fraction = self.alpha + (1 - self.alpha) * height
        return _rate(self.initial_learning_rate * fraction)


# -- by record ----------------------------------------------------------------

registry.register_builtin(
    "keras.optimizers.schedules",
    {
        name: value
        for name, value in globals().items()
        if inspect.isclass(value) and issubclass(value, LearningRateSchedule)
    },
)


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict[str, Any]:
    """The config record of a schedule."""
    return registry.serialize_keras_object(learning_rate_schedule)


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Any:
    """The schedule of a config record."""
    return registry.deserialize_keras_object(config, custom_objects)
