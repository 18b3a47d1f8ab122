"""A script as for Keras 2.3: its import paths, names and arguments.

For edukeras only: Keras 3 has dropped these names.
"""

import os
import tempfile

import numpy as np
from keras.layers import Activation, Dense, Dropout
from keras.layers.normalization import BatchNormalization
from keras.models import Sequential, model_from_yaml
from keras.optimizers import SGD
from keras.utils import np_utils

np.random.seed(35)
x = np.random.normal(size=(400, 4))
labels = (x[:, 0] > 0).astype(int) + (x[:, 1] > 0)
y = np_utils.to_categorical(labels, 3)

model = Sequential()
model.add(Dense(24, input_dim=4))
model.add(BatchNormalization())
model.add(Activation("relu"))
model.add(Dropout(0.1))
model.add(Dense(3))
model.add(Activation("softmax"))
model.compile(
    loss="categorical_crossentropy",
    optimizer=SGD(lr=0.1, momentum=0.9, decay=1e-4, nesterov=True),
    metrics=["acc"],
)


def generator():
    while True:
        rows = np.random.randint(0, 400, size=32)
        yield x[rows], y[rows]


history = model.fit_generator(
    generator(), steps_per_epoch=12, epochs=10, validation_data=(x, y), verbose=0
)
assert history.history["val_acc"][-1] > 0.9, history.history["val_acc"]
assert model.metrics_names == ["loss", "acc"]
loss, accuracy = model.evaluate_generator(generator(), steps=5)
assert accuracy > 0.85

again = model_from_yaml(model.to_yaml())
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "weights.h5")
    model.save_weights(path)
    again.load_weights(path, by_name=True)
    np.testing.assert_allclose(
        again.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-5
    )
print(f"accuracy {accuracy:.2f}")
