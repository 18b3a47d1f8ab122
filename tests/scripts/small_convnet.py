"""A small convnet that tells crosses, frames and stripes apart."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(23)
random = np.random.RandomState(0)


def picture(kind):
    """12 x 12 pixels with a figure of 5 x 5 somewhere, and noise."""
    figure = np.zeros((5, 5))
    if kind == 0:
        figure[2, :] = figure[:, 2] = 1
    elif kind == 1:
        figure[[0, -1], :] = figure[:, [0, -1]] = 1
    else:
        figure[::2] = 1
    image = 0.2 * random.uniform(size=(12, 12))
    row, column = random.randint(0, 8, size=2)
    image[row : row + 5, column : column + 5] += figure
    return image


y = random.randint(0, 3, size=360)
x = np.stack([picture(kind) for kind in y]).astype("float32")[..., None]

model = keras.Sequential(
    [
        keras.Input(shape=(12, 12, 1)),
        layers.Conv2D(8, kernel_size=3, activation="relu", padding="same"),
        layers.MaxPooling2D(pool_size=2),
        layers.Conv2D(16, kernel_size=3, activation="relu"),
        layers.GlobalMaxPooling2D(),
        layers.Dropout(0.1),
        layers.Dense(3, activation="softmax"),
    ]
)
assert [tuple(layer.output.shape) for layer in model.layers[:3]] == [
    (None, 12, 12, 8),
    (None, 6, 6, 8),
    (None, 4, 4, 16),
]
model.compile(
    keras.optimizers.Adam(0.01), "categorical_crossentropy", metrics=["accuracy"]
)
targets = keras.utils.to_categorical(y, 3)
model.fit(x[:300], targets[:300], batch_size=32, epochs=8, verbose=0)
accuracy = model.evaluate(x[300:], targets[300:], verbose=0)[1]
assert accuracy > 0.9, accuracy
print(f"accuracy {accuracy:.2f}")
