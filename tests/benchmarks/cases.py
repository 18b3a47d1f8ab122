"""What is measured: the models, their data, and what one run does.

A case is built for "a Keras", which is edukeras or real Keras: the same code runs on
both.  Peers with another interface (PyTorch, scikit-learn, bare matrix products) read
the same fields.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """One model with its data.

    Attributes:
        sizes: inputs, hidden units, outputs of a dense network; empty for others.
        at_least, aim: how many times faster than the fastest Keras it is to be.
    """

    name: str
    batch: int
    optimizer: str
    sizes: tuple[int, ...] = ()
    batchnorm: bool = False
    dropout: bool = False
    action: str = "fit"
    steps: int = 100
    input_shape: tuple[int, ...] = ()
    build: Callable | None = None
    words: int = 0
    at_least: float | None = None
    aim: float | None = None
    samples: int = field(default=0)

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Random inputs and one-hot targets; speed does not depend on their sense."""
        rng = np.random.default_rng(0)
        count = self.samples or self.batch * self.steps
        shape = self.input_shape or (self.sizes[0],)
        classes = self.sizes[-1] if self.sizes else 10
        if self.words:
            x = rng.integers(0, self.words, (count, *shape))
        else:
            x = rng.random((count, *shape), dtype=np.float32)
        y = np.eye(classes, dtype=np.float32)[rng.integers(0, classes, count)]
        return x, y

    def model(self, keras: Any) -> Any:
        """The compiled model, in any Keras."""
        layers = self.build(keras) if self.build else self._dense(keras)
        model = keras.Sequential(layers)
        model.compile(self.optimizer, "categorical_crossentropy", metrics=["accuracy"])
        return model

    def _dense(self, keras: Any) -> list:
        layers: list = [keras.Input((self.sizes[0],))]
        for units in self.sizes[1:-1]:
            layers.append(keras.layers.Dense(units, activation="relu"))
            if self.batchnorm:
                layers.append(keras.layers.BatchNormalization())
            if self.dropout:
                layers.append(keras.layers.Dropout(0.2))
        return [*layers, keras.layers.Dense(self.sizes[-1], activation="softmax")]


def cnn(keras: Any) -> list:
    """Two convolutions on 28x28 pictures."""
    layers = keras.layers
    return [
        keras.Input((28, 28, 1)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ]


def lstm(keras: Any) -> list:
    """32 steps of 16 numbers through 64 LSTM units."""
    layers = keras.layers
    return [
        keras.Input((32, 16)),
        layers.LSTM(64),
        layers.Dense(10, activation="softmax"),
    ]


def text(keras: Any) -> list:
    """64 words of a vocabulary of 2,000, averaged."""
    layers = keras.layers
    return [
        keras.Input((64,), dtype="int32"),
        layers.Embedding(2000, 32),
        layers.GlobalAveragePooling1D(),
        layers.Dense(16, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]


SEED = (784, 64, 64, 10)

CASES = [
    Case("tiny 4-16-3, batch 16", 16, "sgd", (4, 16, 3), at_least=4, aim=8),
    Case("seed 784-64-64-10, batch 32", 32, "rmsprop", SEED, at_least=2.5, aim=3.5),
    Case("seed with BN and Dropout", 32, "rmsprop", SEED, True, True,
         at_least=2.5, aim=3.5),
    Case("64-128-64-10 with BN, batch 64", 64, "adam", (64, 128, 64, 10), True,
         at_least=2.5, aim=3.5),
    Case("784-512-512-10, batch 128", 128, "adam", (784, 512, 512, 10),
         steps=40, at_least=1.3, aim=1.6),
    Case("1024-2048-2048-10, batch 512", 512, "adam", (1024, 2048, 2048, 10),
         steps=4, at_least=1.2, aim=1.5),
    Case("CNN 28x28, batch 32", 32, "adam", steps=30, input_shape=(28, 28, 1),
         build=cnn, at_least=1.0, aim=1.5),
    Case("LSTM 32 steps, batch 32", 32, "adam", steps=30, input_shape=(32, 16),
         build=lstm, at_least=1.0, aim=2.0),
    Case("text: Embedding, batch 32", 32, "adam", steps=60, input_shape=(64,),
         build=text, words=2000),
    Case("predict one sample", 1, "rmsprop", SEED, action="predict", steps=30,
         samples=1, at_least=20, aim=50),
    Case("predict 10,000 samples", 32, "rmsprop", SEED, action="predict", steps=1,
         samples=10_000),
    Case("evaluate 10,000 samples", 32, "rmsprop", SEED, action="evaluate", steps=1,
         samples=10_000),
    Case("save and load the weights", 32, "rmsprop", SEED, action="files", steps=1),
]  # fmt: skip
