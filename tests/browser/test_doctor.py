"""%doctor, the Doctor in a fit, and %%explain, in the five states."""

import pytest

pytest.importorskip("playwright")

from playwright.sync_api import expect

from tests.browser.lab import FRONT_ENDS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SETUP = """\
import edukeras as keras
from edukeras import jupyter, layers
%load_ext edukeras
keras.utils.set_random_seed(0)
(x, y), _ = keras.datasets.iris.load_data()
x = (x - x.mean(axis=0)) / x.std(axis=0)
model = keras.Sequential(
    [keras.Input((4,)), layers.Dense(16, name="은닉층"),
     layers.Dense(3, activation="softmax", name="out")],
    name="flowers",
)
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])"""

CELLS = [
    SETUP,
    "%doctor model x y",
    "%%explain\nmodel.fit(x, y, verbose=0)",
    'model.compile("adam", "sparse_categorical_crossentropy")\n'
    "_ = model.fit(x, y, epochs=2, verbose=0, callbacks=[jupyter.Doctor(x, y)])",
    "%doctor modell",
]
SETUP_, DOCTOR, EXPLAIN, CALLBACK, MISTAKE = range(len(CELLS))


@pytest.fixture(scope="module", params=FRONT_ENDS)
def states(request, open_states):
    with open_states(CELLS, request.param) as opened:
        yield opened


def test_a_console_shows_text(states):
    assert "✖ EK005 error" in states.console[DOCTOR]
    assert "은닉층" in states.console[DOCTOR]
    assert "✖ here: the loss compares" in states.console[EXPLAIN]
    assert "EK014 warning" in states.console[CALLBACK]
    assert states.console[MISTAKE].strip() == (
        "UsageError: name 'modell' is not defined. Has its cell been run?"
    )


def test_the_findings_are_shown(states):
    states.live.run(SETUP_, DOCTOR)
    output = states.live.output_area(DOCTOR)
    expect(output).to_contain_text("2 findings")
    expect(output).to_contain_text("EK005")
    expect(output).to_contain_text('"은닉층" has no activation')
    expect(output.locator("pre", has_text="sparse_categorical")).to_be_visible()
    states.live.screenshot(f"{states.name}-doctor")


def test_an_error_is_drawn_and_its_traceback_folded(states):
    states.live.run(EXPLAIN)
    output = states.live.output_area(EXPLAIN)
    expect(output).to_contain_text("here: the loss compares (32, 3) with (32,)")
    frames = output.locator("details pre")
    expect(frames).to_be_hidden()
    output.locator("summary").click()
    expect(frames).to_be_visible()
    expect(frames).to_contain_text("edukeras/models/training.py")
    states.live.screenshot(f"{states.name}-explain")


def test_the_callback_tells_its_findings(states):
    states.live.run(CALLBACK)
    expect(states.live.output_area(CALLBACK)).to_contain_text("EK014")


def test_a_mistake_is_one_line(states):
    states.live.run(MISTAKE)
    assert states.live.output_area(MISTAKE).inner_text().strip() == (
        "UsageError: name 'modell' is not defined. Has its cell been run?"
    )


def test_what_was_saved_shows_the_same(states):
    for _, page in states.saved():
        expect(page.output_area(DOCTOR)).to_contain_text("EK005")
        expect(page.output_area(EXPLAIN)).to_contain_text("the loss compares")
        page.output_area(EXPLAIN).locator("summary").click()
        expect(page.output_area(EXPLAIN).locator("details pre")).to_be_visible()


def test_nothing_complains(states):
    states.assert_quiet()
