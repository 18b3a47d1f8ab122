"""Correct programs on images, texts and time series."""

PROGRAMS = {
    "cnn on digits": """
keras.utils.set_random_seed(1)
(x_train, y_train), _ = keras.datasets.digits.load_data()
x_train = x_train[:300, ..., None].astype("float32") / 16
y_train = y_train[:300]
model = keras.Sequential([
    keras.Input((8, 8, 1)), layers.Conv2D(8, 3, activation="relu"),
    layers.MaxPooling2D(), layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=5, verbose=0)
""",
    "bytes into a Rescaling layer": """
keras.utils.set_random_seed(2)
rng = np.random.default_rng(2)
y = rng.integers(0, 2, 120)
x = rng.integers(0, 120, (120, 10, 10, 3)).astype("uint8")
x[y == 1, :5] += 100
model = keras.Sequential([
    keras.Input((10, 10, 3)), layers.Rescaling(1 / 255),
    layers.Conv2D(6, 3, activation="relu"), layers.GlobalMaxPooling2D(),
    layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=6, verbose=0)
""",
    "batch normalisation and global pooling": """
keras.utils.set_random_seed(3)
(x, y), _ = keras.datasets.digits.load_data()
x, y = x[:320, ..., None] / 16.0, y[:320]
model = keras.Sequential([keras.Input((8, 8, 1))])
for filters in (8, 16):
    model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
    model.add(layers.BatchNormalization())
    model.add(layers.ReLU())
model.add(layers.GlobalAveragePooling2D())
model.add(layers.Dense(10, activation="softmax"))
model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy",
              metrics=["accuracy"])
model.fit(x, y, epochs=4, verbose=0)
""",
    "augmentation inside the model": """
keras.utils.set_random_seed(4)
(x_train, y_train), (x_val, y_val) = keras.datasets.digits.load_data()
x_train, y_train = x_train[:200, ..., None] / 16.0, y_train[:200]
x_val, y_val = x_val[:80, ..., None] / 16.0, y_val[:80]
model = keras.Sequential([
    keras.Input((8, 8, 1)), layers.RandomTranslation(0.1, 0.1),
    layers.Conv2D(8, 3, activation="relu"), layers.Flatten(),
    layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=3, validation_data=(x_val, y_val), verbose=0)
""",
    "segmentation with a sigmoid for each pixel": """
keras.utils.set_random_seed(5)
rng = np.random.default_rng(5)
x = rng.uniform(size=(60, 12, 12, 1)).astype("float32")
y = (x > 0.6).astype("float32")
model = keras.Sequential([
    keras.Input((12, 12, 1)), layers.Conv2D(8, 3, padding="same", activation="relu"),
    layers.Conv2D(1, 1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
model.fit(x, y, epochs=8, verbose=0)
""",
    "classes of pixels": """
keras.utils.set_random_seed(6)
rng = np.random.default_rng(6)
x = rng.uniform(size=(60, 8, 8, 2)).astype("float32")
y = (x[..., 0] > 0.5).astype(int) + (x[..., 1] > 0.5).astype(int)
model = keras.Sequential([
    keras.Input((8, 8, 2)), layers.Conv2D(16, 1, activation="relu"),
    layers.Dense(3, activation="softmax")])
model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy",
              metrics=["accuracy"])
model.fit(x, y, epochs=6, verbose=0)
""",
    "convolutional autoencoder": """
keras.utils.set_random_seed(7)
(images, _), _ = keras.datasets.digits.load_data()
x = images[:200, ..., None].astype("float32") / 16
y = x
model = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
    layers.Conv2DTranspose(8, 3, strides=2, padding="same", activation="relu"),
    layers.Conv2D(1, 3, padding="same", activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=4, verbose=0)
""",
    "lstm for the sign of a sum": """
keras.utils.set_random_seed(8)
rng = np.random.default_rng(8)
x = rng.normal(size=(200, 10, 2)).astype("float32")
y = (x[:, :, 0].sum(axis=1) > 0).astype("float32")
model = keras.Sequential([
    keras.Input((10, 2)), layers.LSTM(12), layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", ["accuracy"])
model.fit(x, y, epochs=8, verbose=0)
""",
    "gru forecasting": """
keras.utils.set_random_seed(9)
series = np.sin(np.arange(260) / 5).astype("float32")
x = np.stack([series[k:k + 20] for k in range(230)])[..., None]
y = series[20:250]
model = keras.Sequential([keras.Input((20, 1)), layers.GRU(12), layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.01), "mse")
model.fit(x, y, epochs=6, verbose=0)
""",
    "reviews: embedding and average": """
keras.utils.set_random_seed(10)
rng = np.random.default_rng(10)
y = rng.integers(0, 2, 240)
x = rng.integers(1, 100, (240, 15))
x[:, :4] = np.where(y[:, None] == 1, rng.integers(1, 20, (240, 4)), x[:, :4])
model = keras.Sequential([
    keras.Input((15,), dtype="int32"), layers.Embedding(100, 8),
    layers.GlobalAveragePooling1D(), layers.Dense(8, "relu"),
    layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", ["accuracy"])
model.fit(x, y, epochs=10, verbose=0)
""",
    "reviews: embedding and flatten": """
keras.utils.set_random_seed(11)
rng = np.random.default_rng(11)
y = rng.integers(0, 3, 210)
x = rng.integers(0, 60, (210, 8)).astype("float32")
x[:, 2] = y + 1
model = keras.Sequential([
    keras.Input((8,)), layers.Embedding(60, 6), layers.Flatten(),
    layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
model.fit(x, y, epochs=8, verbose=0)
""",
    "tagging each step": """
keras.utils.set_random_seed(12)
rng = np.random.default_rng(12)
x = rng.integers(1, 30, (150, 9))
y = x % 3
model = keras.Sequential([
    keras.Input((9,), dtype="int32"), layers.Embedding(30, 8),
    layers.LSTM(12, return_sequences=True), layers.Dense(3, "softmax")])
model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy",
              metrics=["accuracy"])
model.fit(x, y, epochs=6, verbose=0)
""",
    "masked sentences, both directions": """
keras.utils.set_random_seed(13)
rng = np.random.default_rng(13)
x = rng.integers(1, 40, (140, 12))
for row, length in enumerate(rng.integers(3, 12, 140)):
    x[row, length:] = 0
y = (x[:, 0] < 20).astype("float32")[:, None]
model = keras.Sequential([
    keras.Input((12,), dtype="int32"), layers.Embedding(40, 8, mask_zero=True),
    layers.Bidirectional(layers.LSTM(8)), layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", ["accuracy"])
model.fit(x, y, epochs=6, verbose=0)
""",
    "causal convolution": """
keras.utils.set_random_seed(14)
rng = np.random.default_rng(14)
x = rng.normal(size=(160, 16, 1)).astype("float32").cumsum(axis=1) / 4
y = x[:, -1, 0] - x[:, -2, 0]
model = keras.Sequential([
    keras.Input((None, 1)),
    layers.Conv1D(8, 3, padding="causal", activation="relu"),
    layers.Conv1D(8, 3, padding="causal", activation="relu"),
    layers.GlobalAveragePooling1D(), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, epochs=6, verbose=0)
""",
    "a transformer block": """
keras.utils.set_random_seed(15)
rng = np.random.default_rng(15)
x = rng.integers(0, 20, (160, 8))
y = (x == 3).any(axis=1).astype("float32")
inputs = keras.Input((8,), dtype="int32")
h = layers.Embedding(20, 16)(inputs)
a = layers.MultiHeadAttention(2, 8)(h, h)
h = layers.LayerNormalization()(layers.add([h, a]))
f = layers.Dense(32, "relu")(h)
f = layers.Dense(16)(f)
h = layers.LayerNormalization()(layers.add([h, f]))
h = layers.GlobalAveragePooling1D()(h)
model = keras.Model(inputs, layers.Dense(1, "sigmoid")(h))
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=5, verbose=0)
""",
    "attention weights over the steps": """
keras.utils.set_random_seed(16)
rng = np.random.default_rng(16)
x = rng.normal(size=(160, 6, 4)).astype("float32")
y = x[:, :, 0].max(axis=1)
inputs = keras.Input((6, 4))
scores = layers.Dense(1)(inputs)
shares = layers.Softmax(axis=1)(scores)
pooled = layers.Flatten()(layers.Dot(axes=1)([shares, inputs]))
model = keras.Model(inputs, layers.Dense(1)(layers.Dense(16, "relu")(pooled)))
model.compile("adam", "mse")
model.fit(x, y, epochs=8, verbose=0)
""",
    "any length of sequence": """
keras.utils.set_random_seed(17)
rng = np.random.default_rng(17)
x = rng.normal(size=(120, 7, 3)).astype("float32")
y = x.mean(axis=(1, 2))
model = keras.Sequential([
    keras.Input((None, 3)), layers.SimpleRNN(10), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, epochs=6, verbose=0)
""",
    "a prediction for each step": """
keras.utils.set_random_seed(18)
rng = np.random.default_rng(18)
x = rng.normal(size=(120, 7, 3)).astype("float32")
y = x.sum(axis=2, keepdims=True)
model = keras.Sequential([
    keras.Input((7, 3)), layers.TimeDistributed(layers.Dense(12, "relu")),
    layers.TimeDistributed(layers.Dense(1))])
model.compile(keras.optimizers.Adam(0.01), "mse")
model.fit(x, y, epochs=8, verbose=0)
""",
}
