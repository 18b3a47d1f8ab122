"""Programs whose data is not scaled, leaks, or has another shape than the model."""

from tests.inspect.doctor.corpus.buggy import buggy

PEOPLE = """
keras.utils.set_random_seed(1)
rng = np.random.default_rng(1)
age, income = rng.uniform(18, 80, 200), rng.uniform(10_000, 90_000, 200)
y = (age / 80 + income / 90_000 > 1).astype("float32")
"""
TABLE = """
keras.utils.set_random_seed(2)
rng = np.random.default_rng(2)
x = rng.normal(5, 3, size=(300, 4))
y = (x[:, 0] + x[:, 1] > 10).astype(int)
"""
CLASSIFIER = """
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
"""
SCALED = """
keras.utils.set_random_seed(3)
rng = np.random.default_rng(3)
x = rng.normal(size=(300, 4)).astype("float32")
y = (x[:, 0] + 0.5 * x[:, 1] > 0).astype("float32")
"""

PROGRAMS = [
    buggy(
        "age and income",
        "EK015",
        PEOPLE
        + """
x = np.c_[age, income]
model = keras.Sequential([
    keras.Input((2,)), layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=3, verbose=0)
""",
        (
            "x = np.c_[age, income]",
            "x = np.c_[(age - 49) / 18, (income - 50_000) / 23_000]",
        ),
    ),
    buggy(
        "temperatures of a season, into an lstm",
        "EK015",
        """
keras.utils.set_random_seed(4)
rng = np.random.default_rng(4)
x = 60 + 20 * rng.normal(size=(120, 10, 1)).cumsum(axis=1) / 3
y = (x[:, -1, 0] > 60).astype("float32")
model = keras.Sequential([
    keras.Input((10, 1)), layers.LSTM(8), layers.Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
""",
        ("/ 3\n", "/ 3\nx = (x - 60) / 40\n"),
        ("x[:, -1, 0] > 60", "x[:, -1, 0] > 0"),
    ),
    buggy(
        "wine as it is",
        "EK015",
        """
keras.utils.set_random_seed(5)
(x, y), _ = keras.datasets.wine.load_data()
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(16, activation="relu")
        self.out = layers.Dense(3, activation="softmax")
    def call(self, inputs):
        return self.out(self.hidden(inputs))
model = Net()
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
""",
        ("load_data()\n", "load_data()\nx = (x - x.mean(0)) / x.std(0)\n"),
    ),
    buggy(
        "pixels as bytes",
        "EK016",
        """
keras.utils.set_random_seed(6)
rng = np.random.default_rng(6)
y = rng.integers(0, 2, 100)
x = rng.integers(0, 120, (100, 8, 8, 1)).astype("uint8")
x[y == 1] += 130
model = keras.Sequential([
    keras.Input((8, 8, 1)), layers.Conv2D(4, 3, activation="relu"), layers.Flatten(),
    layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
""",
        ("x[y == 1] += 130", "x[y == 1] += 130\nx = x / 255"),
    ),
    buggy(
        "rows of pixels up to 255",
        "EK016",
        """
keras.utils.set_random_seed(7)
(images, y), _ = keras.datasets.digits.load_data()
x = (images.reshape(-1, 64)[:200] / 16 * 255).astype(int)
y = y[:200]
model = keras.Sequential([
    keras.Input((64,)), layers.Dense(32, "relu"), layers.Dense(10, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
model.fit(x, y, epochs=2, verbose=0)
""",
        ("y = y[:200]\n", "y = y[:200]\nx = x.astype('float32') / 255\n"),
    ),
    buggy(
        "house prices in full",
        "EK017",
        """
keras.utils.set_random_seed(8)
rng = np.random.default_rng(8)
x = rng.normal(size=(200, 3)).astype("float32")
y = 250_000 + 60_000 * x[:, 0] - 20_000 * x[:, 1]
model = keras.Sequential([
    keras.Input((3,)), layers.Dense(16, "relu"), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, epochs=5, verbose=0)
""",
        ("x[:, 1]\n", "x[:, 1]\ny = (y - y.mean()) / y.std()\n"),
    ),
    buggy(
        "validation standardised by itself",
        "EK018",
        TABLE
        + """
x_train, x_val, y_train, y_val = x[:200], x[200:], y[:200], y[200:]
x_train = (x_train - x_train.mean(0)) / x_train.std(0)
x_val = (x_val - x_val.mean(0)) / x_val.std(0)
"""
        + CLASSIFIER
        + """
model.fit(x_train, y_train, epochs=6, validation_data=(x_val, y_val), verbose=0)
""",
        (
            "x_train = (x_train - x_train.mean(0)) / x_train.std(0)\n",
            "mean, std = x_train.mean(0), x_train.std(0)\n"
            "x_train = (x_train - mean) / std\n",
        ),
        (
            "x_val = (x_val - x_val.mean(0)) / x_val.std(0)\n",
            "x_val = (x_val - mean) / std\n",
        ),
    ),
    buggy(
        "a scaler fitted on the test data",
        "EK018",
        TABLE
        + """
from sklearn.preprocessing import StandardScaler
scaler = StandardScaler()
x_train, x_test, y_train, y_test = x[:200], x[200:], y[:200], y[200:]
x_train = scaler.fit_transform(x_train)
x_test = scaler.fit_transform(x_test)
"""
        + CLASSIFIER
        + """
model.fit(x_train, y_train, epochs=6, verbose=0)
model.evaluate(x_test, y_test, verbose=0)
""",
        ("scaler.fit_transform(x_test)", "scaler.transform(x_test)"),
    ),
    buggy(
        "scaled before the split",
        "EK019",
        TABLE
        + """
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
scaler = StandardScaler()
x = scaler.fit_transform(x)
x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=0)
"""
        + CLASSIFIER
        + """
model.fit(x_train, y_train, epochs=6, verbose=0)
model.evaluate(x_test, y_test, verbose=0)
""",
        ("x = scaler.fit_transform(x)\n", ""),
        (
            "random_state=0)\n",
            "random_state=0)\nx_train = scaler.fit_transform(x_train)\n"
            "x_test = scaler.transform(x_test)\n",
        ),
    ),
    buggy(
        "mean of everything, then slices",
        "EK019",
        TABLE
        + """
x = (x - x.mean(axis=0)) / x.std(axis=0)
x_train, x_test = x[:220], x[220:]
y_train, y_test = y[:220], y[220:]
"""
        + CLASSIFIER
        + """
model.fit(x_train, y_train, epochs=6, verbose=0)
""",
        ("x = (x - x.mean(axis=0)) / x.std(axis=0)\n", ""),
        (
            "y_train, y_test = y[:220], y[220:]\n",
            "y_train, y_test = y[:220], y[220:]\n"
            "mean, std = x_train.mean(axis=0), x_train.std(axis=0)\n"
            "x_train, x_test = (x_train - mean) / std, (x_test - mean) / std\n",
        ),
    ),
    buggy(
        "validated on training samples",
        "EK020",
        SCALED
        + CLASSIFIER
        + """
validation_data = (x[:80], y[:80])
model.fit(x, y, epochs=5, validation_data=validation_data, verbose=0)
""",
        ("model.fit(x, y,", "x, y = x[80:], y[80:]\nmodel.fit(x, y,"),
    ),
    buggy(
        "two random choices that overlap",
        "EK020",
        SCALED
        + CLASSIFIER
        + """
x_train, y_train = x[rng.permutation(300)[:200]], y[rng.permutation(300)[:200]]
one = rng.permutation(300)
x_train, y_train = x[one[:220]], y[one[:220]]
two = rng.permutation(300)
x_val, y_val = x[two[:60]], y[two[:60]]
model.fit(x_train, y_train, epochs=4, validation_data=(x_val, y_val), verbose=0)
""",
        (
            "x_train, y_train = x[rng.permutation(300)[:200]], "
            "y[rng.permutation(300)[:200]]\n",
            "",
        ),
        ("x[two[:60]], y[two[:60]]", "x[one[220:]], y[one[220:]]"),
    ),
    buggy(
        "the best size for the test set",
        "EK021",
        SCALED
        + """
x_train, x_val, x_test = x[:200], x[200:250], x[250:]
y_train, y_val, y_test = y[:200], y[200:250], y[250:]
best = 0
for units in (4, 8, 16):
    candidate = keras.Sequential([
        keras.Input((4,)), layers.Dense(units, "relu"), layers.Dense(1, "sigmoid")])
    candidate.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    candidate.fit(x_train, y_train, epochs=4, verbose=0)
    score = candidate.evaluate(x_test, y_test, verbose=0)[1]
    if score >= best:
        best, model = score, candidate
""",
        ("candidate.evaluate(x_test, y_test", "candidate.evaluate(x_val, y_val"),
    ),
    buggy(
        "again and again at the test set, by hand",
        "EK021",
        SCALED
        + """
x_train, x_val, x_test = x[:200], x[200:250], x[250:]
y_train, y_val, y_test = y[:200], y[200:250], y[250:]
"""
        + CLASSIFIER
        + """
model.fit(x_train, y_train, epochs=2, verbose=0)
model.evaluate(x_test, y_test, verbose=0)
model.fit(x_train, y_train, epochs=4, verbose=0)
model.evaluate(x_test, y_test, verbose=0)
model.fit(x_train, y_train, epochs=8, verbose=0)
model.evaluate(x_test, y_test, verbose=0)
""",
        ("model.evaluate(x_test, y_test", "model.evaluate(x_val, y_val"),
    ),
    buggy(
        "the last rows of sorted iris",
        "EK022",
        """
keras.utils.set_random_seed(9)
(x, y), _ = keras.datasets.iris.load_data()
x = (x - x.mean(0)) / x.std(0)
order = np.argsort(y, kind="stable")
x, y = x[order], y[order]
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=4, validation_split=0.25, verbose=0)
""",
        (
            'np.argsort(y, kind="stable")',
            "np.random.default_rng(0).permutation(len(y))",
        ),
    ),
    buggy(
        "a regression sorted by its target",
        "EK022",
        """
keras.utils.set_random_seed(10)
x = np.linspace(0, 2, 150).reshape(-1, 1)
y = x[:, 0] ** 2
order = np.arange(150)
x, y = x[order], y[order]
model = keras.Sequential([
    keras.Input((1,)), layers.Dense(16, "relu"), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, epochs=4, validation_split=0.2, verbose=0)
""",
        ("np.arange(150)", "np.random.default_rng(0).permutation(150)"),
    ),
    buggy(
        "shuffled one after the other",
        "EK023",
        SCALED
        + """
order = np.random.default_rng(0).permutation(len(x))
rng.shuffle(x)
rng.shuffle(y)
"""
        + CLASSIFIER
        + """
model.fit(x, y, epochs=6, verbose=0)
""",
        ("rng.shuffle(x)\nrng.shuffle(y)\n", "x, y = x[order], y[order]\n"),
    ),
    buggy(
        "labels of other images",
        "EK023",
        """
keras.utils.set_random_seed(11)
(images, labels), _ = keras.datasets.digits.load_data()
x = images.reshape(-1, 64)[:300] / 16
y = labels[300:600]
model = keras.Sequential([
    keras.Input((64,)), layers.Dense(32, "relu"), layers.Dense(10, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
model.fit(x, y, epochs=3, verbose=0)
""",
        ("labels[300:600]", "labels[:300]"),
    ),
    buggy(
        "targets of other houses",
        "EK023",
        """
keras.utils.set_random_seed(12)
rng = np.random.default_rng(12)
x = rng.normal(size=(240, 5)).astype("float32")
y = (x[:, 0] * 2 - x[:, 1]).astype("float32")
x = np.sort(x, axis=0)
model = keras.Sequential([
    keras.Input((5,)), layers.Dense(16, "relu"), layers.Dense(1)])
model.compile("adam", "mse")
""",
        ("x = np.sort(x, axis=0)\n", ""),
    ),
    buggy(
        "rare illness",
        "EK024",
        """
keras.utils.set_random_seed(13)
rng = np.random.default_rng(13)
x = rng.normal(size=(400, 3)).astype("float32")
y = ((x[:, 0] + 0.5 * rng.normal(size=400)) > 1.9).astype(int)
model = keras.Sequential([
    keras.Input((3,)), layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=20, class_weight=None, verbose=0)
""",
        ("class_weight=None", "class_weight={0: 1, 1: 20}"),
        ('.compile("adam"', ".compile(keras.optimizers.Adam(0.02)"),
        ("epochs=20", "epochs=25"),
    ),
    buggy(
        "x.shape as input_shape",
        "EK025",
        """
keras.utils.set_random_seed(14)
(x, y), _ = keras.datasets.iris.load_data()
x = (x - x.mean(0)) / x.std(0)
model = keras.Sequential([
    layers.Dense(16, "relu", input_shape=x.shape), layers.Dense(3, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
""",
        ("input_shape=x.shape", "input_shape=x.shape[1:]"),
    ),
    buggy(
        "the number of images in Input",
        "EK025",
        """
keras.utils.set_random_seed(15)
(x, y), _ = keras.datasets.digits.load_data()
x, y = x[:100, ..., None] / 16, y[:100]
inputs = keras.Input((100, 8, 8, 1))
h = layers.Flatten()(inputs)
model = keras.Model(inputs, layers.Dense(10, "softmax")(h))
model.compile("adam", "sparse_categorical_crossentropy")
""",
        ("(100, 8, 8, 1)", "(8, 8, 1)"),
    ),
    buggy(
        "one flower without its batch",
        "EK026",
        """
keras.utils.set_random_seed(16)
(x_all, y_all), _ = keras.datasets.iris.load_data()
x_all = (x_all - x_all.mean(0)) / x_all.std(0)
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
x = x_all[0]
""",
        ("x = x_all[0]", "x = x_all[:1]"),
    ),
    buggy(
        "one image into predict",
        "EK026",
        """
keras.utils.set_random_seed(17)
(x, y), _ = keras.datasets.digits.load_data()
x, y = x[:100, ..., None] / 16, y[:100]
model = keras.Sequential([
    keras.Input((8, 8, 1)), layers.Conv2D(4, 3, activation="relu"), layers.Flatten(),
    layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
try:
    model.predict(x[0], verbose=0)
except ValueError:
    pass
""",
        ("predict(x[0]", "predict(x[0:1]"),
    ),
    buggy(
        "no Flatten before the classes",
        "EK027",
        """
keras.utils.set_random_seed(18)
(x, y), _ = keras.datasets.digits.load_data()
x, y = x[:100, ..., None] / 16, y[:100]
model = keras.Sequential([
    keras.Input((8, 8, 1)), layers.Conv2D(4, 3, activation="relu"),
    layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
""",
        ('activation="relu"),', 'activation="relu"), layers.Flatten(),'),
    ),
    buggy(
        "an answer for each step instead of one",
        "EK027",
        """
keras.utils.set_random_seed(19)
rng = np.random.default_rng(19)
x = rng.normal(size=(100, 6, 3)).astype("float32")
y = (x.sum(axis=(1, 2)) > 0).astype("float32")
model = keras.Sequential([
    keras.Input((6, 3)), layers.LSTM(8, return_sequences=True),
    layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
""",
        (", return_sequences=True", ""),
    ),
    buggy(
        "one target for three outputs",
        "EK028",
        """
keras.utils.set_random_seed(20)
rng = np.random.default_rng(20)
x = rng.normal(size=(120, 3)).astype("float32")
y = x[:, :1] - x[:, 1:2]
model = keras.Sequential([
    keras.Input((3,)), layers.Dense(8, "relu"), layers.Dense(3)])
model.compile("adam", "mse")
model.fit(x, y, epochs=2, verbose=0)
""",
        ("layers.Dense(3)", "layers.Dense(1)"),
    ),
    buggy(
        "a loss class that subtracts",
        "EK028",
        """
keras.utils.set_random_seed(21)
rng = np.random.default_rng(21)
x = rng.normal(size=(120, 3)).astype("float32")
y = x[:, 0] - x[:, 1]
class Squares(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return keras.ops.mean((y_true - y_pred) ** 2, axis=-1)
model = keras.Sequential([
    keras.Input((3,)), layers.Dense(8, "relu"), layers.Dense(1)])
model.compile("adam", Squares())
model.fit(x, y, epochs=2, verbose=0)
""",
        ("y = x[:, 0] - x[:, 1]", "y = x[:, :1] - x[:, 1:2]"),
    ),
    buggy(
        "a loop that subtracts",
        "EK028",
        """
keras.utils.set_random_seed(22)
rng = np.random.default_rng(22)
x = rng.normal(size=(96, 2)).astype("float32")
y = x[:, 0] * 2
model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
optimizer = keras.optimizers.SGD(0.1)
for step in range(3):
    with keras.GradientTape() as tape:
        error = y - model(x, training=True)
        loss = keras.ops.mean(error ** 2)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
""",
        ("y = x[:, 0] * 2", "y = x[:, :1] * 2"),
    ),
    buggy(
        "None for the samples",
        "EK029",
        """
keras.utils.set_random_seed(23)
model = keras.Sequential([
    keras.Input((None, 20)), layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
""",
        ("(None, 20)", "(20,)"),
    ),
    buggy(
        "holes in a table",
        "EK050",
        SCALED
        + """
x[::17, 2] = np.nan
complete = np.ones(len(x), bool)
x, y = x[complete], y[complete]
"""
        + CLASSIFIER
        + """
model.fit(x, y, epochs=2, verbose=0)
""",
        ("np.ones(len(x), bool)", "np.isfinite(x).all(axis=1)"),
    ),
    buggy(
        "one batch for all",
        "EK045",
        SCALED
        + CLASSIFIER
        + """
model.fit(x, y, epochs=5, batch_size=1000, verbose=0)
""",
        ("batch_size=1000", "batch_size=32"),
    ),
    buggy(
        "sorted and not shuffled",
        "EK046",
        SCALED
        + """
order = np.argsort(y)
x, y = x[order], y[order]
"""
        + CLASSIFIER
        + """
model.fit(x, y, epochs=4, shuffle=False, verbose=0)
""",
        (", shuffle=False", ""),
    ),
    buggy(
        "augmented validation",
        "EK048",
        """
keras.utils.set_random_seed(24)
(x, y), _ = keras.datasets.digits.load_data()
x, y = x[:200, ..., None] / 16, y[:200]
augment = layers.RandomTranslation(0.1, 0.1)
x_train, x_val, y_train, y_val = x[:150], x[150:], y[:150], y[150:]
x_train = np.asarray(augment(x_train, training=True))
x_val = np.asarray(augment(x_val, training=True))
model = keras.Sequential([
    keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(10, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=2, validation_data=(x_val, y_val), verbose=0)
""",
        ("x_val = np.asarray(augment(x_val, training=True))\n", ""),
    ),
]
