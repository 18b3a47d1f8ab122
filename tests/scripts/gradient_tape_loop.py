"""A training loop written by hand: batches, tape, optimizer, metric.

For edukeras only: Keras 3 has a GradientTape in its backend, not in `keras`.
"""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(9)
random = np.random.RandomState(0)
x = random.uniform(-1, 1, size=(1200, 2)).astype("float32")
y = (np.abs(x).sum(axis=1) < 0.8).astype("int64")  # inside a diamond

model = keras.Sequential(
    [
        keras.Input(shape=(2,)),
        layers.Dense(24, activation="relu"),
        layers.Dense(2),
    ]
)
optimizer = keras.optimizers.Adam(learning_rate=0.02)
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
accuracy = keras.metrics.SparseCategoricalAccuracy()

for _ in range(12):
    accuracy.reset_state()
    order = random.permutation(len(x))
    for start in range(0, len(x), 64):
        batch = order[start : start + 64]
        with keras.GradientTape() as tape:
            logits = model(x[batch], training=True)
            loss = loss_fn(y[batch], logits)
        gradients = tape.gradient(loss, model.trainable_weights)
        optimizer.apply(gradients, model.trainable_weights)
        accuracy.update_state(y[batch], logits)

assert int(optimizer.iterations) == 12 * 19
assert float(accuracy.result()) > 0.95, float(accuracy.result())
print(f"accuracy {float(accuracy.result()):.2f}")
