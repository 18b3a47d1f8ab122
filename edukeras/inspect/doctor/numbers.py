"""Numbers as they stand in findings: three digits say enough."""

from __future__ import annotations

from typing import Any


def number(value: Any) -> str:
    """Three digits.

    >>> number(0.123456), number(2500.0), number(3)
    ('0.123', '2500', '3')
    """
    value = float(value)
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    return f"{value:.1e}"


def percent(share: Any) -> str:
    """A share in percent.

    >>> percent(0.9432)
    '94.3'
    """
    return f"{100 * float(share):.3g}"
