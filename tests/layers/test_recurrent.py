"""Recurrent layers: states, masks, dropout, cells of one's own, inside models."""

import numpy as np
import pytest

from edukeras import GradientTape, Model, layers, ops
from edukeras.errors import ShapeError
from edukeras.layers import GRU, LSTM, RNN, Bidirectional, Input, LSTMCell, SimpleRNN

X = np.random.default_rng(0).normal(size=(2, 6, 3)).astype("float32")


def test_simple_rnn_by_hand():
    layer = SimpleRNN(1, activation="linear", return_sequences=True)
    layer.build((None, 3, 1))
    layer.set_weights([[[1.0]], [[0.5]], [0.0]])
    y = layer(np.float32([[[1], [2], [4]]]))
    # h = x + h / 2
    assert y.array.ravel().tolist() == [1.0, 2.5, 5.25]


def test_layer_equals_rnn_over_its_cell():
    layer = LSTM(4)
    expected = layer(X).array
    cell = LSTMCell(4)
    other = RNN(cell)
    other(X)
    other.set_weights(layer.get_weights())
    np.testing.assert_array_equal(other(X).array, expected)


def test_cell_called_by_hand_does_a_step_of_the_layer():
    layer = GRU(4)
    expected = layer(X[:, :2]).array
    state = layer.cell.get_initial_state(batch_size=2)
    for t in range(2):
        output, state = layer.cell(X[:, t], state)
    np.testing.assert_allclose(output.array, expected, rtol=1e-6)


def test_unit_forget_bias():
    layer = LSTM(2)
    layer.build((None, None, 3))
    assert layer.cell.bias.array.tolist() == [0, 0, 1, 1, 0, 0, 0, 0]


# -- states -------------------------------------------------------------------


def test_state_carries_a_sequence_on():
    layer = LSTM(4, return_state=True)
    whole, *_ = layer(X)
    _, *states = layer(X[:, :3])
    rest, *_ = layer(X[:, 3:], initial_state=states)
    np.testing.assert_allclose(rest.array, whole.array, rtol=1e-6)


def test_stateful_layer_goes_on_where_it_ended_until_reset():
    layer = LSTM(4, stateful=True)
    layer(X[:, :3])
    rest = layer(X[:, 3:]).array
    layer.reset_state()
    np.testing.assert_allclose(layer(X).array, rest, rtol=1e-6)


def test_stateful_layer_needs_a_known_batch_size():
    with pytest.raises(ValueError, match="batch_shape"):
        LSTM(4, stateful=True)(Input((6, 3)))


def test_stateful_layer_refuses_another_batch_size():
    layer = LSTM(4, stateful=True, name="memory")
    layer(X)
    with pytest.raises(ShapeError, match=r'"memory".*\(3, 4\).*\(2, 4\)'):
        layer(np.ones((3, 6, 3)))


def test_wrong_initial_state_is_explained():
    with pytest.raises(ShapeError, match=r"\(2, 4\), \(2, 4\).*\(2, 5\)"):
        LSTM(4)(X, initial_state=[np.zeros((2, 5))])


def test_states_are_no_weights():
    layer = LSTM(4, stateful=True)
    layer(X)
    assert len(layer.weights) == 3


def test_encoder_and_decoder_as_a_functional_model():
    source, target = Input((None, 3)), Input((None, 2))
    _, *states = LSTM(4, return_state=True)(source)
    decoded = LSTM(4, return_sequences=True)(target, initial_state=states)
    model = Model([source, target], decoded)
    short = model([X, np.ones((2, 5, 2), "float32")])
    assert short.shape == (2, 5, 4)
    other = model([2 * X, np.ones((2, 5, 2), "float32")])
    assert (short.array != other.array).any()


# -- masks --------------------------------------------------------------------


@pytest.mark.parametrize("layer_class", [SimpleRNN, LSTM, GRU])
def test_padding_changes_nothing(layer_class):
    layer = layer_class(4)
    expected = layer(X).array
    padded = np.concatenate([X, np.full((2, 2, 3), 7, "float32")], axis=1)
    mask = np.array([[True] * 6 + [False] * 2] * 2)
    np.testing.assert_allclose(layer(padded, mask=mask).array, expected, rtol=1e-6)


def test_masked_steps_get_no_gradient():
    layer = LSTM(4)
    x = ops.convert_to_tensor(X)
    mask = np.array([[True, False, True, True, False, True]] * 2)
    with GradientTape() as tape:
        tape.watch(x)
        y = layer(x, mask=mask)
    gradient = tape.gradient(y, x).array
    assert (gradient[:, [1, 4]] == 0).all()
    assert (gradient[:, [0, 2, 3, 5]] != 0).any()


def test_embedding_hands_its_mask_to_the_lstm():
    embedding = layers.Embedding(9, 3, mask_zero=True)
    lstm = LSTM(4)
    padded = lstm(embedding(np.array([[1, 2, 3, 0, 0]])))
    np.testing.assert_allclose(
        padded.array, lstm(embedding(np.array([[1, 2, 3]]))).array, rtol=1e-6
    )
    assert padded.mask is None


# -- dropout ------------------------------------------------------------------


@pytest.mark.parametrize("layer_class", [SimpleRNN, LSTM, GRU])
@pytest.mark.parametrize("argument", ["dropout", "recurrent_dropout"])
def test_dropout_is_active_in_training_only_and_repeatable(layer_class, argument):
    def run(training):
        layer = layer_class(4, seed=3, **{argument: 0.5})
        layer.build((None, None, 3))
        generator = np.random.default_rng(1)
        layer.set_weights([generator.normal(size=w.shape) for w in layer.weights])
        return layer(X, training=training).array

    assert (run(True) != run(False)).any()
    np.testing.assert_array_equal(run(True), run(True))
    np.testing.assert_array_equal(run(False), run(False))


def test_a_dropped_input_is_dropped_in_all_steps():
    layer = SimpleRNN(
        1,
        activation="linear",
        kernel_initializer="ones",
        recurrent_initializer="zeros",
        return_sequences=True,
        dropout=0.5,
        seed=0,
    )
    y = layer(np.ones((40, 5, 1)), training=True).array[..., 0]
    assert (y == y[:, :1]).all()
    assert set(np.unique(y)) == {0.0, 2.0}


# -- cells of one's own -------------------------------------------------------


class Sum(layers.Layer):
    """Adds up what it has seen."""

    state_size = 3

    def call(self, inputs, states):
        total = inputs + states[0]
        return total, [total]


def test_cell_of_ones_own():
    np.testing.assert_allclose(RNN(Sum())(X).array, X.sum(axis=1), rtol=1e-5)


def test_list_of_cells():
    layer = RNN([LSTMCell(4), layers.GRUCell(5)], return_state=True)
    output, (h, c), state = layer(X)
    assert (output.shape, h.shape, c.shape, state.shape) == (
        (2, 5),
        (2, 4),
        (2, 4),
        (2, 5),
    )
    assert len(layer.weights) == 6


def test_thing_that_is_no_cell_is_explained():
    with pytest.raises(ValueError, match=r"state_size.*LSTMCell"):
        RNN(layers.Dense(3))


# -- Bidirectional ------------------------------------------------------------


def test_bidirectional_is_both_directions():
    both = Bidirectional(LSTM(4, return_sequences=True))
    y = both(X).array
    np.testing.assert_array_equal(both.forward_layer(X).array, y[..., :4])
    backwards = LSTM(4, return_sequences=True)
    backwards(X)
    backwards.set_weights(both.backward_layer.get_weights())
    reverse = backwards(X[:, ::-1]).array[:, ::-1]
    np.testing.assert_allclose(reverse, y[..., 4:], rtol=1e-6)


def test_bidirectional_names_its_layers():
    both = Bidirectional(LSTM(4, name="reader"))
    assert both.forward_layer.name == "forward_reader"
    assert both.backward_layer.name == "backward_reader"


def test_bidirectional_takes_the_states_of_both():
    encoder = Bidirectional(LSTM(4, return_state=True))
    _, *states = encoder(X)
    assert len(states) == 4
    decoder = Bidirectional(LSTM(4))
    assert (decoder(X, initial_state=states).array != decoder(X).array).any()


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (lambda: Bidirectional(layers.Dense(3)), "recurrent layer"),
        (lambda: Bidirectional(LSTM(3), merge_mode="summ"), 'Did you mean "sum"'),
        (lambda: Bidirectional(LSTM(3), backward_layer=LSTM(3)), "opposite"),
        (
            lambda: Bidirectional(
                LSTM(3),
                backward_layer=LSTM(3, go_backwards=True, return_sequences=True),
            ),
            "same return_sequences",
        ),
    ],
)
def test_wrong_bidirectional_is_explained(make, part):
    with pytest.raises(ValueError, match=part):
        make()


# -- TimeDistributed ----------------------------------------------------------


def test_time_distributed_calls_the_layer_on_each_step():
    layer = layers.TimeDistributed(layers.Dense(4))
    y = layer(X).array
    for t in range(6):
        np.testing.assert_allclose(y[:, t], layer.layer(X[:, t]).array, rtol=1e-6)


def test_time_distributed_needs_a_time_axis():
    with pytest.raises(ShapeError, match=r"steps.*\(2, 3\)"):
        layers.TimeDistributed(layers.Dense(4))(np.ones((2, 3)))
