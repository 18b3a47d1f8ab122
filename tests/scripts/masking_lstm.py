"""Masking: padded steps of a time series are not looked at."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(13)
random = np.random.RandomState(0)
lengths = random.randint(2, 9, size=500)
x = np.full((500, 8, 1), -1.0, "float32")  # -1 is padding
for row, length in zip(x, lengths):
    row[:length, 0] = random.uniform(0, 1, size=length)
last = x[np.arange(500), lengths - 1, 0]
y = (last > 0.5).astype("float32")  # whether the last real number is large

inputs = keras.Input(shape=(8, 1))
masked = layers.Masking(mask_value=-1.0)(inputs)
state = layers.LSTM(12)(masked)
model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(state))
model.compile(keras.optimizers.Adam(0.03), "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, batch_size=50, epochs=15, verbose=0).history
assert history["accuracy"][-1] > 0.95, history["accuracy"]

# More padding changes nothing.
few = x[lengths < 5][:10]
short = keras.Model(inputs, state).predict(few, verbose=0)
lstm = model.layers[2]
np.testing.assert_allclose(
    np.asarray(lstm(layers.Masking(-1.0)(few[:, :5]))), short, atol=1e-5
)
print(f"accuracy {history['accuracy'][-1]:.2f}")
