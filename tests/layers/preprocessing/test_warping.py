"""Images bent, mixed from chains, and with boxes: by hand and by SciPy."""

import numpy as np
import pytest
from scipy import ndimage

from edukeras import layers
from edukeras.layers import preprocessing as p

X = np.random.default_rng(0).uniform(0, 255, (3, 9, 7, 3)).astype("float32")
# What SciPy calls the ways to go on beyond the border.
SCIPY = {
    "constant": "constant",
    "nearest": "nearest",
    "reflect": "reflect",
    "mirror": "mirror",
    "wrap": "grid-wrap",
}


def test_moves_are_a_blurred_noise():
    noise = np.random.default_rng(1).normal(size=(1, 20, 24, 2))
    strength = 0.8
    sigma = 0.05 * strength * 20
    size = int(6 * sigma) | 1
    expected = np.stack(
        [
            ndimage.gaussian_filter(
                sigma * noise[0, ..., i], sigma, mode="constant", radius=size // 2
            )
            for i in range(2)
        ],
        axis=-1,
    )
    moves = p.RandomElasticTransform.moves(noise, strength)
    np.testing.assert_allclose(moves[0], 0.1 * strength * 24 * expected, rtol=1e-6)


@pytest.mark.parametrize("fill_mode", SCIPY)
@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
def test_elastic_transform_takes_pixels_from_where_they_moved(fill_mode, interpolation):
    layer = p.RandomElasticTransform(
        (1, 1), fill_mode=fill_mode, interpolation=interpolation, fill_value=50.0
    )
    moves = np.random.default_rng(2).uniform(-3, 3, (3, 9, 7, 2))
    happens = np.array([True, True, False])
    layer.draw = lambda shape, training: {"happens": happens, "moves": moves}
    found = layer(X, training=True).numpy()
    rows, columns = np.mgrid[:9, :7]
    for i in range(2):
        for channel in range(3):
            expected = ndimage.map_coordinates(
                np.float64(X[i, ..., channel]),
                [rows + moves[i, ..., 1], columns + moves[i, ..., 0]],
                order=interpolation == "bilinear",
                # With "constant", SciPy does not mix the border with the fill value.
                mode=SCIPY[fill_mode].replace("constant", "grid-constant"),
                cval=50.0,
            )
            np.testing.assert_allclose(found[i, ..., channel], expected, atol=1e-3)
    np.testing.assert_array_equal(found[2], X[2])


@pytest.mark.parametrize("name", ["RandAugment", "AugMix", "RandomPerspective"])
def test_a_seed_makes_chances_repeatable(name):
    first, second = (getattr(p, name)(seed=3) for _ in range(2))
    for _ in range(4):
        found = first(X, training=True).numpy()
        np.testing.assert_array_equal(found, second(X, training=True).numpy())
    assert found.min() >= -1e-3
    assert found.max() <= 255 + 1e-3
    np.testing.assert_array_equal(first(X, training=False).numpy(), X)


@pytest.mark.parametrize("name", ["RandAugment", "RandomPerspective"])
def test_masks_move_as_the_images_do(name):
    layer = getattr(p, name)(interpolation="nearest", seed=5)
    masks = (X[..., :1] > 100).astype("int32")
    for _ in range(5):
        data = {"images": masks * 255.0, "segmentation_masks": masks}
        if name == "RandAugment":
            moves = ("random_shear", "random_translation", "random_rotation")
            layer._CHANGES = moves
        changed = layer(data, training=True)
        found = changed["segmentation_masks"].numpy()
        assert changed["segmentation_masks"].dtype == "int32"
        np.testing.assert_array_equal(found * 255.0, changed["images"].numpy())


def test_augmix_mixes_masks_with_the_same_shares():
    layer = p.AugMix(num_chains=1, all_ops=False, value_range=(0, 1))
    shift = {"down": np.array([0.0]), "right": np.array([1.0])}
    chain = [("random_translation", shift)]
    layer.random_translation.fill_mode = "constant"
    chances = {"weights": [1.0], "share": 0.25, "chains": [chain]}
    layer.draw = lambda shape, training: chances
    x = np.float32([1, 1, 0]).reshape(1, 1, 3, 1)
    changed = layer({"images": x, "segmentation_masks": x}, training=True)
    for part in changed.values():
        np.testing.assert_allclose(part.numpy().ravel(), [0.25, 1, 0.75])


def test_whole_numbers_stay_whole_in_clahe():
    layer = p.ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(2, 2))
    whole = X.astype("uint8")
    found = layer(whole)
    assert found.dtype == "uint8"
    expected = np.floor(layer(whole.astype("float32")).numpy())
    np.testing.assert_array_equal(found.numpy(), expected)
    assert layer(layers.Input((9, 7, 3), dtype="uint8")).dtype == "uint8"


def test_boxes_are_cut_off_or_filled_up():
    boxes = np.arange(24, dtype="float32").reshape(2, 3, 4)
    data = {
        "images": X[:2],
        "bounding_boxes": {"boxes": boxes, "labels": np.array([[1, 2, 3], [4, 5, 6]])},
    }
    fewer = p.MaxNumBoundingBoxes(2, bounding_box_format="xyxy")(data)
    np.testing.assert_array_equal(
        fewer["bounding_boxes"]["boxes"].numpy(), boxes[:, :2]
    )
    assert fewer["bounding_boxes"]["labels"].tolist() == [[1, 2], [4, 5]]
    layer = p.MaxNumBoundingBoxes(4, fill_value=-7, bounding_box_format="xyxy")
    more = layer(data)["bounding_boxes"]
    np.testing.assert_array_equal(more["boxes"].numpy()[:, :3], boxes)
    assert (more["boxes"].numpy()[:, 3] == -7).all()
    assert more["labels"].tolist() == [[1, 2, 3, -7], [4, 5, 6, -7]]
    twin = p.MaxNumBoundingBoxes.from_config(layer.get_config())
    assert twin(data)["bounding_boxes"]["labels"].tolist() == more["labels"].tolist()
    one = {
        "images": X[0],
        "bounding_boxes": {"boxes": boxes[0], "labels": np.array([1, 2, 3])},
    }
    assert layer(one)["bounding_boxes"]["labels"].tolist() == [1, 2, 3, -7]


def test_boxes_stay_where_no_pixels_move_and_are_refused_elsewhere():
    boxes = {"boxes": np.ones((3, 1, 4), "float32"), "labels": np.ones((3, 1), "int32")}
    data = {"images": X, "bounding_boxes": boxes}
    brighter = p.RandomBrightness(0.5, bounding_box_format="xyxy")
    kept = brighter(data, training=True)["bounding_boxes"]["boxes"]
    np.testing.assert_array_equal(kept.numpy(), boxes["boxes"])
    assert brighter.get_config()["bounding_box_format"] == "xyxy"
    with pytest.raises(NotImplementedError, match="moves pixels"):
        p.RandomFlip(bounding_box_format="xyxy")(data, training=True)
    with pytest.raises(ValueError, match="labels"):
        brighter({"images": X, "bounding_boxes": boxes["boxes"]}, training=True)


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match="scale=2"):
        p.RandomPerspective(scale=2)
    with pytest.raises(ValueError, match="tile_grid_size"):
        p.ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(1, 2, 3))
    with pytest.raises(ValueError, match="bins"):
        p.Equalization(bins=0)
    with pytest.raises(ValueError, match="factor=3"):
        p.AugMix(factor=3)
