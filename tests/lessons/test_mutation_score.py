"""How sharp the checks are: small errors in the reference answers must be noticed."""

from pathlib import Path

import pytest

from edukeras.grading import mutation_report
from edukeras.grading.catalogue import untranslatable

LESSONS = Path(__file__).resolve().parents[2] / "lessons"
FOLDERS = sorted(path.parent for path in LESSONS.glob("*/checks.py"))

lessons = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


@pytest.mark.slow
@lessons
def test_nine_of_ten_small_errors_are_noticed(folder):
    report = mutation_report(folder)
    print(report)
    assert report.score >= 0.9, report


@lessons
def test_every_message_can_be_translated(folder):
    assert untranslatable(folder / "checks.py") == []
