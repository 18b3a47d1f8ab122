"""Messages in another language: looked up, filled in, English where there is none."""

import pytest

from edukeras import messages
from edukeras.grading import CheckFailed, expect
from edukeras.messages import add_catalogue, say


@pytest.fixture
def korean(tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "_translations", {})
    monkeypatch.setenv("EDUKERAS_LANGUAGE", "ko")
    (tmp_path / "messages.ko.yaml").write_text(
        '"Where did the bias b go?": "편향 b는 어디로 갔나요?"\n'
        '"You have {n} rows.": "행이 {n}개 있어요."\n'
        '"Not yet.": ""\n',
        encoding="utf-8",
    )
    add_catalogue(tmp_path)


def test_a_message_without_catalogue_stays_english():
    assert say("You have {n} rows.", n=3) == "You have 3 rows."
    assert say("A set: {1, 2}") == "A set: {1, 2}"


def test_a_catalogue_translates_and_fills_in(korean):
    assert say("You have {n} rows.", n=3) == "행이 3개 있어요."


def test_an_empty_translation_leaves_the_english(korean):
    assert say("Not yet.") == "Not yet."


def test_expectations_speak_the_chosen_language(korean):
    with pytest.raises(CheckFailed, match="편향"):
        expect(False, "Where did the bias b go?")


def test_another_language_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "_translations", {})
    monkeypatch.setenv("EDUKERAS_LANGUAGE", "../ko")
    add_catalogue(tmp_path)
    assert messages._translations == {}


def test_a_catalogue_that_is_no_table_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("EDUKERAS_LANGUAGE", "ko")
    (tmp_path / "messages.ko.yaml").write_text("- a\n- b\n")
    with pytest.raises(ValueError, match="not a catalogue"):
        add_catalogue(tmp_path)
