"""What `pytest --nbval lessons` leaves out when it compares outputs, and what not."""

import re
import runpy
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[2] / "lessons" / "conftest.py"


@pytest.fixture
def compared(monkeypatch):
    """The part of an output that nbval compares."""
    # The file sets these for lessons; put them back as they were.
    monkeypatch.setenv("EDUKERAS_DETERMINISTIC", "1")
    monkeypatch.setenv("EDUKERAS_PROGRESS", "off")
    patterns = runpy.run_path(str(CONFTEST))["NOT_COMPARED"]

    def sanitize(text):
        for pattern, replacement in patterns.items():
            text = re.sub(pattern, replacement, text)
        return text

    return sanitize


def test_pictures_in_html_are_not_compared_but_their_text_is(compared):
    html = '<img src="data:image/png;base64,{}" alt="{}">'
    assert compared(html.format("iVBO+/=", "loss")) == compared(
        html.format("AA", "loss")
    )
    assert compared(html.format("AA", "loss")) != compared(html.format("AA", "mae"))


def test_late_decimals_and_bars_are_not_compared(compared):
    assert compared("val_loss 0.09917 ▁▂▃") == compared("val_loss 0.09924 ▁▃▃")


def test_the_mark_of_overfitting_is_not_compared_but_what_follows_is(compared):
    mark = "▲ Overfitting since epoch 9: val_loss rises from 0.08 to 0.09."
    html = f'</table><div style="margin: 4px 0">{mark}</div></div>'
    assert compared(html) == "</table></div>"
    wrapped = mark.replace("to ", "to\n  ")
    assert compared(f"loss 0.1\n{wrapped}\nEpoch 3") == compared("loss 0.1\nEpoch 3")


@pytest.mark.parametrize(
    ("stored", "now"),
    [
        ("loss 0.09", "loss 0.11"),
        ("accuracy 97.7%", "accuracy 97.3%"),
        ("(300, 64)", "(300, 65)"),
        ("✓ q1: passed, 2 of 2 points", "✗ q1: not right yet, 0 of 2 points"),
        ("Total params: 17,226", "Total params: 17,225"),
    ],
)
def test_everything_else_is_compared(compared, stored, now):
    assert compared(stored) != compared(now)
