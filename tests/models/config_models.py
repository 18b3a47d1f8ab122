"""Functional models whose configs are compared with those that Keras writes."""


def mlp(keras):
    layers = keras.layers
    x = keras.Input((784,), name="pixels")
    h = layers.Dense(64, activation="relu", name="h")(x)
    h = layers.Dropout(0.5, name="drop")(h)
    y = layers.Dense(10, activation="softmax", kernel_regularizer="l2", name="y")(h)
    return keras.Model(x, y, name="mlp")


def shared_layer(keras):
    layers = keras.layers
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    shared = layers.Dense(3, name="shared")
    distance = layers.Subtract(name="distance")([shared(a), shared(b)])
    return keras.Model([a, b], layers.Dense(1, name="y")(distance), name="siamese")


def several_inputs_and_outputs(keras):
    layers = keras.layers
    a = keras.Input((4,), name="a")
    b = keras.Input((6,), name="b", dtype="int32")
    embedded = layers.Flatten(name="flat")(layers.Embedding(5, 2, name="words")(b))
    h = layers.Concatenate(name="joined")([a, embedded])
    outputs = {"p": layers.Dense(1, name="p")(h), "q": layers.Dense(2, name="q")(h)}
    return keras.Model({"a": a, "b": b}, outputs, name="by_name")


def with_ops(keras):
    ops = keras.ops
    x = keras.Input((4,), name="x")
    y = ops.relu(x * 2.0 - 1.0) + ops.mean(x, axis=-1, keepdims=True)
    y = ops.concatenate([y, x], axis=-1)
    return keras.Model(x, keras.layers.Dense(1, name="y")(y), name="with_ops")


def nested(keras):
    layers = keras.layers
    inner = keras.Sequential(
        [keras.Input((4,), name="inner_in"), layers.Dense(3, name="d")], name="inner"
    )
    x = keras.Input((4,), name="x")
    y = layers.BatchNormalization(name="bn")(inner(x))
    return keras.Model(x, layers.Dense(1, name="y")(y), name="nested")


def images(keras):
    layers = keras.layers
    x = keras.Input((8, 8, 1), name="x")
    y = layers.Conv2D(4, 3, padding="same", activation="relu", name="conv")(x)
    skip = layers.Add(name="skip")([y, layers.Conv2D(4, 1, name="one")(x)])
    y = layers.GlobalAveragePooling2D(name="mean")(
        layers.MaxPooling2D(2, name="pool")(skip)
    )
    model = keras.Model(inputs=[x], outputs=[layers.Dense(2, name="y")(y)], name="cnn")
    model.compile("adam", "mse", metrics=["mae"])
    return model


MODELS = [mlp, shared_layer, several_inputs_and_outputs, with_ops, nested, images]
