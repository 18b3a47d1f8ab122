"""Stop, Pause, Step and the learning rate, clicked and dragged while `fit` runs.

Once for each version of ipykernel that passes messages on in another way; those that
are not there are skipped: `python -m tests.browser.kernels` installs them.
"""

import re

import pytest

pytest.importorskip("playwright")

from playwright.sync_api import expect

from tests.browser import kernels
from tests.browser.lab import NotebookPage, write_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SETUP = """\
import time
import ipykernel
import edukeras as keras
from edukeras import layers
from edukeras.jupyter import LiveCurves
%load_ext edukeras
keras.utils.set_random_seed(1)
(x, y), _ = keras.datasets.digits.load_data()
x, y = x.reshape(-1, 64)[:640] / 16, y[:640]
model = keras.Sequential(
    [keras.Input((64,)), layers.Dense(16, activation="relu"),
     layers.Dense(10, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
# A little slower than it is, so that there is something to click at.
slow = keras.callbacks.LambdaCallback(
    on_train_batch_begin=lambda batch, logs: time.sleep(0.02))
print("ipykernel", ipykernel.__version__)"""

TRAIN = """\
history = model.fit(x, y, epochs=2000, validation_split=0.2, verbose=0,
                    callbacks=[LiveCurves(), slow])
rate = float(model.optimizer.learning_rate)
print(f"after {len(history.epoch)} epochs, rate {rate:.6f}, {slow.model is model}")"""

MAGIC = """\
%%train --lr 0.02 --compare history
again = model.fit(x, y, epochs=2000, validation_split=0.2, callbacks=[slow])
print("kept", len(again.epoch), model.predict(x[:3], verbose=0).shape)"""

CELLS = [SETUP, TRAIN, "order = ['first']", "order.append('second'); order", MAGIC]
SETUP_, TRAIN_, FIRST, SECOND, MAGIC_ = range(len(CELLS))

AT_ONCE = 500  # milliseconds
PLACE = re.compile(r"Epoch (\d+) of \d+, batch (\d+) of (\d+)")


@pytest.fixture(scope="module", params=kernels.VERSIONS)
def notebook(request, server, browser):
    """A notebook in which `fit` is running."""
    version = request.param
    if kernels.folder_of(version) == "":
        pytest.skip(f"no ipykernel {version}: python -m tests.browser.kernels")
    kernel = kernels.add_kernel(server.environment["JUPYTER_DATA_DIR"], version)
    name = f"training-{version}.ipynb"
    write_notebook(server.notebooks / name, *CELLS, kernel=kernel)
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    opened = NotebookPage(page, server.address)
    opened.version = version
    opened.open(name)
    opened.run(SETUP_)
    expect(opened.outputs(SETUP_)).to_contain_text(f"ipykernel {version}.")
    opened.start(TRAIN_)
    expect(opened.cell(TRAIN_)).to_contain_text(PLACE, timeout=30_000)
    yield opened
    page.close()


def button(notebook, name):
    return notebook.cell(TRAIN_).locator("button", has_text=name)


# From the last event of the mouse until the cell shows a text, in the browser's clock.
STOPWATCH = """
(cell, pattern) => {
    window.since = window.until = null;
    const start = event => {
        if (window.until === null) window.since = event.timeStamp;
    };
    for (const name of ["pointerdown", "pointermove", "click"])
        document.addEventListener(name, start, {capture: true});
    const look = new MutationObserver(() => {
        if (window.since !== null && new RegExp(pattern).test(cell.textContent)) {
            window.until = performance.now();
            look.disconnect();
        }
    });
    look.observe(cell, {childList: true, subtree: true, characterData: true});
}
"""


def start_stopwatch(notebook, pattern):
    notebook.cell(TRAIN_).evaluate(STOPWATCH, pattern)


def milliseconds(notebook, what):
    notebook.page.wait_for_function("window.until !== null", timeout=10 * AT_ONCE)
    took = notebook.page.evaluate("window.until - window.since")
    print(f"ipykernel {notebook.version}: {what} after {took:.0f} ms")
    return took


def place(notebook):
    """Epoch and batch that are shown, as one number."""
    expect(notebook.cell(TRAIN_)).to_contain_text(PLACE)
    text = notebook.cell(TRAIN_).inner_text()
    epoch, batch, batches = PLACE.search(text).groups()
    return int(epoch) * int(batches) + int(batch)


def shown_rate(notebook):
    text = notebook.cell(TRAIN_).inner_text()
    return float(re.search(r"· learning rate (\S+)", text)[1])


def test_the_rate_follows_the_slider_while_it_is_dragged(notebook):
    assert shown_rate(notebook) == 0.01
    handle = notebook.cell(TRAIN_).locator(".noUi-handle")
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = notebook.page.mouse
    mouse.move(x, y)
    mouse.down()
    start_stopwatch(notebook, "learning rate 0.0[2-9]")
    for step in range(1, 11):
        mouse.move(x + 3 * step, y)
    assert milliseconds(notebook, "rate") < AT_ONCE  # the button is still held
    mouse.up()
    assert shown_rate(notebook) > 0.015


def test_pause_holds_the_training_and_step_takes_one_batch(notebook):
    start_stopwatch(notebook, r"\(paused\)")
    button(notebook, "Pause").click()
    assert milliseconds(notebook, "pause") < AT_ONCE
    before = place(notebook)
    notebook.page.wait_for_timeout(500)
    assert place(notebook) == before
    notebook.screenshot(f"paused-{notebook.version}")
    for batches in (1, 2):
        button(notebook, "Step").click()
        notebook.page.wait_for_timeout(AT_ONCE)
        assert place(notebook) == before + batches


def test_the_rate_can_be_changed_during_a_pause(notebook):
    handle = notebook.cell(TRAIN_).locator(".noUi-handle")
    before = shown_rate(notebook)
    handle.focus()
    handle.press("ArrowRight")
    notebook.page.wait_for_timeout(AT_ONCE)
    assert before < shown_rate(notebook) < 1.3 * before


def test_continue_goes_on(notebook):
    before = place(notebook)
    button(notebook, "Continue").click()
    notebook.page.wait_for_timeout(2 * AT_ONCE)
    assert place(notebook) > before + 5


def test_stop_ends_fit_and_the_cell_goes_on(notebook):
    rate = shown_rate(notebook)
    notebook.start(FIRST)  # these two wait for the end of the training
    notebook.start(SECOND)
    start_stopwatch(notebook, "Training has ended")
    button(notebook, "Stop").click()
    assert milliseconds(notebook, "stop") < AT_ONCE
    ended = notebook.outputs(TRAIN_).get_by_text(re.compile(r"after \d+ epochs"))
    expect(ended).to_be_visible(timeout=30_000)
    text = " ".join(notebook.outputs(TRAIN_).all_inner_texts())
    after = re.search(r"after (\d+) epochs, rate (\S+), True", text)
    assert 1 < int(after[1]) < 2000
    assert float(after[2]) == pytest.approx(rate, rel=0.01)
    assert "Stopped by hand in epoch" in text
    assert "Learning rate set by hand in epoch" in text


def test_cells_that_waited_run_in_their_order(notebook):
    notebook.wait_until_done(SECOND)
    expect(notebook.outputs(SECOND)).to_contain_text("['first', 'second']")
    notebook.screenshot(f"stopped-{notebook.version}")
    assert notebook.errors == []


def test_the_square_button_ends_a_cell_of_the_magic_and_keeps_what_was_learned(
    notebook,
):
    notebook.start(MAGIC_)
    cell = notebook.cell(MAGIC_)
    expect(cell).to_contain_text(re.compile(r"Epoch [3-9] of 2000"), timeout=30_000)
    expect(cell.locator("svg text", has_text="run 1").first).to_be_visible()
    assert "learning rate 0.02" in cell.inner_text()
    notebook.screenshot(f"compared-{notebook.version}")
    notebook.page.locator("[data-jp-item-name='interrupt']").click()
    expect(cell).to_contain_text(re.compile(r"kept \d+ \(3, 10\)"), timeout=30_000)
    expect(cell).to_contain_text("Interrupted: the model keeps what it has learned")
    alt = cell.locator("img").get_attribute("alt")
    assert alt.startswith("Learning curves of 2 runs: run 1 loss from")
    notebook.screenshot(f"interrupted-{notebook.version}")
    assert notebook.errors == []
