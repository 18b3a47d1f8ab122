"""Normalization: inputs with mean 0 and variance 1, learned from data once."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import config, ops
from edukeras.errors import ShapeError, explain
from edukeras.layers.base import Layer
from edukeras.layers.preprocessing.batches import batches_of
from edukeras.tensor import Tensor, as_array


class Normalization(Layer):
    """(x - mean) / sqrt(variance), with the mean and variance of the training data.

    They are found by `adapt(data)` before training, or given; training does not
    change them. (BatchNormalization takes them of each batch instead.)

    Shapes: any -> the same

    Args:
        axis: the axes that keep a mean of their own for each position; -1 is one per
            feature, None is one for all numbers.
        mean, variance: to use, instead of calling `adapt`.
        invert: turns it around: x * sqrt(variance) + mean.

    Weights, none of them trainable: mean, variance, count (unused; Keras has it).

    >>> layer = Normalization()
    >>> layer.adapt(np.float32([[1, 10], [3, 30]]))
    >>> layer(np.float32([[2, 10]])).tolist()
    [[0.0, -1.0]]
    """

    supports_masking = True

    def __init__(
        self,
        axis: Any = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.axis = _axes(axis)
        self.input_mean = mean
        self.input_variance = variance
        self.invert = invert
        self._check_given_statistics()

    def _check_given_statistics(self) -> None:
        mean, variance = self.input_mean, self.input_variance
        if (mean is None) != (variance is None):
            raise ValueError(
                explain(
                    "Normalization needs both mean and variance, or neither.",
                    received=f"mean={mean!r}, variance={variance!r}",
                    hint="Normalization(mean=..., variance=...), or call adapt(data).",
                )
            )
        if mean is None:
            return
        shapes = np.shape(mean), np.shape(variance)
        if shapes[0] != shapes[1] or len(shapes[0]) > len(self.axis):
            raise ShapeError(
                explain(
                    "Normalization: mean and variance must be of one shape, with at "
                    "most one axis for each axis that is kept.",
                    received=f"mean of shape {shapes[0]}, variance of shape "
                    f"{shapes[1]}, axis={self.axis}",
                )
            )

    def build(self, input_shape: Any) -> None:
        rank = len(input_shape)
        if any(not -rank <= a < rank for a in self.axis):
            raise ShapeError(
                explain(
                    f'Normalization "{self.name}": the inputs lack an axis.',
                    expected=f"inputs with the axes {self.axis}",
                    received=f"shape {tuple(input_shape)}",
                )
            )
        self._kept = tuple(sorted(a % rank for a in self.axis))
        self._reduced = tuple(a for a in range(rank) if a not in self._kept)
        # (1, 1, C) for images with a mean per channel: fits any batch.
        self._broadcast = tuple(
            n if a in self._kept else 1 for a, n in enumerate(input_shape)
        )
        if None in self._broadcast:
            raise ShapeError(
                explain(
                    f'Normalization "{self.name}" must know the size of the axes that '
                    "are kept.",
                    received=f"shape {tuple(input_shape)}, axis={self.axis}",
                )
            )
        if self.input_mean is None:
            shape = tuple(input_shape[a] for a in self._kept)
            frozen: Any = {"trainable": False}
            self.adapt_mean = self.add_weight(shape, "zeros", name="mean", **frozen)
            self.adapt_variance = self.add_weight(
                shape, "ones", name="variance", **frozen
            )
            self.count = self.add_weight(
                (), "zeros", dtype="int32", name="count", **frozen
            )

    def adapt(self, data: Any) -> None:
        """Learns mean and variance from data; what was learned before is forgotten.

        Args:
            data: an array, or something that yields batches.
        """
        if self.input_mean is not None:
            raise ValueError(
                f'Normalization "{self.name}" was given a mean and a variance, so '
                "there is nothing to learn. Try: Normalization() without them."
            )
        count, mean, variance = 0, np.float64(0), np.float64(0)
        for batch in batches_of("Normalization", data):
            self._build_or_check(batch.shape)
            x = batch.astype(np.float64)
            n = int(np.prod([x.shape[a] for a in self._reduced]))
            # Chan, Golub and LeVeque, 1979: join what two sets of numbers have.
            share = n / (count + n)
            step = x.mean(self._reduced) - mean
            variance = (
                (1 - share) * variance
                + share * x.var(self._reduced)
                + share * (1 - share) * step**2
            )
            mean = mean + share * step
            count += n
        if count == 0:
            raise ValueError(
                explain(
                    f'Normalization "{self.name}" cannot learn from no data.',
                    received="nothing that adapt could take a mean of",
                )
            )
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(variance)

    def _build_or_check(self, shape: tuple) -> None:
        if not self.built:
            self.build(shape)
        rank = len(self._broadcast)
        if len(shape) != rank or any(
            shape[a] != self._broadcast[a] for a in self._kept
        ):
            raise ShapeError(
                explain(
                    f'Normalization "{self.name}" cannot adapt to this.',
                    expected=f"{rank} axes, of sizes {self._broadcast} along the axes "
                    f"{self._kept}",
                    received=f"an array of shape {shape}",
                )
            )

    @property
    def mean(self) -> Tensor | None:
        """The mean, in a shape that broadcasts with the inputs."""
        if self.input_mean is None:
            return self._statistic(self.adapt_mean) if self.built else None
        return self._statistic(self.input_mean)

    @property
    def variance(self) -> Tensor | None:
        """The variance, in a shape that broadcasts with the inputs."""
        if self.input_mean is None:
            return self._statistic(self.adapt_variance) if self.built else None
        return self._statistic(self.input_variance)

    def _statistic(self, values: Any) -> Tensor:
        array = as_array(values)
        if self.built:
            # Given numbers have as many axes as they like: one per kept axis, at most.
            shape = [1] * len(self._broadcast)
            for size, axis in zip(array.shape[::-1], self._kept[::-1]):
                shape[axis] = size
            array = np.broadcast_to(array.reshape(shape), self._broadcast)
        return Tensor(array.astype(self._compute_dtype))

    def call(self, inputs: Any) -> Any:
        mean, variance = as_array(self.mean), as_array(self.variance)
        deviation = np.maximum(np.sqrt(variance), config.epsilon()).astype(mean.dtype)
        x = ops.cast(inputs, self.compute_dtype)
        if self.invert:
            return x * deviation + mean
        return (x - mean) / deviation

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        def plain(values: Any) -> Any:
            return None if values is None else np.asarray(values).tolist()

        return super().get_config() | {
            "axis": self.axis,
            "invert": self.invert,
            "mean": plain(self.input_mean),
            "variance": plain(self.input_variance),
        }


def _axes(axis: Any) -> tuple[int, ...]:
    if axis is None:
        return ()
    return (int(axis),) if isinstance(axis, (int, np.integer)) else tuple(axis)
