import numpy as np
import pytest

from edukeras import config, initializers, registry
from edukeras.initializers import compute_fans
from tests.golden_units import check_signature, items, recorded_names, title

CLASSES = sorted(set(initializers.KNOWN.values()), key=lambda cls: cls.__name__)
RANDOM = [cls for cls in CLASSES if issubclass(cls, initializers.RandomInitializer)]
RANDOM.remove(initializers.RandomInitializer)
BASES = {initializers.Initializer, initializers.RandomInitializer}
CONCRETE = [cls for cls in CLASSES if cls not in BASES]


@pytest.mark.parametrize("name", recorded_names("initializers"))
def test_has_keras_names_and_signatures(name):
    check_signature("initializers", name, getattr(initializers, name))


@pytest.mark.parametrize("item", items("initializer"), ids=title)
def test_statistics_agree_with_keras(item):
    cls = getattr(initializers, item["name"])
    options = dict(item["config"])
    if issubclass(cls, initializers.RandomInitializer):
        options["seed"] = 7
    values = cls(**options)(item["shape"])
    assert values.dtype == np.float32
    assert values.shape == tuple(item["shape"])
    if item["exact"]:
        tolerance = 1e-6
    else:  # of 24000 values: the mean varies by std / 155
        tolerance = 0.03 * item["std"]
    assert values.mean() == pytest.approx(item["mean"], abs=tolerance)
    assert values.std() == pytest.approx(item["std"], abs=tolerance)
    bounded = item["name"] not in ("RandomNormal", "Orthogonal")
    if bounded:
        assert np.abs(values).max() == pytest.approx(item["absmax"], rel=0.01)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (2, 3, 4)])
def test_orthogonal_rows_or_columns(shape):
    matrix = initializers.Orthogonal(gain=1.5, seed=3)(shape, "float64")
    matrix = matrix.reshape(-1, shape[-1])
    if matrix.shape[0] < matrix.shape[1]:
        matrix = matrix.T
    expected = 1.5**2 * np.eye(matrix.shape[1])
    np.testing.assert_allclose(matrix.T @ matrix, expected, atol=1e-12)


def test_orthogonal_needs_a_matrix():
    with pytest.raises(ValueError, match=r"at least two sizes.*\(3,\)"):
        initializers.Orthogonal()((3,))


def test_identity_needs_a_matrix():
    with pytest.raises(ValueError, match="two sizes"):
        initializers.Identity()((3, 3, 3))


def test_constant_broadcasts_and_copies_its_value():
    value = np.array([1.0, 2.0])
    constant = initializers.Constant(value)
    result = constant((3, 2), "float64")
    np.testing.assert_array_equal(result, [[1, 2]] * 3)
    result[:] = 0
    np.testing.assert_array_equal(value, [1, 2])


def test_constant_that_does_not_fit():
    with pytest.raises(ValueError, match=r"shape \(3,\)"):
        initializers.Constant([1.0, 2.0])((3,))


@pytest.mark.parametrize(
    ("shape", "axes", "fans"),
    [
        ((), (None, None), (1, 1)),
        ((4000,), (None, None), (4000, 4000)),
        ((50, 70), (None, None), (50, 70)),
        ((3, 20, 30), (None, None), (60, 90)),
        ((3, 3, 3, 4, 6), (None, None), (108, 162)),
        ((20, 30, 40), ([0], [1, 2]), (20, 1200)),
        ((20, 30, 40), ([-1], [0]), (40, 20)),
        ((20, 30, 40), ([0], None), (600, 800)),
    ],
)
def test_fans_as_in_keras(shape, axes, fans):
    assert compute_fans(shape, *axes) == fans


@pytest.mark.parametrize(
    ("mode", "n"), [("fan_in", 50), ("fan_out", 70), ("fan_avg", 60)]
)
@pytest.mark.parametrize(
    "distribution", ["uniform", "truncated_normal", "untruncated_normal"]
)
def test_variance_is_scale_over_n(mode, n, distribution):
    scaling = initializers.VarianceScaling(2.0, mode, distribution, seed=1)
    values = scaling((50, 70), "float64")
    assert values.var() == pytest.approx(2.0 / n, rel=0.1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scale": 0.0}, "scale=0.0"),
        ({"mode": "fan"}, "fan_in"),
        ({"distribution": "gaussian"}, "Unknown distribution: 'gaussian'"),
    ],
)
def test_wrong_options_of_variance_scaling(options, message):
    with pytest.raises(ValueError, match=message):
        initializers.VarianceScaling(**options)


def test_normal_is_keras_2_for_truncated_normal():
    scaling = initializers.VarianceScaling(distribution="normal")
    assert scaling.get_config()["distribution"] == "truncated_normal"


def test_truncated_normal_has_no_tails():
    values = initializers.TruncatedNormal(mean=5.0, stddev=1.0, seed=1)((10000,))
    assert np.abs(values - 5).max() <= 2
    assert np.abs(values - 5).max() > 1.9


@pytest.mark.parametrize("cls", RANDOM, ids=lambda cls: cls.__name__)
def test_a_seeded_initializer_repeats_itself(cls):
    one, other = cls(seed=5), cls(seed=6)
    np.testing.assert_array_equal(one((4, 3)), one((4, 3)))
    np.testing.assert_array_equal(one((4, 3)), cls(seed=5)((4, 3)))
    assert not np.array_equal(one((4, 3)), other((4, 3)))


@pytest.mark.parametrize("cls", RANDOM, ids=lambda cls: cls.__name__)
def test_without_a_seed_set_random_seed_decides(cls):
    config.set_random_seed(1)
    first, second = cls()((4, 3)), cls()((4, 3))
    assert not np.array_equal(first, second)
    config.set_random_seed(1)
    np.testing.assert_array_equal(cls()((4, 3)), first)


def test_a_seed_generator_gives_new_values_at_each_call():
    class Counter:
        count = 0

        def next(self):
            self.count += 1
            return np.array([0, self.count])

    normal = initializers.RandomNormal(seed=Counter())
    assert not np.array_equal(normal((3,)), normal((3,)))


@pytest.mark.parametrize("cls", CONCRETE, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dtype_and_shape_are_those_asked_for(cls, dtype):
    shape = (4, 1, 3) if cls is initializers.STFT else (4, 3)
    values = cls()(shape, dtype)
    assert type(values) is np.ndarray
    assert values.dtype == dtype
    assert values.shape == shape


@pytest.mark.parametrize(
    "cls", [initializers.RandomUniform, initializers.TruncatedNormal]
)
def test_a_scalar_shape(cls):
    assert cls()(()).shape == ()


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_survives_a_config_round_trip(cls):
    original = cls(seed=3) if cls in RANDOM else cls()
    record = initializers.serialize(original)
    assert record["module"] == "keras.initializers"
    assert record["registered_name"] is None
    restored = initializers.deserialize(record)
    assert type(restored) is cls
    assert restored.get_config() == original.get_config()


def test_an_array_as_constant_survives_a_config_round_trip():
    record = initializers.serialize(initializers.get(np.array([1.5, 2.5])))
    restored = initializers.get(record)
    np.testing.assert_array_equal(restored((2,)), [1.5, 2.5])


@pytest.mark.parametrize(
    ("options", "expected"),
    [  # from real Keras, shape (4, 1, 3)
        ({}, [[0, 0, 0], [0.7071, 0, -0.7071], [0.7071, -0.7071, 0.7071], [0, 0, 0]]),
        ({"side": "imag"}, [[0, 0, 0], [0, -0.7071, 0], [0, 0, 0], [0, 0, 0]]),
        (
            {"scaling": "spectrum"},
            [[0, 0, 0], [0.5, 0, -0.5], [0.5, -0.5, 0.5], [0, 0, 0]],
        ),
        (
            {"window": None, "scaling": None},
            [[1, 1, 1], [1, 0, -1], [1, -1, 1], [1, 0, -1]],
        ),
        (
            {"window": "hamming", "periodic": True},
            [
                [0.0635, 0.0635, 0.0635],
                [0.4283, 0, -0.4283],
                [0.7932, -0.7932, 0.7932],
                [0.4283, 0, -0.4283],
            ],
        ),
    ],
)
def test_stft_values_of_keras(options, expected):
    kernel = initializers.STFT(**options)((4, 1, 3))
    np.testing.assert_allclose(kernel[:, 0, :], expected, atol=1e-4)


def test_get_takes_names_classes_objects_and_functions():
    def ramp(shape, dtype=None):
        return np.arange(np.prod(shape), dtype=dtype).reshape(shape)

    zeros = initializers.Zeros()
    assert initializers.get(None) is None
    assert initializers.get(zeros) is zeros
    assert initializers.get(ramp) is ramp
    assert isinstance(initializers.get("he_normal"), initializers.HeNormal)
    assert isinstance(initializers.get("HeNormal"), initializers.HeNormal)
    assert isinstance(initializers.get(initializers.Ones), initializers.Ones)


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(ValueError, match='Did you mean "glorot_uniform"'):
        initializers.get("glorot_unifrom")


def test_one_of_your_own_loads_when_it_is_registered():
    class Ramp(initializers.Initializer):
        def __init__(self, step):
            self.step = step

        def get_config(self):
            return {"step": self.step}

    record = initializers.serialize(Ramp(2))
    with pytest.raises(ValueError, match="Ramp"):
        initializers.deserialize(record)
    assert initializers.deserialize(record, {"Ramp": Ramp}).step == 2
    assert "Ramp" not in registry.get_custom_objects()


def test_clone_has_the_same_arguments():
    clone = initializers.RandomNormal(stddev=0.3, seed=4).clone()
    assert clone.get_config() == {"seed": 4, "mean": 0.0, "stddev": 0.3}


def test_the_base_class_says_what_it_needs():
    with pytest.raises(NotImplementedError, match="__call__"):
        initializers.Initializer()((2,))
