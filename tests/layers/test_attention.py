"""Attention: by hand, who sees whom, dropout, inside models."""

import numpy as np
import pytest

from edukeras import GradientTape, Model, layers, models, ops
from edukeras.errors import ShapeError
from edukeras.layers import (
    AdditiveAttention,
    Attention,
    GroupQueryAttention,
    Input,
    MultiHeadAttention,
    ReversibleEmbedding,
)
from edukeras.layers.attention_base import visible_keys

X = np.random.default_rng(0).normal(size=(2, 5, 4)).astype("float32")
HEADS = [MultiHeadAttention(2, 3), GroupQueryAttention(3, 4, 2)]


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@pytest.fixture(params=HEADS, ids=lambda layer: type(layer).__name__)
def heads(request):
    """A new layer with several heads."""
    return type(request.param).from_config(request.param.get_config())


# -- by hand ------------------------------------------------------------------


def test_attention_by_hand():
    query, value = X, X[:, :3]
    shares = softmax(query @ value.swapaxes(1, 2))
    outputs, found = Attention()([query, value], return_attention_scores=True)
    np.testing.assert_allclose(found.array, shares, rtol=1e-5)
    np.testing.assert_allclose(outputs.array, shares @ value, rtol=1e-5, atol=1e-6)


def test_additive_attention_by_hand():
    layer = AdditiveAttention()
    layer.build([X.shape, X.shape])
    layer.set_weights([[1.0, -2.0, 0.5, 3.0]])
    terms = np.tanh(X[:, :, None] + X[:, None]) * layer.scale.numpy()
    expected = softmax(terms.sum(axis=-1)) @ X
    np.testing.assert_allclose(layer([X, X]).array, expected, rtol=1e-5, atol=1e-6)


def test_multi_head_attention_by_hand():
    layer = MultiHeadAttention(num_heads=2, key_dim=3)
    layer(X, X)
    weights = [np.random.default_rng(1).normal(size=w.shape) for w in layer.weights]
    layer.set_weights(weights)
    wq, bq, wk, bk, wv, bv, wo, bo = weights
    expected = np.zeros_like(X)
    for h in range(2):
        q, k, v = (
            X @ w[:, h] + b[h] for w, b in ((wq, bq), (wk, bk), (wv, bv))
        )  # (B, T, D)
        expected = expected + softmax(q @ k.swapaxes(1, 2) / np.sqrt(3)) @ v @ wo[h]
    np.testing.assert_allclose(layer(X, X).array, expected + bo, rtol=1e-4, atol=1e-5)


def test_groups_of_one_head_are_multi_head_attention():
    groups = GroupQueryAttention(3, num_query_heads=2, num_key_value_heads=2)
    expected = groups(X, X).array
    layer = MultiHeadAttention(2, 3)
    layer(X, X)
    layer.set_weights(groups.get_weights())
    np.testing.assert_allclose(layer(X, X).array, expected, rtol=1e-6)


def test_asking_for_scores_does_not_change_the_output(heads):
    expected = heads(X, X).array
    outputs, shares = heads(X, X, return_attention_scores=True)
    np.testing.assert_allclose(outputs.array, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(shares.array.sum(axis=-1), 1, rtol=1e-6)


def test_attention_along_one_axis_is_that_of_its_rows():
    images = np.random.default_rng(2).normal(size=(2, 3, 5, 4)).astype("float32")
    layer = MultiHeadAttention(2, 3, attention_axes=2)
    outputs = layer(images, images).array
    rows = MultiHeadAttention(2, 3)
    rows(X, X)
    rows.set_weights(layer.get_weights())
    expected = rows(images.reshape(6, 5, 4), images.reshape(6, 5, 4)).array
    np.testing.assert_allclose(
        outputs, expected.reshape(images.shape), rtol=1e-4, atol=1e-6
    )


# -- who sees whom ------------------------------------------------------------


def test_causal_attention_does_not_see_the_future(heads):
    expected = heads(X, X, use_causal_mask=True).array[:, :3]
    later = X.copy()
    later[:, 3:] += 7
    found = heads(later, later, use_causal_mask=True).array[:, :3]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_padding_changes_nothing(heads):
    expected = heads(X, X).array
    padded = np.concatenate([X, np.full((2, 2, 4), 7, "float32")], axis=1)
    mask = np.array([[True] * 5 + [False] * 2] * 2)
    found = heads(X, padded, value_mask=mask).array
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_masks_given_and_masks_that_inputs_carry_are_the_same(heads):
    mask = np.arange(5) < np.array([[3], [5]])
    x = ops.convert_to_tensor(X)
    x.mask = mask
    given = heads(X, X, query_mask=mask, value_mask=mask)
    carried = heads(x, x)
    np.testing.assert_array_equal(carried.array, given.array)
    np.testing.assert_array_equal(carried.mask, mask)


def test_sliding_window_reaches_both_sides():
    shares = MultiHeadAttention(1, 2, sliding_window=2)(
        X, X, return_attention_scores=True
    )[1].array
    far = np.abs(np.arange(5)[:, None] - np.arange(5)) >= 2
    assert (shares[:, :, far] == 0).all()
    assert (shares[:, :, ~far] > 0).all()


def test_a_mask_for_each_head_goes_with_padding():
    per_head = np.ones((2, 2, 5, 5), bool)
    per_head[:, 1, :, 0] = False
    padding = np.array([[True] * 4 + [False]] * 2)
    _, shares = MultiHeadAttention(2, 3)(
        X,
        X,
        value_mask=padding,
        attention_mask=per_head,
        return_attention_scores=True,
    )
    assert (shares.array[..., 4] == 0).all()
    assert (shares.array[:, 1, :, 0] == 0).all()
    assert (shares.array[:, 0, :, 0] > 0).all()


def test_masked_query_of_attention_gets_zeros():
    mask = np.array([[True, False, True, True, False]] * 2)
    y = Attention()([X, X], mask=[mask, None]).array
    assert (y[:, [1, 4]] == 0).all()
    assert (y[:, [0, 2, 3]] != 0).all()


def test_nothing_to_see_is_no_nan(heads):
    nothing = np.zeros((2, 5), bool)
    for scores in (False, True):
        y = heads(X, X, value_mask=nothing, return_attention_scores=scores)
        assert np.isfinite((y[0] if scores else y).array).all()
    assert np.isfinite(Attention()([X, X], mask=[None, nothing]).array).all()


def test_without_masks_every_key_is_visible():
    assert visible_keys(3, 4, key_masks=[None, None]) is None


# -- dropout and gradients ----------------------------------------------------


@pytest.mark.parametrize("make", [Attention, AdditiveAttention])
def test_dropout_acts_in_training_only_and_is_repeatable(make):
    layer, twin = (make(dropout=0.5, seed=1) for _ in range(2))
    layer.build([X.shape, X.shape])
    twin.build([X.shape, X.shape])
    twin.set_weights(layer.get_weights())
    plain = layer([X, X]).array
    dropped = layer([X, X], training=True).array
    assert (plain != dropped).any()
    np.testing.assert_array_equal(dropped, twin([X, X], training=True).array)
    assert (dropped != layer([X, X], training=True).array).any()


def test_dropout_of_heads_keeps_the_mean():
    layer = MultiHeadAttention(1, 4, dropout=0.5, seed=2, use_bias=False)
    plain = layer(X, X).array
    drawn = [layer(X, X, training=True).array for _ in range(400)]
    spread = np.std(drawn, axis=0) / np.sqrt(400)
    assert (np.abs(np.mean(drawn, axis=0) - plain) < 5 * spread).all()


def test_hidden_values_get_no_gradient(heads):
    x, values = ops.convert_to_tensor(X), ops.convert_to_tensor(X)
    mask = np.array([[True, False, True, True, False]] * 2)
    with GradientTape() as tape:
        tape.watch(values)
        y = heads(x, values, value_mask=mask)
    gradient = tape.gradient(y, values).array
    assert (gradient[:, [1, 4]] == 0).all()
    assert (gradient[:, [0, 2, 3]] != 0).any()


def test_heads_start_with_weights_of_their_own(heads):
    heads(X, X)
    query, _, key, *_ = heads.get_weights()
    size = min(query.size, key.size)
    assert (query.ravel()[:size] != key.ravel()[:size]).any()


# -- in models ----------------------------------------------------------------


def test_functional_model_with_scores_masks_and_unknown_length(heads):
    words = Input((None,), dtype="int32")
    embedded = layers.Embedding(9, 4, mask_zero=True)(words)
    attended, shares = heads(embedded, embedded, return_attention_scores=True)
    assert attended.shape == (None, None, 4)
    assert shares.shape[2:] == (None, None)
    model = Model(words, [attended, shares])
    y, shares = model(np.array([[3, 4, 0], [5, 0, 0]]))
    assert (shares.array[0, :, 0, 2] == 0).all()
    np.testing.assert_allclose(shares.array[1, :, 0, 0], 1)
    assert y.mask.tolist() == [[True, True, False], [True, False, False]]


@pytest.mark.parametrize("file", ["model.keras", "model.h5"])
def test_saved_model_predicts_the_same(heads, file, tmp_path):
    x = Input((5, 4))
    y = Attention(use_scale=True)([heads(x, x, use_causal_mask=True), x])
    model = Model(x, y)
    model.save(tmp_path / file)
    again = models.load_model(tmp_path / file)
    np.testing.assert_array_equal(again(X).array, model(X).array)


def test_weights_in_files_lie_where_keras_looks(tmp_path):
    h5py = pytest.importorskip("h5py")
    x = Input((5, 4))
    y = GroupQueryAttention(2, 2, 1, use_gate=True)(x, MultiHeadAttention(2, 2)(x, x))
    Model(x, y).save_weights(tmp_path / "a.weights.h5")
    with h5py.File(tmp_path / "a.weights.h5") as file:
        for path in ("query", "key", "value", "output"):
            assert f"layers/multi_head_attention/{path}_dense/vars/1" in file
            assert f"layers/grouped_query_attention/_{path}_dense/vars/1" in file
        assert "layers/grouped_query_attention/_gate_dense/vars/1" in file


def test_language_model_with_one_table_for_both_ways():
    table = ReversibleEmbedding(7, 4)
    words = Input((None,), dtype="int32")
    model = Model(words, table(table(words), reverse=True))
    assert model.output.shape == (None, None, 7)
    assert len(model.weights) == 1
    vectors = table.get_weights()[0]
    scores = model(np.array([[2, 5]])).array
    np.testing.assert_allclose(scores[0], vectors[[2, 5]] @ vectors.T, rtol=1e-5)


def test_way_back_computes_in_the_dtype_that_was_asked_for():
    table = ReversibleEmbedding(7, 4, dtype="mixed_float16", reverse_dtype="float32")
    vectors = table(np.array([[2, 5]]))
    assert vectors.dtype == "float16"
    assert table(vectors, reverse=True).dtype == "float32"
    assert table(Input((3, 4)), reverse=True).dtype == "float32"


# -- mistakes -----------------------------------------------------------------


def test_forgotten_value_is_explained():
    with pytest.raises(TypeError, match=r'"mine" needs a query and a value.*x, x'):
        MultiHeadAttention(2, 3, name="mine")(X)


def test_forgotten_batch_axis_is_explained(heads):
    with pytest.raises(ShapeError, match=r"batch, length, features.*\(5, 4\)"):
        heads(X[0], X[0])


def test_different_numbers_of_keys_and_values_are_explained(heads):
    with pytest.raises(ShapeError, match=r"a key for each value.*\(2, 3, 4\)"):
        heads(X, X, X[:, :3])


@pytest.mark.parametrize("axes", [0, 2, (1, -1)])
def test_attention_along_batch_or_features_is_explained(axes):
    with pytest.raises(ValueError, match="between the first"):
        MultiHeadAttention(2, 3, attention_axes=axes)(X, X)


@pytest.mark.parametrize(
    "arguments",
    [
        {"num_heads": 0},
        {"key_dim": 1.5},
        {"value_dim": -1},
        {"sliding_window": 0},
        {"output_shape": "4"},
    ],
)
def test_impossible_sizes_are_named(arguments):
    (name,) = arguments
    with pytest.raises(ValueError, match=f"MultiHeadAttention.*{name}"):
        MultiHeadAttention(**{"num_heads": 2, "key_dim": 2, **arguments})


def test_groups_must_divide_the_heads():
    with pytest.raises(ValueError, match="num_query_heads=3, num_key_value_heads=2"):
        GroupQueryAttention(2, 3, 2)


@pytest.mark.parametrize("inputs", [X, [X], [X, X, X, X]])
def test_attention_takes_a_list_of_two_or_three(inputs):
    with pytest.raises(ShapeError, match=r"\[query, value\]"):
        Attention()(inputs)


def test_attention_takes_a_list_of_masks():
    with pytest.raises(ValueError, match="query_mask, value_mask"):
        Attention()([X, X], mask=np.ones((2, 5), bool))


def test_unknown_score_mode_gets_a_suggestion():
    with pytest.raises(ValueError, match='Did you mean "concat"'):
        Attention(score_mode="concatenate")
