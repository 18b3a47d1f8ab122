"""BatchNormalization: each channel with mean 0 and variance 1, over the batch."""

from __future__ import annotations

from typing import Any

from edukeras import constraints, initializers, kernels, ops, regularizers
from edukeras.errors import ShapeError, explain
from edukeras.layers.base import InputSpec, Layer
from edukeras.layers.normalization import in_full_precision


class BatchNormalization(Layer):
    """gamma * (x - mean) / sqrt(variance + epsilon) + beta, for each channel.

    In training, mean and variance are those of the batch, and the moving ones take
    a small step towards them:

        moving = momentum * moving + (1 - momentum) * batch

    In inference, and when the layer is frozen, the moving ones are used: what a
    sample becomes no longer depends on its neighbours in the batch.

    Shapes: any; the axis `axis` counts the channels.

    Args:
        axis: the axis that keeps its own mean and variance.
        momentum: how slowly the moving statistics follow, 0 to 1.
        epsilon: keeps the division finite.
        center: whether to add beta.
        scale: whether to multiply by gamma.
        beta_initializer, gamma_initializer, ...: as in other layers.
        renorm, synchronized: for Keras's signature; one machine, no renormalization.

    Weights: gamma, beta, moving_mean, moving_variance, each (C,).

    Source: Ioffe and Szegedy, 2015, https://arxiv.org/abs/1502.03167

    >>> import numpy as np
    >>> layer = BatchNormalization()
    >>> y = layer(np.float32([[0.0], [2.0]]), training=True)
    >>> [round(v, 3) for v in y.numpy().ravel().tolist()]
    [-1.0, 1.0]
    """

    supports_masking = True
    only_ops = True

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.axis = int(axis[0] if isinstance(axis, (list, tuple)) else axis)
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        if renorm:
            raise ValueError(
                explain(
                    "edukeras has no batch renormalization.",
                    received=f"renorm={renorm!r}",
                    hint="BatchNormalization() or LayerNormalization().",
                )
            )
        self.renorm = False
        self.renorm_clipping = renorm_clipping
        self.renorm_momentum = renorm_momentum
        self.synchronized = synchronized
        self.gamma: Any = None
        self.beta: Any = None

    def build(self, input_shape: Any) -> None:
        if not -len(input_shape) <= self.axis < len(input_shape):
            raise ShapeError(
                explain(
                    f'BatchNormalization layer "{self.name}" has axis={self.axis}.',
                    received=f"an input of shape {tuple(input_shape)}",
                )
            )
        shape = (input_shape[self.axis],)
        # autocast=False: statistics keep their precision when inputs are float16.
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
        self.moving_mean = self.add_weight(
            shape,
            self.moving_mean_initializer,
            trainable=False,
            autocast=False,
            name="moving_mean",
        )
        self.moving_variance = self.add_weight(
            shape,
            self.moving_variance_initializer,
            trainable=False,
            autocast=False,
            name="moving_variance",
        )
        self.input_spec = InputSpec(
            ndim=len(input_shape), axes={self.axis: input_shape[self.axis]}
        )

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        x = in_full_precision(inputs)
        # A frozen layer must not change, so it does not look at the batch either.
        if not training or not self.trainable:
            outputs = self._normalize(x, self.moving_mean, self.moving_variance)
        elif mask is not None:
            outputs = self._normalize_with_mask(x, mask)
        else:
            outputs, _, _ = ops.batch_normalization_train(
                x,
                self.gamma,
                self.beta,
                axis=self.axis,
                epsilon=self.epsilon,
                follow=self._follow,
            )
        return outputs if x is inputs else ops.cast(outputs, self.compute_dtype)

    def _normalize(self, x: Any, mean: Any, variance: Any) -> Any:
        return ops.batch_normalization(
            x,
            mean,
            variance,
            axis=self.axis,
            offset=self.beta,
            scale=self.gamma,
            epsilon=self.epsilon,
        )

    def _normalize_with_mask(self, inputs: Any, mask: Any) -> Any:
        """Mean and variance of the steps that the mask keeps."""
        axes = [i for i in range(inputs.ndim) if i != self.axis % inputs.ndim]
        weight = ops.cast(mask, inputs.dtype)
        while weight.ndim < inputs.ndim:
            weight = ops.expand_dims(weight, -1)
        weight = ops.broadcast_to(weight, inputs.shape)
        count = ops.maximum(ops.sum(weight, axes, keepdims=True), 1e-7)
        mean = ops.sum(inputs * weight, axes, keepdims=True) / count
        squares = ops.square(inputs - mean) * weight
        variance = ops.sum(squares, axes, keepdims=True) / count
        mean, variance = ops.ravel(mean), ops.ravel(variance)
        self._follow(mean.array, variance.array)
        return self._normalize(inputs, mean, variance)

    def _follow(self, mean: Any, variance: Any) -> None:
        """Moves the moving statistics towards those of the batch."""
        kernels.average_update(
            (self.moving_mean.array, self.moving_variance.array),
            (mean, variance),
            self.momentum,
        )

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return input_shape
