"""The shape of the whole, held by reading every import of `edukeras/` with `ast`.

`ROWS` is the table of CONTRIBUTING.md: import only from a lower row or from your own.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "edukeras"

ROWS = [
    {"config", "errors", "messages", "lazy_imports"},
    {"registry", "reference", "_kernels", "tree", "name_scopes", "placement"},
    {"kernels"},
    {"tensor"},
    {"autodiff", "graph", "dtype_policies"},
    {"ops", "random", "finite_differences"},
    {"initializers", "regularizers", "constraints", "activations"},
    {"layers", "losses", "metrics", "optimizers", "schedules"},
    {"data", "callbacks", "saving"},
    {"models"},
    {"testing", "datasets", "utils", "legacy", "alias", "wrappers"},
    {"inspect"},
    {"jupyter", "grading", "export", "_lessons"},
    {
        "cli",
        "lessons_cli",
        "__main__",
        "edukeras",
    },  # "edukeras": the public names of __init__.py
]
ROW_OF = {name: row for row, names in enumerate(ROWS) for name in names}

# Optional packages, and the modules that may import each, by the start of their path.
# Everything else must work, and be quick to import, without them.
OPTIONAL = {
    "h5py": ["saving/"],
    "yaml": ["saving/", "messages.py", "grading/catalogue.py"],
    "matplotlib": ["inspect/", "jupyter/", "models/drawing.py", "models/fonts.py"],
    "sklearn": ["wrappers/"],
    "pandas": ["data.py", "grading/", "jupyter/"],
    "IPython": ["jupyter/"],
    "ipywidgets": ["jupyter/"],
    "nbformat": ["grading/", "lessons_cli.py"],
    "nbclient": ["grading/"],
}

MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


class ImportFinder(ast.NodeVisitor):
    """Collects (line, full dotted name) of every import that runs."""

    def __init__(self, module):
        self.package = ["edukeras", *module.split("/")[:-1]]
        self.found = []
        self.stars = []

    def visit_If(self, node):
        if "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = []  # for the type checker only: never runs
        self.generic_visit(node)

    def visit_Import(self, node):
        self.found += [(node.lineno, alias.name) for alias in node.names]

    def visit_ImportFrom(self, node):
        base = self.package[: len(self.package) - node.level + 1] if node.level else []
        start = ".".join([*base, *filter(None, [node.module])])
        for alias in node.names:
            if alias.name == "*":
                self.stars.append(node.lineno)
            self.found.append((node.lineno, f"{start}.{alias.name}"))


def imports_of(module):
    """The visited ImportFinder of a module such as "layers/core.py"."""
    finder = ImportFinder(module)
    finder.visit(ast.parse((PACKAGE / module).read_text(encoding="utf-8")))
    return finder


def part_of(module):
    """ "layers/core.py" -> "layers"; the package's own __init__.py -> "edukeras"."""
    part = module.split("/")[0].removesuffix(".py")
    return "edukeras" if part == "__init__" else part


def target_part(name):
    """ "edukeras.layers.core.Dense" -> "layers"; None for other packages."""
    names = name.split(".")
    if names[0] != "edukeras":
        return None
    if len(names) > 1 and (
        names[1] in ROW_OF
        or (PACKAGE / names[1]).is_dir()
        or (PACKAGE / f"{names[1]}.py").is_file()
    ):
        return names[1]
    return "edukeras"  # a public name, such as __version__


@pytest.mark.parametrize("module", MODULES)
def test_imports_only_from_a_lower_row_or_its_own(module):
    part = part_of(module)
    assert part in ROW_OF, f"Give {part!r} a row in ROWS and in CONTRIBUTING.md."
    upward = [
        f"line {line}: {name}"
        for line, name in imports_of(module).found
        if (target := target_part(name)) is not None
        and ROW_OF.get(target, len(ROWS)) > ROW_OF[part]
    ]
    assert not upward, f"{module} (row {ROW_OF[part]}) imports from a higher row"


@pytest.mark.parametrize("module", MODULES)
def test_optional_packages_only_where_they_may_be(module):
    misplaced = [
        f"line {line}: {name}"
        for line, name in imports_of(module).found
        if (package := name.split(".")[0]) in OPTIONAL
        and not any(module.startswith(place) for place in OPTIONAL[package])
    ]
    assert not misplaced


@pytest.mark.parametrize("module", MODULES)
def test_no_star_import(module):
    assert imports_of(module).stars == []


@pytest.mark.parametrize("module", MODULES)
def test_a_file_has_a_subject_and_is_short_enough_to_read(module):
    assert Path(module).stem not in {"utils", "helpers", "common"}
    lines = (PACKAGE / module).read_text(encoding="utf-8").count("\n")
    assert lines <= 600, f"{module} has {lines} lines: split it by idea"


def test_the_import_finder_sees_what_it_must():
    finder = ImportFinder("layers/core.py")
    finder.visit(
        ast.parse(
            "from typing import TYPE_CHECKING\n"
            "from edukeras import ops\n"
            "from ..tensor import Tensor\n"
            "from . import base\n"
            "if TYPE_CHECKING:\n"
            "    import edukeras.models\n"
            "def late():\n"
            "    import edukeras.jupyter.magics\n"
            "    from edukeras.losses import *\n"
        )
    )
    assert [name for _, name in finder.found] == [
        "typing.TYPE_CHECKING",
        "edukeras.ops",
        "edukeras.tensor.Tensor",
        "edukeras.layers.base",
        "edukeras.jupyter.magics",
        "edukeras.losses.*",
    ]
    assert finder.stars == [9]


@pytest.fixture(scope="module")
def fresh_import():
    """The finished process of a fresh interpreter that imports edukeras."""
    listing = "import sys, edukeras; print(*sorted(sys.modules))"
    return subprocess.run(
        [sys.executable, "-c", listing], cwd=ROOT, capture_output=True, text=True
    )


def test_import_edukeras_is_silent_on_stderr(fresh_import):
    assert fresh_import.stderr == ""
    assert fresh_import.returncode == 0


def test_import_edukeras_loads_no_optional_package(fresh_import):
    loaded = {name.split(".")[0] for name in fresh_import.stdout.split()}
    assert "edukeras" in loaded
    assert loaded.isdisjoint(OPTIONAL)


# What takes long to import, or much memory, and only some programs need.
LATER = {
    "scipy",  # the kernels take one file of it
    "numpy.random",
    "email",
    "http",
    "subprocess",
    "tarfile",
    "tempfile",
    "urllib.request",
    "xml",
    "zipfile",
    "edukeras.datasets",
    "edukeras.export",
    "edukeras.grading",
    "edukeras.inspect",
    "edukeras.jupyter",
    "edukeras.models.plotting",
    "edukeras.saving.archive",
    "edukeras.utils.files",
    "edukeras.wrappers",
}


def test_import_edukeras_leaves_the_slow_parts_for_later():
    # The parts that NumPy itself imports are its own affair: old ones load more.
    listing = """
import sys, numpy
before = set(sys.modules)
import edukeras
print(*sorted(set(sys.modules) - before))
"""
    output = subprocess.run(
        [sys.executable, "-c", listing], cwd=ROOT, capture_output=True, text=True
    ).stdout
    loaded = set(output.split())
    assert "edukeras.layers" in loaded
    assert sorted(loaded & LATER) == []
