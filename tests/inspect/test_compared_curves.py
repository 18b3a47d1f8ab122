import pytest

from edukeras.inspect import compare_curves
from tests.inspect.sanitiser import check

SLOW = {"loss": [3.0, 2.0, 1.5], "val_loss": [3.5, 2.5, 2.0], "mae": [1.0, 0.9, 0.8]}
FAST = {"loss": [3.0, 0.5]}


def test_runs_stand_together_quantity_by_quantity():
    rows = compare_curves([SLOW, FAST]).rows()
    assert [row[:2] for row in rows] == [
        ["run 1", "loss"],
        ["run 2", "loss"],
        ["run 1", "val_loss"],
        ["run 1", "mae"],
    ]
    assert rows[1][2:5] == ["3", "0.5 (2)", "0.5"]


def test_names_come_from_the_dict():
    view = compare_curves({"slow": SLOW, "빠름": FAST})
    assert [name for name, _ in view.runs] == ["slow", "빠름"]
    assert "빠름" in view.html()


def test_marks_name_their_run():
    view = compare_curves({"a": FAST, "b": {"loss": [2.0, 1.0, 30.0]}})
    assert view.text().splitlines()[-1].startswith("b: ✕ Divergence since epoch 2")


def test_the_html_is_plain_and_describes_its_picture():
    (picture,) = check(compare_curves([SLOW, FAST]).html())
    assert picture["alt"].startswith("Learning curves of 2 runs: run 1 loss from 3 to")


def test_more_runs_than_colours_can_be_drawn():
    view = compare_curves([FAST] * 9)
    assert view.picture()[0].startswith(b"\x89PNG")


@pytest.mark.parametrize("runs", [[], {}])
def test_nothing_cannot_be_compared(runs):
    with pytest.raises(ValueError, match="no run to compare"):
        compare_curves(runs)
