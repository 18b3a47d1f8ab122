"""Summary, weights, curves and live training in a real JupyterLab.

One notebook is run from top to bottom, once in each theme; the tests look at it in
that order.  The last one opens a copy that JupyterLab does not trust.
"""

import re

import nbformat
import pytest

pytest.importorskip("playwright")

from playwright.sync_api import expect

from tests.browser.lab import NotebookPage, write_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SETUP = """\
import edukeras as keras
from edukeras import layers
from edukeras.jupyter import LiveCurves
%load_ext edukeras
(x, y), _ = keras.datasets.digits.load_data()
x = x.reshape(-1, 64) / 16
model = keras.Sequential(
    [keras.Input((64,)), layers.Dense(16, activation="relu", name="은닉층"),
     layers.Dense(10, activation="softmax", name="out")],
    name="digits",
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])"""

# A little slower than it is, so that there is something to see.
LIVE = """\
import time
slow = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: time.sleep(0.1))
history = model.fit(x, y, epochs=25, validation_split=0.2, verbose=0,
                    callbacks=[LiveCurves(), slow])"""

CELLS = [
    SETUP,
    LIVE,
    "%summary model",
    "%weights model",
    "history",
    "%summary model -w",
    "%weights model -w",
    "%summary modell",
]
SETUP_, LIVE_, SUMMARY, WEIGHTS, HISTORY, EXPLORER, VIEWER, MISTAKE = range(len(CELLS))


@pytest.fixture(scope="module")
def notebook(lab, browser, theme):
    address, folder, _ = lab
    write_notebook(folder / "looking.ipynb", *CELLS)
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    opened = NotebookPage(page, address)
    opened.open("looking.ipynb")
    opened.name = theme.split()[-1].lower()
    opened.run(SETUP_)
    yield opened
    page.close()


def text_of(notebook, cell):
    return " ".join(notebook.outputs(cell).all_inner_texts())


def test_curves_grow_while_training_runs(notebook):
    notebook.start(LIVE_)
    line = notebook.outputs(LIVE_).locator("svg polyline").first
    expect(line).to_be_visible(timeout=30_000)
    before = len(line.get_attribute("points").split())
    notebook.page.wait_for_timeout(700)
    notebook.screenshot(f"live-{notebook.name}")
    assert len(line.get_attribute("points").split()) > before
    expect(notebook.cell(LIVE_)).to_contain_text(re.compile(r"Epoch \d+ of 25"))
    assert notebook.outputs(LIVE_).count() == 1


def test_a_picture_with_a_table_takes_the_place_of_the_live_chart(notebook):
    notebook.wait_until_done(LIVE_)
    outputs = notebook.outputs(LIVE_)
    expect(outputs.locator("img")).to_be_visible(timeout=10_000)
    assert outputs.count() == 1
    assert outputs.locator("svg polyline").count() == 0
    alt = outputs.locator("img").get_attribute("alt")
    assert alt.startswith("Learning curves, 25 epochs: loss from ")
    expect(outputs).to_contain_text("val_accuracy")


def test_the_summary_opens_a_layer_with_a_click(notebook):
    notebook.run(SUMMARY)
    output = notebook.outputs(SUMMARY)
    expect(output).to_contain_text("(64 + 1) × 16 = 1,040")
    page_of_layer = output.locator("details").first
    expect(page_of_layer.locator("table")).to_be_hidden()
    page_of_layer.locator("summary").click()
    expect(page_of_layer.locator("table")).to_be_visible()
    expect(page_of_layer).to_contain_text("Dense(16, activation='relu')")
    notebook.screenshot(f"summary-{notebook.name}")


def test_the_weights_have_numbers_and_pictures(notebook):
    notebook.run(WEIGHTS)
    output = notebook.outputs(WEIGHTS)
    expect(output).to_contain_text("은닉층/kernel")
    output.locator("summary").first.click()
    picture = output.locator("img").first
    expect(picture).to_be_visible()
    assert picture.evaluate("e => e.naturalWidth") > 300
    assert "16 of 16 units of 은닉층" in picture.get_attribute("alt")
    notebook.screenshot(f"weights-{notebook.name}")


def test_a_history_shows_its_curves(notebook):
    notebook.run(HISTORY)
    expect(notebook.outputs(HISTORY).locator("img")).to_be_visible()


def test_the_explorer_turns_to_the_picked_layer(notebook):
    notebook.run(EXPLORER)
    output = notebook.outputs(EXPLORER)
    expect(output).to_contain_text("(64 + 1) × 16 = 1,040", timeout=15_000)
    output.locator("select").select_option(index=1)
    expect(output).to_contain_text("(16 + 1) × 10 = 170", timeout=15_000)
    expect(output.locator("img")).to_be_visible()
    output.locator("select").scroll_into_view_if_needed()
    notebook.screenshot(f"explorer-{notebook.name}")


def test_the_viewer_slides_through_the_units(notebook):
    notebook.run(VIEWER)
    output = notebook.outputs(VIEWER)
    output.locator("button", has_text="One unit").click()
    expect(output).to_contain_text("into unit 0 of 은닉층", timeout=15_000)
    handle = output.locator(".noUi-handle")
    handle.focus()
    handle.press("ArrowRight")
    expect(output).to_contain_text("into unit 1 of 은닉층", timeout=15_000)
    output.locator("select").select_option(index=1)
    expect(output).to_contain_text("Histogram of 은닉층/bias", timeout=15_000)
    output.locator("select").select_option(index=0)
    notebook.page.wait_for_timeout(500)
    notebook.screenshot(f"viewer-{notebook.name}")


def test_a_mistake_is_one_line(notebook):
    notebook.run(MISTAKE)
    text = text_of(notebook, MISTAKE)
    assert text.strip() == (
        "UsageError: name 'modell' is not defined. Has its cell been run?"
    )


def test_text_can_be_read_in_this_theme(notebook):
    """Text differs from what is behind it: 4.5 to 1 at least."""
    contrast = (
        notebook.outputs(SUMMARY)
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


def test_the_browser_had_nothing_to_complain_about(notebook):
    assert notebook.errors == []
    assert notebook.foreign == []


def test_what_is_saved_can_be_read_untrusted(notebook, lab, browser):
    address, folder, _ = lab
    notebook.save()
    saved = nbformat.read(folder / "looking.ipynb", as_version=4)
    live = saved.cells[LIVE_].outputs[0]["data"]
    assert set(live) == {"text/plain", "text/html"}  # no widget
    saved.cells[0].source += "\n# changed by someone else: not trusted"
    for widget in (EXPLORER, VIEWER):
        assert "text/html" in saved.cells[widget].outputs[0]["data"]
    nbformat.write(saved, folder / "foreign.ipynb")
    page = browser.new_page(viewport={"width": 1300, "height": 2600})
    opened = NotebookPage(page, address)
    opened.open("foreign.ipynb")
    for cell in (LIVE_, HISTORY):
        expect(opened.outputs(cell).locator("img")).to_be_visible(timeout=15_000)
    for cell in (SUMMARY, EXPLORER):
        expect(opened.outputs(cell)).to_contain_text("(64 + 1) × 16 = 1,040")
        style = (
            opened.outputs(cell)
            .locator("td")
            .first.evaluate(
                "e => [getComputedStyle(e).textAlign, getComputedStyle(e).paddingLeft]"
            )
        )
        assert style == ["left", "10px"]
        opened.outputs(cell).locator("summary").first.click()
        expect(opened.outputs(cell).locator("details table").first).to_be_visible()
    expect(opened.outputs(VIEWER)).to_contain_text("은닉층/kernel")
    opened.screenshot(f"untrusted-{notebook.name}")
    assert opened.errors == []
    assert opened.foreign == []
    page.close()
