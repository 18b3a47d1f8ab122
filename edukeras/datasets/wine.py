"""178 wines from three growers, 13 measurements of each.

Source: S. Aeberhard and M. Forina (1992), UCI Machine Learning Repository,
https://doi.org/10.24432/C5PC7J, CC BY 4.0.
"""

from __future__ import annotations

from edukeras.datasets import bundled

FEATURE_NAMES = (
    "alcohol",
    "malic acid",
    "ash",
    "alcalinity of ash",
    "magnesium",
    "total phenols",
    "flavanoids",
    "nonflavanoid phenols",
    "proanthocyanins",
    "color intensity",
    "hue",
    "od280/od315 of diluted wines",
    "proline",
)
CLASS_NAMES = ("grower 0", "grower 1", "grower 2")


def load_data(
    test_split: float = 0.2, seed: int = 113
) -> tuple[bundled.Arrays, bundled.Arrays]:
    """Loads ((x_train, y_train), (x_test, y_test)).

    Shapes: x (142, 13) and (36, 13), float32; y (142,) and (36,), int64.
    The columns differ a thousandfold in size: scale them before training.

    Args:
        test_split: the share of the rows to test on; every class keeps its share.
        seed: another seed, another split.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_test.shape
    ((142, 13), (36, 13))
    """
    return bundled.load_table("wine", test_split, seed)
