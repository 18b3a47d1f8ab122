"""An autoencoder: pictures through a narrow middle, and what it finds odd."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(21)
random = np.random.RandomState(0)
rows, columns = np.mgrid[0:8, 0:8]


def blob(row, column):
    """A picture of 8 x 8 pixels with a soft spot."""
    return np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 6)


places = random.uniform(1, 6, size=(1000, 2))
x = np.stack([blob(*place) for place in places]).astype("float32").reshape(-1, 64)

inputs = keras.Input(shape=(64,), name="picture")
code = layers.Dense(3, name="code")(layers.Dense(32, activation="relu")(inputs))
decoder = keras.Sequential(
    [
        keras.Input(shape=(3,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(64, activation="sigmoid"),
    ],
    name="decoder",
)
autoencoder = keras.Model(inputs, decoder(code), name="autoencoder")
encoder = keras.Model(inputs, code, name="encoder")
autoencoder.compile(keras.optimizers.Adam(0.01), loss="mse")
history = autoencoder.fit(x[:900], x[:900], epochs=25, verbose=0).history
assert history["loss"][-1] < 0.15 * history["loss"][0], history["loss"]

codes = encoder.predict(x[900:], verbose=0)
assert codes.shape == (100, 3)
np.testing.assert_allclose(
    decoder.predict(codes, verbose=0),
    autoencoder.predict(x[900:], verbose=0),
    atol=1e-5,
)
# What it has never seen comes back wrong.
stripes = np.tile([1.0, 0.0], 32)[None].astype("float32")
usual = autoencoder.evaluate(x[900:], x[900:], verbose=0)
odd = autoencoder.evaluate(stripes, stripes, verbose=0)
assert odd > 10 * usual, (odd, usual)
print(f"error {usual:.4f}, of something odd {odd:.4f}")
