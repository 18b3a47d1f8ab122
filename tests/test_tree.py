"""Nested structures: walks, maps and comparisons as in keras.tree."""

from collections import namedtuple

import pytest

from edukeras import tree

NESTED = {"b": (1, [2]), "a": 3}
Pair = namedtuple("Pair", "x y")


def times_ten(x):
    return None if tree.is_nested(x) else x * 10


def test_dicts_are_walked_by_sorted_keys_and_lists_in_order():
    assert tree.flatten(NESTED) == [3, 1, 2]
    assert tree.flatten_with_path(NESTED) == [
        (("a",), 3), (("b", 0), 1), (("b", 1, 0), 2),
    ]  # fmt: skip
    assert tree.flatten(None) == [None]
    assert tree.flatten({2: 1, "a": 3}) == [1, 3]  # keys that cannot be sorted


def test_packing_undoes_flattening():
    assert tree.pack_sequence_as(NESTED, tree.flatten(NESTED)) == NESTED
    assert list(tree.pack_sequence_as(NESTED, [3, 1, 2])) == ["b", "a"]
    for leaves, words in (([1], "too few"), ([1, 2, 3, 4], "too many")):
        with pytest.raises(ValueError, match=words):
            tree.pack_sequence_as(NESTED, leaves)


def test_maps_keep_types_and_want_the_same_form():
    assert tree.map_structure(lambda a, b: a + b, Pair(1, [2]), Pair(3, [4])) == Pair(
        4, [6]
    )
    for other in ([1], (1, 2, 3), {"a": 1}, 5):
        with pytest.raises(ValueError, match="Structures differ"):
            tree.map_structure(lambda a, b: a, [1, 2], other)
    with pytest.raises(ValueError, match="Structures differ"):
        tree.map_structure(lambda a, b: a, {"a": 1}, {"b": 1})


def test_none_may_be_left_alone():
    assert tree.map_structure(str, [None, 1], none_is_leaf=False) == [None, "1"]


def test_map_up_to_gets_what_lies_below():
    pairs = tree.map_structure_up_to([0, 0], lambda *p: p, [[1], 2], [3, [4]])
    assert pairs == [([1], 3), (2, [4])]


def test_map_shapes_takes_lists_of_numbers_as_shapes():
    shapes = {"a": (None, 2), "b": [(1, 2), [3]]}
    assert tree.map_shape_structure(len, shapes) == {"a": 2, "b": [2, 1]}


def test_traverse_replaces_parts_top_down_and_bottom_up():
    assert tree.traverse(times_ten, NESTED) == {"b": (10, [20]), "a": 30}
    assert tree.traverse(times_ten, NESTED, top_down=False) == {
        "b": (10, [20]), "a": 30,
    }  # fmt: skip
    assert tree.traverse(lambda x: tree.MAP_TO_NONE if x == 3 else None, NESTED) == {
        "b": (1, [2]), "a": None,
    }  # fmt: skip

    def total(x):
        return sum(x) if isinstance(x, (list, tuple)) else None

    assert tree.traverse(total, [1, (2, [3, 4])], top_down=False) == 10


def test_lists_to_tuples():
    assert tree.lists_to_tuples([1, [2, {"x": [3]}], Pair([4], 5)]) == (
        1, (2, {"x": (3,)}), Pair((4,), 5),
    )  # fmt: skip


def test_comparisons_of_structures():
    tree.assert_same_structure(NESTED, {"a": 0, "b": (0, [0])})
    for a, b in (([1], (1,)), ([1], [1, 2]), ({"a": 1}, {"b": 1}), ([1], 1)):
        with pytest.raises(ValueError, match="Structures differ"):
            tree.assert_same_structure(a, b)
    tree.assert_same_paths([1], (2,))
    with pytest.raises(ValueError, match="Only in the first"):
        tree.assert_same_paths({"a": 1}, {"b": 1})
