"""save_weights and load_weights: which layout, and the way around it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from edukeras.errors import FileFormatError, NotBuiltError, explain
from edukeras.saving import hdf5, legacy_h5, sharded, weights_h5
from edukeras.saving.assignments import Assignments
from edukeras.saving.atomic import atomic_write, may_write
from edukeras.saving.zips import ZipReader


def save_weights(
    model: Any,
    filepath: Any,
    overwrite: bool = True,
    max_shard_size: float | None = None,
    **kwargs: Any,
) -> None:
    """Writes the weights of a model.

    `x.weights.h5` gets the layout of Keras 3 (with the optimizer's state), every
    other name the one of Keras 2.

    Args:
        overwrite: whether to replace a file without asking.
        max_shard_size: the most GiB a file may hold; the weights then go to as many
            files as needed, next to the index `x.weights.json`.
    """
    import h5py

    refuse_arguments("save_weights", kwargs)
    path = filepath
    _require_built(model, "saved")
    if max_shard_size is not None:
        if may_write(sharded.index_path(path), overwrite):
            groups = weights_h5.weights_by_group(model)
            sharded.write_shards(path, groups, max_shard_size)
        return
    if not may_write(path, overwrite):
        return
    keras3 = os.fspath(path).endswith(".weights.h5")
    layout = weights_h5 if keras3 else legacy_h5
    with atomic_write(path) as target, h5py.File(target, "w") as file:
        layout.write_weights(model, file)


def load_weights(
    model: Any, path: Any, by_name: bool = False, skip_mismatch: bool = False
) -> None:
    """Reads the weights of a model, from any file of Keras that has some.

    The content decides about the layout, not the name.

    Args:
        by_name: fill the layers whose names occur in the file, and only those.
        skip_mismatch: leave out what does not fit and say so, instead of raising.
    """
    _require_built(model, "loaded")
    assignments = Assignments(skip_mismatch)
    optimizer = getattr(model, "optimizer", None)
    with open_weights(path, model) as file:
        if weights_h5.looks_like_keras3(file) and not legacy_h5.looks_like_legacy(file):
            weights_h5.plan_weights(model, file, by_name, assignments)
            # A fresh optimizer stays as it is: its rate was just chosen.
            if optimizer is not None and optimizer.built and not by_name:
                plan_optimizer(
                    optimizer, weights_h5.optimizer_datasets(file), assignments
                )
        else:
            legacy_h5.plan_weights(model, _legacy_group(file), by_name, assignments)
    if by_name and not assignments.pairs and not assignments.skipped:
        print("load_weights: no layer has the name of a layer in the file.")
    assignments.carry_out()


def loading_plan(model: Any, path: Any, by_name: bool = False) -> Assignments:
    """What `load_weights` would change, without changing it; what does not fit is
    listed in `skipped`."""
    _require_built(model, "loaded")
    plan = Assignments(skip_mismatch=True)
    with open_weights(path, model) as file:
        if weights_h5.looks_like_keras3(file) and not legacy_h5.looks_like_legacy(file):
            weights_h5.plan_weights(model, file, by_name, plan)
        else:
            legacy_h5.plan_weights(model, _legacy_group(file), by_name, plan)
    return plan


def refuse_arguments(function: str, given: dict[str, Any]) -> None:
    """For signatures that end in `**kwargs`, as Keras's do."""
    if given:
        raise TypeError(f"{function}() has no argument {next(iter(given))!r}.")


def plan_optimizer(optimizer: Any, datasets: list, assignments: Assignments) -> None:
    """Adds the optimizer's state, if the file has it for these very variables."""
    if not datasets:
        return
    variables = optimizer.variables
    expected = [variable.shape for variable in variables]
    if [hdf5.shape_of(dataset) for dataset in datasets] != expected:
        print(
            f'The state of the optimizer "{optimizer.name}" in the file is for other '
            "variables; the optimizer stays as it is."
        )
        return
    arrays = [hdf5.read_numbers(dataset) for dataset in datasets]
    assignments.pairs += zip(variables, arrays, strict=True)


@contextmanager
def open_weights(path: Any, model: Any) -> Iterator[Any]:
    """Opens the HDF5 file with the weights; inside a `.keras` file if need be."""
    name = check_is_file(path)
    if name.endswith(sharded.INDEX_SUFFIX):
        with sharded.open_shards(name) as shards:
            yield shards
    elif is_archive(name):
        with ZipReader(name) as archive:
            content = archive.weights_of(model)
        with hdf5.open_for_reading(content, name) as file:
            yield file
    else:
        check_is_hdf5(name)
        with hdf5.open_for_reading(name, name) as file:
            yield file


def check_is_file(path: Any) -> str:
    """The path as a string, if there is an ordinary file."""
    name = os.fspath(path)
    if not os.path.exists(name):
        folder = os.path.dirname(os.path.abspath(name))
        raise FileNotFoundError(
            explain(f'There is no file "{name}".', hint=f"os.listdir({folder!r}).")
        )
    if not os.path.isfile(name):
        raise FileFormatError(f'"{name}" is no file, but a folder or a device.')
    return name


def is_archive(name: str) -> bool:
    """Whether a file is a zip, as `.keras` files are (it may be a damaged one)."""
    with open(name, "rb") as file:
        return file.read(4) == b"PK\x03\x04"


def check_is_hdf5(name: str) -> None:
    """Raises a FileFormatError that says what the file is instead."""
    import h5py

    if h5py.is_hdf5(name):
        return
    with open(name, "rb") as file:
        start = file.read(200).lstrip()
    hint = None
    if not start:
        kind = "it is empty"
    elif start.startswith((b"{", b"backend:", b"class_name:")):
        kind = "it looks like an architecture, without weights"
        hint = "keras.models.model_from_json(text) or model_from_yaml(text)."
    elif start.startswith(b"version https://git-lfs"):
        kind = "it only says where Git LFS keeps the file"
        hint = "git lfs pull."
    else:
        kind = f"it begins with {start[:20]!r}"
    raise FileFormatError(
        explain(
            f'"{name}" is no file of Keras: {kind}.',
            expected="an HDF5 file (.weights.h5, .h5) or a .keras file",
            hint=hint,
        )
    )


def _legacy_group(file: Any) -> Any:
    """The group with the weights; files of whole models have one inside."""
    for group in (file, hdf5.find_group(file, "model_weights")):
        if group is not None and legacy_h5.looks_like_legacy(group):
            return group
    raise FileFormatError(
        explain(
            f'"{file.filename}" is an HDF5 file, but holds no weights of Keras.',
            expected='"layer_names", or groups "layers" and "vars"',
            received=f"groups {sorted(file)[:10]}",
        )
    )


def _require_built(model: Any, what: str) -> None:
    if not model.built:
        raise NotBuiltError(
            f'Model "{model.name}" has no weights yet, so they cannot be {what}. '
            "Try: call it on data, or model.build(input_shape), first."
        )
