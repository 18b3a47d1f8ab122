"""Callbacks: stop early, keep the best, log, change the learning rate."""

import csv
import os
import tempfile

import keras
import numpy as np
from keras import callbacks, layers

keras.utils.set_random_seed(11)
random = np.random.RandomState(0)
x = random.normal(size=(300, 6)).astype("float32")
y = x @ random.normal(size=(6, 1)) + 0.1 * random.normal(size=(300, 1))

model = keras.Sequential([keras.Input((6,)), layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.1), "mse")
with tempfile.TemporaryDirectory() as folder:
    best = os.path.join(folder, "best.keras")
    log = os.path.join(folder, "log.csv")
    history = model.fit(
        x,
        y,
        epochs=60,
        validation_split=0.2,
        verbose=0,
        callbacks=[
            callbacks.EarlyStopping(
                "val_loss", patience=3, min_delta=1e-4, restore_best_weights=True
            ),
            callbacks.ModelCheckpoint(best, monitor="val_loss", save_best_only=True),
            callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=2, min_lr=1e-3),
            callbacks.CSVLogger(log),
            callbacks.TerminateOnNaN(),
        ],
    )
    with open(log, newline="") as file:
        rows = list(csv.DictReader(file))
    saved = keras.models.load_model(best)

epochs = len(history.epoch)
assert 5 < epochs < 60
assert len(rows) == epochs
assert [int(row["epoch"]) for row in rows] == history.epoch
np.testing.assert_allclose(
    [float(row["val_loss"]) for row in rows], history.history["val_loss"], rtol=1e-5
)
assert "learning_rate" in history.history
lowest = min(history.history["val_loss"])
np.testing.assert_allclose(
    saved.evaluate(x[240:], y[240:], verbose=0), lowest, rtol=1e-4
)
assert model.evaluate(x[240:], y[240:], verbose=0) < lowest + 2e-4
print(f"stopped after {epochs} epochs, validation loss {lowest:.4f}")
