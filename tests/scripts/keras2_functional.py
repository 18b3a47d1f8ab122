"""Keras 2 functional script: YAML, several `fit` calls, `validation_freq`.

For edukeras only: Keras 3 has dropped YAML and some arguments of `fit`.
"""

import numpy as np
from keras.layers import Dense, Input, concatenate
from keras.models import Model, model_from_yaml

np.random.seed(36)
a, b = np.random.normal(size=(2, 300, 3))
y = a.sum(axis=1) * b[:, 0]

a_input, b_input = Input(shape=(3,), name="a"), Input(shape=(3,), name="b")
hidden = Dense(32, activation="relu")(concatenate([a_input, b_input]))
model = Model(inputs=[a_input, b_input], outputs=Dense(1)(hidden))
text = model.to_yaml()
assert "class_name: Functional" in text
copy = model_from_yaml(text)
copy.set_weights(model.get_weights())
np.testing.assert_allclose(
    copy.predict([a, b], verbose=0), model.predict([a, b], verbose=0), rtol=1e-5
)

model.compile("adam", loss="mse", metrics=["mae"])
first = model.fit(
    [a, b], y, epochs=6, validation_split=0.2, validation_freq=3, verbose=0,
    workers=2, max_queue_size=5, use_multiprocessing=False,
)  # fmt: skip
assert len(first.history["loss"]) == 6
assert len(first.history["val_loss"]) == 2
second = model.fit([a, b], y, initial_epoch=6, epochs=40, verbose=0)
assert second.epoch == list(range(6, 40))
assert second.history["loss"][-1] < 0.5 * first.history["loss"][0]
assert model.history is second
print("loss {:.2f}".format(second.history["loss"][-1]))
