"""Cells: one step of a recurrent layer, from input and states to new states.

A cell is called on the input of one step and the states after the step before:
`output, states = cell(x, states)`.  `RNN` calls it for every step.  Since the input's
part of the sums needs no state, it is computed for all steps at once: `project` does
that part, `step` the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import (
    activations,
    config,
    constraints,
    initializers,
    ops,
    registry,
    regularizers,
)
from edukeras.errors import explain
from edukeras.layers.base import Layer
from edukeras.layers.core import positive_integer
from edukeras.tensor import Tensor, numpy_dtype


def zero_states(state_size: Any, batch_size: int, dtype: str) -> Any:
    """States before the first step, in the nesting of `state_size`."""
    if isinstance(state_size, (list, tuple)):
        return [zero_states(size, batch_size, dtype) for size in state_size]
    return Tensor(np.zeros((batch_size, state_size), numpy_dtype(dtype)))


class _Cell(Layer):
    """What the three kinds of cells share: weights, dropout, states."""

    gates = 1  # how many sums of `units` values a step computes

    def __init__(
        self,
        units: int,
        activation: Any,
        use_bias: bool,
        kernel_initializer: Any,
        recurrent_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        recurrent_regularizer: Any,
        bias_regularizer: Any,
        kernel_constraint: Any,
        recurrent_constraint: Any,
        bias_constraint: Any,
        dropout: float,
        recurrent_dropout: float,
        seed: int | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = positive_integer(type(self).__name__, "units", units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer: Any = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.dropout = min(1.0, max(0.0, dropout))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout))
        self.seed = seed
        self.state_size: Any = self.units
        self.output_size = self.units
        self.bias: Any = None
        self._generator = np.random.default_rng(
            config.next_seed() if seed is None else seed
        )
        # The dropout masks of the present sequence: a value that is dropped is
        # dropped in all of its steps (Gal and Ghahramani, 2015).
        self._dropout_masks: dict[str, np.ndarray] = {}

    def build(self, input_shape: Any) -> None:
        width = self.units * self.gates
        self.kernel = self.add_weight(
            (input_shape[-1], width),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self.recurrent_kernel = self.add_weight(
            (self.units, width),
            self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
            name="recurrent_kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(
                self._bias_shape(),
                self._bias_start(),
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def _bias_shape(self) -> tuple:
        return (self.units * self.gates,)

    def _bias_start(self) -> Any:
        return self.bias_initializer

    def get_initial_state(self, batch_size: int) -> list:
        """The states before the first step: zeros."""
        sizes = self.state_size
        sizes = sizes if isinstance(sizes, list) else [sizes]
        return zero_states(sizes, batch_size, self.compute_dtype)

    # -- a step ---------------------------------------------------------------

    def project(self, inputs: Any, training: Any = False) -> Any:
        """The input's part of the sums, (B, N) or (B, T, N) -> (..., gates * units)."""
        if training and self.dropout > 0:
            mask = self._dropout_mask("input", inputs, self.dropout)
            inputs = inputs * (mask if inputs.ndim == 2 else mask[:, None])
        return ops.dense(inputs, self.kernel, self._input_bias())

    def _input_bias(self) -> Any:
        return self.bias

    def step(self, projected: Any, states: list, training: Any = False) -> tuple:
        """From the projected input of a step and the states to (output, states)."""
        raise NotImplementedError

    def has_sequence_op(self, training: Any = False) -> bool:
        """Whether `sequence_op` does for a whole sequence what `step` does for each.

        A subclass may have a step of its own, so it has no such op.
        """
        return (
            "sequence_op" in vars(type(self))
            and self.built
            and activations.fused_name(self.activation) == "tanh"
            and not (training and (self.dropout or self.recurrent_dropout))
        )

    def call(self, inputs: Any, states: Any, training: Any = False) -> tuple:
        several = isinstance(states, (list, tuple))
        output, new_states = self.step(
            self.project(inputs, training),
            list(states) if several else [states],
            training,
        )
        return output, new_states if several else new_states[0]

    def compute_output_shape(self, inputs_shape: Any, states_shape: Any) -> tuple:
        return (inputs_shape[0], self.units), states_shape

    # -- dropout --------------------------------------------------------------

    def forget_dropout_masks(self) -> None:
        """A new sequence begins."""
        self._dropout_masks = {}

    def _dropout_mask(self, kind: str, x: Any, rate: float) -> np.ndarray:
        """Zeros and 1 / (1 - rate), (B, N); the same until the sequence ends."""
        shape = (x.shape[0], x.shape[-1])
        mask = self._dropout_masks.get(kind)
        if mask is None or mask.shape != shape:
            keep = self._generator.random(shape) >= rate
            scale = 1 / (1 - rate) if rate < 1 else 0.0
            mask = (keep * scale).astype(x.array.dtype)
            self._dropout_masks[kind] = mask
        return mask

    def _drop_state(self, state: Any, training: Any) -> Any:
        if not training or self.recurrent_dropout == 0:
            return state
        mask = self._dropout_mask("state", state, self.recurrent_dropout)
        return state * mask


class SimpleRNNCell(_Cell):
    """h = activation(x @ kernel + h @ recurrent_kernel + bias): a step of SimpleRNN.

    Shapes: x (B, N), states [h (B, units)] -> h, [h]

    Args:
        units: how many values the state has.
        activation: of the new state.
        use_bias, kernel_initializer, ...: as in Dense, `recurrent_...` being those
            of the weights of the state.
        dropout: share of the inputs that is dropped in training.
        recurrent_dropout: share of the state that is dropped in training.
        seed: makes the dropout repeatable.

    Weights: kernel (N, units), recurrent_kernel (units, units), bias (units,).
    """

    sequence_op = staticmethod(ops.simple_rnn)

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            dropout,
            recurrent_dropout,
            seed,
            **kwargs,
        )

    def step(self, projected: Any, states: list, training: Any = False) -> tuple:
        h = self._drop_state(states[0], training)
        h = self.activation(projected + ops.matmul(h, self.recurrent_kernel))
        return h, [h]


class LSTMCell(_Cell):
    """A step of LSTM: gates decide what enters, leaves and shows of a memory c.

        i, f, o = sigmoid of sums   (input, forget and output gate)
        c = f * c + i * tanh(sum)
        h = o * tanh(c)

    Shapes: x (B, N), states [h, c], each (B, units) -> h, [h, c]

    Args:
        units: how many values h and c have.
        activation: tanh, of the new memory and of what shows of it.
        recurrent_activation: sigmoid, of the gates.
        unit_forget_bias: whether the forget gate starts with a bias of 1, open.
        dropout, recurrent_dropout, seed, ...: as in SimpleRNNCell.

    Weights: kernel (N, 4 units), recurrent_kernel (units, 4 units), bias (4 units,);
    the four parts are those of i, f, c, o.

    Source: Hochreiter and Schmidhuber, 1997; Gers et al., 2000 (forget gate)
    """

    gates = 4
    sequence_op = staticmethod(ops.lstm)

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            dropout,
            recurrent_dropout,
            seed,
            **kwargs,
        )
        self.recurrent_activation = activations.get(recurrent_activation)
        self.unit_forget_bias = unit_forget_bias
        self.state_size = [self.units, self.units]

    def has_sequence_op(self, training: Any = False) -> bool:
        gates = activations.fused_name(self.recurrent_activation)
        return super().has_sequence_op(training) and gates == "sigmoid"

    def _bias_start(self) -> Any:
        if not self.unit_forget_bias:
            return self.bias_initializer

        def with_open_forget_gate(shape: tuple, dtype: Any = None) -> np.ndarray:
            units = self.units
            i = self.bias_initializer((units,), dtype=dtype)
            rest = self.bias_initializer((2 * units,), dtype=dtype)
            return np.concatenate([i, np.ones_like(i), rest])

        return with_open_forget_gate

    def step(self, projected: Any, states: list, training: Any = False) -> tuple:
        h, c = states
        h = self._drop_state(h, training)
        sums = projected + ops.matmul(h, self.recurrent_kernel)
        i, f, new, o = ops.split(sums, 4, axis=-1)
        i, f, o = (self.recurrent_activation(gate) for gate in (i, f, o))
        c = f * c + i * self.activation(new)
        h = o * self.activation(c)
        return h, [h, c]


class GRUCell(_Cell):
    """A step of GRU: one gate mixes old and new state, another resets the old one.

        z, r = sigmoid of sums      (update and reset gate)
        new = tanh(x @ kernel + r * (h @ recurrent_kernel))
        h = z * h + (1 - z) * new

    Shapes: x (B, N), states [h (B, units)] -> h, [h]

    Args:
        units: how many values the state has.
        activation: tanh, of the new state.
        recurrent_activation: sigmoid, of the gates.
        reset_after: whether r resets after the matrix product, as above, or before:
            (r * h) @ recurrent_kernel.
        dropout, recurrent_dropout, seed, ...: as in SimpleRNNCell.

    Weights: kernel (N, 3 units), recurrent_kernel (units, 3 units), bias (2, 3 units),
    of input and state, or (3 units,) without reset_after; the parts are z, r, new.

    Source: Cho et al., 2014, https://arxiv.org/abs/1406.1078
    """

    gates = 3
    sequence_op = staticmethod(ops.gru)

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            dropout,
            recurrent_dropout,
            seed,
            **kwargs,
        )
        self.recurrent_activation = activations.get(recurrent_activation)
        self.reset_after = reset_after

    def has_sequence_op(self, training: Any = False) -> bool:
        gates = activations.fused_name(self.recurrent_activation)
        return (
            super().has_sequence_op(training)
            and gates == "sigmoid"
            and self.reset_after
        )

    def _bias_shape(self) -> tuple:
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def _input_bias(self) -> Any:
        if self.bias is not None and self.reset_after:
            return self.bias[0]
        return self.bias

    def step(self, projected: Any, states: list, training: Any = False) -> tuple:
        h = states[0]
        x_gates, x_new = ops.split(projected, [2 * self.units], axis=-1)
        dropped = self._drop_state(h, training)
        if self.reset_after:
            sums = ops.matmul(dropped, self.recurrent_kernel)
            if self.bias is not None:
                sums = sums + self.bias[1]
            h_gates, h_new = ops.split(sums, [2 * self.units], axis=-1)
        else:
            gates_kernel, new_kernel = ops.split(
                self.recurrent_kernel, [2 * self.units], axis=-1
            )
            h_gates = ops.matmul(dropped, gates_kernel)
        z, r = ops.split(self.recurrent_activation(x_gates + h_gates), 2, axis=-1)
        if self.reset_after:
            reset = r * h_new
        else:
            reset = ops.matmul(r * dropped, new_kernel)
        h = z * h + (1 - z) * self.activation(x_new + reset)
        return h, [h]


class StackedRNNCells(Layer):
    """Several cells, each taking the output of the one before.

    Args:
        cells: the first is called on the input.

    The states are a list, with the states of each cell as an item.
    """

    def __init__(self, cells: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cells = list(cells)
        for cell in self.cells:
            check_is_cell(cell)

    @property
    def state_size(self) -> list:
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> Any:
        return output_size_of(self.cells[-1])

    def get_initial_state(self, batch_size: int) -> list:
        """The states before the first step: zeros."""
        return zero_states(self.state_size, batch_size, self.compute_dtype)

    def forget_dropout_masks(self) -> None:
        for cell in self.cells:
            if hasattr(cell, "forget_dropout_masks"):
                cell.forget_dropout_masks()

    def build(self, input_shape: Any) -> None:
        for cell in self.cells:
            if not cell.built:
                cell.build(input_shape)
                cell.built = True
            input_shape = (input_shape[0], output_size_of(cell))

    def call(self, inputs: Any, states: Any) -> tuple:
        new_states = []
        for cell, cell_states in zip(self.cells, states):
            inputs, cell_states = cell(inputs, cell_states)
            new_states.append(cell_states)
        return inputs, new_states

    def get_config(self) -> dict[str, Any]:
        cells = [registry.serialize_keras_object(cell) for cell in self.cells]
        return {**super().get_config(), "cells": cells}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> StackedRNNCells:
        cells = registry.deserialize_keras_object(config["cells"])
        return super().from_config({**config, "cells": cells})


def output_size_of(cell: Any) -> int:
    """How many values a cell puts out; without `output_size`, its first state's."""
    size = getattr(cell, "output_size", None)
    if size is None:
        size = cell.state_size
    while isinstance(size, (list, tuple)):
        size = size[0]
    return size


def check_is_cell(cell: Any) -> None:
    """Raises a ValueError unless RNN can call this for each step."""
    missing = [name for name in ("call", "state_size") if not hasattr(cell, name)]
    if missing:
        raise ValueError(
            explain(
                "RNN needs a cell.",
                expected="a layer with call(inputs, states) and state_size, one "
                "number, or one for each state",
                received=f"{cell!r}, which has no {missing[0]}",
                hint="RNN(LSTMCell(32)), or LSTM(32).",
            )
        )
