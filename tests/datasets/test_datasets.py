"""The bundled data sets and the generated points."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edukeras import datasets
from edukeras.datasets import bundled

TABLES = {"iris": (150, 4, 3), "wine": (178, 13, 3), "breast_cancer": (569, 30, 2)}
GENERATORS = [
    datasets.make_moons,
    datasets.make_spirals,
    datasets.make_circles,
    datasets.make_blobs,
    datasets.make_xor,
]


def test_digits_look_like_keras_mnist():
    (x_train, y_train), (x_test, y_test) = datasets.digits.load_data()
    assert (x_train.shape, x_test.shape) == ((1497, 8, 8), (300, 8, 8))
    assert {a.dtype.name for a in (x_train, y_train, x_test, y_test)} == {"uint8"}
    assert (x_train.min(), x_train.max()) == (0, 16)


def test_digits_split_is_the_same_everywhere():
    (_, y_train), (x_test, y_test) = datasets.digits.load_data()
    assert y_train[:8].tolist() == [0, 3, 5, 4, 9, 6, 3, 5]
    assert int(x_test[0].sum()) == 361


def test_digits_split_keeps_the_share_of_every_class():
    (_, y_train), (_, y_test) = datasets.digits.load_data()
    share = np.bincount(y_test) / (np.bincount(y_train) + np.bincount(y_test))
    np.testing.assert_allclose(share, 300 / 1797, atol=0.006)


@pytest.mark.parametrize("name", ["digits", *TABLES])
def test_training_and_test_rows_are_all_rows_once(name):
    (x_train, y_train), (x_test, y_test) = getattr(datasets, name).load_data()
    x, y = bundled.read(name)

    def rows(x, y):
        table = np.column_stack([x.reshape(len(x), -1), y])
        return table[np.lexsort(table.T)]

    both = rows(np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test]))
    np.testing.assert_array_equal(both, rows(x, y))


@pytest.mark.parametrize("name", ["digits", *TABLES])
def test_values_are_those_of_scikit_learn(name):
    sklearn_datasets = pytest.importorskip("sklearn.datasets")
    original = getattr(sklearn_datasets, f"load_{name}")()
    x, y = bundled.read(name)
    np.testing.assert_array_equal(x.reshape(len(x), -1), original.data.astype("f4"))
    np.testing.assert_array_equal(y, original.target)


@pytest.mark.parametrize("name", TABLES)
def test_tables_have_names_for_columns_and_classes(name):
    rows, columns, classes = TABLES[name]
    module = getattr(datasets, name)
    (x_train, y_train), (x_test, y_test) = module.load_data(test_split=0.25)
    assert len(x_test) == round(rows * 0.25)
    assert len(x_train) + len(x_test) == rows
    assert len(module.FEATURE_NAMES) == x_train.shape[1] == columns
    assert len(module.CLASS_NAMES) == len(np.unique(y_train)) == classes
    assert x_train.dtype == np.float32
    assert y_train.dtype == y_test.dtype == np.int64


def test_another_seed_gives_another_split_and_the_same_seed_the_same():
    first, again, other = (
        datasets.iris.load_data(seed=seed)[0][0] for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_rows_are_not_sorted_by_class():
    (_, y_train), _ = datasets.iris.load_data()
    assert len(np.unique(y_train[-24:])) == 3


@pytest.mark.parametrize("test_split", [-0.1, 1.0])
def test_impossible_split_is_refused(test_split):
    with pytest.raises(ValueError, match="0 <= test_split < 1"):
        datasets.wine.load_data(test_split=test_split)


@pytest.mark.parametrize("make", GENERATORS)
def test_generated_points(make):
    x, y = make(101, seed=3)
    again, _ = make(101, seed=3)
    other, _ = make(101, seed=4)
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((101, 2), "f4", (101,), "i8")
    assert np.ptp(np.bincount(y)) <= 1  # classes of equal size
    assert np.any(np.diff(y) < 0)  # shuffled
    np.testing.assert_array_equal(x, again)
    assert not np.array_equal(x, other)


@pytest.mark.parametrize("make", GENERATORS)
def test_noise_moves_the_points_and_leaves_the_classes(make):
    clean, y_clean = make(60, noise=0.0)
    noisy, y_noisy = make(60, noise=0.3)
    np.testing.assert_array_equal(y_clean, y_noisy)
    assert 0.2 < np.std(noisy - clean) < 0.4


@pytest.mark.parametrize("make", GENERATORS)
def test_generators_refuse_what_makes_no_sense(make):
    with pytest.raises(ValueError, match="Each class needs a point"):
        make(1)
    with pytest.raises(ValueError, match="noise must not be negative"):
        make(10, noise=-1.0)


def test_moons_lie_on_their_half_circles():
    x, y = datasets.make_moons(50, noise=0.0)
    np.testing.assert_allclose(np.hypot(*x[y == 0].T), 1, rtol=1e-5)
    np.testing.assert_allclose(np.hypot(*(x[y == 1] - [1, 0.5]).T), 1, rtol=1e-5)


def test_spirals_have_one_arm_a_class():
    x, y = datasets.make_spirals(90, noise=0.0, classes=3, turns=1.0)
    angle = np.arctan2(x[:, 1], x[:, 0]) - 2 * np.pi * np.hypot(*x.T)
    arms = np.round(angle / (2 * np.pi / 3)).astype(int) % 3
    np.testing.assert_array_equal(arms, y)


def test_nothing_is_read_before_it_is_asked_for():
    code = (
        "import numpy as np\n"
        "def refuse(*args, **kwargs): raise SystemExit('a file was read')\n"
        "np.load = refuse\n"
        "import edukeras.datasets"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


def test_digits28_look_like_mnist_and_like_digits():
    (x_train, y_train), (x_test, y_test) = datasets.digits28.load_data()
    assert (x_train.shape, x_test.shape) == ((1497, 28, 28), (300, 28, 28))
    assert {a.dtype.name for a in (x_train, y_train, x_test, y_test)} == {"uint8"}
    (small, y_small), _ = datasets.digits.load_data()
    np.testing.assert_array_equal(y_train, y_small)
    assert x_train[:, :4].max() == x_train[:, :, -4:].max() == 0  # the margin
    # Shrunk again by means of blocks, the pictures are nearly the small ones.
    inner = x_train[:, 4:24, 4:24].reshape(-1, 4, 5, 4, 5).mean(axis=(2, 4)) / 255
    blocks = small.reshape(-1, 4, 2, 4, 2).mean(axis=(2, 4)) / 16
    assert np.abs(inner - blocks).mean() < 0.03


def test_weather_is_in_the_order_of_the_days():
    (x_train, y_train), (x_test, y_test) = datasets.seattle_weather.load_data()
    x, y = bundled.read("seattle_weather")
    np.testing.assert_array_equal(np.concatenate([x_train, x_test]), x)
    np.testing.assert_array_equal(np.concatenate([y_train, y_test]), y)
    assert (x[:, 1] >= x[:, 2]).all()  # the highest temperature and the lowest
    summer, winter = x_test[180:210, 1].mean(), x_test[:30, 1].mean()
    assert summer > winter + 10
    assert set(np.unique(y)) == set(range(len(datasets.seattle_weather.CLASS_NAMES)))


def test_weather_can_be_split_elsewhere():
    (x_train, _), (x_test, _) = datasets.seattle_weather.load_data(test_split=0)
    assert (len(x_train), len(x_test)) == (1461, 0)
    with pytest.raises(ValueError, match="0 <= test_split < 1"):
        datasets.seattle_weather.load_data(test_split=1)


def test_reviews_are_different_and_balanced():
    (train, y_train), (test, y_test) = datasets.short_reviews.load_data()
    assert len(set(train + test)) == len(train) + len(test) == 160
    assert y_train.mean() == y_test.mean() == 0.5
    assert all(text == text.lower() and text.isascii() for text in train + test)
