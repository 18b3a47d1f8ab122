"""Python generators as data: endless ones for training, ones that end for testing."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(29)
random = np.random.RandomState(0)


def batches(random, count=None):
    """(x, y): five numbers and their range; `count` batches or without end."""
    made = 0
    while count is None or made < count:
        x = random.uniform(0, 1, size=(40, 5)).astype("float32")
        yield x, x.max(axis=1, keepdims=True) - x.min(axis=1, keepdims=True)
        made += 1


model = keras.Sequential(
    [keras.Input((5,)), layers.Dense(48, activation="relu"), layers.Dense(1)]
)
model.compile(keras.optimizers.Adam(0.01), "mse")
history = model.fit(
    batches(random),
    steps_per_epoch=25,
    epochs=8,
    validation_data=batches(np.random.RandomState(1)),
    validation_steps=3,
    verbose=0,
).history
assert len(history["val_loss"]) == 8
assert history["loss"][-1] < 0.2 * history["loss"][0]
loss = model.evaluate(batches(np.random.RandomState(2), count=5), verbose=0)
assert loss < 0.02, loss
assert model.predict(batches(random, count=2), verbose=0).shape == (80, 1)
print(f"loss {loss:.4f}")
