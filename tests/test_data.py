"""From what users pass to batches."""

import threading

import numpy as np
import pytest

from edukeras import data

X = np.arange(10.0, dtype="float32")[:, None]


def rows(source):
    return [x[:, 0].tolist() for x, _, _ in source.batches()]


@pytest.mark.parametrize(
    ("batch", "parts"),
    [(1, (1, None, None)), ((1,), (1, None, None)), ([1, 2], (1, 2, None)),
     ((1, 2, 3), (1, 2, 3))],
)  # fmt: skip
def test_a_batch_is_x_y_and_weights(batch, parts):
    assert data.unpack_x_y_sample_weight(batch) == parts


def test_four_parts_are_refused():
    with pytest.raises(ValueError, match="at most three"):
        data.unpack_x_y_sample_weight((1, 2, 3, 4))


def test_packing_is_as_short_as_it_can_be():
    assert data.pack_x_y_sample_weight(1) == 1
    assert data.pack_x_y_sample_weight([1]) == ([1],)
    assert data.pack_x_y_sample_weight(1, 2) == (1, 2)
    assert data.pack_x_y_sample_weight(1, None, 3) == (1, None, 3)


def test_doubles_become_floatx_and_whole_numbers_stay():
    assert data.as_arrays(np.ones(2)).dtype == np.float32
    assert data.as_arrays(np.ones(2, "int64")).dtype == np.int64
    assert [a.shape for a in data.as_arrays([np.ones(2), np.ones(3)])] == [(2,), (3,)]
    assert data.as_arrays([[1, 2], [3, 4]]).shape == (2, 2)


def test_rows_of_different_lengths_say_what_to_do():
    with pytest.raises(ValueError, match="pad_sequences|inhomogeneous"):
        data.as_arrays(np.array([[1], [2, 3]], dtype=object))


def test_a_new_round_of_arrays_starts_only_when_all_were_seen():
    source = data.ArrayData(X, batch_size=4, steps=2, resume=True)
    assert rows(source) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert rows(source) == [[8, 9]]
    assert rows(source) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    again = data.ArrayData(X, batch_size=4, steps=2)
    assert rows(again) == rows(again)


def test_a_shuffled_round_sees_each_sample_once():
    source = data.ArrayData(X, batch_size=2, steps=3, shuffle=True, resume=True)
    seen = sum(rows(source) + rows(source), [])
    assert sorted(seen) == X[:, 0].tolist()


class Numbers(data.PyDataset):
    def __init__(self, **options):
        super().__init__(**options)
        self.calls = []

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return np.full((1, 1), float(index))

    def on_epoch_begin(self):
        self.calls.append("begin")

    def on_epoch_end(self):
        self.calls.append("end")


@pytest.mark.parametrize("workers", [1, 3])
def test_a_dataset_keeps_its_order_whoever_makes_the_batches(workers):
    dataset = Numbers(workers=workers, max_queue_size=2)
    assert rows(data.data_for(dataset)) == [[0.0], [1.0], [2.0], [3.0]]
    assert dataset.calls == ["begin", "end"]


def test_hooks_of_a_dataset_mark_its_rounds():
    dataset = Numbers()
    source = data.data_for(dataset, steps=3, resume=True)
    assert rows(source) == [[0.0], [1.0], [2.0]]
    assert dataset.calls == ["begin"]
    assert rows(source) == [[3.0]]
    assert dataset.calls == ["begin", "end"]


def test_methods_that_a_dataset_must_have_are_named():
    with pytest.raises(NotImplementedError, match="__len__"):
        len(data.PyDataset())
    with pytest.raises(NotImplementedError, match="__getitem__"):
        data.PyDataset()[0]


def test_an_error_in_a_generator_that_a_thread_reads_arrives_where_it_is_used():
    def broken():
        yield X
        raise KeyError("lost")

    source = data.data_for(broken(), workers=2)
    with pytest.raises(KeyError, match="lost"):
        rows(source)


def test_a_generator_that_a_thread_reads_is_let_go_when_nobody_wants_more():
    def endless():
        while True:
            yield X

    before = threading.active_count()
    for _ in data.data_for(endless(), workers=2).batches():
        break
    assert threading.active_count() == before


def test_something_else_is_refused():
    with pytest.raises(ValueError, match="no data.*Received: int"):
        data.data_for(3)
