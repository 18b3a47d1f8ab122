"""Multiply-adds against hand calculations, and against loops that count."""

import itertools

import pytest

import edukeras as keras
from edukeras import layers
from edukeras.inspect import summarize


def cost(*made, shape):
    model = keras.Sequential([keras.Input(shape), *made])
    return summarize(model).layers[-1].multiply_adds


@pytest.mark.parametrize(
    ("layer", "shape", "by_hand"),
    [
        (lambda: layers.Dense(64), (784,), 784 * 64),
        (lambda: layers.Dense(3), (5, 4), 5 * 4 * 3),
        (lambda: layers.Conv2D(8, 3), (28, 28, 1), 26 * 26 * 8 * 9),
        (lambda: layers.Conv2D(8, 3, padding="same"), (9, 9, 4), 81 * 8 * 9 * 4),
        (lambda: layers.Conv2D(4, 3, groups=2), (5, 5, 6), 3 * 3 * 4 * 9 * 3),
        (lambda: layers.Conv1D(6, 2, strides=2), (10, 3), 5 * 6 * 2 * 3),
        (lambda: layers.Conv2DTranspose(6, 3), (4, 4, 5), 4 * 4 * 5 * 9 * 6),
        (lambda: layers.DepthwiseConv2D(3), (5, 5, 6), 3 * 3 * 6 * 9),
        (lambda: layers.SeparableConv2D(7, 3), (5, 5, 6), 9 * 6 * 9 + 9 * 6 * 7),
        (lambda: layers.SimpleRNN(4), (7, 3), 7 * (3 * 4 + 4 * 4)),
        (lambda: layers.LSTM(4), (7, 3), 7 * 4 * (3 * 4 + 4 * 4)),
        (lambda: layers.GRU(4), (7, 3), 7 * 3 * (3 * 4 + 4 * 4)),
        (lambda: layers.Bidirectional(layers.GRU(4)), (7, 3), 2 * 7 * 3 * 28),
        (lambda: layers.TimeDistributed(layers.Dense(2)), (7, 3), 7 * 3 * 2),
        (lambda: layers.BatchNormalization(), (8,), 8),
        (lambda: layers.Embedding(100, 4), (7,), 0),
        (lambda: layers.Dropout(0.5), (7,), 0),
        (lambda: layers.MaxPooling1D(), (8, 2), 0),
    ],
)
def test_multiply_adds_are_those_counted_by_hand(layer, shape, by_hand):
    assert cost(layer(), shape=shape) == by_hand


def test_a_convolution_takes_as_many_as_its_loops_do():
    rows, columns, channels, filters, size, stride = 9, 8, 2, 3, 3, 2
    steps = itertools.product(
        range(0, rows - size + 1, stride),
        range(0, columns - size + 1, stride),
        range(filters),
        range(size),
        range(size),
        range(channels),
    )
    layer = layers.Conv2D(filters, size, strides=stride)
    assert cost(layer, shape=(rows, columns, channels)) == sum(1 for _ in steps)


def test_self_attention_counts_projections_scores_and_sums():
    x = keras.Input((5, 16))
    attention = layers.MultiHeadAttention(num_heads=2, key_dim=8)
    model = keras.Model(x, attention(x, x))
    projections = 4 * 5 * 16 * 16
    scores_and_sums = 2 * (5 * 5 * 16)
    found = summarize(model).layers[-1].multiply_adds
    assert found == projections + scores_and_sums


def test_a_shared_layer_counts_once_for_each_call():
    a, b = keras.Input((4,)), keras.Input((4,))
    shared = layers.Dense(8, name="shared")
    model = keras.Model([a, b], layers.Add()([shared(a), shared(b)]))
    (row,) = [r for r in summarize(model).layers if r.name == "shared"]
    assert row.multiply_adds == 2 * 4 * 8
    assert row.activation_bytes == 2 * 8 * 4


def test_a_model_inside_counts_what_its_layers_count(nested):
    inner = next(row for row in summarize(nested).layers if row.layers)
    assert inner.multiply_adds == 2 * 2 + 2 * 1
    assert "Multiply-adds for one sample: 9" in summarize(nested).totals


class Own(layers.Layer):
    def build(self, shape):
        self.w = self.add_weight((shape[-1],))

    def call(self, x):
        return x * self.w


def test_what_a_layer_of_the_user_takes_is_not_guessed():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2), Own()])
    view = summarize(model)
    assert [row.multiply_adds for row in view.layers] == [6, None]
    assert "Multiply-adds for one sample: 6 and more" in view.totals


def test_sequences_of_any_length_have_no_count():
    assert cost(layers.LSTM(4), shape=(None, 3)) is None


def test_the_memory_of_outputs_grows_with_the_batch():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(256)])
    for batch_size in (1, 64):
        view = summarize(model, batch_size)
        kilobytes = batch_size * 256 * 4 / 1024
        line = f"Memory of all outputs, batch of {batch_size}: {kilobytes:.2f} KB"
        assert line in view.totals
        assert f"Outputs of {batch_size}" in view.html()


def test_half_precision_outputs_take_half_the_memory():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(8, dtype="float16")])
    assert summarize(model).layers[0].activation_bytes == 8 * 2
