"""The public names of Keras: which are here, and whether they take the same arguments.

The tables below can only shrink: a name in them that works is an error too.
"""

import inspect
import json
from pathlib import Path

import pytest

import edukeras as keras

NAMES = json.loads(
    (Path(__file__).parent / "golden" / "signatures.json").read_text(encoding="utf-8")
)["names"]

NO_QUANTIZATION = "no quantization: these models are small"
NO_ACCELERATOR = "one processor, one way to compute: no devices, no tracing"
NO_AUDIO = "no audio"
OTHER_FRAMEWORK = "belongs to TensorFlow, JAX or Flax"
NOT_YET = "not yet"

# Name, or module with a star -> why it is missing.
MISSING = {
    "Quantizer": NO_QUANTIZATION,
    "dtype_policies.AWQDTypePolicy": NO_QUANTIZATION,
    "dtype_policies.GPTQDTypePolicy": NO_QUANTIZATION,
    "dtype_policies.Int4DTypePolicy": NO_QUANTIZATION,
    "dtype_policies.QuantizedDTypePolicy": NO_QUANTIZATION,
    "dtype_policies.QuantizedFloat8DTypePolicy": NO_QUANTIZATION,
    "RematScope": NO_ACCELERATOR,
    "StatelessScope": NO_ACCELERATOR,
    "SymbolicScope": NO_ACCELERATOR,
    "device": NO_ACCELERATOR,
    "remat": NO_ACCELERATOR,
    "config.disable_flash_attention": NO_ACCELERATOR,
    "config.enable_flash_attention": NO_ACCELERATOR,
    "config.is_flash_attention_enabled": NO_ACCELERATOR,
    "config.is_nnx_enabled": OTHER_FRAMEWORK,
    "config.set_backend": "there is one backend",
    "config.enable_unsafe_deserialization": "code in files is never run",
    "callbacks.OrbaxCheckpoint": OTHER_FRAMEWORK,
    "layers.FlaxLayer": OTHER_FRAMEWORK,
    "layers.JaxLayer": OTHER_FRAMEWORK,
    "utils.audio_dataset_from_directory": NO_AUDIO,
    "layers.TFSMLayer": OTHER_FRAMEWORK,
    "layers.TorchModuleWrapper": OTHER_FRAMEWORK,
    "layers.MelSpectrogram": NO_AUDIO,
    "layers.STFTSpectrogram": NO_AUDIO,
    "utils.FeatureSpace": OTHER_FRAMEWORK,
}
MISSING |= dict.fromkeys(
    """
    Function
    utils.Config
    """.split(),
    NOT_YET,
)

# Name -> why its arguments differ.  Layers have a test of their own.
OTHER_ARGUMENTS = {
    "KerasTensor": "neither sparse nor ragged tensors",
    "Model": "the arguments are spelled out",
    "models.Model": "the arguments are spelled out",
    "Variable": "no distribution",
    "callbacks.Callback": "subclasses of Keras 2 pass arguments on",
    "metrics.MeanMetricWrapper": "the options are called options",
    "ops.multi_hot": "kwargs is for the spellings of older Keras",
    "models.clone_model": "kwargs is Keras's own cache",
    "models.save_model": "include_optimizer=False for .h5 files",
    "saving.save_model": "include_optimizer=False for .h5 files",
    "saving.load_weights": "Keras 2's order: by_name first",
    "regularizers.L1": "l= of Keras 2",
    "regularizers.L2": "l= of Keras 2",
    "regularizers.l1": "l= of Keras 2",
    "regularizers.l2": "l= of Keras 2",
}


def find(name):
    """The object of this name, or None."""
    # Programs reach these through `import keras`: see alias.py.
    name = name.replace("preprocessing.sequence.", "utils.")
    name = name.replace("preprocessing.image.", "utils.")
    found = keras
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def arguments(thing):
    """[name, kind, default as text] of each, as in signatures.json."""
    function = thing.__init__ if inspect.isclass(thing) else thing
    found = list(inspect.signature(function).parameters.values())
    return [
        [p.name, p.kind.name, None if p.default is p.empty else repr(p.default)]
        for p in (found[1:] if inspect.isclass(thing) else found)
    ]


def test_every_public_name_is_here_or_in_the_table():
    missing = {name for name in NAMES if find(name) is None}
    assert missing <= set(MISSING), "Names that Keras has and edukeras has not."
    assert set(MISSING) <= missing, "These work now: delete them from MISSING."


COMPARED = [
    name
    for name, entry in NAMES.items()
    if not name.startswith("layers.") and entry["signature"] is not None
]


@pytest.mark.parametrize(
    "name", [name for name in COMPARED if find(name) and name not in OTHER_ARGUMENTS]
)
def test_arguments_are_those_of_keras(name):
    assert arguments(find(name)) == NAMES[name]["signature"]


@pytest.mark.parametrize("name", OTHER_ARGUMENTS)
def test_the_table_of_other_arguments_is_up_to_date(name):
    assert arguments(find(name)) != NAMES[name]["signature"]


@pytest.mark.parametrize("name", COMPARED)
def test_public_names_are_documented(name):
    thing = find(name)
    if thing is None:
        pytest.skip(MISSING[name])
    assert inspect.getdoc(thing)
