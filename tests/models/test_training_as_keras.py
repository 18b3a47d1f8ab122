"""Training with several outputs, weights, own steps: numbers recorded from Keras 3.15.

The data and the weights are drawn from seeds, so the numbers follow from this file:
each expected value is what real Keras printed for the same lines.
"""

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers, ops

_rng = np.random.default_rng(0)
X = _rng.normal(size=(12, 4)).astype("float32")
Y = _rng.normal(size=(12, 3)).astype("float32")
CLASSES = _rng.integers(0, 3, size=(12,))
BITS = _rng.integers(0, 2, size=(12,)).astype("float32")


@pytest.fixture(autouse=True)
def _names_start_anew():
    keras.utils.clear_session()


def filled(model):
    for seed, weight in enumerate(model.weights):
        values = np.random.default_rng(seed).normal(size=weight.shape)
        weight.assign(values.astype("float32") * 0.3)
    return model


def dense(units=3, activation=None):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(units, activation)])
    return filled(model)


def two_headed():
    x = keras.Input((4,))
    heads = [layers.Dense(2, name="o")(x), layers.Dense(1, name="p")(x)]
    return filled(keras.Model(x, heads))


def history(model, *data, **options):
    return model.fit(*data, verbose=0, shuffle=False, **options).history


def close(found, expected):
    if isinstance(expected, dict):
        assert sorted(found) == sorted(expected)
        for key, value in expected.items():
            np.testing.assert_allclose(found[key], value, atol=3e-5, err_msg=key)
    else:
        np.testing.assert_allclose(found, expected, atol=3e-5)


class Watched(layers.Layer):
    """A Dense whose mean output is a metric."""

    def __init__(self):
        super().__init__()
        self.inside = keras.metrics.Mean(name="inside")
        self.dense = layers.Dense(3)

    def call(self, x):
        y = self.dense(x)
        self.inside.update_state(ops.mean(y))
        return y


def test_metrics_of_layers_inside_are_reported():
    model = filled(keras.Sequential([keras.Input((4,)), Watched()]))
    model.compile("sgd", "mse", metrics=["mae"])
    close(
        history(model, X, Y, epochs=2, batch_size=4),
        {
            "inside": [0.06308, 0.06232],
            "loss": [1.02312, 1.01017],
            "mae": [0.87021, 0.86334],
        },
    )
    close(model.evaluate(X, Y, verbose=0), [0.99971, 0.85795, 0.06219])


def test_metrics_of_a_model_inside_are_not_reported():
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    inner.compile("sgd", "mse", metrics=["mae"])
    outer = keras.Sequential([inner, Watched()])
    outer.compile("sgd", "mse")
    assert [metric.name for metric in outer.metrics] == ["loss", "inside"]


def test_accuracy_of_one_number_a_sample_is_binary():
    """It took the argmax over the batch."""
    x = keras.Input((4,))
    model = filled(keras.Model(x, layers.Reshape(())(layers.Dense(1, "sigmoid")(x))))
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    expected = np.mean((model.predict(X, verbose=0) > 0.5) == BITS)
    assert model.evaluate(X, BITS, verbose=0)[1] == pytest.approx(expected)


def test_dicts_of_inputs_losses_weights_and_metrics():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    outputs = {"o": layers.Dense(2)(a + b), "p": layers.Dense(1)(a - b)}
    model = filled(keras.Model({"a": a, "b": b}, outputs))
    model.compile(
        "sgd",
        {"o": "mse", "p": "mae"},
        loss_weights={"o": 2.0, "p": 0.5},
        metrics={"o": ["mae"], "p": ["mse", "mae"]},
    )
    data = {"a": X, "b": X}, {"o": Y[:, :2], "p": Y[:, :1]}
    close(
        history(model, *data, epochs=2, batch_size=5),
        {
            "loss": [4.68282, 3.77837],
            "o_loss": [2.02753, 1.57589],
            "o_mae": [1.26327, 1.09698],
            "p_loss": [1.25553, 1.25319],
            "p_mae": [1.25553, 1.25319],
            "p_mse": [2.10744, 2.09607],
        },
    )
    # The metrics of several outputs are sorted by name.
    close(
        model.evaluate(*data, verbose=0),
        [3.4097, 1.39203, 1.25128, 1.03136, 1.25128, 2.08612],
    )


def test_lists_of_losses_weights_metrics_and_sample_weights():
    model = two_headed()
    model.compile(
        "sgd",
        ["mse", "mae"],
        loss_weights=[1, 0.3],
        metrics=[["mae"], ["mse"]],
        weighted_metrics=[["mse"], ["mae"]],
    )
    targets = [Y[:, :2], Y[:, :1]]
    weights = [BITS + 0.5, BITS + 0.1]
    close(
        history(model, X, targets, sample_weight=weights, epochs=2, batch_size=5),
        {
            "loss": [1.95045, 1.90447],
            "o_loss": [1.75906, 1.71444],
            "o_mae": [1.11802, 1.09875],
            "o_mse": [1.62374, 1.58256],
            "p_loss": [0.63798, 0.63345],
            "p_mae": [0.93363, 0.92699],
            "p_mse": [1.53691, 1.53205],
        },
    )
    close(
        model.evaluate(X, targets, verbose=0),
        [1.77982, 1.49945, 0.93459, 1.08375, 1.49945, 0.93459, 1.52845],
    )


def test_outputs_nested_in_a_dict():
    x = keras.Input((4,))
    inner = {"c": layers.Dense(1)(x), "d": [layers.Dense(1, name="q")(x)]}
    model = filled(keras.Model(x, {"a": layers.Dense(2)(x), "b": inner}))
    model.compile("sgd", {"a": "mse", "b": {"c": "mae", "d": ["mse"]}})
    targets = {"a": Y[:, :2], "b": {"c": Y[:, :1], "d": [Y[:, 1:2]]}}
    found = history(model, X, targets, batch_size=5)
    expected = {"a_loss": 1.58336, "b/c_loss": 0.93989, "b/d/q_loss": 1.37687}
    close(found, {**{k: [v] for k, v in expected.items()}, "loss": [3.90012]})


def test_sample_weights_count_in_loss_and_weighted_metrics_only():
    model = dense(3, "softmax")
    model.compile(
        "sgd",
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        weighted_metrics=["accuracy"],
    )
    found = history(
        model, X, CLASSES, sample_weight=BITS + 0.25, epochs=2, batch_size=5,
        validation_data=(X, CLASSES, BITS),
    )  # fmt: skip
    close(
        found,
        {
            "accuracy": [0.08333, 0.08333],
            "loss": [1.0448, 1.02361],
            "val_accuracy": [0.08333, 0.16667],
            "val_loss": [0.71711, 0.70284],
            "val_weighted_accuracy": [0.14286, 0.14286],
            "weighted_accuracy": [0.125, 0.125],
        },
    )


class Squares(layers.Layer):
    def call(self, x):
        self.add_loss(ops.mean(x * x))
        return x


def test_added_losses_and_penalties():
    x = keras.Input((4,))
    head = layers.Dense(3, kernel_regularizer="l2", activity_regularizer="l1")
    model = filled(keras.Model(x, head(Squares()(x))))
    model.compile("sgd", "mse", metrics=["mse"])
    close(
        history(model, X, Y, epochs=2, batch_size=5),
        {"loss": [1.8147, 1.80353], "mse": [1.02458, 1.01346]},
    )
    close(model.evaluate(X, Y, verbose=0), [1.79356, 1.00345])


class Own(keras.Model):
    """A loss and metrics of its own."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(3)

    def call(self, x):
        return self.dense(x)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        return ops.mean(ops.square(y - y_pred)) + (1.0 if training else 2.0)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        results = super().compute_metrics(x, y, y_pred, sample_weight)
        results["mine"] = ops.cast(ops.shape(y)[0], "float32")
        return results


def test_compute_loss_and_compute_metrics_of_a_subclass_are_used():
    """compute_metrics was only called by the subclass's own train_step."""
    model = Own()
    model(X)
    filled(model).compile("sgd", "mse", metrics=["mae"])
    close(
        history(model, X, Y, epochs=2, batch_size=5),
        {"loss": [2.02458, 2.01359], "mae": [0.87055, 0.86476], "mine": [2, 2]},
    )
    evaluated = model.evaluate(X, Y, verbose=0, return_dict=True)
    close(evaluated, {"loss": 3.00372, "mae": 0.86013, "mine": 12})
    trained = model.train_on_batch(X, Y, return_dict=True)
    close(trained, {"loss": 2.00372, "mae": 0.86013, "mine": 12})
    tested = model.test_on_batch(X, Y, return_dict=True)
    close(tested, {"loss": 2.99963, "mae": 0.85791, "mine": 12})


def test_compute_loss_may_do_without_training():
    class Old(Own):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
            return ops.mean(ops.square(y - y_pred))

        compute_metrics = keras.Model.compute_metrics

    model = Old()
    model(X)
    filled(model).compile("sgd")
    close(history(model, X, Y), {"loss": [1.0253]})


class Heard(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.calls = []

    def on_train_batch_begin(self, batch, logs=None):
        self.calls.append(("begin", batch))

    def on_train_batch_end(self, batch, logs=None):
        self.calls.append(("end", batch, round(logs["loss"], 5)))

    def on_test_batch_end(self, batch, logs=None):
        self.calls.append(("test", batch))

    def on_predict_batch_end(self, batch, logs=None):
        self.calls.append(("predict", batch))


def test_steps_per_execution_groups_the_batches_for_callbacks():
    model, heard = dense(), Heard()
    model.compile("sgd", "mse", steps_per_execution=2)
    history(model, X, Y, batch_size=3, callbacks=[heard])
    model.evaluate(X, Y, batch_size=5, verbose=0, callbacks=[heard])
    model.predict(X, batch_size=5, verbose=0, callbacks=[heard])
    assert heard.calls == [
        ("begin", 0), ("end", 1, pytest.approx(0.92907, abs=3e-5)),
        ("begin", 2), ("end", 3, pytest.approx(1.02287, abs=3e-5)),
        ("test", 1), ("test", 3), ("predict", 1), ("predict", 3),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="steps_per_execution"):
        model.compile("sgd", "mse", steps_per_execution=0)


def test_a_lambda_among_the_metrics_has_a_readable_name():
    model = dense()
    model.compile("sgd", "mse", metrics=[lambda true, pred: ops.mean(true - pred)])
    close(history(model, X, Y, batch_size=5), {"lambda": [0.03585], "loss": [1.02458]})


@pytest.mark.parametrize(
    "options", [{}, {"workers": 2}, {"workers": 2, "use_multiprocessing": True}]
)
def test_a_dataset_of_a_local_class_in_threads_and_processes(options):
    """A class that cannot be pickled could not go to other processes."""

    class Parts(keras.utils.PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, i):
            return X[4 * i : 4 * i + 4], Y[4 * i : 4 * i + 4]

    model = dense()
    model.compile("sgd", "mse")
    close(history(model, Parts(**options), epochs=2), {"loss": [1.02312, 1.01017]})
    predicted = model.predict(Parts(**options), verbose=0)
    close(predicted[:1], [[0.30206, 0.42086, -0.00122]])


class FakeTorchTensor:
    """What a torch tensor offers here; the real one is tried where torch is."""

    def __init__(self, array):
        self.array = array

    def detach(self):
        return self

    cpu = detach

    def numpy(self):
        return self.array


class FakeLoader:
    """A DataLoader: it has a length, and yields lists of tensors."""

    def __len__(self):
        return 3

    def __iter__(self):
        for start in (0, 5, 10):
            rows = slice(start, start + 5)
            yield [FakeTorchTensor(X[rows]), FakeTorchTensor(Y[rows])]


def real_loader():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    data = torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(Y))
    return torch.utils.data.DataLoader(data, batch_size=5)


@pytest.mark.parametrize("make", [FakeLoader, real_loader])
def test_data_loaders_of_pytorch(make):
    model = dense()
    model.compile("sgd", "mse")
    close(history(model, make(), epochs=2), {"loss": [1.02458, 1.01359]})
    close(model.evaluate(make(), verbose=0), 1.00372)
    close(model.predict(make(), verbose=0)[:1], [[0.29829, 0.42635, -0.01174]])


def test_inputs_may_be_passed_through():
    x = keras.Input((4,))
    model = keras.Model(x, [x, x * 2])
    passed, doubled = model.predict(X, verbose=0)
    close(passed, X)
    close(doubled, 2 * X)
    assert keras.Model(x, x).predict(X, verbose=0).shape == X.shape
