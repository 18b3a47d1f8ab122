"""One op for a whole sequence, against the same cell called step by step."""

import numpy as np
import pytest

from edukeras import kernels, layers, ops
from edukeras.autodiff import GradientTape
from edukeras.tensor import Tensor

X = np.random.default_rng(0).normal(size=(3, 7, 4))
STATES = np.random.default_rng(1).normal(size=(2, 3, 5))
CELLS = {
    "SimpleRNN": layers.SimpleRNNCell,
    "LSTM": layers.LSTMCell,
    "GRU": layers.GRUCell,
}
KINDS = ["reference", "compiled"]


def step_by_step(name, **options):
    """The layer over a subclass of its cell, which may have another `step`."""

    class AnyCell(CELLS[name]):
        pass

    return layers.RNN(AnyCell(5, dtype=options.get("dtype")), **options)


def results(layer, dtype, initial):
    """The outputs and the gradients by input, states and weights."""
    x = Tensor(X.astype(dtype))
    count = 2 if isinstance(layer.cell, layers.LSTMCell) else 1
    states = [Tensor(state.astype(dtype)) for state in STATES[:count]]
    with GradientTape() as tape:
        tape.watch([x, *states])
        outputs = layer(x, initial_state=states if initial else None)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        loss = sum(ops.sum(ops.sin(2 * output)) for output in outputs)
    sources = [x, *(states if initial else []), *layer.trainable_variables]
    return [*outputs, *tape.gradient(loss, sources)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("initial", [True, False])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"return_sequences": True},
        {"return_state": True},
        {"return_sequences": True, "return_state": True, "go_backwards": True},
    ],
)
@pytest.mark.parametrize("name", CELLS)
def test_one_op_equals_the_steps(name, options, initial, dtype, kind):
    if kind == "compiled" and kernels.info().kind != "compiled":
        pytest.skip("the compiled kernels are not installed")
    with kernels.using(kind):
        plain = step_by_step(name, dtype=dtype, **options)
        layer = getattr(layers, name)(5, dtype=dtype, **options)
        plain.build(X.shape)
        layer.build(X.shape)
        layer.set_weights(plain.get_weights())
        assert layer.cell.has_sequence_op()
        assert not plain.cell.has_sequence_op()
        near = 1e-6 if dtype == "float32" else 1e-13
        for one, other in zip(
            results(layer, dtype, initial), results(plain, dtype, initial), strict=True
        ):
            scale = np.abs(other.numpy()).max()
            np.testing.assert_allclose(one, other, rtol=near, atol=near * scale)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("LSTM", {"activation": "relu"}),
        ("LSTM", {"recurrent_activation": "hard_sigmoid"}),
        ("GRU", {"reset_after": False}),
        ("SimpleRNN", {"dropout": 0.5}),
        ("SimpleRNN", {"recurrent_dropout": 0.5}),
    ],
)
def test_what_the_op_does_not_compute_goes_by_steps(name, options):
    layer = getattr(layers, name)(5, **options)
    layer.build(X.shape)
    assert not layer.cell.has_sequence_op(training=True)
    dropout = any("dropout" in option for option in options)
    assert layer.cell.has_sequence_op(training=False) == dropout


def test_masked_steps_are_skipped_and_not_in_one_op():
    layer = layers.LSTM(5)
    keep = np.array([[True] * 4 + [False] * 3] * 3)
    np.testing.assert_allclose(
        layer(X, mask=keep), layer(X[:, :4]), rtol=1e-6, atol=1e-6
    )


def test_stateful_layer_goes_on_where_one_op_ended():
    layer = layers.GRU(5, stateful=True)
    layer.build((3, None, 4))
    whole = layer(X)
    layer.reset_state()
    layer(X[:, :3])
    np.testing.assert_allclose(layer(X[:, 3:]), whole, rtol=1e-5, atol=1e-6)
