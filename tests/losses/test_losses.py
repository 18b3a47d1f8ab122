"""Every loss: Keras's names and numbers, exact gradients, weights, configs."""

import numpy as np
import pytest

from edukeras import losses, ops
from edukeras.autodiff import GradientTape
from edukeras.tensor import KerasTensor, Tensor, Variable
from tests.golden_units import (
    array,
    check_signature,
    items,
    recorded_names,
    title,
    value,
)

CLASSES = sorted(
    set(losses.CLASSES.values()) - {losses.Loss, losses.LossFunctionWrapper},
    key=lambda cls: cls.__name__,
)


@pytest.mark.parametrize("name", recorded_names("losses"))
def test_has_keras_names_and_signatures(name):
    check_signature("losses", name, getattr(losses, name))


@pytest.mark.parametrize("item", items("loss"), ids=title)
@pytest.mark.parametrize(
    ("key", "reduction", "weighted"),
    [
        ("value", "sum_over_batch_size", False),
        ("value_sum", "sum", False),
        ("value_none", "none", False),
        ("value_weighted", "sum_over_batch_size", True),
    ],
)
def test_classes_agree_with_keras(item, key, reduction, weighted):
    loss = getattr(losses, item["name"])(**item["config"], reduction=reduction)
    weights = array("sw") if weighted else None
    result = loss(array(item["y_true"]), array(item["y_pred"]), weights)
    assert result.dtype == "float32"
    np.testing.assert_allclose(result, value(item, key), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("item", items("loss_fn"), ids=title)
def test_functions_agree_with_keras(item):
    function = losses.get(item["name"])
    result = function(array(item["y_true"]), array(item["y_pred"]), **item["config"])
    np.testing.assert_allclose(result, value(item), rtol=1e-5, atol=1e-6)


ONE_HOT = np.eye(4)[[0, 2, 3]]
LABELS = np.array([0, 2, 3])
P = np.array([[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.5, 0.2], [0.0, 0.5, 0.5, 0.0]])
LOGITS = np.array([[1.0, 2, 3, 4], [0, -1, 1, 0], [5, 1, 1, -5]])

# What real Keras returned for the arrays above, to five digits.
KERAS_VALUES = [
    ("binary_focal_crossentropy", ONE_HOT, P, {}, [0.09299, 0.04805, 4.11617]),
    (
        "binary_focal_crossentropy",
        ONE_HOT,
        LOGITS,
        {"from_logits": True},
        [2.07848, 0.09797, 2.8209],
    ),
    (
        "binary_focal_crossentropy",
        ONE_HOT,
        P,
        {"apply_class_balancing": True},
        [0.02851, 0.01438, 1.07236],
    ),
    (
        "binary_focal_crossentropy",
        ONE_HOT,
        P,
        {"label_smoothing": 0.2, "gamma": 3.0},
        [0.04912, 0.02531, 2.6875],
    ),
    (
        "binary_crossentropy",
        ONE_HOT,
        P,
        {"label_smoothing": 0.1},
        [0.45068, 0.37332, 4.3761],
    ),
    (
        "binary_crossentropy",
        ONE_HOT,
        P,
        {"axis": 0},
        [0.34055, 0.42432, 0.53648, 5.4822],
    ),
    ("categorical_focal_crossentropy", ONE_HOT, P, {}, [0.08247, 0.04332, 4.02952]),
    (
        "categorical_focal_crossentropy",
        ONE_HOT,
        LOGITS,
        {"from_logits": True},
        [0.80579, 0.03395, 2.50879],
    ),
    (
        "categorical_focal_crossentropy",
        ONE_HOT,
        P,
        {"label_smoothing": 0.1},
        [0.09806, 0.0646, 3.83021],
    ),
    (
        "categorical_crossentropy",
        ONE_HOT,
        P,
        {"label_smoothing": 0.1},
        [0.97547, 0.7792, 15.34685],
    ),
    (
        "sparse_categorical_crossentropy",
        LABELS,
        P,
        {"ignore_class": 2},
        [0.91629, 0, 16.1181],
    ),
    (
        "categorical_generalized_cross_entropy",
        LABELS,
        P,
        {"q": 0.7},
        [0.67635, 0.54918, 1.42857],
    ),
    (
        "huber",
        np.array([[1.0, 2], [3, 4], [5, 6]]),
        np.array([[1.5, 2], [2, 4], [5, 8]]),
        {"delta": 0.5},
        [0.0625, 0.1875, 0.4375],
    ),
    ("dice", ONE_HOT, P, {}, 0.7),
    ("dice", ONE_HOT, P, {"axis": (1,)}, [0.6, 0.5, 1.0]),
    ("tversky", ONE_HOT, P, {"alpha": 0.3, "beta": 0.7, "axis": 1}, [0.6, 0.5, 1]),
    (
        "cosine_similarity",
        ONE_HOT,
        P,
        {"axis": 0},
        [-0.97014, 0.0, -0.68041, 0.0],
    ),
    ("cosine_similarity", np.zeros((1, 3)), np.ones((1, 3)), {}, [0.0]),
    ("log_cosh", ONE_HOT, P, {}, [0.05983, 0.04121, 0.1685]),
    (
        "mean_squared_logarithmic_error",
        np.array([[-1.0, 2]]),
        np.array([[-0.5, 3]]),
        {},
        [0.04138],
    ),
]


@pytest.mark.parametrize(
    ("name", "y_true", "y_pred", "options", "expected"),
    KERAS_VALUES,
    ids=[f"{case[0]}-{case[3]}" for case in KERAS_VALUES],
)
def test_options_agree_with_keras(name, y_true, y_pred, options, expected):
    y_pred = y_pred.astype("float32")
    result = getattr(losses, name)(y_true, y_pred, **options)
    np.testing.assert_allclose(result, expected, atol=1.1e-5, rtol=2e-6)


# -- gradients ----------------------------------------------------------------

RANDOM = np.random.default_rng(3)
POSITIVE = RANDOM.uniform(0.1, 0.9, (4, 3))
TARGETS = RANDOM.uniform(0.1, 0.9, (4, 3))
REAL = RANDOM.normal(size=(4, 3))
ROWS = np.eye(3)[[0, 2, 1, 1]]
NUMBERS = np.array([0, 2, 1, 1])

GRADIENT_CASES = {
    "BinaryCrossentropy": [
        (ROWS, POSITIVE, {}),
        (ROWS, POSITIVE, {"label_smoothing": 0.1, "axis": 0}),
        (ROWS, REAL, {"from_logits": True}),
    ],
    "BinaryFocalCrossentropy": [
        (ROWS, POSITIVE, {"apply_class_balancing": True}),
        (ROWS, REAL, {"from_logits": True, "gamma": 1.5}),
    ],
    "CTC": [(np.array([[1, 2, 0], [2, 2, 0]]), RANDOM.normal(size=(2, 5, 3)), {})],
    "CategoricalCrossentropy": [
        (ROWS, POSITIVE, {}),
        (ROWS, POSITIVE, {"label_smoothing": 0.1}),
        (ROWS, REAL, {"from_logits": True}),
        (ROWS.T, POSITIVE.T, {"axis": 0}),
    ],
    "CategoricalFocalCrossentropy": [
        (ROWS, POSITIVE, {}),
        (ROWS, REAL, {"from_logits": True}),
    ],
    "CategoricalGeneralizedCrossEntropy": [(NUMBERS, POSITIVE, {"q": 0.3})],
    "CategoricalHinge": [(ROWS, REAL, {})],
    "CosineSimilarity": [(TARGETS, REAL, {}), (TARGETS, REAL, {"axis": 0})],
    "Dice": [(ROWS, POSITIVE, {}), (ROWS, POSITIVE, {"axis": 1})],
    "Hinge": [(ROWS, REAL, {})],
    "Huber": [(TARGETS, 2 * REAL, {"delta": 0.7})],
    "KLDivergence": [(TARGETS, POSITIVE, {})],
    "LogCosh": [(TARGETS, 3 * REAL, {})],
    "MeanAbsoluteError": [(TARGETS, REAL, {})],
    "MeanAbsolutePercentageError": [(TARGETS, REAL, {})],
    "MeanSquaredError": [(TARGETS, REAL, {}), (TARGETS[:, :1], REAL, {})],
    "MeanSquaredLogarithmicError": [(TARGETS, POSITIVE, {})],
    "Poisson": [(TARGETS, POSITIVE, {})],
    "SparseCategoricalCrossentropy": [
        (NUMBERS, POSITIVE, {}),
        (NUMBERS[:, None], REAL, {"from_logits": True}),
        (NUMBERS, REAL, {"from_logits": True, "ignore_class": 1}),
    ],
    "SquaredHinge": [(ROWS, REAL, {})],
    "Tversky": [(ROWS, POSITIVE, {"alpha": 0.2}), (ROWS, POSITIVE, {"axis": 1})],
}
# The weights of circle's pairs count as constants; see its own test.
WITHOUT_CASES = {"Circle"}


def test_every_loss_has_a_gradient_case():
    assert set(GRADIENT_CASES) | WITHOUT_CASES == {cls.__name__ for cls in CLASSES}


@pytest.mark.parametrize(
    ("name", "y_true", "y_pred", "options"),
    [(name, *case) for name, cases in GRADIENT_CASES.items() for case in cases],
)
@pytest.mark.parametrize("weighted", [False, True])
def test_gradient_is_that_of_finite_differences(
    name, y_true, y_pred, options, weighted
):
    loss = getattr(losses, name)(**options, dtype="float64")
    per_sample = loss.call(Tensor(np.asarray(y_true)), Tensor(y_pred)).shape
    weights = None
    if weighted and per_sample:
        weights = np.linspace(0.5, 2, per_sample[0])
    x = Variable(y_pred)
    with GradientTape() as tape:
        total = loss(y_true, x, weights)
    assert total.dtype == "float64"
    gradient = tape.gradient(total, x).array
    step = 1e-6
    for index in np.ndindex(y_pred.shape):
        high, low = y_pred.copy(), y_pred.copy()
        high[index] += step
        low[index] -= step
        slope = loss(y_true, high, weights) - loss(y_true, low, weights)
        slope = float(slope) / (2 * step)
        assert gradient[index] == pytest.approx(slope, rel=1e-5, abs=1e-7)


def test_gradient_flows_to_y_true_too():
    """As an autoencoder needs that learns its own targets."""
    y_true, y_pred = Variable(TARGETS), Variable(REAL)
    with GradientTape() as tape:
        loss = losses.MeanSquaredError(dtype="float64")(y_true, y_pred)
    to_true, to_pred = tape.gradient(loss, [y_true, y_pred])
    np.testing.assert_allclose(to_true, -to_pred.array)
    np.testing.assert_allclose(to_pred, 2 * (REAL - TARGETS) / REAL.size)


def test_half_precision_predictions_are_compared_in_float32():
    y_pred = Variable(np.float16([[1.0], [2.0]]))
    with GradientTape() as tape:
        loss = losses.MeanSquaredError()(np.zeros((2, 1)), y_pred)
    assert loss.dtype == "float32"
    assert tape.gradient(loss, y_pred).dtype == "float16"


# -- extremes -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["log_cosh", "huber", "binary_crossentropy"])
def test_huge_predictions_give_finite_losses(name):
    options = {"from_logits": True} if name == "binary_crossentropy" else {}
    y_pred = Variable(np.float32([[1e4, -1e4]]))
    with GradientTape() as tape:
        loss = getattr(losses, name)(np.float32([[0, 1]]), y_pred, **options)
    assert np.isfinite(loss.array).all()
    assert np.isfinite(tape.gradient(loss, y_pred).array).all()


def test_generalized_cross_entropy_has_a_finite_slope_at_0():
    y_pred = Variable(np.float32([[0.0, 1.0]]))
    with GradientTape() as tape:
        loss = losses.CategoricalGeneralizedCrossEntropy()([0], y_pred)
    assert np.isfinite(tape.gradient(loss, y_pred).array).all()


@pytest.mark.parametrize("q", [0, 1, -0.5])
def test_generalized_cross_entropy_needs_q_between_0_and_1(q):
    with pytest.raises(ValueError, match=f"q={q}"):
        losses.CategoricalGeneralizedCrossEntropy(q=q)


def test_hinge_takes_labels_0_and_1_for_minus_1_and_1():
    y_pred = np.float32([[0.5, 0.5]])
    zero_one = losses.hinge(np.float32([[0, 1]]), y_pred)
    np.testing.assert_allclose(zero_one, [(1.5 + 0.5) / 2])
    np.testing.assert_allclose(losses.hinge(np.float32([[-1, 1]]), y_pred), zero_one)
    # With any other label they stay as they are.
    np.testing.assert_allclose(
        losses.hinge(np.float32([[0, 2]]), y_pred), [(1.0 + 0.0) / 2]
    )


# -- labels that do not fit -----------------------------------------------------


# Circle and CTC compare labels with embeddings and with sequences.
ELEMENT_WISE = [cls for cls in CLASSES if cls not in (losses.Circle, losses.CTC)]


@pytest.mark.parametrize("cls", ELEMENT_WISE, ids=lambda cls: cls.__name__)
def test_labels_of_a_wrong_width_are_a_value_error(cls):
    with pytest.raises(ValueError, match=r"y_true of shape \(4, 2\)"):
        cls()(np.zeros((4, 2)), np.full((4, 3), 0.3))


def test_class_numbers_for_one_hot_rows_get_the_fix():
    with pytest.raises(ValueError, match="to_categorical") as caught:
        losses.CategoricalCrossentropy()(NUMBERS, POSITIVE)
    assert "sparse_categorical_crossentropy" in str(caught.value)


def test_one_hot_rows_for_class_numbers_get_the_fix():
    with pytest.raises(ValueError, match="one-hot"):
        losses.SparseCategoricalCrossentropy()(ROWS, POSITIVE)
    with pytest.raises(ValueError, match="one-hot"):
        losses.CategoricalGeneralizedCrossEntropy()(ROWS, POSITIVE)


def test_a_label_that_names_no_class_is_an_error():
    with pytest.raises(ValueError, match="Label 3"):
        losses.SparseCategoricalCrossentropy()([0, 3], POSITIVE[:2])


def test_ctc_needs_steps():
    with pytest.raises(ValueError, match="batch, steps, classes"):
        losses.CTC()([[1]], POSITIVE)


# -- names and configs ----------------------------------------------------------


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_survives_a_config_round_trip(cls):
    options = {
        "Huber": {"delta": 2.5},
        "BinaryCrossentropy": {"from_logits": True},
        "Tversky": {"alpha": 0.3, "axis": [1]},
        "CosineSimilarity": {"axis": 0},
    }.get(cls.__name__, {})
    loss = cls(**options, reduction="sum", name="mine")
    record = losses.serialize(loss)
    assert record["module"] == "keras.losses"
    assert record["config"].items() >= {**options, "name": "mine"}.items()
    restored = losses.deserialize(record)
    assert type(restored) is cls
    assert restored.get_config() == loss.get_config()


@pytest.mark.parametrize("name", ["mse", "MAE", "mape", "msle", "bce", "kld", "dice"])
def test_a_function_survives_a_config_round_trip(name):
    function = losses.get(name)
    assert losses.deserialize(losses.serialize(function)) is function


def test_the_name_of_a_class_gives_an_object():
    assert isinstance(losses.get("MeanSquaredError"), losses.MeanSquaredError)
    assert losses.get("huber") is losses.huber
    assert losses.get(None) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kullback_leibler_divergence", "kl_divergence"),
        ("logcosh", "log_cosh"),
        ("cosine_proximity", "cosine_similarity"),
    ],
)
def test_names_of_keras_2(old, new):
    assert losses.get(old) is losses.get(new)


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(ValueError, match='Did you mean "mean_squared_error"'):
        losses.get("mean_square_error")


@pytest.mark.parametrize(
    "name", ["mean_squared_error", "binary_crossentropy", "kl_divergence", "huber"]
)
def test_functions_take_symbolic_tensors(name):
    """As `model.add_loss(keras.losses.mse(x, decoded))` needs."""
    x, y = KerasTensor((None, 3)), KerasTensor((None, 3))
    assert getattr(losses, name)(x, y).shape == (None,)


def test_a_function_takes_layer_outputs_times_numbers():
    y_pred = Tensor([[1.0, 2.0]])
    loss = losses.mean_squared_error(y_pred * 0, y_pred)
    assert ops.is_tensor(loss)
    assert float(loss[0]) == 2.5
