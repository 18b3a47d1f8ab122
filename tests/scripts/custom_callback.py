"""Callbacks of one's own: when each hook is called, and what it may do."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(12)
x = np.linspace(-1, 1, 96, dtype="float32")[:, None]


class Diary(keras.callbacks.Callback):
    """Writes down what happens."""

    def on_train_begin(self, logs=None):
        self.events = ["train"]

    def on_epoch_begin(self, epoch, logs=None):
        self.events.append(f"epoch {epoch}")

    def on_train_batch_end(self, batch, logs=None):
        assert "loss" in logs
        self.events.append(batch)

    def on_test_end(self, logs=None):
        self.events.append("tested")

    def on_train_end(self, logs=None):
        self.events.append("end")


class StopWhenGood(keras.callbacks.Callback):
    """Ends the training when the loss is small enough."""

    def __init__(self, goal):
        super().__init__()
        self.goal = goal

    def on_epoch_end(self, epoch, logs=None):
        if logs["loss"] < self.goal:
            self.model.stop_training = True


model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.2), "mse")
diary = Diary()
rates = []
history = model.fit(
    x,
    3 * x - 1,
    batch_size=32,
    epochs=200,
    validation_data=(x, 3 * x - 1),
    verbose=0,
    callbacks=[
        diary,
        StopWhenGood(1e-3),
        keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: rates.append(
                float(model.optimizer.learning_rate)
            )
        ),
        keras.callbacks.LearningRateScheduler(
            lambda epoch, rate: rate if epoch < 2 else 0.5
        ),
    ],
)
epochs = len(history.epoch)
assert 3 <= epochs < 200
assert history.history["loss"][-1] < 1e-3
assert diary.events[:6] == ["train", "epoch 0", 0, 1, 2, "tested"]
assert len(diary.events) == 2 + 5 * epochs
assert diary.events[-1] == "end"
assert np.allclose(rates[:2], 0.2)
assert np.isclose(rates[-1], 0.5)
print(f"good after {epochs} epochs")
