"""The weather of Seattle on each of 1,461 days, 2012 to 2015: a real time series.

Source: NOAA, National Centers for Environmental Information (public domain), in the
copy of the package vega_datasets (seattle-weather.csv).
"""

from __future__ import annotations

import numpy as np

from edukeras.datasets import bundled
from edukeras.errors import explain

FEATURE_NAMES = (
    "rain in mm",
    "highest temperature in °C",
    "lowest temperature in °C",
    "wind in m/s",
)
CLASS_NAMES = ("drizzle", "fog", "rain", "snow", "sun")


def load_data(test_split: float = 0.25) -> tuple[bundled.Arrays, bundled.Arrays]:
    """Loads ((x_train, y_train), (x_test, y_test)), both in the order of the days.

    Shapes: x (1096, 4) and (365, 4), float32; y (1096,) and (365,), int64. The last
    days are the test part and nothing is shuffled: who predicts the future must not
    learn from it. With the default the test part is the year 2015.

    Args:
        test_split: the share of the days, at the end, to test on.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_test.shape
    ((1096, 4), (365, 4))
    """
    if not 0 <= test_split < 1:
        raise ValueError(
            explain(
                "test_split is the share of the days to test on.",
                expected="0 <= test_split < 1",
                received=repr(test_split),
            )
        )
    x, y = bundled.read("seattle_weather")
    first = len(y) - round(test_split * len(y))
    y = y.astype(np.int64)
    return (x[:first], y[:first]), (x[first:], y[first:])
