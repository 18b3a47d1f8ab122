"""150 iris flowers of three kinds, four lengths in centimetres each.

Source: R. A. Fisher (1936), UCI Machine Learning Repository,
https://doi.org/10.24432/C56C76, CC BY 4.0.
"""

from __future__ import annotations

from edukeras.datasets import bundled

FEATURE_NAMES = (
    "sepal length",
    "sepal width",
    "petal length",
    "petal width",
)
CLASS_NAMES = ("setosa", "versicolor", "virginica")


def load_data(
    test_split: float = 0.2, seed: int = 113
) -> tuple[bundled.Arrays, bundled.Arrays]:
    """Loads ((x_train, y_train), (x_test, y_test)).

    Shapes: x (120, 4) and (30, 4), float32; y (120,) and (30,), int64.

    Args:
        test_split: the share of the rows to test on; every class keeps its share.
        seed: another seed, another split.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_test.shape
    ((120, 4), (30, 4))
    """
    return bundled.load_table("iris", test_split, seed)
