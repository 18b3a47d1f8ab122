"""A variational autoencoder: a layer that draws numbers and adds to the loss."""

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(22)


class Sampling(layers.Layer):
    """mean + deviation * noise, with the penalty that keeps it near N(0, 1)."""

    def __init__(self, weight, **kwargs):
        super().__init__(**kwargs)
        self.weight = weight
        self.seed_generator = keras.random.SeedGenerator(5)

    def call(self, inputs):
        mean, log_variance = inputs
        divergence = 1 + log_variance - ops.square(mean) - ops.exp(log_variance)
        self.add_loss(-0.5 * self.weight * ops.mean(ops.sum(divergence, axis=-1)))
        noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_variance) * noise


random = np.random.RandomState(0)
angle = random.uniform(0, np.pi, size=1000)
x = np.stack([np.cos(angle), np.sin(angle)], axis=1)  # a half circle
x = (x + 0.03 * random.normal(size=x.shape)).astype("float32")

inputs = keras.Input(shape=(2,))
hidden = layers.Dense(32, activation="relu")(inputs)
mean = layers.Dense(1, name="mean")(hidden)
log_variance = layers.Dense(1, name="log_variance")(hidden)
z = Sampling(0.01)([mean, log_variance])
decoder = keras.Sequential(
    [keras.Input((1,)), layers.Dense(32, activation="relu"), layers.Dense(2)]
)
model = keras.Model(inputs, decoder(z))
model.compile(keras.optimizers.Adam(0.01), loss="mse")
history = model.fit(x, x, epochs=20, verbose=0).history
assert history["loss"][-1] < 0.3 * history["loss"][0], history["loss"]

# Pure noise, decoded, lies on the half circle.
made = decoder.predict(random.normal(size=(500, 1)), verbose=0)
radius = np.hypot(made[:, 0], made[:, 1])
assert abs(np.median(radius) - 1) < 0.15, np.median(radius)
print(f"median radius of what it makes {np.median(radius):.2f}")
