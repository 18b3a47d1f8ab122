"""Pooling: the largest or the mean of neighbouring values, channel by channel."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import config, ops
from edukeras.errors import ShapeError, explain, unknown_name
from edukeras.layers.base import InputSpec, Layer
from edukeras.layers.convolutional import output_size
from edukeras.ops.windows import per_axis
from edukeras.tensor import as_array


class _Spatial(Layer):
    """A layer that knows where the spatial axes are."""

    rank: int
    data_format: str

    def _spatial_axes(self) -> tuple[int, ...]:
        first = 2 if self.data_format == "channels_first" else 1
        return tuple(range(first, first + self.rank))

    def _with_sizes(self, input_shape: Any, sizes: Any) -> tuple:
        """The shape with other spatial sizes."""
        shape = list(input_shape)
        for axis, size in zip(self._spatial_axes(), sizes):
            shape[axis] = size
        return tuple(shape)


class _Pooling(_Spatial):
    """Slides a window; subclasses say what becomes of what it sees."""

    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.pool_size = per_axis(pool_size, self.rank, "pool_size")
        self.strides = self.pool_size
        if strides is not None:
            self.strides = per_axis(strides, self.rank, "strides")
        self.padding = padding
        if padding not in ("valid", "same"):
            raise unknown_name("padding", padding, ("valid", "same"))
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def build(self, input_shape: Any) -> None:
        self.compute_output_shape(input_shape)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        sizes = [
            output_size(input_shape[axis], window, stride, 1, self.padding)
            for axis, window, stride in zip(
                self._spatial_axes(), self.pool_size, self.strides
            )
        ]
        if any(n is not None and n <= 0 for n in sizes):
            raise ShapeError(
                explain(
                    f'{type(self).__name__} layer "{self.name}": the window is larger '
                    "than the input.",
                    expected=f"spatial axes that hold a window of {self.pool_size}",
                    received=f"an input of shape {tuple(input_shape)}",
                    hint='padding="same", or fewer pooling layers before.',
                )
            )
        return self._with_sizes(input_shape, sizes)


class _MaxPooling(_Pooling):
    """The largest value that each window sees."""

    only_ops = True

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)

    def call(self, inputs: Any) -> Any:
        return ops.max_pool(
            inputs,
            pool_size=self.pool_size,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
        )


class MaxPooling1D(_MaxPooling):
    """The largest value of each window over sequences.

    Shapes: (B, T, C) -> (B, places of the window, C)

    Args:
        pool_size: the length of the window.
        strides: how far the window moves; None is its length.
        padding: "valid": the window stays inside; "same": at the ends it may stand
            out.
        data_format: "channels_first" for (B, C, T).

    >>> x = np.float32([[[1], [5], [2], [3]]])
    >>> MaxPooling1D()(x).numpy().ravel().tolist()
    [5.0, 3.0]
    """

    rank = 1


class MaxPooling2D(_MaxPooling):
    """The largest value of each window over images.

    Shapes: (B, H, W, C) -> (B, rows, columns of places, C)

    Args:
        pool_size: the (height, width) of the window, or one number for both.
        strides: how far the window moves; None is its size.
        padding: "valid": the window stays inside; "same": at the edges it may stand
            out.
        data_format: "channels_first" for (B, C, H, W).

    >>> MaxPooling2D()(np.ones((1, 28, 28, 8))).shape
    (1, 14, 14, 8)
    """

    rank = 2


class MaxPooling3D(_MaxPooling):
    """The largest value of each window over volumes.

    Shapes: (B, D1, D2, D3, C) -> (B, places along each axis, C)

    The arguments are those of MaxPooling2D, with three spatial axes.

    >>> MaxPooling3D()(np.ones((1, 4, 6, 8, 2))).shape
    (1, 2, 3, 4, 2)
    """

    rank = 3


class _AveragePooling(_Pooling):
    """The mean of what each window sees."""

    only_ops = True

    def call(self, inputs: Any) -> Any:
        return ops.average_pool(
            inputs,
            pool_size=self.pool_size,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
        )


class AveragePooling1D(_AveragePooling):
    """The mean of each window over sequences.

    Shapes: (B, T, C) -> (B, places of the window, C)

    The arguments are those of MaxPooling1D.

    >>> x = np.float32([[[1], [5], [2], [4]]])
    >>> AveragePooling1D(2)(x).numpy().ravel().tolist()
    [3.0, 3.0]
    """

    rank = 1


class AveragePooling2D(_AveragePooling):
    """The mean of each window over images.

    Shapes: (B, H, W, C) -> (B, rows, columns of places, C)

    The arguments are those of MaxPooling2D. Pixels outside do not count.

    >>> AveragePooling2D(2)(np.ones((1, 28, 28, 8))).shape
    (1, 14, 14, 8)
    """

    rank = 2


class AveragePooling3D(_AveragePooling):
    """The mean of each window over volumes.

    Shapes: (B, D1, D2, D3, C) -> (B, places along each axis, C)

    The arguments are those of MaxPooling2D, with three spatial axes.

    >>> AveragePooling3D(2)(np.ones((1, 4, 6, 8, 2))).shape
    (1, 2, 3, 4, 2)
    """

    rank = 3


# -- everything at once -------------------------------------------------------


class _GlobalPooling(_Spatial):
    """One value per channel."""

    def __init__(
        self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.data_format = config.standardize_data_format(data_format)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        if self.keepdims:
            return self._with_sizes(input_shape, [1] * self.rank)
        axes = self._spatial_axes()
        return tuple(n for i, n in enumerate(input_shape) if i not in axes)


class _GlobalMaxPooling(_GlobalPooling):
    """The largest value of each channel."""

    only_ops = True

    def call(self, inputs: Any) -> Any:
        return ops.max(inputs, axis=self._spatial_axes(), keepdims=self.keepdims)


class GlobalMaxPooling1D(_GlobalMaxPooling):
    """The largest value of each channel of a sequence.

    Shapes: (B, T, C) -> (B, C)

    Args:
        data_format: "channels_first" for (B, C, T).
        keepdims: whether to keep an axis of size 1.

    >>> GlobalMaxPooling1D()(np.ones((2, 10, 3))).shape
    (2, 3)
    """

    rank = 1


class GlobalMaxPooling2D(_GlobalMaxPooling):
    """The largest value of each channel of an image.

    Shapes: (B, H, W, C) -> (B, C)

    Args:
        data_format: "channels_first" for (B, C, H, W).
        keepdims: whether to keep axes of size 1.

    >>> GlobalMaxPooling2D()(np.ones((2, 5, 5, 3))).shape
    (2, 3)
    """

    rank = 2


class GlobalMaxPooling3D(_GlobalMaxPooling):
    """The largest value of each channel of a volume.

    Shapes: (B, D1, D2, D3, C) -> (B, C)

    The arguments are those of GlobalMaxPooling2D.
    """

    rank = 3


class _GlobalAveragePooling(_GlobalPooling):
    """The mean of each channel."""

    only_ops = True

    def call(self, inputs: Any) -> Any:
        return ops.mean(inputs, axis=self._spatial_axes(), keepdims=self.keepdims)


class GlobalAveragePooling1D(_GlobalAveragePooling):
    """The mean of each channel of a sequence; masked steps do not count.

    Shapes: (B, T, C) -> (B, C)

    Args:
        data_format: "channels_first" for (B, C, T).
        keepdims: whether to keep an axis of size 1.

    >>> GlobalAveragePooling1D()(np.ones((2, 10, 3))).shape
    (2, 3)
    """

    rank = 1
    supports_masking = True
    only_ops = True  # a replayed model has no layer that makes masks

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None:
            return super().call(inputs)
        (steps,) = self._spatial_axes()
        keep = as_array(mask).astype(inputs.array.dtype)  # (B, T)
        keep = np.expand_dims(keep, 1 if steps == 2 else 2)
        total = ops.sum(inputs * keep, axis=steps, keepdims=self.keepdims)
        return total / keep.sum(axis=steps, keepdims=self.keepdims)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> None:
        return None


class GlobalAveragePooling2D(_GlobalAveragePooling):
    """The mean of each channel of an image.

    Shapes: (B, H, W, C) -> (B, C)

    Args:
        data_format: "channels_first" for (B, C, H, W).
        keepdims: whether to keep axes of size 1.

    >>> GlobalAveragePooling2D()(np.ones((2, 5, 5, 3))).shape
    (2, 3)
    """

    rank = 2


class GlobalAveragePooling3D(_GlobalAveragePooling):
    """The mean of each channel of a volume.

    Shapes: (B, D1, D2, D3, C) -> (B, C)

    The arguments are those of GlobalAveragePooling2D.
    """

    rank = 3
