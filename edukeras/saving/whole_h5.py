"""Whole models in one `.h5` file: the format of Keras 2, which Keras 3 reads too.

model_config       attribute, JSON: the architecture
training_config    attribute, JSON: how it was compiled
model_weights      group: see legacy_h5
optimizer_weights  group: the optimizer's state
"""

from __future__ import annotations

import json
from typing import Any

from edukeras import registry
from edukeras.errors import FileFormatError, explain
from edukeras.saving import hdf5, legacy_h5
from edukeras.saving.assignments import Assignments
from edukeras.saving.atomic import atomic_write
from edukeras.saving.config_io import model_from_record, nonsense_means_wrong_format
from edukeras.saving.keras2_numerics import OWN_NAME
from edukeras.saving.layer_paths import is_model
from edukeras.saving.legacy_training import compile_config, read_optimizer
from edukeras.saving.versions import KERAS_VERSION, Era

_ONLY_IN_ARCHIVES = ("module", "registered_name", "build_config", "compile_config")


def save(model: Any, name: str, include_optimizer: bool) -> None:
    """Writes a whole model."""
    import h5py

    record = registry.serialize_keras_object(model)
    training = record.get("compile_config")
    with atomic_write(name) as target, h5py.File(target, "w") as file:
        file.attrs["keras_version"] = KERAS_VERSION
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(_without_modules(record))
        legacy_h5.write_weights(model, file.create_group("model_weights"))
        if training and include_optimizer:
            file.attrs["training_config"] = json.dumps(_training_config(training))
            if model.optimizer.built:
                group = file.create_group("optimizer_weights")
                legacy_h5.write_variables(group, model.optimizer.variables)


def _without_modules(record: dict[str, Any]) -> dict[str, Any]:
    """The record of a model; in this format layers have no module."""
    config = dict(record["config"])
    if "layers" in config:
        config["layers"] = [_without_modules(layer) for layer in config["layers"]]
    # An op is no layer: without its module nobody could find it again.
    is_op = str(record.get("module")).startswith("keras.src.ops")
    left_out = () if is_op else _ONLY_IN_ARCHIVES
    plain = {key: value for key, value in record.items() if key not in left_out}
    return {**plain, "config": config}


def _training_config(compiled: dict[str, Any]) -> dict[str, Any]:
    training = {key: _plain_records(value) for key, value in compiled.items()}
    training["optimizer_config"] = training.pop("optimizer")
    return training


def _plain_records(value: Any) -> Any:
    if registry.is_record(value):
        kept = ("class_name", "config", OWN_NAME)
        return {key: value[key] for key in kept if key in value}
    if isinstance(value, dict):
        return {key: _plain_records(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain_records(item) for item in value]
    return value


def load(name: str, compile: bool) -> Any:
    """Reads a whole model, written by any Keras."""
    with hdf5.open_for_reading(name, name) as file:
        config = _read_json(file, "model_config")
        weights = hdf5.find_group(file, "model_weights")
        if config is None or weights is None:
            raise FileFormatError(
                explain(
                    f'"{name}" holds no whole model.',
                    expected='an attribute "model_config", a group "model_weights"',
                    received=f"{sorted(file.attrs)[:10]}, {sorted(file)[:10]}",
                    hint="if these are only weights, build the model and call "
                    "model.load_weights.",
                )
            )
        era = Era.of_file(file)
        model = model_from_record(config, version=era.version, compile=False)
        assignments = Assignments()
        legacy_h5.plan_weights(
            model, weights, by_name=False, assignments=assignments, same_model=True
        )
        training = _read_json(file, "training_config")
        if compile and training is not None:
            _compile(model, file, training, era)
    assignments.carry_out()
    return model


def _read_json(file: Any, key: str) -> Any:
    text = hdf5.read_text(file, key)
    try:
        return None if text is None else json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f'The "{key}" of the file is no JSON: {error}') from error


def _compile(model: Any, file: Any, training: dict[str, Any], era: Era) -> None:
    """Compiles as the file says, and gives the optimizer its state."""
    names = [] if is_subclass(model) else model.output_names
    with nonsense_means_wrong_format():
        model.compile_from_config(compile_config(training, era, names))
        class_name = training["optimizer_config"]["class_name"]
        if not read_optimizer(model, file, era, class_name):
            print("load_model: the optimizer's state does not fit; it starts afresh.")


def is_subclass(model: Any) -> bool:
    """Whether a model has no graph, and so no names for its outputs."""
    return is_model(model) and not hasattr(model, "output_names")
