"""Building a Sequential model step by step: `add`, `pop`, late input shape."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(2)
x = np.random.RandomState(0).uniform(-1, 1, size=(400, 3)).astype("float32")
y = (x.sum(axis=1, keepdims=True) > 0).astype("float32")

model = keras.Sequential(name="grown")
model.add(layers.Dense(8, activation="tanh", name="first"))
model.add(layers.Dense(2, name="mistake"))
model.pop()
model.add(layers.Dense(1, activation="sigmoid", name="last"))
assert [layer.name for layer in model.layers] == ["first", "last"]
assert not model.built
assert len(model.weights) == 0

assert model(x[:5]).shape == (5, 1)  # now the input shape is known
assert model.built
assert len(model.weights) == 4
assert model.count_params() == 3 * 8 + 8 + 8 + 1

lines = []
model.summary(print_fn=lambda text, **kwargs: lines.append(text))
text = "\n".join(lines)
assert "first (Dense)" in text
assert "Total params" in text

model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
model.optimizer.learning_rate = 0.02
model.fit(x, y, batch_size=20, epochs=10, verbose=0)
assert model.evaluate(x, y, verbose=0)[1] > 0.95
print(f"learning rate {float(model.optimizer.learning_rate):.3f}")
