"""Transfer learning: freeze a trained base, train a new head, then tune all."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(14)
random = np.random.RandomState(0)
x = random.uniform(-1, 1, size=(1500, 2)).astype("float32")
ring = np.floor(np.hypot(x[:, 0], x[:, 1]) / 0.4).astype("int64").clip(0, 2)

base = keras.Sequential(
    [
        keras.Input(shape=(2,)),
        layers.Dense(32, activation="relu"),
        layers.BatchNormalization(),
        layers.Dense(16, activation="relu"),
    ],
    name="base",
)
first = keras.Sequential([base, layers.Dense(3, activation="softmax")])
first.compile(
    keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"]
)
first.fit(x, ring, epochs=12, verbose=0)

# The new task has few samples: is the point in the middle ring?
few, few_y = x[:120], (ring[:120] == 1).astype("float32")
base.trainable = False
inputs = keras.Input(shape=(2,))
features = base(inputs, training=False)
model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(features))
assert len(model.trainable_weights) == 2
assert len(model.non_trainable_weights) == 8

before = [w.copy() for w in base.get_weights()]
model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
model.fit(few, few_y, epochs=40, verbose=0)
for old, new in zip(before, base.get_weights()):
    np.testing.assert_array_equal(old, new)
truth = (ring == 1).astype("float32")
frozen_accuracy = model.evaluate(x[120:], truth[120:], verbose=0)[1]
assert frozen_accuracy > 0.85, frozen_accuracy

base.trainable = True
model.compile(keras.optimizers.Adam(1e-3), "binary_crossentropy", metrics=["accuracy"])
assert len(model.trainable_weights) == 8  # the moving statistics never are
model.fit(few, few_y, epochs=10, verbose=0)
assert any(np.any(old != new) for old, new in zip(before, base.get_weights()))
assert model.evaluate(x[120:], truth[120:], verbose=0)[1] > 0.85
print(f"accuracy with a frozen base {frozen_accuracy:.2f}")
