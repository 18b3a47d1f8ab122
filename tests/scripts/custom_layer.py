"""Layers of one's own: weights, a regularizing loss, a config that travels."""

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(7)


@keras.saving.register_keras_serializable(package="scripts")
class RadialBasis(layers.Layer):
    """exp(-|x - centre|^2 / width^2) for `units` learned centres."""

    def __init__(self, units, penalty=0.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.penalty = penalty

    def build(self, input_shape):
        self.centres = self.add_weight(
            shape=(self.units, input_shape[-1]), initializer="random_normal",
            name="centres",
        )  # fmt: skip
        self.width = self.add_weight(
            shape=(self.units,), initializer="ones", name="width"
        )

    def call(self, inputs):
        self.add_loss(self.penalty * ops.sum(ops.square(self.centres)))
        differences = ops.expand_dims(inputs, 1) - self.centres  # (B, units, N)
        distances = ops.sum(ops.square(differences), axis=-1)
        return ops.exp(-distances / ops.square(self.width))

    def get_config(self):
        return {**super().get_config(), "units": self.units, "penalty": self.penalty}


random = np.random.RandomState(0)
x = random.uniform(-2, 2, size=(800, 2)).astype("float32")
y = (np.hypot(x[:, 0], x[:, 1]) < 1.2).astype("float32")  # inside a circle

inputs = keras.Input(shape=(2,))
hidden = RadialBasis(12, penalty=1e-4)(inputs)
model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(hidden))
model.compile(keras.optimizers.Adam(0.03), "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=12, verbose=0).history
assert history["accuracy"][-1] > 0.94, history["accuracy"]
model(x[:10])
assert len(model.losses) == 1  # what the last call has added
assert float(model.losses[0]) > 0

copy = keras.Model.from_config(model.get_config())
copy.set_weights(model.get_weights())
np.testing.assert_allclose(
    copy.predict(x[:20], verbose=0), model.predict(x[:20], verbose=0), rtol=1e-6
)
assert copy.layers[1].units == 12
assert copy.layers[1].penalty == 1e-4
print(f"accuracy {history['accuracy'][-1]:.2f}")
