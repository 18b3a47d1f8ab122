"""Weights in several files, none larger than a limit: `save_weights(max_shard_size=)`.

    x.weights.json            which files there are, and what is in each
    x_00000.weights.h5        a part of the weights, in the layout of Keras 3
    x_00001.weights.h5        the next part

The index is written last: until then, an older one goes on being true.

Source: files written by Keras 3.15
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from edukeras.errors import FileFormatError, explain
from edukeras.saving import hdf5
from edukeras.saving.atomic import atomic_write

INDEX_SUFFIX = ".weights.json"
_GIB = 2**30
_LARGEST_INDEX = 64 * 2**20  # bytes


def index_path(path: Any) -> str:
    """The name of the index: `x.weights.json`, also for `x.weights.h5`."""
    name = os.fspath(path)
    for suffix in (INDEX_SUFFIX, ".weights.h5"):
        if name.endswith(suffix):
            return name.removesuffix(suffix) + INDEX_SUFFIX
    raise ValueError(
        explain(
            "Weights in several files have an index.",
            expected="a name that ends in .weights.json",
            received=repr(name),
        )
    )


# -- writing ------------------------------------------------------------------


def write_shards(
    path: Any, groups: list[tuple[str, str, dict[str, np.ndarray]]], size: float
) -> None:
    """Writes the weights and their index.

    Args:
        groups: (path in the file, name of the layer, its arrays) of each layer.
        size: the most that a file may hold, in GiB; a larger weight is alone in one.
    """
    if size <= 0:
        raise ValueError(
            explain("max_shard_size is a size in GiB.", received=repr(size))
        )
    index = index_path(path)
    shards = _distribute(groups, size * _GIB)
    stem = os.path.basename(index).removesuffix(INDEX_SUFFIX)
    weight_map: dict[str, list[str]] = {}
    for number, shard in enumerate(shards):
        name = f"{stem}_{number:05}.weights.h5"
        _write_shard(os.path.join(os.path.dirname(index), name), shard)
        for group, _, arrays in shard:
            if arrays:
                weight_map.setdefault(f"/{group}", []).append(name)
    total = sum(a.nbytes for _, _, arrays in groups for a in arrays.values())
    content = {"metadata": {"total_size": float(total)}, "weight_map": weight_map}
    with atomic_write(index) as file:
        file.write(json.dumps(content, indent=4).encode("utf-8"))


def _distribute(groups: list, limit: float) -> list[list]:
    """The same groups in order, cut where a file would become too large."""
    shards: list[list] = [[]]
    used = 0
    for group, name, arrays in groups:
        part: dict[str, np.ndarray] = {}
        shards[-1].append((group, name, part))
        for key, array in arrays.items():
            if used and used + array.nbytes > limit:
                part, used = {}, 0
                shards.append([(group, name, part)])
            part[key] = array
            used += array.nbytes
    return shards


def _write_shard(path: str, shard: list) -> None:
    import h5py

    with atomic_write(path) as target, h5py.File(target, "w") as file:
        for path_inside, name, arrays in shard:
            group = file.create_group(path_inside)
            group.attrs["name"] = name
            for key, array in arrays.items():
                hdf5.write_numbers(group, key, array)


# -- reading ------------------------------------------------------------------


class MergedGroup:
    """The groups of one path in several files, as if they were one."""

    def __init__(self, name: str, parts: list[Any]) -> None:
        self.name = name
        self.parts = parts

    @property
    def attrs(self) -> Any:
        named = [part.attrs for part in self.parts if "name" in part.attrs]
        return named[0] if named else self.parts[0].attrs

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(key for part in self.parts for key in part))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, key: str) -> bool:
        return any(key in part for part in self.parts)

    def find_dataset(self, key: str) -> Any:
        """The dataset of this name, from the file that has it."""
        for part in self.parts:
            if key in part:
                return hdf5.find_dataset(part, key)
        raise FileFormatError(f'No file has numbers at "{self.name}/{key}".')


class ShardedFile:
    """All the files of one index, open for reading."""

    attrs: dict[str, Any] = {}

    def __init__(self, filename: str, files: list[Any]) -> None:
        self.filename = filename
        self.files = files

    def find_group(self, path: str) -> MergedGroup | None:
        """The group at a path, of all files that have it."""
        parts = [hdf5.find_group(file, path) for file in self.files]
        found = [part for part in parts if part is not None]
        return MergedGroup(f"/{path}", found) if found else None


@contextmanager
def open_shards(index: str) -> Iterator[ShardedFile]:
    """Opens the files that an index names; they lie in its folder."""
    folder = os.path.dirname(index)
    with ExitStack() as stack:
        files = []
        for name in _names_in(index):
            path = os.path.join(folder, name)
            if not os.path.isfile(path):
                raise FileFormatError(
                    f'"{index}" names the file "{name}", which is not there.'
                )
            files.append(stack.enter_context(hdf5.open_for_reading(path, path)))
        yield ShardedFile(index, files)


def _names_in(index: str) -> list[str]:
    """The file names in an index, each once; no paths, which could lead elsewhere."""
    if os.path.getsize(index) > _LARGEST_INDEX:
        raise FileFormatError(f'"{index}" is too large for an index.')
    try:
        with open(index, encoding="utf-8") as file:
            entries = json.load(file)["weight_map"].values()
        names = [
            name
            for entry in entries
            for name in ([entry] if isinstance(entry, str) else entry)
        ]
        plain = all(os.path.basename(n) == n and n.endswith(".h5") for n in names)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FileFormatError(
            explain(
                f'"{index}" is no index of weights: {type(error).__name__}: {error}',
                expected='JSON with a "weight_map"',
            )
        ) from error
    if not plain:
        raise FileFormatError(f'"{index}" names files that are not next to it.')
    return list(dict.fromkeys(names))
