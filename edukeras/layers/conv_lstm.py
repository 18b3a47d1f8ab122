"""ConvLSTM: an LSTM whose states are images, and whose products are convolutions.

It reads films: at each step an image enters, and gates decide, at every place of the
memory, what enters, leaves and shows.  `ConvLSTM1D`, `2D` and `3D` differ in the
number of spatial axes only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import activations, config, constraints, initializers, ops, regularizers
from edukeras.errors import ShapeError, explain
from edukeras.layers.base import InputSpec
from edukeras.layers.convolutional import _ConvolutionBase
from edukeras.layers.core import positive_integer
from edukeras.layers.recurrent import _CellLayer
from edukeras.layers.structure import is_shape
from edukeras.tensor import Tensor, numpy_dtype


class ConvLSTMCell(_ConvolutionBase):
    """A step of ConvLSTM, `*` being a convolution and `.` a product place by place.

        i, f, o = sigmoid(x * kernel + h * recurrent_kernel + bias)
        c = f . c + i . tanh(x * kernel + h * recurrent_kernel + bias)
        h = o . tanh(c)

    Shapes: x (B, H, W, C), states [h, c], each (B, rows, columns, F) -> h, [h, c]

    Weights: kernel (K, K, C, 4 F), recurrent_kernel (K, K, F, 4 F), bias (4 F,); the
    four parts are those of i, f, c, o.
    """

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: Any,
        strides: Any,
        padding: str,
        data_format: str | None,
        dilation_rate: Any,
        activation: Any,
        recurrent_activation: Any,
        use_bias: bool,
        kernel_initializer: Any,
        recurrent_initializer: Any,
        bias_initializer: Any,
        unit_forget_bias: bool,
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
        self.rank = rank
        self.filters = positive_integer("ConvLSTM", "filters", filters)
        self._set_windows(kernel_size, strides, padding, data_format, dilation_rate)
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer: Any = initializers.get(bias_initializer)
        self.unit_forget_bias = unit_forget_bias
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.dropout = min(1.0, max(0.0, dropout))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout))
        self.seed = seed
        self.state_size = [self.filters, self.filters]
        self._generator = np.random.default_rng(
            config.next_seed() if seed is None else seed
        )
        # Of the present sequence: a value that is dropped stays so in all its steps.
        self._dropout_masks: dict[str, np.ndarray] = {}

    def build(self, input_shape: Any) -> None:
        channels = self._channels_of(input_shape)
        self.compute_state_shape(input_shape)
        self.kernel = self.add_weight(
            (*self.kernel_size, channels, 4 * self.filters),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self.recurrent_kernel = self.add_weight(
            (*self.kernel_size, self.filters, 4 * self.filters),
            self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
            name="recurrent_kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(
                (4 * self.filters,),
                self._bias_start,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def _bias_start(self, shape: tuple, dtype: Any = None) -> np.ndarray:
        """The forget gate starts open, with a bias of 1, if asked for."""
        bias = np.array(self.bias_initializer(shape, dtype=dtype))
        if self.unit_forget_bias:
            bias[self.filters : 2 * self.filters] = 1
        return bias

    def compute_state_shape(self, input_shape: Any) -> tuple:
        """The shape of h, and of c, for inputs of one step."""
        return self._output_shape(input_shape, self.filters)

    def get_initial_state(self, input_shape: Any) -> list:
        """The states before the first step: zeros."""
        shape = self.compute_state_shape(input_shape)
        dtype = numpy_dtype(self.compute_dtype)
        return [Tensor(np.zeros(shape, dtype)) for _ in self.state_size]

    # -- a step ---------------------------------------------------------------

    def project(self, sequences: Any, training: Any = False) -> Any:
        """The input's part of the sums, of all steps at once, as one long batch."""
        if training and self.dropout > 0:
            mask = self._dropout_mask("input", sequences[:, 0], self.dropout)
            sequences = sequences * mask[:, None]
        batch, steps = sequences.shape[:2]
        sums = ops.conv(
            ops.reshape(sequences, (batch * steps, *sequences.shape[2:])),
            self.kernel,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
        if self.bias is not None:
            bias = self.bias
            if self.data_format == "channels_first":
                bias = ops.reshape(bias, (-1, *[1] * self.rank))
            sums = ops.add(sums, bias)
        return ops.reshape(sums, (batch, steps, *sums.shape[1:]))

    def step(self, projected: Any, states: list, training: Any = False) -> tuple:
        """From the projected input of a step and the states to (output, states)."""
        h, c = states
        if training and self.recurrent_dropout > 0:
            h = h * self._dropout_mask("state", h, self.recurrent_dropout)
        sums = projected + ops.conv(
            h,
            self.recurrent_kernel,
            strides=1,
            padding="same",  # the memory keeps its size
            data_format=self.data_format,
        )
        i, f, new, o = ops.split(sums, 4, axis=self._channel_axis())
        i, f, o = (self.recurrent_activation(gate) for gate in (i, f, o))
        c = f * c + i * self.activation(new)
        h = o * self.activation(c)
        return h, [h, c]

    def call(self, inputs: Any, states: Any, training: Any = False) -> tuple:
        projected = self.project(ops.expand_dims(inputs, 1), training)
        return self.step(projected[:, 0], list(states), training)

    def forget_dropout_masks(self) -> None:
        """A new sequence begins."""
        self._dropout_masks = {}

    def _dropout_mask(self, kind: str, x: Any, rate: float) -> np.ndarray:
        """Zeros and 1 / (1 - rate); the same until the sequence ends."""
        mask = self._dropout_masks.get(kind)
        if mask is None or mask.shape != tuple(x.shape):
            keep = self._generator.random(x.shape) >= rate
            scale = 1 / (1 - rate) if rate < 1 else 0.0
            mask = (keep * scale).astype(x.array.dtype)
            self._dropout_masks[kind] = mask
        return mask


class _ConvLSTM(_CellLayer):
    """The way through a film, with the arguments of the cell."""

    rank: int  # the number of spatial axes

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
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
        **kwargs: Any,
    ) -> None:
        cell = ConvLSTMCell(
            rank=self.rank,
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
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
            name="conv_lstm_cell",
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.input_spec = InputSpec(ndim=self.rank + 3)

    # -- states ---------------------------------------------------------------

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        if not is_shape(sequences_shape):  # Keras 2: the states behind the sequences
            sequences_shape = sequences_shape[0]
        self._image_shape = tuple(sequences_shape[2:])
        super().build(sequences_shape)

    def _zeros(self, batch_size: int) -> list:
        return self.cell.get_initial_state((batch_size, *self._image_shape))

    def _first_states(self, sequences: Any, initial_state: Any) -> list:
        shape = (sequences.shape[0], *sequences.shape[2:])
        if initial_state is None and not self.stateful:
            return self.cell.get_initial_state(shape)
        states = list(self.states if initial_state is None else initial_state)
        expected = [self.cell.compute_state_shape(shape)] * 2
        received = [tuple(state.shape) for state in states]
        if received != expected:
            raise ShapeError(
                explain(
                    f'{type(self).__name__} layer "{self.name}" cannot start from '
                    "these states.",
                    expected=f"states of shapes {expected}",
                    received=f"states of shapes {received}",
                )
            )
        return states

    def _skip_masked(
        self, keep: np.ndarray, outputs: list, output: Any, states: Any, new_states: Any
    ) -> tuple[Any, Any]:
        keep = keep.reshape(-1, *[1] * (self.rank + 1))  # (B, 1, 1, 1)
        return super()._skip_masked(keep, outputs, output, states, new_states)

    def compute_output_shape(self, sequences_shape: Any) -> Any:
        batch, steps = sequences_shape[:2]
        state = self.cell.compute_state_shape((batch, *sequences_shape[2:]))
        output = (batch, steps, *state[1:]) if self.return_sequences else state
        return [output, state, state] if self.return_state else output


class ConvLSTM1D(_ConvLSTM):
    """An LSTM whose states are rows of places, for sequences of such rows.

    Shapes: (B, T, L, C) -> (B, places, filters), or (B, T, places, filters) with
    return_sequences

    The arguments are those of ConvLSTM2D, with one spatial axis.

    Weights: kernel (K, C, 4 F), recurrent_kernel (K, F, 4 F), bias (4 F,).

    >>> ConvLSTM1D(4, 3, padding="same")(np.ones((2, 5, 8, 2))).shape
    (2, 8, 4)
    """

    rank = 1


class ConvLSTM2D(_ConvLSTM):
    """An LSTM whose states are images, for films. ConvLSTMCell has the formulas.

    Shapes: (B, T, H, W, C) -> (B, rows, columns, filters), or (B, T, rows, columns,
    filters) with return_sequences

    Args:
        filters: how many values the state has at each place, F.
        kernel_size: the (height, width) of the window, or one number for both.
        strides, padding, data_format, dilation_rate: of the convolution of the
            input, as in Conv2D; that of the state keeps its size.
        activation: tanh, of the new memory and of what shows of it.
        recurrent_activation: sigmoid, of the gates.
        use_bias, kernel_initializer, ..., recurrent_dropout: as in LSTM.
        seed: makes the dropout repeatable.
        return_sequences: the output of all steps, not of the last one only.
        return_state: a list of the output and the last states h and c.
        go_backwards, stateful: as in RNN.

    Weights: kernel (K1, K2, C, 4 F), recurrent_kernel (K1, K2, F, 4 F), bias (4 F,);
    the four parts are those of i, f, c, o.

    Source: Shi et al., 2015, https://arxiv.org/abs/1506.04214, section 3.1, without
    the terms in which gates look at the memory

    >>> ConvLSTM2D(4, 3)(np.ones((2, 5, 8, 8, 1))).shape
    (2, 6, 6, 4)
    """

    rank = 2


class ConvLSTM3D(_ConvLSTM):
    """An LSTM whose states are volumes, for sequences of volumes.

    Shapes: (B, T, D1, D2, D3, C) -> (B, places along each axis, filters), or with T
    after B with return_sequences

    The arguments are those of ConvLSTM2D, with three spatial axes.

    Weights: kernel (K1, K2, K3, C, 4 F), recurrent_kernel (K1, K2, K3, F, 4 F), bias
    (4 F,).

    >>> ConvLSTM3D(2, 2)(np.ones((1, 2, 3, 4, 3, 1))).shape
    (1, 2, 3, 2, 2)
    """

    rank = 3
