"""Looking inside: weights, shapes, outputs of the layers between."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(33)
x = np.random.RandomState(0).uniform(-1, 1, size=(300, 2)).astype("float32")
y = 2 * x[:, :1] - 3 * x[:, 1:] + 0.5

model = keras.Sequential([keras.Input((2,)), layers.Dense(1, name="line")])
model.compile(keras.optimizers.SGD(0.1), "mse")
model.fit(x, y, batch_size=20, epochs=30, verbose=0)
kernel, bias = model.get_layer("line").get_weights()
np.testing.assert_allclose(kernel.ravel(), [2, -3], atol=0.02)
np.testing.assert_allclose(bias, [0.5], atol=0.02)

deep = keras.Sequential(
    [
        keras.Input((2,)),
        layers.Dense(3, activation="relu", name="a"),
        layers.Dense(2, name="b"),
    ]
)
assert [w.name for w in deep.weights] == ["kernel", "bias", "kernel", "bias"]
assert [tuple(w.shape) for w in deep.weights] == [(2, 3), (3,), (3, 2), (2,)]
assert sum(w.size for w in deep.get_weights()) == deep.count_params() == 17

# By hand: the same numbers as predict.
a_kernel, a_bias, b_kernel, b_bias = deep.get_weights()
hidden = np.maximum(x @ a_kernel + a_bias, 0)
np.testing.assert_allclose(
    deep.predict(x, verbose=0), hidden @ b_kernel + b_bias, rtol=1e-4, atol=1e-6
)
features = keras.Model(deep.inputs, [layer.output for layer in deep.layers])
first, second = features.predict(x, verbose=0)
np.testing.assert_allclose(first, hidden, rtol=1e-4, atol=1e-6)
assert second.shape == (300, 2)

deep.get_layer("b").bias.assign([10.0, 20.0])
shifted = deep.predict(x, verbose=0) - second
np.testing.assert_allclose(shifted, np.tile([10.0, 20.0], (300, 1)), rtol=1e-4)
print(f"y = {kernel[0, 0]:.1f} a {kernel[1, 0]:+.1f} b {bias[0]:+.1f}")
