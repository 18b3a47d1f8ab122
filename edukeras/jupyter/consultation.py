"""The functions behind %doctor and %%explain, and the Doctor that watches a fit."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from edukeras.errors import explain as worded
from edukeras.inspect.doctor import Diagnosis, Doctor as PrintingDoctor, diagnose
from edukeras.inspect.doctor.consultation import CELLS
from edukeras.inspect.explanation import Explanation, explain_error
from edukeras.jupyter.frontend import shell


def cells() -> list[str]:
    """The code of the cells that this notebook has run."""
    current = shell()
    return [] if current is None else list(current.user_ns.get("In", []))


# `model.diagnose` reads them too.
CELLS.append(cells)


def doctor(
    model: Any,
    x: Any = None,
    y: Any = None,
    *,
    mute: Iterable[str] = (),
    strict: bool = False,
    **options: Any,
) -> Diagnosis:
    """What is probably wrong with a model, its data or its training.

    Args:
        x, y: as for `fit`; more is found with them.
        mute: codes that are not to be shown: ["EK022"].
        strict: raise a DiagnosisError if there are errors or warnings.
        options: further arguments of `edukeras.inspect.diagnose`.
    """
    return diagnose(model, x, y, mute=mute, strict=strict, **options)


def explain(error: BaseException | None = None) -> Explanation:
    """What an error means, and what to try.

    Args:
        error: an exception; None takes the last one that was shown.
    """
    if error is None:
        error = getattr(sys, "last_value", None)
    if error is None:
        raise ValueError(worded("There is no error to explain.", hint="explain(error)"))
    return explain_error(error)


class Doctor(PrintingDoctor):
    """The callback that tells its findings where the training is shown.

    `model.fit(x, y, callbacks=[jupyter.Doctor(x, y)])`
    """

    def show(self, diagnosis: Diagnosis) -> None:
        if shell() is None:
            super().show(diagnosis)
            return
        from IPython.display import display

        display(diagnosis)
