"""Pictures and texts in folders, as data sets for `fit`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from edukeras import config
from edukeras.errors import unknown_name
from edukeras.layers import Resizing
from edukeras.layers.preprocessing.sampling import INTERPOLATIONS
from edukeras.utils.directories import datasets_of
from edukeras.utils.images import img_to_array, load_img

_PICTURES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
_COLOR_MODES = ("grayscale", "rgb", "rgba")


def image_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Any = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: tuple[int, int] = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Pictures in folders, as a PyDataset; Keras returns a tf.data set instead.

        pictures/cats/1.jpg, pictures/cats/2.jpg, pictures/dogs/1.jpg ...

    Batches are (images, labels): images (B, height, width, channels), 0 to 255; labels
    (B,) for "int", (B, 1) for "binary", (B, classes) for "categorical".  Needs the
    package pillow.

    Args:
        directory: the folder: .jpg, .png, .bmp and .gif files, at any depth.
        labels: "inferred" from the names of the subfolders, a list with the label of
            each file in the order of paths, or None.
        label_mode: "int", "binary", "categorical", or None: no labels.
        class_names: which subfolders to read; their order numbers the classes.
        color_mode: "rgb", "rgba" or "grayscale".
        batch_size: None gives each picture as a batch of one.
        image_size: (height, width) to resize to.
        shuffle: whether to mix the pictures, anew after each epoch; otherwise they
            come in the order of paths.
        seed: makes the order repeatable.
        validation_split, subset: the share that is held back, and which part to
            return: "training", "validation" or "both".
        interpolation: as of the layer Resizing.
        crop_to_aspect_ratio, pad_to_aspect_ratio: cut off, or add a black border,
            rather than distort.
        format: accepted as in Keras.
        verbose: whether to print how many files were found.

    Returns:
        a PyDataset with the attributes `class_names` and `file_paths`; for
        subset="both" a list of two.
    """
    if color_mode not in _COLOR_MODES:
        raise unknown_name("color_mode", color_mode, _COLOR_MODES)
    if interpolation not in INTERPOLATIONS:
        raise unknown_name("interpolation", interpolation, INTERPOLATIONS)
    resize = Resizing(
        *image_size,
        interpolation=interpolation,
        crop_to_aspect_ratio=crop_to_aspect_ratio,
        pad_to_aspect_ratio=pad_to_aspect_ratio,
        data_format="channels_last",
    )
    first = config.standardize_data_format(data_format) == "channels_first"
    return datasets_of(
        directory,
        partial(_picture, color_mode=color_mode, resize=resize, first=first),
        _PICTURES,
        labels=labels,
        label_mode=label_mode,
        class_names=class_names,
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        validation_split=validation_split,
        subset=subset,
        follow_links=follow_links,
        verbose=verbose,
    )


def _picture(path: str, color_mode: str, resize: Any, first: bool) -> np.ndarray:
    pixels = img_to_array(load_img(path, color_mode), "channels_last")
    image = resize(pixels).numpy()
    return image.transpose(2, 0, 1) if first else image


def text_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Any = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Texts in folders, as a PyDataset; Keras returns a tf.data set instead.

        reviews/good/1.txt, reviews/good/2.txt, reviews/bad/1.txt ...

    Batches are (texts, labels): texts are strings (B,), for a TextVectorization.

    Args:
        directory: the folder: .txt files, in UTF-8, at any depth.
        max_length: longer texts are cut off.
        The others are those of `image_dataset_from_directory`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("good", "bad"):
    ...         (Path(folder) / name).mkdir()
    ...         _ = (Path(folder) / name / "1.txt").write_text(f"a {name} one")
    ...     texts, labels = text_dataset_from_directory(folder, shuffle=False)[0]
    Found 2 files belonging to 2 classes.
    >>> texts.tolist(), labels.tolist()
    (['a bad one', 'a good one'], [0, 1])
    """
    return datasets_of(
        directory,
        partial(_text, max_length=max_length),
        (".txt",),
        labels=labels,
        label_mode=label_mode,
        class_names=class_names,
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        validation_split=validation_split,
        subset=subset,
        follow_links=follow_links,
        verbose=verbose,
    )


def _text(path: str, max_length: int | None) -> str:
    return Path(path).read_bytes().decode("utf-8")[:max_length]
