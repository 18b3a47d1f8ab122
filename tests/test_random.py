import numpy as np
import pytest

from edukeras import config, random
from edukeras.autodiff import GradientTape
from edukeras.tensor import Tensor

DRAWS = {
    "normal": lambda **k: random.normal((50,), **k),
    "truncated_normal": lambda **k: random.truncated_normal((50,), **k),
    "uniform": lambda **k: random.uniform((50,), **k),
    "beta": lambda **k: random.beta((50,), 2.0, 3.0, **k),
    "gamma": lambda **k: random.gamma((50,), 2.0, **k),
    "randint": lambda **k: random.randint((50,), 0, 1000, **k),
    "binomial": lambda **k: random.binomial((50,), 100, 0.5, **k),
    "categorical": lambda **k: random.categorical(np.zeros((1, 50)), 50, **k),
    "shuffle": lambda **k: random.shuffle(np.arange(50), **k),
    "dropout": lambda **k: random.dropout(np.ones(50), 0.5, **k),
}
every_draw = pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)


def same(a, b):
    return np.array_equal(a.numpy(), b.numpy())


@every_draw
def test_a_number_as_seed_repeats_the_numbers(draw):
    assert same(draw(seed=7), draw(seed=7))
    assert not same(draw(seed=7), draw(seed=8))


@every_draw
def test_without_a_seed_set_random_seed_repeats_the_numbers(draw):
    config.set_random_seed(3)
    first, second = draw(), draw()
    config.set_random_seed(3)
    assert same(first, draw())
    assert not same(first, second)


@every_draw
def test_a_seed_generator_gives_new_numbers_but_the_same_in_every_run(draw):
    seeds, again = random.SeedGenerator(5), random.SeedGenerator(5)
    first, second = draw(seed=seeds), draw(seed=seeds)
    assert same(first, draw(seed=again))
    assert not same(first, second)


SAMPLES = [
    # name, values, mean, standard deviation, smallest, largest possible
    ("normal", random.normal((20000,), 3.0, 2.0, seed=1), 3, 2, -9, 15),
    ("truncated_normal", random.truncated_normal((20000,), 1.0, 2.0, seed=1),
     1, 2 * 0.8796, -3, 5),
    ("uniform", random.uniform((20000,), -1.0, 3.0, seed=1), 1, 4 / 12**0.5, -1, 3),
    ("beta", random.beta((20000,), 2.0, 3.0, seed=1), 0.4, 0.2, 0, 1),
    ("gamma", random.gamma((20000,), 4.0, seed=1), 4, 2, 0, 30),
    ("randint", random.randint((20000,), 2, 6, seed=1), 3.5, (15 / 12) ** 0.5, 2, 5),
    ("binomial", random.binomial((20000,), 10, 0.3, seed=1), 3, 2.1**0.5, 0, 10),
]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "mean", "deviation", "low", "high"),
    [sample[1:] for sample in SAMPLES],
    ids=[sample[0] for sample in SAMPLES],
)
def test_mean_spread_and_limits(values, mean, deviation, low, high):
    x = values.numpy().astype(np.float64)
    assert abs(x.mean() - mean) < 4 * deviation / len(x) ** 0.5
    assert x.std() == pytest.approx(deviation, rel=0.03)
    assert low <= x.min()
    assert x.max() <= high


def test_real_numbers_are_float32_unless_asked_otherwise():
    assert random.normal((2,)).dtype == "float32"
    assert random.uniform((2,), dtype="float64").dtype == "float64"
    assert random.binomial((2,), 3, 0.5).dtype == "float32"
    assert random.randint((2,), 0, 9, dtype="int64").dtype == "int64"


def test_a_dtype_of_the_wrong_kind_is_refused():
    with pytest.raises(ValueError, match=r"random.uniform draws real numbers.*int32"):
        random.uniform((2,), dtype="int32")
    with pytest.raises(ValueError, match=r"random.randint draws whole numbers"):
        random.randint((2,), 0, 5, dtype="float32")


def test_categorical_follows_the_logits():
    probabilities = np.array([[0.1, 0.2, 0.7]])
    samples = random.categorical(np.log(probabilities), 20000, seed=1).numpy()
    shares = np.bincount(samples[0]) / 20000
    np.testing.assert_allclose(shares, probabilities[0], atol=0.015)


def test_categorical_needs_rows():
    with pytest.raises(ValueError, match=r"shape \(batch, classes\)"):
        random.categorical(np.zeros(3), 2)


def test_shuffle_keeps_the_slices_together():
    x = np.arange(40).reshape(2, 20)
    y = random.shuffle(x, axis=1, seed=2).numpy()
    np.testing.assert_array_equal(y[1] - y[0], 20)
    assert sorted(y[0]) == list(range(20))


def test_dropout_keeps_the_mean_and_its_gradient_is_the_mask():
    x = Tensor(np.ones((100, 100), np.float32))
    with GradientTape() as tape:
        tape.watch(x)
        y = random.dropout(x, 0.25, seed=1)
    assert set(np.unique(y.numpy())) == {0, np.float32(1 / 0.75)}
    assert (y.numpy() == 0).mean() == pytest.approx(0.25, abs=0.02)
    np.testing.assert_array_equal(tape.gradient(y, x).numpy(), y.numpy())


def test_dropout_of_whole_slices():
    y = random.dropout(np.ones((4, 50)), 0.5, noise_shape=(1, None), seed=1).numpy()
    np.testing.assert_array_equal(y, y[:1].repeat(4, 0))
    assert 0 < (y[0] == 0).sum() < 50


def test_a_seed_generator_without_seed_follows_set_random_seed():
    config.set_random_seed(3)
    first = random.SeedGenerator().seed
    config.set_random_seed(3)
    assert random.SeedGenerator().seed == first


def test_config_of_a_seed_generator():
    again = random.SeedGenerator.from_config(random.SeedGenerator(9).get_config())
    assert again.seed == 9


def test_state_of_a_seed_generator_counts():
    seeds = random.SeedGenerator(9)
    assert seeds.next().tolist() == [9, 0]
    assert seeds.next().tolist() == [9, 1]
    assert seeds.state.trainable is False


@pytest.mark.parametrize("seed", [-1, 1.5, "x"])
def test_a_seed_generator_refuses(seed):
    with pytest.raises(ValueError, match=r"whole number from 0\. Received"):
        random.SeedGenerator(seed)
