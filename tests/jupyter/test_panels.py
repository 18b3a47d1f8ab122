import base64
import re
import threading

import numpy as np
import pytest

pytest.importorskip("ipywidgets")
pytest.importorskip("matplotlib")

import edukeras as keras
from edukeras import jupyter, layers
from edukeras.inspect import describe_weights, explore
from edukeras.jupyter.explorer import ModelExplorer
from edukeras.jupyter.frontend import STATIC_VARIABLES, WIDGET_VIEW, is_live
from edukeras.jupyter.weight_viewer import WeightViewer
from tests.inspect.sanitiser import check


@pytest.fixture
def model():
    return keras.Sequential(
        [
            keras.Input((16,)),
            layers.Dense(3, name="hidden"),
            layers.Dropout(0.5, name="drop"),
            layers.Dense(2, name="out"),
        ],
        name="small",
    )


@pytest.fixture
def explorer(model):
    return ModelExplorer(explore(model, np.ones((3, 16))))


@pytest.fixture
def viewer(model):
    return WeightViewer(describe_weights(model))


def test_picking_a_layer_opens_its_page(explorer):
    assert [title for title, _ in explorer.picker.options] == [
        "hidden (Dense)",
        "drop (Dropout)",
        "out (Dense)",
    ]
    assert "(16 + 1) × 3 = 51" in explorer.page.value
    explorer.picker.value = 2
    assert "(3 + 1) × 2 = 8" in explorer.page.value
    explorer.kind.value = "Weights"
    assert "out/kernel" in explorer.page.value
    explorer.kind.value = "Layer"
    explorer.picker.value = 1
    assert "Dropout(0.5)" in explorer.page.value
    check(explorer.page.value)


def test_the_graph_points_out_the_picked_layer(explorer):
    first = explorer.graph.value
    explorer.picker.value = 2
    svg = base64.b64decode(re.search('base64,([^"]+)', explorer.graph.value)[1])
    thick = re.findall(rb'y="([\d.]+)"[^>]*stroke-width="3"', svg)
    lowest = max(re.findall(rb'<rect x="[^"]*" y="([\d.]+)"', svg), key=float)
    assert thick == [lowest]
    assert explorer.graph.value != first
    check(explorer.graph.value)


def test_the_switch_freezes_the_picked_layer_and_asks_for_compile(explorer, model):
    explorer.picker.value = 2
    assert explorer.trainable.value
    explorer.trainable.value = False
    assert [layer.trainable for layer in model.layers] == [True, True, False]
    assert "out is frozen now. Compile again" in explorer.note.value
    assert "frozen" in explorer.page.value
    explorer.picker.value = 0
    assert explorer.trainable.value
    explorer.picker.value = 1
    assert explorer.trainable.disabled  # Dropout has nothing to train
    explorer.picker.value = 2
    assert not explorer.trainable.value
    explorer.trainable.value = True
    assert model.layers[2].trainable


def test_an_error_while_turning_shows_in_the_page(explorer, monkeypatch):
    monkeypatch.setattr(
        "edukeras.inspect.exploration.model_picture", lambda *arguments: 1 / 0
    )
    explorer.picker.value = 1
    assert "ZeroDivisionError" in explorer.page.value


def test_the_outputs_are_those_of_the_chosen_sample(model):
    x = np.random.default_rng(0).normal(size=(5, 16))
    explorer = ModelExplorer(explore(model, x))
    explorer.kind.value = "Outputs"
    kernel, bias = (w.numpy() for w in model.layers[0].weights)
    for sample in (0, 3):
        explorer.sample.value = sample
        value = (x[sample] @ kernel + bias).max()
        assert f"to {value:.3g}," in explorer.page.value
    check(explorer.page.value)


def test_the_code_page_shows_the_kernel(explorer):
    explorer.kind.value = "Code"
    assert "kernel dense (Cython)" in explorer.page.value
    check(explorer.page.value)


def test_a_page_shows_the_weights_as_they_are_now(explorer, model):
    explorer.kind.value = "Weights"
    explorer.picker.value = 2
    model.layers[2].kernel.assign(np.full((3, 2), 7.5))
    explorer.picker.value = 0
    explorer.picker.value = 2
    assert "7.5" in explorer.page.value


def test_a_model_without_layers_can_be_opened():
    panel = ModelExplorer(explore(keras.Sequential(name="empty")))
    assert "no layers yet" in panel.page.value


def test_the_viewer_offers_what_fits_the_weight(viewer):
    assert [kind for _, kind in viewer.kind.options] == [
        "hist",
        "heatmap",
        "filters",
        "unit",
    ]
    viewer.kind.value = "heatmap"
    assert "Heatmap of hidden/kernel" in viewer.page.value
    viewer.picker.value = 1  # hidden/bias has no heatmap; all its zeros one histogram
    assert [kind for _, kind in viewer.kind.options] == ["hist"]
    assert "Histogram of hidden/bias" in viewer.page.value


def test_the_slider_goes_through_the_units(viewer, model):
    assert viewer.unit.layout.display == "none"
    viewer.kind.value = "unit"
    assert viewer.unit.layout.display == ""
    assert viewer.unit.max == 2
    viewer.unit.value = 2
    kernel = model.layers[0].kernel.numpy()
    strongest = int(np.argmax(np.abs(kernel[:, 2])))
    assert "into unit 2 of hidden" in viewer.page.value
    assert f">{strongest}</td>" in viewer.page.value
    assert f"{kernel[strongest, 2]:.4f}" in viewer.page.value
    check(viewer.page.value)


def test_a_smaller_weight_takes_the_slider_back(viewer):
    viewer.kind.value = "unit"
    viewer.unit.value = 2
    viewer.picker.value = 2  # out/kernel has two units
    assert viewer.unit.max == 1
    assert "into unit 1 of out" in viewer.page.value


def test_an_error_shows_in_the_page(explorer, monkeypatch):
    monkeypatch.setattr(explorer, "contents", lambda: 1 / 0)
    explorer.refresh()
    assert "ZeroDivisionError: division by zero" in explorer.page.value


def test_callbacks_from_many_threads_do_not_mix(viewer):
    threads = [threading.Thread(target=viewer.refresh) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "hidden/kernel" in viewer.page.value


def test_the_bundle_has_a_widget_only_where_it_can_be_seen(explorer, request):
    assert set(explorer._repr_mimebundle_()) == {"text/plain", "text/html"}
    request.getfixturevalue("live")
    bundle = explorer._repr_mimebundle_()
    assert bundle[WIDGET_VIEW]["model_id"] == explorer.widget.model_id
    assert bundle["text/plain"] == explorer.exploration.text()


def test_the_setting_widget_puts_controls_into_plain_views(model, live):
    views = [jupyter.summary(model), jupyter.weights(model)]
    assert all(WIDGET_VIEW not in view._repr_mimebundle_() for view in views)
    jupyter.display("widget")
    assert all(WIDGET_VIEW in view._repr_mimebundle_() for view in views)


def test_nothing_is_live_under_pytest_or_without_a_kernel(monkeypatch):
    assert not is_live()
    for name in STATIC_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert not is_live()


@pytest.mark.parametrize("someone_types", [True, False])
def test_a_kernel_is_live_when_someone_can_type(monkeypatch, someone_types):
    class Kernel:
        _allow_stdin = someone_types

    class Shell:
        kernel = Kernel()

    for name in STATIC_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("edukeras.jupyter.frontend.shell", Shell)
    assert is_live() == someone_types
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert not is_live()


# -- cells, epochs, changes ---------------------------------------------------


@pytest.fixture
def with_history(model):
    history = keras.callbacks.WeightHistory()
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).normal(size=(20, 16))
    model.fit(x, x[:, :2], epochs=3, verbose=0, callbacks=[history])
    report = describe_weights(model, compare=history, history=history)
    return WeightViewer(report), history


def test_sliders_pick_a_cell_of_the_heatmap(viewer, model):
    viewer.kind.value = "heatmap"
    assert (viewer.row.max, viewer.column.max) == (15, 2)
    viewer.row.value, viewer.column.value = 7, 2
    value = model.layers[0].kernel.numpy()[7, 2]
    assert f"hidden/kernel[7, 2] = {value:.4g}" in viewer.page.value
    assert "from input 7 to unit 2 of hidden" in viewer.page.value
    check(viewer.page.value)
    viewer.kind.value = "hist"
    assert viewer.row.layout.display == "none"


def test_a_slider_goes_through_the_epochs(with_history):
    viewer, history = with_history
    viewer.kind.value = "heatmap"
    for epoch in (3, 0, 2):
        viewer.epoch.value = epoch
        value = history.at(epoch)[0][0, 0]
        assert f"hidden/kernel[0, 0] = {value:.4g}" in viewer.page.value


def test_before_and_after_is_offered_where_there_is_something_to_compare(
    viewer, with_history
):
    assert "change" not in [kind for _, kind in viewer.kind.options]
    other, _ = with_history
    other.kind.value = "change"
    assert "Change of hidden/kernel: from" in other.page.value
    check(other.page.value)


def test_without_a_history_there_is_no_slider_for_epochs(viewer):
    assert viewer.epoch.layout.display == "none"
