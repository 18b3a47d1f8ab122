"""Convolutions with fewer weights: channel by channel, and in two steps."""

from __future__ import annotations

from typing import Any

from edukeras import activations, constraints, initializers, ops, regularizers
from edukeras.layers.convolutional import _ConvolutionBase
from edukeras.layers.core import positive_integer


class _DepthwiseConvolution(_ConvolutionBase):
    """activation(depthwise_conv(x, kernel) + bias)."""

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.depth_multiplier = positive_integer(
            type(self).__name__, "depth_multiplier", depth_multiplier
        )
        self._set_windows(kernel_size, strides, padding, data_format, dilation_rate)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape: Any) -> None:
        channels = self._channels_of(input_shape)
        self.compute_output_shape(input_shape)
        self.kernel = self.add_weight(
            (*self.kernel_size, channels, self.depth_multiplier),
            self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
            name="kernel",
        )
        self._add_bias_weight(channels * self.depth_multiplier)

    def call(self, inputs: Any) -> Any:
        x = ops.depthwise_conv(
            inputs,
            self.kernel,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
        return self._bias_and_activation(x)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        channels = input_shape[self._channel_axis()]
        return self._output_shape(input_shape, channels * self.depth_multiplier)


class DepthwiseConv1D(_DepthwiseConvolution):
    """A convolution of every channel of sequences by itself.

    Shapes: (B, T, C) -> (B, places of the window, C * depth_multiplier)

    Args:
        kernel_size: the length of the window, K.
        depth_multiplier: how many outputs each channel has, M.
        strides, padding, data_format, dilation_rate, ...: as in Conv1D.

    Weights: kernel (K, C, M), bias (C M,).

    >>> DepthwiseConv1D(3)(np.ones((2, 10, 5))).shape
    (2, 8, 5)
    """

    rank = 1


class DepthwiseConv2D(_DepthwiseConvolution):
    """A convolution of every channel of images by itself.

    Shapes: (B, H, W, C) -> (B, rows, columns of places, C * depth_multiplier)

    Args:
        kernel_size: the (height, width) of the window, or one number for both.
        depth_multiplier: how many outputs each channel has, M.
        strides, padding, data_format, dilation_rate, ...: as in Conv2D.

    Weights: kernel (height, width, C, M), bias (C M,).

    >>> DepthwiseConv2D(3, depth_multiplier=2)(np.ones((2, 8, 8, 5))).shape
    (2, 6, 6, 10)
    """

    rank = 2


class _SeparableConvolution(_ConvolutionBase):
    """activation(separable_conv(x, depthwise_kernel, pointwise_kernel) + bias)."""

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = positive_integer(type(self).__name__, "filters", filters)
        self.depth_multiplier = positive_integer(
            type(self).__name__, "depth_multiplier", depth_multiplier
        )
        self._set_windows(kernel_size, strides, padding, data_format, dilation_rate)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.pointwise_initializer = initializers.get(pointwise_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.pointwise_regularizer = regularizers.get(pointwise_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)
        self.pointwise_constraint = constraints.get(pointwise_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape: Any) -> None:
        channels = self._channels_of(input_shape)
        self.compute_output_shape(input_shape)
        self.depthwise_kernel = self.add_weight(
            (*self.kernel_size, channels, self.depth_multiplier),
            self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
            name="depthwise_kernel",
        )
        self.pointwise_kernel = self.add_weight(
            (*[1] * self.rank, channels * self.depth_multiplier, self.filters),
            self.pointwise_initializer,
            regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
            name="pointwise_kernel",
        )
        self._add_bias_weight(self.filters)

    def call(self, inputs: Any) -> Any:
        x = ops.separable_conv(
            inputs,
            self.depthwise_kernel,
            self.pointwise_kernel,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
        return self._bias_and_activation(x)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return self._output_shape(input_shape, self.filters)


class SeparableConv1D(_SeparableConvolution):
    """A depthwise convolution of sequences, then one with a window of length 1.

    Shapes: (B, T, C) -> (B, places of the window, filters)

    Args:
        filters: how many outputs at each place, F.
        kernel_size: the length of the window, K.
        depth_multiplier: how many values each channel has between the steps, M.
        strides, padding, data_format, dilation_rate, ...: as in Conv1D.

    Weights: depthwise_kernel (K, C, M), pointwise_kernel (1, C M, F), bias (F,).

    >>> SeparableConv1D(4, 3)(np.ones((2, 10, 5))).shape
    (2, 8, 4)
    """

    rank = 1


class SeparableConv2D(_SeparableConvolution):
    """A depthwise convolution of images, then one with windows of a single pixel.

    The first looks around, the second mixes the channels: together they have far
    fewer weights than one Conv2D.

    Shapes: (B, H, W, C) -> (B, rows, columns of places, filters)

    Args:
        filters: how many outputs at each place, F.
        kernel_size: the (height, width) of the window, or one number for both.
        depth_multiplier: how many values each channel has between the steps, M.
        strides, padding, data_format, dilation_rate, ...: as in Conv2D.

    Weights: depthwise_kernel (height, width, C, M), pointwise_kernel (1, 1, C M, F),
    bias (F,).

    Source: Chollet, 2016, https://arxiv.org/abs/1610.02357

    >>> SeparableConv2D(4, 3)(np.ones((2, 8, 8, 5))).shape
    (2, 6, 6, 4)
    """

    rank = 2
