"""Programs that train badly, or whose layers, weights and files are mixed up."""

from tests.inspect.doctor.corpus.buggy import buggy

TABLE = """
keras.utils.set_random_seed(1)
rng = np.random.default_rng(1)
x = rng.normal(size=(200, 6)).astype("float32")
y = (x[:, 0] + x[:, 1] > 0).astype("float32")
"""
LINE = """
keras.utils.set_random_seed(2)
rng = np.random.default_rng(2)
x = rng.normal(size=(200, 4)).astype("float32")
y = x[:, :1] - 2 * x[:, 1:2]
"""
DIGITS = """
keras.utils.set_random_seed(3)
(images, y), _ = keras.datasets.digits.load_data()
x, y = images.reshape(-1, 64)[:250] / 16, y[:250]
"""
TWO_LAYERS = """
model = keras.Sequential([
    keras.Input((6,)), layers.Dense(16, "relu"), layers.Dense(1, "sigmoid")])
"""

PROGRAMS = [
    buggy(
        "no activation between two Dense",
        "EK014",
        TABLE
        + """
model = keras.Sequential([
    keras.Input((6,)), layers.Dense(16), layers.Dense(16), layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
model.fit(x, y, epochs=5, verbose=0)
""",
        ("layers.Dense(16),", 'layers.Dense(16, "relu"),'),
    ),
    buggy(
        "no activation, dropout between",
        "EK014",
        DIGITS
        + """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(64)
        self.drop = layers.Dropout(0.2)
        self.out = layers.Dense(10, activation="softmax")
    def call(self, inputs):
        return self.out(self.drop(self.hidden(inputs)))
model = Net()
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=4, verbose=0)
""",
        ("layers.Dense(64)", 'layers.Dense(64, activation="relu")'),
    ),
    buggy(
        "steps of 10",
        "EK031",
        LINE
        + """
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(1)])
model.compile(keras.optimizers.SGD(10.0), "mse")
model.fit(x, y, epochs=3, verbose=0)
""",
        ("SGD(10.0)", "SGD(0.01)"),
    ),
    buggy(
        "adam with 5, not trained yet",
        "EK031",
        DIGITS
        + """
model = keras.Sequential([
    keras.Input((64,)), layers.Dense(32, "relu"), layers.Dense(10, "softmax")])
model.compile(keras.optimizers.Adam(5.0), "sparse_categorical_crossentropy")
""",
        ("Adam(5.0)", "Adam(0.005)"),
    ),
    buggy(
        "a loss that climbs",
        "EK031",
        LINE
        + """
model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
model.compile(keras.optimizers.SGD(1.2), "mse")
model.fit(x, y, epochs=6, batch_size=64, verbose=0)
""",
        ("SGD(1.2)", "SGD(0.1)"),
    ),
    buggy(
        "adam with 1e-9",
        "EK032",
        TABLE
        + TWO_LAYERS
        + """
model.compile(keras.optimizers.Adam(1e-9), "binary_crossentropy", ["accuracy"])
model.fit(x, y, epochs=5, verbose=0)
""",
        ("Adam(1e-9)", "Adam(1e-2)"),
    ),
    buggy(
        "sgd with 1e-6",
        "EK032",
        LINE
        + """
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(1)])
model.compile(keras.optimizers.SGD(1e-6), "mse")
model.fit(x, y, epochs=4, verbose=0)
""",
        ("SGD(1e-6)", "SGD(1e-2)"),
    ),
    buggy(
        "nine sigmoids",
        "EK033",
        DIGITS
        + """
model = keras.Sequential([keras.Input((64,))])
for _ in range(9):
    model.add(layers.Dense(16, activation="sigmoid"))
model.add(layers.Dense(10, activation="softmax"))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
""",
        ('activation="sigmoid"', 'activation="relu", kernel_initializer="he_normal"'),
    ),
    buggy(
        "saturated tanh",
        "EK033",
        TABLE
        + """
model = keras.Sequential([
    keras.Input((6,)),
    layers.Dense(32, "tanh",
                 kernel_initializer=keras.initializers.RandomNormal(stddev=40.0)),
    layers.Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
""",
        ("stddev=40.0", "stddev=0.4"),
    ),
    buggy(
        "weights of size 1 in ten layers",
        "EK034",
        TABLE
        + """
model = keras.Sequential([keras.Input((6,))])
for _ in range(8):
    model.add(layers.Dense(64, activation="relu",
              kernel_initializer=keras.initializers.RandomNormal(stddev=1.0)))
model.add(layers.Dense(1))
model.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=True))
""",
        ("keras.initializers.RandomNormal(stddev=1.0)", '"he_normal"'),
    ),
    buggy(
        "dead units",
        "EK035",
        TABLE
        + """
model = keras.Sequential([
    keras.Input((6,)),
    layers.Dense(16, "relu", bias_initializer=keras.initializers.Constant(-10.0)),
    layers.Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
""",
        ("keras.initializers.Constant(-10.0)", '"zeros"'),
    ),
    buggy(
        "negative weights for inputs that are positive",
        "EK035",
        DIGITS
        + """
first = keras.initializers.RandomUniform(-0.5, -0.1)
model = keras.Sequential([
    keras.Input((64,)), layers.Dense(24, "relu", kernel_initializer=first),
    layers.Dense(10, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
""",
        ("RandomUniform(-0.5, -0.1)", "RandomUniform(-0.3, 0.3)"),
    ),
    buggy(
        "kernels of zero",
        "EK036",
        TABLE
        + """
model = keras.Sequential([
    keras.Input((6,)), layers.Dense(16, "relu", kernel_initializer="zeros"),
    layers.Dense(1, "sigmoid", kernel_initializer="zeros")])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
""",
        ('"relu", kernel_initializer="zeros"', '"relu"'),
        ('"sigmoid", kernel_initializer="zeros"', '"sigmoid"'),
    ),
    buggy(
        "kernels of one",
        "EK036",
        DIGITS
        + """
inputs = keras.Input((64,))
h = layers.Dense(16, "tanh",
                 kernel_initializer=keras.initializers.Constant(0.05))(inputs)
out = layers.Dense(10, "softmax",
                   kernel_initializer=keras.initializers.Constant(0.05))
model = keras.Model(inputs, out(h))
model.compile("adam", "sparse_categorical_crossentropy")
""",
        ("keras.initializers.Constant(0.05)", '"glorot_normal"'),
    ),
    buggy(
        "batch normalisation over two samples",
        "EK037",
        TABLE
        + """
model = keras.Sequential([
    keras.Input((6,)), layers.Dense(16), layers.BatchNormalization(),
    layers.Activation("relu"), layers.Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=2, batch_size=2, verbose=0)
""",
        ("batch_size=2,", "batch_size=32,"),
    ),
    buggy(
        "a step without training=True",
        "EK037",
        LINE
        + """
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dropout(0.5), layers.Dense(1)])
optimizer = keras.optimizers.Adam(0.01)
loss_fn = keras.losses.MeanSquaredError()
for step in range(4):
    with keras.GradientTape() as tape:
        loss = loss_fn(y, model(x))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
""",
        ("model(x))", "model(x, training=True))"),
    ),
    buggy(
        "frozen after compile",
        "EK038",
        TABLE
        + """
base = keras.Sequential([keras.Input((6,)), layers.Dense(16, "relu")])
model = keras.Sequential([keras.Input((6,)), base, layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
base.trainable = False
model.fit(x, y, epochs=4, verbose=0)
""",
        (
            "base.trainable = False\n",
            "base.trainable = False\n"
            "model.compile(keras.optimizers.Adam(0.01), 'binary_crossentropy')\n",
        ),
    ),
    buggy(
        "thawed and not compiled again",
        "EK038",
        TABLE
        + TWO_LAYERS
        + """
model.layers[0].trainable = False
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
model.fit(x, y, epochs=4, verbose=0)
model.layers[0].trainable = True
again = False
model.fit(x, y, epochs=4, verbose=0)
""",
        (
            "again = False\n",
            "model.compile(keras.optimizers.Adam(0.001), 'binary_crossentropy')\n",
        ),
    ),
    buggy(
        "one layer after itself",
        "EK039",
        TABLE
        + """
inputs = keras.Input((6,))
hidden = layers.Dense(6, activation="relu")
other = layers.Dense(6, activation="relu")
h = hidden(hidden(inputs))
model = keras.Model(inputs, layers.Dense(1, "sigmoid")(h))
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
model.fit(x, y, epochs=4, verbose=0)
""",
        ("hidden(hidden(inputs))", "other(hidden(inputs))"),
    ),
    buggy(
        "one model for all rates",
        "EK039",
        TABLE
        + """
def make():
    return keras.Sequential([
        keras.Input((6,)), layers.Dense(16, "relu"), layers.Dense(1, "sigmoid")])
model = make()
for rate in (0.001, 0.01):
    model.compile(keras.optimizers.Adam(rate), "binary_crossentropy")
    model.fit(x, y, epochs=4, verbose=0)
""",
        ("    model.compile(", "    model = make()\n    model.compile("),
    ),
    buggy(
        "a copy that is none",
        "EK039",
        TABLE
        + TWO_LAYERS
        + """
second = model
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
second.compile(keras.optimizers.Adam(0.001), "binary_crossentropy")
model.fit(x, y, epochs=4, verbose=0)
second.fit(x, y, epochs=4, verbose=0)
""",
        ("second = model", "second = keras.models.clone_model(model)"),
    ),
    buggy(
        "fit a second time",
        "EK039",
        TABLE
        + TWO_LAYERS
        + """
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
model.fit(x, y, epochs=4, verbose=0)
first_epoch = 0
model.fit(x, y, epochs=first_epoch + 4, initial_epoch=first_epoch, verbose=0)
""",
        ("first_epoch = 0", "first_epoch = 4"),
    ),
    buggy(
        "by name, and the names differ",
        "EK040",
        TABLE
        + """
import os, tempfile
def make(name):
    return keras.Sequential([
        keras.Input((6,)), layers.Dense(16, "relu", name=name),
        layers.Dense(1, "sigmoid", name="out")])
weights = os.path.join(tempfile.mkdtemp(), "old.h5")
make("hidden").save_weights(weights)
model = make("hidden_layer")
model.load_weights(weights, by_name=True)
model.compile("adam", "binary_crossentropy")
""",
        ('make("hidden_layer")', 'make("hidden")'),
    ),
    buggy(
        "another architecture in the file",
        "EK040",
        TABLE
        + """
import os, tempfile
def make(units):
    return keras.Sequential([
        keras.Input((6,)), layers.Dense(units, "relu"), layers.Dense(1, "sigmoid")])
weights = os.path.join(tempfile.mkdtemp(), "old.weights.h5")
make(16).save_weights(weights)
model = make(32)
model.compile("adam", "binary_crossentropy")
""",
        ("model = make(32)", "model = make(16)"),
    ),
    buggy(
        "kernels of another library",
        "EK030",
        TABLE
        + TWO_LAYERS
        + """
model.compile("adam", "binary_crossentropy")
weights = [rng.normal(size=(16, 6)), np.zeros(16), rng.normal(size=(1, 16)), [0.0]]
""",
        ("rng.normal(size=(16, 6))", "rng.normal(size=(16, 6)).T"),
        ("rng.normal(size=(1, 16))", "rng.normal(size=(1, 16)).T"),
    ),
    buggy(
        "learned by heart",
        "EK041",
        """
keras.utils.set_random_seed(4)
rng = np.random.default_rng(4)
x_train = rng.normal(size=(60, 20)).astype("float32")
x_val = rng.normal(size=(100, 20)).astype("float32")
y_train = (x_train[:, 0] + rng.normal(size=60) > 0).astype("float32")
y_val = (x_val[:, 0] + rng.normal(size=100) > 0).astype("float32")
model = keras.Sequential([
    keras.Input((20,)), layers.Dense(64, "relu"), layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", ["accuracy"])
stop = []
model.fit(x_train, y_train, epochs=40, validation_data=(x_val, y_val), callbacks=stop,
          verbose=0)
""",
        (
            "stop = []",
            "stop = [keras.callbacks.EarlyStopping(patience=1, "
            "restore_best_weights=True)]",
        ),
    ),
    buggy(
        "stops and keeps the last weights",
        "EK042",
        TABLE
        + TWO_LAYERS
        + """
model.compile("adam", "binary_crossentropy")
stop = keras.callbacks.EarlyStopping(monitor="loss", patience=3)
model.fit(x, y, epochs=6, callbacks=[stop], verbose=0)
""",
        ("patience=3)", "patience=3, restore_best_weights=True)"),
    ),
    buggy(
        "two epochs",
        "EK044",
        DIGITS
        + """
model = keras.Sequential([
    keras.Input((64,)), layers.Dense(64, "relu"), layers.Dense(10, "softmax")])
model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
""",
        ("epochs=2", "epochs=40"),
    ),
    buggy(
        "no seed",
        "EK047",
        TABLE.replace("keras.utils.set_random_seed(1)\n", "seed = 1\n")
        + TWO_LAYERS
        + """
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
""",
        ("seed = 1\n", "keras.utils.set_random_seed(1)\n"),
    ),
    buggy(
        "one hidden unit",
        "EK051",
        DIGITS
        + """
model = keras.Sequential([
    keras.Input((64,)), layers.Dense(1, "relu"), layers.Dense(10, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
""",
        ('Dense(1, "relu")', 'Dense(32, "relu")'),
    ),
    buggy(
        "dropout of the answers",
        "EK052",
        DIGITS
        + """
model = keras.Sequential([
    keras.Input((64,)), layers.Dense(32, "relu"), layers.Dense(10, "softmax"),
    layers.Dropout(0.5)])
model.compile("adam", "sparse_categorical_crossentropy")
""",
        (",\n    layers.Dropout(0.5)])", "])"),
    ),
    buggy(
        "never compiled",
        "EK053",
        TABLE
        + TWO_LAYERS
        + """
try:
    model.fit(x, y, epochs=2, verbose=0)
except ValueError:
    pass
""",
        ("try:\n", "model.compile('adam', 'binary_crossentropy')\ntry:\n"),
    ),
    buggy(
        "dropout makes training look worse",
        "EK054",
        DIGITS
        + """
model = keras.Sequential([
    keras.Input((64,)), layers.Dense(64, "relu"), layers.Dropout(0.7),
    layers.Dense(10, "softmax")])
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
model.fit(x, y, epochs=8, validation_split=0.2, verbose=0)
""",
        ("layers.Dropout(0.7),\n", "\n"),
        ("validation_split=0.2, ", ""),
    ),
    buggy(
        "gradients that nobody applies",
        "EK055",
        LINE
        + """
model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
optimizer = keras.optimizers.SGD(0.1)
loss_fn = keras.losses.MeanSquaredError()
for step in range(4):
    with keras.GradientTape() as tape:
        loss = loss_fn(y, model(x, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    # end
""",
        (
            "# end",
            "optimizer.apply_gradients(zip(gradients, model.trainable_variables))",
        ),
    ),
    buggy(
        "dropout of 0.9",
        "EK056",
        DIGITS
        + """
model = keras.Sequential([
    keras.Input((64,)), layers.Dense(32, "relu"), layers.Dropout(0.9),
    layers.Dense(10, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
""",
        ("Dropout(0.9)", "Dropout(0.1)"),
    ),
]
