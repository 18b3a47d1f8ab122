"""Images: for given chances, the pixels that real Keras computes."""

import json
from pathlib import Path

import numpy as np
import pytest

from edukeras.layers import preprocessing
from edukeras.tensor import Tensor
from tests.layers.preprocessing.cases import CASES

FACTS = json.loads((Path(__file__).parent / "recorded.json").read_text("utf-8"))


def arrays(chances):
    """Numbers as arrays, also in the chances of layers inside a layer."""
    if isinstance(chances, dict):
        return {name: arrays(value) for name, value in chances.items()}
    if isinstance(chances, tuple):  # the name of a layer, and its chances
        return chances[0], arrays(chances[1])
    first = chances
    while isinstance(first, list) and first:
        first = first[0]
    if isinstance(first, tuple):
        return [arrays(item) for item in chances]
    return np.array(chances)


def transformed(case):
    """What our layer makes of the images of a case, by the case's chances."""
    layer = getattr(preprocessing, case.layer)(**case.arguments)
    if not case.chances:
        return layer(case.images()).array
    chances = arrays(case.chances)
    layer.draw = lambda shape, training: chances
    return layer(case.images(), training=True).array


@pytest.mark.parametrize("name", CASES)
def test_pixels_are_those_of_keras(name):
    case = CASES[name]
    expected = np.array(FACTS["images"][name]["output"])
    np.testing.assert_allclose(
        transformed(case), expected, rtol=2e-5, atol=2e-6 * case.high
    )


@pytest.mark.parametrize("name", CASES)
def test_config_is_that_of_keras_and_makes_the_layer(name):
    theirs = FACTS["images"][name]["config"]
    case = CASES[name]
    if "seed" in theirs and theirs["seed"] is None:
        theirs = {k: v for k, v in theirs.items() if k != "name"}
    layer_class = getattr(preprocessing, case.layer)
    ours = json.loads(json.dumps(layer_class(**case.arguments).get_config()))
    again = json.loads(json.dumps(layer_class.from_config(ours).get_config()))
    assert again == ours
    # Keras forgets the seed of RandomGrayscale.
    without_name = {k: v for k, v in ours.items() if k not in ("name", "dtype")}
    expected = {k: v for k, v in theirs.items() if k not in ("name", "dtype")}
    if case.layer == "RandomGrayscale":
        del without_name["seed"]
    assert without_name == expected
    layer_class.from_config(FACTS["images"][name]["config"])


def test_flip_of_both_sides_by_hand():
    layer = preprocessing.RandomFlip()
    x = np.arange(6, dtype=np.float32).reshape(1, 2, 3, 1)
    both = {"left_right": np.array([True]), "top_bottom": np.array([True])}
    y = layer.transform(Tensor(x), **both)
    np.testing.assert_array_equal(y.array, x[:, ::-1, ::-1])
