"""Functions that take functions: values, and gradients through them."""

import numpy as np
import pytest

from edukeras import ops
from edukeras.autodiff import GradientTape
from edukeras.finite_differences import check_gradients
from edukeras.tensor import KerasTensor, Tensor, Variable

X = np.array([[0.5, -1.0], [2.0, 1.5], [-0.5, 3.0]])


def test_cond_runs_one_branch_and_its_gradient():
    x = Variable(3.0)
    with GradientTape() as tape:
        y = ops.cond(x > 2, lambda: x * 10.0, lambda: x / 0.0)
    assert y.item() == 30
    assert tape.gradient(y, x).item() == 10


def test_switch_takes_the_nearest_branch():
    branches = [lambda x: x + 1, lambda x: x * 10]
    assert [ops.switch(i, branches, 5) for i in (-3, 0, 1, 7)] == [6, 6, 50, 50]


def test_while_loop_with_several_variables():
    i, total = ops.while_loop(
        lambda i, total: i < 5, lambda i, total: (i + 1, total + i), (0, Tensor(0))
    )
    assert (i, total.item()) == (5, 10)


def test_while_loop_with_one_variable_and_a_limit():
    assert (
        ops.while_loop(lambda x: True, lambda x: x * 2, 1, maximum_iterations=4) == 16
    )
    assert ops.while_loop(lambda x: x < 1, lambda x: x * 2, [7]) == (7,)


def test_fori_loop_is_differentiable():
    check_gradients(
        lambda x: ops.fori_loop(1, 4, lambda i, y: y * x + i, x), np.array([0.5, 1.2])
    )


def test_map_of_nested_rows():
    pair = ops.map(lambda row: (row["a"] + row["b"], row["a"]), {"a": X, "b": 2 * X})
    np.testing.assert_allclose(pair[0].numpy(), 3 * X)
    np.testing.assert_allclose(pair[1].numpy(), X)


@pytest.mark.parametrize("function", [ops.map, ops.vectorized_map])
def test_map_is_differentiable(function):
    check_gradients(lambda x: function(lambda row: ops.sum(row * row), x), X)


@pytest.mark.parametrize("reverse", [False, True])
def test_scan_carries_along(reverse):
    last, sums = ops.scan(
        lambda c, x: (c + x, c * 1.0), np.zeros(2), X, reverse=reverse
    )
    rows = X[::-1] if reverse else X
    before = np.cumsum(rows, axis=0) - rows
    np.testing.assert_allclose(last.numpy(), X.sum(0))
    np.testing.assert_allclose(sums.numpy(), before[::-1] if reverse else before)


def test_scan_is_differentiable_and_may_run_without_rows():
    check_gradients(
        lambda x: ops.scan(lambda c, row: (c * row, c + row), np.ones(2), x), X
    )
    last, nothing = ops.scan(lambda c, _: (c * 2, None), 1, length=5)
    assert (last, nothing) == (32, None)


@pytest.mark.parametrize("axis", [0, 1])
def test_associative_scan_is_a_running_result(axis):
    products = ops.associative_scan(ops.multiply, X, axis=axis)
    np.testing.assert_allclose(products.numpy(), np.cumprod(X, axis=axis))
    backwards = ops.associative_scan(ops.add, X, reverse=True, axis=axis)
    expected = np.flip(np.cumsum(np.flip(X, axis), axis), axis)
    np.testing.assert_allclose(backwards.numpy(), expected)
    check_gradients(lambda x: ops.associative_scan(ops.multiply, x, axis=axis), X)


def test_vectorize_broadcasts():
    larger = ops.vectorize(lambda a, b: a if a > b else b)
    assert larger(np.float32([[1], [5]]), Tensor([2.0, 7.0])).tolist() == [
        [2, 7],
        [5, 7],
    ]
    norms = ops.vectorize(np.linalg.norm, signature="(n)->()")
    np.testing.assert_allclose(norms(X).numpy(), np.linalg.norm(X, axis=-1))


def test_jvp_is_the_rate_of_change_along_the_tangents():
    def function(x, y):
        return ops.sin(x) * y, ops.sum(x * x)

    x, y = X[0], X[1]
    along_x, along_y = np.array([1.0, 2.0]), np.array([0.5, -1.0])
    values, rates = ops.jvp(function, (x, y), (along_x, along_y))
    np.testing.assert_allclose(values[0].numpy(), np.sin(x) * y)
    np.testing.assert_allclose(
        rates[0].numpy(), np.cos(x) * y * along_x + np.sin(x) * along_y
    )
    np.testing.assert_allclose(rates[1].numpy(), 2 * np.dot(x, along_x))


def test_jvp_with_further_results():
    value, rate, aux = ops.jvp(lambda x: (x * 2, "aux"), (X,), (X,), has_aux=True)
    np.testing.assert_allclose(rate.numpy(), 2 * X)
    assert aux == "aux"


def test_dtype_of_anything_that_holds_numbers():
    things = (X, [1.0], 3, Tensor([True]), KerasTensor((None,), "int64"))
    assert [ops.dtype(x) for x in things] == [
        "float64", "float32", "int32", "bool", "int64",
    ]  # fmt: skip


def test_size_and_shape_of_symbolic_tensors_may_be_unknown():
    x = KerasTensor((None, 3))
    assert (ops.shape(x), ops.ndim(x), ops.size(x)) == ((None, 3), 2, None)


# -- special cases of single ops ----------------------------------------------


def test_where_with_the_condition_alone_gives_indices():
    rows, columns = ops.where(X > 1)
    assert (rows.tolist(), columns.tolist()) == ([1, 1, 2], [0, 1, 1])


def test_unique_of_a_given_size():
    x = [3, 1, 3]
    assert ops.unique(x, size=4).tolist() == [1, 3, 1, 1]
    values, counts = ops.unique(x, return_counts=True, size=3, fill_value=9)
    assert (values.tolist(), counts.tolist()) == ([1, 3, 9], [1, 2, 0])
    assert ops.unique(x, size=1).tolist() == [1]


def test_ctc_decode_greedy():
    # blank 1 1 blank 1 2, of which the last step is not to be read
    classes = np.array([[0, 1, 1, 0, 1, 2]])
    logits = 5 * np.eye(3)[classes]
    labels, scores = ops.ctc_decode(logits, np.array([5]))
    assert labels.tolist() == [[[1, 1, -1, -1, -1, -1]]]
    assert scores.tolist() == [[-25]]
    labels, _ = ops.ctc_decode(logits, np.array([6]), merge_repeated=False)
    assert labels.tolist() == [[[1, 1, 1, 2, -1, -1]]]


def test_ctc_decode_by_beams_sums_up_paths():
    # The best path is "blank blank", 0.36, but three paths spell "1": 0.64.
    p = np.array([[[0.6, 0.4], [0.6, 0.4]]])
    labels, scores = ops.ctc_decode(
        np.log(p), np.array([2]), strategy="beam_search", top_paths=2
    )
    assert labels.tolist() == [[[1, -1]], [[-1, -1]]]
    np.testing.assert_allclose(np.exp(scores.numpy()), [[0.64, 0.36]])


def test_beams_agree_with_the_loss():
    logits = np.random.default_rng(0).normal(size=(1, 4, 3))
    labels, scores = ops.ctc_decode(logits, [4], "beam_search")
    spelled = labels.numpy()[0][labels.numpy()[0] >= 0][None]
    loss = ops.ctc_loss(spelled, logits, np.array([spelled.shape[1]]), np.array([4]))
    np.testing.assert_allclose(-loss.numpy(), scores.numpy()[:, 0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.concatenate([X, X[:2]], axis=1), r"shapes \(3, 2\), \(2, 2\)"),
        (lambda: ops.stack([X, X[:2]]), r"arrays of one shape.*\(2, 2\)"),
        (lambda: ops.split(X, 2), "cannot be split into 2 equal parts"),
        (lambda: ops.reshape(X, (4, 2)), r"reshape 6 elements to \(4, 2\)"),
        (lambda: ops.matmul(X, X), r"shapes \(3, 2\) and \(3, 2\)"),
        (lambda: ops.inv(X), r"square matrices.*\(3, 2\)"),
        (lambda: ops.cholesky(-np.eye(2)), "positive definite"),
        (lambda: ops.glu(X[:, :1]), r"must be even.*\(3, 1\)"),
        (lambda: ops.conv(X, np.ones((3, 2, 2))), r"of 3 axes.*\(3, 2\)"),
        (lambda: ops.conv(X[None], np.ones((2, 3, 1))), "channels of the kernel"),
        (lambda: ops.max_pool(X[None], 5), "window of 5 does not fit"),
        (lambda: ops.max_pool(X[None], 2, padding="smae"), 'Did you mean "same"'),
        (lambda: ops.quantile(X, 0.5, method="liner"), 'Did you mean "linear"'),
        (lambda: ops.fft(X), r"pair \(real, imaginary\)"),
        (lambda: ops.ctc_decode(X[None], [3], "beam"), "Unknown strategy"),
        (lambda: ops.dot_product_attention(X, X, X), "query with four axes"),
        (lambda: ops.stft(X, 2, 1, 2, window="han"), r"not known.*'han'"),
    ],
)
def test_errors_say_what_was_received(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda x: ops.nanmedian(x),
        lambda x: ops.eig(x)[0],
        lambda x: ops.lu_factor(x)[0],
        lambda x: ops.norm(x, ord="nuc", axis=(0, 1)),
    ],
)
def test_an_unknown_gradient_raises_instead_of_being_none(call):
    x = Variable(X[:2])
    with GradientTape() as tape:
        y = call(x)
    with pytest.raises(NotImplementedError):
        tape.gradient(y, x)


def test_gradients_of_decompositions():
    positive = X.T @ X
    check_gradients(lambda x: ops.slogdet(x)[1], positive)
    # A symmetric change, since only one triangle is read.
    symmetric = lambda x: x + ops.transpose(x)  # noqa: E731
    check_gradients(lambda x: ops.cholesky(symmetric(x)), positive)
    check_gradients(lambda x: ops.cholesky(symmetric(x), upper=True), positive)
    check_gradients(lambda x: ops.eigh(symmetric(x)), X[:2])
    check_gradients(lambda x: ops.cholesky_inverse(x, upper=True), np.triu(X[:2]))
    check_gradients(lambda x: ops.svd(x), X[:2])


def test_gradients_of_the_losses_by_their_predictions():
    t, p = np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([[0.3, 0.6], [0.8, 0.1]])
    for from_logits in (False, True):
        check_gradients(lambda p, f=from_logits: ops.binary_crossentropy(t, p, f), p)
        for axis in (0, 1):
            check_gradients(
                lambda p, f=from_logits, a=axis: ops.categorical_crossentropy(
                    t, p, f, a
                ),
                p,
            )


def test_gradient_of_batch_normalization():
    check_gradients(
        lambda x, g, b: ops.batch_normalization_train(x, g, b, axis=-1, epsilon=0.1)[0],
        X,
        np.array([1.5, -0.5]),
        np.array([0.1, 0.2]),
    )


def test_ops_give_no_warnings_where_numpy_does():
    x = np.array([0.0, -1.0, 1e30, np.inf, np.nan], np.float32)
    with GradientTape() as tape:
        v = Variable(x)
        for f in (ops.log, ops.sqrt, ops.rsqrt, ops.reciprocal, ops.exp, ops.arcsin,
                  ops.log1p, ops.cosh, lambda x: ops.power(x, 0.5), lambda x: x / 0,
                  lambda x: 0 / x, lambda x: ops.mod(x, 0.0)):  # fmt: skip
            y = f(v)
            assert y.shape == (5,)
    tape.gradient(y, v)
