"""Nested lists, tuples and dicts of values: flatten them, map over them, pack again.

Dicts are walked in the order of their sorted keys, as `keras.tree` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any


class MAP_TO_NONE:
    """Stands for None in what the function of `traverse` returns."""


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
        return [
            leaf for key in dict_keys(structure) for leaf in flatten(structure[key])
        ]
    if isinstance(structure, (list, tuple)):
        return [leaf for item in structure for leaf in flatten(item)]
    return [structure]


def _rebuild(structure: list | tuple, items: Iterable) -> Any:
    """A list or tuple of the same type; named tuples keep their class."""
    if hasattr(structure, "_fields"):
        return type(structure)(*items)
    return type(structure)(items)


def flatten_with_path(structure: Any) -> list[tuple[tuple, Any]]:
    """All leaves in order, each with the keys and indices that lead to it.

    >>> flatten_with_path({"b": [1, 2]})
    [(('b', 0), 1), (('b', 1), 2)]
    """
    if isinstance(structure, dict):
        items = [(key, structure[key]) for key in dict_keys(structure)]
    elif isinstance(structure, (list, tuple)):
        items = list(enumerate(structure))
    else:
        return [((), structure)]
    return [
        ((key, *path), leaf)
        for key, item in items
        for path, leaf in flatten_with_path(item)
    ]


def map_structure(func: Callable, *structures: Any, none_is_leaf: bool = True) -> Any:
    """Applies the function to the leaves of structures of the same form.

    `none_is_leaf=False` leaves None as it is.

    >>> map_structure(lambda a, b: a + b, {"x": [1, 2]}, {"x": [10, 20]})
    {'x': [11, 22]}
    """
    if none_is_leaf:
        return _map(func, structures)
    return _map(
        lambda *leaves: None if leaves[0] is None else func(*leaves), structures
    )


def _map(func: Callable, structures: tuple) -> Any:
    first = structures[0]
    if isinstance(first, dict):
        for other in structures[1:]:
            if not isinstance(other, dict) or other.keys() != first.keys():
                raise _different(first, other)
        return type(first)(
            (key, _map(func, tuple([s[key] for s in structures]))) for key in first
        )
    if isinstance(first, (list, tuple)):
        for other in structures[1:]:
            if not isinstance(other, (list, tuple)) or len(other) != len(first):
                raise _different(first, other)
        return _rebuild(first, [_map(func, items) for items in zip(*structures)])
    return func(*structures)


def _different(a: Any, b: Any) -> ValueError:
    return ValueError(f"Structures differ: {a!r} does not have the form of {b!r}.")


def map_structure_up_to(
    shallow_structure: Any, func: Callable, *structures: Any
) -> Any:
    """Like `map_structure`, with what lies at the leaves of the shallow structure.

    >>> map_structure_up_to([0, 0], len, [[1, 2], [3]])
    [2, 1]
    """
    return _map(lambda _, *parts: func(*parts), (shallow_structure, *structures))


def map_shape_structure(func: Callable, structure: Any) -> Any:
    """Applies the function to each shape, a tuple or list such as (None, 3)."""
    if isinstance(structure, (list, tuple)) and all(
        n is None or isinstance(n, int) for n in structure
    ):
        return func(tuple(structure))
    if isinstance(structure, dict):
        return {key: map_shape_structure(func, s) for key, s in structure.items()}
    if isinstance(structure, (list, tuple)):
        return _rebuild(structure, [map_shape_structure(func, s) for s in structure])
    raise ValueError(f"This is no shape: {structure!r}. A shape is (None, 3), say.")


def lists_to_tuples(structure: Any) -> Any:
    """The same with tuples in place of lists.

    >>> lists_to_tuples([1, [2, {"x": [3]}]])
    (1, (2, {'x': (3,)}))
    """
    if isinstance(structure, list):
        return tuple(lists_to_tuples(item) for item in structure)
    if isinstance(structure, tuple):
        return _rebuild(structure, [lists_to_tuples(item) for item in structure])
    if isinstance(structure, dict):
        return type(structure)((k, lists_to_tuples(v)) for k, v in structure.items())
    return structure


def traverse(func: Callable, structure: Any, top_down: bool = True) -> Any:
    """Applies the function to the whole, its parts and its leaves.

    What it returns takes the place of the part; None keeps the part and goes on
    inside it, `MAP_TO_NONE` makes it None.  Top-down, the whole comes first.

    >>> traverse(lambda x: x * 10 if isinstance(x, int) else None, [1, (2,)])
    [10, (20,)]
    """
    if top_down:
        result = func(structure)
        if result is not None:
            return None if result is MAP_TO_NONE else result
        return _traverse_inside(func, structure, top_down)
    structure = _traverse_inside(func, structure, top_down)
    result = func(structure)
    if result is None:
        return structure
    return None if result is MAP_TO_NONE else result


def _traverse_inside(func: Callable, structure: Any, top_down: bool) -> Any:
    if isinstance(structure, dict):
        return type(structure)(
            (key, traverse(func, item, top_down)) for key, item in structure.items()
        )
    if isinstance(structure, (list, tuple)):
        return _rebuild(structure, [traverse(func, x, top_down) for x in structure])
    return structure


def pack_sequence_as(structure: Any, flat_sequence: Iterable) -> Any:
    """Puts flat leaves into the form of a structure.

    >>> pack_sequence_as({"a": 0, "b": [0, 0]}, [1, 2, 3])
    {'a': 1, 'b': [2, 3]}
    """
    leaves = iter(flat_sequence)
    try:
        packed = _pack(structure, leaves)
    except StopIteration:
        raise ValueError(f"There are too few leaves for {structure!r}.") from None
    for leaf in leaves:
        raise ValueError(f"There are too many leaves for {structure!r}: {leaf!r}.")
    return packed


def _pack(structure: Any, leaves: Iterator) -> Any:
    if isinstance(structure, dict):
        packed = {key: _pack(structure[key], leaves) for key in dict_keys(structure)}
        return type(structure)((key, packed[key]) for key in structure)
    if isinstance(structure, (list, tuple)):
        return _rebuild(structure, [_pack(item, leaves) for item in structure])
    return next(leaves)


def assert_same_structure(a: Any, b: Any, check_types: bool | None = None) -> None:
    """Raises ValueError unless both have the same nesting, types and keys.

    >>> assert_same_structure([1, {"x": 2}], [3, {"x": 4}])
    """
    nested = is_nested(a)
    if nested != is_nested(b) or (nested and type(a) is not type(b)):
        raise _different(a, b)
    if not nested:
        return
    if len(a) != len(b) or (isinstance(a, dict) and a.keys() != b.keys()):
        raise _different(a, b)
    for key in a if isinstance(a, dict) else range(len(a)):
        assert_same_structure(a[key], b[key])


def assert_same_paths(a: Any, b: Any) -> None:
    """Raises ValueError unless the same keys and indices lead to the leaves.

    >>> assert_same_paths([1], (2,))
    """
    paths_a = {path for path, _ in flatten_with_path(a)}
    paths_b = {path for path, _ in flatten_with_path(b)}
    if paths_a != paths_b:
        raise ValueError(
            f"Structures differ. Only in the first: {sorted(paths_a - paths_b)}. "
            f"Only in the second: {sorted(paths_b - paths_a)}."
        )
