"""compile, fit, evaluate, predict: every argument of fit and what it does."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers
from edukeras.errors import NotCompiledError, ShapeError, UnknownNameError


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def linear(units=1, optimizer="sgd", loss="mse", **kwargs):
    """A model whose numbers are easy to work out: y = x @ ones."""
    model = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(units, kernel_initializer="ones", name="out"),
        ]
    )
    model.compile(optimizer, loss, **kwargs)
    return model


RNG = np.random.default_rng(0)
X = RNG.normal(size=(10, 2)).astype("float32")
Y = RNG.normal(size=(10, 1)).astype("float32")


class Batches(keras.callbacks.Callback):
    """Counts the batches of each epoch, and notes the data of `on_*` hooks."""

    def __init__(self):
        super().__init__()
        self.count = []

    def on_epoch_begin(self, epoch, logs=None):
        self.count.append(0)

    def on_train_batch_end(self, batch, logs=None):
        self.count[-1] += 1


def seen_rows(shuffle, epochs=2, batch_size=4):
    """The first feature of every batch that `train_step` was given."""
    seen = []

    class Spy(keras.Model):
        def train_step(self, data):
            seen.append(np.asarray(data[0])[:, 0].tolist())
            return super().train_step(data)

    x = keras.Input((1,))
    model = Spy(x, layers.Dense(1)(x))
    model.compile("sgd", "mse")
    rows = np.arange(10.0)[:, None]
    model.fit(rows, rows, batch_size, epochs, verbose=0, shuffle=shuffle)
    return seen


# -- batch_size, epochs, shuffle ----------------------------------------------


def test_batch_size_is_32_by_default_and_the_last_batch_may_be_smaller():
    counter = Batches()
    model = linear()
    model.fit(np.ones((70, 2)), np.ones((70, 1)), callbacks=[counter], verbose=0)
    assert counter.count == [3]
    model.fit(X, Y, batch_size=4, epochs=2, callbacks=[counter], verbose=0)
    assert counter.count == [3, 3, 3]


def test_without_shuffle_the_order_is_as_given():
    assert seen_rows(False, epochs=1) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_shuffle_mixes_anew_each_epoch_and_loses_nothing():
    seen = seen_rows(True)
    first, second = sum(seen[:3], []), sum(seen[3:], [])
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second != list(range(10))


def test_shuffle_batch_keeps_chunks_together():
    for batch in seen_rows("batch", batch_size=5):
        assert batch in ([0, 1, 2, 3, 4], [5, 6, 7, 8, 9])


def test_initial_epoch_counts_from_there():
    history = linear().fit(X, Y, epochs=5, initial_epoch=3, verbose=0)
    assert history.epoch == [3, 4]
    assert linear().fit(X, Y, epochs=2, initial_epoch=2, verbose=0).history == {}


def test_steps_per_epoch_limits_the_batches():
    counter = Batches()
    linear().fit(X, Y, batch_size=2, steps_per_epoch=3, callbacks=[counter], verbose=0)
    assert counter.count == [3]


def test_second_fit_continues_the_weights_and_the_optimizer():
    together, apart = linear(optimizer="adam"), linear(optimizer="adam")
    together.fit(X, Y, epochs=4, shuffle=False, verbose=0)
    for _ in range(2):
        apart.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    np.testing.assert_array_equal(together.get_weights()[0], apart.get_weights()[0])


def test_same_seed_same_numbers():
    results = []
    for _ in range(2):
        keras.utils.set_random_seed(7)
        model = keras.Sequential(
            [keras.Input((2,)), layers.Dense(8), layers.Dropout(0.5), layers.Dense(1)]
        )
        model.compile("rmsprop", "mse")
        model.fit(X, Y, epochs=3, batch_size=3, verbose=0)
        results.append(model.get_weights())
    for left, right in zip(*results):
        np.testing.assert_array_equal(left, right)


# -- the numbers --------------------------------------------------------------


def test_one_step_of_sgd_by_hand():
    model = linear(optimizer=keras.optimizers.SGD(0.1))
    loss = model.train_on_batch(X, Y)
    error = X @ np.ones((2, 1)) - Y
    assert loss == pytest.approx(np.mean(error**2), rel=1e-6)
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(kernel, 1 - 0.1 * 2 * X.T @ error / 10, rtol=1e-5)
    np.testing.assert_allclose(bias, -0.1 * 2 * error.mean(axis=0), rtol=1e-5)


def test_epoch_loss_is_the_mean_over_samples_before_each_update():
    model = linear(optimizer=keras.optimizers.SGD(0.0))
    history = model.fit(X, Y, batch_size=4, verbose=0).history
    expected = np.mean((X @ np.ones((2, 1)) - Y) ** 2)
    assert history["loss"][0] == pytest.approx(expected, rel=1e-6)


def test_sample_weight_divides_by_the_number_of_samples():
    weight = np.array([0, 1, 2, 0, 1, 1, 1, 1, 1, 5.0])
    errors = ((X @ np.ones((2, 1)) - Y) ** 2)[:, 0]
    loss = linear().evaluate(X, Y, sample_weight=weight, verbose=0)
    assert loss == pytest.approx((weight * errors).sum() / 10, rel=1e-5)
    loss = linear(optimizer=keras.optimizers.SGD(0.0)).fit(
        X, Y, sample_weight=weight, verbose=0
    )
    assert loss.history["loss"][0] == pytest.approx((weight * errors).sum() / 10)


def test_class_weight_multiplies_the_loss_of_a_class_and_sample_weight():
    labels = np.array([0, 1] * 5)
    model = keras.Sequential([keras.Input((2,)), layers.Dense(2, "softmax")])
    model.compile(keras.optimizers.SGD(0.0), "sparse_categorical_crossentropy")
    each = -np.log(model.predict(X, verbose=0)[np.arange(10), labels])
    factor = np.where(labels == 1, 3.0, 1.0)
    loss = model.fit(X, labels, class_weight={1: 3.0}, verbose=0).history["loss"][0]
    assert loss == pytest.approx(np.mean(factor * each), rel=1e-5)
    weights = np.linspace(0, 1, 10)
    both = model.fit(X, labels, class_weight={1: 3.0}, sample_weight=weights, verbose=0)
    expected = np.mean(weights * factor * each)
    assert both.history["loss"][0] == pytest.approx(expected, rel=1e-5)


def test_class_weight_understands_one_hot_rows():
    labels = np.array([0, 1] * 5)
    model = keras.Sequential([keras.Input((2,)), layers.Dense(2, "softmax")])
    model.compile(keras.optimizers.SGD(0.0), "categorical_crossentropy")
    sparse = np.where(labels == 0, 2.0, 1.0)
    by_sample = model.evaluate(X, np.eye(2)[labels], sample_weight=sparse, verbose=0)
    fitted = model.fit(X, np.eye(2)[labels], class_weight={0: 2.0}, verbose=0)
    assert fitted.history["loss"][0] == pytest.approx(by_sample, rel=1e-5)


def test_regularizers_count_in_training_and_evaluation():
    model = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(1, kernel_initializer="ones", kernel_regularizer="l2"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.0), "mse")
    plain = linear().evaluate(X, Y, verbose=0)
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(plain + 0.01 * 2)
    assert model.train_on_batch(X, Y) == pytest.approx(plain + 0.01 * 2)


def test_custom_loss_of_any_shape_is_averaged():
    model = linear(loss=lambda y_true, y_pred: keras.ops.abs(y_true - y_pred) * 2)
    expected = 2 * np.mean(np.abs(X @ np.ones((2, 1)) - Y))
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(expected, rel=1e-5)


# -- validation ---------------------------------------------------------------


def test_validation_split_takes_the_last_samples_before_shuffling():
    model = linear(optimizer=keras.optimizers.SGD(0.0))
    history = model.fit(X, Y, validation_split=0.25, verbose=0).history
    cut = int(10 * 0.75)
    errors = (X @ np.ones((2, 1)) - Y) ** 2
    assert history["val_loss"][0] == pytest.approx(errors[cut:].mean(), rel=1e-5)
    assert history["loss"][0] == pytest.approx(errors[:cut].mean(), rel=1e-5)


def test_validation_data_is_evaluated_after_the_updates_of_the_epoch():
    model = linear()
    history = model.fit(X, Y, validation_data=(X, Y), epochs=2, verbose=0).history
    assert history["val_loss"][-1] == pytest.approx(model.evaluate(X, Y, verbose=0))


def test_validation_sample_weights_count():
    weight = np.zeros(10)
    history = linear().fit(X, Y, validation_data=(X, Y, weight), verbose=0).history
    assert history["val_loss"] == [0.0]


@pytest.mark.parametrize(
    ("frequency", "epochs"),
    [(1, [1, 2, 3, 4]), (2, [2, 4]), ([1, 4], [1, 4]), ((3,), [3]), ({2, 3}, [2, 3])],
)
def test_validation_freq_says_after_which_epochs(frequency, epochs):
    seen = []

    class Spy(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if "val_loss" in logs:
                seen.append(epoch + 1)

    linear().fit(
        X, Y, epochs=4, validation_data=(X, Y), validation_freq=frequency,
        callbacks=[Spy()], verbose=0,
    )  # fmt: skip
    assert seen == epochs


@pytest.mark.parametrize("frequency", [0, -1, "often", 1.5])
def test_bad_validation_freq_is_a_value_error(frequency):
    with pytest.raises(ValueError, match="validation_freq"):
        linear().fit(X, Y, validation_data=(X, Y), validation_freq=frequency, verbose=0)


@pytest.mark.parametrize("share", [1.0, -0.1, 0.95, 2])
def test_bad_validation_split_is_a_value_error(share):
    with pytest.raises(ValueError, match="validation_split"):
        linear().fit(X, Y, validation_split=share, verbose=0)


# -- sources of data ----------------------------------------------------------


def endless():
    while True:
        yield X[:4], Y[:4]


def test_endless_generator_with_steps():
    counter = Batches()
    linear().fit(endless(), steps_per_epoch=3, epochs=2, callbacks=[counter], verbose=0)
    assert counter.count == [3, 3]


def test_finite_generator_ends_the_epoch():
    counter = Batches()
    batches = ((X[i : i + 5], Y[i : i + 5]) for i in (0, 5))
    linear().fit(batches, callbacks=[counter], verbose=0)
    assert counter.count == [2]


@pytest.mark.parametrize("workers", [1, 3])
def test_generator_workers_do_not_change_results(workers):
    reference = linear()
    reference.fit(endless(), steps_per_epoch=3, verbose=0)
    model = linear()
    model.fit(endless(), steps_per_epoch=3, workers=workers, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], reference.get_weights()[0])


class Rows(keras.utils.PyDataset):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        rows = slice(4 * index, 4 * index + 4)
        return X[rows], Y[rows]


@pytest.mark.parametrize(
    "options",
    [{}, {"workers": 3}, {"workers": 2, "use_multiprocessing": True}],
    ids=["plain", "threads", "processes"],
)
def test_dataset_gives_the_same_as_arrays(options):
    arrays, dataset = linear(), linear()
    arrays.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    dataset.fit(Rows(**options), epochs=2, shuffle=False, verbose=0)
    np.testing.assert_array_equal(arrays.get_weights()[0], dataset.get_weights()[0])


def test_dataset_hooks_are_called_once_an_epoch():
    calls = []

    class Noting(Rows):
        def on_epoch_end(self):
            calls.append("end")

    linear().fit(Noting(), epochs=2, verbose=0)
    assert calls == ["end", "end"]


def test_data_frames_lists_and_tensors_are_taken():
    pandas = pytest.importorskip("pandas")
    expected = linear().evaluate(X, Y, verbose=0)
    for x, y in (
        (pandas.DataFrame(X, columns=["a", "b"]), pandas.Series(Y[:, 0])),
        (X.tolist(), Y.tolist()),
        (keras.ops.convert_to_tensor(X), keras.ops.convert_to_tensor(Y)),
    ):
        assert linear().evaluate(x, y, verbose=0) == pytest.approx(expected, rel=1e-5)


def test_generator_with_y_is_refused():
    with pytest.raises(ValueError, match="y must not be given"):
        linear().fit(endless(), Y, verbose=0)


def test_generator_with_validation_split_is_refused():
    with pytest.raises(ValueError, match="validation_split needs arrays"):
        linear().fit(endless(), validation_split=0.5, steps_per_epoch=1, verbose=0)


def test_different_numbers_of_samples_name_both():
    with pytest.raises(ShapeError, match=r"x with 10.*y with 9"):
        linear().fit(X, Y[:9], verbose=0)


def test_sample_weight_of_another_length_is_refused():
    with pytest.raises(ShapeError, match="sample_weight with 3"):
        linear().fit(X, Y, sample_weight=np.ones(3), verbose=0)


def test_text_is_refused():
    with pytest.raises(ValueError, match="Models compute with numbers"):
        linear().fit(np.array([["a", "b"]] * 10), Y, verbose=0)


# -- metrics ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("units", "activation", "target", "expected"),
    [
        (1, "sigmoid", np.array([[1], [0], [1], [1]]), "binary"),
        (3, "softmax", np.array([0, 1, 2, 0]), "sparse"),
        (3, "softmax", np.eye(3)[[0, 1, 2, 0]], "categorical"),
    ],
)
def test_accuracy_resolves_to_the_kind_that_fits(units, activation, target, expected):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(units, activation)])
    loss = "sparse_categorical_crossentropy" if expected == "sparse" else "mse"
    model.compile("sgd", loss, metrics=["accuracy"])
    outputs = model.predict(X[:4], verbose=0)
    if expected == "binary":
        right = (outputs > 0.5) == target
    else:
        classes = target if target.ndim == 1 else target.argmax(axis=-1)
        right = outputs.argmax(axis=-1) == classes
    _, accuracy = model.evaluate(X[:4], target, verbose=0)
    assert accuracy == pytest.approx(np.mean(right))


@pytest.mark.parametrize("name", ["accuracy", "acc", "mse"])
def test_history_key_is_the_string_given(name):
    history = linear(metrics=[name]).fit(X, Y, verbose=0).history
    assert set(history) == {"loss", name}


def test_history_key_of_a_function_is_its_name():
    def largest_error(y_true, y_pred):
        return keras.ops.max(keras.ops.abs(y_true - y_pred))

    history = linear(metrics=[largest_error]).fit(X, Y, verbose=0).history
    assert set(history) == {"loss", "largest_error"}


def test_metrics_as_third_positional_argument_as_in_keras_2():
    model = linear()
    model.compile("sgd", "mse", ["mae"])
    assert model.metrics_names == ["loss", "mae"]


def test_metrics_are_not_weighted_and_weighted_metrics_are():
    model = linear(metrics=["mae"], weighted_metrics=["mse"])
    weight = np.array([1.0] * 5 + [0.0] * 5)
    errors = X @ np.ones((2, 1)) - Y
    result = model.evaluate(X, Y, sample_weight=weight, return_dict=True, verbose=0)
    assert result["mae"] == pytest.approx(np.abs(errors).mean(), rel=1e-5)
    assert result["mse"] == pytest.approx((errors[:5] ** 2).mean(), rel=1e-5)


def two_headed(**kwargs):
    x = keras.Input((2,))
    model = keras.Model(x, [layers.Dense(1, name="p")(x), layers.Dense(1, name="q")(x)])
    model.compile("sgd", **kwargs)
    return model


@pytest.mark.parametrize(
    ("loss", "weights"),
    [
        (["mse", "mae"], [1.0, 0.5]),
        ({"p": "mse", "q": "mae"}, {"p": 1.0, "q": 0.5}),
    ],
)
def test_loss_is_the_weighted_sum_over_outputs(loss, weights):
    model = two_headed(loss=loss, loss_weights=weights)
    p, q = model.predict(X, verbose=0)
    mse, mae = np.mean((p - Y) ** 2), np.mean(np.abs(q - Y))
    result = model.evaluate(X, [Y, Y], return_dict=True, verbose=0)
    assert result["loss"] == pytest.approx(mse + 0.5 * mae, rel=1e-5)
    assert result["p_loss"] == pytest.approx(mse, rel=1e-5)
    assert result["q_loss"] == pytest.approx(mae, rel=1e-5)
    assert model.metrics_names == ["loss", "p_loss", "q_loss"]


@pytest.mark.parametrize(
    "metrics", [["mae"], {"p": ["mae"], "q": ["mae"]}, [["mae"], ["mae"]]]
)
def test_metrics_of_several_outputs_carry_their_names(metrics):
    model = two_headed(loss="mse", metrics=metrics)
    assert model.metrics_names == ["loss", "p_loss", "q_loss", "p_mae", "q_mae"]


def test_targets_by_output_name():
    model = two_headed(loss="mse")
    by_list = model.evaluate(X, [Y, 2 * Y], verbose=0)
    assert model.evaluate(X, {"q": 2 * Y, "p": Y}, verbose=0) == by_list


def test_an_output_without_loss_is_not_trained():
    model = two_headed(loss={"p": "mse", "q": None})
    before = model.get_layer("q").get_weights()[0]
    model.fit(X, {"p": Y, "q": Y}, verbose=0)
    np.testing.assert_array_equal(model.get_layer("q").get_weights()[0], before)


def test_unknown_output_name_is_refused():
    with pytest.raises(UnknownNameError, match="'r'"):
        two_headed(loss={"p": "mse", "r": "mse"})


# -- evaluate, predict, single batches ----------------------------------------


def test_evaluate_does_not_depend_on_the_batch_size():
    model = linear(metrics=["mae"])
    for size in (1, 3, 10):
        np.testing.assert_allclose(
            model.evaluate(X, Y, batch_size=size, verbose=0),
            model.evaluate(X, Y, verbose=0),
            rtol=1e-5,
        )


def test_evaluate_returns_a_number_a_list_or_a_dict():
    assert isinstance(linear().evaluate(X, Y, verbose=0), float)
    loss, mae = linear(metrics=["mae"]).evaluate(X, Y, verbose=0)
    as_dict = linear(metrics=["mae"]).evaluate(X, Y, verbose=0, return_dict=True)
    assert as_dict == {"loss": loss, "mae": mae}


def test_predict_works_uncompiled_and_returns_float32():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    result = model.predict(X.astype("float64"), batch_size=3, verbose=0)
    assert type(result) is np.ndarray
    assert result.dtype == np.float32
    assert result.shape == (10, 1)


@pytest.mark.parametrize("bare", [True, False])
def test_predict_takes_generators_of_arrays_and_of_tuples(bare):
    batches = (X[i : i + 5] if bare else (X[i : i + 5],) for i in (0, 5))
    model = linear()
    np.testing.assert_allclose(
        model.predict(batches, verbose=0), model.predict(X, verbose=0), rtol=1e-6
    )


def test_predict_on_batch_and_test_on_batch_change_nothing():
    model = linear(metrics=["mae"])
    before = model.get_weights()[0]
    assert model.predict_on_batch(X).shape == (10, 1)
    loss, mae = model.test_on_batch(X, Y)
    assert [loss, mae] == pytest.approx(model.evaluate(X, Y, verbose=0), rel=1e-6)
    np.testing.assert_array_equal(model.get_weights()[0], before)


def test_train_on_batch_reports_this_batch_only_unless_told_to_accumulate():
    model = linear(optimizer=keras.optimizers.SGD(0.0))
    first, second = (model.train_on_batch(X[s], Y[s]) for s in (slice(5), slice(5, 10)))
    assert first != second
    model.train_on_batch(X[:5], Y[:5])
    both = model.train_on_batch(X[5:], Y[5:], reset_metrics=False)
    assert both == pytest.approx((first + second) / 2, rel=1e-5)


# -- trainable ----------------------------------------------------------------


def test_trainable_takes_effect_at_compile():
    model = linear()
    layer = model.layers[0]
    layer.trainable = False
    assert model.trainable_weights == []
    before = model.get_weights()[0]
    model.fit(X, Y, verbose=0)
    assert not np.array_equal(model.get_weights()[0], before)
    model.compile("sgd", "mse")
    frozen = model.get_weights()[0]
    model.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], frozen)


def test_recompiling_keeps_the_weights_and_forgets_the_optimizer_state():
    model = linear(optimizer="adam")
    model.fit(X, Y, verbose=0)
    weights = model.get_weights()[0]
    model.compile("adam", "mse")
    np.testing.assert_array_equal(model.get_weights()[0], weights)
    assert int(model.optimizer.iterations) == 0


def test_the_optimizer_instance_is_kept():
    optimizer = keras.optimizers.SGD(0.5)
    assert linear(optimizer=optimizer).optimizer is optimizer


# -- callbacks and output -----------------------------------------------------


def test_stop_training_ends_after_the_current_batch():
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    counter = Batches()
    history = linear().fit(
        X, Y, batch_size=2, epochs=3, callbacks=[Stop(), counter], verbose=0
    )
    assert counter.count == [1]
    assert history.epoch == [0]


def test_hooks_come_in_keras_order():
    calls = []

    class Spy(keras.callbacks.Callback):
        pass

    names = """on_train_begin on_epoch_begin on_train_batch_begin on_train_batch_end
        on_test_begin on_test_batch_begin on_test_batch_end on_test_end on_epoch_end
        on_train_end""".split()
    for name in names:
        setattr(Spy, name, lambda self, *a, _name=name, **k: calls.append(_name))
    linear().fit(X, Y, validation_data=(X, Y), callbacks=[Spy()], verbose=0)
    assert calls == names


def test_batch_logs_are_the_running_mean_since_the_start_of_the_epoch():
    logs = []

    class Spy(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, log=None):
            logs.append(log["loss"])

    model = linear(optimizer=keras.optimizers.SGD(0.0))
    model.fit(X, Y, batch_size=5, shuffle=False, callbacks=[Spy()], verbose=0)
    errors = (X @ np.ones((2, 1)) - Y) ** 2
    assert logs == pytest.approx([errors[:5].mean(), errors.mean()], rel=1e-5)


def test_history_is_returned_and_kept():
    model = linear()
    history = model.fit(X, Y, epochs=2, verbose=0)
    assert model.history is history
    assert history.epoch == [0, 1]
    assert history.params["epochs"] == 2
    assert history.params["steps"] == 1


@pytest.mark.parametrize(("verbose", "lines"), [(0, 0), (2, 2)])
def test_verbose_prints_on_stdout_only(verbose, lines, capsys):
    linear().fit(X, Y, epochs=1, verbose=verbose)
    out, err = capsys.readouterr()
    assert err == ""
    assert bool(out) == bool(lines)


# -- errors -------------------------------------------------------------------


@pytest.mark.parametrize("error", [NotCompiledError, ValueError, RuntimeError])
@pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch"])
def test_uncompiled_models_say_compile(method, error):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    with pytest.raises(error, match="compile"):
        getattr(model, method)(X, Y)


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("addam", "mse"), 'Did you mean "adam"'),
        (
            ("adam", "categorical_crossentrpy"),
            'Did you mean "categorical_crossentropy"',
        ),
        (("adam", "mse", None, ["acuracy"]), "Did you mean"),
    ],
)
def test_unknown_names_are_found_at_compile_and_the_nearest_is_suggested(
    arguments, hint
):
    with pytest.raises(ValueError, match=hint):
        linear().compile(*arguments)


def test_wrong_label_shapes_say_what_fits():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(3, "softmax")])
    model.compile("sgd", "categorical_crossentropy")
    with pytest.raises(ShapeError, match=r"to_categorical|sparse"):
        model.fit(X, np.arange(10) % 3, verbose=0)
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(ShapeError, match="one-hot"):
        model.fit(X, np.eye(3)[np.arange(10) % 3], verbose=0)
    with pytest.raises(ValueError, match="3"):
        model.fit(X, np.full(10, 3), verbose=0)


def test_wrong_target_width_is_a_value_error():
    with pytest.raises(ValueError, match=r"\(10, 3\)"):
        linear(units=3).fit(X, np.ones((10, 2)), verbose=0)


def test_unknown_keyword_is_a_type_error():
    with pytest.raises(TypeError, match="epoch"):
        linear().fit(X, Y, epoch=3)


@pytest.mark.parametrize(
    ("weights", "message"),
    [([np.ones((2, 1))], "2 arrays"), ([np.ones((3, 1)), np.ones(1)], r"\(2, 1\)")],
)
def test_set_weights_with_wrong_number_or_shape_changes_nothing(weights, message):
    model = linear()
    before = model.get_weights()
    with pytest.raises(ValueError, match=message):
        model.set_weights(weights)
    for left, right in zip(model.get_weights(), before):
        np.testing.assert_array_equal(left, right)


def test_missing_data_is_named():
    with pytest.raises(ValueError, match="x is None"):
        linear().fit(verbose=0)
    with pytest.raises(ValueError, match="y is missing"):
        linear().fit(X, verbose=0)


def test_compiling_does_not_make_the_weights_of_layers_the_models_own():
    assert linear()._own_variables() == []


def test_a_diverging_loss_is_seen_in_the_history_and_warns_nowhere(capsys):
    model = linear(optimizer=keras.optimizers.SGD(1e20))
    history = model.fit(X, Y, epochs=5, verbose=0).history["loss"]
    assert not np.isfinite(history[-1])
    assert capsys.readouterr().err == ""
