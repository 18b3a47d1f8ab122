"""A program: the recorded ops of a step as straight lines of Python.

A tape that watched a step knows its ops in order.  `Program` writes them down as a
function, the backwards in reverse order below, and lets Python compile it.  What is
left of the step is its ops, and `source` can be read:

>>> from edukeras import ops
>>> weight = Variable([[3.0]], name="weight")
>>> x = Tensor([[2.0]], traced=True)
>>> with GradientTape() as tape:
...     y = ops.square(ops.matmul(x, weight))
>>> program = Program(tape, [x], [y], y, [weight])
>>> print(program.source)
def step(x0):
    x2, back0 = matmul(x0, weight1)
    x3, back1 = square(x2)
    d1 = d2 = None
    d3 = one
    (d2,) = back1(d3, (True,))
    if d2 is not None:
        (_, d1) = back0(d2, (False, True))
    return [x3], [d1]
>>> program.run(np.float32([[5.0]]))
([array([[225.]], dtype=float32)], [array([[150.]], dtype=float32)])
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from edukeras.autodiff import GradientTape
from edukeras.tensor import Tensor, Variable


class Program:
    """The ops between the inputs of a step and its outputs.

    Args:
        tape: recorded them; the inputs were watched.
        inputs: the tensors that change from run to run, such as x and y.
        outputs: tensors whose values are wanted, such as the loss and the prediction.
        start: the tensor that is differentiated; None: there is only the way forward.
        variables: what it is differentiated by.

    Attributes:
        run: takes the input arrays; returns the outputs, and with `start` also the
            gradients.
        source: the text of `run`.
        checked_by: the optimizer that has found the gradients to fit the variables.
    """

    checked_by: Any = None

    def __init__(
        self,
        tape: GradientTape,
        inputs: list[Tensor],
        outputs: list[Tensor],
        start: Tensor | None = None,
        variables: list[Variable] | None = None,
    ) -> None:
        writer = _Writer(inputs, variables or [])
        for record in tape.records:
            writer.write_forward(*record)
        results = ", ".join(writer.name_of(tensor) for tensor in outputs)
        if start is None:
            writer.lines.append(f"return [{results}]")
        else:
            writer.write_backward(start)
            gradients = ", ".join(f"d{writer.number_of(v)}" for v in variables or [])
            writer.lines.append(f"return [{results}], [{gradients}]")
        self._noted = writer.noted
        self.source = "\n    ".join(writer.lines)
        exec(compile(self.source, "<step>", "exec"), writer.namespace)
        self.run: Callable = writer.namespace["step"]

    def is_current(self) -> bool:
        """Whether the weights still are the arrays that were noted."""
        for variable, array in self._noted:
            if variable.array is not array:
                return False
        return True


class _Call(NamedTuple):
    """One op, by the numbers of its values, for the way back."""

    sources: list[int]
    results: list[int]
    need: tuple[bool, ...]
    several: bool  # whether the op has several results


class _Writer:
    """Names values and writes lines.

    Every value has a number, in the order of their appearance: x4 is a value and d4
    its gradient.  Weights and constants are globals of the function.
    """

    def __init__(self, inputs: list[Tensor], variables: list[Variable]) -> None:
        self.namespace: dict[str, Any] = {"asarray": np.asarray, "plus": _plus}
        self.noted: list[tuple[Variable, np.ndarray]] = []
        self._numbers: dict[int, int] = {}  # by id: the tape keeps all of them alive
        self._names: list[str] = []
        self._calls: list[_Call] = []
        given = [self._new_value(tensor) for tensor in inputs]
        self.lines = [f"def step({', '.join(given)}):"]
        self._variables = [self.number_of(v) for v in variables]
        self._learned = set(self._variables)

    # -- names ----------------------------------------------------------------

    def _new_value(self, thing: Any, name: str = "x") -> str:
        number = self._numbers[id(thing)] = len(self._names)
        self._names.append(f"{name}{number}")
        return self._names[number]

    def number_of(self, thing: Any) -> int:
        """The number of a value; a weight or constant gets one when first met."""
        if id(thing) not in self._numbers:
            if isinstance(thing, Variable):
                name = self._new_value(thing, re.sub(r"\W|^(?=\d)", "_", thing.name))
                self.noted.append((thing, thing.array))
            else:
                name = self._new_value(thing, "constant")
            is_tensor = isinstance(thing, (Tensor, Variable))
            self.namespace[name] = thing.array if is_tensor else thing
        return self._numbers[id(thing)]

    def name_of(self, thing: Any) -> str:
        return self._names[self.number_of(thing)]

    def _global(self, name: str, value: Any) -> str:
        """A name for a function or an option, with a number if it is taken."""
        free, count = name, 1
        while self.namespace.setdefault(free, value) is not value:
            count += 1
            free = f"{name}_{count}"
        return free

    def _literal(self, name: str, value: Any) -> str:
        if value is None or type(value) in (bool, int, str):
            return repr(value)
        return self._global(name, value)

    # -- lines ----------------------------------------------------------------

    def write_forward(
        self, call: Any, inputs: tuple, result: Any, _: Any, __: Any, options: dict
    ) -> None:
        """x4, back2 = op(x3, kernel1, activation='relu')"""
        sources = [self.number_of(thing) for thing in inputs]
        need = tuple(number in self._learned for number in sources)
        function = self._global(call.__name__.strip("_"), call.arrays)
        given = [self._names[number] for number in sources]
        given += [f"{key}={self._literal(key, v)}" for key, v in options.items()]
        several = type(result) is tuple
        parts = result if several else (result,)
        made = [self._new_value(part) for part in parts]
        target = f"({', '.join(made)},)" if several else made[0]
        back = f"back{len(self._calls)}"
        self.lines.append(f"{target}, {back} = {function}({', '.join(given)})")
        for part, name in zip(parts, made):
            if not part.array.ndim:  # NumPy makes a number of it
                self.lines.append(f"{name} = asarray({name})")
        results = [self._numbers[id(part)] for part in parts]
        if any(need):
            self._learned.update(results)
        self._calls.append(_Call(sources, results, need, several))

    def write_backward(self, start: Tensor) -> None:
        """As `autodiff.play_backwards`."""
        first = self.number_of(start)
        reached = {first}
        lines: list[str] = []
        for index, call in reversed(list(enumerate(self._calls))):
            if any(call.need) and reached.intersection(call.results):
                lines += self._backward_lines(f"back{index}", call, first, reached)
        unknown = dict.fromkeys([*self._variables, *sorted(reached - {first})])
        if unknown:
            self.lines.append(" = ".join(f"d{n}" for n in unknown) + " = None")
        self.namespace["one"] = np.ones_like(start.array)
        self.lines.append(f"d{first} = one")
        self.lines += lines

    def _backward_lines(
        self, back: str, call: _Call, first: int, reached: set[int]
    ) -> list[str]:
        """(d3, _) = back2(d4, (True, False)), where there is a d4."""
        grads = [f"d{n}" if n in reached else "None" for n in call.results]
        targets, sums = [], []
        for place, (number, wanted) in enumerate(zip(call.sources, call.need)):
            if not wanted:
                targets.append("_")
            elif number not in reached:
                targets.append(f"d{number}")
                reached.add(number)
            else:  # used before: its gradients add up
                targets.append(f"more{place}")
                sums.append(f"d{number} = plus(d{number}, more{place})")
        comma = "," if len(targets) == 1 else ""
        given = ", ".join([*grads, repr(call.need)])
        lines = [f"({', '.join(targets)}{comma}) = {back}({given})", *sums]
        if call.results == [first]:
            return lines
        there = [f"{grad} is not None" for grad in grads if grad != "None"]
        return [f"if {' or '.join(there)}:", *("    " + line for line in lines)]


def _plus(before: Any, more: Any) -> Any:
    """before + more, None standing for no gradient."""
    if before is None or more is None:
        return more if before is None else before
    return before + more
