"""Files that layers keep in a `.keras` archive, such as the words of a vocabulary.

    assets/layers/string_lookup/vocabulary.txt

A layer that has some writes them into a folder that it is given (`save_assets`) and
reads them from one (`load_assets`).  Both are folders of this process, which it removes
afterwards; names from the archive that lead out of the folder are refused.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from edukeras.errors import FileFormatError
from edukeras.saving.layer_paths import layer_paths
from edukeras.saving.zips import ZipReader

_LARGEST = 2**28  # bytes of all assets of a layer, unpacked


def save_assets(model: Any, archive: zipfile.ZipFile) -> None:
    """Adds what the layers of a model write."""
    for path, layer in layer_paths(model).items():
        if not hasattr(layer, "save_assets"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            layer.save_assets(folder)
            for file in sorted(Path(folder).rglob("*")):
                if file.is_file():
                    inside = file.relative_to(folder).as_posix()
                    archive.write(file, str(PurePosixPath("assets", path, inside)))


def load_assets(model: Any, archive: ZipReader) -> None:
    """Hands each layer its assets back."""
    for path, layer in layer_paths(model).items():
        if not hasattr(layer, "load_assets"):
            continue
        start = str(PurePosixPath("assets", path)) + "/"
        members = [name for name in archive.names() if name.startswith(start)]
        files = [name for name in members if not name.endswith("/")]
        if files:
            with tempfile.TemporaryDirectory() as folder:
                _unpack(archive, files, start, folder)
                layer.load_assets(folder)


def _unpack(archive: ZipReader, files: list[str], start: str, folder: str) -> None:
    left = _LARGEST
    for name in files:
        inside = name.removeprefix(start)
        parts = inside.split("/")
        if any(
            part in ("", ".", "..") or "\\" in part or ":" in part for part in parts
        ):
            raise FileFormatError(f'The archive has an asset of the name "{name}".')
        content = archive.read(name, left)
        left -= len(content)
        target = os.path.join(folder, *parts)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        Path(target).write_bytes(content)
