"""EinsumDense: a dense layer along any axes, said in Einstein's notation."""

from __future__ import annotations

import re
from typing import Any

from edukeras import activations, constraints, initializers, ops, regularizers
from edukeras.errors import ShapeError, explain
from edukeras.layers.base import Layer


class EinsumDense(Layer):
    """activation(einsum(equation, x, kernel) + bias).

    The equation names the axes of input, kernel and output: "abc,cd->abd" is Dense on
    three axes.  An axis that is missing in the output is summed over.  "..." at one
    end stands for any further axes.

    Args:
        equation: such as "abc,cd->abd"; it includes the batch axis.
        output_shape: without batch axis; None for axes that the input has too.
        activation: a function or its name, such as "relu"; None leaves the sum.
        bias_axes: the axes of the bias, such as "d"; None adds no bias.
        kernel_initializer, bias_initializer: the first values of the weights.
        kernel_regularizer, bias_regularizer: penalties on the weights.
        kernel_constraint, bias_constraint: what the weights must fulfil.

    Weights: kernel and bias, in the shapes that the equation asks for.

    >>> EinsumDense("abc,cd->abd", (None, 8), bias_axes="d")(np.ones((2, 3, 4))).shape
    (2, 3, 8)
    """

    def __init__(
        self,
        equation: str,
        output_shape: Any,
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.equation = equation
        is_number = isinstance(output_shape, int)
        self.partial_output_shape = (output_shape,) if is_number else output_shape
        self.partial_output_shape = tuple(self.partial_output_shape)
        self.activation = activations.get(activation)
        self.bias_axes = bias_axes
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.bias: Any = None

    @property
    def output_shape(self) -> tuple:
        """The argument; for Keras's config."""
        return self.partial_output_shape

    def build(self, input_shape: Any) -> None:
        sizes = self._sizes(input_shape)
        _, kernel_axes, output_axes = split_equation(self.equation)
        self.kernel = self.add_weight(
            tuple(sizes[axis] for axis in kernel_axes),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        if self.bias_axes is not None:
            self.bias = self.add_weight(
                self._bias_shape(output_axes, sizes),
                self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def _sizes(self, input_shape: Any) -> dict[str, int | None]:
        """The size of each axis that the equation names."""
        input_axes, _, output_axes = split_equation(self.equation)
        known = _named(self.equation, input_axes, tuple(input_shape))
        output_shape = (None, *self.partial_output_shape)
        if "..." in output_axes:  # the output may be given without those axes
            rest = len(input_shape) - len(input_axes.replace("...", ""))
            given = len(output_shape) - len(output_axes.replace("...", ""))
            if given == 0 and output_axes.startswith("..."):
                output_shape = (None,) * rest + output_shape
            elif given == 0:
                output_shape = output_shape + (None,) * rest
        wanted = _named(self.equation, output_axes, output_shape)
        for axis, size in wanted.items():
            if size is not None and known.get(axis) not in (None, size):
                raise ShapeError(
                    explain(
                        f'EinsumDense layer "{self.name}": axis {axis!r} of '
                        f"{self.equation!r} has one size in the input and another in "
                        "the output.",
                        received=f"an input of shape {tuple(input_shape)} and "
                        f"output_shape={self.partial_output_shape}",
                        hint="None in output_shape takes the size of the input.",
                    )
                )
        return {**wanted, **{k: v for k, v in known.items() if v is not None}}

    def _bias_shape(self, output_axes: str, sizes: dict) -> tuple:
        """The sizes of the bias's axes, and 1 for the axes between and after them."""
        named = output_axes.replace("...", "")
        for axis in self.bias_axes or "":
            if axis not in named:
                raise ValueError(
                    explain(
                        f'EinsumDense layer "{self.name}" has a bias along an axis '
                        "that the output does not have.",
                        expected=f"bias_axes among {named!r}",
                        received=f"bias_axes={self.bias_axes!r}",
                    )
                )
        first = min(named.index(axis) for axis in self.bias_axes or named[-1])
        shape = [sizes[a] if a in (self.bias_axes or "") else 1 for a in named[first:]]
        if output_axes.endswith("..."):
            shape.append(1)
        return tuple(shape)

    def call(self, inputs: Any) -> Any:
        x = ops.einsum(self.equation, inputs, self.kernel)
        if self.bias is not None:
            x = ops.add(x, self.bias)
        return self.activation(x)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        input_axes, _, output_axes = split_equation(self.equation)
        sizes = self._sizes(input_shape)
        named = tuple(sizes.get(axis) for axis in output_axes.replace("...", ""))
        # The batch axis comes first on both sides; its size may be unknown.
        extra = len(input_shape) - len(input_axes.replace("...", ""))
        if output_axes.startswith("..."):
            return (*input_shape[:extra], *named)
        if output_axes.endswith("..."):
            return (*named, *input_shape[len(input_shape) - extra :])
        return named


_EQUATION = re.compile(
    r"^(\.\.\.[a-zA-Z]+|[a-zA-Z]+(?:\.\.\.)?),([a-zA-Z]+)->"
    r"(\.\.\.[a-zA-Z]*|[a-zA-Z]*(?:\.\.\.)?)$"
)


def split_equation(equation: str) -> tuple[str, str, str]:
    """The axes of input, kernel and output.

    >>> split_equation("...x,xy->...y")
    ('...x', 'xy', '...y')
    """
    match = _EQUATION.match(equation.replace(" ", ""))
    if match is None:
        raise ValueError(
            explain(
                "EinsumDense does not understand the equation.",
                expected='input axes, kernel axes and output axes: "abc,cd->abd"',
                received=f"equation={equation!r}",
            )
        )
    input_axes, kernel_axes, output_axes = match.groups()
    for axis in output_axes.replace("...", ""):
        if axis not in input_axes and axis not in kernel_axes:
            raise ValueError(
                explain(
                    f"Axis {axis!r} of the output is neither an axis of the input nor "
                    "of the kernel.",
                    received=f"equation={equation!r}",
                )
            )
    return input_axes, kernel_axes, output_axes


def _named(equation: str, axes: str, shape: tuple) -> dict[str, int | None]:
    """The size of each named axis of a shape."""
    names = axes.replace("...", "")
    if len(shape) < len(names) or ("..." not in axes and len(shape) != len(names)):
        raise ShapeError(
            explain(
                f"EinsumDense cannot apply {equation!r}: {axes!r} names "
                f"{len(names)} axes.",
                received=f"shape {shape}",
            )
        )
    if axes.startswith("..."):
        shape = shape[len(shape) - len(names) :]
    return dict(zip(names, shape))
