"""Correct programs: several inputs or outputs, shared layers, own classes and loops."""

PROGRAMS = {
    "two inputs": """
keras.utils.set_random_seed(1)
rng = np.random.default_rng(1)
a = rng.normal(size=(160, 4)).astype("float32")
b = rng.normal(size=(160, 3)).astype("float32")
x = [a, b]
y = a[:, :1] * b[:, :1]
left, right = keras.Input((4,)), keras.Input((3,))
h = layers.concatenate([layers.Dense(8, "relu")(left), layers.Dense(8, "relu")(right)])
model = keras.Model([left, right], layers.Dense(1)(layers.Dense(16, "relu")(h)))
model.compile("adam", "mse")
model.fit(x, y, epochs=8, verbose=0)
""",
    "two outputs": """
keras.utils.set_random_seed(2)
rng = np.random.default_rng(2)
x = rng.normal(size=(180, 5)).astype("float32")
y = {"kind": (x[:, 0] > 0).astype(int) + (x[:, 1] > 1), "size": x[:, 2] - x[:, 3]}
inputs = keras.Input((5,))
h = layers.Dense(24, "relu")(inputs)
model = keras.Model(inputs, {
    "kind": layers.Dense(3, "softmax", name="kind")(h),
    "size": layers.Dense(1, name="size")(h)})
model.compile("adam", {"kind": "sparse_categorical_crossentropy", "size": "mse"},
              metrics={"kind": ["accuracy"], "size": ["mae"]})
model.fit(x, y, epochs=8, verbose=0)
""",
    "siamese with a shared encoder": """
keras.utils.set_random_seed(3)
rng = np.random.default_rng(3)
a = rng.normal(size=(200, 6)).astype("float32")
same = rng.integers(0, 2, 200)
other = rng.normal(size=a.shape).astype("float32")
b = np.where(same[:, None] == 1, a + 0.1 * other, other).astype("float32")
x, y = [a, b], same
encoder = keras.Sequential([
    keras.Input((6,)), layers.Dense(16, "relu"), layers.Dense(8, "tanh")])
one, two = keras.Input((6,)), keras.Input((6,))
gap = keras.ops.abs(encoder(one) - encoder(two))
model = keras.Model([one, two], layers.Dense(1, "sigmoid")(gap))
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", ["accuracy"])
model.fit(x, y, epochs=8, verbose=0)
""",
    "recommender with two embeddings": """
keras.utils.set_random_seed(4)
rng = np.random.default_rng(4)
users, items = rng.integers(0, 20, 300), rng.integers(0, 30, 300)
taste, kind = rng.normal(size=(20, 3)), rng.normal(size=(30, 3))
y = (taste[users] * kind[items]).sum(axis=1).astype("float32")
x = [users, items]
user, item = keras.Input((1,), dtype="int32"), keras.Input((1,), dtype="int32")
u = layers.Flatten()(layers.Embedding(20, 4)(user))
v = layers.Flatten()(layers.Embedding(30, 4)(item))
model = keras.Model([user, item], layers.Dot(axes=1)([u, v]))
model.compile(keras.optimizers.Adam(0.02), "mse")
model.fit([users[:, None], items[:, None]], y, epochs=6, verbose=0)
x = [users[:, None], items[:, None]]
""",
    "inputs by name": """
keras.utils.set_random_seed(5)
rng = np.random.default_rng(5)
x = {"age": rng.uniform(0, 1, (150, 1)).astype("float32"),
     "income": rng.uniform(0, 1, (150, 1)).astype("float32")}
y = (x["age"] + x["income"] > 1).astype("float32")
age, income = keras.Input((1,), name="age"), keras.Input((1,), name="income")
h = layers.Dense(8, "relu")(layers.concatenate([age, income]))
model = keras.Model({"age": age, "income": income}, layers.Dense(1, "sigmoid")(h))
model.compile(keras.optimizers.Adam(0.03), "binary_crossentropy", ["accuracy"])
model.fit(x, y, epochs=12, verbose=0)
""",
    "variational autoencoder": """
keras.utils.set_random_seed(6)
(images, _), _ = keras.datasets.digits.load_data()
x = images.reshape(-1, 64)[:300].astype("float32") / 16
y = x
class Sampling(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.noise = keras.random.SeedGenerator(6)
    def call(self, inputs):
        mean, log_variance = inputs
        gap = 1 + log_variance - mean**2 - keras.ops.exp(log_variance)
        self.add_loss(-0.01 * keras.ops.mean(gap))
        noise = keras.random.normal(keras.ops.shape(mean), seed=self.noise)
        return mean + keras.ops.exp(0.5 * log_variance) * noise
inputs = keras.Input((64,))
h = layers.Dense(32, "relu")(inputs)
z = Sampling()([layers.Dense(4)(h), layers.Dense(4)(h)])
h = layers.Dense(32, "relu")(z)
model = keras.Model(inputs, layers.Dense(64, "sigmoid")(h))
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=5, verbose=0)
""",
    "transfer: a frozen base, compiled after freezing": """
keras.utils.set_random_seed(7)
(images, labels), _ = keras.datasets.digits.load_data()
x = images.reshape(-1, 64)[:300].astype("float32") / 16
y = (labels[:300] % 2).astype("float32")
base = keras.Sequential([
    keras.Input((64,)), layers.Dense(32, "relu"), layers.Dense(16, "relu")])
base.trainable = False
model = keras.Sequential([keras.Input((64,)), base, layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", ["accuracy"])
model.fit(x, y, epochs=8, verbose=0)
""",
    "fine tuning with a small rate": """
keras.utils.set_random_seed(8)
(x, y), _ = keras.datasets.iris.load_data()
x = (x - x.mean(0)) / x.std(0)
base = keras.Sequential([keras.Input((4,)), layers.Dense(16, "relu")])
model = keras.Sequential([keras.Input((4,)), base, layers.Dense(3, "softmax")])
base.trainable = False
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
model.fit(x, y, epochs=8, verbose=0)
base.trainable = True
model.compile(keras.optimizers.Adam(1e-4), "sparse_categorical_crossentropy")
model.fit(x, y, epochs=3, verbose=0)
""",
    "a subclass": """
keras.utils.set_random_seed(9)
class Network(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(16, activation="relu")
        self.drop = layers.Dropout(0.2)
        self.out = layers.Dense(3, activation="softmax")
    def call(self, inputs, training=False):
        return self.out(self.drop(self.hidden(inputs), training=training))
(x, y), _ = keras.datasets.iris.load_data()
x = ((x - x.mean(0)) / x.std(0)).astype("float32")
model = Network()
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=12, verbose=0)
""",
    "a subclass that builds on branches": """
keras.utils.set_random_seed(10)
class Gated(keras.Model):
    def __init__(self, units):
        super().__init__()
        self.value = layers.Dense(units)
        self.gate = layers.Dense(units, activation="sigmoid")
        self.out = layers.Dense(1)
    def call(self, inputs):
        return self.out(keras.ops.tanh(self.value(inputs)) * self.gate(inputs))
rng = np.random.default_rng(10)
x = rng.normal(size=(160, 4)).astype("float32")
y = x[:, :1] ** 2
model = Gated(12)
model.compile("adam", "mse")
model.fit(x, y, epochs=8, verbose=0)
""",
    "a train_step of one's own": """
keras.utils.set_random_seed(11)
class Penalised(keras.Model):
    def train_step(self, data):
        x, y = data
        with keras.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}
rng = np.random.default_rng(11)
x = rng.normal(size=(120, 3)).astype("float32")
y = x[:, :1] - x[:, 1:2]
inputs = keras.Input((3,))
model = Penalised(inputs, layers.Dense(1)(layers.Dense(8, "relu")(inputs)))
model.compile(keras.optimizers.Adam(0.01), "mse")
model.fit(x, y, epochs=6, verbose=0)
""",
    "a training loop by hand": """
keras.utils.set_random_seed(12)
rng = np.random.default_rng(12)
x = rng.normal(size=(128, 3)).astype("float32")
y = x[:, :1] + 0.5
model = keras.Sequential([
    keras.Input((3,)), layers.Dense(8, "relu"), layers.Dropout(0.1), layers.Dense(1)])
optimizer = keras.optimizers.Adam(0.01)
loss_fn = keras.losses.MeanSquaredError()
for epoch in range(4):
    for start in range(0, 128, 32):
        with keras.GradientTape() as tape:
            y_pred = model(x[start:start + 32], training=True)
            loss = loss_fn(y[start:start + 32], y_pred)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
""",
    "a small gan": """
keras.utils.set_random_seed(13)
rng = np.random.default_rng(13)
real = (rng.normal(size=(128, 2)) * 0.3 + 1).astype("float32")
generator = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(2)])
discriminator = keras.Sequential([
    keras.Input((2,)), layers.Dense(16), layers.LeakyReLU(), layers.Dense(1)])
bce = keras.losses.BinaryCrossentropy(from_logits=True)
g_opt, d_opt = keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3)
for step in range(6):
    noise = rng.normal(size=(64, 4)).astype("float32")
    with keras.GradientTape() as tape:
        fake = generator(noise, training=True)
        d_real = discriminator(real[:64], training=True)
        d_fake = discriminator(fake, training=True)
        d_loss = bce(np.ones((64, 1)), d_real) + bce(np.zeros((64, 1)), d_fake)
    grads = tape.gradient(d_loss, discriminator.trainable_variables)
    d_opt.apply_gradients(zip(grads, discriminator.trainable_variables))
    with keras.GradientTape() as tape:
        d_fake = discriminator(generator(noise, training=True), training=True)
        g_loss = bce(np.ones((64, 1)), d_fake)
    grads = tape.gradient(g_loss, generator.trainable_variables)
    g_opt.apply_gradients(zip(grads, generator.trainable_variables))
model = discriminator
x = real
""",
    "the combined model of a gan": """
keras.utils.set_random_seed(14)
rng = np.random.default_rng(14)
generator = keras.Sequential([
    keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(2)])
discriminator = keras.Sequential([
    keras.Input((2,)), layers.Dense(16, "relu"), layers.Dense(1, "sigmoid")])
discriminator.compile("adam", "binary_crossentropy")
frozen = keras.Sequential([keras.Input((2,)), *discriminator.layers])
frozen.trainable = False
model = keras.Sequential([keras.Input((4,)), generator, frozen])
model.compile("adam", "binary_crossentropy")
x = rng.normal(size=(64, 4)).astype("float32")
y = np.ones((64, 1), "float32")
model.fit(x, y, epochs=2, verbose=0)
""",
    "a schedule and momentum": """
keras.utils.set_random_seed(15)
(x, y), _ = keras.datasets.wine.load_data()
x = (x - x.mean(0)) / x.std(0)
rate = keras.optimizers.schedules.ExponentialDecay(0.05, 20, 0.9)
model = keras.Sequential([
    keras.Input((13,)), layers.Dense(16, "selu", kernel_initializer="lecun_normal"),
    layers.Dense(3, "softmax")])
model.compile(keras.optimizers.SGD(rate, momentum=0.9),
              "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=8, verbose=0)
""",
    "fit one epoch at a time": """
keras.utils.set_random_seed(16)
rng = np.random.default_rng(16)
x = rng.normal(size=(128, 4)).astype("float32")
y = x[:, 0] - x[:, 1]
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(12, "relu"), layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.01), "mse")
losses = []
for epoch in range(6):
    history = model.fit(x, y, epochs=1, verbose=0)
    losses += history.history["loss"]
""",
    "soft labels of a teacher": """
keras.utils.set_random_seed(17)
(x, labels), _ = keras.datasets.iris.load_data()
x = (x - x.mean(0)) / x.std(0)
soft = keras.utils.to_categorical(labels, 3) * 0.7 + 0.1
y = soft / soft.sum(axis=1, keepdims=True)
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(12, "relu"), layers.Dense(3, "softmax")])
model.compile("adam", "kl_divergence")
model.fit(x, y, epochs=8, verbose=0)
""",
    "a dataset object": """
keras.utils.set_random_seed(18)
class Batches(keras.utils.PyDataset):
    def __init__(self):
        super().__init__()
        rng = np.random.default_rng(18)
        self.x = rng.normal(size=(96, 4)).astype("float32")
        self.y = (self.x[:, 0] > 0).astype("float32")
    def __len__(self):
        return 3
    def __getitem__(self, k):
        return self.x[k * 32:k * 32 + 32], self.y[k * 32:k * 32 + 32]
x = Batches()
model = keras.Sequential([
    keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", ["accuracy"])
model.fit(x, epochs=8, verbose=0)
""",
    "similarity of vectors": """
keras.utils.set_random_seed(19)
rng = np.random.default_rng(19)
x = rng.normal(size=(150, 5)).astype("float32")
y = x @ rng.normal(size=(5, 3)).astype("float32")
model = keras.Sequential([
    keras.Input((5,)), layers.Dense(16, "relu"), layers.Dense(3)])
model.compile("adam", keras.losses.CosineSimilarity())
model.fit(x, y, epochs=6, verbose=0)
""",
    "one layer seen by two branches": """
keras.utils.set_random_seed(20)
rng = np.random.default_rng(20)
x = rng.normal(size=(150, 6)).astype("float32")
y = [x[:, :1] * 2, (x[:, 1:2] > 0).astype("float32")]
inputs = keras.Input((6,))
trunk = layers.Dense(16, "relu")(inputs)
value = layers.Dense(1, name="value")(layers.Dense(8, "relu")(trunk))
kind = layers.Dense(1, "sigmoid", name="kind")(layers.Dense(8, "relu")(trunk))
model = keras.Model(inputs, [value, kind])
model.compile("adam", ["mse", "binary_crossentropy"], loss_weights=[1.0, 0.5])
model.fit(x, y, epochs=8, verbose=0)
""",
}
