"""Correct programs on rows of numbers: classification, regression, autoencoders."""

PROGRAMS = {
    "iris with class numbers": """
keras.utils.set_random_seed(1)
(x_train, y_train), (x_test, y_test) = keras.datasets.iris.load_data()
mean, std = x_train.mean(axis=0), x_train.std(axis=0)
x_train = (x_train - mean) / std
x_test = (x_test - mean) / std
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=20, verbose=0)
model.evaluate(x_test, y_test, verbose=0)
""",
    "iris with one-hot labels": """
keras.utils.set_random_seed(2)
(x_train, labels), _ = keras.datasets.iris.load_data()
x_train = (x_train - x_train.mean(axis=0)) / x_train.std(axis=0)
y_train = keras.utils.to_categorical(labels, 3)
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(12, "tanh"), layers.Dense(3, "softmax")])
model.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy",
              metrics=["accuracy"])
model.fit(x_train, y_train, epochs=15, batch_size=16, verbose=0)
""",
    "breast cancer, a sigmoid": """
keras.utils.set_random_seed(3)
(x_train, y_train), (x_val, y_val) = keras.datasets.breast_cancer.load_data()
mean, std = x_train.mean(0), x_train.std(0)
x_train, x_val = (x_train - mean) / std, (x_val - mean) / std
model = keras.Sequential([
    keras.Input((x_train.shape[1],)), layers.Dense(16, activation="relu"),
    layers.Dropout(0.3), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=8, validation_data=(x_val, y_val), verbose=0)
""",
    "breast cancer, logits": """
keras.utils.set_random_seed(4)
(x_train, y_train), _ = keras.datasets.breast_cancer.load_data()
x_train = (x_train - x_train.mean(0)) / x_train.std(0)
model = keras.Sequential([
    keras.Input((x_train.shape[1],)), layers.Dense(8, activation="relu"),
    layers.Dense(1)])
model.compile("rmsprop", keras.losses.BinaryCrossentropy(from_logits=True))
model.fit(x_train, y_train, epochs=5, verbose=0)
""",
    "wine, raw numbers into a Normalization layer": """
keras.utils.set_random_seed(5)
(x_train, y_train), _ = keras.datasets.wine.load_data()
scale = layers.Normalization()
scale.adapt(x_train)
model = keras.Sequential([
    keras.Input((13,)), scale, layers.Dense(16, "relu"), layers.Dense(3)])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True),
              metrics=["accuracy"])
model.fit(x_train, y_train, epochs=10, verbose=0)
""",
    "moons": """
keras.utils.set_random_seed(6)
rng = np.random.default_rng(6)
t = rng.uniform(0, np.pi, 200)
side = rng.integers(0, 2, 200)
x = np.c_[np.cos(t) + side, np.where(side, -np.sin(t) + 0.5, np.sin(t))]
x = (x + 0.1 * rng.normal(size=x.shape)).astype("float32")
y = side
model = keras.Sequential([
    keras.Input((2,)), layers.Dense(8, "tanh"), layers.Dense(8, "tanh"),
    layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", ["accuracy"])
model.fit(x, y, epochs=20, verbose=0)
""",
    "xor, four samples": """
keras.utils.set_random_seed(7)
x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
y = np.array([[0], [1], [1], [0]], "float32")
model = keras.Sequential([
    keras.Input((2,)), layers.Dense(8, activation="tanh"),
    layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", ["accuracy"])
model.fit(x, y, epochs=60, batch_size=4, verbose=0)
""",
    "sine, regression": """
keras.utils.set_random_seed(8)
x = np.linspace(-3, 3, 128).reshape(-1, 1).astype("float32")
y = np.sin(x)
model = keras.Sequential([
    keras.Input((1,)), layers.Dense(32, "relu"), layers.Dense(32, "relu"),
    layers.Dense(1)])
model.compile("adam", "mse", metrics=["mae"])
model.fit(x, y, epochs=30, verbose=0)
""",
    "linear regression": """
keras.utils.set_random_seed(9)
rng = np.random.default_rng(9)
x = rng.normal(size=(150, 3))
y = x @ [1.0, -2.0, 0.5] + 3 + 0.1 * rng.normal(size=150)
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.05), "mean_squared_error")
model.fit(x, y, epochs=15, verbose=0)
""",
    "house prices with scaled targets": """
keras.utils.set_random_seed(10)
rng = np.random.default_rng(10)
area = rng.uniform(30, 200, 240)
rooms = rng.integers(1, 7, 240)
price = 3000 * area + 10000 * rooms + rng.normal(0, 9000, 240)
x = np.c_[(area - area.mean()) / area.std(), (rooms - rooms.mean()) / rooms.std()]
y = (price - price.mean()) / price.std()
model = keras.Sequential([
    keras.Input((2,)), layers.Dense(16, "relu"), layers.Dense(1)])
model.compile("adam", "mae", metrics=["mae"])
model.fit(x, y, epochs=25, verbose=0)
""",
    "logistic regression from zero": """
keras.utils.set_random_seed(11)
rng = np.random.default_rng(11)
x = rng.normal(size=(200, 5)).astype("float32")
y = (x[:, 0] - x[:, 1] > 0).astype("float32")
model = keras.Sequential([
    keras.Input((5,)),
    layers.Dense(1, activation="sigmoid", kernel_initializer="zeros")])
model.compile(keras.optimizers.SGD(0.5), "binary_crossentropy", ["accuracy"])
model.fit(x, y, epochs=10, verbose=0)
""",
    "multi-label": """
keras.utils.set_random_seed(12)
rng = np.random.default_rng(12)
x = rng.normal(size=(220, 8)).astype("float32")
y = (x @ rng.normal(size=(8, 4)) > 0).astype("float32")
model = keras.Sequential([
    keras.Input((8,)), layers.Dense(24, "relu"), layers.Dense(4, "sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["binary_accuracy"])
model.fit(x, y, epochs=12, verbose=0)
""",
    "rare events with class weights": """
keras.utils.set_random_seed(13)
rng = np.random.default_rng(13)
x = rng.normal(size=(400, 4)).astype("float32")
y = (x[:, 0] + x[:, 1] > 2.0).astype("int64")
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy",
              metrics=["accuracy", keras.metrics.AUC(name="auc")])
model.fit(x, y, epochs=20, class_weight={0: 1.0, 1: 10.0}, verbose=0)
""",
    "counts, Poisson regression": """
keras.utils.set_random_seed(14)
rng = np.random.default_rng(14)
x = rng.normal(size=(200, 3)).astype("float32")
y = rng.poisson(np.exp(0.5 * x[:, :1] + 0.3))
model = keras.Sequential([
    keras.Input((3,)), layers.Dense(1, activation="exponential")])
model.compile(keras.optimizers.Adam(0.02), "poisson")
model.fit(x, y, epochs=12, verbose=0)
""",
    "positive targets with softplus": """
keras.utils.set_random_seed(15)
rng = np.random.default_rng(15)
x = rng.normal(size=(200, 2)).astype("float32")
y = np.abs(x[:, 0]) + 0.5
model = keras.Sequential([
    keras.Input((2,)), layers.Dense(16, "relu"), layers.Dense(1, "softplus")])
model.compile("adam", "huber")
model.fit(x, y, epochs=15, verbose=0)
""",
    "quantiles with a loss of one's own": """
keras.utils.set_random_seed(16)
rng = np.random.default_rng(16)
x = rng.normal(size=(200, 2)).astype("float32")
y = (x[:, :1] + rng.exponential(size=(200, 1))).astype("float32")
def pinball(y_true, y_pred):
    error = y_true - y_pred
    return keras.ops.mean(keras.ops.maximum(0.9 * error, -0.1 * error), axis=-1)
model = keras.Sequential([
    keras.Input((2,)), layers.Dense(16, "relu"), layers.Dense(1)])
model.compile("adam", pinball)
model.fit(x, y, epochs=10, verbose=0)
""",
    "digits as rows, dropout": """
keras.utils.set_random_seed(17)
(x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
x_train = x_train.reshape(-1, 64)[:400] / 16
y_train = y_train[:400]
model = keras.Sequential([
    keras.Input((64,)), layers.Dense(64, "relu"), layers.Dropout(0.4),
    layers.Dense(10, "softmax")])
model.compile("rmsprop", "sparse_categorical_crossentropy", ["accuracy"])
model.fit(x_train, y_train, epochs=6, validation_split=0.2, verbose=0)
""",
    "batch normalisation before the activation": """
keras.utils.set_random_seed(18)
(x_train, y_train), _ = keras.datasets.digits.load_data()
x_train, y_train = x_train.reshape(-1, 64)[:500] / 16.0, y_train[:500]
model = keras.Sequential([
    keras.Input((64,)), layers.Dense(32, use_bias=False),
    layers.BatchNormalization(), layers.Activation("relu"), layers.Dense(10)])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True),
              metrics=["accuracy"])
model.fit(x_train, y_train, epochs=5, batch_size=64, verbose=0)
""",
    "residual blocks": """
keras.utils.set_random_seed(19)
rng = np.random.default_rng(19)
x = rng.normal(size=(200, 10)).astype("float32")
y = np.tanh(x[:, 0] * x[:, 1])
inputs = keras.Input((10,))
h = layers.Dense(16, "relu")(inputs)
for _ in range(3):
    r = layers.Dense(16, "relu")(h)
    r = layers.Dense(16)(r)
    h = layers.Activation("relu")(layers.add([h, r]))
model = keras.Model(inputs, layers.Dense(1)(h))
model.compile("adam", "mse")
model.fit(x, y, epochs=10, verbose=0)
""",
    "weight decay and an L2 penalty": """
keras.utils.set_random_seed(20)
rng = np.random.default_rng(20)
x = rng.normal(size=(160, 6)).astype("float32")
y = rng.integers(0, 2, 160)
x[:, 0] += 2 * y
model = keras.Sequential([
    keras.Input((6,)),
    layers.Dense(16, "elu", kernel_regularizer=keras.regularizers.L2(1e-3)),
    layers.Dense(2, "softmax")])
model.compile(keras.optimizers.AdamW(2e-3), "sparse_categorical_crossentropy",
              metrics=["sparse_categorical_accuracy"])
model.fit(x, y, epochs=10, verbose=0)
""",
    "early stopping that restores": """
keras.utils.set_random_seed(21)
(x_train, y_train), (x_val, y_val) = keras.datasets.wine.load_data()
mean, std = x_train.mean(0), x_train.std(0)
x_train, x_val = (x_train - mean) / std, (x_val - mean) / std
model = keras.Sequential([
    keras.Input((13,)), layers.Dense(32, "relu"), layers.Dense(3, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
model.fit(x_train, y_train, epochs=40, validation_data=(x_val, y_val),
          callbacks=[stop], verbose=0)
""",
    "autoencoder of digits": """
keras.utils.set_random_seed(22)
(images, _), _ = keras.datasets.digits.load_data()
x = images.reshape(-1, 64)[:400] / 16
model = keras.Sequential([
    keras.Input((64,)), layers.Dense(32, "relu"), layers.Dense(8, "relu"),
    layers.Dense(32, "relu"), layers.Dense(64, "sigmoid")])
model.compile("adam", "binary_crossentropy")
y = x
model.fit(x, y, epochs=6, verbose=0)
""",
    "linear autoencoder, which is PCA": """
keras.utils.set_random_seed(23)
rng = np.random.default_rng(23)
x = (rng.normal(size=(200, 2)) @ rng.normal(size=(2, 10))).astype("float32")
y = x
model = keras.Sequential([
    keras.Input((10,)), layers.Dense(2), layers.Dense(10)])
model.compile(keras.optimizers.Adam(0.01), "mse")
model.fit(x, y, epochs=15, verbose=0)
""",
    "denoising autoencoder": """
keras.utils.set_random_seed(24)
(images, _), _ = keras.datasets.digits.load_data()
y = images.reshape(-1, 64)[:300].astype("float32") / 16
x = y + 0.2 * np.random.default_rng(24).normal(size=y.shape).astype("float32")
model = keras.Sequential([
    keras.Input((64,)), layers.Dense(24, "relu"), layers.Dense(64, "sigmoid")])
model.compile("adam", "mse")
model.fit(x, y, epochs=6, verbose=0)
""",
    "label smoothing": """
keras.utils.set_random_seed(25)
(x_train, labels), _ = keras.datasets.iris.load_data()
x_train = (x_train - x_train.mean(0)) / x_train.std(0)
y_train = keras.utils.to_categorical(labels)
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "gelu"), layers.Dense(3, "softmax")])
model.compile("adam", keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
              metrics=["accuracy"])
model.fit(x_train, y_train, epochs=10, verbose=0)
""",
    "a hinge with labels of plus and minus one": """
keras.utils.set_random_seed(26)
rng = np.random.default_rng(26)
x = rng.normal(size=(200, 4)).astype("float32")
y = np.sign(x[:, :1] + x[:, 1:2])
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(1)])
model.compile("adam", "hinge")
model.fit(x, y, epochs=10, verbose=0)
""",
    "cross-validation, a new model for each fold": """
keras.utils.set_random_seed(27)
(x, y), _ = keras.datasets.iris.load_data()
order = np.random.default_rng(27).permutation(len(x))
x, y = x[order], y[order]
scores = []
for fold in range(3):
    held = np.arange(len(x)) % 3 == fold
    mean, std = x[~held].mean(0), x[~held].std(0)
    model = keras.Sequential([
        keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy",
                  metrics=["accuracy"])
    model.fit((x[~held] - mean) / std, y[~held], epochs=10, verbose=0)
    scores.append(model.evaluate((x[held] - mean) / std, y[held], verbose=0)[1])
x = (x - mean) / std
""",
    "choosing a size on the validation data": """
keras.utils.set_random_seed(28)
rng = np.random.default_rng(28)
x = rng.normal(size=(300, 4)).astype("float32")
y = (x[:, 0] * x[:, 1] > 0).astype(int)
x_train, x_val, x_test = x[:200], x[200:250], x[250:]
y_train, y_val, y_test = y[:200], y[200:250], y[250:]
best = None
for units in (4, 16):
    candidate = keras.Sequential([
        keras.Input((4,)), layers.Dense(units, "relu"), layers.Dense(1, "sigmoid")])
    candidate.compile(keras.optimizers.Adam(0.02), "binary_crossentropy",
                      metrics=["accuracy"])
    candidate.fit(x_train, y_train, epochs=12, verbose=0)
    score = candidate.evaluate(x_val, y_val, verbose=0)[1]
    if best is None or score > best:
        best, model = score, candidate
model.evaluate(x_test, y_test, verbose=0)
""",
    "before any training": """
(x, y), _ = keras.datasets.iris.load_data()
x = (x - x.mean(0)) / x.std(0)
model = keras.Sequential([
    layers.Dense(32, "relu"), layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
""",
    "saved and loaded again": """
import os, tempfile
keras.utils.set_random_seed(29)
x = np.random.default_rng(29).normal(size=(120, 4)).astype("float32")
y = (x[:, 0] > 0).astype(int)
def make():
    return keras.Sequential([
        keras.Input((4,)), layers.Dense(8, "relu", name="hidden"),
        layers.Dense(1, "sigmoid", name="out")])
first = make()
first.compile("adam", "binary_crossentropy")
first.fit(x, y, epochs=3, verbose=0)
weights = os.path.join(tempfile.mkdtemp(), "model.weights.h5")
first.save_weights(weights)
model = make()
model.load_weights(weights)
model.compile("adam", "binary_crossentropy")
""",
}
