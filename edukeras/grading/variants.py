"""Individual variants: another data set or another target for each learner.

A lesson asks `variant("q6", ["moons", "circles"])` in its notebook and in its check,
and both get the same answer.  The learner's number is in EDUKERAS_VARIANT (an
instructor sets it, for example from the student's id); without it everybody gets the
first option, so that stored notebooks are the same everywhere.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import TypeVar

Option = TypeVar("Option")


def variant(exercise: str, options: Sequence[Option]) -> Option:
    """The option that this learner gets in this exercise.

    Args:
        exercise: the name of the exercise; in each another option falls to a learner.
        options: at least one; the first is the one without EDUKERAS_VARIANT.

    >>> variant("q6", ["moons", "circles"])
    'moons'
    """
    if not options:
        raise ValueError(f"variant({exercise!r}, ...) needs at least one option.")
    learner = os.environ.get("EDUKERAS_VARIANT", "")
    if not learner:
        return options[0]
    # Not hash(): that differs from one Python process to the next.
    digest = hashlib.sha256(f"{learner}/{exercise}".encode()).digest()
    return options[int.from_bytes(digest[:8], "big") % len(options)]
