"""Summary, explorer, weights and History in the five states.

The tests share one notebook for each front end, and run in the order of its cells.
"""

import pytest

pytest.importorskip("playwright")

from playwright.sync_api import expect

from tests.browser.lab import FRONT_ENDS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SETUP = """\
import edukeras as keras
from edukeras import layers
%load_ext edukeras
(x, y), _ = keras.datasets.digits.load_data()
x = x.reshape(-1, 64) / 16
keras.utils.set_random_seed(0)
model = keras.Sequential(
    [keras.Input((64,)), layers.Dense(16, activation="relu", name="은닉층"),
     layers.Dense(10, activation="softmax", name="out")],
    name="digits",
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, validation_split=0.2, verbose=0)"""

CELLS = [
    SETUP,
    "%summary model",
    "%weights model",
    "history",
    "%summary model -w",
    "%weights model -w",
    "%summary modell",
]
SETUP_, SUMMARY, WEIGHTS, HISTORY, EXPLORER, VIEWER, MISTAKE = range(len(CELLS))


@pytest.fixture(scope="module", params=FRONT_ENDS)
def states(request, open_states):
    with open_states(CELLS, request.param) as opened:
        yield opened


def test_a_console_shows_text(states):
    assert "(64 + 1) x 16 = 1,040" in states.console[SUMMARY]
    assert "은닉층/kernel" in states.console[WEIGHTS]
    assert "val_accuracy" in states.console[HISTORY]
    assert states.console[EXPLORER] == states.console[SUMMARY].replace("[2]", "[5]")
    assert states.console[MISTAKE].strip() == (
        "UsageError: name 'modell' is not defined. Has its cell been run?"
    )


def test_the_summary_opens_a_layer_with_a_click(states):
    states.live.run(SETUP_, SUMMARY)
    output = states.live.output_area(SUMMARY)
    expect(output).to_contain_text("(64 + 1) × 16 = 1,040")
    page_of_layer = output.locator("details").first
    expect(page_of_layer.locator("table")).to_be_hidden()
    page_of_layer.locator("summary").click()
    expect(page_of_layer.locator("table")).to_be_visible()
    expect(page_of_layer).to_contain_text("Dense(16, activation='relu')")
    states.live.screenshot(f"{states.name}-summary")


def test_the_weights_have_numbers_and_pictures(states):
    states.live.run(WEIGHTS)
    output = states.live.output_area(WEIGHTS)
    expect(output).to_contain_text("은닉층/kernel")
    output.locator("summary").first.click()
    picture = output.locator("img").first
    expect(picture).to_be_visible()
    assert picture.evaluate("e => e.naturalWidth") > 300
    assert "16 of 16 units of 은닉층" in picture.get_attribute("alt")
    states.live.screenshot(f"{states.name}-weights")


def test_a_history_shows_its_curves(states):
    states.live.run(HISTORY)
    expect(states.live.output_area(HISTORY).locator("img")).to_be_visible()


def test_the_explorer_turns_to_the_picked_layer(states):
    states.live.run(EXPLORER)
    output = states.live.outputs(EXPLORER).first
    expect(output).to_contain_text("(64 + 1) × 16 = 1,040", timeout=15_000)
    output.locator("select").select_option(index=1)
    expect(output).to_contain_text("(16 + 1) × 10 = 170", timeout=15_000)
    output.locator("select").scroll_into_view_if_needed()
    states.live.screenshot(f"{states.name}-explorer")


def test_the_viewer_slides_through_the_units(states):
    states.live.run(VIEWER)
    output = states.live.outputs(VIEWER).first
    output.locator("button", has_text="One unit").click()
    expect(output).to_contain_text("into unit 0 of 은닉층", timeout=15_000)
    states.live.drag(output.locator(".noUi-target"), 1 / 15)
    expect(output).to_contain_text("into unit 1 of 은닉층", timeout=15_000)
    states.live.drag(output.locator(".noUi-target"), 1.0)
    expect(output).to_contain_text("into unit 15 of 은닉층", timeout=15_000)
    states.live.screenshot(f"{states.name}-viewer")


def test_a_mistake_is_one_line(states):
    states.live.run(MISTAKE)
    assert states.live.output_area(MISTAKE).inner_text().strip() == (
        "UsageError: name 'modell' is not defined. Has its cell been run?"
    )


def test_text_can_be_read_in_this_theme(states):
    """Text differs from what is behind it: 4.5 to 1 at least."""
    contrast = (
        states.live.output_area(SUMMARY)
        .locator("td")
        .first.evaluate(
            """cell => {
            const channels = c => c.match(/[\\d.]+/g).map(Number);
            const light = c => {
                const [r, g, b] = c.slice(0, 3).map(v => {
                    v /= 255;
                    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
                });
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            let behind = cell, back;
            do {
                back = channels(getComputedStyle(behind).backgroundColor);
                behind = behind.parentElement;
            } while (back.length == 4 && back[3] < 1 && behind);
            const a = light(channels(getComputedStyle(cell).color)), b = light(back);
            return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        }"""
        )
    )
    assert contrast > 4.5


def test_what_is_saved_shows_the_same(states):
    for name, page in states.saved():
        summary = page.output_area(SUMMARY)
        expect(summary).to_contain_text("(64 + 1) × 16 = 1,040")
        cell = summary.locator("td").first
        style = "e => [getComputedStyle(e).textAlign, getComputedStyle(e).paddingLeft]"
        assert cell.evaluate(style) == ["left", "10px"]
        expect(page.output_area(HISTORY).locator("img")).to_be_visible()
        explorer = page.outputs(EXPLORER).last
        explorer.locator("summary").first.click()
        expect(explorer).to_contain_text("(64 + 1) × 16 = 1,040")
        expect(page.outputs(VIEWER).last).to_contain_text("은닉층/kernel")
        page.screenshot(f"{states.name}-{name}")


def test_the_browser_had_nothing_to_complain_about(states):
    states.assert_quiet()
