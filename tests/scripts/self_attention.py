"""A transformer block: which number of a row is asked for stands in the row itself."""

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(26)


class AddPositions(layers.Layer):
    """Adds a learned vector for each position."""

    def build(self, input_shape):
        self.vectors = self.add_weight(
            shape=input_shape[1:], initializer="random_normal", name="vectors"
        )

    def call(self, x):
        return x + self.vectors


random = np.random.RandomState(0)
length, numbers = 6, 8
x = random.randint(0, numbers, size=(1500, length))
x[:, 0] = random.randint(1, length, size=1500)  # the place that is asked for
y = x[np.arange(1500), x[:, 0]]

inputs = keras.Input(shape=(length,), dtype="int32")
h = AddPositions()(layers.Embedding(numbers, 32)(inputs))
attention = layers.MultiHeadAttention(num_heads=4, key_dim=8, name="attention")
attended, scores = attention(h, h, return_attention_scores=True)
h = layers.LayerNormalization()(h + attended)
h = layers.LayerNormalization()(h + layers.Dense(32, activation="relu")(h))
outputs = layers.Dense(numbers, activation="softmax")(ops.reshape(h, (-1, length * 32)))
model = keras.Model(inputs, outputs)
model.compile(
    keras.optimizers.Adam(0.01),
    "sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = model.fit(x, y, batch_size=50, epochs=14, verbose=0).history
assert history["accuracy"][-1] > 0.6 > 0.25 > history["accuracy"][0], history

weights = keras.Model(inputs, scores).predict(x[:3], verbose=0)
assert weights.shape == (3, 4, length, length)
np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-5)
print(f"accuracy {history['accuracy'][-1]:.2f}")
