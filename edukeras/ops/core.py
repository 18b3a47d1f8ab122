"""Between tensors, arrays and dtypes; and how to stop or replace a gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from edukeras import tree
from edukeras.autodiff import GradientTape, op
from edukeras.ops.gradients import no_gradient
from edukeras.tensor import (
    KerasTensor,
    Operators,
    Tensor,
    Variable,
    as_array,
    is_float,
    numpy_dtype,
    standardize_dtype,
)

# -- conversion ---------------------------------------------------------------


def convert_to_tensor(
    x: Any, dtype: Any = None, sparse: Any = None, ragged: Any = None
) -> Any:
    """A tensor of anything that holds numbers; tensors are returned as they are.

    >>> convert_to_tensor([1, 2]).dtype, convert_to_tensor([1.0]).dtype
    ('int32', 'float32')
    """
    if isinstance(x, Variable):
        x = copy(x)
    elif not isinstance(x, (Tensor, KerasTensor)):
        return Tensor(as_array(x, dtype))
    if dtype is None or x.dtype == standardize_dtype(dtype):
        return x
    return cast(x, dtype)


def convert_to_numpy(x: Any) -> np.ndarray:
    """A NumPy array with the values."""
    return np.array(as_array(x))


def is_tensor(x: Any) -> bool:
    """Whether x is a Tensor, a Variable or a symbolic tensor."""
    return isinstance(x, (Tensor, Variable, KerasTensor))


@op
def copy(x):
    """The same values, as a tensor of their own."""
    return x.copy(), lambda grad, need: (grad,)


@op
def cast(x, *, dtype):
    """The values in another dtype; between real dtypes the gradient is cast back.

    >>> cast(np.float32([1.7, -1.7]), "int32")
    Tensor([ 1, -1], shape=(2,), dtype=int32)
    """
    target = numpy_dtype(dtype)
    with np.errstate(invalid="ignore", over="ignore"):  # NaN and large numbers
        y = x.astype(target, copy=False)
    if is_float(target) and is_float(x.dtype):
        return y, lambda grad, need: (grad.astype(x.dtype, copy=False),)
    return y, no_gradient


@op
def saturate_cast(x, *, dtype):
    """The values in another dtype; too large ones become the largest that fits."""
    target = numpy_dtype(dtype)
    if target.kind == "b":
        return x != 0, no_gradient
    limits = np.finfo(target) if target.kind == "f" else np.iinfo(target)
    inside = (x >= limits.min) & (x <= limits.max)
    wide = np.float64 if x.dtype.kind == "f" else x.dtype  # holds all limits exactly
    y = np.clip(x.astype(wide), limits.min, limits.max).astype(target)
    if is_float(target) and is_float(x.dtype):
        return y, lambda grad, need: ((grad * inside).astype(x.dtype),)
    return y, no_gradient


# -- asking -------------------------------------------------------------------


def shape(x: Any) -> tuple:
    """The shape, as a tuple; None for sizes that a symbolic tensor leaves open.

    >>> shape([[1, 2, 3], [4, 5, 6]])
    (2, 3)
    """
    return tuple(x.shape) if hasattr(x, "shape") else as_array(x).shape


def ndim(x: Any) -> int:
    """The number of axes."""
    return len(shape(x))


def size(x: Any) -> int | None:
    """The number of elements; None where a symbolic tensor leaves it open."""
    sizes = shape(x)
    return None if None in sizes else int(np.prod(sizes))


def dtype(x: Any) -> str:
    """The name of the dtype."""
    return x.dtype if isinstance(x, Operators) else as_array(x).dtype.name  # type: ignore[attr-defined]


# -- gradients ----------------------------------------------------------------


@op
def stop_gradient(variable):
    """The same values, but no gradient flows back through here."""
    return variable, no_gradient


def custom_gradient(f: Callable) -> Callable:
    """A function with a gradient of one's own.

    Args:
        f: takes tensors, returns the output and a function that takes the gradient
            of the output and returns those of the inputs, one or a tuple.

    >>> @custom_gradient
    ... def twice_as_steep(x):
    ...     return x * 1.0, lambda upstream: upstream * 2.0
    """

    @op
    def with_gradient(*arrays):
        output, gradient_function = f(*[Tensor(array) for array in arrays])

        def backward(*grads_and_need):
            *grads, _ = [None if g is None else Tensor(g) for g in grads_and_need]
            found = gradient_function(*grads)
            found = found if isinstance(found, (tuple, list)) else (found,)
            return tuple(None if g is None else as_array(g) for g in found)

        if isinstance(output, (tuple, list)):
            return tuple(as_array(part) for part in output), backward
        return as_array(output), backward

    with_gradient.__name__ = getattr(f, "__name__", "custom_gradient")
    return with_gradient


def jvp(fun: Callable, primals: Any, tangents: Any, has_aux: bool = False) -> tuple:
    """The outputs of a function, and how fast they change along the tangents.

    It costs one backward pass per element of the output: there is no forward mode.

    >>> jvp(lambda x: x * x, (np.float32([1, 2]),), (np.float32([1, 10]),))[1]
    Tensor([ 2., 40.], shape=(2,), dtype=float32)
    """
    inputs = [Tensor(as_array(x)) for x in primals]
    directions = [as_array(t) for t in tangents]
    with GradientTape(persistent=True) as tape:
        tape.watch(inputs)
        outputs = fun(*inputs)
    outputs, *aux = outputs if has_aux else (outputs,)

    def rate(output: Tensor) -> Tensor:
        result = np.zeros(output.shape, output.dtype)
        for index in np.ndindex(*output.shape):
            start = np.zeros_like(result)
            start[index] = 1
            gradients = tape.gradient(output, inputs, output_gradients=start)
            for gradient, direction in zip(gradients, directions, strict=True):
                if gradient is not None:
                    result[index] += np.sum(gradient.array * direction)
        return Tensor(result)

    return (outputs, tree.map_structure(rate, outputs), *aux)
