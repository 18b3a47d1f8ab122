"""Which Keras wrote a file, as far as it matters for reading it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edukeras.saving import hdf5

# The version whose formats edukeras writes, and says so in its files.
KERAS_VERSION = "3.15.1"


@dataclass(frozen=True)
class Era:
    """A version of Keras.

    >>> Era("2.2.4").multi_backend, Era("2.2.4-tf").multi_backend, Era("3.0").keras2
    (True, False, False)
    """

    version: str

    @classmethod
    def of_today(cls) -> Era:
        return cls(KERAS_VERSION)

    @classmethod
    def of_file(cls, file: Any) -> Era:
        """From the attribute of an HDF5 file or group."""
        return cls(hdf5.read_text(file, "keras_version") or KERAS_VERSION)

    @property
    def keras2(self) -> bool:
        """Keras 1 and 2, be it the package or a part of TensorFlow."""
        return self.version.split(".")[0] in ("1", "2")

    @property
    def multi_backend(self) -> bool:
        """Keras up to 2.3, the package with its own numbers: not TensorFlow's."""
        early = self.version.startswith(("1.", "2.0.", "2.1.", "2.2.", "2.3."))
        return early and not self.version.endswith("-tf")
