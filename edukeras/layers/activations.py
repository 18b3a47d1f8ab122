"""Activation functions as layers of their own.

`Dense(8, activation="relu")` is `Dense(8)` followed by `Activation("relu")`.
"""

from __future__ import annotations

from typing import Any

from edukeras import activations, constraints, initializers, ops, regularizers
from edukeras.errors import explain
from edukeras.layers.base import InputSpec, Layer
from edukeras.tensor import as_array


class Activation(Layer):
    """Applies an activation function to each element.

    Args:
        activation: a function or its name, such as "relu".

    >>> Activation("relu")(np.float32([[-1, 1]])).tolist()
    [[0.0, 1.0]]
    """

    supports_masking = True
    only_ops = True

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: Any) -> Any:
        return self.activation(inputs)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return input_shape


def _number(layer: str, name: str, value: Any, minimum: float = 0) -> float:
    """The value, if it is a number that is not too small."""
    if isinstance(value, (list, tuple, str, bool)) or value is None or value < minimum:
        raise ValueError(
            explain(
                f"{layer} needs a number from {minimum} up as {name}.",
                received=f"{name}={value!r}",
            )
        )
    return value


class ReLU(Layer):
    """max(x, 0), with a choice of bend, slope and ceiling.

    Args:
        max_value: no output is above it; None sets no limit.
        negative_slope: below the threshold, negative_slope * (x - threshold).
        threshold: the x at which the function bends.

    >>> ReLU(max_value=6)(np.float32([[-1, 3, 9]])).tolist()
    [[0.0, 3.0, 6.0]]
    """

    supports_masking = True
    only_ops = True

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if max_value is not None:
            _number("ReLU", "max_value", max_value)
        self.max_value = max_value
        self.negative_slope = _number("ReLU", "negative_slope", negative_slope)
        self.threshold = _number("ReLU", "threshold", threshold)

    def call(self, inputs: Any) -> Any:
        return activations.relu(
            inputs, self.negative_slope, self.max_value, self.threshold
        )

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return input_shape


class LeakyReLU(Layer):
    """x above 0, negative_slope * x below: no unit ever goes quite silent.

    Args:
        negative_slope: Keras 2 calls it `alpha`.

    Source: Maas et al., 2013, section 2

    >>> LeakyReLU(0.5)(np.float32([[-2, 2]])).tolist()
    [[-1.0, 2.0]]
    """

    supports_masking = True

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        negative_slope = kwargs.pop("alpha", negative_slope)
        super().__init__(**kwargs)
        self.negative_slope = _number("LeakyReLU", "negative_slope", negative_slope)

    def call(self, inputs: Any) -> Any:
        return ops.leaky_relu(inputs, negative_slope=self.negative_slope)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return input_shape


class PReLU(Layer):
    """x above 0, alpha * x below, where alpha is learned for each feature.

    Args:
        alpha_initializer, alpha_regularizer, alpha_constraint: of the slopes.
        shared_axes: axes along which one slope serves all, such as [1, 2], the
            height and width of images.

    Weights: alpha, of the shape of a sample, with 1 for the shared axes.

    Source: He et al., 2015, https://arxiv.org/abs/1502.01852

    >>> PReLU(alpha_initializer="ones")(np.float32([[-2, 2]])).tolist()
    [[-2.0, 2.0]]
    """

    supports_masking = True

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        if isinstance(shared_axes, int):
            shared_axes = [shared_axes]
        self.shared_axes = None if shared_axes is None else list(shared_axes)

    def build(self, input_shape: Any) -> None:
        shared = {axis % len(input_shape) for axis in self.shared_axes or []}
        sizes = {i: n for i, n in enumerate(input_shape) if i and i not in shared}
        self.alpha = self.add_weight(
            tuple(sizes.get(i, 1) for i in range(1, len(input_shape))),
            self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
            name="alpha",
        )
        self.input_spec = InputSpec(ndim=len(input_shape), axes=sizes)

    def call(self, inputs: Any) -> Any:
        return ops.relu(inputs) - self.alpha * ops.relu(-inputs)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return input_shape


class ELU(Layer):
    """x above 0, alpha * (exp(x) - 1) below.

    Args:
        alpha: minus the value that very negative inputs approach.

    Source: Clevert et al., 2015, https://arxiv.org/abs/1511.07289

    >>> ELU()(np.float32([[0, 2]])).tolist()
    [[0.0, 2.0]]
    """

    supports_masking = True

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs: Any) -> Any:
        return ops.elu(inputs, alpha=self.alpha)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return input_shape


class Softmax(Layer):
    """exp(x) / sum(exp(x)): shares that sum to 1 along an axis.

    Args:
        axis: the axis, or several, along which the shares sum to 1.

    Call arguments:
        mask: true where an element takes part; the others get the share 0. A mask
            with fewer axes than the input speaks for whole rows.

    >>> mask = np.array([[True, True, False]])
    >>> Softmax()(np.float32([[0, 0, 5]]), mask=mask).tolist() == [[0.5, 0.5, 0]]
    True
    """

    supports_masking = True

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None:
            return self._shares(inputs)
        keep = as_array(mask)
        if keep.dtype != bool:
            keep = keep > 0.5
        keep = keep.reshape(keep.shape + (1,) * (inputs.ndim - keep.ndim))
        # So low that exp gives 0; not minus infinity, for rows with no element left.
        lowest = -3e4 if inputs.dtype == "float16" else -1e9
        return self._shares(ops.where(keep, inputs, lowest)) * keep

    def _shares(self, inputs: Any) -> Any:
        if not isinstance(self.axis, (list, tuple)):
            return ops.softmax(inputs, axis=self.axis)
        if len(self.axis) == 1:
            return ops.softmax(inputs, axis=self.axis[0])
        axes = tuple(self.axis)
        return ops.exp(inputs - ops.logsumexp(inputs, axis=axes, keepdims=True))

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return input_shape
