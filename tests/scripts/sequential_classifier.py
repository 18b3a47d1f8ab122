"""A Sequential classifier: points of three clouds in the plane."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(1)
random = np.random.RandomState(0)
centres = np.array([[0.0, 2.0], [2.0, -1.0], [-2.0, -1.0]])
y = random.randint(0, 3, size=600)
x = (centres[y] + 0.6 * random.normal(size=(600, 2))).astype("float32")

model = keras.Sequential(
    [
        keras.Input(shape=(2,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(3, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.02),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = model.fit(x[:500], y[:500], epochs=8, validation_split=0.1, verbose=0)

assert list(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
assert history.history["loss"][-1] < 0.5 * history.history["loss"][0]
loss, accuracy = model.evaluate(x[500:], y[500:], verbose=0)
assert accuracy > 0.93, accuracy

probabilities = model.predict(x[500:], verbose=0)
assert probabilities.shape == (100, 3)
np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
assert abs(np.mean(probabilities.argmax(axis=1) == y[500:]) - accuracy) < 1e-6
print(f"accuracy {accuracy:.2f}")
