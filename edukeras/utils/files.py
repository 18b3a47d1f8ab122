"""get_file: download once, check, unpack."""

from __future__ import annotations

import hashlib
import os
import tarfile
import zipfile
from pathlib import Path
from urllib.parse import urlparse

from edukeras.errors import FileFormatError, explain
from edukeras.saving import atomic_write


def get_file(
    fname: str | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str = "auto",
    cache_dir: str | None = None,
    force_download: bool = False,
) -> str:
    """The path of a file that is downloaded unless it is there already.

    Args:
        fname: its name in the cache; None is that in the address.
        origin: the address.
        untar: the old form of `extract`.
        md5_hash: the old form of `file_hash`.
        file_hash: what the file must hash to; a file in the cache that does not is
            downloaded again.
        cache_subdir: the folder inside the cache.
        hash_algorithm: "sha256", "md5"; "auto" goes by the length of the hash.
        extract: unpack a tar or zip archive; the path is then that of the folder.
        archive_format: "tar", "zip", or "auto".
        cache_dir: the cache; None is `$KERAS_HOME`, or `~/.keras`, as for Keras.
        force_download: whether to download in any case.
    """
    if origin is None:
        raise ValueError(
            explain("get_file needs the address.", hint='get_file(origin="https://…")')
        )
    name = fname or Path(urlparse(origin).path).name
    home = cache_dir or os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    path = Path(home) / cache_subdir / name
    stem = name.removesuffix(".gz").removesuffix(".tar").removesuffix(".zip")
    # Where Keras puts them: programs build paths from these names.
    folder = path.with_name(stem if untar else f"{stem}_extracted")
    if untar:
        path = path.with_name(f"{stem}.tar.gz")
    file_hash = file_hash or md5_hash
    usable = path.is_file() and _has_hash(path, file_hash, hash_algorithm)
    if force_download or not usable:
        _download(origin, path)
        if not _has_hash(path, file_hash, hash_algorithm):
            path.unlink()
            raise FileFormatError(
                explain(
                    f"The file from {origin} is not the one that was meant.",
                    expected=f"the hash {file_hash}",
                    received="another one",
                    hint="check the address and the hash, then call it again.",
                )
            )
    if not (extract or untar):
        return str(path)
    if force_download or not usable or not folder.exists():
        _unpack(path, folder, archive_format)
    return str(folder)


def _download(origin: str, path: Path) -> None:
    # Not at the top: it would make up a tenth of `import edukeras`.
    from urllib.error import URLError
    from urllib.request import urlopen

    print(f"Downloading data from {origin}", flush=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with urlopen(origin) as source:
            data = source.read()
    except URLError as error:
        raise OSError(
            explain(
                f"{origin} could not be downloaded: {error.reason}.",
                hint=f"put the file there by hand: {path}",
            )
        ) from error
    with atomic_write(path) as file:
        file.write(data)


def _has_hash(path: Path, file_hash: str | None, algorithm: str) -> bool:
    if file_hash is None:
        return True
    if algorithm == "auto":
        algorithm = "sha256" if len(file_hash) == 64 else "md5"
    return hashlib.new(algorithm, path.read_bytes()).hexdigest() == file_hash.lower()


def _unpack(path: Path, folder: Path, archive_format: str) -> None:
    if archive_format in ("auto", "tar") and tarfile.is_tarfile(path):
        with tarfile.open(path) as tar:
            tar.extractall(folder, filter="data")  # nothing outside of the folder
    elif archive_format in ("auto", "zip") and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
    else:
        raise FileFormatError(
            explain(
                f"{path.name} cannot be unpacked.",
                expected="a tar or zip archive"
                if archive_format == "auto"
                else f"a {archive_format} archive",
            )
        )
