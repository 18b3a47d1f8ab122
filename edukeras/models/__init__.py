"""keras.models: Model, Sequential, and how to copy and load them."""

from typing import TYPE_CHECKING

from edukeras.lazy_imports import imported_when_asked as _imported_when_asked
from edukeras.models.cloning import clone_model as clone_model
from edukeras.models.model import Model as Model
from edukeras.models.sequential import Sequential as Sequential

if TYPE_CHECKING:
    from edukeras.saving import (
        load_model as load_model,
        model_from_json as model_from_json,
        model_from_yaml as model_from_yaml,
        save_model as save_model,
    )

__getattr__, __dir__ = _imported_when_asked(
    __name__,
    {
        "load_model": "edukeras.saving",
        "model_from_json": "edukeras.saving",
        "model_from_yaml": "edukeras.saving",
        "save_model": "edukeras.saving",
    },
)
