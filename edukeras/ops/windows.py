"""Windows that slide over images: what convolution and pooling have in common.

A window stands at every position of the output and sees a block of the input.
`columns` copies what each window sees into a row of numbers; `fold` is its reverse:
it adds such rows up at the places that they came from, and so carries gradients back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from edukeras import config
from edukeras.errors import ShapeError, explain, unknown_name


def per_axis(value: Any, count: int, name: str) -> tuple[int, ...]:
    """One number for each axis: 2 -> (2, 2).

    >>> per_axis(3, 2, "strides")
    (3, 3)
    """
    numbers = (value,) * count if np.ndim(value) == 0 else tuple(value)
    if len(numbers) != count or any(n < 1 for n in numbers):
        raise ValueError(
            explain(
                f"{name} is one positive whole number or {count} of them.",
                received=repr(value),
            )
        )
    return tuple(int(n) for n in numbers)


def channels_last(x: np.ndarray, data_format: str | None) -> np.ndarray:
    """x as (B, *sizes, C)."""
    if config.standardize_data_format(data_format) == "channels_last":
        return x
    return np.moveaxis(x, 1, -1)


def restore_format(x: np.ndarray, data_format: str | None) -> np.ndarray:
    """The reverse of `channels_last`."""
    if config.standardize_data_format(data_format) == "channels_last":
        return x
    return np.moveaxis(x, -1, 1)


@dataclass(frozen=True)
class Window:
    """How a window slides: one number per axis of the image.

    Attributes:
        size: of the window.
        strides: from one position to the next.
        dilation: distance of the elements that a window sees.
        padding: margins (before, after).
        output: number of positions.
    """

    size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    output: tuple[int, ...]

    @classmethod
    def over(
        cls,
        sizes: tuple[int, ...],
        size: tuple[int, ...],
        strides: tuple[int, ...],
        dilation: tuple[int, ...],
        padding: Any,
    ) -> Window:
        """The windows over an image of these sizes.

        padding: "valid": none; "same": so that stride 1 keeps the size; or the margins.
        """
        if isinstance(padding, str) and padding not in ("valid", "same"):
            raise unknown_name("padding", padding, ("valid", "same"))
        margins, output = [], []
        for i, n in enumerate(sizes):
            span = (size[i] - 1) * dilation[i] + 1  # from first to last element
            if padding == "valid":
                margin = (0, 0)
            elif padding == "same":
                missing = max((-(-n // strides[i]) - 1) * strides[i] + span - n, 0)
                margin = (missing // 2, missing - missing // 2)
            else:
                margin = padding[i]
            if sum(margin) + n < span:
                raise ShapeError(
                    explain(
                        f"A window of {span} does not fit into an image of size {n}.",
                        received=f"image {sizes}, window {size}, dilation {dilation}",
                        hint='padding="same", or a smaller window.',
                    )
                )
            margins.append(margin)
            output.append((sum(margin) + n - span) // strides[i] + 1)
        return cls(size, strides, dilation, tuple(margins), tuple(output))

    def positions(self) -> Iterator[tuple[tuple[int, ...], tuple]]:
        """For each element of the window: its index, and the slices of the padded
        image that it sees as the window slides."""
        for index in np.ndindex(*self.size):
            starts = [i * d for i, d in zip(index, self.dilation)]
            stops = [
                start + (n - 1) * stride + 1
                for start, n, stride in zip(starts, self.output, self.strides)
            ]
            slices = [slice(*s) for s in zip(starts, stops, self.strides)]
            yield index, (slice(None), *slices)

    def pad(self, x: np.ndarray, value: Any = 0) -> np.ndarray:
        """x with its margins."""
        if not any(map(any, self.padding)):
            return x
        return np.pad(x, ((0, 0), *self.padding, (0, 0)), constant_values=value)

    def crop(self, padded: np.ndarray) -> np.ndarray:
        """A padded image without its margins."""
        inner = [
            slice(before, n - after)
            for (before, after), n in zip(self.padding, padded.shape[1:-1])
        ]
        return padded[(slice(None), *inner)]

    def columns(self, padded: np.ndarray) -> np.ndarray:
        """What each window sees: (B, *output, *size, C)."""
        count = len(self.size)
        spans = [(n - 1) * d + 1 for n, d in zip(self.size, self.dilation)]
        seen = np.lib.stride_tricks.sliding_window_view(
            padded, spans, axis=tuple(range(1, count + 1))
        )  # (B, *positions, C, *spans)
        steps = [slice(None, None, s) for s in self.strides]
        inside = [slice(None, None, d) for d in self.dilation]
        seen = seen[(slice(None), *steps, slice(None), *inside)]
        return np.moveaxis(seen, count + 1, -1)

    def fold(self, columns: np.ndarray, padded_shape: tuple[int, ...]) -> np.ndarray:
        """The sum of all columns at the places that they came from."""
        padded = np.zeros(padded_shape, columns.dtype)
        everywhere: tuple[Any, ...] = (slice(None),) * (1 + len(self.size))
        for index, slices in self.positions():
            padded[slices] += columns[(*everywhere, *index)]
        return padded
