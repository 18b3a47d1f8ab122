"""Numbers to numbers: Rescaling, Discretization (bins), CategoryEncoding (rows)."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import config, ops, registry
from edukeras.errors import explain
from edukeras.layers.base import Layer
from edukeras.layers.core import positive_integer
from edukeras.layers.preprocessing import quantiles
from edukeras.layers.preprocessing.batches import batches_of
from edukeras.layers.preprocessing.encoding import (
    check_output_mode,
    encode,
    encoded_shape,
)
from edukeras.tensor import KerasTensor, as_array


class Rescaling(Layer):
    """x * scale + offset: `Rescaling(1 / 255)` brings pixels to 0 ... 1.

    Shapes: any -> the same

    Args:
        scale, offset: numbers, or one per channel.

    >>> Rescaling(1 / 127.5, offset=-1)(np.array([0, 255])).tolist()
    [-1.0, 1.0]
    """

    supports_masking = True

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = scale
        self.offset = offset

    def call(self, inputs: Any) -> Any:
        scale = as_array(self.scale, self.compute_dtype)
        offset = as_array(self.offset, self.compute_dtype)
        if scale.ndim > 0 and config.image_data_format() == "channels_first":
            scale = scale.reshape(scale.shape + (1,) * (3 - scale.ndim))
        return ops.cast(inputs, self.compute_dtype) * scale + offset

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return input_shape

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Rescaling:
        """From a config; a scale per channel may stand there as an array."""
        plain = {
            name: registry.deserialize_keras_object(config[name])
            for name in ("scale", "offset")
        }
        return super().from_config(config | plain)


class Discretization(Layer):
    """The number of the bin that each value falls into.

    A value on a boundary belongs to the bin above it.

    Shapes: "int": any -> the same; "one_hot": any -> (..., bins);
    "multi_hot" and "count": (B, N) -> (B, bins)

    Args:
        bin_boundaries: ascending numbers: [0, 1] makes the bins "below 0",
            "0 to below 1", "1 and above".
        num_bins: instead: how many bins of equally many values `adapt` is to find.
        epsilon: how exact it finds them; smaller is slower and more exact.
        output_mode: "int", "one_hot", "multi_hot" or "count".

    >>> Discretization([0.0, 1.0])(np.float32([-0.5, 0, 0.5, 3])).tolist()
    [0, 1, 1, 2]
    """

    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if (bin_boundaries is None) == (num_bins is None):
            raise ValueError(
                explain(
                    "Discretization needs either bin_boundaries or num_bins.",
                    received=f"bin_boundaries={bin_boundaries!r}, "
                    f"num_bins={num_bins!r}",
                    hint="Discretization(num_bins=4), then adapt(data).",
                )
            )
        if num_bins is not None:
            positive_integer("Discretization", "num_bins", num_bins)
        self.bin_boundaries = _ascending(bin_boundaries)
        self.num_bins = num_bins
        self.epsilon = epsilon
        self.output_mode = check_output_mode(
            "Discretization",
            output_mode,
            sparse,
            ("int", "one_hot", "multi_hot", "count"),
        )
        self.sparse = sparse

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Finds the boundaries between bins of equally many values.

        Args:
            data: an array, or something that yields batches.
            steps: how many batches to take; None takes all.
        """
        if self.num_bins is None:
            raise ValueError(
                f'Discretization "{self.name}" was given its boundaries, so there is '
                "nothing to learn. Try: Discretization(num_bins=...)."
            )
        summary = quantiles.NOTHING
        for batch in batches_of("Discretization", data, steps):
            new = quantiles.summarize(batch, self.epsilon)
            summary = quantiles.merge(new, summary, self.epsilon)
        if summary.shape[1] == 0:
            raise ValueError(f'Discretization "{self.name}" cannot learn from no data.')
        self.bin_boundaries = quantiles.boundaries(summary, self.num_bins)

    def call(self, inputs: Any) -> Any:
        if self.bin_boundaries is None:
            raise ValueError(
                f'Discretization "{self.name}" has no boundaries yet. '
                "Try: adapt(data) first, or Discretization(bin_boundaries=[...])."
            )
        bins = np.digitize(as_array(inputs), self.bin_boundaries)
        depth = len(self.bin_boundaries) + 1
        return encode(bins, self.output_mode, depth, self._output_dtype())

    def _depth(self) -> int | None:
        if self.bin_boundaries is None:
            return self.num_bins
        return len(self.bin_boundaries) + 1

    def _output_dtype(self) -> str:
        return "int32" if self.output_mode == "int" else self.compute_dtype

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return encoded_shape(input_shape, self.output_mode, self._depth())

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        return KerasTensor(
            self.compute_output_shape(inputs.shape), self._output_dtype()
        )

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {"name": config["name"], "dtype": config["dtype"]} | {
            "bin_boundaries": self.bin_boundaries,
            "num_bins": self.num_bins,
            "epsilon": self.epsilon,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Discretization:
        """From a config; that of an adapted layer has both bins and boundaries."""
        both = config["bin_boundaries"] is not None and config["num_bins"] is not None
        if not both:
            return super().from_config(config)
        layer = super().from_config(config | {"bin_boundaries": None})
        layer.bin_boundaries = list(config["bin_boundaries"])
        return layer


def _ascending(values: Any) -> list | None:
    """Boundaries as a list, if they ascend."""
    if values is None:
        return None
    numbers = np.asarray(values)
    if numbers.ndim != 1 or (np.diff(numbers) < 0).any():
        raise ValueError(
            explain(
                "Discretization needs its bin_boundaries in ascending order.",
                received=repr(values),
            )
        )
    return numbers.tolist()


class CategoryEncoding(Layer):
    """Rows of zeros and ones for category numbers.

    Shapes: "multi_hot" and "count": (B, N) -> (B, num_tokens);
    "one_hot": any -> (..., num_tokens)

    Args:
        num_tokens: how many categories there are; the numbers are 0 ... num_tokens - 1.
        output_mode: "multi_hot" says which categories each sample has, "count" how
            often; "one_hot" makes a row of each number.

    >>> CategoryEncoding(4)(np.array([[0, 2], [3, 3]])).tolist()
    [[1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    """

    def __init__(
        self,
        num_tokens: int | None = None,
        output_mode: str = "multi_hot",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if output_mode == "binary":  # Keras 2's name
            output_mode = "multi_hot"
        self.num_tokens = positive_integer("CategoryEncoding", "num_tokens", num_tokens)
        self.output_mode = check_output_mode(
            "CategoryEncoding", output_mode, sparse, ("multi_hot", "one_hot", "count")
        )
        self.sparse = sparse

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        if count_weights is not None:
            if self.output_mode != "count":
                raise ValueError(
                    explain(
                        "count_weights say how much each number counts.",
                        expected='output_mode="count"',
                        received=f"output_mode={self.output_mode!r}",
                    )
                )
            count_weights = as_array(count_weights, self.compute_dtype)
        numbers = as_array(inputs)
        outside = numbers[(numbers < 0) | (numbers >= self.num_tokens)]
        if outside.size:
            raise ValueError(
                explain(
                    f'CategoryEncoding "{self.name}" met a number of no category.',
                    expected=f"numbers from 0 to {self.num_tokens - 1} "
                    f"(num_tokens={self.num_tokens})",
                    received=f"{outside.ravel()[0]}",
                    hint="raise num_tokens, or count categories from 0.",
                )
            )
        return encode(
            numbers,
            self.output_mode,
            self.num_tokens,
            self.compute_dtype,
            count_weights,
        )

    def compute_output_shape(self, input_shape: Any) -> tuple:
        if len(input_shape) == 0:
            return (self.num_tokens,)
        return encoded_shape(input_shape, self.output_mode, self.num_tokens)

    def compute_output_spec(self, inputs: Any, count_weights: Any = None) -> Any:
        return self._symbolic(self.compute_output_shape(inputs.shape))

    def get_config(self) -> dict[str, Any]:
        """As Keras's: without `sparse`."""
        return super().get_config() | {
            "num_tokens": self.num_tokens,
            "output_mode": self.output_mode,
        }
