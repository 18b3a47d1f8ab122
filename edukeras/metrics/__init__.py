"""keras.metrics: numbers for people, beside the loss that training makes small.

base.py holds `Metric`; the others, simplest first: reduction, accuracy, regression,
probabilistic, correlation, confusion, auc, f_score, iou.

Source: https://keras.io/api/metrics/
"""

# The imported metrics are for the callers of this package:
# ruff: noqa: F401
from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from edukeras import registry
from edukeras.graph import snake_case
from edukeras.losses import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from edukeras.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    accuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from edukeras.metrics.auc import (
    AUC,
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from edukeras.metrics.base import Metric
from edukeras.metrics.confusion import (
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    TrueNegatives,
    TruePositives,
)
from edukeras.metrics.correlation import (
    ConcordanceCorrelation,
    PearsonCorrelation,
    concordance_correlation,
    pearson_correlation,
)
from edukeras.metrics.f_score import F1Score, FBetaScore
from edukeras.metrics.iou import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from edukeras.metrics.probabilistic import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    Hinge,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
    SquaredHinge,
)
from edukeras.metrics.reduction import Mean, MeanMetricWrapper, Sum
from edukeras.metrics.regression import (
    CosineSimilarity,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    R2Score,
    RootMeanSquaredError,
    cosine_similarity,
)

CLASSES: dict[str, type] = {
    name: value
    for name, value in globals().items()
    if inspect.isclass(value) and issubclass(value, Metric)
}
FUNCTIONS: dict[str, Callable] = {
    name: value
    for name, value in globals().items()
    if inspect.isfunction(value) and value is not snake_case
}
# A name in `compile(metrics=[...])` stands for an object, which adds up batches.
KNOWN: dict[str, Any] = {
    **FUNCTIONS,
    **CLASSES,
    **{snake_case(name): cls for name, cls in CLASSES.items()},
    "mse": MeanSquaredError,
    "MSE": MeanSquaredError,
    "mae": MeanAbsoluteError,
    "MAE": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError,
    "MAPE": MeanAbsolutePercentageError,
    "msle": MeanSquaredLogarithmicError,
    "MSLE": MeanSquaredLogarithmicError,
    "rmse": RootMeanSquaredError,
    "bce": BinaryCrossentropy,
    "BCE": BinaryCrossentropy,
    "kld": KLDivergence,
    "KLD": KLDivergence,
    "kullback_leibler_divergence": KLDivergence,
    "log_cosh": LogCoshError,
    "logcosh": LogCoshError,
    "cosine": CosineSimilarity,
    "cosine_proximity": CosineSimilarity,
}
registry.register_builtin("keras.metrics", CLASSES)
registry.register_functions(
    {name: f for name, f in FUNCTIONS.items() if name != "cosine_similarity"}
)


def get(identifier: Any) -> Any:
    """The metric that an argument of `compile` means; None stays None.

    >>> get("mse")
    <MeanSquaredError name=mean_squared_error>
    """
    return registry.resolve("metric", identifier, KNOWN)


def serialize(metric: Any) -> Any:
    """The config record of a metric."""
    return registry.serialize_keras_object(metric)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The metric of a config record or a name."""
    with registry.custom_object_scope(custom_objects):
        return get(config)
