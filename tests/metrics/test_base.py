"""Metric, Mean, Sum, and metrics of your own."""

import numpy as np
import pytest

from edukeras import metrics, ops
from edukeras.metrics import Mean, MeanMetricWrapper, Metric, Sum


class Hits(Metric):
    """As in the Keras guide: variables, ops, another metric inside."""

    def __init__(self, threshold=0.5, **kwargs):
        super().__init__(**kwargs)
        self.threshold = threshold
        self.hits = self.add_weight(name="hits", initializer="zeros")
        self.mean = Mean(name="inner")

    def update_state(self, y_true, y_pred, sample_weight=None):
        right = ops.cast(y_pred > self.threshold, "float32") * y_true
        self.hits.assign_add(ops.sum(right))
        self.mean.update_state(y_pred)

    def result(self):
        return self.hits.value + self.mean.result()


def test_a_metric_of_your_own_uses_ops():
    metric = Hits(name="hits")
    result = metric(np.float32([1, 0, 1]), np.float32([0.9, 0.6, 0.3]))
    assert float(result) == pytest.approx(1 + 0.6)
    metric.reset_state()
    assert float(metric.result()) == 0.0


def test_variables_include_those_of_inner_metrics():
    paths = [v.path for v in Hits(name="mine").variables]
    assert paths == ["mine/hits", "inner/total", "inner/count"]
    assert not any(v.trainable for v in Hits().variables)


def test_a_variable_may_have_a_shape_and_a_dtype():
    metric = Metric(dtype="float64")
    assert metric.add_variable((2, 3)).dtype == "float64"
    assert metric.add_weight().shape == ()
    assert metric.add_weight(dtype="int32").dtype == "int32"


def test_forgetting_super_init_is_explained():
    class Forgetful(Metric):
        def __init__(self):
            self.total = self.add_weight()

    with pytest.raises(RuntimeError, match=r"super\(\).__init__\(\)"):
        Forgetful()


def test_missing_methods_are_named():
    with pytest.raises(NotImplementedError, match="update_state"):
        Metric().update_state(1)
    with pytest.raises(NotImplementedError, match="result"):
        Metric().result()


def test_default_names_count_up():
    class Curious(Metric):
        pass

    assert [Curious().name, Curious().name] == ["curious", "curious_1"]


def test_a_result_does_not_change_with_later_updates():
    total = Sum()
    first = total(1.0)
    total.update_state(2.0)
    assert float(first) == 1.0


@pytest.mark.parametrize(
    ("values", "weights", "expected"),
    [
        ([1.0, 2.0, 3.0], None, 2.0),
        ([1.0, 2.0, 3.0], [0, 1, 1], 2.5),
        ([1.0, 2.0], [[1.0], [0.0]], 1.0),
        ([1.0, 2.0], [0.0, 0.0], 0.0),
        (4, None, 4.0),
        ([True, False], None, 0.5),
        ([[1.0, 3.0], [5.0, 7.0]], [1.0, 0.0], 2.0),
        ([[1.0, 3.0], [5.0, 7.0]], [[1.0, 0.0], [0.0, 1.0]], 4.0),
    ],
)
def test_mean(values, weights, expected):
    assert float(Mean()(values, weights)) == expected


def test_mean_of_batches_weighs_them_by_size():
    mean = Mean()
    mean.update_state([1.0, 1.0, 1.0])
    assert float(mean(5.0)) == 2.0


def test_mean_of_nothing_is_0():
    assert float(Mean().result()) == 0.0


def test_mean_shows_nan():
    assert np.isnan(float(Mean()([1.0, np.nan])))


def test_sum_with_weights():
    assert float(Sum()([1.0, 2.0], [1.0, 0.5])) == 2.0


def test_weights_that_do_not_fit():
    with pytest.raises(ValueError, match=r"shape \(2,\)"):
        Mean()([1.0, 2.0], [1.0, 1.0, 1.0])


def test_a_function_as_metric_with_options():
    def within(y_true, y_pred, distance):
        return abs(y_true - y_pred) <= distance

    metric = MeanMetricWrapper(within, name="within", distance=0.5)
    assert float(metric(np.zeros(2), np.array([0.4, 0.6]))) == 0.5
    assert metric.get_config()["distance"] == 0.5


def test_a_subclass_is_restored_from_its_config():
    class Tall(Hits):
        def get_config(self):
            return {**super().get_config(), "threshold": self.threshold}

    restored = metrics.deserialize(
        metrics.serialize(Tall(threshold=0.7)), {"Tall": Tall}
    )
    assert restored.threshold == 0.7
