"""KerasFileEditor: look at the weights in a file, rename, delete and add some.

    layers/dense/vars/0        in the file
    layers/dense, "0"          the object and its weight here

Nothing in the file is run and nothing in it is changed: `save` writes a new one.

Source: https://keras.io/api/saving/keras_file_editor/
"""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from edukeras.errors import FileFormatError, explain, nearest
from edukeras.saving import hdf5, weights_h5
from edukeras.saving.atomic import atomic_write
from edukeras.saving.weights import check_is_file, check_is_hdf5, is_archive
from edukeras.saving.zips import ZipReader
from edukeras.tensor import as_array

_LARGEST = 2**33  # bytes of all weights, unpacked

# An object: its weights by key ("0", "1" ...) and the objects below it by name.
Tree = dict[str, Any]


class KerasFileEditor:
    """The weights of a `.weights.h5` or `.keras` file, to be looked at and changed.

    An object is named by its path ("layers/dense"), or by its last part where that is
    the only one of this name.

    Args:
        filepath: the file; it stays as it is.

    Attributes:
        weights_dict: objects and weights, as nested dicts of arrays.
    """

    def __init__(self, filepath: Any) -> None:
        self.filepath = check_is_file(filepath)
        self.metadata: dict[str, Any] = {}
        self.config: Any = None
        # Files keep the name of the layer next to its weights.
        self._names: dict[tuple[str, ...], str] = {}
        self.weights_dict: Tree = {}
        if is_archive(self.filepath):
            with ZipReader(self.filepath) as archive:
                self.config = archive.read_json("config.json")
                if archive.has("metadata.json"):
                    self.metadata = archive.read_json("metadata.json")
                content: Any = archive.weights_file(_LARGEST)
        else:
            check_is_hdf5(self.filepath)
            content = self.filepath
        with hdf5.open_for_reading(content, self.filepath) as file:
            if not weights_h5.looks_like_keras3(file):
                raise FileFormatError(
                    explain(
                        f'"{self.filepath}" is not in the layout of Keras 3.',
                        expected="a .weights.h5 or .keras file",
                        received=f"groups {sorted(file)[:10]}",
                    )
                )
            self._left = _LARGEST
            self.weights_dict = self._read(file, ())

    def _read(self, group: Any, path: tuple[str, ...]) -> Tree:
        import h5py

        found: Tree = {}
        for key in sorted(group, key=_in_number_order):
            node = hdf5.find(group, key)
            if isinstance(node, h5py.Dataset):
                found[key] = self._read_array(group, key)
            elif key == "vars":
                name = hdf5.read_text(node, "name")
                if name is not None:
                    self._names[path] = name
                found |= self._read(node, path)
            elif below := self._read(node, (*path, key)):
                found[key] = below
        return found

    def _read_array(self, group: Any, key: str) -> np.ndarray:
        dataset = hdf5.find_dataset(group, key)
        size = int(np.prod(hdf5.shape_of(dataset))) * dataset.dtype.itemsize
        self._left -= size
        if self._left < 0:
            raise FileFormatError(f'"{dataset.name}" announces an absurd size.')
        return hdf5.read_numbers(dataset)

    # -- looking --------------------------------------------------------------

    def summary(self) -> None:
        """Prints the objects and the shapes of their weights."""
        print(self.text())

    weights_summary = summary

    def text(self) -> str:
        """What `summary` prints."""
        lines = [f'File "{os.path.basename(self.filepath)}"']
        version = self.metadata.get("keras_version")
        if version:
            lines.append(f"Saved with Keras {version}")
        return "\n".join([*lines, "Weights", *_tree_lines(self.weights_dict, "")])

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        title = html.escape(os.path.basename(self.filepath))
        return f"<div><b>{title}</b>{_tree_html(self.weights_dict)}</div>"

    def compare(self, reference_model: Any) -> dict[str, Any]:
        """Says where the file and a model differ; returns the counts.

        Returns:
            {"status": "success" or "error", "error_count", "match_count": weights}.
        """
        expected = _tree_of(reference_model)
        errors: list[str] = []
        matches = _compare(self.weights_dict, expected, "", errors)
        for error in errors:
            print(error)
        if errors:
            print(f"{len(errors)} difference(s): the file does not fit the model.")
        else:
            print(f"The file fits the model: {matches} weights of the same shapes.")
        return {
            "status": "error" if errors else "success",
            "error_count": len(errors),
            "match_count": matches,
        }

    # -- changing -------------------------------------------------------------

    def rename_object(self, object_name: str, new_name: str) -> None:
        """Gives an object another name; it keeps its place."""
        if not new_name or "/" in new_name:
            raise ValueError(f"A new name is one part of a path, not {new_name!r}.")
        parent, name, path = self._find(object_name)
        if new_name in parent:
            raise ValueError(
                f'There is a "{new_name}" next to "{object_name}" already.'
            )
        renamed = {new_name if key == name else key: parent[key] for key in parent}
        parent.clear()
        parent.update(renamed)
        self._move_names(path, (*path[:-1], new_name))

    def delete_object(self, object_name: str) -> None:
        """Takes an object out, with its weights and all objects below it."""
        parent, name, path = self._find(object_name)
        del parent[name]
        self._move_names(path, None)

    def add_object(self, object_path: str, weights: Mapping[str, Any]) -> None:
        """Adds an object at a path, such as "layers/dense_2".

        Args:
            weights: its arrays by key: {"0": kernel, "1": bias}.
        """
        *above, name = _parts(object_path)
        node = self.weights_dict
        for part in above:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                raise ValueError(f'"{part}" in "{object_path}" is a weight.')
        if name in node:
            raise ValueError(f'There is an object "{object_path}" already.')
        node[name] = _as_arrays(weights)

    def add_weights(self, object_name: str, weights: Mapping[str, Any]) -> None:
        """Adds weights to an object, or replaces those of the same keys."""
        parent, name, _ = self._find(object_name)
        parent[name] |= _as_arrays(weights)

    def delete_weight(self, object_name: str, weight_name: str) -> None:
        """Takes one weight of an object out."""
        parent, name, _ = self._find(object_name)
        if not isinstance(parent[name].get(weight_name), np.ndarray):
            known = [k for k, v in parent[name].items() if isinstance(v, np.ndarray)]
            raise ValueError(
                explain(
                    f'"{object_name}" has no weight {weight_name!r}.',
                    expected=f"one of {', '.join(known)}" if known else None,
                )
            )
        del parent[name][weight_name]

    def _find(self, object_name: str) -> tuple[Tree, str, tuple[str, ...]]:
        """The dict that holds an object, its key there, and its path."""
        parts = tuple(_parts(object_name))
        found = [
            (parent, path)
            for parent, path in _objects(self.weights_dict)
            if path == parts or (len(parts) == 1 and path[-1] == parts[0])
        ]
        exact = [entry for entry in found if entry[1] == parts]
        found = exact or found
        if len(found) == 1:
            parent, path = found[0]
            return parent, path[-1], path
        names = ["/".join(path) for _, path in (found or _objects(self.weights_dict))]
        what = "several objects" if found else "no object"
        raise ValueError(
            explain(
                f"The file has {what} {object_name!r}. "
                f"{nearest(object_name, [n.split('/')[-1] for n in names])}".rstrip(),
                expected=f"a path, one of {', '.join(names[:20])}",
            )
        )

    def _move_names(self, path: tuple[str, ...], new: tuple[str, ...] | None) -> None:
        below = [key for key in self._names if key[: len(path)] == path]
        for key in below:
            name = self._names.pop(key)
            if new is not None:
                self._names[(*new, *key[len(path) :])] = name

    # -- writing --------------------------------------------------------------

    def save(self, filepath: Any) -> None:
        """Writes all weights to a new `.weights.h5` file."""
        import h5py

        if not os.fspath(filepath).endswith(".weights.h5"):
            raise ValueError(
                explain(
                    "The editor writes weights.",
                    expected="a name that ends in .weights.h5",
                    received=repr(os.fspath(filepath)),
                )
            )
        with atomic_write(filepath) as target, h5py.File(target, "w") as file:
            self._write(file, self.weights_dict, ())

    resave_weights = save

    def _write(self, file: Any, tree: Tree, path: tuple[str, ...]) -> None:
        group = file.require_group("/".join((*path, "vars")))
        if path in self._names:
            group.attrs["name"] = self._names[path]
        for key, value in tree.items():
            if isinstance(value, dict):
                self._write(file, value, (*path, key))
            else:
                hdf5.write_numbers(group, key, value)


def _parts(path: str) -> list[str]:
    parts = [part for part in path.split("/") if part]
    if not parts:
        raise ValueError(f"A path such as 'layers/dense' is needed, not {path!r}.")
    return parts


def _as_arrays(weights: Mapping[str, Any]) -> Tree:
    return {str(key): np.array(as_array(value)) for key, value in weights.items()}


def _in_number_order(key: str) -> tuple[int, int, str]:
    return (0, int(key), "") if key.isdecimal() else (1, 0, key)


def _objects(tree: Tree, path: tuple[str, ...] = ()) -> list[tuple[Tree, tuple]]:
    """(the dict that holds it, its path) of all objects."""
    found = []
    for key, value in tree.items():
        if isinstance(value, dict):
            found += [(tree, (*path, key)), *_objects(value, (*path, key))]
    return found


def _tree_of(model: Any) -> Tree:
    """The tree that a model would have in a file."""
    tree: Tree = {}
    for group, _, arrays in weights_h5.weights_by_group(model):
        node = tree
        for part in group.split("/")[:-1]:
            node = node.setdefault(part, {})
        node |= arrays
    return _without_empty(tree)


def _without_empty(tree: Tree) -> Tree:
    kept = {k: _without_empty(v) if isinstance(v, dict) else v for k, v in tree.items()}
    return {k: v for k, v in kept.items() if not isinstance(v, dict) or v}


def _compare(found: Tree, expected: Tree, path: str, errors: list[str]) -> int:
    """Adds what differs to `errors`; returns the number of equal shapes."""
    matches = 0
    for key in dict.fromkeys([*expected, *found]):
        place = f"{path}/{key}"
        kind = "Object" if isinstance(found.get(key, expected.get(key)), dict) else (
            "Weight"
        )  # fmt: skip
        if key not in found:
            errors.append(f"{kind} {place}: in the model, not in the file.")
        elif key not in expected:
            errors.append(f"{kind} {place}: in the file, not in the model.")
        else:
            ours, theirs = found[key], expected[key]
            if isinstance(ours, dict) and isinstance(theirs, dict):
                matches += _compare(ours, theirs, place, errors)
            elif isinstance(ours, dict) or isinstance(theirs, dict):
                errors.append(f"{place}: an object on one side, a weight on the other.")
            elif ours.shape != theirs.shape:
                errors.append(
                    f"Weight {place}: shape {ours.shape} in the file, {theirs.shape} "
                    "in the model."
                )
            else:
                matches += 1
    return matches


def _described(array: np.ndarray) -> str:
    return f"shape {array.shape}, {array.dtype.name}"


def _tree_lines(tree: Tree, indent: str) -> list[str]:
    lines = []
    for number, (key, value) in enumerate(tree.items(), start=1):
        last = number == len(tree)
        branch = "└─ " if last else "├─ "
        if isinstance(value, dict):
            lines.append(f"{indent}{branch}{key}")
            lines += _tree_lines(value, indent + ("   " if last else "│  "))
        else:
            lines.append(f"{indent}{branch}{key}: {_described(value)}")
    return lines


def _tree_html(tree: Tree) -> str:
    items = []
    for key, value in tree.items():
        name = f"<b>{html.escape(key)}</b>"
        if isinstance(value, dict):
            below = _tree_html(value)
            items.append(
                f"<li><details open><summary>{name}</summary>{below}</details>"
            )
        else:
            items.append(f"<li>{name}: {html.escape(_described(value))}")
    return f'<ul style="list-style: none">{"</li>".join(items)}</li></ul>'
