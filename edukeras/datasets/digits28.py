"""The 1,797 handwritten digits in the format of MNIST: 28 x 28 pixels, 0 to 255.

These are the pictures of `edukeras.datasets.digits`, enlarged with smooth strokes
(cubic splines) and framed as MNIST's are.  Programs for `keras.datasets.mnist` run on
them unchanged, without a download; but a picture still knows no more than its 64
pixels did.
"""

from __future__ import annotations

import numpy as np

from edukeras.datasets import bundled, digits

CLASS_NAMES = digits.CLASS_NAMES
SIZE, MARGIN = 28, 4  # MNIST's digits fill 20 of 28 pixels


def load_data() -> tuple[bundled.Arrays, bundled.Arrays]:
    """Loads ((x_train, y_train), (x_test, y_test)), the same rows as `digits`.

    Shapes: x (1497, 28, 28) and (300, 28, 28), y (1497,) and (300,), all uint8; 0 is
    paper and 255 is ink. Divide by 255.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_test.shape, int(x_train.max())
    ((1497, 28, 28), (300, 28, 28), 255)
    """
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    return (_enlarged(x_train), y_train), (_enlarged(x_test), y_test)


def _enlarged(pictures: np.ndarray) -> np.ndarray:
    """(B, 8, 8), 0 to 16 -> (B, 28, 28), 0 to 255."""
    from scipy import ndimage  # heavy, and nobody else here needs it

    inner = SIZE - 2 * MARGIN
    factor = inner / pictures.shape[1]
    large = ndimage.zoom(pictures / 16, (1, factor, factor), order=3, grid_mode=True,
                         mode="nearest")  # fmt: skip
    # Splines overshoot a little beyond paper and ink.
    ink = np.round(255 * np.clip(large, 0, 1)).astype(np.uint8)
    return np.pad(ink, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)))
