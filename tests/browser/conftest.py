import importlib.util
import shutil

import pytest

NEEDED = ("playwright", "jupyterlab", "ipywidgets", "matplotlib")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
if shutil.which("chromium") is None:
    MISSING.append("chromium")


def pytest_collection_modifyitems(items):
    if MISSING:
        skip = pytest.mark.skip(reason=f"browser tests need {', '.join(MISSING)}")
        for item in items:
            if "browser" in item.path.parts:
                item.add_marker(skip)


@pytest.fixture(scope="module", params=["JupyterLab Light", "JupyterLab Dark"])
def theme(request):
    return request.param


@pytest.fixture(scope="module")
def lab(theme, tmp_path_factory):
    """A running JupyterLab."""
    from tests.browser.lab import running_lab

    with running_lab(tmp_path_factory.mktemp("lab"), theme) as lab:
        yield lab


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        yield opened
        opened.close()
