"""Large products, and other work that threads share: the same numbers whoever does it.

The shapes are beyond what one thread computes alone: 8 million multiplications.
"""

import ctypes
import os
import threading
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from edukeras import kernels

INFO = kernels.info()
pytestmark = pytest.mark.skipif(INFO.kind != "compiled", reason="no compiled kernels")
needs_tiles = pytest.mark.skipif(not INFO.tiles, reason="products by BLAS alone here")


@contextmanager
def blas_threads(count):
    library = ctypes.CDLL(kernels._blas_file())
    before = library.scipy_openblas_get_num_threads()
    library.scipy_openblas_set_num_threads(count)
    try:
        yield
    finally:
        library.scipy_openblas_set_num_threads(before)


def random(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def check_product(m, k, n, turn_a=False, turn_b=False):
    a = random(k, m) if turn_a else random(m, k)
    b = random(n, k, seed=1) if turn_b else random(k, n, seed=1)
    wanted = (a.T if turn_a else a).astype(np.float64) @ (b.T if turn_b else b)
    found = kernels.matmul(a, b, turn_a, turn_b)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=2e-6 * k)


turned = pytest.mark.parametrize(
    ("turn_a", "turn_b"), [(False, False), (True, False), (False, True), (True, True)]
)


@turned
@pytest.mark.parametrize(
    ("m", "k", "n"),
    [
        (300, 200, 150),  # no size divides by that of a tile
        (12, 12_000, 64),  # the smallest number of rows; bands in the depth
        (13, 600, 1100),
        (700, 5000, 65),  # several bands of rows and in the depth
        (600, 32, 600),
        (2500, 1030, 96),
        (512, 2048, 10),  # too narrow for tiles
        (512, 10, 2048),
        (5, 1500, 1500),
    ],
)
def test_the_product_is_right(m, k, n, turn_a, turn_b):
    check_product(m, k, n, turn_a, turn_b)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(12, 400),
    st.integers(32, 1200),
    st.integers(64, 400),
    st.booleans(),
    st.booleans(),
)
def test_products_of_any_shape_are_right(m, k, n, turn_a, turn_b):
    if m * k * n <= 8_000_000:
        k = 8_000_000 // (m * n) + 1
    check_product(m, k, n, turn_a, turn_b)


@pytest.mark.parametrize("with_bias", [True, False])
@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_dense_adds_the_bias_to_each_row(with_bias, activation):
    x, kernel = random(130, 700), random(700, 210, seed=1)
    bias = random(210, seed=2) if with_bias else None
    wanted = x.astype(np.float64) @ kernel + (bias if with_bias else 0)
    if activation == "relu":
        wanted = np.maximum(wanted, 0)
    found = kernels.dense(x, kernel, bias, activation)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-3)


def test_the_kernels_of_a_large_layer_equal_their_twins():
    x, kernel, bias = random(200, 400), random(400, 300, seed=1), random(300, seed=2)
    grad = random(200, 300, seed=3)
    dense, dense_twin = kernels.both("dense")
    back, back_twin = kernels.both("dense_backward")
    y = dense(x, kernel, bias, "tanh")
    np.testing.assert_allclose(y, dense_twin(x, kernel, bias, "tanh"), atol=1e-5)
    needed = (True, True, True)
    found = back(grad, x, kernel, y, "tanh", needed)
    wanted = back_twin(grad, x, kernel, y, "tanh", needed)
    for one, other in zip(found, wanted):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-3)


def test_nan_and_infinity_stay_in_their_row_and_column():
    a, b = random(150, 400), random(400, 300, seed=1)
    a[7, 20], b[30, 11] = np.nan, np.inf
    found = kernels.matmul(a, b)
    wrong = ~np.isfinite(found)
    assert wrong[7].all()
    assert wrong[:, 11].all()
    assert wrong.sum() == 150 + 300 - 1


# -- threads ---------------------------------------------------------------------------


@needs_tiles
@turned
def test_the_number_of_threads_changes_no_bit(turn_a, turn_b):
    a = random(1500, 390) if turn_a else random(390, 1500)
    b = random(270, 1500, seed=1) if turn_b else random(1500, 270, seed=1)
    results = []
    for count in (1, 2, 3, 7):
        with blas_threads(count):
            results.append(kernels.matmul(a, b, turn_a, turn_b))
    for result in results[1:]:
        np.testing.assert_array_equal(result, results[0])


def test_products_in_several_python_threads_at_once():
    a, b = random(300, 500), random(500, 400, seed=1)
    wanted = kernels.matmul(a, b)
    results = []

    def work():
        results.extend(kernels.matmul(a, b) for _ in range(10))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(results) == 40
    for result in results:
        np.testing.assert_allclose(result, wanted, rtol=1e-5, atol=1e-4)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_computes_on():
    a, b = random(300, 500), random(500, 400, seed=1)
    wanted = kernels.matmul(a, b)  # now there are helpers, which a fork leaves behind
    child = os.fork()
    if not child:
        same = np.allclose(kernels.matmul(a, b), wanted, atol=1e-4)
        os._exit(0 if same else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_adam_of_many_weights_equals_its_twin(count, dtype):
    size = 200_003
    arrays = [random(size, seed=i).astype(dtype) for i in range(4)]
    arrays[2] **= 2
    copies = [array.copy() for array in arrays]
    compiled, twin = kernels.both("adam_update")
    with blas_threads(count):
        compiled(*([array] for array in arrays), 0.01, 0.9, 0.999, 1e-7)
    twin(*([array] for array in copies), 0.01, 0.9, 0.999, 1e-7)
    for one, other in zip(arrays, copies):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


@needs_tiles
def test_training_is_the_same_with_one_thread_and_with_two():
    import edukeras as keras

    def trained():
        keras.utils.set_random_seed(1)
        layers = [
            keras.Input((300,)),
            keras.layers.Dense(400, "relu"),
            keras.layers.Dense(3),
        ]
        model = keras.Sequential(layers)
        model.compile("adam", "mse")
        model.fit(random(256, 300), random(256, 3), batch_size=128, verbose=0)
        return model.get_weights()

    with blas_threads(1):
        alone = trained()
    with blas_threads(2):
        together = trained()
    for one, other in zip(alone, together):
        np.testing.assert_array_equal(one, other)
