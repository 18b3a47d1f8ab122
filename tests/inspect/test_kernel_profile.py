import time

import numpy as np
import pytest

import edukeras as keras
from edukeras import kernels, layers
from edukeras.inspect import kernel_profile, profile_kernels
from tests.inspect.sanitiser import check

pytestmark = pytest.mark.skipif(
    not kernels.is_compiled_available(), reason="there are no compiled kernels"
)

RNG = np.random.default_rng(0)
X = RNG.random((8, 5), dtype=np.float32)
Y = np.eye(3, dtype=np.float32)[RNG.integers(0, 3, 8)]


@pytest.fixture
def network():
    keras.utils.set_random_seed(1)
    made = keras.Sequential(
        [
            keras.Input((5,)),
            layers.Dense(4, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Dense(3, activation="softmax"),
        ]
    )
    made.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
    return made


def test_a_step_is_forward_loss_backward_update(network):
    found = kernels.compare(network, X, Y)
    calls = [(row.kernel, row.arguments, row.calls) for row in found.rows]
    assert calls[0] == ("dense", "relu (8,5) (5,4)", 1)
    names = [name for name, _, _ in calls]
    for name in ("batchnorm_train", "dropout_mask", "batchnorm_backward"):
        assert names.count(name) == 1
    assert names.index("categorical_crossentropy") < names.index("dense_backward")
    # Two kernels, two biases, gamma and beta, all in one call.
    assert ("rmsprop_update", "6 arrays", 1) in calls


def test_compiled_and_reference_agree_on_the_same_arguments(network):
    found = kernels.compare(network, X, Y)
    for row in found.rows:
        assert row.agrees, row
        assert row.difference <= 1e-5
        assert row.compiled > 0
        assert row.reference > 0
    assert found.compiled == sum(row.calls * row.compiled for row in found.rows)


def test_comparing_changes_neither_the_model_nor_what_comes_after(network):
    twin_of_before = [np.array(w) for w in network.get_weights()]
    state = keras.config.numpy_generator().bit_generator.state
    kernels.compare(network, X, Y)
    assert keras.config.numpy_generator().bit_generator.state == state
    for before, after in zip(twin_of_before, network.get_weights()):
        np.testing.assert_array_equal(before, after)
    assert network.optimizer.iterations.numpy() == 0
    assert kernels.relu is kernels.both("relu")[0]


def test_calls_of_a_fit_are_counted(network):
    found = profile_kernels(
        lambda: network.fit(X, Y, batch_size=4, epochs=3, verbose=0)
    )
    assert [row.calls for row in found.rows if row.kernel == "dense"] == [6, 6]
    assert sum(r.calls for r in found.rows if r.kernel == "rmsprop_update") == 6


def test_a_kernel_that_is_wrong_or_slow_is_seen(monkeypatch):
    compiled, reference = kernels.both("relu")

    def slow_and_wrong(x):
        time.sleep(0.001)
        return reference(x) + 0.25

    monkeypatch.setattr(kernels, "both", lambda name: (slow_and_wrong, reference))
    (row,) = profile_kernels(lambda: kernels.relu(X)).rows
    assert row.difference == pytest.approx(0.25)
    assert not row.agrees
    assert row.compiled >= 0.001 > row.reference
    assert row.times_faster < 1


def test_what_a_kernel_writes_into_its_arguments_is_compared(monkeypatch):
    _, reference = kernels.both("sgd_update")

    def forgets_the_learning_rate(variables, gradients, learning_rate):
        variables[0] -= gradients[0]

    monkeypatch.setattr(
        kernels, "both", lambda name: (forgets_the_learning_rate, reference)
    )
    variable, gradient = np.zeros(3), np.ones(3)
    found = profile_kernels(lambda: kernels.sgd_update([variable], [gradient], 0.5))
    assert found.rows[0].difference == pytest.approx(0.5)
    np.testing.assert_array_equal(variable, -0.5)  # the run itself ran once


def test_an_error_in_the_run_leaves_the_kernels_as_they_were():
    before = kernels.relu
    with pytest.raises(ZeroDivisionError):
        profile_kernels(lambda: 1 / 0)
    assert kernels.relu is before


def test_deterministic_output_has_no_times(network, monkeypatch):
    monkeypatch.setenv("EDUKERAS_DETERMINISTIC", "1")
    first, second = (kernels.compare(network, X, Y) for _ in range(2))
    assert first.text() == second.text()
    assert first.html() == second.html()
    lines = first.text().splitlines()
    assert lines[1].split()[-4:-1] == ["…", "…", "…"]
    assert " us" not in first.text() + first.html()
    assert "rounding" in first.text()


def test_text_fits_and_html_survives_an_untrusted_notebook(network):
    found = kernels.compare(network, X, Y)
    lines = found.text().splitlines()
    assert lines[0].split() == list(found.HEADERS)
    assert lines[-1].startswith("all calls")
    assert max(map(len, lines)) <= 100
    check(found.html())
    assert kernel_profile.BLUE in found.html()
    nothing = profile_kernels(lambda: None)
    assert nothing.text() == "No kernel was called."
    check(nothing.html())


def test_what_cannot_be_trained_is_refused():
    with pytest.raises(TypeError, match="Expected: a compiled model. Received: int"):
        kernels.compare(3, X, Y)
    with pytest.raises(ValueError, match="compile"):
        kernels.compare(keras.Sequential([layers.Dense(1)]), X, Y)


def test_without_compiled_kernels_there_is_nothing_to_compare(monkeypatch):
    monkeypatch.setattr(kernels, "_import_error", ImportError("none"))
    with pytest.raises(RuntimeError, match="compiled kernels are not installed"):
        profile_kernels(lambda: None)
