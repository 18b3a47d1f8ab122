"""`import keras` that finds edukeras: for programs that are to run unmodified."""

from __future__ import annotations

import importlib
import runpy
import sys
import types
from collections.abc import Sequence
from pathlib import Path

# The modules of Keras that programs import from; deep paths are those of Keras 2.
_PUBLIC = (
    "activations callbacks config constraints datasets dtype_policies initializers "
    "layers losses metrics models ops optimizers random regularizers saving tree utils "
    "wrappers"
).split()
_OLD_PATHS = {
    "keras.engine": "edukeras.layers",
    "keras.engine.topology": "edukeras.layers",
    "keras.engine.training": "edukeras.models",
    "keras.engine.network": "edukeras.models",
    "keras.engine.sequential": "edukeras.models",
    "keras.engine.base_layer": "edukeras.layers",
    "keras.engine.input_layer": "edukeras.layers",
    "keras.layers.core": "edukeras.layers",
    "keras.layers.convolutional": "edukeras.layers",
    "keras.layers.pooling": "edukeras.layers",
    "keras.layers.recurrent": "edukeras.layers",
    "keras.layers.embeddings": "edukeras.layers",
    "keras.layers.merge": "edukeras.layers",
    "keras.layers.normalization": "edukeras.layers",
    "keras.layers.noise": "edukeras.layers",
    "keras.layers.advanced_activations": "edukeras.layers",
    "keras.layers.wrappers": "edukeras.layers",
    "keras.optimizers.schedules": "edukeras.schedules",
    "keras.utils.np_utils": "edukeras.utils",
    "keras.utils.generic_utils": "edukeras.utils",
    "keras.utils.data_utils": "edukeras.utils",
    "keras.backend": "edukeras.legacy",
    "keras.preprocessing.sequence": "edukeras.utils",
    "keras.preprocessing.image": "edukeras.utils",
}
# Packages that only hold others.
_EMPTY = ("keras.preprocessing",)


def install_as_keras() -> None:
    """Lets `import keras` and `from keras.layers import Dense` mean edukeras.

    For this process, and only if real Keras has not been imported yet.
    """
    present = sys.modules.get("keras")
    if present is not None and present.__name__ != "edukeras":
        raise RuntimeError(
            "Real Keras is imported already. "
            "Try: call edukeras.install_as_keras() before `import keras`."
        )
    sys.modules["keras"] = importlib.import_module("edukeras")
    for name in _PUBLIC:
        sys.modules[f"keras.{name}"] = importlib.import_module(f"edukeras.{name}")
    for name in _EMPTY:
        sys.modules[name] = types.ModuleType(name)
    for name, target in _OLD_PATHS.items():
        module = importlib.import_module(target)
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if not hasattr(sys.modules[parent], child):
            setattr(sys.modules[parent], child, module)
    datasets = sys.modules["keras.datasets"]
    for name in getattr(datasets, "__all__", ()):
        module = getattr(datasets, name)
        if isinstance(module, types.ModuleType):
            sys.modules[f"keras.datasets.{name}"] = module


def run_script(path: str, arguments: Sequence[str] = ()) -> None:
    """Runs a program that was written for Keras, as `python path arguments` would."""
    install_as_keras()
    sys.argv = [path, *arguments]
    sys.path.insert(0, str(Path(path).resolve().parent))
    runpy.run_path(path, run_name="__main__")
