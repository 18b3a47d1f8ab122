"""The core layers: Input, Dense, Masking, Identity."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import activations, constraints, initializers, ops, regularizers
from edukeras.errors import explain
from edukeras.graph import Node
from edukeras.layers.base import InputSpec, Layer
from edukeras.tensor import KerasTensor, standardize_dtype


class InputLayer(Layer):
    """Where data enters a model. `Input()` makes one and returns its tensor.

    Args:
        shape: of one sample, without the batch axis.
        batch_size: the number of samples, if it is fixed.
        dtype: None is `floatx()`.
        batch_shape: shape with the batch axis, instead of the two above.
        input_tensor: a symbolic tensor to use.
    """

    only_ops = True

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: KerasTensor | None = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        if input_tensor is not None:
            batch_shape, dtype = input_tensor.shape, input_tensor.dtype
        if batch_shape is None:
            batch_shape = (batch_size, *_sample_shape(shape))
        self.batch_shape = tuple(batch_shape)
        self._dtype = standardize_dtype(dtype)
        self.built = True
        tensor = input_tensor
        if tensor is None:
            tensor = KerasTensor(self.batch_shape, self._dtype, name=self.name)
        Node(self, (), {}, tensor)

    @property
    def dtype(self) -> str:
        return self._dtype

    def call(self, inputs: Any = None) -> Any:
        return inputs

    def get_config(self) -> dict[str, Any]:
        return {
            "batch_shape": self.batch_shape,
            "dtype": self._dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
        }


def _sample_shape(shape: Any) -> tuple:
    if shape is None:
        raise ValueError(
            explain(
                "Input needs the shape of one sample.",
                hint="Input(shape=(784,)) for samples of 784 numbers.",
            )
        )
    if isinstance(shape, (int, np.integer)):
        raise ValueError(
            explain(
                "The shape of an Input must be a tuple.",
                received=repr(shape),
                hint=f"Input(shape=({shape},)), with the comma.",
            )
        )
    return tuple(shape)


def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: KerasTensor | None = None,
    optional: bool = False,
) -> Any:
    """A symbolic tensor: the start of a functional model.

    Args:
        shape: of one sample, without the batch axis: (784,).
        batch_size: the number of samples, if it is fixed.
        dtype: None is `floatx()`.
        batch_shape: shape with the batch axis, instead of the two above.
        name: the name of the input, for models fed by dicts.

    >>> Input(shape=(784,)).shape
    (None, 784)
    """
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        batch_shape=batch_shape,
        name=name,
        input_tensor=tensor,
    )
    return layer.output


class Dense(Layer):
    """activation(x @ kernel + bias): the fully connected layer.

    Shapes: (B, ..., N) -> (B, ..., units)

    Args:
        units: how many outputs, M.
        activation: a function or its name, such as "relu"; None leaves the sum.
        use_bias: whether to add a bias.
        kernel_initializer, bias_initializer: the first values of the weights.
        kernel_regularizer, bias_regularizer: penalties on the weights.
        activity_regularizer: a penalty on the output.
        kernel_constraint, bias_constraint: what the weights must fulfil.

    Weights: kernel (N, M), bias (M,).

    >>> Dense(3)(np.ones((2, 4))).shape
    (2, 3)
    """

    supports_masking = True
    only_ops = True

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = positive_integer("Dense", "units", units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.bias: Any = None
        self.input_spec = InputSpec(min_ndim=2)
        self._fused = activations.fused_name(self.activation)

    def build(self, input_shape: Any) -> None:
        features = input_shape[-1]  # N
        self.kernel = self.add_weight(
            (features, self.units),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(
                (self.units,),
                self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})

    def call(self, inputs: Any) -> Any:
        if self._fused is not None:
            return ops.dense(inputs, self.kernel, self.bias, activation=self._fused)
        return self.activation(ops.dense(inputs, self.kernel, self.bias))

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return (*input_shape[:-1], self.units)


def positive_integer(layer: str, name: str, value: Any) -> int:
    """The value, if it is a whole number above 0."""
    if not isinstance(value, (int, np.integer)) or value <= 0:
        raise ValueError(
            explain(
                f"{layer} needs a whole number above 0 as {name}.",
                received=f"{name}={value!r}",
            )
        )
    return int(value)


class Masking(Layer):
    """Marks the time steps in which every feature equals a value: to be skipped.

    Shapes: (B, T, N) -> the same, with a mask (B, T)

    >>> Masking()(np.float32([[[1, 1], [0, 0]]])).mask.tolist()
    [[True, False]]
    """

    supports_masking = True

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask_value = mask_value

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        return np.any(inputs.array != self.mask_value, axis=-1)

    def call(self, inputs: Any) -> Any:
        keep = np.any(inputs.array != self.mask_value, axis=-1, keepdims=True)
        return inputs * keep.astype(inputs.array.dtype)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return input_shape


class Identity(Layer):
    """Returns its input unchanged."""

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape
