"""Table data: categories as learned vectors, beside numbers; inputs by name."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(37)
random = np.random.RandomState(0)
count = 1500
table = {
    "shop": random.randint(0, 12, size=count),
    "weekday": random.randint(0, 7, size=count),
    "temperature": random.normal(15, 8, size=count).astype("float32"),
}
popularity = random.normal(size=12)
sales = popularity[table["shop"]] + (table["weekday"] >= 5)
sales = sales + 0.05 * (table["temperature"] - 15)


def category(name, size):
    inputs = keras.Input(shape=(), dtype="int32", name=name)
    return inputs, layers.Embedding(size, 3, name=f"{name}_vectors")(inputs)


shop, shop_vector = category("shop", 12)
weekday, weekday_vector = category("weekday", 7)
temperature = keras.Input(shape=(1,), name="temperature")
scaled = layers.Rescaling(1 / 8, offset=-15 / 8)(temperature)
joined = layers.Concatenate()([shop_vector, weekday_vector, scaled])
hidden = layers.Dense(16, activation="relu")(joined)
model = keras.Model([shop, weekday, temperature], layers.Dense(1)(hidden))
model.compile(keras.optimizers.Adam(0.02), "mse", metrics=["r2_score"])
model.fit(table, sales, epochs=12, verbose=0)
r2 = model.evaluate(table, sales, verbose=0, return_dict=True)["r2_score"]
assert r2 > 0.97, r2

# The days of the weekend have come together.
days = model.get_layer("weekday_vectors").get_weights()[0]  # (7, 3)
gap = np.linalg.norm(days[5:].mean(axis=0) - days[:5].mean(axis=0))
assert gap > np.linalg.norm(days[5] - days[6])
print(f"R2 {r2:.3f}")
