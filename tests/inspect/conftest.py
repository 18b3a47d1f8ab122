import numpy as np
import pytest

import edukeras as keras
from edukeras import layers


@pytest.fixture
def model():
    """Two inputs, two hidden units, one output, with weights known by heart."""
    made = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(2, activation="relu", name="hidden"),
            layers.Dense(1, name="out"),
        ],
        name="tiny",
    )
    made.set_weights(
        [
            np.array([[1.0, -1.0], [0.5, 0.0]]),
            np.array([0.0, 0.25]),
            np.array([[2.0], [-2.0]]),
            np.array([1.0]),
        ]
    )
    return made


@pytest.fixture
def nested(model):
    inputs = keras.Input((2,), name="in")
    outputs = layers.Dense(3, name="head")(model(inputs))
    return keras.Model(inputs, outputs, name="whole")
