"""Writing a file so that it is either the old one or the whole new one.

A crash, a full disk or an error while writing leaves the old file as it was: the new
content goes to another file in the same folder, which takes the old one's place at
the very end, in one step.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from edukeras.errors import explain


@contextmanager
def atomic_write(path: Any) -> Iterator[BinaryIO]:
    """Opens a file for writing (and reading back) that appears at `path` on success.

    An existing file keeps its permissions, and a symbolic link goes on pointing to
    its target, which is replaced.

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "notes.txt")
    >>> with atomic_write(path) as file:
    ...     _ = file.write(b"all of it")
    >>> path.read_bytes()
    b'all of it'
    """
    target = os.path.realpath(os.fspath(path))
    mode = _mode_of(target)
    folder = os.path.dirname(target)
    temporary = os.path.join(folder, f".edukeras-{os.urandom(8).hex()}.tmp")
    file = _create(temporary, folder, path)
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:  # also Ctrl-C: never leave half a file behind
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    _sync_folder(folder)


def _mode_of(target: str) -> int | None:
    """The permissions of the file to replace; None if there is no file yet."""
    try:
        status = os.stat(target)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(
            explain(
                f'"{target}" is a folder.', hint="add a file name, such as model.keras."
            )
        )
    if not stat.S_ISREG(status.st_mode):
        raise OSError(f'"{target}" is no ordinary file; it is not replaced.')
    if not os.access(target, os.W_OK):
        raise PermissionError(f'"{target}" is write-protected; it is not replaced.')
    return stat.S_IMODE(status.st_mode)


def _create(temporary: str, folder: str, path: Any) -> BinaryIO:
    """A new file with the permissions that new files get (the umask counts)."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        return os.fdopen(os.open(temporary, flags, 0o666), "w+b")
    except FileNotFoundError:
        raise FileNotFoundError(
            explain(
                f'"{os.fspath(path)}" cannot be written: no folder "{folder}" exists.',
                hint=f"os.makedirs({folder!r}).",
            )
        ) from None


def _sync_folder(folder: str) -> None:
    """Makes the new name itself survive a power cut."""
    if os.name == "nt":  # Windows has no such call, and needs none
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:  # some network file systems cannot; the file itself is safe
        pass
    finally:
        os.close(descriptor)


def may_write(path: Any, overwrite: bool) -> bool:
    """Whether to write: with `overwrite=False` an existing file is asked about."""
    if overwrite or not os.path.exists(path):
        return True
    try:
        answer = input(f'"{os.fspath(path)}" exists already. Overwrite it? [y/n] ')
    except EOFError:
        raise FileExistsError(
            explain(
                f'"{os.fspath(path)}" exists already, and nobody can be asked.',
                hint="overwrite=True.",
            )
        ) from None
    return answer.strip().lower() in ("y", "yes")
