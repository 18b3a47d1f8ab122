"""%glassbox and the viewer that steps through it."""

import numpy as np
import pytest

pytest.importorskip("IPython")
pytest.importorskip("ipywidgets")

import edukeras as keras
from edukeras import jupyter
from edukeras.inspect import GlassBox, glassbox
from edukeras.jupyter.frontend import WIDGET_VIEW
from edukeras.jupyter.glass_box_viewer import GlassBoxViewer
from tests.inspect.glass_box_models import compiled
from tests.inspect.sanitiser import check


@pytest.fixture
def viewer():
    return GlassBoxViewer(glassbox(*compiled("dense")))


@pytest.fixture
def glass(ip):
    ip.user_ns["model"].compile("sgd", "mse")
    ip.user_ns["x"] = np.random.default_rng(0).normal(size=(8, 4))
    ip.user_ns["y"] = ip.user_ns["x"][:, :2]
    return ip


# -- the viewer ---------------------------------------------------------------


def test_next_and_back_walk_through_the_steps(viewer):
    assert "step 1 of 10" in viewer.page.value
    assert viewer.back.disabled
    assert not viewer.next.disabled
    seen = [viewer.page.value]
    for _ in range(9):
        viewer.next.click()
        seen.append(viewer.page.value)
        check(viewer.page.value)
    assert len(set(seen)) == 10
    assert "w_new = " in seen[-1]
    assert viewer.next.disabled
    viewer.next.click()
    assert viewer.page.value == seen[-1]
    viewer.back.click()
    assert viewer.page.value == seen[-2]


def test_the_list_of_steps_jumps(viewer):
    titles = [title for title, _ in viewer.steps.options]
    assert titles[0].startswith("1. → hidden: dense, unit ")
    assert titles[-1].startswith("10. w hidden/kernel[")
    viewer.steps.value = 2
    assert "cross-entropy" in viewer.page.value


def test_another_sample_shows_other_numbers_of_the_same_step(viewer):
    model, x, y = compiled("dense")
    expected = glassbox(model, x, y, sample=3, weight=_followed(viewer))
    viewer.sample.value = 3
    assert viewer.box.text() == expected.text()
    assert "sample 3" in viewer.page.value


def _followed(viewer):
    return f"{viewer.weight.value}[{viewer.element.value}]"


def test_the_page_stays_at_its_step_when_something_else_is_picked(viewer):
    viewer.steps.value = 4
    title = viewer.box.steps[4].title
    viewer.sample.value = 2
    assert viewer.steps.value == 4
    assert viewer.box.steps[4].title == title


def test_a_layer_offers_its_units(viewer):
    viewer.layer.value = "out"
    assert [k for _, k in viewer.unit.options] == ["", 0, 1, 2]
    viewer.unit.value = 1
    assert viewer.box.step("forward", "out").title == "out: dense, unit 1"
    assert viewer.box.step("update").title.startswith("out/kernel[")
    viewer.layer.value = ""
    assert [k for _, k in viewer.unit.options][-1] == 4


def test_a_weight_and_an_element_of_it(viewer):
    viewer.weight.value = "out/bias"
    viewer.element.value = "2"
    assert viewer.box.step("update").title == "out/bias[2]: SGD"
    viewer.element.value = "7"
    assert "no such element" in viewer.page.value
    viewer.element.value = "seven"
    assert "seven" in viewer.page.value
    viewer.element.value = "1"
    assert viewer.box.step("update").title == "out/bias[1]: SGD"


def test_the_choices_that_were_made_before_are_in_the_controls():
    model, x, y = compiled("dense")
    options = {"sample": 2, "unit": 1, "layer": "out", "weight": "out/kernel[0, 1]"}
    viewer = GlassBoxViewer(glassbox(model, x, y, **options))
    found = (viewer.sample.value, viewer.unit.value, viewer.layer.value)
    assert found == (2, 1, "out")
    assert _followed(viewer) == "out/kernel[0, 1]"
    before = viewer.box.text()
    viewer.sample.value = 1
    viewer.sample.value = 2
    assert viewer.box.text() == before


def test_every_model_can_be_stepped_through():
    for name in ("conv", "branches", "recurrent", "subclassed"):
        viewer = GlassBoxViewer(glassbox(*compiled(name)))
        for place in range(len(viewer.box.steps)):
            viewer.steps.value = place
            check(viewer.page.value)


def test_there_are_controls_only_where_they_can_be_seen(request):
    box = jupyter.glassbox(*compiled("dense"))
    assert jupyter.step_through(box) is box
    request.getfixturevalue("live")
    viewer = jupyter.step_through(box)
    assert isinstance(viewer, GlassBoxViewer)
    bundle = viewer._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", WIDGET_VIEW}
    assert WIDGET_VIEW not in box._repr_mimebundle_()
    jupyter.display("widget")
    assert WIDGET_VIEW in box._repr_mimebundle_()


# -- the magic ----------------------------------------------------------------


def test_the_magic_returns_the_glass_box(glass):
    box = glass.run_line_magic("glassbox", "model x y")
    assert isinstance(box, GlassBox)
    names = glass.user_ns
    assert box.text() == glassbox(names["model"], names["x"], names["y"]).text()


def test_options_are_expressions_and_names(glass):
    glass.user_ns["counts"] = np.arange(8.0)
    box = glass.run_line_magic(
        "glassbox",
        "model x[:6] y[:6] -s 2+3 -u 1 --layer out --weight 'out/kernel[0, 1]' "
        "--sample-weight counts[:6] --batch-size 4",
    )
    assert box.batch_text() == "batch: samples 4 to 5 of 6; followed: sample 5"
    assert box.step("forward", "out").title == "out: dense, unit 1"
    assert box.step("update").title == "out/kernel[0, 1]: SGD"
    mean = next(s for s in box.of_phase("loss") if s.op == "weighted_sum")
    assert list(mean.values["weights"]) == [4.0, 5.0]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("modell x y", "name 'modell' is not defined. Has its cell been run?"),
        ("model x y --layer hiddn", "hidden"),
        ("model x y --sample 9", "sample from 0 to 7"),
        ("model x[:0] y[:0]", ""),
        ("x x y", "glassbox needs a model"),
        ("model x y --unit 1/0", "ZeroDivisionError"),
    ],
)
def test_a_mistake_is_one_line(glass, line, message, capsys):
    result = glass.run_cell(f"%glassbox {line}")
    assert type(result.error_in_exec).__name__ == "UsageError"
    assert message in str(result.error_in_exec)


def test_a_model_that_is_not_compiled_is_one_line(glass):
    glass.user_ns["new"] = keras.Sequential([keras.layers.Dense(1)])
    result = glass.run_cell("%glassbox new x y")
    assert type(result.error_in_exec).__name__ == "UsageError"
    assert "compile" in str(result.error_in_exec)


def test_the_magic_has_help_and_goes_away_again(glass, capsys):
    glass.run_cell("%glassbox?")
    assert "-w" in glass.find_line_magic("glassbox").__doc__
    jupyter.extension.unload_ipython_extension(glass)
    assert glass.find_line_magic("glassbox") is None


def test_a_tape_shows_its_records(ip):
    ip.run_cell("import edukeras as keras\nw = keras.Variable(2.0, name='w')")
    ip.run_cell("with keras.GradientTape() as tape:\n    y = w * w")
    bundle, _ = ip.display_formatter.format(ip.user_ns["tape"])
    assert "multiply" in bundle["text/plain"]
    assert "gradients go to" in bundle["text/html"]
    jupyter.extension.unload_ipython_extension(ip)
    bundle, _ = ip.display_formatter.format(ip.user_ns["tape"])
    assert set(bundle) == {"text/plain"}
    assert "multiply" not in bundle["text/plain"]
