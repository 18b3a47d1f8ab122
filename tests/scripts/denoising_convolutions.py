"""Convolutions down and up again: the noise is taken out of pictures."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(24)
random = np.random.RandomState(0)
clean = np.zeros((200, 12, 12, 1), "float32")
for image in clean:
    top, left = random.randint(0, 6, size=2)
    height, width = random.randint(3, 7, size=2)
    image[top : top + height, left : left + width] = 1
noisy = (clean + 0.4 * random.normal(size=clean.shape)).astype("float32")

inputs = keras.Input(shape=(12, 12, 1))
x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(inputs)
x = layers.LeakyReLU(negative_slope=0.1)(layers.BatchNormalization()(x))
x = layers.SeparableConv2D(12, 3, padding="same", activation="relu")(x)
x = layers.Conv2DTranspose(8, 3, strides=2, padding="same", activation="relu")(x)
x = layers.Concatenate()([x, inputs])
outputs = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(x)
model = keras.Model(inputs, outputs)
assert model.output_shape == (None, 12, 12, 1)

model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["mse"])
history = model.fit(noisy[:160], clean[:160], epochs=8, verbose=0).history
assert history["loss"][-1] < 0.5 * history["loss"][0]
error = model.evaluate(noisy[160:], clean[160:], verbose=0)[1]
before = np.mean((noisy[160:] - clean[160:]) ** 2)
assert error < 0.4 * before, (error, before)
print(f"mean squared error {before:.3f} -> {error:.3f}")
