"""Data that is made batch by batch: PyDataset, shuffled and in threads."""

import math

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(28)


class Waves(keras.utils.PyDataset):
    """Noisy waves of two frequencies, made when they are asked for."""

    def __init__(self, count, batch_size, **kwargs):
        super().__init__(**kwargs)
        self.count, self.batch_size = count, batch_size
        self.epochs = 0

    def __len__(self):
        return math.ceil(self.count / self.batch_size)

    def __getitem__(self, index):
        random = np.random.RandomState(index)
        size = min(self.batch_size, self.count - index * self.batch_size)
        y = random.randint(0, 2, size=size)
        time = np.linspace(0, 6, 30)
        phase = random.uniform(0, 6, size=(size, 1))
        x = np.sin(time * (1 + 2 * y[:, None]) + phase)
        x = x + 0.3 * random.normal(size=x.shape)
        return x.astype("float32"), y.astype("float32")

    def on_epoch_end(self):
        self.epochs += 1


train = Waves(500, 32, workers=2, use_multiprocessing=False, max_queue_size=4)
test = Waves(100, 32)
model = keras.Sequential(
    [
        keras.Input((30,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
history = model.fit(train, epochs=6, validation_data=test, verbose=0).history
assert train.epochs >= 6
assert len(train) == 16
assert history["val_accuracy"][-1] > 0.9, history
assert model.predict(test, verbose=0).shape == (100, 1)
print(f"validation accuracy {history['val_accuracy'][-1]:.2f}")
