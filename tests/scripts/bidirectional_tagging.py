"""A label for every step: a bidirectional LSTM, TimeDistributed, sample weights."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(39)
random = np.random.RandomState(0)
x = random.randint(1, 10, size=(400, 12))
neighbours = np.pad(x, ((0, 0), (1, 1)))
# A step is a peak if it is larger than the steps before and after it.
y = ((x > neighbours[:, :-2]) & (x > neighbours[:, 2:])).astype("float32")[..., None]
weight = np.ones((400, 12), "float32")
weight[:, 0] = 0  # the first step does not count

inputs = keras.Input(shape=(12,), dtype="int32")
h = layers.Embedding(10, 8)(inputs)
h = layers.Bidirectional(layers.LSTM(10, return_sequences=True), merge_mode="concat")(h)
assert h.shape == (None, 12, 20)
outputs = layers.TimeDistributed(layers.Dense(1, activation="sigmoid"))(h)
model = keras.Model(inputs, outputs)
model.compile(
    keras.optimizers.Adam(0.03),
    "binary_crossentropy",
    weighted_metrics=["accuracy"],
)
history = model.fit(x, y, sample_weight=weight, epochs=7, verbose=0).history
assert history["accuracy"][-1] > 0.93, history["accuracy"]
assert model.predict(x[:2], verbose=0).shape == (2, 12, 1)
print(f"accuracy {history['accuracy'][-1]:.2f}")
