"""keras.utils: the public names of that module; each lives where it belongs."""

from typing import TYPE_CHECKING

from edukeras.callbacks import Progbar as Progbar
from edukeras.config import (
    disable_interactive_logging as disable_interactive_logging,
    enable_interactive_logging as enable_interactive_logging,
    is_interactive_logging_enabled as is_interactive_logging_enabled,
    set_random_seed as set_random_seed,
)
from edukeras.data import (
    PyDataset as PyDataset,
    pack_x_y_sample_weight as pack_x_y_sample_weight,
    unpack_x_y_sample_weight as unpack_x_y_sample_weight,
)
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
from edukeras.tensor import standardize_dtype as standardize_dtype
from edukeras.utils.arrays import (
    clear_session as clear_session,
    normalize as normalize,
    pad_sequences as pad_sequences,
    to_categorical as to_categorical,
)
from edukeras.utils.datasets import (
    split_dataset as split_dataset,
    timeseries_dataset_from_array as timeseries_dataset_from_array,
)
from edukeras.utils.folders import (
    image_dataset_from_directory as image_dataset_from_directory,
    text_dataset_from_directory as text_dataset_from_directory,
)
from edukeras.utils.images import (
    array_to_img as array_to_img,
    img_to_array as img_to_array,
    load_img as load_img,
    save_img as save_img,
    smart_resize as smart_resize,
)
from edukeras.utils.named_settings import Config as Config
from edukeras.utils.symbolic import (
    get_source_inputs as get_source_inputs,
    is_keras_tensor as is_keras_tensor,
)

if TYPE_CHECKING:
    from edukeras.models.plotting import (
        model_to_dot as model_to_dot,
        plot_model as plot_model,
    )
    from edukeras.utils.files import get_file as get_file

__getattr__, __dir__ = _imported_when_asked(
    __name__,
    {
        "get_file": "edukeras.utils.files",
        "model_to_dot": "edukeras.models.plotting",
        "plot_model": "edukeras.models.plotting",
    },
)

CustomObjectScope = custom_object_scope
Sequence = PyDataset
