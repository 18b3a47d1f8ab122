"""Records what real Keras makes of the images of the cases, and of Normalization.

    KERAS_BACKEND=jax python tests/layers/preprocessing/record_from_keras.py

Writes `recorded.json`: outputs and configs.
"""

import json
from pathlib import Path

import keras
import numpy as np
from cases import CASES, Case

HERE = Path(__file__).parent


def column(values):
    return np.reshape(np.asarray(values, "float32"), (-1, 1, 1, 1))


def told_part(layer, name, own, shape):
    """The chances of a layer inside another, as Keras takes them."""
    part = getattr(layer, name)
    return told(Case(type(part).__name__, {}, own), part, shape) if own else None


def told(case, layer, shape):
    """The chances of a case as Keras's layers take them."""
    if case.layer == "RandAugment":
        indices = [layer._AUGMENT_LAYERS.index(n) for n, _ in case.chances["changes"]]
        transforms = layer.get_random_transformation(case.images())["transforms"]
        for name, own in case.chances["changes"]:
            transforms[name] = told_part(layer, name, own, shape)
        return {"layer_idxes": indices, "transforms": transforms}
    if case.layer == "AugMix":
        chains = [
            [
                {"layer_name": n, "transformation": told_part(layer, n, own, shape)}
                for n, own in chain
            ]
            for chain in case.chances["chains"]
        ]
        return {
            "chain_mixing_weights": np.float32(case.chances["weights"]),
            "weight_sample": np.float32(case.chances["share"]),
            "chain_transforms": chains,
        }
    given = {k: np.asarray(v) for k, v in case.chances.items()}
    kind = case.layer
    if kind == "RandomPerspective":
        return {
            "apply_perspective": given["happens"],
            "start_points": np.float32(given["corners"]),
            "end_points": np.float32(given["moved"]),
        }
    if kind == "RandomRotation":
        first = case.arguments.get("data_format") == "channels_first"
        height, width = shape[2:] if first else shape[1:3]
        angle = np.float32(np.degrees(given["angle"]))
        zeros, ones = np.zeros_like(angle), np.ones_like(angle)
        matrix = layer._compute_affine_matrix(
            0.5, 0.5, angle, zeros, zeros, ones, zeros, zeros, height, width
        )
        return {"rotation_matrix": matrix}
    if kind == "RandomZoom":
        return {k: np.float32(v)[:, None] for k, v in given.items()}
    if kind == "RandomTranslation":
        pairs = np.stack([given["right"], given["down"]], axis=1)
        return {"translations": np.float32(pairs)}
    if kind == "RandomShear":
        pairs = np.stack([given["x_shear"], given["y_shear"]], axis=1)
        return {"shear_factor": np.float32(pairs)}
    if kind == "RandomFlip":
        either = given["left_right"] | given["top_bottom"]
        return {"flips": either.reshape(-1, 1, 1, 1), "input_shape": shape}
    if kind == "RandomGrayscale":
        return given["happens"].reshape(-1, 1, 1, 1)
    if kind == "RandomInvert":
        return {"apply_inversion": given["happens"]}
    if kind == "RandomPosterization":
        return {"shift_factor": (8 - given["bits"]).astype("uint8")}
    if kind == "RandomSharpness":
        return {"factor": np.float32(given["sharpness"] / 2)}
    if kind == "RandomGaussianBlur":
        return {
            "should_apply_blur": given["happens"],
            "blur_factor": np.float32(given["sigmas"]),
        }
    if kind == "Solarization":
        return {
            "additions": column(given["addition"]),
            "thresholds": column(given["threshold"]),
        }
    if kind in ("RandomHue", "RandomSaturation"):
        return {"factor": np.float32(next(iter(given.values())))}
    names = {
        "RandomBrightness": "rgb_delta",
        "RandomContrast": "contrast_factor",
        "RandomColorDegeneration": "factor",
    }
    return {names[kind]: column(next(iter(given.values())))}


def rounded(x):
    return np.asarray(x).astype("float64").round(7).tolist()


def record(case):
    keras.utils.clear_session()
    layer = getattr(keras.layers, case.layer)(**case.arguments)
    images = keras.ops.convert_to_tensor(case.images())
    if case.chances:
        outputs = layer.transform_images(images, told(case, layer, images.shape))
    else:
        outputs = layer(images)
    return {"config": layer.get_config(), "output": rounded(outputs)}


def normalization():
    """Statistics and outputs, for several axes."""
    data = np.random.default_rng(0).normal(3, 2, (6, 4, 3)).astype("float32")
    found = []
    for axis in (-1, None, 1, (1, 2)):
        layer = keras.layers.Normalization(axis=axis)
        layer.adapt(data)
        layer(data)
        found.append(
            {
                "axis": axis,
                "weights": [rounded(w) for w in layer.get_weights()],
                "output": rounded(layer(data[:2])),
                "config": layer.get_config(),
            }
        )
    return {"data": data.tolist(), "found": found}


def main():
    facts = {
        "images": {name: record(case) for name, case in CASES.items()},
        "normalization": normalization(),
    }
    text = json.dumps(facts, indent=None, sort_keys=True, separators=(",", ":"))
    text = text.replace('},"', '},\n"')
    (HERE / "recorded.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
