"""1,797 handwritten digits as pictures of 8 x 8 pixels: a small, real MNIST.

Source: E. Alpaydin and C. Kaynak (1998), UCI Machine Learning Repository,
https://doi.org/10.24432/C50P49, CC BY 4.0.
"""

from __future__ import annotations

from edukeras.datasets import bundled

CLASS_NAMES = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")


def load_data() -> tuple[bundled.Arrays, bundled.Arrays]:
    """Loads ((x_train, y_train), (x_test, y_test)), always the same rows.

    Shapes: x (1497, 8, 8) and (300, 8, 8), y (1497,) and (300,), all uint8. A pixel
    counts the inked dots of a 4 x 4 square: 0 is paper, 16 is ink. Divide by 16.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_test.shape, int(x_train.max())
    ((1497, 8, 8), (300, 8, 8), 16)
    """
    x, y = bundled.read("digits")
    return bundled.split(x, y, n_test=300, seed=0)
