"""split_dataset and the windows of time series."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import utils


def test_a_split_takes_shares_or_counts_and_all_arrays_alike():
    x, y = np.arange(10), np.arange(10) * 2
    (left_x, left_y), (right_x, right_y) = utils.split_dataset((x, y), left_size=0.6)
    assert left_x.tolist() == [0, 1, 2, 3, 4, 5]
    assert right_y.tolist() == [12, 14, 16, 18]
    left, right = utils.split_dataset(x, left_size=2, right_size=3)
    assert (left.tolist(), right.tolist()) == ([0, 1], [2, 3, 4])


def test_a_shuffled_split_follows_its_seed_and_loses_nothing():
    first = utils.split_dataset(np.arange(10), 0.5, shuffle=True, seed=1)
    again = utils.split_dataset(np.arange(10), 0.5, shuffle=True, seed=1)
    np.testing.assert_array_equal(first[0], again[0])
    assert sorted(np.concatenate(first)) == list(range(10))
    assert first[0].tolist() != [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "sizes",
    [{}, {"left_size": 1.5}, {"left_size": 8, "right_size": 3}, {"left_size": 0}],
)
def test_impossible_splits_are_refused(sizes):
    with pytest.raises(ValueError, match="left_size|split"):
        utils.split_dataset(np.arange(10), **sizes)


def test_windows_by_hand():
    dataset = utils.timeseries_dataset_from_array(
        np.arange(20), np.arange(20) * 10, sequence_length=4, sequence_stride=2,
        sampling_rate=2, batch_size=3, start_index=1, end_index=12,
    )  # fmt: skip
    # Data 1 ... 11: windows 1 3 5 7, 3 5 7 9, 5 7 9 11.
    ((windows, targets),) = list(dataset)
    assert windows.tolist() == [[1, 3, 5, 7], [3, 5, 7, 9], [5, 7, 9, 11]]
    assert targets.tolist() == [10, 30, 50]


def test_windows_train_a_model():
    series = np.sin(np.arange(200) / 5)
    dataset = utils.timeseries_dataset_from_array(
        series[:-5], series[5:], sequence_length=5, batch_size=16, shuffle=True, seed=0
    )
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.05), "mse")
    assert model.fit(dataset, epochs=30, verbose=0).history["loss"][-1] < 1e-3


def test_a_series_shorter_than_a_window_is_refused():
    with pytest.raises(ValueError, match="too short"):
        utils.timeseries_dataset_from_array(np.arange(3), None, sequence_length=4)
    with pytest.raises(ValueError, match="sampling_rate must be at least 1"):
        utils.timeseries_dataset_from_array(np.arange(3), None, 2, sampling_rate=0)
