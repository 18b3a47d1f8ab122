"""All the settings there are: float type, epsilon, image layout, random seed.

Source: https://keras.io/api/utils/config_utils/
"""

from __future__ import annotations

import random as python_random

import numpy as np

from edukeras.errors import explain, unknown_name

FLOAT_TYPES = ("float16", "bfloat16", "float32", "float64")
IMAGE_DATA_FORMATS = ("channels_last", "channels_first")

_floatx = "float32"
_epsilon = 1e-7
_image_data_format = "channels_last"
_interactive_logging = True
_traceback_filtering = True
_max_epochs: int | None = None
_max_steps_per_epoch: int | None = None
_ignored: set[str] = set()
_generator: np.random.Generator | None = None  # made by the first that needs it


def floatx() -> str:
    """The float type of weights and inputs unless a layer says otherwise.

    >>> floatx()
    'float32'
    """
    return _floatx


def set_floatx(value: str) -> None:
    """Sets the default float type: "float16", "bfloat16", "float32" or "float64"."""
    global _floatx
    if value not in FLOAT_TYPES:
        raise unknown_name("floatx", value, FLOAT_TYPES)
    _floatx = value


def epsilon() -> float:
    """The small number that keeps logarithms and divisions finite.

    >>> epsilon()
    1e-07
    """
    return _epsilon


def set_epsilon(value: float) -> None:
    """Sets the small number of `epsilon()`."""
    global _epsilon
    _epsilon = float(value)


def image_data_format() -> str:
    """Where images have their channels: "channels_last" is (B, H, W, C).

    >>> image_data_format()
    'channels_last'
    """
    return _image_data_format


def set_image_data_format(data_format: str) -> None:
    """Sets the default image layout."""
    global _image_data_format
    if data_format not in IMAGE_DATA_FORMATS:
        raise unknown_name("image data format", data_format, IMAGE_DATA_FORMATS)
    _image_data_format = data_format


def standardize_data_format(data_format: str | None) -> str:
    """The given image layout, or the default for None."""
    if data_format is None:
        return _image_data_format
    if data_format not in IMAGE_DATA_FORMATS:
        raise unknown_name("data_format", data_format, IMAGE_DATA_FORMATS)
    return data_format


def backend() -> str:
    """The name of what computes: always "edukeras"."""
    return "edukeras"


def set_backend(backend: str) -> None:
    """Accepted for the one backend there is, "edukeras"."""
    if backend != "edukeras":
        raise unknown_name("backend", backend, ("edukeras",))


def enable_flash_attention() -> None:
    """Accepted as in Keras; on a processor attention is computed in one way."""


def disable_flash_attention() -> None:
    """Accepted as in Keras; on a processor attention is computed in one way."""


def is_flash_attention_enabled() -> bool:
    """Whether attention is computed block by block, as on an accelerator: never."""
    return False


def is_nnx_enabled() -> bool:
    """Whether layers are modules of Flax NNX, as they may be on JAX: never."""
    return False


# -- what is shown ------------------------------------------------------------


def enable_interactive_logging() -> None:
    """`verbose="auto"` is a progress bar, as at the start."""
    global _interactive_logging
    _interactive_logging = True


def disable_interactive_logging() -> None:
    """`verbose="auto"` is one line per epoch, which suits log files."""
    global _interactive_logging
    _interactive_logging = False


def is_interactive_logging_enabled() -> bool:
    """Whether `verbose="auto"` is a progress bar."""
    return _interactive_logging


def enable_traceback_filtering() -> None:
    """Accepted as in Keras; outside of lessons, tracebacks are always whole."""
    global _traceback_filtering
    _traceback_filtering = True


def disable_traceback_filtering() -> None:
    """Accepted as in Keras; outside of lessons, tracebacks are always whole."""
    global _traceback_filtering
    _traceback_filtering = False


def is_traceback_filtering_enabled() -> bool:
    """What was last set."""
    return _traceback_filtering


def ignore(*codes: str | None) -> tuple[str, ...]:
    """Mutes findings of the doctor, such as "EK022"; returns all muted codes.

    Without an argument nothing changes; `ignore(None)` lets all speak again.
    """
    if codes == (None,):
        _ignored.clear()
    else:
        _ignored.update(code.upper() for code in codes if code)
    return tuple(sorted(_ignored))


# -- limits, to try a program out quickly -------------------------------------


def max_epochs() -> int | None:
    """The most epochs that `fit` runs, whatever it is told; None: no limit."""
    return _max_epochs


def set_max_epochs(max_epochs: int | None) -> None:
    """Limits the epochs of every `fit`; None lifts the limit."""
    global _max_epochs
    _max_epochs = max_epochs


def max_steps_per_epoch() -> int | None:
    """The most batches that fit, evaluate and predict use; None: no limit."""
    return _max_steps_per_epoch


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Limits the batches of fit, evaluate and predict; None lifts the limit."""
    global _max_steps_per_epoch
    _max_steps_per_epoch = max_steps_per_epoch


# -- randomness ---------------------------------------------------------------


def set_random_seed(seed: int) -> None:
    """Makes a program repeatable: weights, shuffling and dropout follow the seed.

    Seeds Python's `random` and NumPy's old global generator too, as Keras does.
    """
    global _generator
    if not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(
            explain(
                "set_random_seed needs a whole number from 0.",
                received=repr(seed),
                hint="set_random_seed(42)",
            )
        )
    python_random.seed(int(seed))
    np.random.seed(int(seed) % 2**32)
    _generator = np.random.default_rng(int(seed))


def numpy_generator() -> np.random.Generator:
    """The generator that everything without a seed of its own draws from."""
    global _generator
    if _generator is None:
        _generator = np.random.default_rng()
    return _generator


def next_seed() -> int:
    """A fresh seed, drawn from the generator."""
    return int(numpy_generator().integers(2**31))
