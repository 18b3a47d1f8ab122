"""The architecture as JSON and as a config; copies with weights of their own."""

import json

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(34)
inputs = keras.Input(shape=(5,), name="five")
left = layers.Dense(4, activation="relu", name="left")(inputs)
right = layers.Dense(4, kernel_regularizer="l2", name="right")(inputs)
joined = layers.Multiply(name="joined")([left, right])
model = keras.Model(inputs, layers.Dense(2, name="out")(joined), name="product")

text = model.to_json()
record = json.loads(text)
assert record["class_name"] == "Functional"
assert [layer["name"] for layer in record["config"]["layers"]] == [
    layer.name for layer in model.layers
]
x = np.random.RandomState(0).normal(size=(30, 5)).astype("float32")
copies = {
    "json": keras.models.model_from_json(text),
    "config": keras.Model.from_config(model.get_config()),
    "clone": keras.models.clone_model(model),
}
for name, copy in copies.items():
    assert [w.path for w in copy.weights] == [w.path for w in model.weights], name
    assert copy.get_layer("right").kernel_regularizer is not None
    assert np.abs(copy.predict(x, verbose=0) - model.predict(x, verbose=0)).max() > 1e-3
    copy.set_weights(model.get_weights())
    np.testing.assert_allclose(
        copy.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-5, atol=1e-6
    )

before = model.get_weights()
clone = copies["clone"]
clone.compile(keras.optimizers.Adam(0.02), "mse")
loss = clone.fit(x, x[:, :2], epochs=30, verbose=0).history["loss"]
assert loss[-1] < loss[0]
for old, new in zip(before, model.get_weights()):
    np.testing.assert_array_equal(old, new)  # the original has not changed

layer = layers.Dense(3, activation="tanh", kernel_initializer="he_normal")
config = layer.get_config()
assert config["units"] == 3
assert config["activation"] == "tanh"
assert layers.Dense.from_config(config).get_config() == config
print(f"{len(text)} characters of JSON")
