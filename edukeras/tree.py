"""Nested lists, tuples and dicts of values: flatten them, map over them, pack again.

Dicts are walked in the order of their sorted keys, as `keras.tree` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any


def is_nested(structure: Any) -> bool:
    """Whether this is a list, tuple or dict."""
    return isinstance(structure, (list, tuple, dict))


def dict_keys(structure: dict) -> list:
    """The keys in the order of a walk."""
    try:
        return sorted(structure)
    except TypeError:  # keys of mixed types keep their own order
        return list(structure)


def flatten(structure: Any) -> list:
    """All leaves, in order.

    >>> flatten({"b": 1, "a": [2, (3,)]})
    [2, 3, 1]
    """
    if isinstance(structure, dict):
        return [leaf for key in dict_keys(structure) for leaf in flatten(structure[key])]
    if isinstance(structure, (list, tuple)):
        return [leaf for item in structure for leaf in flatten(item)]
    return [structure]


def _rebuild(structure: list | tuple, items: Iterable) -> Any:
    """A list or tuple of the same type; named tuples keep their class."""
    if hasattr(structure, "_fields"):
        return type(structure)(*items)
    return type(structure)(items)


def map_structure(function: Callable, *structures: Any) -> Any:
    """Applies the function to the leaves of structures of the same form.

    >>> map_structure(lambda a, b: a + b, {"x": [1, 2]}, {"x": [10, 20]})
    {'x': [11, 22]}
    """
    first = structures[0]
    if isinstance(first, dict):
        return type(first)(
            (key, map_structure(function, *(s[key] for s in structures)))
            for key in first
        )
    if isinstance(first, (list, tuple)):
        for other in structures[1:]:
            if not isinstance(other, (list, tuple)) or len(other) != len(first):
                raise ValueError(
                    f"Structures differ: {first!r} does not have the form of {other!r}."
                )
        return _rebuild(
            first, (map_structure(function, *items) for items in zip(*structures))
        )
    return function(*structures)


def pack_sequence_as(structure: Any, flat: Iterable) -> Any:
    """Puts flat leaves into the form of a structure.

    >>> pack_sequence_as({"a": 0, "b": [0, 0]}, [1, 2, 3])
    {'a': 1, 'b': [2, 3]}
    """
    return _pack(structure, iter(flat))


def _pack(structure: Any, leaves: Iterator) -> Any:
    if isinstance(structure, dict):
        packed = {key: _pack(structure[key], leaves) for key in dict_keys(structure)}
        return type(structure)((key, packed[key]) for key in structure)
    if isinstance(structure, (list, tuple)):
        return _rebuild(structure, [_pack(item, leaves) for item in structure])
    return next(leaves)


def assert_same_structure(a: Any, b: Any) -> None:
    """Raises ValueError unless both have the same nesting and keys."""
    same = (
        is_nested(a) == is_nested(b)
        and isinstance(a, dict) == isinstance(b, dict)
        and (not is_nested(a) or len(a) == len(b))
        and (not isinstance(a, dict) or dict_keys(a) == dict_keys(b))
    )
    if not same:
        raise ValueError(f"Structures differ: {a!r} and {b!r}.")
    if isinstance(a, dict):
        for key in a:
            assert_same_structure(a[key], b[key])
    elif is_nested(a):
        for left, right in zip(a, b, strict=True):
            assert_same_structure(left, right)
