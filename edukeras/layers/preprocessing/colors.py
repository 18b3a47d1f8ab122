"""Colours: red, green and blue; hue, saturation and value; gray."""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import ops

# How bright the three colours look (ITU-R BT.601).
BRIGHTNESS = (0.2989, 0.5870, 0.1140)


def gray(images: Any) -> Any:
    """The brightness of each pixel: (..., 3) -> (..., 1); gray stays gray."""
    if images.shape[-1] == 1:
        return images
    weights = np.array(BRIGHTNESS, images.dtype)
    return ops.sum(images * weights, axis=-1, keepdims=True)


def rgb_to_hsv(rgb: np.ndarray) -> np.ndarray:
    """Hue (0 to 1 around the wheel), saturation (0 to 1) and value of each pixel.

    >>> rgb_to_hsv(np.array([0.0, 1.0, 0.0])).round(3).tolist()  # green
    [0.333, 1.0, 1.0]
    """
    red, green, blue = np.moveaxis(rgb, -1, 0)
    value = rgb.max(axis=-1)
    chroma = value - rgb.min(axis=-1)
    some = np.where(chroma > 0, chroma, 1)
    hue = np.select(
        [chroma == 0, value == red, value == green],
        [0, (green - blue) / some, 2 + (blue - red) / some],
        4 + (red - green) / some,
    )
    saturation = np.where(value > 0, chroma / np.where(value > 0, value, 1), 0)
    return np.stack([hue / 6 % 1, saturation, value], axis=-1)


def hsv_to_rgb(hsv: np.ndarray) -> np.ndarray:
    """The way back; hues may lie outside 0 to 1.

    >>> hsv_to_rgb(np.array([1 / 3, 1.0, 1.0])).round(3).tolist()
    [0.0, 1.0, 0.0]
    """
    hue, saturation, value = np.moveaxis(hsv, -1, 0)
    channels = []
    for start in (5, 3, 1):  # each colour is strong in one half of the wheel
        place = (start + 6 * hue) % 6
        absent = np.clip(np.minimum(place, 4 - place), 0, 1)
        channels.append(value * (1 - saturation * absent))
    return np.stack(channels, axis=-1)
