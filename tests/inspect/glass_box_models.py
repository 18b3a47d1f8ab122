"""Models in float64 and data for them: what the glass box is tried on."""

import numpy as np

import edukeras as keras
from edukeras import layers

SAMPLES = 6


def _data(*shape):
    return np.random.default_rng(7).normal(size=(SAMPLES, *shape))


LABELS = np.arange(SAMPLES) % 3


def dense():
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(5, activation="relu", name="hidden"),
            layers.Dense(3, activation="softmax", name="out"),
        ],
        name="dense",
    )
    return model, _data(4), LABELS, "sparse_categorical_crossentropy"


def logits():
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, name="out")], name="logits"
    )
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    return model, _data(4), np.eye(3)[LABELS], loss


def binary():
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(3, activation="tanh", name="hidden"),
            layers.Dense(2, activation="sigmoid", name="out"),
        ],
        name="binary",
    )
    targets = np.float64(_data(2) > 0)
    return model, _data(4), targets, "binary_crossentropy"


def squares():
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(3, activation="sigmoid", name="hidden"),
            layers.LayerNormalization(name="norm"),
            layers.Dense(2, name="out", kernel_regularizer=keras.regularizers.L2(0.1)),
        ],
        name="squares",
    )
    return model, _data(4), _data(2), "mse"


def batchnorm():
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(3, name="hidden"),
            layers.BatchNormalization(name="bn", momentum=0.9),
            layers.Dense(1, name="out"),
        ],
        name="batchnorm",
    )
    return model, _data(4), _data(1), "mse"


def dropout():
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(8, name="hidden"),
            layers.Dropout(0.5, name="drop", seed=3),
            layers.Dense(1, name="out"),
        ],
        name="dropout",
    )
    return model, _data(4), _data(1), "mse"


def conv():
    model = keras.Sequential(
        [
            keras.Input((6, 5, 2)),
            layers.Conv2D(3, 3, padding="same", activation="relu", name="conv"),
            layers.MaxPooling2D(2, name="pool"),
            layers.Conv2D(4, 2, strides=2, name="next"),
            layers.Flatten(name="flat"),
            layers.Dense(3, activation="softmax", name="out"),
        ],
        name="conv",
    )
    return model, _data(6, 5, 2), LABELS, "sparse_categorical_crossentropy"


def embedding():
    model = keras.Sequential(
        [
            keras.Input((5,), dtype="int32"),
            layers.Embedding(7, 3, name="table"),
            layers.GlobalAveragePooling1D(name="mean"),
            layers.Dense(1, activation="sigmoid", name="out"),
        ],
        name="embedding",
    )
    words = np.random.default_rng(1).integers(0, 7, (SAMPLES, 5))
    return model, words, np.float64(LABELS > 0)[:, None], "binary_crossentropy"


def recurrent():
    model = keras.Sequential(
        [
            keras.Input((4,), dtype="int32"),
            layers.Embedding(7, 3, mask_zero=True, name="table"),
            layers.LSTM(3, name="lstm"),  # step by step, since there is a mask
            layers.Dense(1, name="out"),
        ],
        name="recurrent",
    )
    words = np.random.default_rng(1).integers(0, 7, (SAMPLES, 4))
    return model, words, _data(1), "mse"


def branches():
    """Two inputs, a shared layer, a model in the model, two outputs."""
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    shared = layers.Dense(4, activation="relu", name="shared")
    inner = keras.Sequential(
        [keras.Input((4,)), layers.Dense(4, activation="tanh", name="deep")],
        name="inner",
    )
    both = layers.Add(name="both")([shared(a), shared(b)])
    price = layers.Dense(1, name="price")(inner(both))
    joined = layers.Concatenate(name="joined")([both, shared(a)])
    kind = layers.Dense(3, activation="softmax", name="kind")(joined)
    model = keras.Model([a, b], [price, kind], name="branches")
    losses = {"price": "mse", "kind": "sparse_categorical_crossentropy"}
    return model, [_data(3), -2 * _data(3)], [_data(1), LABELS], losses


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__(name="subclassed")
        self.blocks = [layers.Dense(4, activation="silu", name="block")]
        self.head = layers.Dense(1, name="head")
        self.calls = 0

    def call(self, x):
        self.calls += 1
        for block in self.blocks:
            x = x + block(x)
        return self.head(x * 2.0)


def subclassed():
    return Subclassed(), _data(4), _data(1), "mae"


MODELS = {
    make.__name__: make
    for make in (
        dense, logits, binary, squares, batchnorm, dropout, conv, embedding,
        recurrent, branches, subclassed,
    )
}  # fmt: skip


def compiled(name, optimizer="sgd", **options):
    """The model, x and y; weights and data are the same every time."""
    keras.utils.set_random_seed(5)
    model, x, y, loss = MODELS[name]()
    model.compile(optimizer, loss, **options)
    return model, x, y
