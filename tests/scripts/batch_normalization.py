"""Batch normalization: what it does to the numbers, and what it learns."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(32)
random = np.random.RandomState(0)
x = (random.normal(size=(640, 3)) * [1.0, 50.0, 0.02] + [0, 300, -4]).astype("float32")
y = ((x - x.mean(axis=0)) / x.std(axis=0)).sum(axis=1, keepdims=True)

norm = layers.BatchNormalization(momentum=0.9)
normalized = np.asarray(norm(x, training=True))
np.testing.assert_allclose(normalized.mean(axis=0), 0, atol=1e-3)
np.testing.assert_allclose(normalized[:, :2].std(axis=0), 1, atol=1e-2)
assert normalized[:, 2].std() < 0.7  # epsilon counts where the variance is small
np.testing.assert_allclose(
    np.asarray(norm.moving_mean), 0.1 * x.mean(axis=0), rtol=1e-3
)
assert len(norm.trainable_weights) == len(norm.non_trainable_weights) == 2

inputs = keras.Input((3,))
h = layers.BatchNormalization(momentum=0.8)(inputs)
h = layers.Dense(16, use_bias=False)(h)
h = layers.Activation("relu")(layers.BatchNormalization()(h))
model = keras.Model(inputs, layers.Dense(1)(h))
model.compile(keras.optimizers.Adam(0.02), "mse")
history = model.fit(x, y, epochs=15, batch_size=64, verbose=0).history
assert history["loss"][-1] < 0.25 * history["loss"][0], history["loss"]
statistics = model.layers[1].get_weights()
np.testing.assert_allclose(statistics[2][:2], x.mean(axis=0)[:2], rtol=0.1, atol=0.3)

# In inference a sample's result does not depend on the others in the batch.
alone = model.predict(x[:1], verbose=0)
together = model.predict(x[:64], verbose=0)[:1]
np.testing.assert_allclose(alone, together, rtol=1e-4, atol=1e-5)
print(f"loss {history['loss'][-1]:.3f}")
