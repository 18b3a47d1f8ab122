"""What all losses share: weights, masks and the way to one number.

A loss function compares y_true with y_pred and returns one number per sample.  A
`Loss` object weights these numbers, reduces them to one, and remembers its options.

Source: https://keras.io/api/losses/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from edukeras import config, dtype_policies, graph, ops, registry
from edukeras.autodiff import op
from edukeras.errors import ShapeError, explain, unknown_name
from edukeras.tensor import (
    Operators,
    Tensor,
    as_array,
    is_float,
    numpy_dtype,
)

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none")


class Loss:
    """The base: subclasses define `call(y_true, y_pred)`, one number per sample.

    Args:
        name: None is made of the class's name.
        reduction: how the numbers of all samples become one.
            "sum_over_batch_size" or "mean": sum(weight * loss) / number of samples;
            "mean_with_sample_weight": sum(weight * loss) / sum(weight);
            "sum": sum(weight * loss);
            "none" or None: stay as they are.
        dtype: what y_true and y_pred are converted to; None is `floatx()`.

    >>> class Quartic(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return ops.mean((y_true - y_pred) ** 4, axis=-1)
    >>> Quartic()([[0.0, 0.0]], [[1.0, 2.0]])
    Tensor(8.5, shape=(), dtype=float32)
    """

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        self.name = name or graph.auto_name(graph.snake_case(type(self).__name__))
        self.reduction = standardize_reduction(reduction)
        policy = dtype_policies.get(dtype or config.floatx())
        self.dtype = policy.compute_dtype
        self._array_dtype = numpy_dtype(self.dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        raise NotImplementedError(
            f"{type(self).__name__} needs a method call(self, y_true, y_pred) that "
            "returns one number per sample."
        )

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The loss of a batch.

        Steps that the mask of y_pred leaves out count neither in the sum nor in the
        number of samples.
        """
        mask = getattr(y_pred, "mask", None)
        y_true = _convert(y_true, self._array_dtype)
        y_pred = _convert(y_pred, self._array_dtype)
        losses = ops.convert_to_tensor(self.call(y_true, y_pred))
        return reduce_losses(losses, sample_weight, mask, self.reduction)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Loss:
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


class LossFunctionWrapper(Loss):
    """A loss function as a Loss; options of the function follow by keyword.

    >>> def cubic(y_true, y_pred):
    ...     return ops.abs(y_true - y_pred) ** 3
    >>> LossFunctionWrapper(cubic, reduction="sum")([0.0, 0.0], [1.0, 2.0])
    Tensor(9., shape=(), dtype=float32)
    """

    def __init__(
        self,
        fn: Callable,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn = fn
        self.options = options

    def call(self, y_true: Any, y_pred: Any) -> Any:
        y_true, y_pred = same_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self.options)

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), **self.options}
        if type(self) is LossFunctionWrapper:
            config["fn"] = registry.serialize_keras_object(self.fn)
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Loss:
        return cls(**registry.deserialize_keras_object(dict(config)))


def standardize_reduction(reduction: str | None) -> str:
    """The name of a reduction, checked."""
    if reduction is None:
        return "none"
    if reduction == "auto":  # its name in tf.keras
        return "sum_over_batch_size"
    if reduction not in REDUCTIONS:
        raise unknown_name("reduction", reduction, REDUCTIONS)
    return reduction


# -- from one number per sample to one number ---------------------------------


def reduce_losses(
    losses: Tensor,
    sample_weight: Any = None,
    mask: np.ndarray | None = None,
    reduction: str = "sum_over_batch_size",
) -> Tensor:
    """Weights, masks and reduces the losses of samples.

    >>> reduce_losses(Tensor([1.0, 2.0]), sample_weight=[1.0, 0.0])
    Tensor(0.5, shape=(), dtype=float32)
    >>> reduce_losses(Tensor([1.0, 2.0]), mask=np.array([True, False]))
    Tensor(1., shape=(), dtype=float32)
    """
    losses = _in_shape_of(losses, sample_weight, mask)
    array = losses.array
    if losses.mask is not None:  # class numbers that a loss was told to ignore
        mask = losses.mask if mask is None else losses.mask & mask
    weights, count = None, array.size
    if sample_weight is not None:
        weights = align_weights("sample_weight", sample_weight, array)
    if mask is not None:
        mask = align_weights("mask", mask, array)
        count = int(np.broadcast_to(mask, array.shape).sum())
        weights = mask if weights is None else weights * mask
    if reduction == "none":
        return losses if weights is None else losses * weights
    divisor: Any = 1
    if reduction == "mean_with_sample_weight" and weights is not None:
        divisor = weights.sum()  # also where a weight stands for several time steps
    elif reduction != "sum":
        divisor = count
    # Nothing but masked steps, or weights of 0: the loss is 0, not 0 / 0.
    return _weighted_sum(losses, weights, divisor=divisor or 1)


def _in_shape_of(losses: Tensor, sample_weight: Any, mask: Any) -> Tensor:
    """A loss of the whole batch at once (Dice) has as many values as weights."""
    weights = mask if sample_weight is None else sample_weight
    if losses.array.ndim or weights is None or not np.ndim(as_array(weights)):
        return losses
    return ops.broadcast_to(losses, as_array(weights).shape)


@op
def _weighted_sum(losses, weights, *, divisor):
    """sum(losses * weights) / divisor, a scalar."""
    weighted = losses if weights is None else losses * weights
    y = np.add.reduce(weighted, axis=None) / divisor

    def backward(grad, need):
        share = np.empty_like(losses)
        share.fill(grad / divisor)
        if weights is not None:
            share *= weights
        return share, None

    return np.asarray(y, losses.dtype), backward


def align_weights(name: str, weights: Any, losses: np.ndarray) -> np.ndarray:
    """Weights in the rank and dtype of the losses, to be multiplied with them.

    One weight per sample also holds for all its time steps.
    """
    aligned = as_array(weights, losses.dtype.name)
    shape = aligned.shape
    if aligned.ndim == losses.ndim + 1 and shape[-1] == 1:
        aligned = aligned[..., 0]
    elif 0 < aligned.ndim < losses.ndim:
        aligned = aligned.reshape(shape + (1,) * (losses.ndim - aligned.ndim))
    if aligned.shape != losses.shape:
        fits = aligned.ndim <= losses.ndim and all(
            m in (1, n) for m, n in zip(aligned.shape, losses.shape)
        )
        if not fits:
            raise ShapeError(
                explain(
                    f"{name} needs one number per sample (or per time step).",
                    expected=f"shape {losses.shape}",
                    received=f"shape {shape}",
                )
            )
    return aligned


# -- making y_true and y_pred comparable --------------------------------------


def _convert(x: Any, dtype: np.dtype) -> Any:
    """A tensor of a dtype; dicts of them for losses on several outputs at once."""
    if type(x) is np.ndarray:
        return Tensor(x if x.dtype == dtype else x.astype(dtype))
    if isinstance(x, dict):
        return {key: _convert(value, dtype) for key, value in x.items()}
    x = ops.convert_to_tensor(x)
    if type(x) is Tensor and x.array.dtype == dtype:
        return x
    return ops.cast(x, dtype=dtype.name)


def same_rank(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Labels of shape (B,) and predictions of shape (B, 1), or the reverse.

    Subtracting them as they are would broadcast to (B, B): never what is meant.  A
    vector gets a last axis of size 1; with more axes, the last one is dropped.
    """
    if isinstance(y_true, dict) or isinstance(y_pred, dict):
        return y_true, y_pred
    true_shape, pred_shape = y_true.shape, y_pred.shape
    extra = len(true_shape) - len(pred_shape)
    if extra == 1 and true_shape[-1] == 1:
        if len(pred_shape) == 1:
            y_pred = ops.expand_dims(y_pred, axis=-1)
        else:
            y_true = ops.squeeze(y_true, axis=-1)
    elif extra == -1 and pred_shape[-1] == 1:
        if len(true_shape) == 1:
            y_true = ops.expand_dims(y_true, axis=-1)
        else:
            y_pred = ops.squeeze(y_pred, axis=-1)
    return y_true, y_pred


UNITS_HINT = (
    "give the last layer as many units as a target has values, or reshape the targets."
)
ONE_HOT_HINT = (
    "keras.utils.to_categorical(y, num_classes) makes one-hot rows of class numbers; "
    "the sparse_categorical_crossentropy loss takes the numbers themselves."
)


def comparable(
    name: str, y_true: Any, y_pred: Any, hint: str = UNITS_HINT
) -> tuple[Any, Any]:
    """Both as float tensors of one dtype and of shapes that fit.

    Raises:
        ShapeError: if they cannot be compared element by element.
    """
    if type(y_pred) is not Tensor or y_pred.array.dtype.kind != "f":
        y_pred = _real(y_pred)
    if type(y_pred) is Tensor:
        y_true = _convert(y_true, y_pred.array.dtype)
    elif not isinstance(y_true, Operators):
        y_true = ops.convert_to_tensor(y_true, y_pred.dtype)
    if y_true.shape == y_pred.shape:
        return y_true, y_pred
    y_true, y_pred = same_rank(y_true, y_pred)
    _check_shapes(name, y_true.shape, y_pred.shape, hint)
    return y_true, y_pred


def _real(x: Any) -> Any:
    """A tensor of real numbers; whole numbers are converted."""
    x = ops.convert_to_tensor(x)
    return x if is_float(x.dtype) else ops.cast(x, dtype=config.floatx())


def _check_shapes(name: str, true_shape: tuple, pred_shape: tuple, hint: str) -> None:
    fits = len(true_shape) == len(pred_shape) and all(
        m == n or 1 in (m, n) or None in (m, n) for m, n in zip(true_shape, pred_shape)
    )
    if not fits:
        raise ShapeError(
            explain(
                f"{name} compares y_true and y_pred element by element.",
                expected=f"y_true of shape {pred_shape}, the shape of y_pred",
                received=f"y_true of shape {true_shape}",
                hint=hint,
            )
        )
