"""Shared layers: a siamese network learns which pairs belong to one class."""

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(5)
random = np.random.RandomState(0)
angles = random.uniform(0, 2 * np.pi, size=(2, 1500))
radius = random.choice([1.0, 2.0], size=(2, 1500))  # the class: which circle
points = radius[..., None] * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
left, right = points.astype("float32")  # (1500, 2) each
same = (radius[0] == radius[1]).astype("float32")

encoder = keras.Sequential(
    [
        keras.Input(shape=(2,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(16, activation="relu"),
        layers.Dense(2),
    ],
    name="encoder",
)
a, b = keras.Input(shape=(2,)), keras.Input(shape=(2,))
squares = ops.square(encoder(a) - encoder(b))
likeness = ops.exp(-ops.sum(squares, axis=-1, keepdims=True))  # 1: equal codes
model = keras.Model([a, b], likeness)
assert len(model.trainable_weights) == 6  # those of the encoder, once

model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
history = model.fit([left, right], same, epochs=12, verbose=0).history
assert history["accuracy"][-1] > 0.95, history["accuracy"]

predicted = model.predict([left, right], verbose=0)[:, 0]
assert predicted[same == 1].mean() > 0.8
assert predicted[same == 0].mean() < 0.2
inner = encoder.predict(points[0][radius[0] == 1], verbose=0)
outer = encoder.predict(points[0][radius[0] == 2], verbose=0)
between = np.linalg.norm(inner.mean(axis=0) - outer.mean(axis=0))
print(f"distance between the classes {between:.2f}")
