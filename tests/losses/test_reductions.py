"""The way from one loss per sample to one number: reductions, weights, masks."""

import numpy as np
import pytest

from edukeras import config, losses
from edukeras.autodiff import GradientTape
from edukeras.losses import Loss, LossFunctionWrapper, MeanSquaredError
from edukeras.tensor import Tensor, Variable

Y_TRUE = np.array([[1.0, 2], [3, 4], [5, 6]])
Y_PRED = np.float32([[1.5, 2], [2, 4], [5, 8]])
PER_SAMPLE = np.array([0.125, 0.5, 2.0])
WEIGHTS = np.array([1.0, 2, 3])
MASK = np.array([True, False, True])


def masked(array, mask):
    tensor = Tensor(array)
    tensor.mask = mask
    return tensor


@pytest.mark.parametrize(
    ("reduction", "plain", "weighted"),
    [
        ("sum_over_batch_size", PER_SAMPLE.sum() / 3, (WEIGHTS * PER_SAMPLE).sum() / 3),
        ("mean", PER_SAMPLE.sum() / 3, (WEIGHTS * PER_SAMPLE).sum() / 3),
        ("sum", PER_SAMPLE.sum(), (WEIGHTS * PER_SAMPLE).sum()),
        (
            "mean_with_sample_weight",
            PER_SAMPLE.sum() / 3,
            (WEIGHTS * PER_SAMPLE).sum() / WEIGHTS.sum(),
        ),
        ("none", PER_SAMPLE, WEIGHTS * PER_SAMPLE),
        (None, PER_SAMPLE, WEIGHTS * PER_SAMPLE),
        ("auto", PER_SAMPLE.sum() / 3, (WEIGHTS * PER_SAMPLE).sum() / 3),
    ],
)
def test_reductions(reduction, plain, weighted):
    loss = MeanSquaredError(reduction=reduction)
    np.testing.assert_allclose(loss(Y_TRUE, Y_PRED), plain)
    np.testing.assert_allclose(loss(Y_TRUE, Y_PRED, WEIGHTS), weighted, rtol=1e-6)


def test_the_sum_is_divided_by_the_batch_size_not_by_the_weights():
    loss = MeanSquaredError()
    assert float(loss(Y_TRUE, Y_PRED, [0.0, 0.0, 3.0])) == 2.0
    assert float(loss(Y_TRUE, Y_PRED, [0.0, 0.0, 0.0])) == 0.0


@pytest.mark.parametrize(
    ("reduction", "plain", "weighted"),
    [  # from real Keras
        ("sum_over_batch_size", 1.0625, 3.0625),
        ("mean", 1.0625, 3.0625),
        ("sum", 2.125, 6.125),
        ("mean_with_sample_weight", 1.0625, 1.53125),
        ("none", [0.125, 0, 2], [0.125, 0, 6]),
    ],
)
def test_masked_samples_count_neither_in_the_sum_nor_in_the_number(
    reduction, plain, weighted
):
    loss = MeanSquaredError(reduction=reduction)
    y_pred = masked(Y_PRED, MASK)
    np.testing.assert_allclose(loss(Y_TRUE, y_pred), plain)
    np.testing.assert_allclose(loss(Y_TRUE, y_pred, WEIGHTS), weighted, rtol=1e-6)


def test_a_mask_of_time_steps_with_one_weight_per_sample():
    y_pred = np.float32([[[1], [2], [3]], [[4], [5], [6]]])
    mask = np.array([[True, True, False], [True, False, False]])
    loss = MeanSquaredError()
    squares = np.array([[1, 4, 9], [16, 25, 36]]) * mask
    zeros = np.zeros((2, 3, 1))
    assert float(loss(zeros, masked(y_pred, mask))) == squares.sum() / 3
    weighted = loss(zeros, masked(y_pred, mask), [1.0, 0.5])
    assert float(weighted) == pytest.approx((1 + 4 + 8) / 3)


def test_one_weight_per_time_step():
    y_pred = np.ones((2, 3, 1), "float32")
    weights = np.array([[1.0, 0, 0], [0.5, 0.5, 0]])
    loss = MeanSquaredError()(np.zeros((2, 3, 1)), y_pred, weights)
    assert float(loss) == pytest.approx(2 / 6)


def test_everything_masked_is_0_and_not_nan():
    y_pred = masked(Y_PRED, np.zeros(3, bool))
    assert float(MeanSquaredError()(Y_TRUE, y_pred)) == 0.0
    mean = MeanSquaredError(reduction="mean_with_sample_weight")
    assert float(mean(Y_TRUE, Y_PRED, np.zeros(3))) == 0.0


def test_an_ignored_class_does_not_count():
    y_pred = np.float32([[0.5, 0.5], [0.25, 0.75], [0.5, 0.5]])
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    two = losses.SparseCategoricalCrossentropy()([0, 1], y_pred[:2])
    np.testing.assert_allclose(loss([0, 1, -1], y_pred), two, rtol=1e-6)


def test_weights_and_mask_reach_the_gradient():
    y_pred = Variable(Y_PRED)
    with GradientTape() as tape:
        tensor = y_pred * 1.0
        tensor.mask = MASK
        loss = MeanSquaredError()(Y_TRUE, tensor, WEIGHTS)
    gradient = tape.gradient(loss, y_pred).array
    expected = (Y_PRED - Y_TRUE) * (WEIGHTS * MASK)[:, None] / 2
    np.testing.assert_allclose(gradient, expected, rtol=1e-6)


@pytest.mark.parametrize(
    "weights", [np.ones(4), np.ones((3, 2)), np.ones((2, 1)), np.ones((3, 1, 1))]
)
def test_weights_that_do_not_fit(weights):
    with pytest.raises(ValueError, match=r"sample_weight.*shape \(3,\)"):
        MeanSquaredError()(Y_TRUE, Y_PRED, weights)


@pytest.mark.parametrize("weights", [2.0, [2.0], np.full((3, 1), 2.0), np.full(3, 2)])
def test_weights_that_fit(weights):
    loss = MeanSquaredError()(Y_TRUE, Y_PRED, weights)
    assert float(loss) == pytest.approx(2 * PER_SAMPLE.mean())


def test_an_unknown_reduction():
    with pytest.raises(ValueError, match="Did you mean"):
        MeanSquaredError(reduction="summ")


# -- ranks --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("true_shape", "pred_shape"),
    [((3, 1), (3,)), ((3,), (3, 1)), ((3, 2, 1), (3, 2)), ((3, 2), (3, 2, 1))],
)
def test_a_last_axis_of_size_1_is_no_broadcasting(true_shape, pred_shape):
    numbers = np.arange(np.prod(true_shape), dtype="float32")
    y_true, y_pred = numbers.reshape(true_shape), 2 * numbers.reshape(pred_shape)
    loss = MeanSquaredError()(y_true, y_pred)
    assert float(loss) == pytest.approx(np.mean(numbers**2))
    direct = losses.mean_squared_error(y_true, y_pred)
    assert np.mean(direct.array) == pytest.approx(np.mean(numbers**2))


def test_a_function_of_your_own_gets_equal_ranks():
    def squares(y_true, y_pred):
        assert y_true.shape == y_pred.shape
        return (y_true - y_pred) ** 2

    loss = LossFunctionWrapper(squares)
    assert float(loss(np.zeros(3), np.ones((3, 1)))) == 1.0


@pytest.mark.parametrize(("true", "pred"), [((3, 3), (3, 2)), ((3,), (3, 3))])
def test_shapes_that_do_not_fit_name_both(true, pred):
    with pytest.raises(ValueError, match="mean_squared_error") as caught:
        MeanSquaredError()(np.zeros(true), np.zeros(pred))
    assert str(true) in str(caught.value)
    assert str(pred) in str(caught.value)


# -- losses of your own ---------------------------------------------------------


class Weighted(Loss):
    """A loss with an argument, as in the Keras guide."""

    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, y_true, y_pred):
        return self.factor * abs(y_true - y_pred)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def test_a_subclass_needs_only_call():
    loss = Weighted(name="mine")
    assert float(loss([1.0, 2.0], [1.0, 4.0])) == 2.0
    assert loss.name == "mine"
    assert Weighted().name.startswith("weighted")


def test_a_subclass_is_restored_from_its_config():
    record = losses.serialize(Weighted(factor=3.0, reduction="sum"))
    restored = losses.deserialize(record, {"Weighted": Weighted})
    assert restored.factor == 3.0
    assert restored.reduction == "sum"


def test_a_subclass_without_call_says_so():
    with pytest.raises(NotImplementedError, match="call"):
        Loss()([1.0], [1.0])


def test_labels_arrive_in_the_dtype_of_the_loss():
    class Checked(Loss):
        def call(self, y_true, y_pred):
            assert y_true.dtype == y_pred.dtype == "float32"
            return y_true - y_pred

    Checked()(np.array([1, 2]), np.array([1.0, 2.0]))


def test_dtype_is_floatx_unless_given():
    before = config.floatx()
    config.set_floatx("float64")
    try:
        assert MeanSquaredError()(Y_TRUE, Y_PRED).dtype == "float64"
    finally:
        config.set_floatx(before)
    assert MeanSquaredError(dtype="float64")(Y_TRUE, Y_PRED).dtype == "float64"
    assert MeanSquaredError()(Y_TRUE, Y_PRED.astype("float64")).dtype == "float32"


def test_a_wrapper_of_a_registered_function_survives_a_config_round_trip():
    loss = LossFunctionWrapper(losses.huber, reduction="sum", name="h", delta=2.0)
    restored = losses.deserialize(losses.serialize(loss))
    assert restored.fn is losses.huber
    assert restored.get_config() == loss.get_config()


# Recorded from Keras 3.15: one loss of the whole batch, and several weights.
@pytest.mark.parametrize(
    ("reduction", "expected"),
    [
        ("sum_over_batch_size", 0.5),
        ("mean", 0.5),
        ("sum", 2.0),
        ("mean_with_sample_weight", 1.0),
        ("none", [1.0, 0.0, 0.5, 0.5]),
    ],
)
def test_weights_of_samples_scale_a_loss_of_the_whole_batch(reduction, expected):
    weights = np.array([1.0, 0.0, 0.5, 0.5])
    y_true, y_pred = np.zeros((4, 2)), np.ones((4, 2))
    loss = losses.Dice(reduction=reduction)
    found = loss(y_true, y_pred, sample_weight=weights)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-6)
    vector = losses.MeanSquaredError(reduction=reduction)
    found = vector(np.zeros(4), np.ones(4), sample_weight=weights)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-6)


def test_masked_steps_do_not_change_a_loss_of_the_whole_batch():
    y_pred = Tensor(np.ones((2, 3, 1), "float32"))
    y_pred.mask = np.array([[True, True, False], [True, False, False]])
    assert float(losses.Dice()(np.zeros((2, 3, 1)), y_pred)) == pytest.approx(1.0)


def test_the_divisor_is_the_sum_of_the_weights_as_they_were_given():
    # Keras does not count a weight once for each time step that it stands for.
    loss = MeanSquaredError(reduction="mean_with_sample_weight")
    y_pred = np.array([[[1.0], [3.0]], [[2.0], [0.0]]])
    weights = np.array([[1.0], [0.5]])
    found = loss(np.zeros((2, 2, 1)), y_pred, sample_weight=weights)
    assert float(found) == pytest.approx((1 + 9 + 0.5 * 4) / 1.5)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", ["MeanSquaredError", "CategoricalFocalCrossentropy"])
def test_losses_in_half_precision(name, dtype):
    options = {"alpha": [0.25, 0.5]} if "Focal" in name else {}
    y_true, y_pred = np.eye(2), np.array([[0.75, 0.25], [0.5, 0.5]])
    loss = getattr(losses, name)(dtype=dtype, **options)(y_true, y_pred)
    exact = getattr(losses, name)(**options)(y_true, y_pred)
    assert loss.dtype == dtype
    assert float(loss) == pytest.approx(float(exact), rel=0.02)
