"""Schedules: a learning rate that falls with the steps, and their formulas."""

import math

import keras
import numpy as np
from keras import layers
from keras.optimizers import schedules

made = {
    "exponential": schedules.ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5),
    "cosine": schedules.CosineDecay(
        0.0, decay_steps=40, warmup_target=0.1, warmup_steps=10
    ),
    "pieces": schedules.PiecewiseConstantDecay([10, 20], [0.1, 0.05, 0.01]),
    "inverse": schedules.InverseTimeDecay(0.1, decay_steps=10, decay_rate=1.0),
    "polynomial": schedules.PolynomialDecay(0.1, decay_steps=50, power=2.0),
}
at_20 = {name: float(schedule(20)) for name, schedule in made.items()}
np.testing.assert_allclose(
    list(at_20.values()),
    [
        0.1 * 0.5**2,
        0.1 * 0.5 * (1 + math.cos(math.pi * 10 / 40)),
        0.05,
        0.1 / 3,
        0.1 * (1 - 20 / 50) ** 2 + 0.0001 * (1 - (1 - 20 / 50) ** 2),
    ],
    rtol=1e-5,
)


class Steps(schedules.LearningRateSchedule):
    """Half as much after every 20 steps."""

    def __init__(self, start):
        self.start = start

    def __call__(self, step):
        return self.start * 0.5 ** (step // 20)

    def get_config(self):
        return {"start": self.start}


x = np.random.RandomState(0).normal(size=(320, 4)).astype("float32")
y = x @ np.array([[1.0], [2.0], [3.0], [4.0]], "float32")
losses = {}
for name, schedule in {**made, "own": Steps(0.1)}.items():
    keras.utils.set_random_seed(30)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(schedule, momentum=0.5), "mse")
    losses[name] = model.fit(x, y, epochs=5, verbose=0).history["loss"]
    rate = float(model.optimizer.learning_rate)
    np.testing.assert_allclose(rate, float(schedule(50)), rtol=1e-5)

assert all(values[-1] < 0.05 * values[0] for values in losses.values()), losses
print({name: round(rate, 4) for name, rate in at_20.items()})
