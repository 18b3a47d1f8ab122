"""Several inputs and outputs: dicts of data, one loss for each output."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(3)
random = np.random.RandomState(0)
size = random.uniform(-1, 1, size=(800, 4)).astype("float32")
kind = random.randint(0, 3, size=(800, 1))
price = size.sum(axis=1, keepdims=True) + kind  # (800, 1)
dear = (price > 1).astype("float32")

size_input = keras.Input(shape=(4,), name="size")
kind_input = keras.Input(shape=(1,), dtype="int32", name="kind")
kind_vector = layers.Flatten()(layers.Embedding(3, 2)(kind_input))
x = layers.concatenate([size_input, kind_vector])
x = layers.Dense(24, activation="relu")(x)
outputs = {
    "price": layers.Dense(1, name="price")(x),
    "dear": layers.Dense(1, activation="sigmoid", name="dear")(x),
}
model = keras.Model(inputs=[size_input, kind_input], outputs=outputs)
model.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss={"price": "mse", "dear": "binary_crossentropy"},
    loss_weights={"price": 1.0, "dear": 0.5},
    metrics={"price": ["mae"], "dear": ["accuracy"]},
)
history = model.fit(
    {"size": size, "kind": kind}, {"price": price, "dear": dear}, epochs=12, verbose=0
).history

assert {"loss", "price_loss", "dear_loss", "price_mae", "dear_accuracy"} == set(history)
assert history["price_loss"][-1] < 0.1 * history["price_loss"][0]
assert history["dear_accuracy"][-1] > 0.93
total = history["price_loss"][-1] + 0.5 * history["dear_loss"][-1]
np.testing.assert_allclose(history["loss"][-1], total, rtol=0.02)

predictions = model.predict({"size": size[:7], "kind": kind[:7]}, verbose=0)
assert {name: p.shape for name, p in predictions.items()} == {
    "price": (7, 1),
    "dear": (7, 1),
}
print(f"mean error of the price {history['price_mae'][-1]:.3f}")
