"""keras.models: Model, Sequential, and how to copy and load them."""

from edukeras.models.cloning import clone_model as clone_model
from edukeras.models.model import Model as Model
from edukeras.models.sequential import Sequential as Sequential
from edukeras.saving import (
    load_model as load_model,
    model_from_json as model_from_json,
    model_from_yaml as model_from_yaml,
    save_model as save_model,
)
