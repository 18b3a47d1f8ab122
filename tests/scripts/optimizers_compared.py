"""The same start, several optimizers; running averages; one batch at a time."""

import keras
import numpy as np
from keras import layers, optimizers

random = np.random.RandomState(0)
x = random.normal(size=(256, 8)).astype("float32")
y = np.tanh(x @ random.normal(size=(8, 2))).astype("float32")


def make_model(optimizer):
    keras.utils.set_random_seed(40)
    model = keras.Sequential(
        [keras.Input((8,)), layers.Dense(16, activation="tanh"), layers.Dense(2)]
    )
    model.compile(optimizer, "mse")
    return model


losses = {}
for optimizer in [
    optimizers.SGD(0.1),
    optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    optimizers.RMSprop(0.01),
    optimizers.Adam(0.01, clipnorm=1.0),
    optimizers.AdamW(0.01, weight_decay=1e-3),
    optimizers.Nadam(0.01),
    optimizers.Adagrad(0.1),
    optimizers.Lion(0.002),
    optimizers.Adam(0.01, use_ema=True, ema_momentum=0.9),
    optimizers.Adam(0.02, gradient_accumulation_steps=2),
]:
    model = make_model(optimizer)
    loss = model.fit(x, y, epochs=8, verbose=0).history["loss"]
    losses[f"{len(losses)} {optimizer.name}"] = loss
    updates = 8 * 8 // (optimizer.gradient_accumulation_steps or 1)
    assert int(optimizer.iterations) == updates
    config = optimizer.get_config()
    assert type(optimizer).from_config(config).get_config() == config
assert all(loss[-1] < 0.55 * loss[0] for loss in losses.values()), losses
assert len({round(loss[0], 2) for loss in losses.values()}) > 1

model = make_model("adam")
model.optimizer.learning_rate.assign(0.01)
for _ in range(10):
    for start in range(0, 256, 64):
        loss = model.train_on_batch(x[start : start + 64], y[start : start + 64])
assert loss < 0.5 * make_model("adam").test_on_batch(x, y)
assert model.predict_on_batch(x[:3]).shape == (3, 2)
print({name: round(loss[-1], 3) for name, loss in losses.items()})
