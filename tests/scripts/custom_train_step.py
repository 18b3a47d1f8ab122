"""A `train_step` of one's own: the gradient is made short before the update.

For edukeras only: Keras 3 has a GradientTape in its backend, not in `keras`.
"""

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(8)


class ClippedModel(keras.Model):
    """Each gradient is at most 1 long; the mean length is reported."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.length = keras.metrics.Mean(name="gradient_length")

    def train_step(self, data):
        x, y = data
        with keras.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
        gradients = tape.gradient(loss, self.trainable_variables)
        lengths = [ops.norm(gradient) for gradient in gradients]
        self.length.update_state(ops.mean(ops.stack(lengths)))
        clipped = [
            gradient / ops.maximum(length, 1.0)
            for gradient, length in zip(gradients, lengths)
        ]
        self.optimizer.apply_gradients(zip(clipped, self.trainable_variables))
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            elif metric is not self.length:
                metric.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


random = np.random.RandomState(0)
x = random.normal(size=(512, 3)).astype("float32")
y = x @ np.array([[30.0], [-20.0], [10.0]], "float32") + 5

inputs = keras.Input(shape=(3,))
model = ClippedModel(inputs, layers.Dense(1)(inputs))
model.compile(keras.optimizers.SGD(0.2), "mse", metrics=["mae"])
history = model.fit(x, y, batch_size=32, epochs=20, verbose=0).history

assert {"loss", "mae", "gradient_length"} == set(history)
assert history["loss"][-1] < 1e-3 * history["loss"][0]
assert history["gradient_length"][0] > 1 > history["gradient_length"][-1]
np.testing.assert_allclose(model.get_weights()[0].ravel(), [30, -20, 10], atol=0.1)
print(f"bias {model.get_weights()[1][0]:.2f}")
