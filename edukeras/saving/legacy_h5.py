"""The weights layout of Keras 2: files of their own, and a group of `model.h5` files.

    /            layer_names = ["dense_1", "dropout_1", ...]
    /dense_1     weight_names = ["dense_1/kernel:0", "dense_1/bias:0"]
    /dense_1/dense_1/kernel:0   the numbers

The lists of names are attributes, and they alone give the order.  The weights of a
layer are its trainable ones, then the others.

Source: files written by Keras 2.2, tf-keras 2.21 and Keras 3.15
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from edukeras.errors import ShapeError, explain
from edukeras.layers.base import Layer
from edukeras.saving import hdf5
from edukeras.saving.assignments import Assignments
from edukeras.saving.layer_paths import is_model
from edukeras.saving.versions import KERAS_VERSION, Era
from edukeras.tensor import Variable

_OWN_WEIGHTS_OF_THE_MODEL = "top_level_model_weights"

# Keras 2 on Theano stored these kernels turned by half a circle.
_CONVOLUTIONS = frozenset(
    {"Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "ConvLSTM2D"}
)


def looks_like_legacy(group: Any) -> bool:
    """Whether an open HDF5 file or group has this layout."""
    return hdf5.has_names(group, "layer_names")


def legacy_variables(layer: Layer, era: Era) -> list[Variable]:
    """The variables of a layer, in the order of these files.

    Frozen weights count as not trainable.  Keras 2.2 differs: a frozen model inside
    a model still has its trainable weights first.
    """
    if era.multi_backend and is_model(layer) and not layer._trainable:
        return sorted(layer.weights, key=lambda v: not v.trainable)
    return layer.trainable_weights + layer.non_trainable_weights


# -- writing ------------------------------------------------------------------


def write_weights(model: Any, group: Any) -> None:
    """Writes the weights of all layers."""
    hdf5.write_names(group, "layer_names", [layer.name for layer in model.layers])
    group.attrs["backend"] = b"tensorflow"  # whose order of axes these are
    group.attrs["keras_version"] = KERAS_VERSION.encode()
    for layer in model.layers:
        variables = legacy_variables(layer, Era.of_today())
        write_variables(group.create_group(layer.name), variables, suffix=":0")
    own = group.create_group(_OWN_WEIGHTS_OF_THE_MODEL)
    write_variables(own, model._own_variables(), suffix=":0")


def write_variables(
    group: Any, variables: Iterable[Variable], suffix: str = ""
) -> None:
    """Writes variables as datasets, and the list of their names as an attribute."""
    names: list[str] = []
    for variable in variables:
        name, number = variable.path + suffix, 1
        while name in names:  # two cells of one layer may have the same name
            name, number = f"{variable.path}_{number}{suffix}", number + 1
        names.append(name)
        hdf5.write_numbers(group, name, variable.array)
    hdf5.write_names(group, "weight_names", names)


# -- reading ------------------------------------------------------------------


def read_datasets(group: Any) -> list:
    """The datasets that `weight_names` lists, in that order."""
    names = hdf5.read_names(group, "weight_names")
    return [hdf5.find_dataset(group, name) for name in names]


def plan_weights(
    model: Any,
    file: Any,
    by_name: bool,
    assignments: Assignments,
    same_model: bool = False,
) -> None:
    """Adds what the file says about the layers of the model.

    Args:
        by_name: fill the layers whose names occur in the file, and only those.
        same_model: the model was made from the config in the same file.
    """
    era = Era.of_file(file)
    stored = {
        name: read_datasets(hdf5.find_group(file, name) or _no_group(name))
        for name in hdf5.read_names(file, "layer_names")
    }
    if by_name:
        pairs = [(x, stored[x.name]) for x in model.layers if x.name in stored]
    else:
        pairs = _by_position(model, stored, same_model)
        _plan_own_weights(model, file, assignments)
    for layer, datasets in pairs:
        start = len(assignments.pairs)
        variables = legacy_variables(layer, era)
        assignments.add_layer(layer.name, variables, datasets)
        if hdf5.read_text(file, "backend") == "theano":
            turned = _convolution_kernels(layer)
            assignments.pairs[start:] = [
                (v, _turn(array) if id(v) in turned else array)
                for v, array in assignments.pairs[start:]
            ]


def _no_group(name: str) -> Any:
    raise ShapeError(f'The file lists a layer "{name}", but has no weights for it.')


def _by_position(
    model: Any, stored: dict[str, list], same_model: bool
) -> list[tuple[Layer, list]]:
    """The k-th layer with weights of the file is for the k-th of the model."""
    layers = [layer for layer in model.layers if layer.weights]
    filled = {name: datasets for name, datasets in stored.items() if datasets}
    if len(layers) != len(filled):
        raise ShapeError(
            explain(
                "The file has another number of layers with weights than the model. "
                "Nothing was changed.",
                expected=f"{len(layers)} layers: {[layer.name for layer in layers]}",
                received=f"{len(filled)} layers: {list(filled)}"[:500],
                hint="by_name=True fills only the layers of the same name.",
            )
        )
    # Old Kerases list the layers of a graph in an order that is not always ours.
    if same_model and {layer.name for layer in layers} == set(filled):
        return [(layer, filled[layer.name]) for layer in layers]
    return list(zip(layers, filled.values(), strict=True))


def _plan_own_weights(model: Any, file: Any, assignments: Assignments) -> None:
    """Weights that belong to no layer, but to the model itself."""
    own = model._own_variables()
    group = hdf5.find_group(file, _OWN_WEIGHTS_OF_THE_MODEL)
    datasets = [] if group is None else read_datasets(group)
    if own or datasets:
        assignments.add_layer(model.name, own, datasets)


def _convolution_kernels(layer: Layer) -> set[int]:
    return {
        id(variable)
        for sublayer in layer._flatten_layers()
        if type(sublayer).__name__ in _CONVOLUTIONS
        for variable in sublayer._own_variables()
        if variable.ndim > 2
    }


def _turn(kernel: np.ndarray) -> np.ndarray:
    """Turns a kernel (spatial axes ..., in, out) by half a circle."""
    return np.flip(kernel, axis=tuple(range(kernel.ndim - 2)))
