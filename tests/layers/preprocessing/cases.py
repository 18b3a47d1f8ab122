"""Images, and what chance does to them: one line per layer and way to use it.

`chances` are what our layer draws; `record_from_keras.py` says the same to Keras.
"""

from dataclasses import dataclass, field

import numpy as np


def images(shape=(2, 4, 5, 3), high=255):
    """The same images in every run, none of them symmetric."""
    return np.random.default_rng(sum(shape)).uniform(0, high, shape).astype("float32")


@dataclass
class Case:
    layer: str
    arguments: dict
    chances: dict = field(default_factory=dict)
    shape: tuple = (2, 4, 5, 3)
    high: float = 255

    def images(self):
        return images(self.shape, self.high)


FIRST = {"data_format": "channels_first"}
UNIT = {"value_range": (0, 1)}
FILLS = [
    {"fill_mode": mode, "interpolation": interpolation, "fill_value": 7.0}
    for mode in ("constant", "nearest", "reflect", "wrap")
    for interpolation in ("bilinear", "nearest")
]

CASES = {
    "center_crop": Case("CenterCrop", {"height": 2, "width": 3}),
    "center_crop_odd": Case("CenterCrop", {"height": 3, "width": 2}),
    "center_crop_larger": Case("CenterCrop", {"height": 6, "width": 6}),
    "center_crop_one_image": Case(
        "CenterCrop", {"height": 2, "width": 2}, shape=(4, 5, 3)
    ),
    "center_crop_first": Case(
        "CenterCrop", {"height": 2, "width": 2, **FIRST}, shape=(1, 3, 4, 5)
    ),
    "auto_contrast": Case("AutoContrast", {}),
    "auto_contrast_unit": Case("AutoContrast", UNIT, high=1),
    "brightness": Case("RandomBrightness", {"factor": 0.5}, {"delta": [40, -90]}),
    "contrast": Case("RandomContrast", {"factor": 0.5}, {"contrast": [1.4, 0.6]}),
    "contrast_first": Case(
        "RandomContrast",
        {"factor": 0.5, **FIRST},
        {"contrast": [1.4]},
        shape=(1, 3, 4, 5),
    ),
    "hue": Case("RandomHue", {"factor": 0.5}, {"turn": [0.2, -0.4]}),
    "hue_unit": Case("RandomHue", {"factor": 0.5, **UNIT}, {"turn": [0.4, 0]}, high=1),
    "saturation": Case(
        "RandomSaturation", {"factor": 0.5, **UNIT}, {"strength": [0.3, 1.5]}, high=1
    ),
    "degeneration": Case(
        "RandomColorDegeneration", {"factor": 0.5}, {"share": [0.3, 1.0]}
    ),
    "grayscale": Case("RandomGrayscale", {}, {"happens": [True, False]}),
    "invert": Case("RandomInvert", {}, {"happens": [False, True]}),
    "posterization": Case("RandomPosterization", {"factor": 5}, {"bits": [2, 5]}),
    "posterization_unit": Case(
        "RandomPosterization", {"factor": 5, **UNIT}, {"bits": [3, 1]}, high=1
    ),
    "solarization": Case(
        "Solarization", {}, {"addition": [30.0, 0.0], "threshold": [128.0, 60.0]}
    ),
    "solarization_unit": Case(
        "Solarization", UNIT, {"addition": [30.0, 9], "threshold": [128, 60.0]}, high=1
    ),
    "sharpness": Case("RandomSharpness", {"factor": 0.5}, {"sharpness": [1.7, 0.2]}),
    "blur": Case(
        "RandomGaussianBlur",
        {"kernel_size": 3},
        {"happens": [True, False], "sigmas": [0.6, 1.0]},
    ),
    "blur_wide": Case(
        "RandomGaussianBlur",
        {"kernel_size": (5, 3)},
        {"happens": [True, True], "sigmas": [0.9, 0.5]},
    ),
    "flip_left_right": Case(
        "RandomFlip",
        {"mode": "horizontal"},
        {"left_right": [True, False], "top_bottom": [False, False]},
    ),
    "flip_top_bottom": Case(
        "RandomFlip",
        {"mode": "vertical"},
        {"left_right": [False, False], "top_bottom": [False, True]},
    ),
    "rotation_first": Case(
        "RandomRotation",
        {"factor": 0.5, **FIRST},
        {"angle": [0.4]},
        shape=(1, 3, 4, 5),
    ),
    "zoom_both": Case(
        "RandomZoom",
        {"height_factor": 0.5, "width_factor": 0.5},
        {"height_zoom": [0.6, 1.3], "width_zoom": [1.4, 0.8]},
    ),
    "shear": Case(
        "RandomShear",
        {"x_factor": 0.5, "y_factor": 0.5},
        {"x_shear": [0.3, -0.2], "y_shear": [0.1, -0.4]},
    ),
}
for fill in FILLS:
    name = f"{fill['fill_mode']}_{fill['interpolation']}"
    CASES[f"rotation_{name}"] = Case(
        "RandomRotation", {"factor": 0.5, **fill}, {"angle": [0.7, -2.9]}
    )
    CASES[f"zoom_{name}"] = Case(
        "RandomZoom",
        {"height_factor": 0.5, **fill},
        {"height_zoom": [0.6, 1.7], "width_zoom": [0.6, 1.7]},
    )
    CASES[f"translation_{name}"] = Case(
        "RandomTranslation",
        {"height_factor": 0.5, "width_factor": 0.5, **fill},
        {"down": [1.3, -3.0], "right": [-2.2, 4.6]},
    )
for interpolation in ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"):
    for height, width in ((2, 3), (7, 9), (3, 11)):
        for antialias in (False, True):
            CASES[f"resizing_{interpolation}_{height}x{width}_{antialias}"] = Case(
                "Resizing",
                {
                    "height": height,
                    "width": width,
                    "interpolation": interpolation,
                    "antialias": antialias,
                },
                shape=(1, 4, 5, 2),
            )
for shape in ((1, 4, 9, 2), (1, 9, 4, 2), (5, 5, 2)):
    for option in ("crop_to_aspect_ratio", "pad_to_aspect_ratio"):
        CASES[f"resizing_{option}_{shape}"] = Case(
            "Resizing",
            {"height": 3, "width": 4, option: True, "fill_value": 9.0},
            shape=shape,
        )

CLAHE = "ContrastLimitedAdaptiveHistogramEqualization"
CORNERS = [[0.0, 0], [4, 0], [0, 3], [4, 3]]
MOVED = [[0.0, 0], [3.5, 0], [0, 3.75], [3, 2]]

CASES |= {
    "equalization": Case("Equalization", {}),
    "equalization_unit": Case("Equalization", {**UNIT, "bins": 12}, high=1),
    "equalization_first": Case("Equalization", FIRST, shape=(2, 3, 4, 5)),
    "clahe": Case(CLAHE, {}, shape=(2, 19, 17, 3)),
    "clahe_unit": Case(
        CLAHE,
        {"value_range": (0, 1), "clip_limit": 1.5, "tile_grid_size": (2, 3)},
        shape=(1, 8, 9, 2),
        high=1,
    ),
    "clahe_one_image": Case(
        CLAHE, {"clip_limit": 0, "tile_grid_size": (2, 2), **FIRST}, shape=(3, 8, 6)
    ),
    **{
        f"perspective_{interpolation}": Case(
            "RandomPerspective",
            {"interpolation": interpolation, "fill_value": 7.0, "scale": 0.5},
            {
                "happens": [True, False],
                "corners": [CORNERS, CORNERS],
                "moved": [MOVED, CORNERS],
            },
        )
        for interpolation in ("bilinear", "nearest")
    },
    # Keras makes the changes in the order of its list.
    "rand_augment": Case(
        "RandAugment",
        {"num_ops": 3, "factor": 0.4},
        {
            "changes": [
                ("random_shear", {"x_shear": [0.3, -0.1], "y_shear": [0.2, 0.0]}),
                ("random_contrast", {"contrast": [1.4, 0.6]}),
                ("solarization", {"addition": [30.0, 0], "threshold": [128, 60.0]}),
            ]
        },
    ),
    "rand_augment_equalization": Case(
        "RandAugment",
        {"num_ops": 1, **UNIT},
        {"changes": [("equalization", {})]},
        high=1,
    ),
    "aug_mix": Case(
        "AugMix",
        {"num_chains": 2, "factor": 0.6, "alpha": 2.0},
        {
            "weights": [0.7, 0.3],
            "share": 0.4,
            "chains": [
                [("random_posterization", {"bits": [2, 5]}), ("auto_contrast", {})],
                [("random_translation", {"down": [1.5, 0], "right": [-1, 0.5]})],
            ],
        },
    ),
    "aug_mix_few": Case(
        "AugMix",
        {"num_chains": 1, "all_ops": False, "interpolation": "nearest"},
        {"weights": [1.0], "share": 0.25, "chains": [[("equalization", {})]]},
    ),
    "elastic_never": Case(
        "RandomElasticTransform", {"fill_mode": "mirror", "factor": 0.0}
    ),
}
