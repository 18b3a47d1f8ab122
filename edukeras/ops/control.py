"""Functions that call functions: conditions, loops, maps.

Values are there when an op runs, so these are Python's own `if` and `for`; they
exist so that code written for other backends of Keras runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from edukeras import tree
from edukeras.ops.core import shape
from edukeras.ops.indexing import get_item
from edukeras.ops.joining import concatenate, stack
from edukeras.tensor import Tensor, as_array


def cond(pred: Any, true_fn: Callable, false_fn: Callable) -> Any:
    """The result of one of two functions.

    >>> cond(3 > 2, lambda: "yes", lambda: "no")
    'yes'
    """
    return true_fn() if bool(pred) else false_fn()


def switch(index: Any, branches: Any, *operands: Any) -> Any:
    """The result of the branch with this number; the nearest one for numbers outside.

    >>> switch(1, [lambda x: x, lambda x: -x], 5)
    -5
    """
    number = min(max(int(index), 0), len(branches) - 1)
    return branches[number](*operands)


def while_loop(
    cond: Callable,
    body: Callable,
    loop_vars: Any,
    maximum_iterations: int | None = None,
) -> Any:
    """Calls `body` on its own results for as long as `cond` holds for them.

    >>> while_loop(lambda i: i < 10, lambda i: (i * 2,), (1,))
    (16,)
    """
    several = isinstance(loop_vars, (tuple, list))
    values = tuple(loop_vars) if several else (loop_vars,)
    rounds = 0
    while bool(cond(*values)) and rounds != maximum_iterations:
        result = body(*values)
        values = tuple(result) if isinstance(result, (tuple, list)) else (result,)
        rounds += 1
    return values if several else values[0]


def fori_loop(lower: Any, upper: Any, body_fun: Callable, init_val: Any) -> Any:
    """`body_fun(i, value)` for i from lower up to, but without, upper.

    >>> fori_loop(0, 5, lambda i, total: total + i, 0)
    10
    """
    value = init_val
    for i in range(int(lower), int(upper)):
        value = body_fun(i, value)
    return value


# -- over the first axis ------------------------------------------------------


def _length(xs: Any) -> int:
    return shape(tree.flatten(xs)[0])[0]


def _row(xs: Any, i: int) -> Any:
    """Row i of every tensor in a structure."""
    return tree.map_structure(lambda x: get_item(x, i), xs)


def _stacked(rows: list, axis: int = 0) -> Any:
    return tree.map_structure(lambda *parts: stack(parts, axis=axis), *rows)


def map(f: Callable, xs: Any) -> Any:
    """The results of a function for each row, stacked.

    >>> map(lambda row: row * row, np.float32([1, 2, 3]))
    Tensor([1., 4., 9.], shape=(3,), dtype=float32)
    """
    return _stacked([f(_row(xs, i)) for i in range(_length(xs))])


def vectorized_map(function: Callable, elements: Any) -> Any:
    """The results of a function for each row of the elements, stacked; as `map`."""
    return map(function, elements)


def scan(
    f: Callable,
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: Any = 1,
) -> tuple[Any, Any]:
    """Runs `carry, y = f(carry, x)` over the rows of xs: the last carry, and all y.

    >>> last, sums = scan(lambda total, x: (total + x,) * 2, 0.0, np.float32([1, 2, 3]))
    >>> sums.tolist()
    [1.0, 3.0, 6.0]
    """
    count = _length(xs) if length is None else int(length)
    order = range(count)[::-1] if reverse else range(count)
    carry, outputs = init, []
    for i in order:
        carry, y = f(carry, None if xs is None else _row(xs, i))
        outputs.append(y)
    if reverse:
        outputs.reverse()
    if not outputs or outputs[0] is None:
        return carry, None
    return carry, _stacked(outputs)


def associative_scan(
    f: Callable, elems: Any, reverse: bool = False, axis: int = 0
) -> Any:
    """Running results of a function of two: x0, f(x0, x1), f(f(x0, x1), x2) ...

    >>> associative_scan(lambda a, b: a + b, np.float32([1, 2, 3]))
    Tensor([1., 3., 6.], shape=(3,), dtype=float32)
    """

    def piece(x: Any, i: int) -> Any:
        before = (slice(None),) * (axis % len(shape(x)))
        return get_item(x, (*before, slice(i, i + 1)))

    count = shape(tree.flatten(elems)[0])[axis]
    order = range(count)[::-1] if reverse else range(count)
    results: list = []
    for i in order:
        x = tree.map_structure(lambda e, i=i: piece(e, i), elems)
        results.append(f(results[-1], x) if results else x)
    if reverse:
        results.reverse()
    return tree.map_structure(lambda *parts: concatenate(parts, axis=axis), *results)


def vectorize(
    pyfunc: Callable, *, excluded: Any = None, signature: str | None = None
) -> Callable:
    """A function of single numbers, made into one of arrays.  No gradient.

    >>> vectorize(lambda a, b: max(a, b))(np.float32([1, 5]), np.float32([3, 2]))
    Tensor([3., 5.], shape=(2,), dtype=float32)
    """
    on_arrays = np.vectorize(pyfunc, excluded=excluded, signature=signature)

    def vectorized(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = tree.map_structure(as_array, (args, kwargs))
        result = on_arrays(*args, **kwargs)
        if isinstance(result, tuple):
            return tuple(Tensor(part) for part in result)
        return Tensor(result)

    return vectorized
