"""How verdicts look, as text and as HTML."""

import re

import pytest

from edukeras.grading.outcomes import LOOKS, CheckFailed, Note, Outcome, Part

PARTLY = Outcome(
    "q2",
    1,
    3,
    "partial",
    parts=(Part("shape", 1, 1, "passed"), Part("sum", 0, 2, "failed", "Is `w<0`?")),
    printed="one\ntwo",
    tip="A hint: `%hint q2`",
)


def test_text_of_a_partly_right_answer():
    assert repr(PARTLY) == (
        "◐ q2: partly right, 1 of 3 points\n"
        "  ✓ shape: passed, 1 of 1 point\n"
        "  ✗ sum: not right yet, 0 of 2 points. Is `w<0`?\n"
        "  Your code printed:\n"
        "    one\n"
        "    two\n"
        "  A hint: `%hint q2`"
    )


def test_html_survives_an_untrusted_notebook():
    html = PARTLY.html()
    tags = set(re.findall(r"<(\w+)", html))
    assert tags <= {"div", "b", "i", "br", "code", "details", "summary", "pre"}
    assert not re.search(r"\b(id|class|on\w+)=", html)
    assert "<code>w&lt;0</code>" in html


@pytest.mark.parametrize("status", LOOKS)
def test_status_is_said_in_words_and_with_a_symbol_in_both_forms(status):
    symbol, words, _ = LOOKS[status]
    outcome = Outcome("q1", 0, 1, status)
    for form in (outcome.text(), outcome.html()):
        assert symbol in form
        assert words in form
    assert len({look[0] for look in LOOKS.values()}) == len(LOOKS)


def test_html_of_the_learners_words_is_escaped():
    outcome = Outcome("q1", 0, 1, "failed", "<script>x</script>", printed="<b>y</b>")
    assert "<script>" not in outcome.html()
    assert "<b>y" not in outcome.html()
    assert "<script>" not in Note("t", "<script>").html()
    assert "<script>" not in Note("t", "<script>", is_code=True).html()


def test_mimebundle_has_text_and_html_and_no_background_colour():
    bundle = PARTLY._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert "background" not in bundle["text/html"]  # it would not suit both themes


def test_ipython_shows_a_failed_check_in_one_line():
    assert CheckFailed("Look at b.")._render_traceback_() == ["CheckFailed: Look at b."]
    assert isinstance(CheckFailed("x"), AssertionError)
