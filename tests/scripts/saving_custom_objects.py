"""Files of models with one's own layers, losses and metrics."""

import os
import tempfile

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(17)


class Doubling(layers.Layer):
    """x -> 2 x + shift, with a learned shift."""

    def __init__(self, start=0.0, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        self.shift = self.add_weight(
            shape=(input_shape[-1],),
            initializer=keras.initializers.Constant(self.start),
            name="shift",
        )

    def call(self, x):
        return 2 * x + self.shift

    def get_config(self):
        return {**super().get_config(), "start": self.start}


def quartic(y_true, y_pred):
    """(y_true - y_pred)^4, averaged."""
    return ops.mean(ops.power(y_true - y_pred, 4), axis=-1)


x = np.random.RandomState(0).normal(size=(200, 3)).astype("float32")
y = 2 * x + np.array([1.0, -1.0, 0.5], "float32")
model = keras.Sequential([keras.Input((3,)), Doubling(0.1)])
model.compile(keras.optimizers.SGD(0.05), quartic, metrics=["mae"])
history = model.fit(x, y, epochs=20, verbose=0).history
assert history["loss"][-1] < 0.05 * history["loss"][0]

objects = {"Doubling": Doubling, "quartic": quartic}
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "own.keras")
    model.save(path)
    loaded = keras.models.load_model(path, custom_objects=objects)
    with keras.utils.custom_object_scope(objects):
        again = keras.models.load_model(path)
    try:
        keras.models.load_model(path)
    except (TypeError, ValueError) as error:
        message = str(error)
assert "Doubling" in message  # an unknown class is not loaded, but named

for other in (loaded, again):
    np.testing.assert_allclose(
        other.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-6
    )
    assert other.layers[0].start == 0.1
    np.testing.assert_allclose(
        other.evaluate(x, y, verbose=0), model.evaluate(x, y, verbose=0), rtol=1e-4
    )
print(f"shift {np.round(loaded.get_weights()[0], 1)}")
