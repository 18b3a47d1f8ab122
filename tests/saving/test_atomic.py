import os
import stat

import pytest

from edukeras.saving.atomic import atomic_write, may_write


def leftovers(folder):
    return [name for name in os.listdir(folder) if name.endswith(".tmp")]


def test_new_content_appears_whole(tmp_path):
    with atomic_write(tmp_path / "a") as file:
        file.write(b"new")
        assert not (tmp_path / "a").exists()
    assert (tmp_path / "a").read_bytes() == b"new"
    assert not leftovers(tmp_path)


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt])
def test_failing_write_leaves_the_old_file(tmp_path, error):
    (tmp_path / "a").write_bytes(b"old")

    def write_half():
        with atomic_write(tmp_path / "a") as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        write_half()
    assert (tmp_path / "a").read_bytes() == b"old"
    assert not leftovers(tmp_path)


def test_failing_rename_leaves_the_old_file(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"old")

    def replace(source, target):
        raise OSError("disk on fire")

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(OSError, match="fire"), atomic_write(tmp_path / "a") as file:
        file.write(b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert not leftovers(tmp_path)


def test_content_reaches_the_disk_before_the_name(tmp_path, monkeypatch):
    order = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append("fsync"), fsync(fd)))
    monkeypatch.setattr(os, "replace", lambda *a: (order.append("rename"), replace(*a)))
    with atomic_write(tmp_path / "a") as file:
        file.write(b"new")
    assert order == ["fsync", "rename", "fsync"]  # the file, its name, the folder


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_permissions_stay_and_new_files_follow_the_umask(tmp_path):
    (tmp_path / "old").write_bytes(b"")
    os.chmod(tmp_path / "old", 0o640)
    before = os.umask(0o027)
    try:
        for name in ("old", "new"):
            with atomic_write(tmp_path / name) as file:
                file.write(b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(os.stat(tmp_path / "old").st_mode) == 0o640
    assert stat.S_IMODE(os.stat(tmp_path / "new").st_mode) == 0o640


@pytest.mark.skipif(os.name == "nt", reason="links need privileges on Windows")
def test_symbolic_link_stays_and_its_target_changes(tmp_path):
    (tmp_path / "target").write_bytes(b"old")
    (tmp_path / "link").symlink_to("target")
    with atomic_write(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"new"


def test_folder_as_target_and_missing_folder_are_told(tmp_path):
    with pytest.raises(IsADirectoryError, match="is a folder"):
        with atomic_write(tmp_path):
            pass
    with pytest.raises(FileNotFoundError, match="no folder"):
        with atomic_write(tmp_path / "missing" / "a"):
            pass


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_devices_and_pipes_are_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no ordinary file"):
        with atomic_write(tmp_path / "pipe"):
            pass


def test_overwrite_false_asks(tmp_path, monkeypatch):
    path = tmp_path / "a"
    assert may_write(path, overwrite=False)  # nothing there to overwrite
    path.write_bytes(b"old")
    for answer, expected in (("y", True), ("YES", True), ("n", False), ("", False)):
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        assert may_write(path, overwrite=False) is expected

    def nobody(_):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    with pytest.raises(FileExistsError, match="overwrite=True"):
        may_write(path, overwrite=False)
