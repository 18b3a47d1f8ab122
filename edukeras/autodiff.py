"""Gradients: an op returns its output and its backward, a tape plays them backwards.

An op is a function on NumPy arrays that returns `(output, backward)`.  While a
`GradientTape` is open, each call of an op is recorded.  `tape.gradient` starts
with the gradient of the target, 1, and goes through the records from the last to
the first: each `backward` turns the gradient of the outputs into those of the
inputs.  Where a value was used twice, its gradients add up.  That is all there is
to backpropagation (Rumelhart, Hinton and Williams, 1986).
"""

from __future__ import annotations

import functools
import inspect
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from edukeras import graph, tree
from edukeras.errors import ShapeError, explain
from edukeras.tensor import KerasTensor, Tensor, Variable, as_array, is_float


class _Now(threading.local):
    """What is open in this thread."""

    tapes: tuple[GradientTape, ...] = ()
    # The dtype in which a mixed-precision layer sees its variables.
    compute_dtype: np.dtype | None = None


now = _Now()


def op(function: Callable) -> Any:
    """Makes an op of a function on arrays that returns `(output, backward)`.

    Positional parameters are inputs: arrays, and the gradient flows to them.
    Keyword-only parameters are options; callers may give them by position too, as
    in Keras: `ops.sum(x, 0)`.

    `backward(grad, need)` returns a tuple, one gradient per input; `need[i]` says
    whether the i-th is wanted.  The array form stays reachable as `.arrays`.

    >>> @op
    ... def double(x):
    ...     return 2 * x, lambda grad, need: (2 * grad,)
    >>> double(Tensor([1.0, 2.0]))
    Tensor([2., 4.], shape=(2,), dtype=float32)
    """
    parameters = list(inspect.signature(function).parameters.values())
    count = sum(p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters)
    variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    option_names = [p.name for p in parameters[count:]]

    @functools.wraps(function)
    def call(*inputs: Any, **options: Any) -> Any:
        if len(inputs) != count and not variadic:
            if count < len(inputs) <= len(parameters) and not options:
                options = dict(zip(option_names, inputs[count:]))
                inputs = inputs[:count]
            else:
                inputs, options = _sort_arguments(call, parameters, inputs, options)
        arrays = []
        traced = False
        for x in inputs:
            kind = type(x)
            if kind is Tensor:
                arrays.append(x.array)
                traced = traced or x.traced
            elif kind is Variable:
                arrays.append(_variable_array(x) if now.compute_dtype else x.array)
                traced = traced or x.traced
            elif kind is KerasTensor:
                return graph.call_symbolically(call, inputs, options)
            else:
                arrays.append(x if kind is np.ndarray else _plain(x, count))
        try:
            output, backward = function(*arrays, **options)
        except ValueError as error:
            raise _explained(error, call, arrays) from None
        if "ml_dtypes" in sys.modules and "dtype" not in options:
            output = _in_bfloat16(output, arrays)
        if type(output) is not tuple:
            result: Any = Tensor(output, traced)
        else:
            result = tuple([Tensor(part, traced) for part in output])
        if traced and now.tapes:
            need = [isinstance(x, (Tensor, Variable)) and x.traced for x in inputs]
            record = (call, inputs, result, backward, need, options)
            for tape in now.tapes:
                tape.records.append(record)
        return result

    call.arrays = function  # type: ignore[attr-defined]
    call.__signature__ = _public_signature(parameters)  # type: ignore[attr-defined]
    return call


def _in_bfloat16(output: Any, arrays: list) -> Any:
    """An output in the dtype of the inputs, if that is bfloat16.

    NumPy does not know this dtype and computes most things with it in float32.
    """
    floats = [x for x in arrays if type(x) is np.ndarray and is_float(x.dtype)]
    if not floats or any(x.dtype.name != "bfloat16" for x in floats):
        return output
    if type(output) is tuple:
        return tuple([_in_bfloat16(part, floats) for part in output])
    if is_float(output.dtype) and output.dtype != floats[0].dtype:
        return output.astype(floats[0].dtype)
    return output


def _explained(error: ValueError, call: Callable, arrays: list) -> ValueError:
    """NumPy's error about shapes that do not fit, with the op and the shapes."""
    if "broadcast" not in str(error) or isinstance(error, ShapeError):
        return error
    shapes = " and ".join(str(np.shape(array)) for array in arrays)
    return ShapeError(
        explain(
            f"ops.{call.__name__.strip('_')} cannot combine arrays of these shapes: "
            "counted from the last axis, sizes must be equal, or one of them 1.",
            received=f"shapes {shapes}",
        )
    )


def _public_signature(parameters: list[inspect.Parameter]) -> inspect.Signature:
    """The signature for callers: options may be given by position."""
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return inspect.Signature(parameters)
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature([p.replace(kind=kind) for p in parameters])


def _sort_arguments(
    call: Callable, parameters: list, inputs: tuple, options: dict
) -> tuple[tuple, dict]:
    """Tells inputs from options, whichever way the caller gave them."""
    signature = call.__signature__  # type: ignore[attr-defined]
    try:
        bound = signature.bind(*inputs, **options)
    except TypeError as error:
        raise TypeError(f"ops.{call.__name__}{signature}: {error}.") from None
    bound.apply_defaults()
    values = bound.arguments
    sorted_inputs = tuple(
        values[p.name] for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD
    )
    sorted_options = {
        p.name: values[p.name] for p in parameters if p.kind is p.KEYWORD_ONLY
    }
    return sorted_inputs, sorted_options


def _plain(x: Any, count: int) -> Any:
    """An input that is no tensor.  Numbers stay numbers beside an array, so that
    `x * 2.0` keeps the dtype of x."""
    if x is None:
        return None
    if count > 1 and isinstance(x, (bool, int, float)):
        # np.float64 is a Python float too: sqrt(2) must not widen float32.
        return x if type(x) in (bool, int, float) else x.item()  # type: ignore
    return as_array(x)


def _variable_array(variable: Variable) -> np.ndarray:
    """The values of a variable as the mixed-precision layer around sees them."""
    array = variable.array
    if variable.autocast and is_float(array.dtype):
        return array.astype(now.compute_dtype, copy=False)
    return array


class autocast:
    """While open, ops see float variables in this dtype (mixed precision)."""

    def __init__(self, dtype: np.dtype | None) -> None:
        self.dtype = dtype

    def __enter__(self) -> None:
        self.before = now.compute_dtype
        now.compute_dtype = self.dtype

    def __exit__(self, *_: Any) -> None:
        now.compute_dtype = self.before


class GradientTape:
    """Records ops, to differentiate what they computed.

    Trainable variables are followed by themselves; other tensors after `watch`.

    Args:
        persistent: whether `gradient` may be called more than once.
        watch_accessed_variables: whether variables are followed without `watch`.

    >>> x = Variable(3.0)
    >>> with GradientTape() as tape:
    ...     y = x * x
    >>> tape.gradient(y, x)
    Tensor(6., shape=(), dtype=float32)
    """

    def __init__(
        self, persistent: bool = False, watch_accessed_variables: bool = True
    ) -> None:
        # (op, inputs, result, backward, need, options) of each call, in order.
        self.records: list[tuple] = []
        self.persistent = persistent
        self._used = False
        self._all_variables = watch_accessed_variables
        # What `watch` was given, by id; and which of it was not followed before.
        self._watched: dict[int, Any] = {}
        self._marked: list[Any] = []

    def __enter__(self) -> GradientTape:
        now.tapes = (*now.tapes, self)
        return self

    def __exit__(self, *_: Any) -> None:
        now.tapes = tuple(tape for tape in now.tapes if tape is not self)
        for tensor in self._marked:
            tensor.traced = any(id(tensor) in tape._watched for tape in now.tapes)

    def watch(self, tensors: Any) -> None:
        """Follows these tensors, as if they were variables."""
        for tensor in tree.flatten(tensors):
            if not isinstance(tensor, (Tensor, Variable)):
                raise ValueError(
                    f"watch needs a Tensor, not {type(tensor).__name__}. "
                    "Try: x = keras.ops.convert_to_tensor(x) first."
                )
            if not tensor.traced:
                tensor.traced = True
                self._marked.append(tensor)
            self._watched[id(tensor)] = tensor

    def gradient(self, target: Any, sources: Any, output_gradients: Any = None) -> Any:
        """The derivative of the (sum of the) target by each of the sources.

        Args:
            target: a tensor, or several in a list or dict.
            sources: variables or watched tensors, in any nesting.
            output_gradients: where to start, instead of 1; one per target.

        Returns:
            Tensors in the nesting of `sources`; None where nothing connects them.
        """
        if self._used and not self.persistent:
            raise RuntimeError(
                "This tape has been used. For several gradients from one recording, "
                "try: GradientTape(persistent=True)."
            )
        self._used = True
        starts = _starting_gradients(target, output_gradients)
        made = {
            id(part) for record in self.records for part in tree.flatten(record[2])
        } | starts.keys()
        found = self._play(starts, tree.flatten(sources))
        tensors = [None if gradient is None else Tensor(gradient) for gradient in found]
        for i, source in enumerate(tree.flatten(sources)):
            if not self._follows(source, made):
                tensors[i] = None
        return tree.pack_sequence_as(sources, tensors)

    def _follows(self, source: Any, made: set[int]) -> bool:
        """Whether this very tape follows a source: others may have watched it too."""
        if id(source) in self._watched or id(source) in made:
            return True
        return isinstance(source, Variable) and source.trainable and self._all_variables

    def gradient_arrays(self, loss: Tensor, variables: list[Variable]) -> list:
        """`gradient` of one number by a list of variables, as arrays: for `fit`."""
        return self._play({id(loss): np.ones_like(loss.array)}, variables)

    def _play(self, starts: dict[int, Any], sources: list) -> list:
        play_backwards(self.records, starts, {id(source) for source in sources})
        if not self.persistent:
            self.records = []
        return [_source_gradient(s, starts.get(id(s))) for s in sources]


def _starting_gradients(target: Any, output_gradients: Any) -> dict[int, Any]:
    targets = tree.flatten(target)
    starts = [None] * len(targets)
    if output_gradients is not None:
        # For one target, a list is the gradient itself: [10.0, 1.0].
        one = not tree.is_nested(target)
        starts = [output_gradients] if one else tree.flatten(output_gradients)
    gradients: dict[int, Any] = {}
    for tensor, start in zip(targets, starts, strict=True):
        if not isinstance(tensor, (Tensor, Variable)):
            raise ValueError(
                "tape.gradient needs Tensors that were computed while the tape was "
                f"open, not {type(tensor).__name__}. Try: compute the loss with "
                "keras.ops, inside `with GradientTape()`."
            )
        array = np.ones_like(tensor.array) if start is None else as_array(start)
        gradients[id(tensor)] = gradients.get(id(tensor), 0) + array
    return gradients


def play_backwards(
    records: list[tuple], gradients: dict[int, Any], keep: set[int]
) -> None:
    """Fills `gradients` (by id of the tensor) from the last record to the first."""
    for _, inputs, result, backward, need, _ in reversed(records):
        if type(result) is tuple:
            grads = [gradients.get(id(part)) for part in result]
            if all(grad is None for grad in grads):
                continue
            input_gradients = backward(*grads, need)
        else:
            key = id(result)
            grad = gradients.get(key)
            if grad is None:
                continue
            if key not in keep:
                del gradients[key]
            input_gradients = backward(grad, need)
        for x, wanted, grad in zip(inputs, need, input_gradients):
            if wanted and grad is not None:
                key = id(x)
                before = gradients.get(key)
                gradients[key] = grad if before is None else before + grad


def _source_gradient(source: Any, gradient: Any) -> Any:
    if gradient is not None and gradient.dtype != source.array.dtype:
        return gradient.astype(source.array.dtype)  # computed in half precision
    return gradient
