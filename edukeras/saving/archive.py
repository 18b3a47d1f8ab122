"""Whole models: save_model and load_model, for `.keras` archives and `.h5` files.

    x.keras     a zip with config.json, model.weights.h5, metadata.json and assets/
    x.h5        HDF5 with the attribute model_config and the group model_weights

Source: https://keras.io/api/models/model_saving_apis/model_saving_and_loading/
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from edukeras import registry
from edukeras.errors import FileFormatError, UnknownNameError, explain
from edukeras.saving import assets, hdf5, weights_h5, whole_h5
from edukeras.saving.assignments import Assignments
from edukeras.saving.atomic import atomic_write, may_write
from edukeras.saving.config_io import model_from_record, nonsense_means_wrong_format
from edukeras.saving.legacy_config import modernize
from edukeras.saving.legacy_training import compile_config
from edukeras.saving.versions import KERAS_VERSION, Era
from edukeras.saving.weights import (
    check_is_file,
    check_is_hdf5,
    is_archive,
    plan_optimizer,
)
from edukeras.saving.zips import ZipReader


def save_model(
    model: Any,
    filepath: Any,
    overwrite: bool = True,
    include_optimizer: bool = True,
) -> None:
    """Writes a model: architecture, weights, how it was compiled, optimizer state.

    Args:
        filepath: ends in `.keras`, or in `.h5` for the format of Keras 2.
        overwrite: whether to replace a file without asking.
        include_optimizer: whether to write what training needs to go on.
    """
    name = os.fspath(filepath)
    if not name.endswith((".keras", ".h5", ".hdf5")):
        raise ValueError(
            explain(
                "The name of the file says in which format to save a model.",
                expected="a name that ends in .keras, or in .h5",
                received=repr(name),
                hint=f'model.save("{name}.keras").',
            )
        )
    if not may_write(name, overwrite):
        return
    if name.endswith(".keras"):
        _save_archive(model, name, include_optimizer)
    else:
        whole_h5.save(model, name, include_optimizer)


def load_model(
    filepath: Any,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """The model in a file of any Keras, ready to predict and to train on.

    Args:
        custom_objects: own classes and functions by name, if the model uses any.
        compile: whether to compile it as it was.
        safe_mode: as in Keras; code in a file is never run in either mode.
    """
    name = check_is_file(filepath)
    with _errors_name(name), registry.custom_object_scope(custom_objects):
        if is_archive(name):
            return _load_archive(name, compile)
        check_is_hdf5(name)
        return whole_h5.load(name, compile)


@contextmanager
def _errors_name(name: str) -> Iterator[None]:
    """Puts the name of the file before what is wrong with it."""
    try:
        yield
    except UnknownNameError as error:
        raise UnknownNameError(f'"{name}" cannot be loaded: {error}') from error
    except ValueError as error:
        if name in str(error):
            raise
        raise FileFormatError(f'"{name}" cannot be loaded: {error}') from error


# -- .keras -------------------------------------------------------------------


def _save_archive(model: Any, name: str, include_optimizer: bool) -> None:
    import h5py

    record = registry.serialize_keras_object(model)
    if not include_optimizer:
        record.pop("compile_config", None)
    metadata = {
        "keras_version": KERAS_VERSION,
        "date_saved": f"{datetime.now():%Y-%m-%d@%H:%M:%S}",
    }
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        weights_h5.write_weights(model, file, include_optimizer)
    # Stored, not packed: weights are noise, which packing does not make smaller.
    with atomic_write(name) as target, zipfile.ZipFile(target, "w") as archive:
        archive.writestr("metadata.json", json.dumps(metadata))
        archive.writestr("config.json", json.dumps(record))
        archive.writestr("model.weights.h5", weights.getbuffer())
        assets.save_assets(model, archive)


def _load_archive(name: str, compile: bool) -> Any:
    with ZipReader(name) as archive:
        model = _load_model(archive, name, compile)
        assets.load_assets(model, archive)
    return model


def _load_model(archive: ZipReader, name: str, compile: bool) -> Any:
    record = archive.read_json("config.json")
    version = _version_in(archive)
    model = model_from_record(record, version=version, compile=False)
    if not model.built:
        raise FileFormatError(
            explain(
                "The config does not say of which shape the input is, so the "
                "model has no weights to fill.",
                hint="call the model on data before saving it.",
            )
        )
    content = archive.weights_of(model)
    if compile and record.get("compile_config"):
        with nonsense_means_wrong_format():
            _compile(model, record["compile_config"], Era(version))
    assignments = Assignments()
    with hdf5.open_for_reading(content, name) as file:
        weights_h5.plan_weights(model, file, False, assignments)
        if model.optimizer is not None:
            plan_optimizer(
                model.optimizer, weights_h5.optimizer_datasets(file), assignments
            )
    assignments.carry_out()
    return model


def _version_in(archive: ZipReader) -> str:
    metadata: Any = None
    if archive.has("metadata.json"):
        metadata = archive.read_json("metadata.json")
    version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    return str(version or KERAS_VERSION)


def _compile(model: Any, config: dict[str, Any], era: Era) -> None:
    """Compiles as the config says; tf-keras 2.13 to 2.15 wrote archives, too."""
    if era.keras2 and registry.is_record(config.get("optimizer")):
        training = {**config, "optimizer_config": config["optimizer"]}
        config = compile_config(training, era, model.output_names)
    model.compile_from_config(modernize(config, Era.of_today()))
