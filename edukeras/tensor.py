"""The three kinds of value: Tensor, Variable, and KerasTensor (a shape, no value).

A `Tensor` wraps a NumPy array and never changes.  A `Variable` is a weight: its
array is changed in place by optimizers.  A `KerasTensor` stands for a value that
does not exist yet: what `Input()` returns and what layers called on it return.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from edukeras import config
from edukeras.errors import ShapeError, explain
from edukeras.name_scopes import current_path

# `a + b` on tensors is `ops.add(a, b)`.  The ops lie above this module, so they
# enter themselves here when they are imported.
OPERATORS: dict[str, Callable] = {}

# The n-th variable that was made has the number n: layers list the oldest first.
_ages = itertools.count()

PYTHON_NUMBERS = (bool, int, float)


def standardize_dtype(dtype: Any) -> str:
    """The name of a dtype: "float32" for np.float32, "float32" or float.

    >>> standardize_dtype(np.float64), standardize_dtype(None), standardize_dtype("int")
    ('float64', 'float32', 'int32')
    """
    if dtype is None:
        return config.floatx()
    if isinstance(dtype, np.dtype):  # before comparing: np.dtype("float64") == float
        return dtype_name(dtype)
    if dtype in ("float", float):
        return config.floatx()
    if dtype in ("int", int):
        return "int32"
    if dtype in ("bool", bool):
        return "bool"
    if dtype == "bfloat16":
        return "bfloat16"
    if dtype in ("string", str):
        return "string"
    try:
        return np.dtype(dtype).name
    except TypeError:
        raise ValueError(
            explain(
                "This is not a dtype.",
                expected='a name such as "float32"',
                received=repr(dtype),
            )
        ) from None


def numpy_dtype(dtype: Any) -> np.dtype:
    """The NumPy dtype of a name; "bfloat16" comes from the ml_dtypes package."""
    name = standardize_dtype(dtype)
    if name == "bfloat16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype(str if name == "string" else name)


@functools.cache
def dtype_name(dtype: np.dtype) -> str:
    """The name of a NumPy dtype; NumPy takes a while to put it together."""
    return "string" if dtype.kind in "USO" else dtype.name


def is_float(dtype: Any) -> bool:
    """Whether a dtype (name or NumPy's) holds real numbers."""
    name = dtype if isinstance(dtype, str) else dtype.name
    return "float" in name


def as_array(value: Any, dtype: Any = None) -> np.ndarray:
    """A NumPy array of anything that holds numbers.

    Python floats and nested lists of them become `floatx()`, whole numbers int32;
    arrays keep their dtype.
    """
    if isinstance(value, (Tensor, Variable)):
        array = value.array
    elif isinstance(value, np.ndarray):
        array = value
    elif isinstance(value, KerasTensor):
        raise ValueError(
            explain(
                "A symbolic tensor (from Input()) has a shape but no values.",
                received=repr(value),
                hint="build a Model from it and call the model on an array.",
            )
        )
    else:
        array = _from_python(value)
    if dtype is not None:
        dtype = numpy_dtype(dtype)
        if array.dtype != dtype:
            array = array.astype(dtype)
    return array


def _from_python(value: Any) -> np.ndarray:
    """An array of numbers, lists, DataFrames ..., with Keras's default dtypes."""
    if isinstance(value, (list, tuple)) and _holds_tensors(value):
        value = [as_array(item) for item in value]
        return np.stack(value) if value else np.zeros(0, config.floatx())
    array = np.asarray(value)
    if isinstance(value, np.generic):  # np.float64 is a Python float too
        return array
    if isinstance(value, (bool, int, float, list, tuple)):
        if array.dtype == np.float64:
            return array.astype(numpy_dtype(config.floatx()))
        if array.dtype == np.int64 and not isinstance(value, np.integer):
            return array.astype(np.int32) if _fits_int32(array) else array
    return array


def _holds_tensors(items: list | tuple) -> bool:
    return any(
        isinstance(item, (Tensor, Variable))
        or (isinstance(item, (list, tuple)) and _holds_tensors(item))
        for item in items
    )


def _fits_int32(array: np.ndarray) -> bool:
    limits = np.iinfo(np.int32)
    return array.size == 0 or (array.min() >= limits.min and array.max() <= limits.max)


class Operators:
    """+ - * / @ ** comparisons and [ ]: each is the op of that name."""

    __slots__ = ()
    # Wins over NumPy's operators: `array * tensor` is a tensor, with its gradient.
    __array_priority__ = 1000

    def __add__(self, other: Any) -> Any:
        return OPERATORS["add"](self, other)

    def __radd__(self, other: Any) -> Any:
        return OPERATORS["add"](other, self)

    def __sub__(self, other: Any) -> Any:
        return OPERATORS["subtract"](self, other)

    def __rsub__(self, other: Any) -> Any:
        return OPERATORS["subtract"](other, self)

    def __mul__(self, other: Any) -> Any:
        return OPERATORS["multiply"](self, other)

    def __rmul__(self, other: Any) -> Any:
        return OPERATORS["multiply"](other, self)

    def __truediv__(self, other: Any) -> Any:
        return OPERATORS["true_divide"](self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return OPERATORS["true_divide"](other, self)

    def __floordiv__(self, other: Any) -> Any:
        return OPERATORS["floor_divide"](self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return OPERATORS["floor_divide"](other, self)

    def __mod__(self, other: Any) -> Any:
        return OPERATORS["mod"](self, other)

    def __rmod__(self, other: Any) -> Any:
        return OPERATORS["mod"](other, self)

    def __pow__(self, other: Any) -> Any:
        return OPERATORS["power"](self, other)

    def __rpow__(self, other: Any) -> Any:
        return OPERATORS["power"](other, self)

    def __matmul__(self, other: Any) -> Any:
        return OPERATORS["matmul"](self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return OPERATORS["matmul"](other, self)

    def __neg__(self) -> Any:
        return OPERATORS["negative"](self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return OPERATORS["absolute"](self)

    def __invert__(self) -> Any:
        return OPERATORS["logical_not"](self)

    def __and__(self, other: Any) -> Any:
        return OPERATORS["logical_and"](self, other)

    def __rand__(self, other: Any) -> Any:
        return OPERATORS["logical_and"](other, self)

    def __or__(self, other: Any) -> Any:
        return OPERATORS["logical_or"](self, other)

    def __ror__(self, other: Any) -> Any:
        return OPERATORS["logical_or"](other, self)

    def __xor__(self, other: Any) -> Any:
        return OPERATORS["logical_xor"](self, other)

    def __lt__(self, other: Any) -> Any:
        return OPERATORS["less"](self, other)

    def __le__(self, other: Any) -> Any:
        return OPERATORS["less_equal"](self, other)

    def __gt__(self, other: Any) -> Any:
        return OPERATORS["greater"](self, other)

    def __ge__(self, other: Any) -> Any:
        return OPERATORS["greater_equal"](self, other)

    def __eq__(self, other: Any) -> Any:
        return OPERATORS["equal"](self, other)

    def __ne__(self, other: Any) -> Any:
        return OPERATORS["not_equal"](self, other)

    def __hash__(self) -> int:
        return id(self)

    def __getitem__(self, key: Any) -> Any:
        return OPERATORS["get_item"](self, key=key)

    # NumPy functions with an op of the same name stay differentiable.
    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any
    ) -> Any:
        name = {"divide": "true_divide", "remainder": "mod"}.get(
            ufunc.__name__, ufunc.__name__
        )
        if method == "__call__" and not options and name in OPERATORS:
            return OPERATORS[name](*inputs)
        arrays = [as_array(x) if isinstance(x, Operators) else x for x in inputs]
        return getattr(ufunc, method)(*arrays, **options)

    def __array_function__(
        self, function: Callable, types: Any, args: tuple, kwargs: dict
    ) -> Any:
        return OPERATORS["numpy_function"](function, args, kwargs)


class _Numbers(Operators):
    """What Tensor and Variable share: the views of a real array."""

    __slots__ = ()
    array: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    @property
    def dtype(self) -> str:
        return dtype_name(self.array.dtype)

    @property
    def ndim(self) -> int:
        return self.array.ndim

    @property
    def size(self) -> int:
        return self.array.size

    @property
    def T(self) -> Any:
        return OPERATORS["transpose"](self)

    def numpy(self) -> np.ndarray:
        """A copy of the values, as a NumPy array."""
        return self.array.copy()

    def item(self) -> Any:
        """The one value, as a Python number."""
        return self.array.item()

    def tolist(self) -> Any:
        return self.array.tolist()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = self.array if dtype is None else self.array.astype(dtype, copy=False)
        return array.copy() if copy else array

    def __len__(self) -> int:
        if not self.array.ndim:
            raise TypeError("A scalar tensor has no length.")
        return len(self.array)

    def __iter__(self) -> Iterator:
        if not self.array.ndim:
            raise TypeError("A scalar tensor cannot be iterated over.")
        return (self[i] for i in range(len(self.array)))

    def __bool__(self) -> bool:
        return bool(self.array)

    def __float__(self) -> float:
        return float(self.array.item())

    def __int__(self) -> int:
        return int(self.array.item())

    def __index__(self) -> int:
        return self.array.__index__()

    def __format__(self, spec: str) -> str:
        if self.array.ndim:
            return format(str(self), spec)
        return format(self.array.item(), spec)


class Tensor(_Numbers):
    """A NumPy array that ops take and return, and that tapes can follow.

    Args:
        array: anything `as_array` understands.

    Attributes:
        array: the NumPy array itself; treat it as read-only.
        mask: a boolean array that marks the time steps to use, or None.

    >>> x = Tensor([[1.0, 2.0]])
    >>> x * 2 + 1
    Tensor([[3., 5.]], shape=(1, 2), dtype=float32)
    """

    # `traced` is true for what a tape follows: the results of variables.
    __slots__ = ("array", "mask", "traced", "__weakref__")

    def __init__(self, array: Any, traced: bool = False) -> None:
        if type(array) is not np.ndarray:
            # A result of NumPy without axes is a number such as np.float64(2).
            is_number = isinstance(array, np.generic)
            array = np.asarray(array) if is_number else as_array(array)
        self.array: np.ndarray = array
        self.mask: np.ndarray | None = None
        self.traced = traced

    def __repr__(self) -> str:
        values = np.array2string(self.array, separator=", ", threshold=60, precision=6)
        return f"Tensor({values}, shape={self.shape}, dtype={self.dtype})"


class Variable(_Numbers):
    """A weight: a named array that training changes in place.

    Args:
        initializer: the first value, or a function (shape, dtype) -> values.
        shape: needed with a function.
        dtype: None is `floatx()` for functions, the value's dtype otherwise.
        trainable: whether gradients are taken and optimizers change it.
        name: used in summaries and error messages.

    >>> v = Variable([1.0, 2.0], name="bias")
    >>> v.assign_add([1.0, 1.0])
    Tensor([2., 3.], shape=(2,), dtype=float32)
    """

    __slots__ = (
        "array", "traced", "trainable_flag", "name", "path", "initializer",
        "regularizer", "constraint", "autocast", "number", "__weakref__",
    )  # fmt: skip

    def __init__(
        self,
        initializer: Any,
        shape: tuple[int, ...] | None = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        name: str | None = None,
    ) -> None:
        if callable(initializer) and not isinstance(initializer, Operators):
            if shape is None:
                raise ValueError("A Variable with an initializer needs a shape.")
            value = initializer(tuple(shape), dtype=standardize_dtype(dtype))
        else:
            value = initializer
        # A copy of its own, in C order: kernels and optimizers count on it.
        self.array = np.array(as_array(value, dtype), order="C", copy=True)
        self.initializer = initializer
        self.name = name or "variable"
        scope = current_path()
        self.path = f"{scope}/{self.name}" if scope else self.name
        self.number = next(_ages)
        self.regularizer: Callable | None = None
        self.constraint: Callable | None = None
        self.autocast = autocast
        self.trainable = trainable

    @property
    def trainable(self) -> bool:
        return self.trainable_flag

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self.trainable_flag = bool(value)
        # Only real numbers have gradients.
        self.traced = self.trainable_flag and is_float(self.array.dtype)

    @property
    def value(self) -> Tensor:
        """The present values as a Tensor, which later changes do not touch."""
        return OPERATORS["copy"](self)

    def assign(self, value: Any) -> Tensor:
        """Replaces all values; the shape stays."""
        array = as_array(value)
        if array.shape != self.array.shape:
            raise ShapeError(
                explain(
                    f'The shape of variable "{self.path}" cannot change.',
                    expected=f"shape {self.shape}",
                    received=f"shape {array.shape}",
                )
            )
        np.copyto(self.array, array, casting="unsafe")
        return Tensor(self.array.copy())

    def assign_add(self, value: Any) -> Tensor:
        return self.assign(self.array + as_array(value))

    def assign_sub(self, value: Any) -> Tensor:
        return self.assign(self.array - as_array(value))

    def __repr__(self) -> str:
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}>"


class KerasTensor(Operators):
    """A tensor that has a shape and a dtype but no values yet.

    Args:
        shape: None stands for "any size", mostly that of the batch.
        dtype: name of the dtype.
        name: shown in error messages.

    >>> KerasTensor((None, 3))
    <KerasTensor shape=(None, 3), dtype=float32, name=keras_tensor>
    """

    def __init__(
        self,
        shape: tuple[int | None, ...],
        dtype: Any = "float32",
        name: str | None = None,
    ) -> None:
        self.shape = tuple(shape)
        self.dtype = standardize_dtype(dtype)
        self.name = name or "keras_tensor"
        # (operation, index of its call, index of the output): set by Node.
        self._keras_history: Any = None

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        return as_array(self)  # raises the explanation

    def __bool__(self) -> bool:
        raise TypeError(
            "A symbolic tensor has no value, so `if` and `while` cannot look at it. "
            "Try: put the condition into the `call` of a Layer or Model subclass."
        )

    def __iter__(self) -> Iterator:
        raise TypeError(
            "A symbolic tensor cannot be iterated over. Try: ops.unstack(x, axis=0)."
        )

    def __len__(self) -> int:
        raise TypeError("A symbolic tensor has no length; look at its shape.")
