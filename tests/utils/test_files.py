"""get_file, on addresses of this computer."""

import hashlib
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

from edukeras import utils


@pytest.fixture
def source(tmp_path):
    """A folder with a text, and archives of it."""
    folder = tmp_path / "web"
    folder.mkdir()
    text = folder / "notes.txt"
    text.write_text("hello")
    with tarfile.open(folder / "all.tar.gz", "w:gz") as tar:
        tar.add(text, "inside/notes.txt")
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.write(text, "inside/notes.txt")
    return folder


def get(source, name, tmp_path, **options):
    origin = (source / name).as_uri()
    return utils.get_file(origin=origin, cache_dir=str(tmp_path / "cache"), **options)


def test_a_file_is_downloaded_once(source, tmp_path, capsys):
    path = get(source, "notes.txt", tmp_path)
    assert Path(path) == tmp_path / "cache" / "datasets" / "notes.txt"
    assert "Downloading" in capsys.readouterr().out
    shutil.rmtree(source)
    assert get(source, "notes.txt", tmp_path) == path
    assert capsys.readouterr().out == ""
    assert Path(path).read_text() == "hello"


@pytest.mark.parametrize("algorithm", ["sha256", "md5"])
def test_a_damaged_file_is_downloaded_again(source, tmp_path, algorithm):
    digest = hashlib.new(algorithm, b"hello").hexdigest()
    path = Path(get(source, "notes.txt", tmp_path, file_hash=digest))
    path.write_text("hell")
    get(source, "notes.txt", tmp_path, file_hash=digest)
    assert path.read_text() == "hello"


def test_a_wrong_hash_is_an_error_and_leaves_no_file(source, tmp_path):
    with pytest.raises(ValueError, match="not the one that was meant.*Expected"):
        get(source, "notes.txt", tmp_path, file_hash="0" * 64)
    assert not (tmp_path / "cache" / "datasets" / "notes.txt").exists()


@pytest.mark.parametrize(
    ("archive", "options", "folder"),
    [
        ("all.tar.gz", {"extract": True}, "all_extracted"),
        ("all.zip", {"extract": True, "fname": "q.zip"}, "q_extracted"),
        ("all.tar.gz", {"untar": True, "fname": "flowers"}, "flowers"),
    ],
)
def test_archives_are_unpacked_where_keras_puts_them(
    source, tmp_path, archive, options, folder
):
    path = Path(get(source, archive, tmp_path, **options))
    assert path.name == folder
    assert (path / "inside" / "notes.txt").read_text() == "hello"


def test_what_is_no_archive_cannot_be_unpacked(source, tmp_path):
    with pytest.raises(ValueError, match="cannot be unpacked"):
        get(source, "notes.txt", tmp_path, extract=True)


def test_no_address_and_no_such_file(source, tmp_path):
    with pytest.raises(ValueError, match="needs the address"):
        utils.get_file("name")
    with pytest.raises(OSError, match="could not be downloaded"):
        get(source, "missing.txt", tmp_path)
