"""The learning curves that grow while `fit` runs, in the dark theme."""

import re

import pytest

pytest.importorskip("playwright")

from playwright.sync_api import expect

from tests.browser.lab import DARK, LAB, LIGHT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# A little slower than it is, so that there is something to see.
CELL = """\
import time
import edukeras as keras
from edukeras.jupyter import LiveCurves
(x, y), _ = keras.datasets.digits.load_data()
x = x.reshape(-1, 64) / 16
model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
slow = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: time.sleep(0.1))
history = model.fit(x, y, epochs=25, validation_split=0.2, verbose=0,
                    callbacks=[LiveCurves(), slow])"""


@pytest.fixture(scope="module")
def states(server, open_states):
    server.theme(DARK)
    with open_states([CELL], LAB) as opened:
        yield opened
    server.theme(LIGHT)


def test_curves_grow_while_training_runs(states):
    live = states.live
    live.start(0)
    line = live.outputs(0).locator("svg polyline").first
    expect(line).to_be_visible(timeout=30_000)
    before = len(line.get_attribute("points").split())
    live.page.wait_for_timeout(700)
    live.screenshot("live-curves")
    assert len(line.get_attribute("points").split()) > before
    expect(live.cell(0)).to_contain_text(re.compile(r"Epoch \d+ of 25"))
    assert live.outputs(0).count() == 1


def test_a_picture_with_a_table_takes_the_place_of_the_live_chart(states):
    states.live.wait_until_done(0)
    outputs = states.live.outputs(0)
    expect(outputs.locator("img")).to_be_visible(timeout=10_000)
    assert outputs.count() == 1
    assert outputs.locator("svg polyline").count() == 0
    alt = outputs.locator("img").get_attribute("alt")
    assert alt.startswith("Learning curves, 25 epochs: loss from ")
    expect(outputs).to_contain_text("val_accuracy")


def test_what_is_saved_shows_the_picture(states):
    for _, page in states.saved():
        expect(page.output_area(0).locator("img")).to_be_visible(timeout=15_000)


def test_the_browser_had_nothing_to_complain_about(states):
    states.assert_quiet()
