"""A look at the text storage of an HDF5 file, before the HDF5 library reads it.

Texts of variable length lie in "global heap collections", blocks of records one after
the other; where a text belongs, there is its length, the address of the block and the
number of the record.  If a record has no length, the library never gets to the next
one; if a text is announced as longer than the file, it takes gigabytes of memory before
it notices (both seen with HDF5 2.0.0).  Files with such damage are refused here.

Source: HDF5 File Format Specification 3.0, section III.E
"""

from __future__ import annotations

import io
import mmap
import struct
from typing import Any

from edukeras.errors import FileFormatError

_BLOCK = struct.Struct("<4sB3xQ")  # "GCOL", version, size of the block
_RECORD = struct.Struct("<HHIQ")  # number, references, nothing, length of the text
_ADDRESS = struct.Struct("<Q")
_NUMBER = struct.Struct("<I")


def check_heaps(source: Any, name: str) -> None:
    """Raises a FileFormatError if the texts of a file are damaged.

    Args:
        source: the path of the file, or a BytesIO with its content.
        name: of the file, for the message.
    """
    if isinstance(source, io.BytesIO):
        damaged = _is_damaged(source.getvalue())
    else:
        with open(source, "rb") as file:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                damaged = _is_damaged(content)
    if damaged:
        raise FileFormatError(f'"{name}" is damaged: its texts cannot be read.')


def _is_damaged(content: bytes | mmap.mmap) -> bool:
    start = content.find(b"GCOL")
    while start >= 0:
        lengths = _lengths_in_block(content, start)
        if lengths is None or _asks_for_too_much(content, start, lengths):
            return True
        start = content.find(b"GCOL", start + 1)
    return False


def _lengths_in_block(content: bytes | mmap.mmap, start: int) -> dict[int, int] | None:
    """The length of each record; None if a record would never end."""
    if start + _BLOCK.size > len(content):
        return {}
    _, version, size = _BLOCK.unpack_from(content, start)
    end = start + size
    if version != 1 or end > len(content):  # no block, or one the library refuses
        return {}
    lengths: dict[int, int] = {}
    place = start + _BLOCK.size
    while place + _RECORD.size <= end:
        number, _, _, length = _RECORD.unpack_from(content, place)
        if number == 0:  # free space: its length counts these bytes, too
            if length == 0:
                return None
            place += length
        else:
            lengths[number] = length
            place += _RECORD.size + (length + 7) // 8 * 8
    return lengths


def _asks_for_too_much(
    content: bytes | mmap.mmap, start: int, lengths: dict[int, int]
) -> bool:
    """Whether something that points into the block expects more than the file has."""
    address = _ADDRESS.pack(start)
    place = content.find(address)
    while lengths and place >= 0:
        if _NUMBER.size <= place <= len(content) - _ADDRESS.size - _NUMBER.size:
            (expected,) = _NUMBER.unpack_from(content, place - _NUMBER.size)
            (number,) = _NUMBER.unpack_from(content, place + _ADDRESS.size)
            if number in lengths and expected > len(content):
                return True
        place = content.find(address, place + 1)
    return False
