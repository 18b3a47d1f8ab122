"""Transposed convolution: from one value to a window, so the output grows.

It is the way that gradients take back through a convolution.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import activations, constraints, initializers, ops, regularizers
from edukeras.errors import explain
from edukeras.layers.convolutional import _ConvolutionBase
from edukeras.layers.core import positive_integer


class _TransposedConvolution(_ConvolutionBase):
    """activation(conv_transpose(x, kernel) + bias)."""

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = 1,
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
        self.filters = positive_integer(type(self).__name__, "filters", filters)
        self._set_windows(kernel_size, strides, padding, data_format, dilation_rate)
        self.output_padding = self._checked_output_padding(output_padding)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def _checked_output_padding(self, value: Any) -> tuple[int, ...] | None:
        if value is None:
            return None
        each = (value,) * self.rank if isinstance(value, (int, np.integer)) else value
        if len(each) != self.rank or not all(
            0 <= n < stride for n, stride in zip(each, self.strides)
        ):
            raise ValueError(
                explain(
                    f"{type(self).__name__} cannot pad its output like that.",
                    expected="output_padding from 0 to below the strides, "
                    f"{self.strides}",
                    received=f"output_padding={value!r}",
                )
            )
        return tuple(int(n) for n in each)

    def build(self, input_shape: Any) -> None:
        channels = self._channels_of(input_shape)
        self.kernel = self.add_weight(
            (*self.kernel_size, self.filters, channels),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self._add_bias_weight(self.filters)

    def call(self, inputs: Any) -> Any:
        x = ops.conv_transpose(
            inputs,
            self.kernel,
            strides=self.strides,
            padding=self.padding,
            output_padding=self.output_padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
        return self._bias_and_activation(x)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        extra = self.output_padding or (None,) * self.rank
        sizes = [
            self._size(n, window, stride, dilation, more)
            for n, window, stride, dilation, more in zip(
                self._spatial(input_shape),
                self.kernel_size,
                self.strides,
                self.dilation_rate,
                extra,
            )
        ]
        return self._full_shape(input_shape[0], sizes, self.filters)

    def _size(
        self, n: int | None, window: int, stride: int, dilation: int, extra: int | None
    ) -> int | None:
        """The size of an axis of the output."""
        if n is None:
            return None
        span = (window - 1) * dilation + 1
        valid = self.padding == "valid"
        if extra is None:
            return n * stride + (max(span - stride, 0) if valid else 0)
        cut = 0 if valid else 2 * (span // 2)
        return (n - 1) * stride + span - cut + extra


class Conv1DTranspose(_TransposedConvolution):
    """Spreads each step of a sequence over a window: the reverse way of Conv1D.

    Shapes: (B, T, C) -> (B, about T * strides, filters)

    Args:
        filters: how many outputs at each place, F.
        kernel_size: the length of the window, K.
        strides: how far apart the windows stand in the output.
        padding: "valid": the whole of all windows; "same": T * strides.
        output_padding: how much longer the output is than the windows need.
        data_format: "channels_first" for (B, C, T).
        dilation_rate, activation, ...: as in Conv1D.

    Weights: kernel (K, F, C), bias (F,).

    >>> Conv1DTranspose(4, 3, strides=2)(np.ones((2, 10, 5))).shape
    (2, 21, 4)
    """

    rank = 1


class Conv2DTranspose(_TransposedConvolution):
    """Spreads each pixel of an image over a window: the reverse way of Conv2D.

    Shapes: (B, H, W, C) -> (B, about H * strides, about W * strides, filters)

    Args:
        filters: how many outputs at each place, F.
        kernel_size: the (height, width) of the window, or one number for both.
        strides: how far apart the windows stand in the output.
        padding: "valid": the whole of all windows; "same": H * strides, W * strides.
        output_padding: how much larger the output is than the windows need.
        data_format: "channels_first" for (B, C, H, W).
        dilation_rate, activation, ...: as in Conv2D.

    Weights: kernel (height, width, F, C), bias (F,).

    Source: Zeiler et al., 2010, "Deconvolutional networks"

    >>> Conv2DTranspose(4, 3, strides=2, padding="same")(np.ones((2, 7, 7, 5))).shape
    (2, 14, 14, 4)
    """

    rank = 2


class Conv3DTranspose(_TransposedConvolution):
    """Spreads each element of a volume over a window: the reverse way of Conv3D.

    Shapes: (B, D1, D2, D3, C) -> (B, about each size times strides, filters)

    The arguments are those of Conv2DTranspose, with three spatial axes;
    `data_format` comes before `output_padding`.

    Weights: kernel (K1, K2, K3, F, C), bias (F,).

    >>> Conv3DTranspose(4, 2, strides=2)(np.ones((1, 2, 3, 4, 5))).shape
    (1, 4, 6, 8, 4)
    """

    rank = 3

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        output_padding: Any = None,
        dilation_rate: Any = 1,
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
        super().__init__(
            filters,
            kernel_size,
            strides=strides,
            padding=padding,
            output_padding=output_padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
