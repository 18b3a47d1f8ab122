"""569 tumours, benign or malignant, 30 measurements of their cell nuclei.

Source: W. Wolberg, O. Mangasarian, N. Street and W. Street (1993), UCI Machine Learning
Repository, https://doi.org/10.24432/C5DW2B, CC BY 4.0.
"""

from __future__ import annotations

from edukeras.datasets import bundled

FEATURE_NAMES = (
    "mean radius",
    "mean texture",
    "mean perimeter",
    "mean area",
    "mean smoothness",
    "mean compactness",
    "mean concavity",
    "mean concave points",
    "mean symmetry",
    "mean fractal dimension",
    "radius error",
    "texture error",
    "perimeter error",
    "area error",
    "smoothness error",
    "compactness error",
    "concavity error",
    "concave points error",
    "symmetry error",
    "fractal dimension error",
    "worst radius",
    "worst texture",
    "worst perimeter",
    "worst area",
    "worst smoothness",
    "worst compactness",
    "worst concavity",
    "worst concave points",
    "worst symmetry",
    "worst fractal dimension",
)
CLASS_NAMES = ("malignant", "benign")


def load_data(
    test_split: float = 0.2, seed: int = 113
) -> tuple[bundled.Arrays, bundled.Arrays]:
    """Loads ((x_train, y_train), (x_test, y_test)).

    Shapes: x (455, 30) and (114, 30), float32; y (455,) and (114,), int64.
    Class 0 is malignant, class 1 is benign.

    Args:
        test_split: the share of the rows to test on; every class keeps its share.
        seed: another seed, another split.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_test.shape
    ((455, 30), (114, 30))
    """
    return bundled.load_table("breast_cancer", test_split, seed)
