"""Regularization: noise and penalties that act in training only."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from edukeras import config, ops, regularizers
from edukeras.errors import explain
from edukeras.layers.base import InputSpec, Layer


class _RandomLayer(Layer):
    """A layer with random numbers of its own, which a seed makes repeatable."""

    supports_masking = True
    seed: int | None

    def _start_generator(self) -> None:
        seed = config.next_seed() if self.seed is None else self.seed
        self._generator = np.random.default_rng(seed)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return input_shape


def _rate(layer: str, value: Any) -> float:
    """The value, if it is a number between 0 and 1."""
    if not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ValueError(
            explain(
                f"{layer} needs a rate between 0 and 1, the share to drop.",
                received=f"rate={value!r}",
            )
        )
    return value


class Dropout(_RandomLayer):
    """Sets a random share of the inputs to 0 in training; scales up the rest.

    The kept values are divided by 1 - rate, so that their mean stays.  In inference
    the layer does nothing.

    Args:
        rate: the share that is dropped, 0 to 1.
        noise_shape: a shape with 1 where all elements are to share their fate.
        seed: makes the masks repeatable.

    Source: Srivastava et al., 2014, https://jmlr.org/papers/v15/srivastava14a.html

    >>> Dropout(0.5)(np.ones((1, 3))).tolist()
    [[1.0, 1.0, 1.0]]
    """

    only_ops = True

    def __init__(
        self,
        rate: float,
        noise_shape: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.rate = _rate(type(self).__name__, rate)
        self.noise_shape = noise_shape
        self.seed = seed
        self._start_generator()

    def call(self, inputs: Any, training: Any = False) -> Any:
        if not training or self.rate == 0:
            return inputs
        return ops.dropout_mask_product(
            inputs,
            rate=self.rate,
            seed=self._draw_seed,
            noise_shape=self._full_noise_shape(inputs.shape),
        )

    def _draw_seed(self) -> int:
        # The same numbers as integers(2**62), in a quarter of the time.
        return self._generator.bit_generator.random_raw() >> 2

    def _full_noise_shape(self, shape: tuple) -> tuple | None:
        if self.noise_shape is None:
            return None
        return tuple(
            n if m is None else m for m, n in zip(self.noise_shape, shape, strict=True)
        )


class _SpatialDropout(Dropout):
    """Drops whole channels: all places of a channel share their fate."""

    data_format = "channels_last"

    def _full_noise_shape(self, shape: tuple) -> tuple:
        ones = (1,) * (len(shape) - 2)
        if self.data_format == "channels_first":
            return (shape[0], shape[1], *ones)
        return (shape[0], *ones, shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Without `noise_shape` and `trainable`, which these layers do not take."""
        config = super().get_config()
        del config["noise_shape"], config["trainable"]
        return config


class SpatialDropout1D(_SpatialDropout):
    """Dropout of whole channels of sequences, (B, T, C).

    Neighbouring steps of one channel are alike: dropping single values would remove
    little information.

    Args:
        rate: the share of the channels that is dropped.
        seed: makes the masks repeatable.

    Source: Tompson et al., 2014, https://arxiv.org/abs/1411.4280
    """

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.input_spec = InputSpec(ndim=3)


class SpatialDropout2D(_SpatialDropout):
    """Dropout of whole channels of images, (B, H, W, C).

    Args:
        rate: the share of the channels that is dropped.
        data_format: "channels_first" for (B, C, H, W).
        seed: makes the masks repeatable.

    Source: Tompson et al., 2014, https://arxiv.org/abs/1411.4280
    """

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=4)


class SpatialDropout3D(_SpatialDropout):
    """Dropout of whole channels of volumes, (B, D1, D2, D3, C).

    Args:
        rate: the share of the channels that is dropped.
        data_format: "channels_first" for (B, C, D1, D2, D3).
        seed: makes the masks repeatable.

    Source: Tompson et al., 2014, https://arxiv.org/abs/1411.4280
    """

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=5)


class GaussianNoise(_RandomLayer):
    """x + noise in training, the noise being normal with mean 0.

    Args:
        stddev: the standard deviation of the noise.
        seed: makes the noise repeatable.

    >>> GaussianNoise(0.1)(np.ones((1, 3))).tolist()
    [[1.0, 1.0, 1.0]]
    """

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(stddev, (int, float)) or stddev < 0:
            raise ValueError(
                explain(
                    "GaussianNoise needs a standard deviation from 0 up.",
                    received=f"stddev={stddev!r}",
                )
            )
        self.stddev = stddev
        self.seed = seed
        self._start_generator()

    def call(self, inputs: Any, training: Any = False) -> Any:
        if not training or self.stddev == 0:
            return inputs
        noise = self._generator.normal(0, self.stddev, inputs.shape)
        return inputs + noise.astype(inputs.array.dtype)


class GaussianDropout(_RandomLayer):
    """x * noise in training, the noise being normal with mean 1.

    Its standard deviation, sqrt(rate / (1 - rate)), is that of Dropout's factors.

    Args:
        rate: as of Dropout, 0 to below 1.
        seed: makes the noise repeatable.

    Source: Srivastava et al., 2014, section 10

    >>> GaussianDropout(0.5)(np.ones((1, 3))).tolist()
    [[1.0, 1.0, 1.0]]
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = _rate("GaussianDropout", rate)
        self.seed = seed
        self._start_generator()

    def call(self, inputs: Any, training: Any = False) -> Any:
        if not training or self.rate == 0:
            return inputs
        stddev = math.sqrt(self.rate / (1 - self.rate))
        noise = self._generator.normal(1, stddev, inputs.shape)
        return inputs * noise.astype(inputs.array.dtype)


class AlphaDropout(_RandomLayer):
    """Dropout for networks of `selu` units: keeps their mean 0 and variance 1.

    Dropped values become the lowest value of selu, -1.758; then all are scaled by a
    and moved by b.

    Args:
        rate: the share that is dropped, 0 to 1.
        noise_shape: a shape with 1 where all elements are to share their fate.
        seed: makes the masks repeatable.

    Source: Klambauer et al., 2017, https://arxiv.org/abs/1706.02515, "new dropout"

    >>> AlphaDropout(0.5)(np.ones((1, 3))).tolist()
    [[1.0, 1.0, 1.0]]
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.rate = _rate("AlphaDropout", rate)
        self.noise_shape = noise_shape
        self.seed = seed
        self._start_generator()

    def call(self, inputs: Any, training: Any = False) -> Any:
        if not training or self.rate == 0:
            return inputs
        shape = inputs.shape
        if self.noise_shape is not None:
            shape = tuple(n or m for n, m in zip(self.noise_shape, shape, strict=True))
        keep = self._generator.random(shape) >= self.rate
        lowest = -1.7580993408473766  # -scale * alpha of selu
        a = 1 / math.sqrt((1 - self.rate) * (1 + self.rate * lowest**2))
        b = -a * lowest * self.rate
        return a * ops.where(keep, inputs, lowest) + b


class ActivityRegularization(Layer):
    """Adds a penalty on its input to the loss; the input itself passes unchanged.

    The penalty is l1 * sum(|x|) + l2 * sum(x**2), divided by the batch size.

    Args:
        l1, l2: factors of the penalties.

    >>> layer = ActivityRegularization(l2=0.5)
    >>> _ = layer(np.float32([[1, 2], [1, 2]]))
    >>> [float(loss) for loss in layer.losses]
    [2.5]
    """

    supports_masking = True

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(activity_regularizer=regularizers.L1L2(l1, l2), **kwargs)
        self.l1 = l1
        self.l2 = l2

    def call(self, inputs: Any) -> Any:
        return inputs

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.pop("activity_regularizer")  # made of l1 and l2
        return config | {"l1": self.l1, "l2": self.l2}
