"""Summary, explorer, weights, code, predictions and History in the five states.

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
before, kept = model.get_weights(), keras.callbacks.WeightHistory()
history = model.fit(x, y, epochs=3, validation_split=0.2, verbose=0, callbacks=[kept])

a, b = keras.Input((8,), name="left"), keras.Input((8,), name="right")
shared = layers.Dense(4, activation="relu", name="shared")
both = layers.Concatenate(name="both")([shared(a), shared(b)])
pair = keras.Model([a, b], layers.Dense(1, name="answer")(both), name="pair")"""

CELLS = [
    SETUP,
    "%summary model",
    "%weights model --compare before --history kept",
    "history",
    "%explore model x",
    "%weights model --compare before --history kept -w",
    "%summary modell",
    "pair.explore()",
    "%source Dense",
    "%%predict\n# (2, 10)\nmodel(x[:2]).shape",
    "%%predict --expect 3\n2 + 2",
    "%%predict\nx[:2].sum() > 0",
]
SETUP_, SUMMARY, WEIGHTS, HISTORY, EXPLORER, VIEWER, MISTAKE, *_ = range(len(CELLS))
PAIR, SOURCE, RIGHT, WRONG, ASKED = range(MISTAKE + 1, len(CELLS))


@pytest.fixture(scope="module", params=FRONT_ENDS)
def states(request, open_states):
    with open_states(CELLS, request.param) as opened:
        yield opened


def test_a_console_shows_text(states):
    console = states.console
    assert "(64 + 1) x 16 = 1,040" in console[SUMMARY]
    assert "은닉층/kernel" in console[WEIGHTS]
    assert "Changed by" in console[WEIGHTS]
    assert "val_accuracy" in console[HISTORY]
    assert "relu(x @ kernel + bias)" in console[EXPLORER]
    assert "Output of 은닉층, (16,): from " in console[EXPLORER]
    assert "epoch 3" in console[VIEWER]
    assert console[MISTAKE].strip() == (
        "UsageError: name 'modell' is not defined. Has its cell been run?"
    )
    assert "left[0][0], right[0][0]" in console[PAIR]
    assert "-- kernel dense (Cython)" in console[SOURCE]
    assert "✓ As you predicted: (2, 10)" in console[RIGHT]
    assert "✗ You predicted 3, and it is 4" in console[WRONG]
    assert "First say what you expect" in console[ASKED]


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
    graph = output.locator("img[alt^='The graph of digits']")
    before = graph.get_attribute("src")
    output.locator("select").select_option(index=1)
    expect(output).to_contain_text("(16 + 1) × 10 = 170", timeout=15_000)
    expect(output).to_contain_text("softmax(x @ kernel + bias)")
    expect(graph).not_to_have_attribute("src", before)
    assert graph.evaluate("e => e.naturalWidth") > 100
    states.live.screenshot(f"{states.name}-explorer", of=output)


def test_the_explorer_shows_the_outputs_for_a_sample(states):
    output = states.live.outputs(EXPLORER).first
    output.locator("button", has_text="Outputs").click()
    picture = output.locator("img[alt^='Output of out, (10,)']")
    expect(picture).to_be_visible(timeout=15_000)
    words = picture.get_attribute("alt")
    states.live.drag(output.locator(".noUi-target:visible"), 0.5)
    expect(picture).not_to_have_attribute("alt", words, timeout=15_000)
    output.locator("button", has_text="Weights").click()
    expect(output).to_contain_text("out/kernel", timeout=15_000)
    output.locator("button", has_text="Code").click()
    expect(output).to_contain_text("cdef", timeout=15_000)
    states.live.screenshot(f"{states.name}-code", of=output)
    output.locator("button", has_text="Outputs").click()
    expect(picture).to_be_visible(timeout=15_000)


def test_the_explorer_freezes_a_layer(states):
    output = states.live.outputs(EXPLORER).first
    output.locator("input[type=checkbox]").click()
    expect(output).to_contain_text("out is frozen now. Compile again", timeout=15_000)
    states.live.screenshot(f"{states.name}-frozen", of=output)
    output.locator("input[type=checkbox]").click()
    expect(output).to_contain_text("out is trained again", timeout=15_000)


def test_a_model_explores_itself_with_branches_and_shared_layers(states):
    states.live.run(PAIR)
    output = states.live.outputs(PAIR).first
    expect(output).to_contain_text("shared (Dense)", timeout=15_000)
    output.locator("select").select_option(label="shared (Dense)")
    expect(output).to_contain_text("left[0][0], right[0][0]", timeout=15_000)
    states.live.screenshot(f"{states.name}-pair", of=output)


def test_the_viewer_slides_through_the_units(states):
    states.live.run(VIEWER)
    output = states.live.outputs(VIEWER).first
    output.locator("button", has_text="One unit").click()
    expect(output).to_contain_text("into unit 0 of 은닉층", timeout=15_000)
    unit = output.locator(".noUi-target:visible").first
    states.live.drag(unit, 1 / 15)
    expect(output).to_contain_text("into unit 1 of 은닉층", timeout=15_000)
    states.live.drag(unit, 1.0)
    expect(output).to_contain_text("into unit 15 of 은닉층", timeout=15_000)


def test_the_viewer_picks_cells_and_epochs(states):
    output = states.live.outputs(VIEWER).first
    output.locator("button", has_text="Heatmap").click()
    expect(output).to_contain_text("은닉층/kernel[0, 0] = ", timeout=15_000)
    row, column, epoch = (
        output.locator(".noUi-target:visible").nth(k) for k in (0, 1, 2)
    )
    states.live.drag(row, 1.0)
    states.live.drag(column, 1.0)
    cell = output.locator("b", has_text="은닉층/kernel[63, 15] = ")
    expect(cell).to_be_visible(timeout=15_000)
    trained = cell.inner_text()
    states.live.screenshot(f"{states.name}-viewer", of=output)
    states.live.drag(epoch, 0.0)
    expect(cell).not_to_have_text(trained, timeout=15_000)
    output.locator("button", has_text="Before and after").click()
    expect(output).to_contain_text("Change of 은닉층/kernel", timeout=15_000)


def test_the_code_and_the_predictions(states):
    states.live.run(SOURCE, RIGHT, WRONG)
    expect(states.live.output_area(SOURCE)).to_contain_text("twin of dense (NumPy)")
    expect(states.live.output_area(RIGHT)).to_contain_text(
        "✓ As you predicted: (2, 10)"
    )
    expect(states.live.output_area(WRONG)).to_contain_text("✗ You predicted 3")
    states.live.screenshot(f"{states.name}-source")


def test_a_box_asks_for_the_prediction(states):
    states.live.run(ASKED)
    output = states.live.outputs(ASKED).first
    box = output.locator("input[type=text]")
    expect(box).to_be_visible(timeout=15_000)
    box.fill("True")
    output.locator("button", has_text="Run it").click()
    expect(output).to_contain_text("✓ As you predicted", timeout=15_000)
    states.live.screenshot(f"{states.name}-predict", of=output)


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
        for cell in (EXPLORER, PAIR):
            explorer = page.outputs(cell).last
            explorer.locator("summary").first.click()
            explorer.locator("summary", has_text="The graph").click()
            graph = explorer.locator("img[alt^='The graph of']")
            expect(graph).to_be_visible()
            assert graph.evaluate("e => e.naturalWidth") > 100
        expect(page.outputs(EXPLORER).last).to_contain_text("(64 + 1) × 16 = 1,040")
        expect(page.outputs(VIEWER).last).to_contain_text("은닉층/kernel")
        expect(page.output_area(SOURCE)).to_contain_text("kernel dense (Cython)")
        expect(page.output_area(RIGHT)).to_contain_text("✓ As you predicted")
        expect(page.output_area(ASKED)).to_contain_text("as it is saved")
        page.screenshot(f"{states.name}-{name}")


def test_the_browser_had_nothing_to_complain_about(states):
    states.assert_quiet()
