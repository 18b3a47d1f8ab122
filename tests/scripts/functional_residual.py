"""Residual blocks: each adds what it has learned to what came in."""

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(4)
random = np.random.RandomState(0)
x = random.uniform(-1, 1, size=(1000, 2)).astype("float32")
y = (x[:, 0] * x[:, 1] > 0).astype("int32")  # opposite quarters: no line parts them


def residual_block(x, units, number):
    inside = layers.Dense(units, activation="relu", name=f"block{number}_a")(x)
    inside = layers.Dense(units, name=f"block{number}_b")(inside)
    return layers.Activation("relu")(layers.Add()([x, inside]))


inputs = keras.Input(shape=(2,))
x_hidden = layers.Dense(16)(inputs)
for number in range(3):
    x_hidden = residual_block(x_hidden, 16, number)
scores = layers.Dense(2)(x_hidden)
model = keras.Model(inputs, ops.softmax(scores, axis=-1))

model.compile(
    keras.optimizers.Adam(0.005),
    keras.losses.SparseCategoricalCrossentropy(),
    metrics=[keras.metrics.SparseCategoricalAccuracy(name="acc")],
)
history = model.fit(x, y, batch_size=50, epochs=15, verbose=0).history
assert history["acc"][-1] > 0.93, history["acc"]
assert model.get_layer("block2_b").output.shape == (None, 16)
print(f"accuracy {history['acc'][-1]:.2f}")
