"""Reading HDF5 files that come from anywhere, and the attributes Keras uses.

A file may be damaged, or made to do harm: links to other files, sizes that do not
fit into memory, filters that load foreign code.  All reading goes through here: only
plain datasets inside the file, and only of the expected shape.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from edukeras.errors import EdukerasError, FileFormatError, explain
from edukeras.saving.hdf5_heaps import check_heaps
from edukeras.tensor import numpy_dtype

# What h5py raises on a damaged file, depending on where the damage is.
DAMAGE = (
    OSError,
    RuntimeError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    MemoryError,
    NotImplementedError,
    SystemError,
)

# gzip, shuffle, checksum, lzf: the filters that h5py itself brings along.
_HARMLESS_FILTERS = frozenset({1, 2, 3, 32000})

# An attribute must fit into an object header of 64 KiB (Keras's own margin).
_LARGEST_ATTRIBUTE = 64512
_MOST_NAMES = 2**20


@contextmanager
def damage_means_wrong_format(name: str) -> Iterator[None]:
    """Turns what reading a damaged file raises into a FileFormatError."""
    try:
        yield
    except EdukerasError:
        raise
    except DAMAGE as error:
        message = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileFormatError(f'"{name}" cannot be read: {message}') from error


@contextmanager
def open_for_reading(source: Any, name: str) -> Iterator[Any]:
    """Opens an HDF5 file, or bytes of one; `name` is for messages."""
    import h5py

    check_heaps(source, name)
    with damage_means_wrong_format(name), h5py.File(source, "r") as file:
        yield file


def find(group: Any, path: str) -> Any:
    """The group or dataset at a path below a group; None if there is none."""
    import h5py

    node = group
    for part in filter(None, path.split("/")):
        if not isinstance(node, h5py.Group):
            return None
        link = node.get(part, getlink=True)
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise FileFormatError(
                f'"{path}" in the file is a link to somewhere else. Links are not '
                "followed: they could lead out of the file."
            )
        node = node[part]
    return node


def find_group(group: Any, path: str) -> Any:
    """The group at a path below a group; None if there is none."""
    import h5py

    found = find(group, path)
    return found if isinstance(found, h5py.Group) else None


def find_dataset(group: Any, path: str) -> Any:
    """The dataset at a path below a group; an error if it is missing or unsafe."""
    import h5py

    found = find(group, path)
    if not isinstance(found, h5py.Dataset):
        raise FileFormatError(f'The file has no numbers at "{group.name}/{path}".')
    if found.is_virtual or found.external:
        raise FileFormatError(
            f'The numbers of "{found.name}" are kept in another file, which is not '
            "opened."
        )
    plan = found.id.get_create_plist()
    filters = {plan.get_filter(i)[0] for i in range(plan.get_nfilters())}
    if not filters <= _HARMLESS_FILTERS:
        raise FileFormatError(f'"{found.name}" is compressed in an unknown way.')
    return found


def shape_of(dataset: Any) -> tuple[int, ...]:
    """The declared shape; a dataset without any ("null") is an error."""
    if dataset.shape is None:
        raise FileFormatError(f'"{dataset.name}" is empty.')
    return tuple(dataset.shape)


def read_numbers(dataset: Any) -> np.ndarray:
    """The values.  Compare `shape_of` with what is expected first: that bounds the
    memory that reading takes."""
    if dataset.chunks and math.prod(dataset.chunks) > max(2 * dataset.size, 2**20):
        raise FileFormatError(f'"{dataset.name}" is stored in pieces of absurd size.')
    # Keras stores bfloat16 as two bytes without a meaning, and notes what they are.
    is_void = dataset.dtype.kind == "V" and dataset.dtype.itemsize == 2
    if is_void and read_text(dataset, "dtype") == "bfloat16":
        return dataset[()].view(numpy_dtype("bfloat16"))
    if dataset.dtype.kind not in "fiub":
        raise FileFormatError(f'"{dataset.name}" holds {dataset.dtype}, not numbers.')
    return np.asarray(dataset[()])


def write_numbers(group: Any, path: str, array: np.ndarray) -> None:
    """Writes a dataset; groups on the way are made."""
    dataset = group.create_dataset(path, data=array)
    if array.dtype.name == "bfloat16":
        dataset.attrs["dtype"] = "bfloat16"


# -- attributes ---------------------------------------------------------------


def _read_attribute(group: Any, key: str) -> Any:
    """The value of an attribute: a text, or a list of texts."""
    import h5py

    attribute = group.attrs.get_id(key)
    size = 0 if attribute.shape is None else math.prod(attribute.shape)
    # An empty list of names is stored as an array of no numbers.
    if size and h5py.check_string_dtype(attribute.dtype) is None:
        raise FileFormatError(f'The attribute "{key}" of the file is no text.')
    if size > _MOST_NAMES:
        raise FileFormatError(f'The attribute "{key}" has an absurd size.')
    return group.attrs[key]


def as_text(value: Any) -> str:
    """A text from an attribute; h5py 2 and 3 wrote them differently."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, str):
        return value
    raise FileFormatError(f"An attribute should be a text, but is {value!r:.100}.")


def read_text(group: Any, key: str) -> str | None:
    """An attribute that is a string; None if there is none."""
    return as_text(_read_attribute(group, key)) if key in group.attrs else None


def has_names(group: Any, key: str) -> bool:
    """Whether there is a list of names, in one piece or several."""
    return key in group.attrs or f"{key}0" in group.attrs


def read_names(group: Any, key: str) -> list[str]:
    """A list of names, such as `layer_names`: one attribute, or key0, key1, ..."""
    if key in group.attrs:
        pieces = [_read_attribute(group, key)]
    else:
        pieces = []
        while f"{key}{len(pieces)}" in group.attrs:
            pieces.append(_read_attribute(group, f"{key}{len(pieces)}"))
    if not pieces:
        raise FileFormatError(
            explain(
                f'The file has no "{key}" at "{group.name}".',
                hint="was it written by save_weights?",
            )
        )
    return [as_text(name) for piece in pieces for name in np.atleast_1d(piece)]


def write_names(group: Any, key: str, names: Iterable[str]) -> None:
    """Writes a list of names, in as many pieces as the format needs."""
    encoded = [name.encode("utf-8") for name in names]
    longest = max(map(len, encoded), default=1)
    if longest > _LARGEST_ATTRIBUTE:
        raise ValueError(
            explain(
                "A name is too long for a file.",
                expected=f"at most {_LARGEST_ATTRIBUTE} bytes",
                received=f"{longest} bytes, {max(encoded, key=len)[:40]!r}...",
            )
        )
    array = np.array(encoded, dtype=f"S{max(longest, 1)}")
    if array.nbytes <= _LARGEST_ATTRIBUTE:
        group.attrs[key] = array
        return
    count = 2
    while any(p.nbytes > _LARGEST_ATTRIBUTE for p in np.array_split(array, count)):
        count += 1
    for number, piece in enumerate(np.array_split(array, count)):
        group.attrs[f"{key}{number}"] = piece
