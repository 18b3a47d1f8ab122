"""keras.utils: the public names of that module; each lives where it belongs."""

from edukeras.callbacks import Progbar as Progbar
from edukeras.config import set_random_seed as set_random_seed
from edukeras.data import PyDataset as PyDataset
from edukeras.data import pack_x_y_sample_weight as pack_x_y_sample_weight
from edukeras.data import unpack_x_y_sample_weight as unpack_x_y_sample_weight
from edukeras.registry import custom_object_scope as custom_object_scope
from edukeras.registry import deserialize_keras_object as deserialize_keras_object
from edukeras.registry import get_custom_objects as get_custom_objects
from edukeras.registry import get_registered_name as get_registered_name
from edukeras.registry import get_registered_object as get_registered_object
from edukeras.registry import (
    register_keras_serializable as register_keras_serializable,
)
from edukeras.registry import serialize_keras_object as serialize_keras_object
from edukeras.tensor import standardize_dtype as standardize_dtype
from edukeras.utils.arrays import clear_session as clear_session
from edukeras.utils.arrays import normalize as normalize
from edukeras.utils.arrays import pad_sequences as pad_sequences
from edukeras.utils.arrays import to_categorical as to_categorical

CustomObjectScope = custom_object_scope
Sequence = PyDataset
