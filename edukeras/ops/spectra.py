"""Signals: Fourier transforms, frames of a sequence, correlation.

Complex numbers come and go as pairs (real, imaginary), as in Keras.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras.autodiff import op
from edukeras.errors import explain
from edukeras.ops.core import shape
from edukeras.ops.dtypes import promote_arrays, to_float
from edukeras.ops.elementwise import divide, multiply
from edukeras.ops.indexing import get_item
from edukeras.ops.shapes import pad
from edukeras.tensor import as_array

# -- Fourier ------------------------------------------------------------------
# A transform is a matrix product, so its gradient is the transposed transform.


def _parts(z, dtype):
    return z.real.astype(dtype), z.imag.astype(dtype)


def _joined(grad_real, grad_imag):
    """Both gradients as complex numbers; one may be missing."""
    real = 0 if grad_real is None else grad_real
    return real if grad_imag is None else real + 1j * grad_imag


def _pair(name, x):
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise ValueError(
            explain(
                f"{name} takes a pair (real, imaginary).", received=type(x).__name__
            )
        )
    return x


@op
def _fft(real, imag):
    n = real.shape[-1]

    def backward(grad_real, grad_imag, need):
        return _parts(np.fft.ifft(_joined(grad_real, grad_imag)) * n, real.dtype)

    return _parts(np.fft.fft(real + 1j * imag), real.dtype), backward


@op
def _fft2(real, imag, *, inverse):
    scale = real.shape[-1] * real.shape[-2]

    def backward(grad_real, grad_imag, need):
        grad = _joined(grad_real, grad_imag)
        dz = np.fft.fft2(grad) / scale if inverse else np.fft.ifft2(grad) * scale
        return _parts(dz, real.dtype)

    transform = np.fft.ifft2 if inverse else np.fft.fft2
    return _parts(transform(real + 1j * imag), real.dtype), backward


def fft(x: Any) -> Any:
    """The discrete Fourier transform along the last axis, of (real, imaginary).

    >>> real, imag = fft((np.float32([1, 1]), np.float32([0, 0])))
    >>> real.tolist()
    [2.0, 0.0]
    """
    return _fft(*_pair("fft", x))


def fft2(x: Any) -> Any:
    """The Fourier transform along the last two axes, of (real, imaginary)."""
    return _fft2(*_pair("fft2", x), inverse=False)


def ifft2(x: Any) -> Any:
    """The inverse of `fft2`."""
    return _fft2(*_pair("ifft2", x), inverse=True)


@op
def rfft(x, *, fft_length=None):
    """The Fourier transform of real numbers: only frequencies from 0 up.

    Shapes: (..., n) -> two of (..., fft_length // 2 + 1)
    """
    x = to_float(x)
    n = x.shape[-1] if fft_length is None else fft_length

    def backward(grad_real, grad_imag, need):
        grad = np.fft.ifft(_joined(grad_real, grad_imag), n) * n
        missing = max(x.shape[-1] - n, 0)  # cut off before the transform
        grad = np.pad(grad.real, [(0, 0)] * (x.ndim - 1) + [(0, missing)])
        return (grad[..., : x.shape[-1]].astype(x.dtype),)

    return _parts(np.fft.rfft(x, n), x.dtype), backward


@op
def _irfft(real, imag, *, fft_length):
    bins = real.shape[-1]
    n = 2 * (bins - 1) if fft_length is None else fft_length

    def backward(grad, need):
        # Each frequency counts twice, for the one below 0; 0 and n / 2 once.
        weight = np.full(n // 2 + 1, 2.0)
        weight[0] = 1
        if n % 2 == 0:
            weight[-1] = 1
        dz = np.fft.rfft(grad) * weight / n
        missing = max(bins - dz.shape[-1], 0)
        dz = np.pad(dz, [(0, 0)] * (real.ndim - 1) + [(0, missing)])
        return _parts(dz[..., :bins], real.dtype)

    return np.fft.irfft(real + 1j * imag, n).astype(real.dtype), backward


def irfft(x: Any, fft_length: int | None = None) -> Any:
    """The inverse of `rfft`."""
    return _irfft(*_pair("irfft", x), fft_length=fft_length)


# -- frames -------------------------------------------------------------------


@op
def extract_sequences(x, *, sequence_length, sequence_stride):
    """Frames of a sequence: (..., n) -> (..., frames, sequence_length).

    >>> extract_sequences([1.0, 2.0, 3.0, 4.0], 2, 1).tolist()
    [[1.0, 2.0], [2.0, 3.0], [3.0, 4.0]]
    """
    frames = np.lib.stride_tricks.sliding_window_view(x, sequence_length, axis=-1)

    def backward(grad, need):
        return (_overlap_add.arrays(grad, stride=sequence_stride, size=x.shape[-1])[0],)

    return frames[..., ::sequence_stride, :].copy(), backward


@op
def _overlap_add(frames, *, stride, size):
    """The sum of frames, each at its place: the reverse of `extract_sequences`."""
    count, length = frames.shape[-2:]
    y = np.zeros((*frames.shape[:-2], size), frames.dtype)
    for i in range(count):
        y[..., i * stride : i * stride + length] += frames[..., i, :]

    def backward(grad, need):
        seen = np.lib.stride_tricks.sliding_window_view(grad, length, axis=-1)
        return (seen[..., ::stride, :][..., :count, :],)

    return y, backward


def _window_values(window: Any, length: int, fft_length: int) -> np.ndarray:
    """A window, with zeros around it up to the length of the transform."""
    if window is None:
        values = np.ones(length)
    elif not isinstance(window, str):
        values = as_array(window)
    elif window == "hann":  # for spectra, without the last point: it is the first
        values = np.hanning(length + 1)[:-1]
    elif window == "hamming":
        values = np.hamming(length + 1)[:-1]
    else:
        raise ValueError(
            explain(
                "This window is not known.",
                expected='"hann", "hamming", an array or None',
                received=repr(window),
            )
        )
    before = (fft_length - length) // 2
    return np.pad(values, (before, fft_length - length - before))


def stft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: Any = "hann",
    center: bool = True,
) -> Any:
    """The spectrum of each frame of a sequence (short-time Fourier transform).

    Shapes: (..., n) -> two (real, imaginary) of (..., frames, fft_length // 2 + 1)
    """
    if center:
        margin = [(0, 0)] * (len(shape(x)) - 1) + [(fft_length // 2, fft_length // 2)]
        x = pad(x, margin, mode="reflect")
    frames = extract_sequences(x, fft_length, sequence_stride)
    values = _window_values(window, sequence_length, fft_length)
    return rfft(multiply(frames, values.astype(frames.dtype)))


def istft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> Any:
    """The sequence whose `stft` is x."""
    frames = irfft(x, fft_length)  # (..., frames, fft_length)
    count = shape(frames)[-2]
    size = (count - 1) * sequence_stride + fft_length
    values = _window_values(window, sequence_length, fft_length).astype(frames.dtype)
    total = _overlap_add(multiply(frames, values), stride=sequence_stride, size=size)
    # Every sample was multiplied by the window twice, in each frame that holds it.
    squares = np.broadcast_to(values * values, (count, fft_length))
    weight, _ = _overlap_add.arrays(squares, stride=sequence_stride, size=size)
    start = fft_length // 2 if center else 0
    stop = size - start if length is None else start + length
    safe = np.where(weight > 1e-11, weight, 1)
    return get_item(divide(total, safe), (Ellipsis, slice(start, stop)))


@op
def correlate(x1, x2, *, mode="valid"):
    """The sum of products of x1 and x2, for each shift of x2 against x1.

    mode: "full" with every overlap, "valid" where one lies within the other, "same"
    the middle part, as long as the longer one.
    """
    a, b = (to_float(x) for x in promote_arrays(x1, x2))
    full = len(a) + len(b) - 1
    y = np.correlate(a, b, mode)
    if mode == "full":
        start = 0
    elif mode == "valid":
        start = min(len(a), len(b)) - 1
    else:
        start = (full - len(y)) // 2

    def backward(grad, need):
        wide = np.zeros(full, grad.dtype)
        wide[start : start + len(grad)] = grad
        da = np.convolve(wide, b)[len(b) - 1 : len(b) - 1 + len(a)]
        db = np.correlate(wide, a, "valid")[::-1]
        return da, db

    return y, backward
