"""The names and arguments of keras.ops and keras.random, as recorded from Keras."""

import inspect
import json
from pathlib import Path

import pytest

from edukeras import ops, random

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "signatures.json"
RECORDED = json.loads(GOLDEN.read_text(encoding="utf-8"))["names"]
NAMES = [name for name in RECORDED if name.startswith(("ops.", "random."))]


def arguments(function):
    """(name, default as text or None, stars) of each argument."""
    stars = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}
    return [
        (
            stars.get(p.kind.name, "") + p.name,
            None if p.default is p.empty else repr(p.default),
        )
        for p in inspect.signature(function).parameters.values()
    ]


@pytest.mark.parametrize("name", NAMES)
def test_arguments_are_those_of_keras(name):
    module, _, function = name.partition(".")
    ours = arguments(getattr({"ops": ops, "random": random}[module], function))
    stars = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}
    recorded = RECORDED[name]["signature"]
    keras = [(stars.get(kind, "") + arg, default) for arg, kind, default in recorded]
    # Further keyword arguments that Keras only warns about need not be accepted.
    assert [a for a in ours if a[0] != "**kwargs"] == [
        a for a in keras if a[0] != "**kwargs"
    ]
