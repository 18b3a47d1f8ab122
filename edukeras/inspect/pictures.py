"""Pictures with matplotlib, without a window and without pyplot.

pyplot keeps a list of open figures that is not safe in threads; a `Figure` on its
own is.  Where matplotlib is not installed, the views show their numbers only.

Colours: Okabe and Ito's, which colour-blind people can tell apart
(https://jfly.uni-koeln.de/color/); red and blue either side of white for signs.
"""

from __future__ import annotations

import importlib.util
import io
import threading
from collections.abc import Callable
from math import ceil, floor, isfinite, log10
from typing import TYPE_CHECKING, Any

import numpy as np

from edukeras.models.fonts import hangul_font

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, GREY = "#0072b2", "#d55e00", "#009e73", "#777777"
DOTS_PER_INCH = 144  # twice what is shown, for screens with fine pixels

# matplotlib's settings are one global table.
_drawing = threading.Lock()


def can_draw() -> bool:
    """Whether matplotlib is there."""
    return importlib.util.find_spec("matplotlib") is not None


def draw(
    width: float,
    height: float,
    paint: Callable[[Figure], None],
    margins: tuple[float, float, float, float] = (0.65, 0.2, 0.5, 0.35),
) -> bytes:
    """A picture as a PNG file: what `paint` puts on an empty white figure.

    The user's own matplotlib settings (a dark style, say) neither apply nor change.

    Args:
        width, height: in inches of 72 points.
        margins: around the charts: left, right, below, above, in inches.
    """
    left, right, below, above = margins
    import matplotlib
    from matplotlib.figure import Figure

    with _drawing, matplotlib.rc_context():
        matplotlib.rcdefaults()
        # Latin letters look the same everywhere; the second font has what is missing.
        fonts = ["DejaVu Sans", hangul_font()]
        matplotlib.rcParams["font.family"] = [font for font in fonts if font]
        figure = Figure(figsize=(width, height))
        # Given, not worked out: matplotlib's own layouts draw everything twice.
        figure.subplots_adjust(
            left / width, below / height, 1 - right / width, 1 - above / height
        )
        paint(figure)
        file = io.BytesIO()
        figure.savefig(
            file, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None}
        )
    return file.getvalue()


def whole_numbers(axis: Any) -> None:
    """Marks an axis at whole numbers only: epochs, rows, columns."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(integer=True))


def plain_frame(axes: Any) -> None:
    """Small numbers, and no lines at the top and on the right."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)


def powers_of_ten(axes: Any, values: Any) -> None:
    """A logarithmic axis from one power of ten to another, around positive values."""
    from matplotlib.ticker import NullFormatter

    axes.set_yscale("log")
    axes.yaxis.set_minor_formatter(NullFormatter())
    positive = [v for v in np.ravel(values).tolist() if v > 0 and isfinite(v)]
    if positive:
        axes.set_ylim(
            10.0 ** floor(log10(min(positive))),
            10.0 ** ceil(log10(max(positive)) + 1e-9),
        )
