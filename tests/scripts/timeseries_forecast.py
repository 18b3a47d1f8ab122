"""Forecasting a time series with a GRU, against the guess "as it is now"."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(19)
time = np.arange(1200)
noise = 0.05 * np.random.RandomState(0).normal(size=1200)
series = (np.sin(time / 6) + 0.5 * np.sin(time / 17) + noise).astype("float32")

window, ahead = 20, 4
windows = np.lib.stride_tricks.sliding_window_view(series, window)[: -ahead - 1]
x, y = windows[..., None], series[window + ahead : window + ahead + len(windows)]
x_train, y_train, x_test, y_test = x[:900], y[:900], x[950:], y[950:]

model = keras.Sequential(
    [keras.Input(shape=(window, 1)), layers.GRU(16), layers.Dense(1)]
)
model.compile(keras.optimizers.Adam(0.01), loss="mse", metrics=["mae"])
history = model.fit(x_train, y_train, epochs=8, verbose=0).history
assert history["loss"][-1] < 0.2 * history["loss"][0]

error = model.evaluate(x_test, y_test, verbose=0)[1]
naive = np.abs(x_test[:, -1, 0] - y_test).mean()
assert error < 0.5 * naive, (error, naive)
print(f"mean error {error:.3f}, of the naive guess {naive:.3f}")
