import numpy as np
import pytest

from edukeras import activations, ops
from edukeras.autodiff import GradientTape
from edukeras.tensor import KerasTensor, Variable
from tests.golden_units import (
    array,
    check_signature,
    items,
    recorded_names,
    title,
    value,
)

X = np.float32([-4, -1.5, -0.6, -0.5, -0.2, 0, 0.2, 0.5, 0.6, 1, 1.5, 4])


@pytest.mark.parametrize("name", recorded_names("activations"))
def test_has_keras_names_and_signatures(name):
    check_signature("activations", name, getattr(activations, name))


@pytest.mark.parametrize("item", items("activation"), ids=title)
def test_values_agree_with_keras(item):
    function = activations.get(item["name"])
    y = function(array(item["x"]), **item["config"])
    np.testing.assert_allclose(y, value(item), rtol=1e-5, atol=1e-6)


# What real Keras returned for X, to four digits.
KERAS_VALUES = [
    (
        activations.celu,
        {},
        [-0.9817, -0.7769, -0.4512, -0.3935, -0.1813] + [0, 0.2, 0.5, 0.6, 1, 1.5, 4],
    ),
    (
        activations.celu,
        {"alpha": 2.0},
        [-1.7293, -1.0553, -0.5184, -0.4424, -0.1903] + [0, 0.2, 0.5, 0.6, 1, 1.5, 4],
    ),
    (
        activations.hard_tanh,
        {},
        [-1, -1, -0.6, -0.5, -0.2, 0, 0.2, 0.5, 0.6, 1, 1, 1],
    ),
    (
        activations.mish,
        {},
        [-0.0726, -0.2981, -0.2469, -0.2207, -0.1071]
        + [0, 0.1326, 0.3752, 0.4661, 0.8651, 1.4034, 3.9974],
    ),
    (
        activations.sparse_plus,
        {},
        [0, 0, 0.04, 0.0625, 0.16, 0.25, 0.36, 0.5625, 0.64, 1, 1.5, 4],
    ),
    (
        activations.sparse_sigmoid,
        {},
        [0, 0, 0.2, 0.25, 0.4, 0.5, 0.6, 0.75, 0.8, 1, 1, 1],
    ),
    (
        activations.squareplus,
        {},
        [0.2361, 0.5, 0.744, 0.7808, 0.905]
        + [1, 1.105, 1.2808, 1.344, 1.618, 2, 4.2361],
    ),
    (
        activations.squareplus,
        {"b": 0},
        [0, 0, 0, 0, 0, 0, 0.2, 0.5, 0.6, 1, 1.5, 4],
    ),
    (
        activations.tanh_shrink,
        {},
        [-3.0007, -0.5949, -0.063, -0.0379, -0.0026]
        + [0, 0.0026, 0.0379, 0.063, 0.2384, 0.5949, 3.0007],
    ),
    (
        activations.soft_shrink,
        {},
        [-3.5, -1, -0.1, 0, 0, 0, 0, 0, 0.1, 0.5, 1, 3.5],
    ),
    (
        activations.hard_shrink,
        {},
        [-4, -1.5, -0.6, 0, 0, 0, 0, 0, 0.6, 1, 1.5, 4],
    ),
    (
        activations.threshold,
        {"threshold": 0.5, "default_value": -9.0},
        [-9, -9, -9, -9, -9, -9, -9, -9, 0.6, 1, 1.5, 4],
    ),
    (
        activations.log_sigmoid,
        {},
        [-4.0182, -1.7014, -1.0375, -0.9741, -0.7981]
        + [-0.6931, -0.5981, -0.4741, -0.4375, -0.3133, -0.2014, -0.0181],
    ),
    (
        activations.relu,
        {"negative_slope": 0.1, "max_value": 2.0, "threshold": 0.5},
        [-0.45, -0.2, -0.11, -0.1, -0.07, -0.05, -0.03, 0, 0.6, 1, 1.5, 2],
    ),
    (
        activations.relu,
        {"threshold": -0.5},
        [0, 0, 0, 0, -0.2, 0, 0.2, 0.5, 0.6, 1, 1.5, 4],
    ),
    (
        activations.glu,
        {},
        # From the halves: a * sigmoid(b).
        X[:6] / (1 + np.exp(-X[6:])),
    ),
]


@pytest.mark.parametrize(
    ("function", "options", "expected"),
    KERAS_VALUES,
    ids=[f.__name__ for f, _, _ in KERAS_VALUES],
)
def test_values_to_four_digits(function, options, expected):
    y = function(X, **options)
    assert y.dtype == "float32"
    np.testing.assert_allclose(y, expected, atol=6e-5)


def test_sparsemax_values_of_keras():
    x = np.float32([[1, 0.5, -1], [0, 0, 0]])
    np.testing.assert_allclose(
        activations.sparsemax(x), [[0.75, 0.25, 0], [1 / 3, 1 / 3, 1 / 3]], atol=1e-6
    )
    # Not as in Keras 3.15, whose columns need not sum to 1.
    columns = activations.sparsemax(x, axis=0)
    np.testing.assert_allclose(columns, [[1, 0.75, 0], [0, 0.25, 1]], atol=1e-6)


# Two-sided slopes exist only away from the corners.
SMOOTH_X = np.array([[-2.3, -0.9, -0.3, 0.15], [0.35, 0.7, 1.3, 2.9]])
OPTIONS = {"threshold": {"threshold": 0.5, "default_value": 1.0}}


@pytest.mark.parametrize("name", sorted(activations.KNOWN))
def test_gradient_is_that_of_finite_differences(name):
    function, options = activations.KNOWN[name], OPTIONS.get(name, {})
    out = np.asarray(function(SMOOTH_X, **options))
    weights = np.linspace(1, 2, out.size).reshape(out.shape)

    def total(x):
        return float(np.sum(weights * np.asarray(function(x, **options))))

    x = Variable(SMOOTH_X)
    with GradientTape() as tape:
        y = ops.sum(weights * function(x, **options))
    gradient = tape.gradient(y, x).array
    step = 1e-6
    for index in np.ndindex(SMOOTH_X.shape):
        high, low = SMOOTH_X.copy(), SMOOTH_X.copy()
        high[index] += step
        low[index] -= step
        slope = (total(high) - total(low)) / (2 * step)
        assert gradient[index] == pytest.approx(slope, abs=1e-5), (name, index)


@pytest.mark.parametrize("name", ["celu", "elu", "selu", "exponential", "softplus"])
def test_large_inputs_give_no_nan(name):
    x = Variable(np.float32([-200.0, 80.0]))
    with GradientTape() as tape:
        y = ops.sum(activations.KNOWN[name](x))
    assert np.isfinite(tape.gradient(y, x).array).all()


@pytest.mark.parametrize("name", sorted(activations.KNOWN))
def test_symbolic_tensors_keep_their_shape(name):
    y = activations.KNOWN[name](KerasTensor((None, 4)), **OPTIONS.get(name, {}))
    assert y.shape == ((None, 2) if name == "glu" else (None, 4))


@pytest.mark.parametrize("name", sorted(activations.KNOWN))
def test_name_to_function_to_name(name):
    function = activations.get(name)
    assert activations.get(activations.serialize(function)) is function


def test_none_means_linear():
    assert activations.get(None) is activations.linear
    assert activations.serialize(activations.linear) == "linear"


def test_one_of_your_own():
    def cube(x):
        return x * x * x

    assert activations.get(cube) is cube
    record = activations.serialize(cube)
    assert activations.deserialize(record, {"cube": cube}) is cube
    with pytest.raises(ValueError, match="cube"):
        activations.deserialize(record)


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(ValueError, match='Did you mean "relu"'):
        activations.get("rleu")


@pytest.mark.parametrize(
    "name",
    "linear relu sigmoid tanh softmax elu selu softplus softsign exponential".split(),
)
def test_dense_fuses_these_and_gives_the_same(name):
    function = activations.get(name)
    assert activations.fused_name(function) == name
    x, kernel, bias = (
        np.float32([[1, -2]]),
        np.float32([[1, 2, -1], [0.5, 1, 1]]),
        np.float32([0.1, -0.1, 0.3]),
    )
    np.testing.assert_allclose(
        ops.dense(x, kernel, bias, activation=activations.fused_name(function)),
        function(x @ kernel + bias),
        rtol=1e-6,
    )


def test_other_functions_are_not_fused():
    assert activations.fused_name(activations.gelu) is None
    assert activations.fused_name(lambda x: x) is None
    assert activations.fused_name(ops.relu) == "relu"
