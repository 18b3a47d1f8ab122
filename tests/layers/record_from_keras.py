"""Records what real Keras computes for the cases, in float64 where it can.

    KERAS_BACKEND=jax python tests/layers/record_from_keras.py

Writes `recorded.npz` (weights, outputs, masks) and `recorded.json` (configs, names
and shapes of weights, announced shapes).
"""

import json
from pathlib import Path

import jax
import keras
import numpy as np
from cases import CASES

HERE = Path(__file__).parent


def with_masks(inputs, masks):
    """Backend tensors that carry masks."""
    tensors = [
        keras.ops.convert_to_tensor(x, dtype=x.dtype.name)
        for x in keras.tree.flatten(inputs)
    ]
    if masks is not None:
        for x, mask in zip(tensors, keras.tree.flatten(masks), strict=True):
            x._keras_mask = keras.ops.convert_to_tensor(mask)
    return keras.tree.pack_sequence_as(inputs, tensors)


def symbols(inputs):
    return keras.tree.map_structure(
        lambda x: keras.Input(batch_shape=(None, *x.shape[1:]), dtype=x.dtype.name),
        inputs,
    )


def record(name, case, arrays):
    """The facts of a case; its arrays are added to `arrays`."""
    # Recurrent and attention layers of Keras on JAX do not run in float64.
    dtype = "float32" if case.float32_only else "float64"
    jax.config.update("jax_enable_x64", dtype == "float64")
    keras.utils.clear_session()
    arguments = case.arguments_for(keras.layers)(dtype)
    layer = getattr(keras.layers, case.layer)(**arguments, dtype=dtype)
    inputs = case.inputs(name)
    case.call_layer(layer, with_masks(inputs, case.masks()))
    generator = np.random.default_rng(len(name))
    weights = [
        generator.uniform(0.2, 1.2, v.shape)
        if "variance" in v.name
        else generator.normal(0, 0.5, v.shape)
        for v in layer.weights
    ]
    layer.set_weights(weights)
    for i, weight in enumerate(weights):
        arrays[f"{name}/weight/{i}"] = weight
    outputs = case.call_layer(layer, with_masks(inputs, case.masks()))
    for i, output in enumerate(keras.tree.flatten(outputs)):
        arrays[f"{name}/output/{i}"] = np.asarray(output)
        mask = getattr(output, "_keras_mask", None)
        if mask is not None:
            arrays[f"{name}/mask/{i}"] = np.asarray(mask)
    for i, weight in enumerate(layer.get_weights()):
        if not np.array_equal(weight, weights[i]):
            arrays[f"{name}/after/{i}"] = weight
    for i, loss in enumerate(layer.losses):
        arrays[f"{name}/loss/{i}"] = np.asarray(loss)
    twin = getattr(keras.layers, case.layer)(**arguments, dtype=dtype)
    announced = case.call_layer(twin, symbols(inputs))
    return {
        "config": keras.saving.serialize_keras_object(layer)["config"],
        "weights": [[v.name, list(v.shape), v.trainable] for v in layer.weights],
        "announced": [list(x.shape) for x in keras.tree.flatten(announced)],
    }


def main():
    arrays = {}
    facts = {name: record(name, case, arrays) for name, case in CASES.items()}
    np.savez_compressed(HERE / "recorded.npz", **arrays)
    text = json.dumps(facts, indent=0, sort_keys=True)
    (HERE / "recorded.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
