"""Programs with the wrong activation, loss, metric or labels."""

from tests.inspect.doctor.corpus.buggy import buggy

IRIS = """
keras.utils.set_random_seed(1)
(x, y), _ = keras.datasets.iris.load_data()
x = (x - x.mean(axis=0)) / x.std(axis=0)
"""
DIGITS = """
keras.utils.set_random_seed(2)
(images, y), _ = keras.datasets.digits.load_data()
x, y = images.reshape(-1, 64)[:200] / 16, y[:200]
"""
CANCER = """
keras.utils.set_random_seed(3)
(x, y), _ = keras.datasets.breast_cancer.load_data()
x = (x - x.mean(axis=0)) / x.std(axis=0)
"""
SINE = """
keras.utils.set_random_seed(4)
x = np.linspace(-3, 3, 100).reshape(-1, 1)
y = 3 * np.sin(x)
"""

PROGRAMS = [
    buggy(
        "softmax layer over axis 0",
        "EK001",
        IRIS
        + """
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(3),
    layers.Softmax(axis=0)])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
""",
        ("axis=0)])", "axis=-1)])"),
    ),
    buggy(
        "softmax op over the batch",
        "EK001",
        DIGITS
        + """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(32, activation="relu")
        self.out = layers.Dense(10)
    def call(self, inputs):
        z = self.out(self.hidden(inputs))
        e = keras.ops.exp(z - keras.ops.max(z))
        return e / keras.ops.sum(e, axis=0, keepdims=True)
model = Net()
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
""",
        ("axis=0, keepdims", "axis=-1, keepdims"),
    ),
    buggy(
        "softmax over one unit",
        "EK002",
        CANCER
        + """
model = keras.Sequential([
    keras.Input((30,)), layers.Dense(8, "relu"), layers.Dense(1, "softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=3, verbose=0)
""",
        ('Dense(1, "softmax")', 'Dense(1, "sigmoid")'),
    ),
    buggy(
        "softmax over one unit, functional, untrained",
        "EK002",
        CANCER
        + """
inputs = keras.Input((30,))
h = layers.Dense(12, activation="tanh")(inputs)
outputs = layers.Activation("softmax")(layers.Dense(1)(h))
model = keras.Model(inputs, outputs)
model.compile("sgd", "binary_crossentropy")
""",
        ('Activation("softmax")', 'Activation("sigmoid")'),
    ),
    buggy(
        "softmax and from_logits",
        "EK003",
        IRIS
        + """
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(x, y, epochs=3, verbose=0)
""",
        ("from_logits=True", "from_logits=False"),
    ),
    buggy(
        "sigmoid and from_logits",
        "EK003",
        CANCER
        + """
model = keras.Sequential([
    keras.Input((30,)), layers.Dense(8, "relu"),
    layers.Dense(1), layers.Activation("sigmoid")])
model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
""",
        ("from_logits=True", ""),
    ),
    buggy(
        "scores into the sparse loss",
        "EK004",
        IRIS
        + """
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(3)])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=3, verbose=0)
""",
        (
            '"sparse_categorical_crossentropy"',
            "keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
        ),
    ),
    buggy(
        "relu before the binary loss",
        "EK004",
        CANCER
        + """
model = keras.Sequential([
    keras.Input((30,)), layers.Dense(8, "relu"), layers.Dense(1, "relu")])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=3, verbose=0)
""",
        ('Dense(1, "relu")', 'Dense(1, "sigmoid")'),
    ),
    buggy(
        "scores of a subclass",
        "EK004",
        DIGITS
        + """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(32, activation="relu")
        self.out = layers.Dense(10)
    def call(self, inputs):
        return self.out(self.hidden(inputs))
y = keras.utils.to_categorical(y, 10)
model = Net()
model.compile("adam", "categorical_crossentropy")
""",
        ("layers.Dense(10)", 'layers.Dense(10, activation="softmax")'),
    ),
    buggy(
        "class numbers for the categorical loss",
        "EK005",
        IRIS
        + """
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
try:
    model.fit(x, y, epochs=2, verbose=0)
except ValueError:
    pass
""",
        ('"categorical_crossentropy"', '"sparse_categorical_crossentropy"'),
    ),
    buggy(
        "class numbers in a column",
        "EK005",
        DIGITS
        + """
y = y.reshape(-1, 1)
model = keras.Sequential([
    layers.Dense(32, "relu"), layers.Dense(10, "softmax")])
model.compile("adam", keras.losses.CategoricalCrossentropy())
""",
        ("keras.losses.Cat", "keras.losses.SparseCat"),
    ),
    buggy(
        "one-hot rows for the sparse loss",
        "EK006",
        IRIS
        + """
y = keras.utils.to_categorical(y)
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
try:
    model.fit(x, y, epochs=2, verbose=0)
except ValueError:
    pass
""",
        ('"sparse_categorical', '"categorical'),
    ),
    buggy(
        "labels from 1",
        "EK007",
        IRIS
        + """
y = y + 1
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
""",
        ("y = y + 1\n", ""),
    ),
    buggy(
        "labels of plus and minus one for a sigmoid",
        "EK007",
        CANCER
        + """
y = 2.0 * y - 1.0
model = keras.Sequential([
    keras.Input((30,)), layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
""",
        ("y = 2.0 * y - 1.0\n", ""),
    ),
    buggy(
        "an output for a class that is not there",
        "EK007",
        DIGITS
        + """
y = y + 1
model = keras.Sequential([
    keras.Input((64,)), layers.Dense(32, "relu"), layers.Dense(11, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=2, verbose=0)
""",
        ("y = y + 1\n", ""),
        ("Dense(11", "Dense(10"),
    ),
    buggy(
        "sigmoid for one of three classes",
        "EK008",
        IRIS
        + """
y = keras.utils.to_categorical(y)
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(3, "sigmoid")])
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=3, verbose=0)
""",
        ('Dense(3, "sigmoid")', 'Dense(3, "softmax")'),
    ),
    buggy(
        "softmax for several labels",
        "EK009",
        """
keras.utils.set_random_seed(5)
rng = np.random.default_rng(5)
x = rng.normal(size=(150, 6)).astype("float32")
y = (x @ rng.normal(size=(6, 4)) > 0).astype("float32")
model = keras.Sequential([
    keras.Input((6,)), layers.Dense(16, "relu"), layers.Dense(4, "softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
""",
        ('Dense(4, "softmax")', 'Dense(4, "sigmoid")'),
        ("categorical_crossentropy", "binary_crossentropy"),
    ),
    buggy(
        "softmax and the binary loss for several labels",
        "EK009",
        """
keras.utils.set_random_seed(6)
rng = np.random.default_rng(6)
x = rng.normal(size=(120, 5)).astype("float32")
y = np.c_[x[:, 0] > 0, x[:, 1] > 0, x[:, 2] > 1].astype(int)
inputs = keras.Input((5,))
h = layers.Dense(16, activation="relu")(inputs)
model = keras.Model(inputs, layers.Dense(3, activation="softmax")(h))
model.compile("adam", "binary_crossentropy")
""",
        ('activation="softmax"', 'activation="sigmoid"'),
    ),
    buggy(
        "binary loss on ten classes",
        "EK010",
        DIGITS
        + """
y = keras.utils.to_categorical(y, 10)
model = keras.Sequential([
    keras.Input((64,)), layers.Dense(32, "relu"), layers.Dense(10, "softmax")])
model.compile("adam", "binary_crossentropy", metrics=["binary_accuracy"])
model.fit(x, y, epochs=2, verbose=0)
""",
        ('"binary_crossentropy"', '"categorical_crossentropy"'),
        ('"binary_accuracy"', '"accuracy"'),
    ),
    buggy(
        "sigmoid and binary loss on one-hot rows",
        "EK010",
        IRIS
        + """
y = keras.utils.to_categorical(y)
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(3, "sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
""",
        ('Dense(3, "sigmoid")', 'Dense(3, "softmax")'),
        ('"binary_crossentropy"', '"categorical_crossentropy"'),
    ),
    buggy(
        "accuracy of a regression",
        "EK011",
        SINE
        + """
model = keras.Sequential([
    keras.Input((1,)), layers.Dense(16, "relu"), layers.Dense(1)])
model.compile("adam", "mse", metrics=["accuracy"])
model.fit(x, y, epochs=3, verbose=0)
""",
        ('metrics=["accuracy"]', 'metrics=["mae"]'),
    ),
    buggy(
        "accuracy of a regression, one of two outputs",
        "EK011",
        SINE
        + """
inputs = keras.Input((1,))
h = layers.Dense(16, "relu")(inputs)
model = keras.Model(inputs, [layers.Dense(1, name="size")(h),
                             layers.Dense(1, "sigmoid", name="kind")(h)])
model.compile("adam", ["mae", "binary_crossentropy"],
              metrics=[["acc"], ["acc"]])
y = [y, (y > 0).astype("float32")]
model.fit(x, y, epochs=3, verbose=0)
""",
        ('[["acc"], ["acc"]]', '[["mse"], ["acc"]]'),
    ),
    buggy(
        "sigmoid for targets up to 3",
        "EK012",
        SINE
        + """
model = keras.Sequential([
    keras.Input((1,)), layers.Dense(16, "tanh"), layers.Dense(1, "sigmoid")])
model.compile("adam", "mse")
model.fit(x, y, epochs=3, verbose=0)
""",
        ('Dense(1, "sigmoid")', "Dense(1)"),
    ),
    buggy(
        "relu for negative targets",
        "EK012",
        SINE
        + """
model = keras.Sequential([
    keras.Input((1,)), layers.Dense(16, "relu"), layers.Dense(1, "relu")])
model.compile(keras.optimizers.Adam(0.01), "mae")
model.fit(x, y, epochs=3, verbose=0)
""",
        ('layers.Dense(1, "relu")', "layers.Dense(1)"),
    ),
    buggy(
        "tanh for an autoencoder of numbers up to 4",
        "EK012",
        """
keras.utils.set_random_seed(7)
x = np.random.default_rng(7).normal(0, 2, size=(150, 8)).astype("float32")
y = x
model = keras.Sequential([
    keras.Input((8,)), layers.Dense(6, "relu"), layers.Dense(8, "tanh")])
model.compile("adam", "mse")
""",
        ('Dense(8, "tanh")', "Dense(8)"),
    ),
    buggy(
        "squared error behind a sigmoid",
        "EK013",
        CANCER
        + """
model = keras.Sequential([
    keras.Input((30,)), layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")])
model.compile("adam", "mse", metrics=["accuracy"])
model.fit(x, y, epochs=3, verbose=0)
""",
        ('"mse"', '"binary_crossentropy"'),
    ),
    buggy(
        "squared error behind a softmax",
        "EK013",
        IRIS
        + """
y = keras.utils.to_categorical(y)
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
model.compile("sgd", "mean_squared_error")
""",
        ('"mean_squared_error"', '"categorical_crossentropy"'),
    ),
    buggy(
        "labels that are words",
        "EK049",
        IRIS
        + """
y = np.array(["setosa", "versicolor", "virginica"])[y]
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
""",
        (
            '"virginica"])[y]',
            '"virginica"])[y]\n_, y = np.unique(y, return_inverse=True)',
        ),
    ),
]
