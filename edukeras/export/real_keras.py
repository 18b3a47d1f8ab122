"""`model.to_keras()`: the same model in real Keras, on JAX, PyTorch or TensorFlow.

For those who outgrow one CPU: real Keras trains it on, on a GPU or on many machines.
The model travels as the `.keras` archive that `model.save` writes, so that what Keras
makes of it is what it makes of any file of ours: the layers from their configs, the
weights, how the model was compiled, and the optimizer with its state.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import warnings
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from edukeras import saving
from edukeras.errors import NotBuiltError, explain
from edukeras.models import Model

BACKENDS = ("jax", "torch", "tensorflow")


def to_keras(
    model: Model,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
) -> Any:
    """The real Keras model with the weights, optimizer and settings of `model`.

    A copy: training one does not change the other. The backend is the one that Keras
    is set to (`KERAS_BACKEND`, `~/.keras/keras.json`), or else one that is installed.

    Args:
        model: built, and compiled or not.
        custom_objects: your own layers, losses and functions by name, written for
            real Keras (ours compute in NumPy); the classes have the same names.
        compile: whether to compile it as `model` is.

    >>> theirs = model.to_keras()                                  # doctest: +SKIP
    >>> np.abs(theirs.predict(x) - model.predict(x)).max() < 1e-5  # doctest: +SKIP
    True

    Source: https://keras.io/api/models/model_saving_apis/model_saving_and_loading/
    """
    if not model.built:
        raise NotBuiltError(
            f'Model "{model.name}" has no weights yet, so Keras cannot be given any. '
            "Try: call it on data, or model.build(input_shape), first."
        )
    keras = import_keras()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.keras")
        saving.save_model(model, path, include_optimizer=compile)
        # The file is our own, so nothing in it needs the protection of safe_mode.
        with warnings.catch_warnings():
            # It warns of an optimizer that has not been used; below we look ourselves.
            warnings.filterwarnings("ignore", "Skipping variable loading for optim")
            theirs = keras.saving.load_model(
                path, custom_objects=custom_objects, compile=compile, safe_mode=False
            )
    _check_state_of_optimizer(model, theirs)
    return theirs


def _check_state_of_optimizer(model: Model, theirs: Any) -> None:
    """Raises where Keras only warns: when the state of an optimizer does not fit."""
    ours, optimizer = model.optimizer, getattr(theirs, "optimizer", None)
    if ours is None or optimizer is None or not ours.built:
        return
    shapes = [variable.shape for variable in ours.variables]
    found = [tuple(variable.shape) for variable in optimizer.variables]
    if found != shapes:
        raise ValueError(
            explain(
                f"Real Keras did not take the state of the optimizer {ours.name!r}.",
                expected=f"variables of the shapes {shapes}",
                received=f"shapes {found}",
                hint="model.to_keras(compile=False), and compile it there.",
            )
        )


def import_keras() -> Any:
    """The module of real Keras, imported with a backend that is there."""
    present = sys.modules.get("keras")
    if present is not None and present.__name__ == "edukeras":
        raise RuntimeError(
            "In this process `import keras` means edukeras (install_as_keras), so real "
            "Keras cannot be imported. Try: model.save('model.keras'), and load it "
            "with real Keras in another process."
        )
    if present is None:
        if find_spec("keras") is None:
            raise ModuleNotFoundError(
                "to_keras needs real Keras and one of its backends. "
                "Try: pip install keras jax"
            )
        _choose_backend()
    return importlib.import_module("keras")


def _choose_backend() -> None:
    """Sets KERAS_BACKEND, if Keras is not set to a backend that is installed."""
    wanted = _wanted_backend()
    if wanted not in BACKENDS or find_spec(wanted) is not None:
        return  # as the user wants it; what Keras does not know, it explains itself
    installed = [name for name in BACKENDS if find_spec(name) is not None]
    if not installed:
        raise ModuleNotFoundError(
            f"to_keras: real Keras has no backend here; looked for {list(BACKENDS)}. "
            "Try: pip install jax"
        )
    os.environ["KERAS_BACKEND"] = installed[0]


def _wanted_backend() -> str:
    """What Keras will look at: its variable, its file, its default."""
    if name := os.environ.get("KERAS_BACKEND"):
        return name
    folder = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    try:
        return json.loads((folder / "keras.json").read_text())["backend"]
    except (OSError, ValueError, KeyError, TypeError):
        return "tensorflow"


Model.to_keras = to_keras  # type: ignore[attr-defined]
