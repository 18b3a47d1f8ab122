"""Small models that the tests of saving share."""

import numpy as np

from edukeras import ops
from edukeras.layers import Add, BatchNormalization, Dense, Dropout, Input, Layer
from edukeras.models import Model, Sequential


def randomize(model, seed=0):
    """Gives every weight a value of its own, so that a mix-up shows."""
    random = np.random.default_rng(seed)
    model.set_weights([random.uniform(0.1, 1, w.shape) for w in model.get_weights()])
    return model


def mlp(units=3, prefix="layer", compiled=False):
    model = Sequential(
        [
            Input(shape=(4,)),
            Dense(5, activation="relu", name=f"{prefix}_1"),
            BatchNormalization(name=f"{prefix}_2"),
            Dropout(0.2, name=f"{prefix}_3"),
            Dense(units, activation="softmax", name=f"{prefix}_4"),
        ]
    )
    if compiled:
        model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
        x = np.random.default_rng(1).normal(size=(8, 4)).astype("float32")
        model.train_on_batch(x, np.eye(units, dtype="float32")[np.arange(8) % units])
    return randomize(model)


def nested(frozen=False):
    """A model in a model: its weights are one group in legacy files."""
    inner = Sequential(
        [Input(shape=(4,)), Dense(4, name="d1"), BatchNormalization(name="bn"),
         Dense(4, name="d2")],
        name="inner",
    )  # fmt: skip
    inner.trainable = not frozen
    inputs = Input(shape=(4,))
    outputs = Dense(2, name="head")(Add(name="add")([inner(inputs), inputs]))
    return randomize(Model(inputs, outputs, name="outer"))


class Block(Layer):
    """A layer that keeps layers in a list, a dict, behind a property, and privately."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.steps = [Dense(units), [Dense(units), Dense(units)], Dense(units)]
        self.named = {"b": Dense(units), "a": [Dense(units)]}
        self._hidden = Dense(units)
        self._secret = Dense(units)
        self.Zuse = Dense(units)

    @property
    def hidden(self):
        return self._hidden

    def build(self, input_shape):
        self.shift = self.add_weight(shape=(self.units,), trainable=False, name="shift")
        self.scale = self.add_weight(shape=(self.units,), name="scale")
        super().build(input_shape)

    def call(self, x):
        a, (b, c), d = self.steps
        x = a(x)
        for layer in (b, c, d, self.named["b"], *self.named["a"]):
            x = x + layer(x)
        for layer in (self._hidden, self._secret, self.Zuse):
            x = x + layer(x)
        return x * self.scale + self.shift


class Subclass(Model):
    """Layers as attributes, in a list, private; one of them is used twice."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.zebra = Dense(3)
        self.apple = Dense(3)
        self._private = Dense(3)
        self.block = Block(3)
        self.more = [Dense(3), [Dense(3)]]

    def call(self, x):
        x = self.apple(self.zebra(x)) + self._private(x)
        return self.block(self.apple(self.more[1][0](self.more[0](x))))


def subclass():
    model = Subclass(name="own")
    model(np.zeros((1, 3), "float32"))
    return randomize(model)


def with_ops():
    """Arithmetic between layers becomes ops in the config."""
    a, b = Input(shape=(4,), name="a"), Input(shape=(4,), name="b")
    x = Dense(4, name="d")(a) * 2.0 + b
    y = ops.concatenate([x, ops.relu(a)], axis=-1)
    return randomize(Model({"a": a, "b": b}, {"p": Dense(2, name="p")(y), "q": x}))
