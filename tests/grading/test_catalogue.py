"""Messages are collected for translators; what could not be translated is found."""

import pytest
import yaml

from edukeras.grading.catalogue import catalogue_text, messages_of, untranslatable

CHECKS = """
@check(points=1, hints=["First hint.", "Second hint."])
def q1(neuron):
    with part("the sum", 1):
        expect(ok, "Where did the bias go?", hint="A hint of its own.")
        expect_close(y, 1, say("You have {n} rows.", n="not a message"))
q1.answer("def neuron(): return 'not a message'")
"""


@pytest.fixture
def checks(tmp_path):
    path = tmp_path / "checks.py"
    path.write_text(CHECKS)
    return path


def test_every_text_that_is_said_is_listed_once(checks):
    assert messages_of(checks) == [
        "First hint.",
        "Second hint.",
        "the sum",
        "Where did the bias go?",
        "A hint of its own.",
        "You have {n} rows.",
    ]


def test_f_strings_are_reported_with_their_line(checks):
    checks.write_text('expect(ok,\n    f"You have {n} rows.")\n')
    (problem,) = untranslatable(checks)
    assert "line 2" in problem
    assert "say(" in problem


def test_a_catalogue_keeps_what_is_translated(checks):
    text = catalogue_text(messages_of(checks), {"First hint.": "첫 번째 힌트."})
    assert yaml.safe_load(text)["First hint."] == "첫 번째 힌트."
    assert yaml.safe_load(text)["Second hint."] == ""
