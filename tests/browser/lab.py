"""A Jupyter server for tests, and pages of it in a real browser.

One server shows the same notebooks in JupyterLab (`/lab/tree/...`) and in Notebook 7
(`/notebooks/...`). `states.py` builds on this: one notebook in five states.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

import nbformat
from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[2]
LAB, NOTEBOOK = FRONT_ENDS = ("lab", "notebook")
LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"

# Kernels that pytest starts show static forms; here a person sits at the browser.
_STATIC_VARIABLES = ("CI", "EDUKERAS_STATIC", "PYTEST_CURRENT_TEST", "PYTEST_VERSION")

# What a browser says that is not about us.
HARMLESS = (
    "favicon",
    "Download the React DevTools",
    "ResizeObserver loop",
    # Of Notebook 7, for any notebook:
    "Command 'filebrowser:open-path' not registered",
    "Cannot read properties of undefined (reading 'schema')",
)

_SERVERS = ("jupyterlab", "notebook", "jupyter_lsp", "jupyter_server_terminals")

# Where the settings of the front ends are kept.
_PLUGINS = {
    "apputils-extension/themes": {"theme": LIGHT},
    "apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    # All cells are there, also those that nobody has scrolled to.
    "notebook-extension/tracker": {"windowingMode": "none"},
}

# Extensions that may be installed too, and complain without their own server.
_OTHERS = {"@jupyter/nbgrader": True, "@jupyter-notebook/lab-extension": True}


class Server(NamedTuple):
    """A running server: its address, the folder it shows, its kernels' variables."""

    address: str
    notebooks: Path
    environment: dict

    def set(self, plugin, **settings):
        """Settings that apply to pages opened from now on."""
        path = self.notebooks.parent / "settings" / "@jupyterlab" / plugin
        path = path.with_name(path.name + ".jupyterlab-settings")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))

    def theme(self, name):
        """LIGHT or DARK, for pages opened from now on."""
        self.set("apputils-extension/themes", theme=name)

    def trust(self, name):
        """Signs a notebook, as its reader does with "Trust Notebook"."""
        subprocess.run(
            [sys.executable, "-m", "nbformat.sign", str(self.notebooks / name)],
            env=self.environment,
            check=True,
            capture_output=True,
        )


@contextlib.contextmanager
def running_lab(folder):
    """Starts a server on a free port, and stops it in the end."""
    port = _free_port()
    places = {
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
    }
    environment = {
        **{k: v for k, v in os.environ.items() if k not in _STATIC_VARIABLES},
        "PYTHONPATH": str(ROOT),
        **{name: str(folder / place) for name, place in places.items()},
    }
    (folder / "notebooks").mkdir()
    page_config = folder / "config" / "labconfig" / "page_config.json"
    page_config.parent.mkdir(parents=True)
    page_config.write_text(json.dumps({"disabledExtensions": _OTHERS}))
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"),
        *("--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"),
        f"--ServerApp.jpserver_extensions={dict.fromkeys(_SERVERS, True)}",
        f"--ServerApp.root_dir={folder / 'notebooks'}",
    ]
    with open(folder / "server.log", "w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, process, folder / "server.log")
            server = Server(address, folder / "notebooks", environment)
            for plugin, values in _PLUGINS.items():
                server.set(plugin, **values)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=20)


def _free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def _wait_for(address, process, log):
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address + "/api", timeout=5).close()
            return
        time.sleep(0.2)
    raise RuntimeError("Jupyter did not start:\n" + log.read_text()[-3000:])


def write_notebook(path, *sources, kernel="python3"):
    """A notebook with these code cells, not run yet."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    spec = {"name": kernel, "display_name": kernel, "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
    nbformat.write(notebook, path)


class NotebookPage:
    """One notebook in one browser page.

    Attributes:
        page: the page, as Playwright has it.
        errors: what the browser's console complained about.
        foreign: addresses of other hosts that the page asked for.
    """

    def __init__(self, page, address=""):
        self.page = page
        self.address = address
        self.errors = []
        self.foreign = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self._note_error(str(error)))
        self.page.on("request", self._note_request)

    def _note(self, message):
        if message.type == "error":
            self._note_error(f"{message.text} {message.location.get('url', '')}")

    def _note_error(self, text):
        if not any(harmless in text for harmless in HARMLESS):
            self.errors.append(text)

    def _note_request(self, request):
        url = request.url
        if url.startswith(("http:", "https:", "ws:", "wss:")) and not (
            self.address and url.startswith(self.address)
        ):
            self.foreign.append(url)

    def open(self, name, front_end=LAB, run=True):
        """Shows a notebook of the server.

        Args:
            run: wait until its kernel is ready.
        """
        path = f"lab/tree/{name}?reset" if front_end == LAB else f"notebooks/{name}"
        self.page.goto(f"{self.address}/{path}")
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        if run:
            self.page.wait_for_selector(
                ".jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=60_000
            )
        return self

    def open_offline(self, path):
        """Shows an HTML file, with no network at all."""
        self.page.route(
            "**/*",
            lambda route: (
                route.continue_()
                if route.request.url.startswith(("file:", "data:"))
                else route.abort()
            ),
        )
        self.page.goto(path.as_uri(), wait_until="domcontentloaded")
        return self

    def close(self):
        self.page.close()

    # -- cells ----------------------------------------------------------------

    def cell(self, number):
        """A code cell, from 0."""
        return self.page.locator(".jp-CodeCell").nth(number)

    def outputs(self, number):
        """What a cell shows: one element for each output."""
        return self.cell(number).locator(".jp-OutputArea-output")

    def output_area(self, number):
        """All that a cell shows, as one element."""
        return self.cell(number).locator(".jp-OutputArea").first

    def start(self, number):
        """Runs a cell, without waiting for its end."""
        cell = self.cell(number)
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        for _ in range(5):  # a page that is still loading may not listen yet
            cell.locator(".cm-content").click()
            self.page.keyboard.press("Control+Enter")
            with contextlib.suppress(AssertionError):
                expect(prompt).not_to_have_text(before, timeout=5_000)
                return
        raise AssertionError(f"Cell {number} did not start.")

    def run(self, *numbers):
        """Runs cells, one after the other, each to its end."""
        for number in numbers:
            self.start(number)
            self.wait_until_done(number)

    def wait_until_done(self, number):
        prompt = self.cell(number).locator(".jp-InputPrompt")
        expect(prompt).to_have_text(re.compile(r"\[\d+\]"), timeout=120_000)

    def save(self):
        """Saves the notebook, and waits until the server has it."""
        with self.page.expect_response(
            lambda r: r.request.method == "PUT" and "/api/contents/" in r.url
        ):
            self.page.keyboard.press("Control+s")

    # -- hands ----------------------------------------------------------------

    def drag(self, slider, share):
        """Drags the handle of a slider to a share (0 to 1) of its length."""
        slider.scroll_into_view_if_needed()
        track = slider.locator(".noUi-base").bounding_box()
        handle = slider.locator(".noUi-handle").bounding_box()
        mouse = self.page.mouse
        mouse.move(*_middle(handle))
        mouse.down()
        end = track["x"] + share * track["width"]
        mouse.move(end, _middle(track)[1], steps=8)
        mouse.up()

    def screenshot(self, name, of=None):
        """Kept for a person to look at, if EDUKERAS_SCREENSHOTS names a folder.

        Args:
            of: a locator, for a picture of this part alone.
        """
        folder = os.environ.get("EDUKERAS_SCREENSHOTS")
        if folder:
            path = str(Path(folder) / f"{name}.png")
            (self.page if of is None else of).screenshot(path=path)


def _middle(box):
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def chromium():
    """The path of an installed Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)
