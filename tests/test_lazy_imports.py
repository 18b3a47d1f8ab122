"""Names that are imported when they are first asked for."""

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
USERS = [
    "edukeras",
    "edukeras.legacy",
    "edukeras.models",
    "edukeras.saving",
    "edukeras.utils",
]


def tables(package):
    """The names below TYPE_CHECKING, and those given to imported_when_asked."""
    tree = ast.parse(inspect.getsource(importlib.import_module(package)))
    for_editors, for_python = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for statement in node.body:
                for_editors |= {name.asname for name in statement.names}
        if isinstance(node, ast.Call) and "imported_when_asked" in ast.unparse(
            node.func
        ):
            for_python |= set(ast.literal_eval(node.args[1]))
    return for_editors, for_python


@pytest.mark.parametrize("package", USERS)
def test_editors_see_the_names_that_python_sees(package):
    for_editors, for_python = tables(package)
    assert for_editors == for_python
    assert for_python


@pytest.mark.parametrize("package", USERS)
def test_a_later_name_can_be_listed_taken_and_imported(package):
    _, names = tables(package)
    code = f"""
import importlib, {package}
for name in {sorted(names)}:
    assert name in dir({package}), name  # what tab completion shows
    found = getattr({package}, name)
    assert getattr({package}, name) is found
    scope = {{}}
    exec(f"from {package} import {{name}} as taken", scope)
    assert scope["taken"] is found
print("all")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout == "all\n", done.stderr


def test_every_package_that_imports_later_is_tested_here():
    found = set()
    for path in (ROOT / "edukeras").rglob("*.py"):
        if "imported_when_asked(\n    __name__" in path.read_text(encoding="utf-8"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found.add(".".join(parts).removesuffix(".__init__"))
    assert found == set(USERS)


def test_an_unknown_name_is_an_attribute_error():
    import edukeras.saving

    with pytest.raises(AttributeError, match="'edukeras.saving' has no attribute 'x'"):
        edukeras.saving.x  # noqa: B018
