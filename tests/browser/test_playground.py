"""The playground, run, dragged and changed in a real browser."""

import re

import pytest

pytest.importorskip("playwright")

from playwright.sync_api import expect

from tests.browser import kernels
from tests.browser.lab import DARK, LAB, LIGHT, NOTEBOOK, NotebookPage, write_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = [
    "import edukeras\nedukeras.playground(seed=1)",
    "import numpy as np\nx = np.random.default_rng(0).normal(size=(60, 2))\n"
    "edukeras.playground(x, (x[:, 0] > x[:, 1]).astype(int), layers=(3,))",
]
OWN = 1


@pytest.fixture(
    scope="module",
    params=[
        (LAB, DARK, None),
        (NOTEBOOK, LIGHT, None),
        (LAB, LIGHT, "6.31"),
        (LAB, LIGHT, "7.3"),
    ],
    ids=lambda param: "-".join(filter(None, (param[0], param[2]))),
)
def notebook(request, server, browser):
    front_end, theme, version = request.param
    kernel = "python3"
    if version is not None:
        if kernels.folder_of(version) == "":
            pytest.skip(f"no ipykernel {version}: python -m tests.browser.kernels")
        kernel = kernels.add_kernel(server.environment["JUPYTER_DATA_DIR"], version)
    server.theme(theme)
    name = f"playground-{front_end}-{kernel}.ipynb"
    write_notebook(server.notebooks / name, *CELLS, kernel=kernel)
    page = browser.new_page(viewport={"width": 1300, "height": 1100})
    opened = NotebookPage(page, server.address)
    opened.front_end = front_end
    opened.open(name, front_end)
    opened.run(0)
    expect(picture(opened)).to_be_visible(timeout=30_000)
    yield opened
    page.close()
    server.theme(LIGHT)


def picture(notebook):
    return notebook.cell(0).locator("img.widget-image")


def epoch(notebook):
    return int(re.search(r"Epoch (\d+):", notebook.cell(0).inner_text())[1])


def button(notebook, name):
    return notebook.cell(0).locator("button", has_text=name)


def test_it_begins_untrained(notebook):
    expect(notebook.cell(0)).to_contain_text("Epoch 0: training loss")
    assert picture(notebook).evaluate("e => e.naturalWidth") == 980


def test_step_is_one_epoch(notebook):
    button(notebook, "Step").click()
    expect(notebook.cell(0)).to_contain_text("Epoch 1:", timeout=1000)


def test_run_and_pause_act_at_once(notebook):
    before = picture(notebook).get_attribute("src")
    button(notebook, "Run").click()
    notebook.page.wait_for_timeout(1500)
    assert epoch(notebook) > 5
    assert picture(notebook).get_attribute("src") != before
    button(notebook, "Pause").click()
    notebook.page.wait_for_timeout(500)
    before = epoch(notebook)
    notebook.page.wait_for_timeout(500)
    assert epoch(notebook) == before


def test_the_learning_rate_is_dragged_while_it_learns(notebook):
    button(notebook, "Run").click()
    rate = notebook.cell(0).locator(".widget-hslider", has_text="Learning rate")
    notebook.drag(rate, 0.3)
    expect(notebook.cell(0)).to_contain_text(
        re.compile(r"learning rate 0\.00\d"), timeout=1000
    )
    assert epoch(notebook) > 5  # what it has learned stays
    notebook.page.wait_for_timeout(3000)
    notebook.screenshot(f"playground-{notebook.front_end}")


def test_other_data_begin_anew_while_it_runs(notebook):
    menu = notebook.cell(0).locator(".widget-dropdown", has_text="Data")
    menu.locator("select").select_option("spiral")
    for name in ("x1·x2", "sin(πx1)", "sin(πx2)"):
        button(notebook, name).click()
    button(notebook, "+").click()
    notebook.page.wait_for_timeout(1500)
    assert 0 < epoch(notebook) < 60
    notebook.screenshot(f"playground-spiral-{notebook.front_end}")
    button(notebook, "Pause").click()


def test_the_code_can_be_read(notebook):
    button(notebook, "Show the code").click()
    code = notebook.cell(0).locator(".widget-html pre", has_text="keras.Sequential(")
    expect(code).to_be_visible(timeout=2000)
    expect(code).to_contain_text("x, y = spiral(generator, 400, 0.1)")
    button(notebook, "Show the code").click()
    expect(code).to_be_hidden()


def test_own_data_run_beside_it(notebook):
    notebook.run(OWN)
    cell = notebook.cell(OWN)
    expect(cell).to_contain_text("Epoch 0:", timeout=30_000)
    cell.locator("button", has_text="Step").click()
    expect(cell).to_contain_text("Epoch 1:", timeout=2000)


def test_nothing_is_cut_off_where_there_is_little_room(notebook):
    notebook.page.set_viewport_size({"width": 700, "height": 1100})
    notebook.page.wait_for_timeout(500)
    area = notebook.output_area(0).bounding_box()
    for kind in ("img", "button:visible", "select", ".noUi-base"):
        for part in notebook.cell(0).locator(".jp-OutputArea").locator(kind).all():
            box = part.bounding_box()
            if box is not None:
                assert box["x"] + box["width"] <= area["x"] + area["width"] + 1
    picture(notebook).scroll_into_view_if_needed()
    notebook.screenshot(f"playground-narrow-{notebook.front_end}")
    notebook.page.set_viewport_size({"width": 1300, "height": 1100})


@pytest.fixture(scope="module")
def states(open_states):
    with open_states(CELLS[:1], LAB) as opened:
        yield opened


def test_in_a_console_it_is_text(states):
    assert "Playground: circle, noise 0.1" in states.console[0]


def test_what_is_saved_keeps_the_picture_and_the_code(states):
    states.live.run(0)
    expect(picture(states.live)).to_be_visible(timeout=30_000)
    for state, page in states.saved():
        kept = page.output_area(0)
        kept.locator("summary").first.click()
        shown = kept.locator("img[alt^='Playground: circle']")
        expect(shown).to_be_visible(timeout=15_000)
        assert shown.evaluate("e => e.naturalWidth") == 980, state
        kept.get_by_text("The code: the same network in Keras").click()
        expect(kept.get_by_text("keras.Sequential(")).to_be_visible()
        page.screenshot(f"playground-{state}")
    states.assert_quiet()


def test_the_browser_had_nothing_to_complain_about(notebook):
    assert notebook.errors == []
    assert notebook.foreign == []
