"""Recurrent layers: a cell that goes through a sequence, step by step."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import ops, registry, tree
from edukeras.errors import ShapeError, explain
from edukeras.layers.base import InputSpec, Layer
from edukeras.layers.recurrent_cells import (
    GRUCell,
    LSTMCell,
    SimpleRNNCell,
    StackedRNNCells,
    check_is_cell,
    output_size_of,
    zero_states,
)
from edukeras.layers.structure import is_shape
from edukeras.ops.recurrent import time_steps
from edukeras.tensor import Tensor, as_array


class RNN(Layer):
    """Calls a cell for each step of a sequence, handing its states on.

    Shapes: (B, T, N) -> (B, units), or (B, T, units) with return_sequences

    Args:
        cell: such as LSTMCell(32), or a list of cells, one above the other. A cell
            of your own needs `call(inputs, states)` and `state_size`.
        return_sequences: the output of all steps, not of the last one only.
        return_state: a list of the output and the last states.
        go_backwards: from the last step to the first.
        stateful: sample i of a batch goes on where sample i of the batch before
            ended; needs batches of one fixed size, and `reset_state()` at the end.
        unroll: for Keras's signature; it changes nothing here.
        zero_output_for_mask: masked steps put out zeros, not the output before them.

    Call arguments:
        initial_state: the states before the first step, instead of zeros.
        mask: (B, T), false for steps that are to be skipped.

    >>> RNN(SimpleRNNCell(4))(np.ones((2, 10, 3))).shape
    (2, 4)
    """

    supports_masking = True

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell, dtype=self.dtype_policy)
        check_is_cell(cell)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.states: Any = None

    @property
    def state_size(self) -> Any:
        return self.cell.state_size

    def _state_sizes(self) -> list:
        sizes = self.cell.state_size
        return list(sizes) if isinstance(sizes, (list, tuple)) else [sizes]

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        if not is_shape(sequences_shape):  # Keras 2: the states behind the sequences
            sequences_shape = sequences_shape[0]
        if not self.cell.built:
            self.cell.build((sequences_shape[0], *sequences_shape[2:]))
            self.cell.built = True
        if self.stateful:
            self._start_states(sequences_shape[0])

    # -- states between batches -----------------------------------------------

    def _start_states(self, batch_size: int | None) -> None:
        if batch_size is None:
            raise ValueError(
                explain(
                    f'{type(self).__name__} layer "{self.name}" is stateful, so it '
                    "needs batches of one known size.",
                    received="a batch size of None",
                    hint="Input(batch_shape=(32, None, 8)).",
                )
            )
        self.states = self._zeros(batch_size)

    def _zeros(self, batch_size: int) -> Any:
        if hasattr(self.cell, "get_initial_state"):
            states = self.cell.get_initial_state(batch_size=batch_size)
            return list(states) if isinstance(states, (list, tuple)) else [states]
        return zero_states(self._state_sizes(), batch_size, self.compute_dtype)

    def reset_state(self) -> None:
        """Forgets the states of the batches before."""
        if self.states is not None:
            batch_size = tree.flatten(self.states)[0].shape[0]
            self.states = self._zeros(batch_size)

    def reset_states(self) -> None:
        """Keras 2's name of `reset_state`."""
        self.reset_state()

    def _first_states(self, sequences: Any, initial_state: Any) -> list:
        batch_size = sequences.shape[0]
        if initial_state is not None:
            states = initial_state
            states = list(states) if isinstance(states, (list, tuple)) else [states]
        elif self.stateful:
            states = self.states
        else:
            return self._zeros(batch_size)
        sizes = tree.flatten(self._state_sizes())
        shapes = [tuple(state.shape) for state in tree.flatten(states)]
        if shapes != [(batch_size, size) for size in sizes]:
            raise ShapeError(
                explain(
                    f'{type(self).__name__} layer "{self.name}" cannot start from '
                    "these states.",
                    expected=f"states of shapes {[(batch_size, n) for n in sizes]}",
                    received=f"states of shapes {shapes}",
                )
            )
        return states

    # -- through the sequence -------------------------------------------------

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: Any = False,
    ) -> Any:
        states = self._first_states(sequences, initial_state)
        if hasattr(self.cell, "forget_dropout_masks"):
            self.cell.forget_dropout_masks()
        if mask is None and self._is_in_one_op(training):
            output, *states = self.cell.sequence_op(
                sequences,
                self.cell.kernel,
                self.cell.recurrent_kernel,
                self.cell.bias,
                *states,
                return_sequences=self.return_sequences,
                go_backwards=self.go_backwards,
            )
        else:
            outputs, states = self._run(sequences, states, mask, training)
            output = outputs[-1]
            if self.return_sequences:
                output = ops.stack(outputs, axis=1)
        if self.stateful:
            # Without their history: gradients stay within a batch.
            self.states = tree.map_structure(lambda x: Tensor(x.array), states)
        if self.return_state:
            return [output, *states]
        return output

    @property
    def only_ops(self) -> bool:  # type: ignore[override]
        """With one op for the sequence, and without states from the batch before."""
        return not self.stateful and self._is_in_one_op(training=True)

    def _is_in_one_op(self, training: Any) -> bool:
        """Whether one op makes the same of a whole sequence as the cell by steps."""
        return hasattr(self.cell, "has_sequence_op") and self.cell.has_sequence_op(
            training
        )

    def _run(
        self, sequences: Any, states: list, mask: Any, training: Any
    ) -> tuple[list, list]:
        """The outputs of all steps, and the states after the last one."""
        # Built-in cells compute the input's part of all steps at once.
        in_two_parts = hasattr(self.cell, "project") and self.cell.built
        if in_two_parts:
            sequences = self.cell.project(sequences, training)
        steps = list(time_steps(sequences))
        masks = None if mask is None else as_array(mask).astype(bool)
        order = range(len(steps))
        outputs: list = []
        for t in reversed(order) if self.go_backwards else order:
            if in_two_parts:
                output, new_states = self.cell.step(steps[t], states, training)
            else:
                output, new_states = self._call_cell(steps[t], states)
            if masks is not None:
                output, new_states = self._skip_masked(
                    masks[:, t, None], outputs, output, states, new_states
                )
            outputs.append(output)
            states = new_states
        return outputs, states

    def _call_cell(self, x: Any, states: list) -> tuple[Any, list]:
        """A cell with a single state may be written for the state itself."""
        single = not isinstance(self.cell.state_size, (list, tuple))
        output, new_states = self.cell(x, states)
        if single and not isinstance(new_states, (list, tuple)):
            new_states = [new_states]
        return output, list(new_states)

    def _skip_masked(
        self, keep: np.ndarray, outputs: list, output: Any, states: Any, new_states: Any
    ) -> tuple[Any, Any]:
        """Where a step does not count, output and states stay as before it."""
        if self.zero_output_for_mask or not outputs:
            before: Any = 0.0
        else:
            before = outputs[-1]
        output = ops.where(keep, output, before)
        kept = tree.map_structure(
            lambda new, old: ops.where(keep, new, old), list(new_states), list(states)
        )
        return output, kept

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        mask = previous_mask if self.return_sequences else None
        if self.return_state:
            return [mask, *[None] * len(tree.flatten(self._state_sizes()))]
        return mask

    def compute_output_shape(self, sequences_shape: Any) -> Any:
        batch, steps = sequences_shape[:2]
        size = output_size_of(self.cell)
        output = (batch, steps, size) if self.return_sequences else (batch, size)
        if self.return_state:
            sizes = self._state_sizes()
            return [output, *tree.map_structure(lambda n: (batch, n), sizes)]
        return output

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        if isinstance(config.get("cell"), dict):
            cell = registry.deserialize_keras_object(config["cell"])
            config = {**config, "cell": cell}
        return super().from_config(config)


class _CellLayer(RNN):
    """An RNN over one of the built-in cells, whose arguments it takes itself."""

    def __init__(self, cell: Layer, **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)
        self.input_spec = InputSpec(ndim=3)

    @property
    def units(self) -> int:
        return self.cell.units

    def _serialized_argument(self, name: str) -> Any:
        """Most arguments are attributes of the cell."""
        if hasattr(self.cell, name):
            return self.cell._serialized_argument(name)
        return super()._serialized_argument(name)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for name in ("cell", "use_cudnn"):
            config.pop(name, None)
        return config


class SimpleRNN(_CellLayer):
    """h = activation(x @ kernel + h @ recurrent_kernel + bias), step by step.

    Shapes: (B, T, N) -> (B, units), or (B, T, units) with return_sequences

    Args:
        units: how many values the state has.
        activation, ..., recurrent_dropout: see SimpleRNNCell.
        return_sequences, ..., unroll: see RNN.
        seed: makes the dropout repeatable.

    Weights: kernel (N, units), recurrent_kernel (units, units), bias (units,).

    >>> SimpleRNN(4)(np.ones((2, 10, 3))).shape
    (2, 4)
    """

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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        cell = SimpleRNNCell(
            units,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="simple_rnn_cell",
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )


class LSTM(_CellLayer):
    """Long short-term memory: gates decide what enters, leaves and shows of a memory.

    Shapes: (B, T, N) -> (B, units), or (B, T, units) with return_sequences

    Args:
        units: how many values output and memory have.
        activation, ..., recurrent_dropout: see LSTMCell, which has the formulas.
        return_sequences, ..., unroll: see RNN. The states are [h, c].
        seed: makes the dropout repeatable.
        use_cudnn: for Keras's signature.

    Weights: kernel (N, 4 units), recurrent_kernel (units, 4 units), bias (4 units,).

    >>> LSTM(4, return_sequences=True)(np.ones((2, 10, 3))).shape
    (2, 10, 4)
    """

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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ) -> None:
        cell = LSTMCell(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="lstm_cell",
        )
        kwargs.pop("implementation", None)  # Keras 2
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.use_cudnn = use_cudnn


class GRU(_CellLayer):
    """Gated recurrent unit: a gate mixes the old state with a new one.

    Shapes: (B, T, N) -> (B, units), or (B, T, units) with return_sequences

    Args:
        units: how many values the state has.
        activation, ..., recurrent_dropout, reset_after: see GRUCell, which has the
            formulas.
        return_sequences, ..., unroll: see RNN.
        seed: makes the dropout repeatable.
        use_cudnn: for Keras's signature.

    Weights: kernel (N, 3 units), recurrent_kernel (units, 3 units), bias
    (2, 3 units), or (3 units,) without reset_after.

    >>> GRU(4)(np.ones((2, 10, 3))).shape
    (2, 4)
    """

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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ) -> None:
        cell = GRUCell(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            reset_after=reset_after,
            seed=seed,
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="gru_cell",
        )
        kwargs.pop("implementation", None)  # Keras 2
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.use_cudnn = use_cudnn
