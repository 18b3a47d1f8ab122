"""Reading `.keras` archives: only the members that are needed, and only small ones.

A zip can announce any size and be packed a thousand times smaller than it unpacks, so
sizes are compared with what the model can need before anything is unpacked.  Nothing
is ever written to disk under a name from the archive.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from typing import Any

from edukeras.errors import FileFormatError, explain

_LARGEST_CONFIG = 64 * 2**20  # bytes; real ones have kilobytes

# A weights file holds the weights, up to five numbers of an optimizer for each, and
# the names of groups.
_ROOM_PER_WEIGHT = 8
_ROOM_PER_LAYER = 2**14
_ROOM = 2**24

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    RuntimeError,  # a member that is encrypted
    NotImplementedError,  # an unknown compression
    ValueError,
    OverflowError,
)


class ZipReader:
    """A `.keras` file, open for reading."""

    def __init__(self, name: str) -> None:
        self.name = name
        try:
            self._file = zipfile.ZipFile(name)
        except _DAMAGE as error:
            raise FileFormatError(f'"{name}" is a damaged archive: {error}') from error

    def __enter__(self) -> ZipReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def names(self) -> list[str]:
        return self._file.namelist()

    def has(self, member: str) -> bool:
        return member in self._file.namelist()

    def read(self, member: str, limit: int) -> bytes:
        """The content of a member of at most so many bytes."""
        if not self.has(member):
            raise FileFormatError(
                explain(
                    f'"{self.name}" is an archive, but has no "{member}".',
                    received=f"members {self._file.namelist()[:10]}",
                    hint="is it a file that model.save wrote?",
                )
            )
        size = self._file.getinfo(member).file_size
        if size > limit:
            raise FileFormatError(
                explain(
                    f'"{member}" in "{self.name}" is too large for this model.',
                    expected=f"at most {limit} bytes",
                    received=f"{size} bytes",
                )
            )
        try:
            return self._file.read(member)
        except _DAMAGE as error:
            raise FileFormatError(
                f'"{member}" in "{self.name}" is damaged: {error}'
            ) from error

    def read_json(self, member: str) -> Any:
        """The content of a member, as JSON."""
        text = self.read(member, _LARGEST_CONFIG)
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise FileFormatError(
                f'"{member}" in "{self.name}" is no JSON: {error}'
            ) from error

    def weights_of(self, model: Any) -> io.BytesIO:
        """The HDF5 file with the weights of the model."""
        layers = model._flatten_layers()
        size = sum(variable.array.nbytes for variable in model.weights)
        limit = _ROOM + _ROOM_PER_LAYER * len(layers) + _ROOM_PER_WEIGHT * size
        return self.weights_file(limit)

    def weights_file(self, limit: int) -> io.BytesIO:
        """The HDF5 file with weights, of at most so many bytes."""
        if self.has("model.weights.npz") and not self.has("model.weights.h5"):
            raise FileFormatError(
                f'"{self.name}" keeps its weights as Python pickles, which could run '
                "any code. Try: save the model again with an up-to-date Keras."
            )
        return io.BytesIO(self.read("model.weights.h5", limit))
