"""A model that can do just what callbacks ask of it, and a scripted training."""

import pytest

from edukeras.callbacks import CallbackList
from edukeras.optimizers import SGD


class FakeModel:
    built = True
    metrics = ()
    trainable_variables = ()

    def __init__(self):
        self.optimizer = SGD(0.5)
        self.stop_training = False
        self.history = None
        self.weights = 0
        self.saved = []

    def get_weights(self):
        return [self.weights]

    def set_weights(self, weights):
        (self.weights,) = weights

    def save(self, path, overwrite=False):
        self.saved.append(path)

    def save_weights(self, path, overwrite=False):
        with open(path, "w", encoding="utf-8") as file:
            file.write(str(self.weights))
        self.saved.append(path)

    def load_weights(self, path):
        with open(path, encoding="utf-8") as file:
            self.weights = int(file.read())


def run(callbacks, epoch_logs, batches=2, model=None, epochs=None):
    """A `fit` with these results; after epoch e the weights are e + 1."""
    model = FakeModel() if model is None else model
    epochs = len(epoch_logs) if epochs is None else epochs
    hooks = CallbackList(
        callbacks,
        add_history=True,
        model=model,
        epochs=epochs,
        steps=batches,
        verbose=0,
    )
    hooks.on_train_begin()
    for epoch in range(hooks.initial_epoch(0), len(epoch_logs)):
        hooks.on_epoch_begin(epoch)
        for batch in range(batches):
            hooks.on_train_batch_begin(batch)
            hooks.on_train_batch_end(batch, epoch_logs[epoch])
        model.weights = epoch + 1
        hooks.on_epoch_end(epoch, epoch_logs[epoch])
        if model.stop_training:
            break
    hooks.on_train_end()
    return model


@pytest.fixture
def model():
    return FakeModel()


@pytest.fixture
def fit():
    return run
