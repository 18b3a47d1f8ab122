"""A JupyterLab for tests, and a page of it in Debian's Chromium."""

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

import nbformat
from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SETTINGS = "@jupyterlab/apputils-extension"

# What a browser says that is not about us.
HARMLESS = ("favicon", "Download the React DevTools", "ResizeObserver loop")


@contextlib.contextmanager
def running_lab(folder, theme="JupyterLab Light"):
    """Starts JupyterLab on a free port; gives its address."""
    port = _free_port()
    settings = folder / "settings" / SETTINGS
    settings.mkdir(parents=True)
    (settings / "themes.jupyterlab-settings").write_text(json.dumps({"theme": theme}))
    (settings / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False})
    )
    environment = {
        **{k: v for k, v in os.environ.items() if k not in _STATIC_VARIABLES},
        "PYTHONPATH": str(ROOT),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"),
        *("--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"),
        f"--ServerApp.root_dir={notebooks}",
    ]
    with open(folder / "lab.log", "w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, process, folder / "lab.log")
            yield address, notebooks, environment
        finally:
            process.terminate()
            process.wait(timeout=20)


# Kernels that pytest starts show static forms; this one has a person at the browser.
_STATIC_VARIABLES = ("CI", "EDUKERAS_STATIC", "PYTEST_CURRENT_TEST", "PYTEST_VERSION")


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
    raise RuntimeError("JupyterLab did not start:\n" + log.read_text()[-3000:])


def write_notebook(path, *sources):
    """A notebook with these code cells, not run yet."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, path)


class NotebookPage:
    """One notebook in one browser page.

    Attributes:
        errors: what the browser's console complained about.
        foreign: addresses of other hosts that the page asked for.
    """

    def __init__(self, page, address):
        self.page = page
        self.address = address
        self.errors = []
        self.foreign = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._note_request)

    def _note(self, message):
        if message.type == "error" and not any(h in message.text for h in HARMLESS):
            self.errors.append(message.text)

    def _note_request(self, request):
        url = request.url
        if url.startswith(("http:", "https:")) and not url.startswith(self.address):
            self.foreign.append(url)

    def open(self, name):
        self.page.goto(f"{self.address}/lab/tree/{name}?reset")
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        status = self.page.locator("#jp-main-statusbar")
        expect(status).to_contain_text("Idle", timeout=60_000)

    def cell(self, number):
        """A code cell, from 0."""
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(number)

    def start(self, number):
        """Runs a cell, without waiting for its end."""
        cell = self.cell(number)
        prompt = cell.locator(".jp-InputPrompt")
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        expect(prompt).to_have_text(re.compile(r"\[(\*|\d+)\]"), timeout=10_000)

    def run(self, *numbers):
        """Runs cells, one after the other, each to its end."""
        for number in numbers:
            self.start(number)
            self.wait_until_done(number)

    def wait_until_done(self, number):
        prompt = self.cell(number).locator(".jp-InputPrompt")
        expect(prompt).to_have_text(re.compile(r"\[\d+\]"), timeout=120_000)

    def outputs(self, number):
        """What a cell shows."""
        return self.cell(number).locator(".jp-OutputArea-output")

    def save(self):
        self.page.keyboard.press("Control+s")
        self.page.wait_for_timeout(1000)

    def screenshot(self, name):
        """Kept for a person to look at, if EDUKERAS_SCREENSHOTS names a folder."""
        folder = os.environ.get("EDUKERAS_SCREENSHOTS")
        if folder:
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"))
