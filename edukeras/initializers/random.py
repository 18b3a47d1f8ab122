"""First values by chance, of the size that keeps signals from growing or vanishing.

Random initializers keep a seed of their own: called twice, the same object returns
the same values, as in Keras 3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from edukeras import config, registry
from edukeras.errors import ShapeError, explain
from edukeras.initializers.base import Initializer, Shape, check_choice
from edukeras.tensor import as_array, numpy_dtype


class RandomInitializer(Initializer):
    """The base of those that draw random numbers.

    Args:
        seed: a whole number; None takes one from `set_random_seed`'s generator; a
            `SeedGenerator` gives new values at each call.
    """

    def __init__(self, seed: Any = None) -> None:
        self.seed = seed
        self._starting_seed = config.next_seed() if seed is None else seed

    def generator(self) -> np.random.Generator:
        """A generator at the start of its sequence."""
        if hasattr(self._starting_seed, "next"):  # a SeedGenerator
            return np.random.default_rng(as_array(self._starting_seed.next()))
        return np.random.default_rng(self._starting_seed)

    def get_config(self) -> dict[str, Any]:
        return {"seed": registry.serialize_keras_object(self.seed)}


class RandomNormal(RandomInitializer):
    """Bell-shaped: the normal distribution.

    >>> RandomNormal(stddev=0.1, seed=1)((100, 100)).std().round(2)
    np.float32(0.1)
    """

    def __init__(
        self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None
    ) -> None:
        super().__init__(seed)
        self.mean = mean
        self.stddev = stddev

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        values = _normal(self.generator(), shape, dtype)
        return (values * self.stddev + self.mean).astype(numpy_dtype(dtype), copy=False)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class TruncatedNormal(RandomNormal):
    """The normal distribution without the values beyond two standard deviations."""

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        values = _truncated_normal(self.generator(), shape, dtype)
        return (values * self.stddev + self.mean).astype(numpy_dtype(dtype), copy=False)


class RandomUniform(RandomInitializer):
    """Everything between `minval` and `maxval` is equally likely."""

    def __init__(
        self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None
    ) -> None:
        super().__init__(seed)
        self.minval = minval
        self.maxval = maxval

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        values = _uniform(self.generator(), shape, dtype)
        values = values * (self.maxval - self.minval) + self.minval
        return values.astype(numpy_dtype(dtype), copy=False)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}


class VarianceScaling(RandomInitializer):
    """Random values of variance `scale / n`, so that signals keep their size.

    A sum of n products has n times the variance of one of them: dividing the
    variance of the weights by n makes up for it.

    Args:
        scale: 1 keeps the variance; 2 makes up for relu, which drops half of it.
        mode: n is the inputs of a unit ("fan_in"), the units that an input feeds
            ("fan_out"), or the mean of both ("fan_avg").
        distribution: "truncated_normal", "untruncated_normal" or "uniform".
        input_axes, output_axes: which axes of the shape count as inputs and as
            outputs; None takes the last two.

    Source: He et al., 2015, https://arxiv.org/abs/1502.01852

    >>> limit = np.sqrt(3 / 50)  # uniform in [-limit, limit] has variance limit**2 / 3
    >>> kernel = VarianceScaling(distribution="uniform", seed=1)((50, 70))
    >>> bool(np.abs(kernel).max() < limit)
    True
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        distribution = distribution.lower()
        if distribution == "normal":  # its name in Keras 2
            distribution = "truncated_normal"
        if scale <= 0:
            raise ValueError(
                explain("scale must be positive.", received=f"scale={scale!r}")
            )
        check_choice("mode", mode, ("fan_in", "fan_out", "fan_avg"))
        check_choice(
            "distribution",
            distribution,
            ("truncated_normal", "untruncated_normal", "uniform"),
        )
        super().__init__(seed)
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        n = {
            "fan_in": fan_in,
            "fan_out": fan_out,
            "fan_avg": (fan_in + fan_out) / 2,
        }[self.mode]
        stddev = math.sqrt(self.scale / max(1.0, n))
        generator = self.generator()
        if self.distribution == "uniform":
            limit = math.sqrt(3) * stddev
            values = _uniform(generator, shape, dtype) * (2 * limit) - limit
        elif self.distribution == "untruncated_normal":
            values = _normal(generator, shape, dtype) * stddev
        else:
            # Without its tails a normal distribution is a little narrower.
            values = _truncated_normal(generator, shape, dtype)
            values *= stddev / TRUNCATED_NORMAL_STDDEV
        return values.astype(numpy_dtype(dtype), copy=False)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class _NamedScaling(VarianceScaling):
    """The base of the six variance scalings that have a name."""

    rule: tuple[float, str, str]  # scale, mode, distribution

    def __init__(
        self,
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(*self.rule, seed, input_axes, output_axes)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {key: config[key] for key in ("seed", "input_axes", "output_axes")}


class GlorotUniform(_NamedScaling):
    """Uniform in [-limit, limit], limit = sqrt(6 / (fan_in + fan_out)).

    The default of Keras's layers, also called Xavier uniform: Glorot and Bengio,
    2010, https://proceedings.mlr.press/v9/glorot10a.html
    """

    rule = (1.0, "fan_avg", "uniform")


class GlorotNormal(_NamedScaling):
    """Truncated normal of variance 2 / (fan_in + fan_out): Glorot and Bengio, 2010."""

    rule = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_NamedScaling):
    """Uniform of variance 2 / fan_in, made for relu: He et al., 2015."""

    rule = (2.0, "fan_in", "uniform")


class HeNormal(_NamedScaling):
    """Truncated normal of variance 2 / fan_in, made for relu: He et al., 2015."""

    rule = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_NamedScaling):
    """Uniform of variance 1 / fan_in: LeCun et al., Efficient BackProp, 1998."""

    rule = (1.0, "fan_in", "uniform")


class LecunNormal(_NamedScaling):
    """Truncated normal of variance 1 / fan_in; selu needs it (Klambauer, 2017)."""

    rule = (1.0, "fan_in", "truncated_normal")


class Orthogonal(RandomInitializer):
    """A random matrix with orthonormal columns (or rows, if there are fewer).

    Multiplying by it changes no lengths, which suits recurrent networks: Saxe et al.,
    2013, https://arxiv.org/abs/1312.6120.  More than two axes are seen as a matrix
    of shape (product of the others, last).

    >>> q = Orthogonal(seed=1)((5, 3))
    >>> np.allclose(q.T @ q, np.eye(3), atol=1e-6)
    True
    """

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        super().__init__(seed)
        self.gain = gain

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        if len(shape) < 2:
            raise ShapeError(
                explain(
                    "Orthogonal makes matrices.",
                    expected="a shape of at least two sizes",
                    received=f"shape {tuple(shape)}",
                )
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        long, short = max(rows, columns), min(rows, columns)
        random = self.generator().standard_normal((long, short))
        q, r = np.linalg.qr(random)  # (long, short), (short, short)
        # QR fixes the signs of the columns; those of r make them random again.
        q = q * np.sign(np.diag(r))
        q = q if rows >= columns else q.T
        return (self.gain * q).reshape(shape).astype(numpy_dtype(dtype))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "gain": self.gain}


# -- how they are computed ----------------------------------------------------

# The standard deviation of a normal distribution that is cut off at -2 and 2.
TRUNCATED_NORMAL_STDDEV = 0.87962566103423978


def compute_fans(
    shape: Shape,
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> tuple[int, int]:
    """How many inputs a unit has, and how many units an input feeds.

    The last two sizes are inputs and outputs; the sizes before them, those of a
    convolution's window, multiply both.

    >>> compute_fans((64, 10)), compute_fans((3, 3, 16, 32))
    ((64, 10), (144, 288))
    """
    shape = tuple(shape)
    if input_axes is not None and output_axes is not None:
        return (
            math.prod(shape[axis] for axis in input_axes),
            math.prod(shape[axis] for axis in output_axes),
        )
    if len(shape) < 2:
        size = math.prod(shape)
        return size, size
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


def _drawn_dtype(dtype: Any) -> Any:
    """NumPy draws float32 and float64; other dtypes are made of float32."""
    return np.float64 if numpy_dtype(dtype) == np.float64 else np.float32


def _uniform(generator: np.random.Generator, shape: Shape, dtype: Any) -> np.ndarray:
    return np.asarray(generator.random(tuple(shape), dtype=_drawn_dtype(dtype)))


def _normal(generator: np.random.Generator, shape: Shape, dtype: Any) -> np.ndarray:
    drawn = _drawn_dtype(dtype)
    return np.asarray(generator.standard_normal(tuple(shape), dtype=drawn))


def _truncated_normal(
    generator: np.random.Generator, shape: Shape, dtype: Any
) -> np.ndarray:
    """Normal values; those beyond -2 and 2 are drawn again until none is left."""
    values = _normal(generator, shape, dtype)
    while (outside := np.abs(values) > 2).any():
        values[outside] = _normal(generator, (outside.sum(),), dtype)
    return values
