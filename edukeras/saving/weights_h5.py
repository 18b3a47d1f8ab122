"""The weights file of Keras 3, `x.weights.h5`; the same is inside `x.keras`.

    layers/dense/vars/0, 1      kernel and bias of the first Dense
    layers/dense_1/vars/...     of the second
    optimizer/vars/0, 1, ...    only if the model was compiled

`vars` has the layer's own variables, trainable ones first; `layer_paths` says where
a layer's group is.

Source: files written by Keras 3.15
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from edukeras.errors import FileFormatError, explain
from edukeras.layers.base import Layer
from edukeras.saving import hdf5
from edukeras.saving.assignments import Assignments
from edukeras.saving.layer_paths import layer_paths
from edukeras.saving.sharded import MergedGroup, ShardedFile
from edukeras.tensor import as_array

# Keras 2.13 to 2.15 wrote such files too, with another name for `layers`.
_LARGEST_STORE = 2**28  # bytes
_OLD_NAME_OF_LAYERS = "_layer_checkpoint_dependencies"


def looks_like_keras3(file: Any) -> bool:
    """Whether an open HDF5 file has this layout."""
    known = ("vars", "layers", _OLD_NAME_OF_LAYERS)
    return any(_find(file, name) is not None for name in known)


# -- writing ------------------------------------------------------------------


def write_weights(model: Any, file: Any, with_optimizer: bool = True) -> None:
    """Writes the weights, and the optimizer's state if there is one."""
    for path, name, arrays in weights_by_group(model, with_optimizer):
        group = file.create_group(path)
        group.attrs["name"] = name
        for key, array in arrays.items():
            hdf5.write_numbers(group, key, array)


def weights_by_group(
    model: Any, with_optimizer: bool = True
) -> list[tuple[str, str, dict[str, np.ndarray]]]:
    """(group in the file, name of the layer, its arrays by key), in order."""
    found = []
    for path, layer in layer_paths(model).items():
        found.append((f"{path}/vars".lstrip("/"), layer.name, _own_arrays(layer)))
    optimizer = getattr(model, "optimizer", None)
    if with_optimizer and optimizer is not None and optimizer.built:
        state = {str(k): v.array for k, v in enumerate(optimizer.variables)}
        found.append(("optimizer/vars", optimizer.name, state))
    return found


def _own_arrays(layer: Layer) -> dict[str, np.ndarray]:
    """A layer's own arrays: its variables, or what its `save_own_variables` says."""
    if not _has_own_way(layer, "save_own_variables"):
        return {str(k): v.array for k, v in enumerate(layer._own_variables())}
    store: dict[str, Any] = {}
    layer.save_own_variables(store)
    return {str(key): as_array(value) for key, value in store.items()}


def _has_own_way(layer: Layer, method: str) -> bool:
    return getattr(type(layer), method) is not getattr(Layer, method)


# -- reading ------------------------------------------------------------------


def plan_weights(
    model: Any, file: Any, by_name: bool, assignments: Assignments
) -> None:
    """Adds what the file says about the layers of the model."""
    if by_name:
        _plan_by_name(model, file, assignments)
        return
    paths = layer_paths(model)
    for path, layer in paths.items():
        _plan_layer(layer, file, path, assignments)
    _check_for_more_layers(file, paths, assignments)


def _plan_layer(layer: Layer, file: Any, path: str, assignments: Assignments) -> None:
    variables = layer._own_variables()
    group = _find(file, f"{path}/vars")
    if _has_own_way(layer, "load_own_variables"):
        if group is not None and len(group):
            store = {key: _bounded_numbers(group, key) for key in group}
            assignments.add_call(layer.load_own_variables, store)
        return
    datasets = [] if group is None else _datasets(group)
    # Layers without variables have, in some versions, random states in the file.
    if variables:
        assignments.add_layer(layer.name, variables, datasets)


def _plan_by_name(model: Any, file: Any, assignments: Assignments) -> None:
    """Fills the layers whose names occur in the file; files keep names as a note."""
    named = {}
    for path in _layer_groups(file):
        group = _find(file, f"{path}/vars")
        name = None if group is None else hdf5.read_text(group, "name")
        if name is not None:
            named[name] = path
    for layer in model.layers:
        if layer.name in named:
            for path, sublayer in layer_paths(layer).items():
                below = f"{named[layer.name]}/{path}"
                _plan_layer(sublayer, file, below, assignments)


def _check_for_more_layers(
    file: Any, paths: dict[str, Layer], assignments: Assignments
) -> None:
    """A layer in the file that the model lacks means another architecture."""
    expected = {path.split("/")[1] for path in paths if path.startswith("layers/")}
    if not expected:  # a layer, or a subclass that keeps its layers elsewhere
        return
    for path in _layer_groups(file):
        group = _find(file, f"{path}/vars")
        if path.split("/")[1] not in expected and group is not None and len(group):
            name = hdf5.read_text(group, "name") or path
            assignments.mismatch(
                f'layer "{name}" of the file',
                f'The file has weights for a layer "{name}" ("{path}") that the model '
                "does not have.",
            )


def _layer_groups(file: Any) -> list[str]:
    """The paths of the layers directly in the model."""
    layers = _find(file, "layers")
    return [] if layers is None else [f"layers/{name}" for name in layers]


def _find(file: Any, path: str) -> Any:
    if isinstance(file, ShardedFile):
        return file.find_group(path)
    group = hdf5.find_group(file, path)
    if group is None and "layers" in path.split("/"):
        parts = [_OLD_NAME_OF_LAYERS if p == "layers" else p for p in path.split("/")]
        group = hdf5.find_group(file, "/".join(parts))
    return group


def _datasets(group: Any) -> list:
    """The datasets "0", "1", ... of a `vars` group, all of them."""
    if any(str(number) not in group for number in range(len(group))):
        raise FileFormatError(
            explain(
                f'"{group.name}" in the file is damaged.',
                expected='datasets "0", "1", ...',
                received=sorted(group)[:10],
            )
        )
    return [_dataset(group, str(number)) for number in range(len(group))]


def _dataset(group: Any, key: str) -> Any:
    if isinstance(group, MergedGroup):
        return group.find_dataset(key)
    return hdf5.find_dataset(group, key)


def _bounded_numbers(group: Any, key: str) -> np.ndarray:
    """Numbers for a layer that reads them itself, so that nobody knows the shape."""
    dataset = _dataset(group, key)
    size = math.prod(hdf5.shape_of(dataset)) * dataset.dtype.itemsize
    if size > _LARGEST_STORE:
        raise FileFormatError(f'"{dataset.name}" announces an absurd size.')
    return hdf5.read_numbers(dataset)


def optimizer_datasets(file: Any) -> list:
    """The state of the optimizer, in its order; empty if there is none."""
    group = _find(file, "optimizer/vars")
    return [] if group is None else _datasets(group)
