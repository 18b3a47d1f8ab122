"""The network of the playground: its settings, and the Keras model they describe."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from edukeras import layers, optimizers, regularizers
from edukeras.errors import explain
from edukeras.inspect.playground_data import CLASSES, FEATURES, GENERATORS, Points
from edukeras.models import Sequential

OPTIMIZERS = {
    "sgd": optimizers.SGD,
    "momentum": optimizers.SGD,
    "rmsprop": optimizers.RMSprop,
    "adam": optimizers.Adam,
}
ACTIVATIONS = ("tanh", "relu", "sigmoid", "linear", "leaky_relu", "gelu")
PENALTIES = ("none", "l1", "l2")
MOST_LAYERS, MOST_UNITS = 5, 8


@dataclass(frozen=True)
class Settings:
    """All that can be chosen.

    Attributes:
        data: the name of a generator, or "own".
        noise: from 0 to 1.
        points: how many there are.
        test_share: the share of them to test with.
        features: what the network is given.
        layers: the units of each hidden layer.
        penalty: "none", "l1" or "l2" on the weights of the hidden layers.
        penalty_rate: its factor.
        batch_norm, dropout: after each hidden layer; dropout is a share of the units.
        seed: for points, weights and batches.
    """

    data: str = "circle"
    noise: float = 0.1
    points: int = 400
    test_share: float = 0.5
    features: tuple[str, ...] = ("x1", "x2")
    layers: tuple[int, ...] = (4, 2)
    activation: str = "tanh"
    learning_rate: float = 0.03
    optimizer: str = "adam"
    batch_size: int = 10
    penalty: str = "none"
    penalty_rate: float = 0.001
    batch_norm: bool = False
    dropout: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        known = (*GENERATORS, "own")
        self._check(self.data in known, "data", f"one of {', '.join(known)}")
        self._check(0 <= self.noise <= 1, "noise", "0 to 1")
        self._check(20 <= self.points <= 5000, "points", "20 to 5000")
        self._check(0 < self.test_share < 1, "test_share", "between 0 and 1")
        some = bool(self.features) and set(self.features) <= set(FEATURES)
        self._check(some, "features", f"some of {', '.join(FEATURES)}")
        few = len(self.layers) <= MOST_LAYERS
        few = few and all(1 <= units <= MOST_UNITS for units in self.layers)
        size = f"up to {MOST_LAYERS} numbers from 1 to {MOST_UNITS}"
        self._check(few, "layers", size)
        self._one_of("activation", ACTIVATIONS)
        self._one_of("optimizer", tuple(OPTIMIZERS))
        self._one_of("penalty", PENALTIES)
        self._check(self.learning_rate > 0, "learning_rate", "above 0")
        self._check(self.batch_size >= 1, "batch_size", "at least 1")
        self._check(0 <= self.dropout < 1, "dropout", "0 or more, below 1")

    def _one_of(self, name: str, known: tuple[str, ...]) -> None:
        self._check(getattr(self, name) in known, name, f"one of {', '.join(known)}")

    def _check(self, right: bool, name: str, expected: str) -> None:
        if not right:
            raise ValueError(
                explain(
                    f"The playground cannot have this {name}.",
                    expected=expected,
                    received=repr(getattr(self, name)),
                )
            )


SETTING_NAMES = tuple(field.name for field in fields(Settings))


def build_model(settings: Settings, points: Points) -> Sequential:
    """The model, compiled; its weights are drawn with the seed of the settings."""
    seeds = iter(np.random.default_rng(settings.seed).integers(1, 10**6, 20).tolist())
    model = Sequential([layers.Input((len(settings.features),))], name="playground")
    for units in settings.layers:
        model.add(
            layers.Dense(
                units,
                activation=settings.activation,
                kernel_initializer=_initializer(next(seeds)),
                kernel_regularizer=_regularizer(settings),
            )
        )
        if settings.batch_norm:
            model.add(layers.BatchNormalization())
        if settings.dropout:
            model.add(layers.Dropout(settings.dropout, seed=next(seeds)))
    outputs, activation, loss = head_of(points)
    model.add(
        layers.Dense(
            outputs, activation=activation, kernel_initializer=_initializer(next(seeds))
        )
    )
    model.compile(optimizer_of(settings), loss)
    return model


def _initializer(seed: int) -> Any:
    from edukeras.initializers import GlorotUniform

    return GlorotUniform(seed=seed)


def _regularizer(settings: Settings) -> Any:
    if settings.penalty == "none":
        return None
    return getattr(regularizers, settings.penalty.upper())(settings.penalty_rate)


def optimizer_of(settings: Settings) -> Any:
    extra = {"momentum": 0.9} if settings.optimizer == "momentum" else {}
    return OPTIMIZERS[settings.optimizer](settings.learning_rate, **extra)


def head_of(points: Points) -> tuple[int, str | None, str]:
    """Units and activation of the last layer, and the loss."""
    if points.task != CLASSES:
        return 1, None, "mse"
    if points.classes == 2:
        return 1, "sigmoid", "binary_crossentropy"
    return points.classes, "softmax", "sparse_categorical_crossentropy"
