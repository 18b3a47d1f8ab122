"""Records what the layers of Keras do that need TensorFlow: lookups, and bins.

    KERAS_BACKEND=tensorflow python tests/layers/preprocessing/record_with_tensorflow.py

Writes `recorded_lookups.json`.
"""

import json
from pathlib import Path

import keras
import numpy as np
from lookup_cases import BINS, LOOKUPS

HERE = Path(__file__).parent


def plain(x):
    """Lists of numbers and strings."""
    if isinstance(x, bytes):
        return x.decode()
    if isinstance(x, list):
        return [plain(item) for item in x]
    return x.item() if isinstance(x, np.generic) else x


def record(case):
    keras.utils.clear_session()
    layer = getattr(keras.layers, case["layer"])(**case["arguments"])
    if "adapt" in case:
        layer.adapt(np.array(case["adapt"]))
    return {
        "output": plain(layer(np.array(case["inputs"])).numpy().tolist()),
        "vocabulary": plain(layer.get_vocabulary()),
        "config": layer.get_config(),
    }


def bins(case):
    layer = keras.layers.Discretization(**case["arguments"])
    layer.adapt([np.float32(batch) for batch in case["batches"]])
    return layer.bin_boundaries


def main():
    facts = {
        "lookups": {name: record(case) for name, case in LOOKUPS.items()},
        "bins": {name: bins(case) for name, case in BINS.items()},
    }
    text = json.dumps(facts, indent=0, sort_keys=True)
    (HERE / "recorded_lookups.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
