"""Kernels that compute a short-time Fourier transform."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import registry
from edukeras.initializers.base import Initializer, Shape, check_choice
from edukeras.tensor import as_array, numpy_dtype


class STFT(Initializer):
    """Windowed cosines or sines: a Conv1D kernel that computes a Fourier transform.

    Shapes: (frame length, 1, frequencies); frequencies = fft_length // 2 + 1.

    Args:
        side: "real" for window * cos, "imag" for -window * sin.
        window: a name that `scipy.signal.get_window` knows, an array, or None.
        scaling: "density", "spectrum" or None; how the window is normalized.
        periodic: whether the window continues in the next frame.
    """

    def __init__(
        self,
        side: str = "real",
        window: Any = "hann",
        scaling: str | None = "density",
        periodic: bool = False,
    ) -> None:
        check_choice("side", side, ("real", "imag"))
        check_choice("scaling", scaling, ("density", "spectrum", None))
        self.side = side
        self.window = window
        self.scaling = scaling
        self.periodic = periodic

    def __call__(self, shape: Shape, dtype: Any = None) -> np.ndarray:
        frame_length, _, frequencies = shape
        window = self._window_values(frame_length)
        if self.scaling == "density":
            window = window / np.sqrt(np.sum(np.square(window)))
        elif self.scaling == "spectrum":
            window = window / np.sum(window)
        fft_length = max(1, 2 * (frequencies - 1))
        steps = np.arange(frame_length) * (2 * np.pi / fft_length)
        angles = np.outer(steps, np.arange(frequencies))
        waves = np.cos(angles) if self.side == "real" else -np.sin(angles)
        kernel = window[:, None] * waves
        return kernel[:, None, :].astype(numpy_dtype(dtype))

    def _window_values(self, frame_length: int) -> np.ndarray:
        if self.window is None:
            return np.ones(frame_length)
        if not isinstance(self.window, (str, tuple)):
            return as_array(self.window).astype(np.float64)
        # Here, because scipy.signal takes longer to import than all of edukeras.
        from scipy.signal import get_window

        return get_window(self.window, frame_length, fftbins=self.periodic)

    def get_config(self) -> dict[str, Any]:
        return {
            "side": self.side,
            "window": registry.serialize_keras_object(self.window),
            "periodic": self.periodic,
            "scaling": self.scaling,
        }
