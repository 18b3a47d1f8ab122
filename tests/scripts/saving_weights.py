"""Weights in files: the same architecture, and layers of the same name."""

import os
import tempfile

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(16)
x = np.random.RandomState(0).normal(size=(64, 6)).astype("float32")


def make_model(classes, head):
    return keras.Sequential(
        [
            keras.Input(shape=(6,)),
            layers.Dense(10, activation="relu", name="hidden"),
            layers.BatchNormalization(name="norm"),
            layers.Dense(classes, activation="softmax", name=head),
        ]
    )


model = make_model(3, "three")
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, np.arange(64) % 3, epochs=2, verbose=0)

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "my.weights.h5")
    model.save_weights(path)
    same = make_model(3, "three")
    assert np.abs(same.predict(x, verbose=0) - model.predict(x, verbose=0)).max() > 1e-3
    same.load_weights(path)
    np.testing.assert_allclose(
        same.predict(x, verbose=0), model.predict(x, verbose=0), atol=1e-6
    )

# By hand, layer by layer.
other = make_model(5, "five")
for layer in model.layers[:2]:
    other.get_layer(layer.name).set_weights(layer.get_weights())
hidden = keras.Model(model.inputs, model.layers[1].output)
hidden_of_other = keras.Model(other.inputs, other.layers[1].output)
np.testing.assert_allclose(
    hidden.predict(x, verbose=0), hidden_of_other.predict(x, verbose=0), atol=1e-6
)
try:
    other.set_weights(model.get_weights())
except ValueError as error:
    message = str(error)
assert "shape" in message
print("weights travel")
