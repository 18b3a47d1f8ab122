"""Data sets that are folders of files: one subfolder for each class."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from edukeras import config
from edukeras.data import PyDataset
from edukeras.errors import explain, unknown_name

_LABEL_MODES = ("int", "categorical", "binary")


@dataclass
class Folder:
    """The files in a folder, and what they show."""

    paths: list[str]
    labels: list | None  # the number of each file's class
    class_names: list[str] | None


def read_folder(
    directory: Any,
    labels: Any,
    endings: tuple[str, ...],
    class_names: Any,
    follow_links: bool,
    verbose: bool,
) -> Folder:
    """All files of some endings below a folder, in alphabetical order.

    Args:
        labels: "inferred": the subfolder of a file is its class; None; or a list with
            the label of each file.
        class_names: for "inferred": which subfolders to read, in which order.
    """
    if labels == "inferred":
        names = _subfolders(directory, class_names)
        found = [
            (path, i)
            for i, name in enumerate(names)
            for path in _files(os.path.join(directory, name), endings, follow_links)
        ]
        folder = Folder([path for path, _ in found], [i for _, i in found], names)
    else:
        folder = _folder_without_classes(
            list(_files(directory, endings, follow_links)), labels, class_names
        )
    if verbose:
        classes = ""
        if folder.class_names is not None:
            classes = f" belonging to {len(folder.class_names)} classes"
        print(f"Found {len(folder.paths)} files{classes}.")
    return folder


def _subfolders(directory: Any, class_names: Any) -> list[str]:
    entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    found = [e.name for e in entries if e.is_dir() and not e.name.startswith(".")]
    if class_names is None:
        return found
    if set(class_names) - set(found):
        raise ValueError(
            explain(
                "class_names are names of subfolders.",
                expected=f"some of {found}",
                received=f"{list(class_names)}",
            )
        )
    return list(class_names)


def _files(
    directory: Any, endings: tuple[str, ...], follow_links: bool
) -> Iterator[str]:
    walk = sorted(os.walk(directory, followlinks=follow_links))
    for root, _, names in walk:
        for name in sorted(names):
            if name.lower().endswith(endings):
                yield os.path.join(root, name)


def _folder_without_classes(paths: list[str], labels: Any, class_names: Any) -> Folder:
    if class_names is not None:
        raise ValueError(
            explain(
                "class_names are names of subfolders.",
                expected='labels="inferred"',
                received=f"labels={labels!r}",
            )
        )
    if labels is None:
        return Folder(paths, None, None)
    if not isinstance(labels, (list, tuple)) or len(labels) != len(paths):
        raise ValueError(
            explain(
                "labels are one whole number for each file, in the order of paths.",
                expected=f'a list of {len(paths)}, "inferred", or None',
                received=f"a list of {len(labels)}"
                if isinstance(labels, (list, tuple))
                else repr(labels),
            )
        )
    names = [str(label) for label in sorted(set(labels))]
    return Folder(paths, list(labels), names)


def shuffled(folder: Folder, seed: int) -> Folder:
    """The files in another order, that of Keras for this seed."""
    order = np.arange(len(folder.paths))
    np.random.RandomState(seed).shuffle(order)
    labels = folder.labels
    return Folder(
        [folder.paths[i] for i in order],
        None if labels is None else [labels[i] for i in order],
        folder.class_names,
    )


def part_of(folder: Folder, validation_split: float | None, subset: Any) -> Folder:
    """The files for training, or the last ones, for validation."""
    if not validation_split:
        return folder
    count = int(validation_split * len(folder.paths))
    cut = len(folder.paths) - count
    part = slice(None, cut) if subset == "training" else slice(cut, None)
    size = cut if subset == "training" else count
    print(f"Using {size} files for {subset}.")
    labels = folder.labels
    return Folder(
        folder.paths[part],
        None if labels is None else labels[part],
        folder.class_names,
    )


def check_arguments(
    label_mode: Any, validation_split: Any, subset: Any, shuffle: bool, seed: Any
) -> None:
    if label_mode is not None and label_mode not in _LABEL_MODES:
        raise unknown_name("label_mode", label_mode, _LABEL_MODES)
    if validation_split and not 0 < validation_split < 1:
        raise ValueError(
            explain(
                "validation_split is a share of the files.",
                expected="a number above 0 and below 1",
                received=f"{validation_split!r}",
            )
        )
    if bool(validation_split) != bool(subset):
        raise ValueError(
            explain(
                "validation_split and subset go together.",
                received=f"validation_split={validation_split!r}, subset={subset!r}",
                hint='validation_split=0.2, subset="training".',
            )
        )
    if subset not in ("training", "validation", "both", None):
        names = ("training", "validation", "both")
        raise unknown_name("subset", subset, names)
    if validation_split and shuffle and seed is None:
        raise ValueError(
            explain(
                "Training and validation files must not overlap.",
                received="shuffle=True, seed=None",
                hint="the same seed for both parts, or shuffle=False.",
            )
        )


class DirectoryDataset(PyDataset):
    """Batches of files, read when they are needed.

    Attributes:
        class_names: the names of the classes, in the order of their numbers.
        file_paths: the paths of the files.
    """

    def __init__(
        self,
        folder: Folder,
        read: Any,
        label_mode: str | None,
        batch_size: int | None,
        seed: int | None,
    ) -> None:
        super().__init__()
        self.class_names = folder.class_names
        self.file_paths = folder.paths
        self.labels = folder.labels if label_mode else None
        self.label_mode = label_mode
        self.batch_size = batch_size or 1
        self._read = read
        self._generator = None if seed is None else np.random.default_rng(seed)
        self._order = np.arange(len(folder.paths))
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        """Mixes the files, if they are to be."""
        if self._generator is not None:
            self._generator.shuffle(self._order)

    def __len__(self) -> int:
        return math.ceil(len(self.file_paths) / self.batch_size)

    def __getitem__(self, index: int) -> Any:
        if not 0 <= index < len(self):
            raise IndexError(index)  # ends `for batch in dataset`
        start = index * self.batch_size
        rows = self._order[start : start + self.batch_size]
        x = np.stack([self._read(self.file_paths[i]) for i in rows])
        if self.labels is None:
            return x
        return x, self._encoded(np.array([self.labels[i] for i in rows]))

    def _encoded(self, labels: np.ndarray) -> np.ndarray:
        if self.label_mode == "binary":
            return labels.astype("float32")[:, None]
        if self.label_mode == "categorical":
            return np.eye(len(self.class_names or []), dtype="float32")[labels]
        return labels.astype("int32")


def datasets_of(
    directory: Any,
    read: Any,
    endings: tuple[str, ...],
    *,
    labels: Any,
    label_mode: str | None,
    class_names: Any,
    batch_size: int | None,
    shuffle: bool,
    seed: int | None,
    validation_split: float | None,
    subset: str | None,
    follow_links: bool,
    verbose: bool,
) -> Any:
    """One data set, or with subset="both" two: training and validation."""
    check_arguments(label_mode, validation_split, subset, shuffle, seed)
    if labels is None or label_mode is None:
        labels = label_mode = None
    folder = read_folder(directory, labels, endings, class_names, follow_links, verbose)
    names = folder.class_names or []
    if label_mode == "binary" and len(names) != 2:
        raise ValueError(
            explain('label_mode="binary" is for 2 classes.', received=f"{names}")
        )
    if seed is None:
        seed = config.next_seed()
    if shuffle:
        folder = shuffled(folder, seed % 2**32)
    subsets = ("training", "validation") if subset == "both" else (subset,)
    found = []
    for name in subsets:
        part = part_of(folder, validation_split, name)
        if not part.paths:
            raise ValueError(
                explain(
                    f"There are no files{f' for {name}' if name else ''} in "
                    f"{os.fspath(directory)!r}.",
                    expected=f"names that end in {', '.join(endings)}",
                )
            )
        mixed = shuffle and not (subset == "both" and name == "validation")
        found.append(
            DirectoryDataset(
                part, read, label_mode, batch_size, seed if mixed else None
            )
        )
    return found if subset == "both" else found[0]
