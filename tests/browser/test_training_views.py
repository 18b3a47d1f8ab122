"""Several runs, marks, gradient flow: what is shown after training, in all states."""

import pytest

pytest.importorskip("playwright")

from playwright.sync_api import expect

from tests.browser.lab import FRONT_ENDS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SETUP = """\
import numpy as np
import edukeras as keras
from edukeras import layers
from edukeras.jupyter import RecordGradientFlow
%load_ext edukeras
keras.utils.set_random_seed(1)
x = np.random.default_rng(0).normal(size=(60, 8)).astype("float32")
y = (x[:, :1] * x[:, 1:2] > 0).astype("float32")
def run(rate, callbacks=None):
    hidden = [layers.Dense(32, "tanh", name=f"은닉{k}") for k in (1, 2)]
    model = keras.Sequential(
        [keras.Input((8,)), *hidden, layers.Dense(1, "sigmoid", name="out")],
        name="digits")
    model.compile(keras.optimizers.Adam(rate), "binary_crossentropy")
    model.fit(x, y, epochs=30, validation_split=0.4, verbose=0, callbacks=callbacks)
    return model
flow = RecordGradientFlow(x, y)
slow, fast = run(0.003), run(0.03, [flow])"""

CELLS = [
    SETUP,
    "%curves fast",
    "%curves slow fast --names '느림,빠름'",
    "%gradflow fast x y",
    "flow",
]
SETUP_, MARKED, COMPARED, FLOW, RECORD = range(len(CELLS))

WORDS = {
    MARKED: "▲ Overfitting since epoch",
    COMPARED: "빠름: ▲ Overfitting since epoch",
    FLOW: "은닉1",
    RECORD: "update / weight first",
}


@pytest.fixture(scope="module", params=FRONT_ENDS)
def states(request, open_states):
    with open_states(CELLS, request.param) as opened:
        yield opened


def test_in_a_console(states):
    for cell, words in WORDS.items():
        assert words in states.console[cell]


def test_all_of_it_is_shown_live(states):
    states.live.run(*range(len(CELLS)))
    for cell, words in WORDS.items():
        shown = states.live.output_area(cell)
        expect(shown).to_contain_text(words)
        expect(shown.locator("img")).to_be_visible()
        states.live.screenshot(f"view-{cell}", of=shown)


def test_what_is_saved_shows_the_same(states):
    for state, page in states.saved():
        for cell, words in WORDS.items():
            shown = page.output_area(cell)
            expect(shown).to_contain_text(words, timeout=15_000)
            width = shown.locator("img").evaluate("e => e.naturalWidth")
            assert width > 500, (state, cell)
    states.assert_quiet()
