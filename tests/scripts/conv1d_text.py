"""Convolution over words: short patterns, wherever they stand."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(25)
random = np.random.RandomState(0)
x = random.randint(1, 20, size=(1000, 16))
y = random.randint(0, 2, size=1000)
for row, label in zip(x, y):
    if label:
        place = random.randint(0, 14)
        row[place : place + 2] = (3, 7)  # "3 7" makes the class
y = np.array([[(3, 7) in zip(row, row[1:])] for row in x]).astype("float32")

model = keras.Sequential(
    [
        keras.Input(shape=(16,), dtype="int32"),
        layers.Embedding(20, 12),
        layers.SpatialDropout1D(0.05),
        layers.Conv1D(24, 2, activation="relu"),
        layers.GlobalMaxPooling1D(),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(
    keras.optimizers.Adam(0.01),
    loss="binary_crossentropy",
    metrics=["accuracy", keras.metrics.AUC(name="auc")],
)
model.fit(x[:800], y[:800], epochs=12, verbose=0)
results = model.evaluate(x[800:], y[800:], verbose=0, return_dict=True)
assert results["accuracy"] > 0.93, results
assert results["auc"] > 0.97, results
print(f"area under the curve {results['auc']:.3f}")
