import numpy as np
import pytest

import edukeras as keras
from edukeras import layers
from edukeras.inspect.gradient_flow import gradient_flow
from edukeras.inspect.gradient_history import RecordGradientFlow
from tests.inspect import sanitiser

X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def deep(activation, depth=3, optimizer="adam", units=8):
    keras.utils.set_random_seed(3)
    hidden = [
        layers.Dense(units, activation, name=f"hidden{k}") for k in range(1, depth + 1)
    ]
    model = keras.Sequential([keras.Input((3,)), *hidden, layers.Dense(1, name="out")])
    model.compile(optimizer, "mse")
    return model


def test_gradients_and_ratios_equal_those_of_a_real_step():
    model = deep("tanh", optimizer=keras.optimizers.SGD(0.1))
    flow = gradient_flow(model, X, Y)
    before = [w.copy() for w in model.get_weights()]
    model.train_on_batch(X, Y)
    after = model.get_weights()
    for number, layer in enumerate(flow.layers):
        old = np.concatenate([w.ravel() for w in before[2 * number : 2 * number + 2]])
        new = np.concatenate([w.ravel() for w in after[2 * number : 2 * number + 2]])
        gradient = (old - new) / 0.1
        assert layer.weights == old.size
        assert layer.gradient == pytest.approx(np.sqrt(np.mean(gradient**2)), rel=1e-3)
        ratio = np.linalg.norm(new - old) / np.linalg.norm(old)
        assert layer.ratio == pytest.approx(ratio, rel=1e-3)


def test_nothing_changes():
    model = deep("relu")
    model.fit(X, Y, epochs=1, verbose=0)
    weights = [w.copy() for w in model.get_weights()]
    state = [v.numpy().copy() for v in model.optimizer.variables]
    first = gradient_flow(model, X, Y)
    assert gradient_flow(model, X, Y) == first
    for a, b in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(state, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(a, b.numpy())


def test_sigmoids_one_after_another_let_the_gradient_vanish():
    flow = gradient_flow(deep("sigmoid", depth=8), X, Y)
    assert flow.remark(flow.layers[0]).startswith("▼ vanishes: ")
    assert flow.remark(flow.layers[-1]) == ""
    assert "vanishes" in flow.text()


def test_dead_units_get_no_gradient():
    model = deep("relu", depth=1)
    model.layers[0].bias.assign(np.full(8, -100.0))
    flow = gradient_flow(model, X, Y)
    assert flow.remark(flow.layers[0]) == "○ no gradient arrives"


@pytest.mark.parametrize(
    ("rate", "remark"), [(5.0, "▲ steps too long"), (1e-9, "▼ hardly moves")]
)
def test_the_learning_rate_shows_in_the_ratio(rate, remark):
    model = deep("tanh", depth=1, optimizer=keras.optimizers.Adam(rate))
    flow = gradient_flow(model, X, Y)
    assert [flow.remark(layer) for layer in flow.layers] == [remark, remark]


def test_a_model_that_is_not_compiled_is_told():
    with pytest.raises(RuntimeError, match="needs a compiled model"):
        gradient_flow(keras.Sequential([layers.Dense(1)]), X, Y)


def test_a_callback_records_each_epoch():
    model = deep("tanh")
    flow = RecordGradientFlow(X, Y, every=2)
    model.fit(X, Y, epochs=6, verbose=0, callbacks=[flow])
    assert flow.epochs == [0, 2, 4, 6]
    assert flow.ratios().shape == (4, 4)
    assert flow.flows[-1] == gradient_flow(model, X, Y)
    assert flow.text().splitlines()[1].startswith("hidden1")


@pytest.mark.parametrize("kind", ["flow", "record"])
def test_the_views_are_plain(kind):
    model = deep("tanh")
    view = RecordGradientFlow(X, Y)
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[view])
    if kind == "flow":
        view = gradient_flow(model, X, Y)
    assert max(map(len, view.text().splitlines())) <= 100
    html = view.html()
    sanitiser.check(html)
    assert 'alt="Gradient' in html
