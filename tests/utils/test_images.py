"""Pictures to arrays and back."""

import numpy as np
import pytest

from edukeras import utils

pytest.importorskip("PIL")


def test_pixels_survive_a_file(tmp_path):
    pixels = np.arange(48).reshape(4, 4, 3).astype("float32")
    path = tmp_path / "a.png"
    utils.save_img(path, pixels, scale=False)
    np.testing.assert_array_equal(utils.img_to_array(utils.load_img(path)), pixels)


def test_scaling_stretches_to_0_and_255():
    array = utils.img_to_array(utils.array_to_img([[[1.0], [2.0]]]))
    assert array[..., 0].tolist() == [[0, 255]]
    assert utils.img_to_array(utils.array_to_img(np.ones((1, 1, 1)))).max() == 0


def test_channels_first_is_turned():
    picture = utils.array_to_img(np.zeros((3, 4, 5)), data_format="channels_first")
    assert picture.size == (5, 4)
    assert utils.img_to_array(picture, data_format="channels_first").shape == (3, 4, 5)


@pytest.mark.parametrize("keep", [False, True])
def test_pictures_are_loaded_in_a_size_and_a_mode(tmp_path, keep):
    path = tmp_path / "a.png"
    utils.save_img(path, np.zeros((8, 4, 3)))
    picture = utils.load_img(
        path, color_mode="grayscale", target_size=(2, 2), keep_aspect_ratio=keep
    )
    assert utils.img_to_array(picture).shape == (2, 2, 1)


@pytest.mark.parametrize("shape", [(2, 2), (2, 2, 2)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="three axes|1, 3 or 4 channels"):
        utils.array_to_img(np.zeros(shape))
