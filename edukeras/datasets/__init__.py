"""Data to learn with: small real sets that come along, and points made by formulas.

Nothing is downloaded, and nothing is read before `load_data()` is called.

>>> (x_train, y_train), (x_test, y_test) = digits.load_data()
>>> x_train.shape
(1497, 8, 8)
"""

from edukeras.datasets import (
    breast_cancer as breast_cancer,
    digits as digits,
    digits28 as digits28,
    iris as iris,
    seattle_weather as seattle_weather,
    short_reviews as short_reviews,
    wine as wine,
)
from edukeras.datasets.generators import (
    make_blobs as make_blobs,
    make_circles as make_circles,
    make_moons as make_moons,
    make_spirals as make_spirals,
    make_xor as make_xor,
)
