"""Image layers: chance, seeds, modes, labels and masks, gradients, models."""

import numpy as np
import pytest

from edukeras import GradientTape, Model, Sequential, config, layers, ops
from edukeras.errors import ShapeError
from edukeras.layers import preprocessing as p
from edukeras.testing import check_layer
from tests.layers.preprocessing.cases import images

RANDOM = {
    "RandomFlip": {},
    "RandomRotation": {"factor": 0.3},
    "RandomZoom": {"height_factor": 0.3},
    "RandomTranslation": {"height_factor": 0.3, "width_factor": 0.3},
    "RandomShear": {"x_factor": 0.5},
    "RandomBrightness": {"factor": 0.4},
    "RandomContrast": {"factor": 0.4},
    "RandomHue": {"factor": 0.4},
    "RandomSaturation": {"factor": (0.1, 0.4), "value_range": (0, 1)},
    "RandomColorJitter": {"brightness_factor": 0.2, "hue_factor": 0.3},
    "RandomColorDegeneration": {"factor": 0.4},
    "RandomGrayscale": {},
    "RandomInvert": {"factor": 0.5},
    "RandomPosterization": {"factor": 4},
    "RandomSharpness": {"factor": 0.9},
    "RandomGaussianBlur": {"factor": (0.5, 1.0)},
    "RandomErasing": {},
    "Solarization": {"addition_factor": 0.4, "threshold_factor": 0.5},
    "MixUp": {"alpha": 1.0},
    "CutMix": {},
}
PLAIN = {
    "Resizing": {"height": 3, "width": 4},
    "CenterCrop": {"height": 3, "width": 4},
    "RandomCrop": {"height": 3, "width": 4},
    "AutoContrast": {},
}
MOVING = ["RandomRotation", "RandomZoom", "RandomTranslation", "RandomShear"]
X = images((6, 8, 9, 3))


def make(name, **options):
    return getattr(p, name)(**{**RANDOM, **PLAIN}[name], **options)


@pytest.mark.parametrize("name", RANDOM)
def test_inference_changes_nothing(name):
    np.testing.assert_array_equal(make(name)(X, training=False).array, X)


@pytest.mark.parametrize("name", [*RANDOM, "RandomCrop"])
def test_each_training_call_draws_anew(name):
    layer = make(name, seed=2)
    results = [layer(X, training=True).array for _ in range(4)]
    assert any((results[0] != other).any() for other in results[1:])


@pytest.mark.parametrize("name", [*RANDOM, "RandomCrop"])
def test_the_same_seed_gives_the_same_images(name):
    first, second = (make(name, seed=7)(X, training=True).array for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", [*RANDOM, "RandomCrop"])
def test_the_global_seed_decides_where_there_is_no_other(name):
    results = []
    for _ in range(2):
        config.set_random_seed(3)
        results.append(make(name)(X, training=True).array)
    np.testing.assert_array_equal(*results)


@pytest.mark.parametrize("name", [*RANDOM, *PLAIN])
def test_layer_keeps_its_promises_in_inference(name):
    # A value of 255 and finite differences need more room than the default.
    check_layer(
        getattr(p, name),
        {**RANDOM, **PLAIN}[name],
        images((2, 4, 5, 3), high=1),
        call_arguments={"training": False},
        gradients=name != "AutoContrast",
    )


@pytest.mark.parametrize("name", [*RANDOM, *PLAIN])
def test_whole_numbers_single_images_and_channels_first(name):
    layer = make(name, seed=5) if name in RANDOM else make(name)
    whole = X.astype("uint8")
    batch = layer(whole, training=True)
    assert batch.shape[0] == 6
    assert batch.shape[1:] == layer.compute_output_shape(X.shape)[1:]
    assert np.isfinite(batch.array).all()
    assert layer(whole[0], training=True).shape == batch.shape[1:]
    if name not in ("RandomBrightness", "RandomContrast", "Solarization"):
        seeded = {"seed": 5} if name in RANDOM else {}
        if name == "AutoContrast":
            return
        first = make(name, data_format="channels_first", **seeded)
        turned = first(X.transpose(0, 3, 1, 2), training=True)
        expected = make(name, **seeded)(X, training=True)
        if name != "RandomCrop":  # it has no seed here
            np.testing.assert_allclose(
                turned.array.transpose(0, 2, 3, 1), expected.array, rtol=1e-5, atol=1e-3
            )


def test_factors_bound_what_is_drawn():
    gray = np.full((500, 2, 2, 3), 100, np.float32)
    y = p.RandomBrightness((0.1, 0.2), seed=1)(gray, training=True).array
    assert 125 <= y.min() < 127
    assert 149 < y.max() <= 151
    angles = p.RandomRotation((0.0, 0.25), seed=1).draw((500, 4, 4, 1), True)["angle"]
    assert 0 <= angles.min() < 0.05
    assert np.pi / 2 - 0.05 < angles.max() <= np.pi / 2
    bits = p.RandomPosterization(3, seed=1).draw((100, 2, 2, 3), True)["bits"]
    assert set(bits) == {1, 2, 3}


def test_positive_angles_turn_counter_clockwise():
    x = np.zeros((1, 3, 3, 1), np.float32)
    x[0, 0, 1] = 1  # 12 o'clock becomes 9 o'clock
    y = p.RandomRotation((0.25, 0.25))(x, training=True).array
    assert y[0, 1, 0, 0] == pytest.approx(1)


def test_positive_zoom_shows_more():
    x = np.ones((1, 6, 6, 1), np.float32)
    y = p.RandomZoom((0.5, 0.5), fill_mode="constant")(x, training=True).array
    assert y[0, 0, 0, 0] < y[0, 3, 3, 0] == 1


def test_erasing_covers_a_rectangle_of_the_right_size():
    x = np.ones((200, 20, 20, 1), np.float32)
    layer = p.RandomErasing(scale=(0.25, 0.25), fill_value=0.0, seed=1)
    erased = 1 - layer(x, training=True).array
    shares = erased.mean(axis=(1, 2, 3))
    assert {0.25} >= set(shares[shares > 0].round(2))
    assert 0.3 < (shares > 0).mean() < 0.7  # factor 1.0: chances from 0 to 1


def test_flip_moves_masks_with_images():
    layer = p.RandomFlip(seed=4)
    masks = (X[..., :1] > 100).astype("int32")
    out = layer({"images": X, "segmentation_masks": masks}, training=True)
    np.testing.assert_array_equal(
        out["images"].array[..., :1] > 100, out["segmentation_masks"].array
    )
    assert out["segmentation_masks"].dtype == "int32"


@pytest.mark.parametrize("name", MOVING)
def test_masks_keep_their_classes(name):
    masks = np.random.default_rng(0).choice([0, 3, 7], (6, 8, 9, 1))
    out = make(name, seed=1)({"images": X, "segmentation_masks": masks}, training=True)
    assert set(np.unique(out["segmentation_masks"].array)) <= {0, 3, 7}


def test_labels_are_mixed_as_the_images_are():
    x = np.stack([np.full((4, 4, 1), float(i)) for i in range(5)])
    labels = np.eye(5)
    for layer in (p.MixUp(alpha=1.0, seed=1), p.CutMix(seed=1)):
        out = layer({"images": x, "labels": labels}, training=True)
        means = out["images"].array.mean(axis=(1, 2, 3))
        np.testing.assert_allclose(
            out["labels"].array @ np.arange(5), means, rtol=1e-5, atol=1e-5
        )
        np.testing.assert_allclose(out["labels"].array.sum(axis=1), 1, rtol=1e-5)


def test_gradients_of_what_moves_pixels_are_right():
    for name in MOVING:
        for fill_mode in ("constant", "reflect"):
            layer = make(name, seed=3, fill_mode=fill_mode, dtype="float64")
            chances = layer.draw((2, 4, 5, 1), True)
            x = ops.convert_to_tensor(images((2, 4, 5, 1)).astype("float64"))
            slope = np.random.default_rng(0).normal(size=x.shape)
            with GradientTape() as tape:
                tape.watch(x)
                loss = ops.sum(layer.transform(x, **chances) * slope)
            gradient = tape.gradient(loss, x).array
            bump = np.zeros(x.shape)
            bump[1, 2, 3, 0] = 1.0
            after = ops.sum(layer.transform(x + bump, **chances) * slope)
            # The layer is linear, so that one step shows the slope exactly.
            assert float(after) - float(loss) == pytest.approx(
                gradient[1, 2, 3, 0], abs=1e-9
            )


def test_resizing_keeps_whole_numbers_whole():
    x = np.array([0, 255], np.uint8).reshape(1, 1, 2, 1)
    y = p.Resizing(1, 4)(x)
    assert y.dtype == "uint8"
    assert y.array.ravel().tolist() == [0, 64, 191, 255]
    symbol = p.Resizing(1, 4)(layers.Input((1, 2, 1), dtype="uint8"))
    assert (symbol.shape, symbol.dtype) == ((None, 1, 4, 1), "uint8")


def test_random_crop_is_a_part_of_the_image():
    x = np.arange(64.0, dtype=np.float32).reshape(1, 8, 8, 1)
    y = p.RandomCrop(3, 4, seed=1)(x, training=True).array[0, :, :, 0]
    corner = int(y[0, 0])
    np.testing.assert_array_equal(
        y, x[0, corner // 8 : corner // 8 + 3, corner % 8 : corner % 8 + 4, 0]
    )


def test_random_crop_in_inference_is_centred():
    x = np.arange(16.0, dtype=np.float32).reshape(1, 2, 8, 1)
    y = p.RandomCrop(2, 2)(x, training=False).array
    assert y.ravel().tolist() == [3, 4, 11, 12]


def test_augmentation_acts_in_fit_and_not_in_predict():
    seen = []

    class Spy(layers.Layer):
        def call(self, x):
            seen.append(x.array.copy())
            return x

    x = X / 255
    flip = p.RandomFlip(seed=1)
    model = Sequential([flip, Spy(), layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.predict(x, verbose=0)
    np.testing.assert_array_equal(seen[-1], x)
    model.fit(x, np.zeros(6), batch_size=6, shuffle=False, verbose=0)
    assert (seen[-1] != x).any()


def test_functional_model_with_preprocessing():
    inputs = layers.Input((8, 9, 3), dtype="uint8")
    x = p.Resizing(4, 4)(inputs)
    x = p.RandomRotation(0.1)(p.Rescaling(1 / 255)(x))
    model = Model(inputs, layers.Dense(2)(layers.Flatten()(x)))
    assert model.predict(X.astype("uint8"), verbose=0).shape == (6, 2)


def test_pipeline_calls_one_after_the_other_and_round_trips():
    pipeline = p.Pipeline([p.CenterCrop(4, 4), p.Rescaling(1 / 255)])
    y = pipeline(X)
    np.testing.assert_allclose(y.array, X[:, 2:6, 2:6] / 255, rtol=1e-6)
    twin = p.Pipeline.from_config(pipeline.get_config())
    np.testing.assert_array_equal(twin(X).array, y.array)
    with pytest.raises(TypeError, match="made of layers"):
        p.Pipeline([1])


def test_pipeline_hands_the_mode_on():
    pipeline = p.Pipeline([p.RandomInvert((1.0, 1.0))])
    np.testing.assert_array_equal(pipeline(X, training=False).array, X)
    np.testing.assert_allclose(pipeline(X, training=True).array, 255 - X, rtol=1e-6)


def test_errors_say_what_to_do():
    with pytest.raises(ShapeError, match=r"takes images.*\(B, H, W, C\).*channel"):
        p.RandomFlip()(np.ones((4, 4)), training=True)
    with pytest.raises(ValueError, match='Did you mean "reflect"'):
        p.RandomRotation(0.1, fill_mode="reflekt")
    with pytest.raises(ValueError, match="between -1.0 and 1.0.*factor=30"):
        p.RandomRotation(30)
    with pytest.raises(ValueError, match='Did you mean "horizontal"'):
        p.RandomFlip("horizontally")
    with pytest.raises(ValueError, match="either crops or pads"):
        p.Resizing(2, 2, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True)
    with pytest.raises(ValueError, match="above 0 as height"):
        p.Resizing(0, 2)
    with pytest.raises(ShapeError, match="red, green and blue.*3 channels"):
        p.RandomHue(0.1)(np.ones((1, 4, 4, 1)), training=True)
    with pytest.raises(ValueError, match="value_range"):
        p.RandomContrast(0.1, value_range=255)
    with pytest.raises(ValueError, match="bounding_boxes"):
        p.RandomFlip()({"images": X, "bounding_boxes": X}, training=True)
