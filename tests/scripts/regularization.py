"""Against overfitting: weight penalties, dropout, constraints."""

import keras
import numpy as np
from keras import constraints, layers, regularizers

random = np.random.RandomState(0)
x = random.normal(size=(460, 20)).astype("float32")
y = (x[:, 0] - x[:, 1] + 0.7 * random.normal(size=460) > 0).astype("float32")
x_train, y_train, x_test, y_test = x[:60], y[:60], x[60:], y[60:]


def train(*hidden):
    keras.utils.set_random_seed(31)
    model = keras.Sequential(
        [keras.Input((20,)), *hidden, layers.Dense(1, activation="sigmoid")]
    )
    model.compile(
        keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"]
    )
    model.fit(x_train, y_train, epochs=40, verbose=0)
    probability = model.predict(x_test, verbose=0)[:, 0].clip(1e-6, 1 - 1e-6)
    loss = -np.mean(np.log(np.where(y_test == 1, probability, 1 - probability)))
    return model, loss


_, plain = train(layers.Dense(64, activation="relu"))
l2, with_l2 = train(
    layers.Dense(64, activation="relu", kernel_regularizer=regularizers.L2(0.05))
)
_, with_dropout = train(
    layers.Dropout(0.5), layers.Dense(64, activation="relu"), layers.Dropout(0.5)
)
bounded, _ = train(
    layers.Dense(64, activation="relu", kernel_constraint=constraints.MaxNorm(0.5))
)
assert with_l2 < 0.8 * plain, (plain, with_l2)
assert with_dropout < plain, (plain, with_dropout)
kernel = l2.layers[0].get_weights()[0]
np.testing.assert_allclose(float(l2.losses[0]), 0.05 * np.sum(kernel**2), rtol=1e-4)
norms = np.linalg.norm(bounded.layers[0].get_weights()[0], axis=0)
assert norms.max() < 0.5001
print(f"test loss {plain:.2f}, with L2 {with_l2:.2f}, with dropout {with_dropout:.2f}")
