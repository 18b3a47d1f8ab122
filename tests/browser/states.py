"""One notebook in the five states in which its readers meet it.

    console     its cells in a terminal: text
    live        run in JupyterLab or Notebook 7, by a person who clicks
    untrusted   what was saved, opened by somebody else
    trusted     what was saved, opened again: the kernel of then is gone
    offline     what was saved, as `nbconvert --to html` writes it, without a network

Tests get them from the fixture `open_states` (conftest.py)::

    CELLS = ["import edukeras as keras\\n%load_ext edukeras\\n...", "%summary model"]

    @pytest.fixture(scope="module", params=FRONT_ENDS)
    def states(request, open_states):
        with open_states(CELLS, request.param) as opened:
            yield opened

    def test_in_a_console(states):
        assert "Parameters" in states.console[1]

    def test_a_click_opens_the_page(states):
        states.live.run(0, 1)
        states.live.output_area(1).locator("summary").first.click()

    def test_what_is_saved(states):
        for name, page in states.saved():
            expect(page.output_area(1)).to_contain_text("Parameters")

    def test_nothing_complains(states):
        states.assert_quiet()
"""

import contextlib
import json
import subprocess
import sys

import nbformat
from nbconvert import HTMLExporter

from tests.browser.lab import LAB, NotebookPage, write_notebook

# A widget whose kernel is gone: JupyterLab shows this line, and says it in the console
# too. Whatever shows a widget shows its static form below.
WITHOUT_KERNEL = "widget model not found"

CONSOLE = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from IPython.terminal.interactiveshell import TerminalInteractiveShell
from traitlets.config import Config

config = Config()
config.HistoryManager.enabled = False
config.InteractiveShell.colors = "NoColor"
shell = TerminalInteractiveShell.instance(config=config, simple_prompt=True)
texts = []
for cell in json.load(sys.stdin):
    file = io.StringIO()
    with redirect_stdout(file), redirect_stderr(file):
        shell.run_cell(cell, store_history=True)
    texts.append(file.getvalue())
print(json.dumps(texts))
"""


class States:
    """The states of one notebook, each made when it is asked for first."""

    def __init__(self, server, browser, cells, front_end, name):
        self.server = server
        self.browser = browser
        self.cells = cells
        self.front_end = front_end
        self.name = f"{name}-{front_end}"
        self._pages = {}

    # -- console --------------------------------------------------------------

    @property
    def console(self):
        """What each cell prints in a terminal."""
        if "console" not in self._pages:
            done = subprocess.run(
                [sys.executable, "-c", CONSOLE],
                input=json.dumps(self.cells),
                env=self.server.environment,
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stderr
            assert not done.stderr
            self._pages["console"] = json.loads(done.stdout.splitlines()[-1])
        return self._pages["console"]

    # -- live -----------------------------------------------------------------

    @property
    def live(self):
        """The page with a kernel; its cells are not run yet."""
        if "live" not in self._pages:
            write_notebook(self._path(""), *self.cells)
            page = self._new_page(900)
            self._pages["live"] = page.open(self._path("").name, self.front_end)
        return self._pages["live"]

    # -- saved ----------------------------------------------------------------

    def save(self):
        """Saves the live page, and writes the copies that the other states show."""
        self.live.save()
        saved = nbformat.read(self._path(""), as_version=4)
        nbformat.write(saved, self._path("-again"))
        self.server.trust(self._path("-again").name)
        changed = nbformat.from_dict(saved)
        changed.cells[0].source += "\n# changed by somebody else: not trusted"
        nbformat.write(changed, self._path("-foreign"))
        html, _ = HTMLExporter().from_notebook_node(saved)
        self._path("", "html").write_text(html, encoding="utf-8")

    @property
    def untrusted(self):
        return self._saved("untrusted", "-foreign")

    @property
    def trusted(self):
        return self._saved("trusted", "-again")

    def _saved(self, state, ending):
        if state not in self._pages:
            self._save_once()
            page = self._new_page(1800)
            name = self._path(ending).name
            self._pages[state] = page.open(name, self.front_end)
        return self._pages[state]

    @property
    def offline(self):
        if "offline" not in self._pages:
            self._save_once()
            page = self._new_page(1800, address="")
            self._pages["offline"] = page.open_offline(self._path("", "html"))
        return self._pages["offline"]

    def _new_page(self, height, address=None):
        page = self.browser.new_page(viewport={"width": 1300, "height": height})
        address = self.server.address if address is None else address
        return NotebookPage(page, address)

    def _save_once(self):
        if not self._path("", "html").exists():
            self.save()

    def saved(self):
        """The three states that somebody else may see, with their names."""
        yield "untrusted", self.untrusted
        yield "trusted", self.trusted
        yield "offline", self.offline

    def _path(self, ending, kind="ipynb"):
        return self.server.notebooks / f"{self.name}{ending}.{kind}"

    # -- what must not happen -------------------------------------------------

    def assert_quiet(self):
        """No errors in the console, and no requests to other hosts, in any state."""
        for state in ("live", "untrusted", "trusted"):
            if state in self._pages:
                page = self._pages[state]
                errors = [
                    error
                    for error in page.errors
                    if state != "trusted" or WITHOUT_KERNEL not in error
                ]
                assert errors == [], f"{state}: {errors}"
                assert page.foreign == [], f"{state}: {page.foreign}"
        if "offline" in self._pages:
            # The page that nbconvert makes of any notebook asks for some scripts.
            own = set(self._pages["offline"].foreign) - _asked_by_nbconvert(self)
            assert own == set(), f"offline: {own}"

    def close(self):
        for page in self._pages.values():
            if isinstance(page, NotebookPage):
                page.close()


def _asked_by_nbconvert(states):
    """What the page of an empty notebook asks for."""
    html, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook())
    path = states.server.notebooks / "empty.html"
    path.write_text(html, encoding="utf-8")
    page = states._new_page(900, address="").open_offline(path)
    foreign = set(page.foreign)
    page.close()
    return foreign


@contextlib.contextmanager
def states_of(server, browser, cells, front_end=LAB, name="notebook"):
    """The five states of a notebook with these code cells; closes them in the end."""
    opened = States(server, browser, cells, front_end, name)
    try:
        yield opened
    finally:
        opened.close()
