"""The progress file, and what happens without it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from edukeras.grading.progress import ProgressStore, Record, default_path

ATTEMPT = Record(attempts=1, best_points=1.5)


def test_progress_survives_a_restart_and_keeps_the_best(tmp_path):
    path = tmp_path / "new folder" / "progress.sqlite3"
    ProgressStore(path).add("one", "q1", ATTEMPT)
    ProgressStore(path).add("one", "q1", Record(attempts=1, best_points=0.5))
    ProgressStore(path).add("one", "q1", Record(hints=2))
    ProgressStore(path).add("one", "q1", Record(hints=1, solution_shown=True))
    ProgressStore(path).add("two", "q1", ATTEMPT)
    store = ProgressStore(path)
    assert store.read("one") == {"q1": Record(2, 1.5, 2, True)}
    assert store.read("two") == {"q1": ATTEMPT}
    assert store.all_saved


def test_locked_file_is_read_and_new_progress_is_remembered(tmp_path):
    path = tmp_path / "progress.sqlite3"
    store = ProgressStore(path)
    store.add("one", "q1", ATTEMPT)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store.add("one", "q1", ATTEMPT)
        assert not store.all_saved
        assert store.read("one")["q1"].attempts == 2
    store.add("one", "q1", ATTEMPT)
    assert store.read("one")["q1"].attempts == 3


@pytest.mark.parametrize("content", [b"no database at all " * 100, b""])
def test_damaged_file_does_not_stop_a_lesson(tmp_path, content):
    path = tmp_path / "progress.sqlite3"
    path.write_bytes(content)
    store = ProgressStore(path)
    assert store.read("one") == {}
    store.add("one", "q1", ATTEMPT)
    assert store.read("one") == {"q1": ATTEMPT}
    assert store.all_saved == (content == b"")


def test_folder_that_cannot_be_made_does_not_stop_a_lesson(tmp_path):
    (tmp_path / "file").write_text("in the way")
    store = ProgressStore(tmp_path / "file" / "progress.sqlite3")
    store.add("one", "q1", ATTEMPT)
    assert store.read("one") == {"q1": ATTEMPT}
    assert not store.all_saved


def test_path_comes_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("EDUKERAS_PROGRESS", str(tmp_path / "mine"))
    assert default_path() == tmp_path / "mine"
    monkeypatch.setenv("EDUKERAS_PROGRESS", "off")
    assert default_path() is None


def test_graders_and_tests_keep_no_progress(monkeypatch):
    monkeypatch.delenv("EDUKERAS_PROGRESS")
    monkeypatch.setenv("PYTEST_VERSION", "8")
    assert default_path() is None
    monkeypatch.delenv("PYTEST_VERSION")
    assert isinstance(default_path(), Path)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert default_path() is None
