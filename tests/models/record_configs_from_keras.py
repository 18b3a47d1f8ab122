"""Writes `configs.json`: what real Keras says about the models of `config_models.py`.

KERAS_BACKEND=jax python tests/models/record_configs_from_keras.py
"""

import json
from pathlib import Path

import keras
from config_models import MODELS

if __name__ == "__main__":
    records = {}
    for build in MODELS:
        keras.utils.clear_session()
        records[build.__name__] = json.loads(build(keras).to_json())
    path = Path(__file__).with_name("configs.json")
    path.write_text(json.dumps(records, indent=1, sort_keys=True) + "\n")
