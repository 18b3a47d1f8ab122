"""Regression on columns of very different size: a layer that learns their scale."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(38)
random = np.random.RandomState(0)
x = np.stack(
    [
        random.uniform(800, 5000, size=600),  # weight in pounds
        random.uniform(50, 230, size=600),  # power
        random.randint(3, 9, size=600),  # cylinders
    ],
    axis=1,
).astype("float32")
y = 60 - 0.006 * x[:, 0] - 0.05 * x[:, 1] - 1.0 * x[:, 2]
y = (y + random.normal(size=600)).astype("float32")

normalizer = layers.Normalization()
normalizer.adapt(x[:500])
np.testing.assert_allclose(np.asarray(normalizer(x[:500])).mean(axis=0), 0, atol=1e-3)
model = keras.Sequential([keras.Input((3,)), normalizer, layers.Dense(1)])
model.compile(
    keras.optimizers.Adam(0.3),
    loss="mean_squared_error",
    metrics=["mae", keras.metrics.RootMeanSquaredError(name="rmse")],
)
model.fit(x[:500], y[:500], epochs=30, verbose=0)
results = model.evaluate(x[500:], y[500:], verbose=0, return_dict=True)
assert results["rmse"] < 1.4, results
np.testing.assert_allclose(results["rmse"] ** 2, results["loss"], rtol=1e-3)

raw = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
raw.compile(keras.optimizers.Adam(0.3), loss="mse")
raw_loss = raw.fit(x[:500], y[:500], epochs=30, verbose=0).history["loss"][-1]
assert raw_loss > 2 * results["loss"]
print(f"root mean squared error {results['rmse']:.2f}")
