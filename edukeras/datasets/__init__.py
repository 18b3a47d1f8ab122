"""Data to learn with: small real sets that come along, and points made by formulas.

Nothing is downloaded, and nothing is read before `load_data()` is called.

>>> (x_train, y_train), (x_test, y_test) = digits.load_data()
>>> x_train.shape
(1497, 8, 8)
"""

from edukeras.datasets import breast_cancer as breast_cancer
from edukeras.datasets import digits as digits
from edukeras.datasets import iris as iris
from edukeras.datasets import wine as wine
from edukeras.datasets.generators import make_blobs as make_blobs
from edukeras.datasets.generators import make_circles as make_circles
from edukeras.datasets.generators import make_moons as make_moons
from edukeras.datasets.generators import make_spirals as make_spirals
from edukeras.datasets.generators import make_xor as make_xor
