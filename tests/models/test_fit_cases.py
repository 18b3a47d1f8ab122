"""fit: the rarer arguments and kinds of data, each with the numbers that must come."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers
from tests.models.test_training import Rows, X, Y, linear, two_headed


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


class Seen(keras.callbacks.Callback):
    """The running loss after each batch, epoch by epoch."""

    def __init__(self):
        super().__init__()
        self.losses = []

    def on_epoch_begin(self, epoch, logs=None):
        self.losses.append([])

    def on_train_batch_end(self, batch, logs=None):
        self.losses[-1].append(logs["loss"])


def frozen(**kwargs):
    return linear(optimizer=keras.optimizers.SGD(0.0), **kwargs)


def batch_losses(size=2):
    errors = (X @ np.ones((2, 1)) - Y) ** 2
    return [errors[i : i + size].mean() for i in range(0, 10, size)]


@pytest.mark.parametrize("as_dataset", [False, True])
def test_epochs_of_few_steps_go_on_where_the_last_one_ended(as_dataset):
    """Five batches in epochs of two: 2, 2, 1, and again from the start."""

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 5

        def __getitem__(self, i):
            return X[2 * i : 2 * i + 2], Y[2 * i : 2 * i + 2]

    data = (Batches(),) if as_dataset else (X, Y, 2)
    history = (
        frozen()
        .fit(*data, steps_per_epoch=2, epochs=4, shuffle=False, verbose=0)
        .history["loss"]
    )
    b = batch_losses()
    expected = [(b[0] + b[1]) / 2, (b[2] + b[3]) / 2, b[4], (b[0] + b[1]) / 2]
    assert history == pytest.approx(expected, rel=1e-5)


def test_validation_steps_take_the_first_batches_each_time():
    history = frozen().fit(
        X, Y, epochs=2, validation_data=(X, Y), validation_batch_size=2,
        validation_steps=2, verbose=0,
    )  # fmt: skip
    expected = sum(batch_losses()[:2]) / 2
    assert history.history["val_loss"] == pytest.approx([expected] * 2, rel=1e-5)


def test_class_weight_of_a_column_and_of_a_generator():
    labels = (Y > 0).astype("float32")
    errors = (X @ np.ones((2, 1)) - labels) ** 2
    expected = np.mean(errors * np.where(labels == 1, 3.0, 0.5))
    weights = {0: 0.5, 1: 3.0}

    def generator():
        while True:
            yield X, labels

    for data in ({"x": X, "y": labels}, {"x": generator(), "steps_per_epoch": 2}):
        history = frozen().fit(**data, class_weight=weights, verbose=0).history
        assert history["loss"][0] == pytest.approx(expected, rel=1e-5)


def test_class_weight_leaves_validation_and_plain_metrics_alone():
    labels = (Y > 0).astype("float32")
    model = frozen(metrics=["mae"], weighted_metrics=["mse"])
    plain = model.evaluate(X, labels, verbose=0, return_dict=True)
    history = model.fit(
        X, labels, class_weight={0: 2.0}, validation_data=(X, labels), verbose=0
    ).history
    assert history["mae"][0] == pytest.approx(plain["mae"])
    assert history["val_loss"][0] == pytest.approx(plain["loss"])
    assert history["mse"][0] != pytest.approx(plain["mse"])


def test_class_weight_for_several_outputs_is_refused():
    with pytest.raises(ValueError, match="single output"):
        two_headed(loss="mse").fit(X, [Y, Y], class_weight={0: 1.0}, verbose=0)


def test_sample_weights_by_time_step():
    x = keras.Input((3, 2))
    model = keras.Model(x, layers.Dense(1, kernel_initializer="ones")(x))
    model.compile("sgd", "mse")
    data = np.arange(24.0).reshape(4, 3, 2)
    target = data.sum(axis=-1, keepdims=True) + np.arange(12.0).reshape(4, 3, 1)
    by_step, by_sample = np.arange(12.0).reshape(4, 3), np.arange(4.0)
    errors = np.arange(12.0).reshape(4, 3) ** 2
    for weight, factors in ((by_step, by_step), (by_sample, by_sample[:, None])):
        loss = model.evaluate(data, target, sample_weight=weight, verbose=0)
        assert loss == pytest.approx(np.mean(factors * errors), rel=1e-5)


@pytest.mark.parametrize("form", ["list", "dict", "one for all"])
def test_sample_weights_of_several_outputs(form):
    model = two_headed(loss="mse")
    p, q = (((o - Y) ** 2)[:, 0] for o in model.predict(X, verbose=0))
    w = np.arange(10.0)
    weights = {"list": [w, 2 * w], "dict": {"p": w, "q": 2 * w}, "one for all": w}
    factor = 1 if form == "one for all" else 2
    loss = model.evaluate(X, [Y, Y], sample_weight=weights[form], verbose=0)[0]
    assert loss == pytest.approx(np.mean(w * p) + factor * np.mean(w * q), rel=1e-5)


@pytest.mark.parametrize("form", [list, dict])
def test_validation_split_cuts_all_inputs_and_weights(form):
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    inputs = [a, b] if form is list else {"a": a, "b": b}
    model = keras.Model(inputs, layers.Dense(1, kernel_initializer="ones")(a + b))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    x = [X, 2 * X] if form is list else {"a": X, "b": 2 * X}
    w = np.arange(10.0)
    history = model.fit(x, Y, validation_split=0.3, sample_weight=w, verbose=0).history
    weighted = w * ((3 * X.sum(axis=1, keepdims=True) - Y) ** 2)[:, 0]
    assert history["loss"][0] == pytest.approx(weighted[:7].mean(), rel=1e-5)
    assert history["val_loss"][0] == pytest.approx(weighted[7:].mean(), rel=1e-5)


def test_a_sequence_need_not_call_super_init():
    class Old(keras.utils.Sequence):
        def __init__(self, size):
            self.size = size

        def __len__(self):
            return 10 // self.size

        def __getitem__(self, i):
            rows = slice(i * self.size, (i + 1) * self.size)
            return X[rows], Y[rows]

    assert frozen().fit(Old(5), verbose=0, workers=2).history["loss"][
        0
    ] == pytest.approx(np.mean(batch_losses()), rel=1e-5)
    assert frozen().evaluate(Old(5), verbose=0) == pytest.approx(
        np.mean(batch_losses()), rel=1e-5
    )
    assert frozen().predict(Old(5), verbose=0).shape == (10, 1)


def test_workers_do_not_change_the_order_of_a_dataset():
    """Keras 3 starts with batch 1 here."""
    seen = Seen()
    frozen().fit(Rows(workers=2), shuffle=False, callbacks=[seen], verbose=0)
    errors = (X @ np.ones((2, 1)) - Y) ** 2
    assert seen.losses[0][0] == pytest.approx(errors[:4].mean(), rel=1e-5)


def test_params_tell_callbacks_epochs_steps_and_verbose():
    history = linear().fit(X, Y, 3, epochs=2, verbose=0)
    assert history.params == {"epochs": 2, "steps": 4, "verbose": 0}


def test_a_generator_is_not_restarted_and_says_so_when_it_is_empty():
    model = linear()
    batches = ((X, Y) for _ in range(2))
    with pytest.raises(ValueError, match="gave no batch.*make a new one"):
        model.fit(batches, epochs=2, verbose=0)


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
def test_no_samples_are_named(method):
    data = (np.zeros((0, 2)), np.zeros((0, 1)))
    with pytest.raises(ValueError, match=r"no samples.*\(0, 2\)"):
        getattr(linear(), method)(*data[: 1 if method == "predict" else 2], verbose=0)


@pytest.mark.parametrize("name", ["batch_size", "steps_per_epoch"])
@pytest.mark.parametrize("value", [0, -1, 1.5])
def test_sizes_below_one_are_refused(name, value):
    with pytest.raises(ValueError, match="whole number above 0"):
        linear().fit(X, Y, verbose=0, **{name: value})


def test_batches_of_one_and_single_units_work():
    model = linear(optimizer=keras.optimizers.SGD(0.01))
    assert np.isfinite(model.fit(X, Y, batch_size=1, verbose=0).history["loss"][0])
    assert model.predict(X[:1], verbose=0).shape == (1, 1)


def test_nan_in_the_data_gives_a_nan_loss_and_no_error():
    history = linear().fit(np.full((4, 2), np.nan), np.zeros((4, 1)), verbose=0)
    assert np.isnan(history.history["loss"][0])


def test_a_model_without_weights_can_be_evaluated_and_trained():
    x = keras.Input((2,))
    for model in (keras.Model(x, x), keras.Sequential([keras.Input((2,))])):
        np.testing.assert_array_equal(model.predict(X, verbose=0), X)
        model.compile("sgd", "mse")
        assert model.fit(X, X + 1, verbose=0).history["loss"] == [pytest.approx(1.0)]


def test_masked_steps_count_neither_in_the_loss_nor_in_metrics():
    model = keras.Sequential(
        [
            keras.Input((3,), dtype="int32"),
            layers.Embedding(5, 2, mask_zero=True, embeddings_initializer="ones"),
            layers.Dense(1, kernel_initializer="ones"),
        ]
    )
    model.compile("sgd", "mse", metrics=["mae"])
    words, target = np.array([[1, 2, 0], [3, 0, 0]]), np.arange(6.0).reshape(2, 3, 1)
    # The output is 2 everywhere; steps 0, 1 and 3 count.
    result = model.evaluate(words, target, verbose=0)
    assert result == pytest.approx([(4 + 1 + 1) / 3, (2 + 1 + 1) / 3])


def test_wrong_numbers_of_arrays_are_refused():
    a, b = keras.Input((2,)), keras.Input((2,))
    model = keras.Model([a, b], a + b)
    model.compile("sgd", "mse")
    for x in ([X, X, X], np.stack([X, X])):
        with pytest.raises(ValueError, match=r"2 input\(s\)"):
            model.fit(x, np.zeros((len(x[0]) if type(x) is list else 2, 2)), verbose=0)


def test_limits_of_the_config_hold_for_fit_evaluate_and_predict():
    keras.config.set_max_epochs(2)
    keras.config.set_max_steps_per_epoch(3)
    try:
        history = frozen().fit(X, Y, batch_size=2, epochs=5, verbose=0)
        assert history.epoch == [0, 1]
        assert history.params["steps"] == 3
        assert frozen().predict(X, batch_size=2, verbose=0).shape == (6, 1)
    finally:
        keras.config.set_max_epochs(None)
        keras.config.set_max_steps_per_epoch(None)


def test_without_interactive_logging_auto_is_a_line_per_epoch(capsys):
    keras.utils.disable_interactive_logging()
    try:
        linear().fit(X, Y, epochs=2)
    finally:
        keras.utils.enable_interactive_logging()
    lines = capsys.readouterr().out.strip().splitlines()
    assert lines[0] == "Epoch 1/2"
    assert lines[1].startswith("1/1 - ")
