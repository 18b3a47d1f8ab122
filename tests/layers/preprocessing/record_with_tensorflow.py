"""Records what the layers of Keras do that need TensorFlow: lookups, and bins.

    KERAS_BACKEND=tensorflow python tests/layers/preprocessing/record_with_tensorflow.py

Writes `recorded_lookups.json` and `recorded_text.json`, and a model in
`text_model.keras`.
"""

import json
from pathlib import Path

import keras
import numpy as np
from lookup_cases import BINS, LOOKUPS
from text_cases import CROSSINGS, HASHES, SENTENCES, TEXTS

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


def text(arguments):
    keras.utils.clear_session()
    layer = keras.layers.TextVectorization(**arguments)
    if "vocabulary" not in arguments:
        layer.adapt(SENTENCES)
    return {
        "output": plain(layer(np.array(SENTENCES)[:, None]).numpy().tolist()),
        "vocabulary": plain(layer.get_vocabulary()),
        "config": layer.get_config(),
    }


def hashed(kind, case):
    keras.utils.clear_session()
    layer = getattr(keras.layers, kind)(**case["arguments"])
    if kind == "HashedCrossing":
        inputs = [np.array(column) for column in case["inputs"]]
    else:
        inputs = np.array(case["inputs"])
    output = layer(inputs).numpy().tolist()
    return {"output": output, "config": layer.get_config()}


def text_model():
    """A model whose vocabularies stand beside its config."""
    keras.utils.clear_session()
    layers = keras.layers
    sentence = keras.Input((1,), dtype="string")
    outputs = [
        layers.TextVectorization(output_mode="tf_idf", name="idf"),
        layers.TextVectorization(output_sequence_length=4, name="places"),
        layers.StringLookup(name="whole"),
    ]
    for layer in outputs:
        layer.adapt(SENTENCES)
    places = outputs[1](sentence)
    mean = layers.GlobalAveragePooling1D()(layers.Embedding(20, 2)(places))
    model = keras.Model(
        sentence, [outputs[0](sentence), mean, outputs[2](sentence)], name="text"
    )
    model.save(HERE / "text_model.keras")
    inputs = keras.ops.convert_to_tensor(np.array(SENTENCES)[:, None])
    return [x.numpy().tolist() for x in model(inputs)]


def main():
    facts = {
        "lookups": {name: record(case) for name, case in LOOKUPS.items()},
        "bins": {name: bins(case) for name, case in BINS.items()},
    }
    lines = json.dumps(facts, indent=0, sort_keys=True)
    (HERE / "recorded_lookups.json").write_text(lines + "\n", encoding="utf-8")
    facts = {
        "texts": {name: text(arguments) for name, arguments in TEXTS.items()},
        "hashes": {n: hashed("Hashing", c) for n, c in HASHES.items()},
        "crossings": {n: hashed("HashedCrossing", c) for n, c in CROSSINGS.items()},
        "model": text_model(),
    }
    lines = json.dumps(facts, sort_keys=True).replace('}, "', '},\n"')
    (HERE / "recorded_text.json").write_text(lines + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
