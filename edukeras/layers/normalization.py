"""Normalization of each sample by itself, so training and inference are alike."""

from __future__ import annotations

from typing import Any

from edukeras import constraints, initializers, ops, regularizers
from edukeras.errors import ShapeError, explain
from edukeras.layers.base import InputSpec, Layer


def in_full_precision(x: Any) -> Any:
    """Half-precision values as float32: sums of their squares would overflow."""
    if x.dtype in ("float16", "bfloat16"):
        return ops.cast(x, "float32")
    return x


class _Normalization(Layer):
    """gamma * x + beta, after a normalization: LayerNormalization and
    GroupNormalization have these weights in common."""

    supports_masking = True
    center: bool
    scale: bool
    beta_initializer: Any
    gamma_initializer: Any
    beta_regularizer: Any
    gamma_regularizer: Any
    beta_constraint: Any
    gamma_constraint: Any
    gamma: Any = None
    beta: Any = None

    def _add_gamma_and_beta(self, shape: tuple) -> None:
        # autocast=False: the weights keep their precision when inputs are float16.
        if self.scale:
            self.gamma = self.add_weight(
                shape,
                self.gamma_initializer,
                autocast=False,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                name="gamma",
            )
        if self.center:
            self.beta = self.add_weight(
                shape,
                self.beta_initializer,
                autocast=False,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                name="beta",
            )

    def _scale_and_shift(self, x: Any, shape: tuple) -> Any:
        """gamma * x + beta, both weights having been brought to a shape."""
        if self.gamma is not None:
            x = x * ops.reshape(self.gamma, shape)
        if self.beta is not None:
            x = x + ops.reshape(self.beta, shape)
        return x

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return input_shape


def _with_mean_0_and_variance_1(x: Any, axes: tuple, epsilon: float) -> Any:
    """(x - mean) / sqrt(variance + epsilon), both taken along the axes."""
    centred = x - ops.mean(x, axis=axes, keepdims=True)
    variance = ops.mean(ops.square(centred), axis=axes, keepdims=True)
    return centred * ops.rsqrt(variance + epsilon)


def _sizes(layer: Layer, axes: list, input_shape: Any) -> tuple:
    """The sizes of the axes, which the input must have."""
    rank = len(input_shape)
    if not all(-rank <= axis < rank for axis in axes):
        raise ShapeError(
            explain(
                f'{type(layer).__name__} layer "{layer.name}" has axis={axes}.',
                received=f"an input of shape {tuple(input_shape)}",
            )
        )
    return tuple(input_shape[axis] for axis in axes)


class LayerNormalization(_Normalization):
    """gamma * (x - mean) / sqrt(variance + epsilon) + beta, for each sample.

    Mean and variance are those of the sample's own features.

    Args:
        axis: the axis of the features, or several.
        epsilon: keeps the division finite.
        center: whether to add beta.
        scale: whether to multiply by gamma.
        beta_initializer, gamma_initializer, ...: as in other layers.

    Weights: gamma, beta, each of the sizes of `axis`.

    Source: Ba et al., 2016, https://arxiv.org/abs/1607.06450

    >>> y = LayerNormalization()(np.float32([[0, 2], [10, 30]]))
    >>> y.numpy().round(2).tolist()
    [[-1.0, 1.0], [-1.0, 1.0]]
    """

    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        if kwargs.pop("rms_scaling", False):
            raise ValueError(
                explain(
                    "LayerNormalization has no rms_scaling.",
                    hint="RMSNormalization().",
                )
            )
        super().__init__(**kwargs)
        # Sorted as Keras does: it decides the order of the sizes of gamma and beta.
        self.axis = axis if isinstance(axis, int) else sorted(axis)
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def _axes(self) -> list[int]:
        return [self.axis] if isinstance(self.axis, int) else self.axis

    def build(self, input_shape: Any) -> None:
        self.axis = self._axes()  # Keras writes a list once the layer is built
        self._add_gamma_and_beta(_sizes(self, self.axis, input_shape))

    def call(self, inputs: Any) -> Any:
        return ops.layer_normalization(
            inputs, self.gamma, self.beta, axis=self.axis, epsilon=self.epsilon
        )


class GroupNormalization(_Normalization):
    """gamma * (x - mean) / sqrt(variance + epsilon) + beta, by groups of channels.

    Mean and variance are those of a sample's group of neighbouring channels.  One
    group is LayerNormalization over all axes; as many groups as channels is
    instance normalization.

    Args:
        groups: how many; the number of channels must be a multiple of it. -1 stands
            for as many as there are channels.
        axis: the axis that counts the channels.
        epsilon: keeps the division finite.
        center: whether to add beta.
        scale: whether to multiply by gamma.
        beta_initializer, gamma_initializer, ...: as in other layers.

    Weights: gamma, beta, each (C,).

    Source: Wu and He, 2018, https://arxiv.org/abs/1803.08494

    >>> y = GroupNormalization(groups=2)(np.float32([[0, 2, 10, 30]]))
    >>> y.numpy().round(2).tolist()
    [[-1.0, 1.0, -1.0, 1.0]]
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.groups = groups
        self.axis = axis
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def build(self, input_shape: Any) -> None:
        (channels,) = _sizes(self, [self.axis], input_shape)
        if self.groups == -1:
            self.groups = channels
        if channels is None or channels % self.groups:
            raise ShapeError(
                explain(
                    f'GroupNormalization layer "{self.name}" puts the channels into '
                    f"{self.groups} groups of one size.",
                    expected=f"a multiple of {self.groups} channels on axis "
                    f"{self.axis}",
                    received=f"an input of shape {tuple(input_shape)}",
                    hint="GroupNormalization(groups=...) with a divisor of the "
                    "number of channels.",
                )
            )
        self._add_gamma_and_beta((channels,))
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})

    def call(self, inputs: Any) -> Any:
        x = in_full_precision(inputs)
        axis = self.axis % x.ndim
        channels = x.shape[axis]
        split = (*x.shape[:axis], self.groups, channels // self.groups)
        grouped = ops.reshape(x, (*split, *x.shape[axis + 1 :]))
        axes = tuple(i for i in range(1, grouped.ndim) if i != axis)
        normalized = _with_mean_0_and_variance_1(grouped, axes, self.epsilon)
        shape = tuple(n if i == axis else 1 for i, n in enumerate(x.shape))
        outputs = self._scale_and_shift(ops.reshape(normalized, x.shape), shape)
        return ops.cast(outputs, self.compute_dtype)


class UnitNormalization(Layer):
    """x / |x|: vectors of length 1; a vector of zeros stays.

    Args:
        axis: the axis of the vectors' elements, or several.

    >>> UnitNormalization()(np.float32([[3, 4]]))
    Tensor([[0.6, 0.8]], shape=(1, 2), dtype=float32)
    """

    supports_masking = True

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        axes = axis if isinstance(axis, (list, tuple)) else [axis]
        if not all(isinstance(a, int) for a in axes):
            raise TypeError(
                explain(
                    "UnitNormalization needs a whole number, or several, as axis.",
                    received=f"axis={axis!r}",
                )
            )
        self.axis = axis

    def call(self, inputs: Any) -> Any:
        x = in_full_precision(inputs)
        axes = self.axis if isinstance(self.axis, int) else tuple(self.axis)
        squares = ops.sum(ops.square(x), axis=axes, keepdims=True)
        # The limit keeps the division finite for a vector of zeros.
        outputs = x * ops.rsqrt(ops.maximum(squares, 1e-24))
        return ops.cast(outputs, self.compute_dtype)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return input_shape


class RMSNormalization(Layer):
    """scale * x / sqrt(mean(x**2) + epsilon): LayerNormalization without the mean.

    Args:
        axis: the axis of the features, or several.
        epsilon: keeps the division finite.

    Weights: scale, of the sizes of `axis`.

    Source: Zhang and Sennrich, 2019, https://arxiv.org/abs/1910.07467

    >>> RMSNormalization()(np.float32([[3, 3]])).numpy().round(2).tolist()
    [[1.0, 1.0]]
    """

    def __init__(self, axis: Any = -1, epsilon: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis if isinstance(axis, int) else sorted(axis)
        self.epsilon = epsilon

    def _axes(self) -> list[int]:
        return [self.axis] if isinstance(self.axis, int) else self.axis

    def build(self, input_shape: Any) -> None:
        self.axis = self._axes()  # Keras writes a list once the layer is built
        self.scale = self.add_weight(
            _sizes(self, self.axis, input_shape),
            "ones",
            autocast=False,
            name="scale",
        )

    def call(self, inputs: Any) -> Any:
        return ops.rms_normalization(
            inputs, self.scale, axis=self.axis, epsilon=self.epsilon
        )

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return input_shape
