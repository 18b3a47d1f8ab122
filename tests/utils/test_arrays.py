"""One-hot rows, unit length, equal length."""

import numpy as np
import pytest

from edukeras import utils


def test_one_hot_drops_a_last_axis_of_one_and_keeps_the_others():
    assert utils.to_categorical([[0], [1]]).tolist() == [[1, 0], [0, 1]]
    assert utils.to_categorical(np.zeros((2, 3), int), 4).shape == (2, 3, 4)


@pytest.mark.parametrize("labels", [[3], [-1]])
def test_class_numbers_must_fit(labels):
    with pytest.raises(ValueError, match=r"numbers from 0 to 2.*Received"):
        utils.to_categorical(labels, 3)


def test_normalize_divides_by_the_norm_and_leaves_zeros():
    assert utils.normalize([[3.0, 4.0], [0.0, 0.0]]).tolist() == [[0.6, 0.8], [0, 0]]
    assert utils.normalize([[1.0, 3.0]], order=1).tolist() == [[0.25, 0.75]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [[0, 0, 1], [2, 3, 4]]),
        ({"padding": "post"}, [[1, 0, 0], [2, 3, 4]]),
        ({"maxlen": 2}, [[0, 1], [3, 4]]),
        ({"maxlen": 2, "truncating": "post", "value": 9}, [[9, 1], [2, 3]]),
    ],
)
def test_sequences_are_padded_and_cut(options, expected):
    assert utils.pad_sequences([[1], [2, 3, 4]], **options).tolist() == expected


def test_padding_is_pre_or_post():
    with pytest.raises(ValueError, match='padding is "pre" or "post"'):
        utils.pad_sequences([[1]], padding="both")
