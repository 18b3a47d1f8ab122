import numpy as np
import pytest

import edukeras as keras
from edukeras import layers
from edukeras.inspect import describe_weights
from edukeras.inspect.weight_pictures import filter_shape
from edukeras.inspect.weights import kind_fits, sparkline, statistics, weight_png
from tests.inspect.sanitiser import check

PNG = b"\x89PNG\r\n\x1a\n"


def test_statistics_are_those_of_numpy():
    values = np.random.default_rng(0).normal(size=(30, 20)).astype("float32")
    s = statistics(values, "dense", "kernel")
    assert s.path == "dense/kernel"
    np.testing.assert_allclose(s.mean, values.mean(), rtol=1e-6)
    np.testing.assert_allclose(s.deviation, values.std(), rtol=1e-6)
    assert (s.smallest, s.largest) == (values.min(), values.max())
    counts, edges = np.histogram(values.astype("float64"), bins=20)
    assert s.counts == tuple(counts)
    np.testing.assert_allclose(s.edges, edges)


def test_not_finite_numbers_are_counted_and_left_out():
    s = statistics(np.array([1.0, np.nan, np.inf, -1.0, 0.0]))
    assert (s.not_finite, s.zeros, s.mean) == (2, 1, 0.0)
    assert s.remark == "2 NaN or infinite"
    nothing_left = statistics(np.array([np.nan, np.nan]))
    assert np.isnan(nothing_left.mean)
    assert nothing_left.spark.strip() == ""
    assert not kind_fits(nothing_left, "hist")


@pytest.mark.parametrize(
    ("values", "remark"),
    [([0.0, 0.0], "all zero"), ([0.0, 1.0], "1 zero"), ([2.0, 1.0], "")],
)
def test_remarks(values, remark):
    assert statistics(np.array(values)).remark == remark


def test_the_histogram_of_many_numbers_takes_a_part_of_them():
    s = statistics(np.tile([0.0, 1.0, 2.0], 700_000))
    assert sum(s.counts) < 2_100_000
    assert s.counts[0] == pytest.approx(s.counts[-1], rel=1e-3)
    assert s.mean == pytest.approx(1.0)


def test_text_is_a_table_of_numbers(model):
    lines = describe_weights(model).text().splitlines()
    assert lines[0].split() == "Weight Shape Mean Std Min Max Histogram".split()
    assert lines[1].split()[:7] == "hidden/kernel (2, 2) 0.125 0.74 -1 1".split()
    assert lines[4].startswith("out/bias")
    assert max(map(len, lines)) <= 100


def test_one_layer_by_name_or_object(model):
    by_name = describe_weights(model, "out")
    by_object = describe_weights(model, model.layers[1])
    assert [w.path for w in by_name.weights] == ["out/kernel", "out/bias"]
    assert by_name.text() == by_object.text()


def test_weights_of_models_inside_are_found(nested):
    paths = [w.path for w in describe_weights(nested).weights]
    assert paths == [
        *("tiny/hidden/kernel", "tiny/hidden/bias", "tiny/out/kernel", "tiny/out/bias"),
        *("head/kernel", "head/bias"),
    ]
    assert describe_weights(nested, "hidden").name == "hidden"


def test_wrong_names_are_explained(model):
    with pytest.raises(ValueError, match='Did you mean "hidden"'):
        describe_weights(model, "hiden")
    with pytest.raises(ValueError, match='Did you mean "heatmap"'):
        describe_weights(model, kinds=["heatmp"])


def test_a_model_without_weights_says_so():
    report = describe_weights(keras.Sequential([layers.Dense(1)], name="late"))
    assert report.text() == "late: no weights (yet)"
    check(report.html())


def test_a_report_is_a_snapshot(model):
    report = describe_weights(model)
    model.layers[0].kernel.assign(np.zeros((2, 2)))
    assert report.weights[0].largest == 1.0


@pytest.mark.parametrize(
    ("shape", "image_shape", "kinds"),
    [
        ((64, 3), None, {"hist", "heatmap", "filters"}),
        ((60, 3), None, {"hist", "heatmap"}),
        ((60, 3), (6, 10), {"hist", "heatmap", "filters"}),
        ((3, 3, 1, 8), None, {"hist", "filters"}),
        ((5,), None, {"hist"}),
        ((1,), None, set()),
    ],
)
def test_which_pictures_there_are(shape, image_shape, kinds):
    s = statistics(np.ones(shape))
    assert {
        kind
        for kind in ("hist", "heatmap", "filters")
        if kind_fits(s, kind, image_shape)
    } == kinds


def test_only_the_weights_of_inputs_are_shown_as_pictures():
    model = keras.Sequential(
        [keras.Input((16,)), layers.Dense(16, name="a"), layers.Dense(2, name="b")]
    )
    a, _, b, _ = describe_weights(model).weights
    assert kind_fits(a, "filters")
    assert not kind_fits(b, "filters")  # 16 units are no picture of 4 x 4
    assert not kind_fits(describe_weights(model, "b").weights[0], "filters")


def test_filters_of_colour_pictures_keep_their_colours():
    assert filter_shape(np.zeros((5, 4, 3, 8))) == (5, 4, 3)


@pytest.mark.parametrize(
    ("shape", "kind", "words"),
    [
        ((6, 4), "hist", "from -1 to 1"),
        ((6, 4), "heatmap", "6 rows (inputs), 4 columns (units)"),
        ((500, 900), "heatmap", "500 rows"),
        ((64, 70), "filters", "into 64 of 70 units"),
        ((3, 3, 1, 2), "filters", "pictures of 3 x 3"),
        ((3, 3, 3, 2), "filters", "pictures of 3 x 3 x 3"),
    ],
)
def test_pictures_are_png_with_a_description(shape, kind, words):
    pytest.importorskip("matplotlib")
    values = np.linspace(-1, 1, int(np.prod(shape))).reshape(shape)
    png, width, alt = weight_png(statistics(values, "dense", "kernel"), kind)
    assert png.startswith(PNG)
    assert 100 < width < 800
    assert words in alt


def test_pictures_are_the_same_each_time(model):
    pytest.importorskip("matplotlib")
    assert describe_weights(model).html() == describe_weights(model).html()


def test_pictures_ignore_the_users_matplotlib_settings(model):
    matplotlib = pytest.importorskip("matplotlib")
    plain = describe_weights(model).html()
    with matplotlib.rc_context({"axes.facecolor": "black", "font.size": 20}):
        assert describe_weights(model).html() == plain
        assert matplotlib.rcParams["font.size"] == 20


def test_html_survives_an_untrusted_notebook(model):
    pytest.importorskip("matplotlib")
    one_picture_a_matrix = check(describe_weights(model).html())
    assert len(one_picture_a_matrix) == 2
    all_of_a_layer = check(describe_weights(model, "hidden").html())
    assert len(all_of_a_layer) == 3  # kernel: histogram and heatmap; bias: histogram
    only = check(describe_weights(model, kinds=["hist"]).html())
    assert all(picture["alt"].startswith("Histogram") for picture in only)


def test_without_matplotlib_the_numbers_remain(model, monkeypatch):
    monkeypatch.setattr("edukeras.inspect.pictures.can_draw", lambda: False)
    html = describe_weights(model).html()
    assert check(html) == []
    assert "hidden/kernel" in html
    assert "pip install matplotlib" in html


def test_sparkline_shows_small_bars_but_not_empty_ones():
    assert sparkline([0, 1, 1000]) == " ▁█"
    assert sparkline([0, 0]) == "  "
