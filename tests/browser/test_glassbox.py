"""The glass box in the five states: folded steps, and a viewer to click through.

The tests share one notebook for each front end, and run in the order of its cells; in
JupyterLab it is dark.
"""

import re

import pytest

pytest.importorskip("playwright")

from playwright.sync_api import expect

from tests.browser.lab import DARK, FRONT_ENDS, LAB, LIGHT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SETUP = """\
import edukeras as keras
from edukeras import layers
%load_ext edukeras
(x, y), _ = keras.datasets.digits.load_data()
x = x.reshape(-1, 8, 8, 1) / 16
keras.utils.set_random_seed(0)
model = keras.Sequential(
    [keras.Input((8, 8, 1)),
     layers.Conv2D(4, 3, activation="relu", name="은닉층"),
     layers.MaxPooling2D(name="pool"),
     layers.BatchNormalization(name="bn"),
     layers.Flatten(name="flat"),
     layers.Dropout(0.3, name="drop"),
     layers.Dense(10, activation="softmax", name="out")],
    name="digits",
)
model.compile("adam", "sparse_categorical_crossentropy")"""

CELLS = [
    SETUP,
    "%glassbox model x y --sample 3",
    "%glassbox model x y --sample 3 -w",
    "%glassbox model x y --layer hidden",
]
SETUP_, STATIC, VIEWER, MISTAKE = range(len(CELLS))


@pytest.fixture(scope="module", params=FRONT_ENDS)
def states(request, server, open_states):
    server.theme(DARK if request.param == LAB else LIGHT)
    with open_states(CELLS, request.param) as opened:
        yield opened
    server.theme(LIGHT)


def test_a_console_shows_text(states):
    text = states.console[STATIC]
    assert 'One training step of "digits"' in text
    assert re.search(r"the tape says -?[\d.e-]+: they agree", text)
    assert "moving_mean = 0.99*0 + 0.01*" in text
    assert states.console[VIEWER] == text.replace("Out[2]", "Out[3]")
    assert states.console[MISTAKE].startswith("UsageError: ")
    assert "은닉층, pool, bn, flat, drop, out" in states.console[MISTAKE]


def test_results_are_in_sight_and_a_click_opens_the_arithmetic(states):
    states.live.run(SETUP_, STATIC)
    output = states.live.output_area(STATIC)
    expect(output).to_contain_text("Backward: what each number has to do with it")
    expect(output).to_contain_text("they agree")
    step = output.locator("details").first
    expect(step.locator("summary")).to_contain_text("relu(")
    table = step.locator("table").first
    expect(table).to_be_hidden()
    step.locator("summary").click()
    expect(table).to_be_visible()
    expect(step).to_contain_text("z = sum(window * kernel) + b")
    batchnorm = output.locator("details").nth(2)
    batchnorm.locator("summary").click()
    expect(batchnorm).to_contain_text("inference: moving averages")
    states.live.screenshot(f"{states.name}-static")


def test_buttons_walk_through_the_steps(states):
    states.live.run(VIEWER)
    viewer = states.live.outputs(VIEWER).first
    expect(viewer).to_contain_text("step 1 of 18", timeout=15_000)
    back, forth = (viewer.locator("button", has_text=t) for t in ("Back", "Next"))
    expect(back).to_be_disabled()
    states.live.screenshot(f"{states.name}-first", of=viewer)
    for number in (2, 3):
        forth.click()
        expect(viewer).to_contain_text(f"step {number} of 18", timeout=15_000)
    expect(viewer).to_contain_text("The same x in both modes")
    back.click()
    expect(viewer).to_contain_text("step 2 of 18", timeout=15_000)
    expect(viewer).to_contain_text("The largest number wins")
    viewer.scroll_into_view_if_needed()
    states.live.screenshot(f"{states.name}-viewer")


def test_a_click_in_the_list_jumps_to_a_step(states):
    viewer = states.live.outputs(VIEWER).first
    steps = viewer.locator("select").last
    steps.select_option(index=17)
    expect(viewer).to_contain_text("step 18 of 18", timeout=15_000)
    expect(viewer).to_contain_text("alpha = 0.001 * sqrt(1 - 0.999**1)")
    expect(viewer.locator("button", has_text="Next")).to_be_disabled()
    states.live.screenshot(f"{states.name}-update", of=viewer)


def test_sample_layer_unit_and_weight_can_be_picked(states):
    viewer = states.live.outputs(VIEWER).first
    layer, unit, weight, steps = (viewer.locator("select").nth(k) for k in range(4))
    layer.select_option(label="out")
    expect(unit.locator("option")).to_have_count(11, timeout=15_000)
    unit.select_option(label="7")
    expect(viewer).to_contain_text(re.compile(r"out/kernel\[\d+, 7\]"), timeout=15_000)
    steps.select_option(index=5)
    expect(viewer).to_contain_text("dense, unit 7", timeout=15_000)
    states.live.drag(viewer.locator(".noUi-target"), 1.0)
    expect(viewer).to_contain_text("followed: sample 31", timeout=15_000)
    weight.select_option(label="bn/gamma")
    expect(viewer).to_contain_text("bn/gamma[", timeout=15_000)
    element = viewer.locator("input[type=text]").last
    element.fill("9")
    element.press("Enter")
    expect(viewer).to_contain_text("no such element", timeout=15_000)
    element.fill("2")
    element.press("Enter")
    expect(viewer).to_contain_text("bn/gamma[2]", timeout=15_000)
    states.live.screenshot(f"{states.name}-picked", of=viewer)


def test_a_mistake_is_one_line(states):
    states.live.run(MISTAKE)
    text = states.live.output_area(MISTAKE).inner_text().strip()
    assert text.startswith("UsageError: The glass box has no layer 'hidden'.")


def test_what_is_saved_shows_the_same(states):
    for name, page in states.saved():
        for cell in (STATIC, VIEWER):
            box = page.outputs(cell).last
            expect(box).to_contain_text('One training step of "digits"')
            expect(box).to_contain_text("they agree")
            if cell == VIEWER:  # folded as a whole, below the controls
                box.locator("summary").first.click()
            step = box.locator("details", has_text="The same x in both modes").last
            expect(step.locator("table")).to_be_hidden()
            step.locator("summary").click()
            expect(step.locator("table")).to_be_visible()
        page.screenshot(f"{states.name}-{name}")


def test_the_browser_had_nothing_to_complain_about(states):
    states.assert_quiet()
