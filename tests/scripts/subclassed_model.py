"""A model as a class: layers in `__init__`, the computation in `call`."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(6)


class GatedMLP(keras.Model):
    """Two branches; one says how much of the other counts."""

    def __init__(self, units, classes, rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.values = layers.Dense(units, activation="relu")
        self.gate = layers.Dense(units, activation="sigmoid")
        self.dropout = layers.Dropout(rate)
        self.head = layers.Dense(classes, activation="softmax")

    def call(self, inputs, training=False):
        x = self.values(inputs) * self.gate(inputs)
        return self.head(self.dropout(x, training=training))


random = np.random.RandomState(0)
x = random.normal(size=(900, 5)).astype("float32")
y = np.digitize(x[:, 0] * x[:, 1], [-0.3, 0.3])  # three classes

model = GatedMLP(48, classes=3, name="gated")
assert len(model.weights) == 0  # made when the first data comes
model.compile(
    keras.optimizers.Adam(0.01),
    "sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = model.fit(x, y, epochs=20, verbose=0).history
assert len(model.layers) == 4
assert len(model.weights) == 6
assert history["accuracy"][-1] > 0.85, history["accuracy"][-1]

# Dropout is at work in training only.
still = [np.asarray(model(x[:9], training=False)) for _ in range(2)]
np.testing.assert_array_equal(still[0], still[1])
noisy = [np.asarray(model(x[:9], training=True)) for _ in range(2)]
assert np.abs(noisy[0] - noisy[1]).max() > 0
print(f"accuracy {history['accuracy'][-1]:.2f}")
