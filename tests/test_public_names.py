"""The public names of Keras: which are here, and whether they take the same arguments.

The tables of docs/missing_names.md can only shrink: a name in them that works is an
error too.
"""

import inspect
import json
import re
from pathlib import Path

import pytest

import edukeras as keras

NAMES = json.loads(
    (Path(__file__).parent / "golden" / "signatures.json").read_text(encoding="utf-8")
)["names"]

PAGE = Path(__file__).parents[1] / "docs" / "missing_names.md"


def table(title):
    """The names and reasons of a table of the page."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {title}\n")[1].split("## ")[0]
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \|$", section, re.MULTILINE)
    assert rows, title
    return dict(rows)


MISSING = table("Missing")  # name -> why
OTHER_ARGUMENTS = table("Present, with other arguments")


def find(name):
    """The object of this name, or None."""
    # Programs reach these through `import keras`: see alias.py.
    name = name.replace("preprocessing.sequence.", "utils.")
    name = name.replace("preprocessing.image.", "utils.")
    found = keras
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def arguments(thing):
    """[name, kind, default as text] of each, as in signatures.json."""
    function = thing.__init__ if inspect.isclass(thing) else thing
    found = list(inspect.signature(function).parameters.values())
    return [
        [p.name, p.kind.name, None if p.default is p.empty else repr(p.default)]
        for p in (found[1:] if inspect.isclass(thing) else found)
    ]


def test_every_public_name_is_here_or_in_the_table():
    missing = {name for name in NAMES if find(name) is None}
    assert missing <= set(MISSING), "Names that Keras has and edukeras has not."
    assert set(MISSING) <= missing, "These work now: delete their rows."


COMPARED = [
    name
    for name, entry in NAMES.items()
    if not name.startswith("layers.") and entry["signature"] is not None
]


@pytest.mark.parametrize(
    "name", [name for name in COMPARED if find(name) and name not in OTHER_ARGUMENTS]
)
def test_arguments_are_those_of_keras(name):
    assert arguments(find(name)) == NAMES[name]["signature"]


@pytest.mark.parametrize("name", OTHER_ARGUMENTS)
def test_the_table_of_other_arguments_is_up_to_date(name):
    assert arguments(find(name)) != NAMES[name]["signature"]


@pytest.mark.parametrize("name", COMPARED)
def test_public_names_are_documented(name):
    thing = find(name)
    if thing is None:
        pytest.skip(MISSING[name])
    assert inspect.getdoc(thing)
