"""Configs of functional models, compared with those that real Keras writes."""

import json
from pathlib import Path

import pytest

import edukeras as keras
from tests.models.config_models import MODELS

RECORDS = json.loads(Path(__file__).with_name("configs.json").read_text())

# Written by Keras only, without effect on the model that is read back.
ALWAYS_DEFAULT = {
    "quantization_config": None,
    "optional": False,
    "activity_regularizer": None,
    "compile_config": {},
}
# Whether and how often a layer notes its input shape; which compiler Keras chose.
LEFT_OUT = {"build_config", "jit_compile"}


def essence(value):
    """A config without the entries that say nothing."""
    if isinstance(value, dict):
        return {
            key: essence(entry)
            for key, entry in value.items()
            if key not in LEFT_OUT
            and not (key in ALWAYS_DEFAULT and entry == ALWAYS_DEFAULT[key])
            and not (key in ("mask", "training") and entry in (None, False))
        }
    if isinstance(value, list):
        return [essence(item) for item in value]
    return value


@pytest.mark.parametrize("build", MODELS, ids=lambda build: build.__name__)
def test_config_is_that_of_keras(build):
    keras.utils.clear_session()
    ours = json.loads(build(keras).to_json())
    assert essence(ours) == essence(RECORDS[build.__name__])


@pytest.mark.parametrize("build", MODELS, ids=lambda build: build.__name__)
def test_model_of_keras_json_has_the_same_config(build):
    record = RECORDS[build.__name__]
    model = keras.models.model_from_json(json.dumps(record))
    assert essence(json.loads(model.to_json())) == essence(record)


def test_a_config_is_a_snapshot():
    model = MODELS[0](keras)
    config = model.get_config()
    config["layers"][1]["config"]["units"] = 1
    config["layers"].pop()
    assert model.get_layer("h").units == 64
    assert len(model.get_config()["layers"]) == 4
