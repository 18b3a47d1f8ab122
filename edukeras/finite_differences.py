"""The proof of a gradient: move a number a little, and see what the result does.

>>> from edukeras import ops
>>> check_gradients(ops.sin, np.array([0.5, 1.0]))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from edukeras import tree
from edukeras.autodiff import GradientTape
from edukeras.tensor import Tensor, is_float

# Where the error of a central difference, step² by truncation and eps / step by
# rounding, is smallest: the cube root of the float64 epsilon.
STEP = float(np.finfo(np.float64).eps) ** (1 / 3)


def check_gradients(
    function: Callable,
    *arrays: Any,
    relative_tolerance: float = 1e-6,
    step: float = STEP,
    seed: int = 0,
    **options: Any,
) -> None:
    """Compares the tape's gradients with central differences, in float64.

    The function's outputs are summed up with random weights, so that one number
    depends on all of them.  Every element of every real input is then moved a little
    up and down: (f(x + step) - f(x - step)) / (2 step) is its gradient.

    Args:
        function: takes tensors and returns a tensor, or several in any nesting.
        arrays: its inputs; those that do not hold real numbers are passed on as
            they are.
        relative_tolerance: largest error, relative to the largest gradient.
        step: relative to the size of the element where that is above 1.
        seed: of the random weights.
        options: are passed on to the function.

    Raises:
        AssertionError: names the element with the largest error.
    """
    inputs = [_as_float64(array) for array in arrays]
    real = [i for i, x in enumerate(inputs) if _is_real(x)]
    # Two tensors of the same array: one that the tape follows, one for speed.
    watched = [Tensor(x) if isinstance(x, np.ndarray) else x for x in inputs]
    plain = [Tensor(x) if isinstance(x, np.ndarray) else x for x in inputs]
    sources = [watched[i] for i in real]
    with GradientTape() as tape:
        tape.watch(sources)
        outputs = _real_outputs(function(*watched, **options))
    generator = np.random.default_rng(seed)
    weights = [generator.uniform(0.5, 1.5, y.shape) for y in outputs]
    found = tape.gradient(outputs, sources, weights)

    def weighted_sum() -> float:
        outputs = _real_outputs(function(*plain, **options))
        return sum(float(np.sum(w * y.array)) for w, y in zip(weights, outputs))

    name = getattr(function, "__name__", type(function).__name__)
    for i, gradient in zip(real, found):
        expected = central_differences(weighted_sum, inputs[i], step)
        _compare(f"{name} by input {i}", gradient, expected, relative_tolerance)


def central_differences(
    function: Callable[[], float], array: np.ndarray, step: float = STEP
) -> np.ndarray:
    """(f(x + step) - f(x - step)) / (2 step) for each element x of an array.

    The function takes no argument: it reads the array, which is changed for the
    time of each call.
    """
    gradient = np.zeros(array.shape)
    for index in np.ndindex(*array.shape):
        before = array[index]
        h = step * max(1.0, abs(float(before)))
        array[index] = before + h
        above = function()
        array[index] = before - h
        below = function()
        array[index] = before
        gradient[index] = (above - below) / (2 * h)
    return gradient


def _as_float64(value: Any) -> Any:
    """A copy in float64 of an array of real numbers; anything else as it is."""
    if isinstance(value, (np.ndarray, Tensor)):
        array = np.array(value)
        return array.astype(np.float64) if is_float(array.dtype) else array
    return value


def _is_real(value: Any) -> bool:
    return isinstance(value, np.ndarray) and is_float(value.dtype)


def _real_outputs(outputs: Any) -> list[Tensor]:
    return [y for y in tree.flatten(outputs) if is_float(y.dtype)]


def _compare(
    what: str, gradient: Tensor | None, expected: np.ndarray, tolerance: float
) -> None:
    """Raises unless both agree, relative to the largest element."""
    if gradient is None:
        raise AssertionError(f"The gradient of {what} is None: nothing connects them.")
    if gradient.shape != expected.shape:
        raise AssertionError(
            f"The gradient of {what} has shape {gradient.shape}, but the input has "
            f"shape {expected.shape}."
        )
    if not expected.size:
        return
    found = gradient.array
    error = np.abs(found - expected) / max(1e-3, float(np.abs(expected).max()))
    error = np.where(np.isnan(error), np.inf, error)
    worst = np.unravel_index(int(np.argmax(error)), error.shape)
    if error[worst] > tolerance:
        place = ", ".join(str(int(n)) for n in worst)
        raise AssertionError(
            f"The gradient of {what} is wrong at [{place}]: the tape says "
            f"{found[worst]:.10g}, finite differences say {expected[worst]:.10g} "
            f"(relative error {error[worst]:.1e})."
        )
