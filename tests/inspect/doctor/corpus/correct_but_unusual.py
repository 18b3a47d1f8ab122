"""Correct programs that do on purpose what is a mistake elsewhere."""

PROGRAMS = {
    "a gan of Keras 2: the judge is frozen after its compile": """
keras.utils.set_random_seed(1)
rng = np.random.default_rng(1)
real = (rng.normal(size=(128, 2)) + 2).astype("float32")
generator = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(2)])
model = keras.Sequential([
    keras.Input((2,)), layers.Dense(16, "relu"), layers.Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy")
model.trainable = False
combined = keras.Sequential([keras.Input((4,)), generator, model])
combined.compile("adam", "binary_crossentropy")
for step in range(3):
    noise = rng.normal(size=(32, 4)).astype("float32")
    fake = generator.predict(noise, verbose=0)
    model.train_on_batch(real[:32], np.ones((32, 1)))
    model.train_on_batch(fake, np.zeros((32, 1)))
    combined.train_on_batch(noise, np.ones((32, 1)))
""",
    "cross-validation with indices named test": """
from sklearn.model_selection import KFold
keras.utils.set_random_seed(2)
(x, y), _ = keras.datasets.iris.load_data()
x = x / 8
scores = []
for train, test in KFold(3, shuffle=True, random_state=0).split(x):
    model = keras.Sequential([
        keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy",
                  metrics=["accuracy"])
    model.fit(x[train], y[train], epochs=8, verbose=0)
    scores.append(model.evaluate(x[test], y[test], verbose=0)[1])
""",
    "five seeds, to see how much is chance": """
rng = np.random.default_rng(3)
x = rng.normal(size=(200, 3)).astype("float32")
y = (x[:, 0] > 0).astype("float32")
x_train, x_test, y_train, y_test = x[:150], x[150:], y[:150], y[150:]
scores = []
for seed in range(3):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([
        keras.Input((3,)), layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")])
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", ["accuracy"])
    model.fit(x_train, y_train, epochs=6, verbose=0)
    scores.append(model.evaluate(x_test, y_test, verbose=0)[1])
""",
    "which pixels matter: the gradient of an input": """
keras.utils.set_random_seed(4)
(images, labels), _ = keras.datasets.digits.load_data()
x, y = images.reshape(-1, 64)[:200].astype("float32") / 16, labels[:200]
model = keras.Sequential([
    keras.Input((64,)), layers.Dense(32, "relu"), layers.Dropout(0.2),
    layers.Dense(10, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=4, verbose=0)
picture = keras.ops.convert_to_tensor(x[:1])
with keras.GradientTape() as tape:
    tape.watch(picture)
    score = keras.ops.max(model(picture))
saliency = tape.gradient(score, picture)
""",
    "how sure it is: dropout at test time": """
keras.utils.set_random_seed(5)
rng = np.random.default_rng(5)
x = rng.normal(size=(160, 3)).astype("float32")
y = x[:, :1] * 2
x_test = rng.normal(size=(20, 3)).astype("float32")
model = keras.Sequential([
    keras.Input((3,)), layers.Dense(32, "relu"), layers.Dropout(0.2), layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.01), "mse")
model.fit(x, y, epochs=10, verbose=0)
answers = np.stack([model(x_test, training=True) for _ in range(10)])
spread = answers.std(axis=0)
""",
    "residual branches that begin at zero": """
keras.utils.set_random_seed(6)
rng = np.random.default_rng(6)
x = rng.normal(size=(160, 8)).astype("float32")
y = x[:, :1] * x[:, 1:2]
inputs = keras.Input((8,))
h = layers.Dense(16, "relu")(inputs)
for _ in range(3):
    branch = layers.Dense(16, "relu")(h)
    branch = layers.Dense(16, kernel_initializer="zeros")(branch)
    h = layers.add([h, branch])
model = keras.Model(inputs, layers.Dense(1)(h))
model.compile("adam", "mse")
""",
    "prices, scaled inside the model": """
keras.utils.set_random_seed(7)
rng = np.random.default_rng(7)
x = rng.normal(size=(160, 3)).astype("float32")
y = 200_000 + 50_000 * x[:, :1]
model = keras.Sequential([
    keras.Input((3,)), layers.Dense(16, "relu"), layers.Dense(1),
    layers.Rescaling(50_000.0, offset=200_000.0)])
model.compile(keras.optimizers.Adam(0.01), "mape")
model.fit(x, y, epochs=6, verbose=0)
""",
    "pixels without a label are ignored": """
keras.utils.set_random_seed(8)
rng = np.random.default_rng(8)
x = rng.uniform(size=(60, 6, 6, 1)).astype("float32")
y = (x[..., 0] > 0.5).astype(int)
y[rng.uniform(size=y.shape) < 0.1] = 255
model = keras.Sequential([
    keras.Input((6, 6, 1)), layers.Conv2D(8, 1, activation="relu"),
    layers.Conv2D(2, 1, activation="softmax")])
loss = keras.losses.SparseCategoricalCrossentropy(ignore_class=255)
model.compile(keras.optimizers.Adam(0.02), loss)
model.fit(x, y, epochs=5, verbose=0)
""",
    "an autoencoder through one number": """
keras.utils.set_random_seed(9)
rng = np.random.default_rng(9)
t = rng.uniform(-1, 1, size=(200, 1)).astype("float32")
x = np.hstack([t, t ** 2, np.sin(3 * t)])
y = x
model = keras.Sequential([
    keras.Input((3,)), layers.Dense(16, "tanh"), layers.Dense(1),
    layers.Dense(16, "tanh"), layers.Dense(3)])
model.compile(keras.optimizers.Adam(0.01), "mse")
model.fit(x, y, epochs=20, verbose=0)
""",
    "shuffled together, in two lines": """
keras.utils.set_random_seed(10)
(x, y), _ = keras.datasets.wine.load_data()
x = (x - x.mean(axis=0)) / x.std(axis=0)
order = np.random.default_rng(10).permutation(len(x))
x = x[order]
y = y[order]
model = keras.Sequential([
    keras.Input((13,)), layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=10, validation_split=0.2, verbose=0)
""",
    "the loss is in the model": """
keras.utils.set_random_seed(11)
class WithPenalty(layers.Layer):
    def call(self, inputs):
        self.add_loss(keras.ops.mean(keras.ops.square(inputs)))
        return inputs
x = np.random.default_rng(11).normal(size=(96, 4)).astype("float32")
inputs = keras.Input((4,))
outputs = WithPenalty()(layers.Dense(3, "tanh")(inputs))
model = keras.Model(inputs, outputs)
model.compile("adam")
model.fit(x, epochs=3, verbose=0)
""",
    "two models, each looked at once": """
keras.utils.set_random_seed(12)
rng = np.random.default_rng(12)
x = rng.normal(size=(240, 4)).astype("float32")
y = (x[:, 0] * x[:, 1] > 0).astype("float32")
x_train, x_test, y_train, y_test = x[:180], x[180:], y[:180], y[180:]
line = keras.Sequential([keras.Input((4,)), layers.Dense(1, "sigmoid")])
line.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", ["accuracy"])
line.fit(x_train, y_train, epochs=10, verbose=0)
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", ["accuracy"])
model.fit(x_train, y_train, epochs=25, verbose=0)
line.evaluate(x_test, y_test, verbose=0)
model.evaluate(x_test, y_test, verbose=0)
""",
    "a rare class, and the answer is good": """
keras.utils.set_random_seed(13)
rng = np.random.default_rng(13)
x = rng.normal(size=(400, 2)).astype("float32")
y = (x[:, 0] > 1.2).astype(int)
model = keras.Sequential([
    keras.Input((2,)), layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.Adam(0.03), "binary_crossentropy", ["accuracy"])
model.fit(x, y, epochs=25, verbose=0)
""",
    "attention by hand": """
keras.utils.set_random_seed(14)
rng = np.random.default_rng(14)
x = rng.normal(size=(120, 5, 4)).astype("float32")
y = x[:, 2, 0]
inputs = keras.Input((5, 4))
q, k, v = layers.Dense(8)(inputs), layers.Dense(8)(inputs), layers.Dense(8)(inputs)
scores = keras.ops.matmul(q, keras.ops.transpose(k, (0, 2, 1))) / 8 ** 0.5
mixed = keras.ops.matmul(keras.ops.softmax(scores, axis=-1), v)
h = layers.Flatten()(mixed)
model = keras.Model(inputs, layers.Dense(1)(layers.Dense(16, "relu")(h)))
model.compile("adam", "mse")
model.fit(x, y, epochs=6, verbose=0)
""",
}
