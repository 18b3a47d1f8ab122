"""keras.saving: models and weights in files, custom objects."""

from typing import TYPE_CHECKING

from edukeras.lazy_imports import imported_when_asked as _imported_when_asked
from edukeras.registry import (
    custom_object_scope as custom_object_scope,
    deserialize_keras_object as deserialize_keras_object,
    get_custom_objects as get_custom_objects,
    get_registered_name as get_registered_name,
    get_registered_object as get_registered_object,
    register_keras_serializable as register_keras_serializable,
    serialize_keras_object as serialize_keras_object,
)
from edukeras.saving import keras2_numerics as keras2_numerics
from edukeras.saving.atomic import atomic_write as atomic_write

if TYPE_CHECKING:
    from edukeras.saving.archive import (
        load_model as load_model,
        save_model as save_model,
    )
    from edukeras.saving.config_io import (
        model_from_json as model_from_json,
        model_from_yaml as model_from_yaml,
        to_json as to_json,
        to_yaml as to_yaml,
    )
    from edukeras.saving.file_editor import KerasFileEditor as KerasFileEditor
    from edukeras.saving.weights import (
        load_weights as load_weights,
        save_weights as save_weights,
    )

__getattr__, __dir__ = _imported_when_asked(
    __name__,
    {
        "load_model": "edukeras.saving.archive",
        "save_model": "edukeras.saving.archive",
        "model_from_json": "edukeras.saving.config_io",
        "model_from_yaml": "edukeras.saving.config_io",
        "to_json": "edukeras.saving.config_io",
        "to_yaml": "edukeras.saving.config_io",
        "KerasFileEditor": "edukeras.saving.file_editor",
        "load_weights": "edukeras.saving.weights",
        "save_weights": "edukeras.saving.weights",
    },
)

CustomObjectScope = custom_object_scope
