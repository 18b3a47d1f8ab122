"""Every metric: Keras's names and numbers, weights, masks, configs."""

import numpy as np
import pytest

from edukeras import metrics
from edukeras.losses import mean_squared_error
from edukeras.tensor import Tensor
from tests.golden_units import (
    array,
    check_signature,
    items,
    recorded_names,
    title,
    value,
)

BASES = {metrics.Metric, metrics.MeanMetricWrapper}
CLASSES = sorted(set(metrics.CLASSES.values()) - BASES, key=lambda cls: cls.__name__)
REQUIRED = {
    "IoU": {"num_classes": 3, "target_class_ids": [0, 2]},
    "MeanIoU": {"num_classes": 3},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [1]},
    "OneHotMeanIoU": {"num_classes": 3},
    "SensitivityAtSpecificity": {"specificity": 0.4},
    "SpecificityAtSensitivity": {"sensitivity": 0.4},
    "PrecisionAtRecall": {"recall": 0.4},
    "RecallAtPrecision": {"precision": 0.4},
}


def run(metric, *batches):
    """The result after some batches."""
    for batch in batches:
        metric.update_state(*batch)
    return metric.result()


@pytest.mark.parametrize("name", recorded_names("metrics"))
def test_has_keras_names_and_signatures(name):
    check_signature("metrics", name, getattr(metrics, name))


RECORDED = [
    pytest.param(item, key, id=f"{title(item)}-{key}")
    for item in items("metric")
    for key in ("value", "value_weighted")
    if key in item
]


@pytest.mark.parametrize(("item", "key"), RECORDED)
def test_values_agree_with_keras(item, key):
    metric = getattr(metrics, item["name"])(**item["config"])
    columns = [array(item["y_true"]), array(item["y_pred"])]
    if key == "value_weighted":
        columns.append(array("sw"))
    split = item["split"]
    first, second = ([c[:split] for c in columns], [c[split:] for c in columns])
    result = run(metric, first, second)
    assert result.dtype == "float32"
    np.testing.assert_allclose(result, value(item, key), rtol=1e-5, atol=1e-6)


Y = np.array([[1.0, 2], [3, 4], [5, 6]])
P = np.float32([[1.5, 2], [2, 4], [5, 8]])
ONE_HOT = np.eye(4)[[0, 2, 3]]
LABELS = np.array([0, 2, 3])
SCORES = np.float32([[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.5, 0.2], [0.0, 0.5, 0.5, 0.0]])
W = np.array([1.0, 2, 3])
BINARY = np.array([0, 0, 1, 1, 1, 0])
RISKS = np.array([0.1, 0.5, 0.4, 0.35, 0.8, 0.8])
BINARY_W = np.array([1.0, 2, 3, 1, 0.5, 0.2])
TWO_LABELS = np.stack([BINARY, 1 - BINARY], axis=1)
TWO_RISKS = np.stack([RISKS, RISKS[::-1]], axis=1)
CLASSES_TRUE = np.array([0, 1, 2, 2, 1, 0])
CLASSES_PRED = np.array([0, 2, 2, 1, 1, 0])

# (name, arguments, one batch, what real Keras returned, to six digits)
KERAS_VALUES = [
    ("BinaryAccuracy", {}, (np.array([1]), np.array([0.5])), 0.0),
    (
        "BinaryAccuracy",
        {},
        (np.array([1, 0, 1]), np.array([[0.9], [0.2], [0.3]])),
        2 / 3,
    ),
    ("SparseCategoricalAccuracy", {}, (LABELS[:, None], SCORES), 2 / 3),
    ("Accuracy", {}, (np.array([1, 2, 3]), np.array([1.0, 2, 4]), W), 0.5),
    ("RootMeanSquaredError", {}, (Y, P, W), 1.089725),
    ("RootMeanSquaredError", {}, (Y[:, 0], P[:, :1]), 0.645497),
    ("Precision", {"thresholds": [0.2, 0.5]}, (ONE_HOT, SCORES), [0.4, 0.0]),
    ("Precision", {"thresholds": [0.5, 0.2]}, (ONE_HOT, SCORES), [0.0, 0.4]),
    ("Recall", {"thresholds": [0.2, 0.5]}, (ONE_HOT, SCORES), [2 / 3, 0.0]),
    ("TruePositives", {"thresholds": [0.2, 0.5]}, (ONE_HOT, SCORES), [2.0, 0.0]),
    ("Precision", {"top_k": 2}, (ONE_HOT, SCORES), 1 / 3),
    ("Precision", {"class_id": 2, "thresholds": 0.4}, (ONE_HOT, SCORES), 0.5),
    ("Precision", {"top_k": 2, "class_id": 2}, (ONE_HOT, SCORES), 0.5),
    ("Precision", {"top_k": 2, "thresholds": 0.35}, (ONE_HOT, SCORES), 0.5),
    ("Recall", {"top_k": 2}, (ONE_HOT, SCORES), 2 / 3),
    ("AUC", {}, (ONE_HOT, SCORES), 0.574074),
    ("AUC", {}, (BINARY, RISKS), 0.5),
    ("AUC", {}, (BINARY, RISKS, BINARY_W), 0.385417),
    ("AUC", {"curve": "PR"}, (BINARY, RISKS), 0.492783),
    ("AUC", {"curve": "PR"}, (BINARY, RISKS, BINARY_W), 0.523925),
    ("AUC", {"curve": "PRGAIN"}, (BINARY, RISKS), -1 / 6),
    ("AUC", {"summation_method": "minoring"}, (BINARY, RISKS), 4 / 9),
    ("AUC", {"summation_method": "majoring"}, (BINARY, RISKS, BINARY_W), 0.388889),
    ("AUC", {"num_thresholds": 3}, (BINARY, RISKS, BINARY_W), 0.524306),
    ("AUC", {"thresholds": [0.6, 0.3]}, (BINARY, RISKS), 0.611111),
    ("AUC", {"num_thresholds": 5, "curve": "PR"}, (BINARY, RISKS), 0.543238),
    ("AUC", {"multi_label": True}, (TWO_LABELS, TWO_RISKS), 0.583333),
    ("AUC", {"multi_label": True}, (TWO_LABELS, TWO_RISKS, BINARY_W), 0.661458),
    (
        "AUC",
        {"multi_label": True, "num_labels": 2, "label_weights": [0.2, 0.8]},
        (TWO_LABELS, TWO_RISKS),
        0.633333,
    ),
    (
        "AUC",
        {"multi_label": True, "curve": "PR"},
        (TWO_LABELS, TWO_RISKS),
        0.655231,
    ),
    ("SensitivityAtSpecificity", {"specificity": 0.6}, (BINARY, RISKS), 1 / 3),
    (
        "SensitivityAtSpecificity",
        {"specificity": 0.5, "num_thresholds": 1},
        (BINARY, RISKS),
        1 / 3,
    ),
    ("SpecificityAtSensitivity", {"sensitivity": 0.3}, (BINARY, RISKS), 2 / 3),
    (
        "SpecificityAtSensitivity",
        {"sensitivity": 0.6, "num_thresholds": 5},
        (BINARY, RISKS, BINARY_W),
        0.3125,
    ),
    ("PrecisionAtRecall", {"recall": 0.9}, (BINARY, RISKS), 0.6),
    ("PrecisionAtRecall", {"recall": 0.5, "class_id": 1}, (TWO_LABELS, TWO_RISKS), 1),
    ("RecallAtPrecision", {"precision": 0.6}, (BINARY, RISKS), 1.0),
    ("RecallAtPrecision", {"precision": 0.9}, (BINARY, RISKS), 0.0),
    ("FBetaScore", {"beta": 2.0}, (ONE_HOT, SCORES), [1.0, 0, 0.833333, 0]),
    ("FBetaScore", {"beta": 2.0, "average": "micro"}, (ONE_HOT, SCORES), 0.625),
    ("FBetaScore", {"beta": 2.0, "average": "weighted"}, (ONE_HOT, SCORES), 0.611111),
    ("F1Score", {"threshold": 0.3}, (ONE_HOT, SCORES, W), [1.0, 0, 0.571429, 0]),
    ("F1Score", {"threshold": 0.3, "average": "micro"}, (ONE_HOT, SCORES, W), 0.4),
    ("R2Score", {"class_aggregation": None}, (Y, P, W), [0.83125, 0.1]),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, (Y, P), 0.671875),
    ("R2Score", {"num_regressors": 1}, (Y, P), 0.589844),
    ("R2Score", {}, (np.ones((3, 1)), P[:, :1]), 0.0),
    ("IoU", REQUIRED["IoU"], (CLASSES_TRUE, CLASSES_PRED), 2 / 3),
    ("IoU", REQUIRED["IoU"], (CLASSES_TRUE, CLASSES_PRED, BINARY_W), 0.75),
    ("MeanIoU", {"num_classes": 3}, (CLASSES_TRUE, CLASSES_PRED), 5 / 9),
    ("MeanIoU", {"num_classes": 5}, (CLASSES_TRUE, CLASSES_PRED), 5 / 9),
    (
        "MeanIoU",
        {"num_classes": 3, "ignore_class": 1},
        (CLASSES_TRUE, CLASSES_PRED),
        0.5,
    ),
    (
        "MeanIoU",
        {"num_classes": 3, "sparse_y_pred": False, "axis": 0},
        (CLASSES_TRUE, np.eye(3)[CLASSES_PRED].T),
        5 / 9,
    ),
    (
        "OneHotIoU",
        {"num_classes": 3, "target_class_ids": [0, 2]},
        (np.eye(3)[CLASSES_TRUE], np.eye(3)[CLASSES_PRED]),
        2 / 3,
    ),
    (
        "OneHotMeanIoU",
        {"num_classes": 3, "sparse_y_pred": True},
        (np.eye(3)[CLASSES_TRUE], CLASSES_PRED),
        5 / 9,
    ),
    (
        "BinaryIoU",
        {"target_class_ids": [1], "threshold": 0.3, "dtype": "float32"},
        (
            np.array([0, 1, 0, 1]),
            np.array([0.1, 0.2, 0.4, 0.7]),
            np.array([0.2, 0.3, 0.4, 0.1]),
        ),
        0.125,
    ),
]


@pytest.mark.parametrize(
    ("name", "options", "batch", "expected"),
    KERAS_VALUES,
    ids=[f"{case[0]}-{case[1]}" for case in KERAS_VALUES],
)
def test_options_agree_with_keras(name, options, batch, expected):
    result = run(getattr(metrics, name)(**options), batch)
    np.testing.assert_allclose(result, expected, atol=1.1e-6)


def test_correlations_agree_with_numpy():
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=(2, 4, 5))
    expected = [np.corrcoef(x, y)[0, 1] for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(metrics.pearson_correlation(a, b), expected)
    concordance = [
        2
        * np.cov(x, y, ddof=0)[0, 1]
        / (x.var() + y.var() + (x.mean() - y.mean()) ** 2)
        for x, y in zip(a, b, strict=True)
    ]
    np.testing.assert_allclose(metrics.concordance_correlation(a, b), concordance)
    by_column = metrics.pearson_correlation(a, b, axis=0)
    assert by_column.shape == (5,)


def test_a_constant_correlates_with_nothing():
    ones = np.ones((1, 3))
    assert float(metrics.pearson_correlation(ones, [[1.0, 2, 3]])[0]) == 0.0


def test_auc_is_the_probability_that_a_positive_scores_higher():
    generator = np.random.default_rng(1)
    labels = generator.integers(0, 2, 60)
    scores = generator.integers(0, 200, 60) / 199  # on the thresholds: exact
    scores = np.clip(scores + 0.5 / 199, 0, 1)
    above = scores[labels == 1][:, None] - scores[labels == 0][None]
    expected = np.mean(above > 0) + 0.5 * np.mean(above == 0)
    assert float(metrics.AUC()(labels, scores)) == pytest.approx(expected, abs=1e-6)


# -- accuracy -----------------------------------------------------------------


def test_top_k_counts_ties_for_the_right_class():
    scores = np.full((3, 3), 0.5)
    result = metrics.sparse_top_k_categorical_accuracy([0, 1, 2], scores, k=1)
    np.testing.assert_array_equal(result, [1, 1, 1])
    everything = metrics.sparse_top_k_categorical_accuracy([0, 1, 2], scores, k=7)
    np.testing.assert_array_equal(everything, [1, 1, 1])


def test_top_k_of_labels_that_name_no_class():
    scores = np.float32([[0.5, 0.4, 0.3]] * 2)
    result = metrics.sparse_top_k_categorical_accuracy([9, -1], scores, k=1)
    np.testing.assert_array_equal(result, [0, 0])


def test_top_k_from_sorted_ids():
    metric = metrics.SparseTopKCategoricalAccuracy(k=1, from_sorted_ids=True)
    assert float(metric([1, 2], [[1, 0], [0, 2]])) == 0.5


def test_sequences_with_one_weight_per_sample():
    labels = np.array([[0, 1], [2, 3]])
    scores = np.stack([SCORES[:2], SCORES[1:]])
    metric = metrics.SparseCategoricalAccuracy()
    # Right: step 0 of sample 0, step 0 of sample 1.
    assert float(metric(labels, scores, np.array([1.0, 2.0]))) == 0.5


@pytest.mark.parametrize(
    ("name", "y_true"),
    [
        ("CategoricalAccuracy", np.arange(3)),
        ("SparseCategoricalAccuracy", np.arange(4)),
        ("SparseCategoricalAccuracy", np.eye(4)[:3]),
        ("BinaryAccuracy", np.arange(4)),
        ("Precision", np.arange(4)),
        ("R2Score", np.arange(3)),
        ("F1Score", np.arange(3)),
        ("MeanSquaredError", np.ones((3, 2))),
    ],
)
def test_labels_that_do_not_fit_are_a_value_error(name, y_true):
    with pytest.raises(ValueError, match=r"\(3, 4\)|\(3,\)"):
        getattr(metrics, name)()(y_true, SCORES)


def test_r2_score_takes_one_number_per_sample_without_a_second_axis():
    table = float(metrics.R2Score()(Y[:, :1], P[:, :1]))
    assert float(metrics.R2Score()(Y[:, 0], P[:, :1])) == table
    assert float(metrics.R2Score()(Y[:, :1], P[:, 0])) == table
    assert float(metrics.R2Score()(Y[:, 0], P[:, 0])) == table


# -- weights and masks ----------------------------------------------------------


def masked(values, mask):
    tensor = Tensor(values)
    tensor.mask = mask
    return tensor


def test_masked_samples_do_not_count():
    y_pred = masked(P, np.array([True, False, True]))
    assert float(metrics.MeanSquaredError()(Y, y_pred)) == pytest.approx(1.0625)
    weighted = metrics.MeanSquaredError()(Y, y_pred, W)
    assert float(weighted) == pytest.approx(1.53125)  # of real Keras, both


@pytest.mark.parametrize("name", ["Precision", "AUC", "TruePositives", "F1Score"])
def test_masked_samples_do_not_count_elsewhere(name):
    mask = np.array([True, True, False])
    cls = getattr(metrics, name)
    labels = ONE_HOT
    half = cls()(labels[:2], SCORES[:2])
    np.testing.assert_allclose(cls()(labels, masked(SCORES, mask)), half, rtol=1e-6)


def test_masked_time_steps_do_not_count():
    labels = np.array([[0, 1], [2, 3]])
    scores = np.stack([SCORES[:2], SCORES[1:]])
    mask = np.array([[True, False], [True, True]])
    metric = metrics.SparseCategoricalAccuracy()
    assert float(metric(labels, masked(scores, mask))) == pytest.approx(2 / 3)


# -- wrong arguments ------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("BinaryAccuracy", {"threshold": 1.5}, "threshold=1.5"),
        ("Precision", {"thresholds": [0.5, 1.2]}, "1.2"),
        ("AUC", {"num_thresholds": 1}, "num_thresholds=1"),
        ("AUC", {"curve": "RCO"}, 'Did you mean "ROC"'),
        ("AUC", {"summation_method": "minor"}, 'Did you mean "minoring"'),
        ("PrecisionAtRecall", {"recall": 1.5}, "recall=1.5"),
        ("PrecisionAtRecall", {"recall": 0.5, "num_thresholds": 0}, "=0"),
        ("FBetaScore", {"average": "marco"}, 'Did you mean "macro"'),
        ("FBetaScore", {"beta": -1.0}, "beta=-1.0"),
        ("FBetaScore", {"threshold": 2.0}, "threshold=2.0"),
        ("R2Score", {"class_aggregation": "sum"}, "class_aggregation"),
        ("R2Score", {"num_regressors": -1}, "-1"),
        ("IoU", {"num_classes": 3, "target_class_ids": [3]}, "0 to 2"),
    ],
)
def test_wrong_arguments_are_named(name, options, message):
    with pytest.raises(ValueError, match=message):
        getattr(metrics, name)(**options)


# -- state, names, configs --------------------------------------------------------


def batch_for(name):
    if name in ("Mean", "Sum"):
        return (np.array([1.0, 2.0]),)
    if name.startswith("OneHot"):
        return np.eye(3)[[0, 1]], np.eye(3)[[0, 2]]
    if "IoU" in name and name != "BinaryIoU":
        return np.array([0, 1]), np.array([0, 2])
    if name.startswith("Sparse"):
        return LABELS, SCORES
    return ONE_HOT, SCORES


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_reset_forgets_everything(cls):
    metric = cls(**REQUIRED.get(cls.__name__, {}))
    batch = batch_for(cls.__name__)
    first = np.asarray(metric(*batch))
    again = np.asarray(run(metric, batch, batch))
    metric.reset_state()
    assert all(not np.any(v.array) for v in metric.variables)
    np.testing.assert_array_equal(metric(*batch), first)
    if cls.__name__.endswith(("Positives", "Negatives")) or cls is metrics.Sum:
        np.testing.assert_allclose(again, 3 * first)  # counts grow, means stay
    else:
        np.testing.assert_allclose(again, first, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_survives_a_config_round_trip(cls):
    metric = cls(**REQUIRED.get(cls.__name__, {}), name="mine")
    record = metrics.serialize(metric)
    assert record["module"] == "keras.metrics"
    restored = metrics.deserialize(record)
    assert type(restored) is cls
    assert restored.get_config() == metric.get_config()


@pytest.mark.parametrize(
    "metric",
    [
        metrics.AUC(thresholds=[0.6, 0.3], curve="PR"),
        metrics.AUC(multi_label=True, num_labels=2, label_weights=[0.2, 0.8]),
        metrics.Precision(thresholds=[0.2, 0.5], top_k=2, class_id=1),
        metrics.BinaryAccuracy(threshold=0.7),
        metrics.SparseTopKCategoricalAccuracy(k=2, from_sorted_ids=True),
        metrics.MeanMetricWrapper(mean_squared_error, name="m"),
    ],
    ids=lambda metric: type(metric).__name__,
)
def test_options_survive_a_config_round_trip(metric):
    restored = metrics.deserialize(metrics.serialize(metric))
    assert restored.get_config() == metric.get_config()
    if isinstance(metric, metrics.AUC):
        np.testing.assert_array_equal(restored._thresholds, metric._thresholds)


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("mse", metrics.MeanSquaredError),
        ("MAE", metrics.MeanAbsoluteError),
        ("accuracy", metrics.Accuracy),
        ("binary_accuracy", metrics.BinaryAccuracy),
        ("auc", metrics.AUC),
        ("AUC", metrics.AUC),
        ("f1_score", metrics.F1Score),
        ("cosine_similarity", metrics.CosineSimilarity),
        ("top_k_categorical_accuracy", metrics.TopKCategoricalAccuracy),
        ("kullback_leibler_divergence", metrics.KLDivergence),
        ("cosine_proximity", metrics.CosineSimilarity),
    ],
)
def test_a_name_gives_a_metric_that_adds_up(name, cls):
    assert type(metrics.get(name)) is cls


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(ValueError, match='Did you mean "accuracy"'):
        metrics.get("acuracy")


def test_weights_of_single_values_count_in_regression():
    # Recorded from Keras 3.15: for R2Score each output has its own sum of weights.
    y_true = np.array([[1.0, 4.0], [2.0, 6.0], [4.0, 5.0]])
    y_pred = np.array([[1.5, 4.0], [2.0, 5.0], [3.0, 7.0]])
    weights = np.array([[1.0, 0.5], [0.5, 2.0], [2.0, 0.25]])
    r2 = metrics.R2Score(class_aggregation=None)
    r2.update_state(y_true, y_pred, sample_weight=weights)
    expected = []
    for true, pred, w in zip(y_true.T, y_pred.T, weights.T, strict=True):
        mean = np.sum(w * true) / np.sum(w)
        residual = np.sum(w * (true - pred) ** 2)
        expected.append(1 - residual / np.sum(w * (true - mean) ** 2))
    np.testing.assert_allclose(r2.result().numpy(), expected, rtol=1e-5)
    root = metrics.RootMeanSquaredError()
    root.update_state(y_true, y_pred, sample_weight=weights)
    squares = np.sum(weights * (y_true - y_pred) ** 2) / np.sum(weights)
    assert float(root.result()) == pytest.approx(np.sqrt(squares))
