"""ConvLSTM: against LSTM, states, masks, dropout, inside models."""

import numpy as np
import pytest

from edukeras import Model, layers, models, ops, optimizers, utils
from edukeras.errors import ShapeError
from edukeras.layers import LSTM, ConvLSTM1D, ConvLSTM2D, ConvLSTM3D, Input

FILM = np.random.default_rng(0).normal(size=(2, 4, 5, 6, 1)).astype("float32")


def test_on_images_of_one_pixel_it_is_lstm():
    x = FILM[:, :, 0, :, 0]  # (B, T, C)
    lstm = LSTM(3, return_sequences=True)
    expected = lstm(x).array
    layer = ConvLSTM2D(3, 1, return_sequences=True)
    pixels = x[:, :, None, None, :]
    layer(pixels)
    layer.set_weights([w if w.ndim == 1 else w[None, None] for w in lstm.get_weights()])
    np.testing.assert_allclose(
        layer(pixels).array[:, :, 0, 0], expected, rtol=1e-5, atol=1e-6
    )


def test_channels_first_is_the_same_with_other_axes():
    last = ConvLSTM2D(2, 3, strides=2)
    expected = last(FILM).array
    first = ConvLSTM2D(2, 3, strides=2, data_format="channels_first")
    film = np.moveaxis(FILM, -1, 2)
    first(film)
    first.set_weights(last.get_weights())
    np.testing.assert_allclose(
        np.moveaxis(first(film).array, 1, -1), expected, rtol=1e-5, atol=1e-6
    )


def test_unit_forget_bias():
    layer = ConvLSTM1D(2, 1)
    layer.build((None, None, 5, 3))
    assert layer.cell.bias.array.tolist() == [0, 0, 1, 1, 0, 0, 0, 0]


def test_state_carries_a_film_on():
    layer = ConvLSTM2D(2, 3, return_state=True)
    whole, *_ = layer(FILM)
    _, *states = layer(FILM[:, :2])
    rest, *_ = layer(FILM[:, 2:], initial_state=states)
    np.testing.assert_allclose(rest.array, whole.array, rtol=1e-5, atol=1e-6)


def test_stateful_layer_goes_on_where_it_ended_until_reset():
    layer = ConvLSTM2D(2, 3, stateful=True)
    layer(FILM[:, :2])
    rest = layer(FILM[:, 2:]).array
    layer.reset_state()
    np.testing.assert_allclose(layer(FILM).array, rest, rtol=1e-5, atol=1e-6)


def test_wrong_initial_state_is_explained():
    with pytest.raises(ShapeError, match=r"\(2, 3, 4, 2\).*\(2, 5, 6, 2\)"):
        ConvLSTM2D(2, 3)(FILM, initial_state=[np.zeros((2, 5, 6, 2))] * 2)


def test_padding_changes_nothing():
    layer = ConvLSTM2D(2, 3)
    expected = layer(FILM).array
    padded = np.concatenate([FILM, np.full((2, 2, 5, 6, 1), 7, "float32")], axis=1)
    mask = np.array([[True] * 4 + [False] * 2] * 2)
    np.testing.assert_array_equal(layer(padded, mask=mask).array, expected)


def test_dropout_acts_in_training_only():
    layer = ConvLSTM2D(2, 3, dropout=0.5, recurrent_dropout=0.5, seed=1)
    plain = layer(FILM).array
    assert (plain != layer(FILM, training=True).array).any()
    np.testing.assert_array_equal(layer(FILM).array, plain)


def test_dropout_drops_the_same_in_all_steps():
    cell = ConvLSTM2D(2, 3, dropout=0.5, seed=1).cell
    cell.build(FILM[:, 0].shape)
    still = np.repeat(FILM[:, :1], 3, axis=1)
    steps = cell.project(ops.convert_to_tensor(still), training=True).array
    np.testing.assert_array_equal(steps[:, 1], steps[:, 0])
    assert (steps != cell.project(ops.convert_to_tensor(still)).array).any()


def test_cell_called_by_hand_does_a_step_of_the_layer():
    layer = ConvLSTM2D(2, 3)
    expected = layer(FILM[:, :2]).array
    states = layer.cell.get_initial_state(FILM[:, 0].shape)
    for t in range(2):
        output, states = layer.cell(FILM[:, t], states)
    np.testing.assert_allclose(output.array, expected, rtol=1e-6)


@pytest.mark.parametrize("file", ["model.keras", "model.h5"])
def test_saved_model_of_unknown_sizes_predicts_the_same(file, tmp_path):
    x = Input((None, None, None, 1))
    y = ConvLSTM2D(2, 3, return_sequences=True)(x)
    assert y.shape == (None, None, None, None, 2)
    model = Model(x, ConvLSTM2D(1, 2)(y))
    model.save(tmp_path / file)
    again = models.load_model(tmp_path / file)
    np.testing.assert_array_equal(again(FILM).array, model(FILM).array)


def test_a_model_learns_what_moved():
    """Which way a bright pixel moved cannot be seen in a single image."""
    x = np.zeros((40, 3, 5, 1), "float32")
    rightwards = np.arange(40) % 2
    for i, right in enumerate(rightwards):
        for t in range(3):
            x[i, t, 1 + t if right else 3 - t] = 1
    utils.set_random_seed(0)
    inputs = Input((3, 5, 1))
    h = ConvLSTM1D(4, 3, padding="same")(inputs)
    y = layers.Dense(1, activation="sigmoid")(layers.Flatten()(h))
    model = Model(inputs, y)
    model.compile(optimizers.Adam(0.05), "binary_crossentropy")
    losses = model.fit(x, rightwards, epochs=15, verbose=0).history["loss"]
    assert losses[-1] < 0.1 < 0.5 < losses[0]


def test_causal_padding_is_refused():
    with pytest.raises(ValueError, match="padding"):
        ConvLSTM1D(2, 2, padding="causal")


def test_too_large_a_window_is_explained():
    with pytest.raises(ShapeError, match="window is larger"):
        ConvLSTM3D(2, 4)(np.ones((1, 2, 3, 3, 3, 1)))
