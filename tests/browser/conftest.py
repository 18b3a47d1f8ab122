"""A browser and a Jupyter server for all tests of this folder.

Both need packages that the other tests do without (`pip install edukeras[browser]`)
and an installed Chromium (`apt install chromium`). Without them the tests are skipped
and say so; with EDUKERAS_REQUIRE_BROWSER=1, as in `make browser`, that is a failure.
"""

import importlib.util
import os

import pytest

# These need playwright, which may not be installed; doctest would import them.
collect_ignore = ["kernels.py", "lab.py", "states.py"]


def _missing():
    for package in ("playwright", "jupyterlab", "notebook", "ipywidgets"):
        if importlib.util.find_spec(package) is None:
            return f"the package {package}"
    from tests.browser.lab import chromium

    return "" if chromium() else "an installed Chromium"


if os.environ.get("EDUKERAS_REQUIRE_BROWSER") == "1" and _missing():
    raise pytest.UsageError(f"The browser tests need {_missing()}.")


@pytest.fixture(scope="session")
def browser():
    if _missing():
        pytest.skip(f"The browser tests need {_missing()}.")
    from playwright.sync_api import sync_playwright

    from tests.browser.lab import chromium

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def server(browser, tmp_path_factory):
    """A running server; `browser` comes first, to skip before anything starts."""
    from tests.browser.lab import running_lab

    with running_lab(tmp_path_factory.mktemp("jupyter")) as running:
        yield running


@pytest.fixture(scope="module")
def open_states(request, server, browser):
    """`with open_states(CELLS, front_end) as states`: see states.py."""
    from tests.browser.states import states_of

    def opened(cells, front_end):
        name = request.module.__name__.rpartition(".")[2]
        return states_of(server, browser, cells, front_end, name)

    return opened
