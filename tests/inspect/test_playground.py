"""The playground without widgets: points, network, code, picture."""

import base64
import io
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import edukeras as keras
from edukeras.inspect.playground import PlaygroundView
from edukeras.inspect.playground_data import (
    FEATURES,
    GENERATORS,
    features,
    make_points,
    own_points,
)
from edukeras.inspect.playground_model import Settings
from edukeras.inspect.playground_picture import CLASS_COLOURS, playground_svg
from edukeras.inspect.playground_training import GRID, REACH, PlaygroundTraining
from edukeras.inspect.png import png
from tests.inspect import sanitiser

SVG = "{http://www.w3.org/2000/svg}"


# -- points -------------------------------------------------------------------


@pytest.mark.parametrize("name", GENERATORS)
def test_points_lie_in_the_picture_and_follow_the_seed(name):
    points = make_points(name, 0.0, 200, 0.25, seed=3)
    assert points.x.shape == (150, 2)
    assert points.y_test.shape == (50, 1)
    assert np.abs(points.x).max() <= REACH
    again = make_points(name, 0.0, 200, 0.25, seed=3)
    np.testing.assert_array_equal(points.x, again.x)
    assert not np.array_equal(points.x, make_points(name, 0.0, 200, 0.25, seed=4).x)


@pytest.mark.parametrize("name", ["circle", "xor", "gauss", "spiral", "moons"])
def test_both_classes_are_about_equally_frequent(name):
    points = make_points(name, 0.2, 400, 0.5, seed=0)
    assert points.classes == 2
    assert 0.4 < points.y.mean() < 0.6


def test_noise_spreads_the_points():
    quiet, loud = (make_points("gauss", n, 400, 0.5, 0).x.std() for n in (0.0, 1.0))
    assert loud > 1.2 * quiet


@pytest.mark.parametrize("name", FEATURES)
def test_the_code_of_a_feature_computes_it(name):
    x = np.array([[0.5, -0.25], [1.0, 2.0]])
    names = {"x1": x[:, 0], "x2": x[:, 1], "np": np}
    expected = eval(FEATURES[name], names)
    np.testing.assert_allclose(features(x, [name])[:, 0], expected, rtol=1e-6)


def test_own_data_is_scaled_and_its_task_is_seen():
    x = np.random.default_rng(0).normal(50, 10, (60, 2))
    points = own_points(x, np.arange(60) % 3, 0.5, 0)
    assert (points.task, points.classes) == ("classes", 3)
    assert np.abs(np.concatenate([points.x, points.x_test])).max() <= 0.96
    assert own_points(x, x[:, 0], 0.5, 0).task == "regression"


@pytest.mark.parametrize(
    ("x", "y"), [(np.ones((4, 3)), np.ones(4)), (np.ones((4, 2)), np.ones(5))]
)
def test_data_that_is_not_in_the_plane_is_refused(x, y):
    with pytest.raises(ValueError, match=r"expected: x of shape|x of shape \(N, 2\)"):
        own_points(x, y, 0.5, 0)


# -- the network --------------------------------------------------------------

RICH = Settings(
    data="spiral",
    features=("x1", "x2", "sin(πx1)"),
    layers=(6, 4),
    activation="relu",
    optimizer="momentum",
    learning_rate=0.01,
    batch_size=16,
    penalty="l2",
    batch_norm=True,
    dropout=0.1,
    seed=5,
)
X_OWN = np.random.default_rng(1).normal(size=(90, 2))
CASES = {
    "default": (Settings(), None),
    "rich": (RICH, None),
    "no hidden layer": (Settings(data="xor", layers=(), features=("x1·x2",)), None),
    "regression": (Settings(data="hills", optimizer="rmsprop"), None),
    "own classes": (Settings(data="own"), (X_OWN, np.arange(90) % 3)),
    "own numbers": (Settings(data="own", penalty="l1"), (X_OWN, X_OWN.sum(axis=1))),
}


@pytest.mark.parametrize("case", CASES)
def test_the_code_makes_the_same_network_with_the_same_loss(case, capsys):
    settings, own = CASES[case]
    view = PlaygroundView(settings, own, epochs=6)
    names = {"x": own[0], "y": own[1]} if own else {}
    exec(view.code(), names)
    model, shown = names["model"], view.training.model
    assert [type(layer) for layer in model.layers] == [
        type(layer) for layer in shown.layers
    ]
    assert model.count_params() == shown.count_params()
    for mine, theirs in zip(shown.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-4)
    printed = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines()]
    assert printed == pytest.approx(view.training.losses[-1], rel=1e-3)


def test_the_code_repeats_how_the_learning_rate_was_moved(capsys):
    training = PlaygroundTraining(Settings(layers=(3,)))
    for rate in (0.1, 0.003):
        training.run_epoch()
        training.run_epoch()
        training.set_learning_rate(rate)
    training.run_epoch()
    from edukeras.inspect.playground_code import script_of

    names = {}
    exec(script_of(training), names)
    assert names["rates"] == {0: 0.03, 2: 0.1, 4: 0.003}
    result = names["model"].evaluate(names["inputs"], names["y"], verbose=0)
    both = np.mean(training.losses[-1])  # as many points to learn from as to test with
    assert result == pytest.approx(both, rel=1e-4)


def test_the_same_settings_give_the_same_text_and_picture():
    one, two = (PlaygroundView(RICH, epochs=3) for _ in range(2))
    assert one.text() == two.text()
    assert one.html() == two.html()


def test_it_neither_uses_nor_changes_the_random_numbers_of_the_notebook():
    keras.utils.set_random_seed(1)
    expected = keras.random.normal((3,)).numpy()
    keras.utils.set_random_seed(1)
    PlaygroundView(RICH, epochs=2)
    np.testing.assert_array_equal(keras.random.normal((3,)).numpy(), expected)


def test_it_learns_what_it_should():
    view = PlaygroundView(Settings(data="circle", noise=0.0), epochs=60)
    assert view.training.losses[-1][1] < 0.15 < view.training.losses[0][1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("data", "cube"),
        ("noise", 2.0),
        ("features", ()),
        ("layers", (9,)),
        ("layers", (1,) * 6),
        ("activation", "softmax"),
        ("learning_rate", 0.0),
        ("dropout", 1.0),
    ],
)
def test_a_setting_that_cannot_be_is_named(name, value):
    with pytest.raises(ValueError, match=f"cannot have this {name}"):
        Settings(**{name: value})


# -- the picture --------------------------------------------------------------


def test_surfaces_are_what_the_network_computes_there():
    training = PlaygroundTraining(Settings(layers=(3, 2), features=("x1", "x2")))
    hidden, output = training.surfaces()
    assert [len(layer) for layer in hidden] == [3, 2]
    corner = np.array([[-REACH, REACH]], "float32")  # the top left one
    predicted = training.model.predict(corner, verbose=0)
    assert output[0, 0, 0] == pytest.approx(predicted[0, 0], rel=1e-5)
    first = training.model.layers[0](corner).numpy()[0]
    assert [layer[0, 0] for layer in hidden[0]] == pytest.approx(first, rel=1e-5)
    x1, x2 = training.feature_surfaces()
    assert x1.shape == (GRID, GRID)
    assert x1[0, 0] < 0 < x1[0, -1]
    assert x2[-1, 0] < 0 < x2[0, 0]


def test_a_png_can_be_read_by_others():
    image = pytest.importorskip("matplotlib.image")
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.uint8)
    read = image.imread(io.BytesIO(png(pixels)), format="png")
    np.testing.assert_allclose(read[..., :3] * 255, pixels, atol=0.01)
    places = pixels[..., 0] % len(CLASS_COLOURS)
    read = image.imread(io.BytesIO(png(places, CLASS_COLOURS)), format="png")
    np.testing.assert_allclose(read[..., :3] * 255, CLASS_COLOURS[places], atol=0.01)


@pytest.mark.parametrize("case", CASES)
def test_the_picture_has_a_surface_for_every_feature_unit_and_the_output(case):
    settings, own = CASES[case]
    root = ElementTree.fromstring(playground_svg(PlaygroundTraining(settings, own)))
    count = len(settings.features) + sum(settings.layers) + 1
    assert len(root.findall(f"{SVG}image")) == count
    width = float(root.get("width"))
    height = float(root.get("height"))
    for image in root.findall(f"{SVG}image"):
        assert 0 <= float(image.get("x")) <= width - float(image.get("width"))
        assert 0 <= float(image.get("y")) <= height - float(image.get("height"))


def test_a_network_that_has_diverged_can_still_be_drawn():
    settings = Settings(data="plane", learning_rate=1e30, optimizer="sgd")
    view = PlaygroundView(settings, epochs=3)
    ElementTree.fromstring(playground_svg(view.training))
    assert "After 3 epochs" in view.text()


def test_negative_weights_are_dashed():
    training = PlaygroundTraining(Settings(layers=()))
    training.model.layers[0].kernel.assign([[2.0], [-2.0]])
    root = ElementTree.fromstring(playground_svg(training))
    paths = root.find(f"{SVG}g").findall(f"{SVG}path")
    assert [path.get("stroke-dasharray") for path in paths] == [None, "6 3"]


def test_the_html_holds_the_picture_its_words_and_the_code():
    view = PlaygroundView(RICH, epochs=1)
    (picture,) = re.findall(
        r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="([^"]+)"', view.html()
    )
    ElementTree.fromstring(base64.b64decode(picture[0]))
    assert picture[1].startswith("Playground: spiral")
    assert "keras.Sequential(" in view.html()
    sanitiser.check(view.html())
    assert max(map(len, view.text().splitlines())) <= 100
