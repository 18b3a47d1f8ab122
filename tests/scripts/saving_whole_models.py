"""Whole models in files: `.keras` and `.h5`; training goes on where it stopped."""

import os
import tempfile

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(15)
random = np.random.RandomState(0)
x = random.normal(size=(256, 4)).astype("float32")
y = np.sin(x[:, :1]) + x[:, 1:2] ** 2


def make_model():
    inputs = keras.Input(shape=(4,), name="numbers")
    hidden = layers.Dense(16, activation="tanh", name="hidden")(inputs)
    both = layers.Concatenate(name="both")([hidden, inputs])
    model = keras.Model(inputs, layers.Dense(1, name="out")(both), name="regressor")
    model.compile(keras.optimizers.Adam(0.01), keras.losses.Huber(), metrics=["mae"])
    return model


model = make_model()
model.fit(x, y, epochs=3, verbose=0)
expected = model.predict(x, verbose=0)

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "model.keras")
    model.save(path)
    loaded = keras.models.load_model(path)
    bare = keras.models.load_model(path, compile=False)

np.testing.assert_allclose(loaded.predict(x, verbose=0), expected, atol=1e-6)
np.testing.assert_allclose(bare.predict(x, verbose=0), expected, atol=1e-6)
assert [layer.name for layer in loaded.layers] == ["numbers", "hidden", "both", "out"]
assert loaded.name == "regressor"
assert loaded.optimizer.name == "adam"
assert int(loaded.optimizer.iterations) == 3 * 8
assert loaded.compiled
assert not bare.compiled

# The optimizer's state came along: both go on alike.
a = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
b = loaded.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
np.testing.assert_allclose(a, b, rtol=1e-4)
print(f"loss {a[-1]:.3f}")
