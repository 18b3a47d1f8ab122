"""keras.random: numbers drawn at random, repeatable by a seed.

Every function takes a `seed`: None draws from the generator that `set_random_seed`
sets; a whole number gives the same numbers at every call; a `SeedGenerator` gives
new ones at every call, but the same ones in every run of the program.

Source: https://keras.io/api/random/
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import config, ops
from edukeras.errors import explain
from edukeras.tensor import (
    Tensor,
    Variable,
    as_array,
    is_float,
    numpy_dtype,
    standardize_dtype,
)

# -- seeds --------------------------------------------------------------------


class SeedGenerator:
    """An endless sequence of seeds, which depends on its first one alone.

    Args:
        seed: a whole number from 0; None draws one.

    Attributes:
        state: the first seed, and how many seeds were taken since.

    >>> seeds = SeedGenerator(1337)
    >>> float(uniform((), seed=seeds)) == float(uniform((), seed=seeds))
    False
    """

    def __init__(
        self, seed: int | None = None, name: str | None = None, **kwargs: Any
    ) -> None:
        seed = config.next_seed() if seed is None else seed
        if not isinstance(seed, (int, np.integer)) or seed < 0:
            raise ValueError(
                explain(
                    "A SeedGenerator needs a whole number from 0.", received=repr(seed)
                )
            )
        self.seed = int(seed)
        self.name = name or "seed_generator"
        self.state = Variable(
            np.array([seed % 2**32, 0], np.uint32),
            trainable=False,
            name=f"{self.name}_state",
        )

    def next(self, ordered: bool = True) -> Tensor:
        """The next seed: two whole numbers."""
        seed = Tensor(self.state.numpy())
        self.state.array[1] += np.uint32(1)
        return seed

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        return cls(**config)


def numpy_generator(seed: Any = None) -> np.random.Generator:
    """The NumPy generator that a `seed` argument means."""
    if seed is None:
        return config.numpy_generator()
    if isinstance(seed, SeedGenerator):
        seed = seed.next()
    return np.random.default_rng(np.atleast_1d(as_array(seed)).astype(np.uint64))


def _float_dtype(name: str, dtype: Any) -> np.dtype:
    if not is_float(standardize_dtype(dtype)):
        raise ValueError(
            explain(
                f"random.{name} draws real numbers.",
                expected="a float dtype",
                received=f"dtype={dtype!r}",
            )
        )
    return numpy_dtype(dtype)


# -- real numbers -------------------------------------------------------------


def normal(
    shape: Any,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: Any = None,
    seed: Any = None,
) -> Tensor:
    """Numbers from a normal distribution.

    >>> normal((2, 3), seed=1).shape
    (2, 3)
    """
    target = _float_dtype("normal", dtype)
    values = numpy_generator(seed).standard_normal(shape)
    return Tensor((mean + stddev * values).astype(target))


def truncated_normal(
    shape: Any,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: Any = None,
    seed: Any = None,
) -> Tensor:
    """Numbers from a normal distribution, none farther than 2 stddev from the mean."""
    target = _float_dtype("truncated_normal", dtype)
    generator = numpy_generator(seed)
    values = np.asarray(generator.standard_normal(shape))
    while (outside := np.abs(values) > 2).any():  # 1 of 22 is drawn again
        values[outside] = generator.standard_normal(np.count_nonzero(outside))
    return Tensor((mean + stddev * values).astype(target))


def uniform(
    shape: Any,
    minval: float = 0.0,
    maxval: float = 1.0,
    dtype: Any = None,
    seed: Any = None,
) -> Tensor:
    """Numbers from minval up to maxval, all equally likely."""
    target = _float_dtype("uniform", dtype)
    values = numpy_generator(seed).random(shape)
    return Tensor((minval + (maxval - minval) * values).astype(target))


def beta(
    shape: Any, alpha: Any, beta: Any, dtype: Any = None, seed: Any = None
) -> Tensor:
    """Numbers between 0 and 1 from a beta distribution; mean alpha / (alpha + beta)."""
    target = _float_dtype("beta", dtype)
    values = numpy_generator(seed).beta(as_array(alpha), as_array(beta), shape)
    return Tensor(np.asarray(values, target))


def gamma(shape: Any, alpha: Any, dtype: Any = None, seed: Any = None) -> Tensor:
    """Positive numbers from a gamma distribution, of mean and variance alpha."""
    target = _float_dtype("gamma", dtype)
    values = numpy_generator(seed).standard_gamma(as_array(alpha), shape)
    return Tensor(np.asarray(values, target))


# -- whole numbers ------------------------------------------------------------


def randint(
    shape: Any, minval: int, maxval: int, dtype: Any = "int32", seed: Any = None
) -> Tensor:
    """Whole numbers from minval up to, but without, maxval.

    >>> randint((3,), 5, 6)
    Tensor([5, 5, 5], shape=(3,), dtype=int32)
    """
    if is_float(standardize_dtype(dtype)):
        raise ValueError(
            explain("random.randint draws whole numbers.", received=f"dtype={dtype!r}")
        )
    values = numpy_generator(seed).integers(int(minval), int(maxval), shape)
    return Tensor(np.asarray(values, numpy_dtype(dtype)))


def binomial(
    shape: Any, counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None
) -> Tensor:
    """How often something of these probabilities happens in so many trials."""
    trials = as_array(counts).astype(np.int64)
    chances = as_array(probabilities).astype(np.float64)
    values = numpy_generator(seed).binomial(trials, chances, shape)
    return Tensor(np.asarray(values, _float_dtype("binomial", dtype)))


def categorical(
    logits: Any, num_samples: int, dtype: Any = "int32", seed: Any = None
) -> Tensor:
    """Class numbers, drawn with the probabilities softmax(logits).

    Shapes: (B, C) -> (B, num_samples)

    >>> categorical([[0.0, 50.0], [50.0, 0.0]], 2).tolist()
    [[1, 1], [0, 0]]
    """
    scores = as_array(logits).astype(np.float64)
    if scores.ndim != 2:
        raise ValueError(
            explain(
                "random.categorical takes one row of logits per sample.",
                expected="shape (batch, classes)",
                received=f"shape {scores.shape}",
            )
        )
    # Gumbel's trick: the largest of logits + noise is distributed as softmax says.
    noise = numpy_generator(seed).gumbel(
        size=(len(scores), num_samples, scores.shape[1])
    )
    samples = np.argmax(scores[:, None, :] + noise, axis=-1)
    return Tensor(samples.astype(numpy_dtype(dtype)))


# -- of given numbers ---------------------------------------------------------


def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Any:
    """The same slices along the axis, in another order."""
    order = numpy_generator(seed).permutation(ops.shape(x)[axis])
    return ops.take(x, order, axis=axis)


def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """The inputs, some of them replaced by 0 and the others divided by (1 - rate).

    Args:
        rate: the share that is replaced, from 0 up to 1.
        noise_shape: sizes of 1 drop whole slices; None keeps the size of the inputs.
    """
    shape = ops.shape(inputs)
    if noise_shape is not None:
        shape = tuple(n if m is None else m for n, m in zip(shape, noise_shape))
    return ops.dropout_mask_product(
        inputs,
        rate=rate,
        seed=int(numpy_generator(seed).integers(2**62)),
        noise_shape=shape,
    )
