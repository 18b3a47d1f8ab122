"""Losses and metrics of one's own: as functions, and as classes with a state."""

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(18)


class PinballLoss(keras.losses.Loss):
    """The loss whose smallest value is the q-th quantile."""

    def __init__(self, q, **kwargs):
        super().__init__(**kwargs)
        self.q = q

    def call(self, y_true, y_pred):
        error = y_true - y_pred
        return ops.mean(ops.maximum(self.q * error, (self.q - 1) * error), axis=-1)


class ShareBelow(keras.metrics.Metric):
    """The share of targets below the prediction."""

    def __init__(self, name="share_below", **kwargs):
        super().__init__(name=name, **kwargs)
        self.below = self.add_weight(shape=(), initializer="zeros", name="below")
        self.count = self.add_weight(shape=(), initializer="zeros", name="count")

    def update_state(self, y_true, y_pred, sample_weight=None):
        below = ops.cast(y_true < y_pred, "float32")
        self.below.assign_add(ops.sum(below))
        self.count.assign_add(ops.cast(ops.size(below), "float32"))

    def result(self):
        return self.below / self.count


def largest_error(y_true, y_pred):
    return ops.max(ops.abs(y_true - y_pred), axis=-1)


random = np.random.RandomState(0)
x = random.uniform(0, 1, size=(2000, 1)).astype("float32")
y = x + x * random.uniform(-1, 1, size=(2000, 1))  # the noise grows with x

model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
model.compile(
    keras.optimizers.Adam(0.02),
    loss=PinballLoss(0.9),
    metrics=[ShareBelow(), largest_error],
)
history = model.fit(x, y, epochs=25, verbose=0).history
assert set(history) == {"loss", "share_below", "largest_error"}
results = model.evaluate(x, y, verbose=0, return_dict=True)
assert 0.87 < results["share_below"] < 0.93, results
# The 0.9 quantile of x + x u, with u between -1 and 1, is 1.8 x.
prediction = model.predict(np.array([[1.0]]), verbose=0)[0, 0]
assert abs(prediction - 1.8) < 0.15, prediction
print(f"90% are below {prediction:.2f} x")
