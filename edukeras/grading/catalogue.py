"""The messages of a lesson, collected for translation.

`messages_of(checks.py)` lists every text that a check, a part or a hint can say.  A
text is found where it is a plain literal; one that is glued together with an f-string
could never be looked up in a catalogue, so it is reported.  See `edukeras.messages`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

# The functions whose literals a learner gets to read.
SPEAKING = {
    *("expect", "expect_close", "expect_not_close", "expect_shape", "expect_type"),
    *("expect_raises", "part", "say", "CheckFailed"),
}


def messages_of(path: Path) -> list[str]:
    """Every text of a checks.py in the order of its lines, each once."""
    found = [
        (node.lineno, node.col_offset, str(node.value))
        for node in _texts(path)
        if isinstance(node, ast.Constant)
    ]
    return list(dict.fromkeys(text for _, _, text in sorted(found)))


def untranslatable(path: Path) -> list[str]:
    """Texts that no catalogue can hold, one sentence each; an empty list is good."""
    return [
        f"{path.parent.name}/{path.name}, line {node.lineno}: an f-string cannot be "
        f"looked up in a catalogue. Try: say('... {{n}} ...', n=n)"
        for node in _texts(path)
        if isinstance(node, ast.JoinedStr)
    ]


def catalogue_text(messages: list[str], known: dict[str, str]) -> str:
    """A catalogue as YAML: every message, with the translation that is known, or ''."""
    import yaml

    return yaml.safe_dump(
        {message: known.get(message, "") for message in messages},
        allow_unicode=True,
        sort_keys=False,
        width=88,
    )


def _texts(path: Path) -> Iterator[ast.expr]:
    """All nodes that stand for a text, or for an f-string in its place."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in SPEAKING:
            given = [*node.args, *(k.value for k in node.keywords)]
            # say("...{n}", n=...) fills gaps with values, which are no texts.
            given = given[:1] if name == "say" else given
        elif name == "check":
            hints = [k.value for k in node.keywords if k.arg == "hints"]
            given = [hint for each in hints for hint in getattr(each, "elts", [])]
            # The checks of the doctor carry their words with them.
            given += [k.value for k in node.keywords if k.arg in ("title", "why")]
        else:
            continue
        for each in given:
            if isinstance(each, ast.JoinedStr) or (
                isinstance(each, ast.Constant) and isinstance(each.value, str)
            ):
                yield each
