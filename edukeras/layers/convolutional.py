"""Convolution: the same small kernel at every place of a sequence, image or volume.

`Conv1D`, `Conv2D` and `Conv3D` differ in the number of spatial axes only, so what they
do stands once, in `_Convolution`.  An argument such as `strides` is one number for
all axes or one for each.
"""

from __future__ import annotations

from typing import Any

from edukeras import activations, config, constraints, initializers, ops, regularizers
from edukeras.errors import ShapeError, explain, unknown_name
from edukeras.layers.base import InputSpec, Layer
from edukeras.layers.core import positive_integer
from edukeras.ops.windows import per_axis


def output_size(
    size: int | None, window: int, stride: int, dilation: int, padding: str
) -> int | None:
    """How many places a window has along an axis.

    >>> output_size(28, window=3, stride=1, dilation=1, padding="valid")
    26
    """
    if size is None:
        return None
    if padding in ("same", "causal"):
        return -(-size // stride)
    return (size - (window - 1) * dilation - 1) // stride + 1


class _ConvolutionBase(Layer):
    """What all convolutions share: windows, bias and activation."""

    rank: int  # the number of spatial axes
    paddings: tuple[str, ...] = ("valid", "same")
    kernel_size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation_rate: tuple[int, ...]
    padding: str
    data_format: str
    use_bias: bool
    activation: Any
    bias: Any = None

    def _set_windows(
        self,
        kernel_size: Any,
        strides: Any,
        padding: str,
        data_format: str | None,
        dilation_rate: Any,
    ) -> None:
        """Stores and checks how the window slides."""
        self.kernel_size = per_axis(kernel_size, self.rank, "kernel_size")
        self.strides = per_axis(strides, self.rank, "strides")
        self.dilation_rate = per_axis(dilation_rate, self.rank, "dilation_rate")
        self.padding = padding.lower() if isinstance(padding, str) else padding
        if self.padding not in self.paddings:
            raise unknown_name("padding", padding, self.paddings)
        self.data_format = config.standardize_data_format(data_format)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                explain(
                    f"{type(self).__name__} takes either strides or dilation_rate "
                    "above 1.",
                    received=f"strides={strides}, dilation_rate={dilation_rate}",
                )
            )
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _channel_axis(self) -> int:
        return 1 if self.data_format == "channels_first" else -1

    def _channels_of(self, input_shape: Any) -> int:
        """The number of channels, which fixes the shape of the kernel."""
        channels = input_shape[self._channel_axis()]
        if channels is None:
            raise ShapeError(
                explain(
                    f'{type(self).__name__} layer "{self.name}" needs to know the '
                    "number of channels.",
                    received=f"an input of shape {tuple(input_shape)}",
                )
            )
        self.input_spec = InputSpec(
            ndim=self.rank + 2, axes={self._channel_axis(): channels}
        )
        return channels

    def _spatial(self, shape: Any) -> tuple:
        """The sizes of the spatial axes."""
        if self.data_format == "channels_first":
            return tuple(shape[2:])
        return tuple(shape[1:-1])

    def _full_shape(self, batch: Any, sizes: Any, channels: int) -> tuple:
        if self.data_format == "channels_first":
            return (batch, channels, *sizes)
        return (batch, *sizes, channels)

    def _output_shape(self, input_shape: Any, channels: int) -> tuple:
        sizes = tuple(
            output_size(n, window, stride, dilation, self.padding)
            for n, window, stride, dilation in zip(
                self._spatial(input_shape),
                self.kernel_size,
                self.strides,
                self.dilation_rate,
            )
        )
        if any(n is not None and n <= 0 for n in sizes):
            raise ShapeError(
                explain(
                    f'{type(self).__name__} layer "{self.name}": the window is larger '
                    "than the input.",
                    expected=f"spatial axes that hold a window of {self.kernel_size}",
                    received=f"an input of shape {tuple(input_shape)}",
                    hint='padding="same", a smaller kernel_size, or fewer pooling '
                    "layers before.",
                )
            )
        return self._full_shape(input_shape[0], sizes, channels)

    def _add_bias_weight(self, channels: int) -> None:
        if self.use_bias:
            self.bias = self.add_weight(
                (channels,),
                self.bias_initializer,  # type: ignore[attr-defined]
                regularizer=self.bias_regularizer,  # type: ignore[attr-defined]
                constraint=self.bias_constraint,  # type: ignore[attr-defined]
                name="bias",
            )

    def _bias_and_activation(self, x: Any) -> Any:
        if self.bias is not None:
            bias = self.bias
            if self.data_format == "channels_first":
                bias = ops.reshape(bias, (-1, *[1] * self.rank))
            x = ops.add(x, bias)
        return self.activation(x)


class _Convolution(_ConvolutionBase):
    """activation(conv(x, kernel) + bias)."""

    only_ops = True

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        groups: int = 1,
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
        self.groups = positive_integer(type(self).__name__, "groups", groups)
        self._set_windows(kernel_size, strides, padding, data_format, dilation_rate)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        if self.filters % self.groups:
            raise ValueError(
                explain(
                    f"{type(self).__name__} shares its filters among the groups.",
                    expected=f"filters that {groups} divides",
                    received=f"filters={filters}",
                )
            )

    def build(self, input_shape: Any) -> None:
        channels = self._channels_of(input_shape)
        if channels % self.groups:
            raise ShapeError(
                explain(
                    f'{type(self).__name__} layer "{self.name}" puts the channels of '
                    f"its input into {self.groups} groups of one size.",
                    received=f"an input of shape {tuple(input_shape)}",
                )
            )
        self.compute_output_shape(input_shape)
        self.kernel = self.add_weight(
            (*self.kernel_size, channels // self.groups, self.filters),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self._add_bias_weight(self.filters)

    def call(self, inputs: Any) -> Any:
        fused = activations.fused_name(self.activation)
        in_one_step = fused in ("linear", "relu")
        x = ops.conv_with_bias(
            self._pad_causally(inputs) if self.padding == "causal" else inputs,
            self.kernel,
            self.bias,
            strides=self.strides,
            padding="valid" if self.padding == "causal" else self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
            activation=fused if in_one_step else "linear",
        )
        return x if in_one_step else self.activation(x)

    def _pad_causally(self, x: Any) -> Any:
        """Zeros before the sequence: no output sees later steps than its own."""
        before = (self.kernel_size[0] - 1) * self.dilation_rate[0]
        widths = [(0, 0)] * 3
        widths[2 if self.data_format == "channels_first" else 1] = (before, 0)
        return ops.pad(x, pad_width=widths)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return self._output_shape(input_shape, self.filters)


class Conv1D(_Convolution):
    """activation(x * kernel + bias), a window sliding over sequences.

    Shapes: (B, T, C) -> (B, places of the window, filters)

    Args:
        filters: how many outputs at each place, F.
        kernel_size: the length of the window, K.
        strides: how far the window moves from place to place.
        padding: "valid": the window stays inside; "same": zeros around keep the
            length; "causal": zeros before it, so that no output sees the future.
        data_format: "channels_first" for (B, C, T).
        dilation_rate: the distance between the steps that a window sees.
        groups: the channels are cut into groups, each with its part of the filters.
        activation: a function or its name, such as "relu"; None leaves the sum.
        use_bias: whether to add a bias.
        kernel_initializer, bias_initializer, ...: as in Dense.

    Weights: kernel (K, C / groups, F), bias (F,).

    >>> Conv1D(4, 3)(np.ones((2, 10, 5))).shape
    (2, 8, 4)
    """

    rank = 1
    paddings = ("valid", "same", "causal")


class Conv2D(_Convolution):
    """activation(x * kernel + bias), a window sliding over images.

    Shapes: (B, H, W, C) -> (B, rows, columns of places, filters)

    Args:
        filters: how many outputs at each place, F.
        kernel_size: the (height, width) of the window, or one number for both.
        strides: how far the window moves from place to place.
        padding: "valid": the window stays inside; "same": zeros around keep the size.
        data_format: "channels_first" for (B, C, H, W).
        dilation_rate: the distance between the pixels that a window sees.
        groups: the channels are cut into groups, each with its part of the filters.
        activation: a function or its name, such as "relu"; None leaves the sum.
        use_bias: whether to add a bias.
        kernel_initializer, bias_initializer, ...: as in Dense.

    Weights: kernel (height, width, C / groups, F), bias (F,).

    Source: LeCun et al., 1989, "Backpropagation applied to handwritten zip code
    recognition"

    >>> Conv2D(8, 3, padding="same")(np.ones((2, 28, 28, 1))).shape
    (2, 28, 28, 8)
    """

    rank = 2


class Conv3D(_Convolution):
    """activation(x * kernel + bias), a window sliding over volumes or films.

    Shapes: (B, D1, D2, D3, C) -> (B, places along each axis, filters)

    The arguments are those of Conv2D, with three spatial axes.

    Weights: kernel (K1, K2, K3, C / groups, F), bias (F,).

    >>> Conv3D(4, 3)(np.ones((1, 5, 6, 7, 2))).shape
    (1, 3, 4, 5, 4)
    """

    rank = 3
