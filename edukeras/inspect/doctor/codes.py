"""All codes with their titles and reasons: for the documentation and the lessons.

python -m edukeras.inspect.doctor > docs/doctor.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edukeras.inspect import markup
from edukeras.inspect.display import View
from edukeras.inspect.doctor.checks import CHECKS, MOMENTS
from edukeras.inspect.doctor.finding import (
    SYMBOLS,
    code_block,
    lesson_link,
    severity_word,
)
from edukeras.messages import say


@dataclass(frozen=True)
class Entry:
    """One code.

    Attributes:
        moments: when it can be seen, keys of `checks.MOMENTS`.
        wrong, right: an example of the mistake, and its fix.
    """

    code: str
    severity: str
    title: str
    why: str
    lesson: str
    moments: tuple[str, ...]
    wrong: str
    right: str


@dataclass(frozen=True)
class Catalogue(View):
    """All that the doctor can find."""

    entries: tuple[Entry, ...]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, code: str) -> Entry:
        return next(entry for entry in self.entries if entry.code == code)

    def text(self) -> str:
        return "\n".join(
            f"{entry.code}  {SYMBOLS[entry.severity]} {entry.title}"
            for entry in self.entries
        )

    def html(self) -> str:
        parts = [
            markup.details(
                f"<b>{entry.code}</b> {SYMBOLS[entry.severity]} "
                f"{markup.escape(severity_word(entry.severity))}: "
                f"{markup.escape(entry.title)}",
                markup.paragraph(markup.escape(entry.why))
                + code_block(entry.wrong)
                + markup.paragraph(markup.escape(say("instead:")))
                + code_block(entry.right)
                + markup.paragraph(markup.muted(markup.escape(entry.lesson))),
            )
            for entry in self.entries
        ]
        return f"<div>{''.join(parts)}</div>"


def catalogue() -> Catalogue:
    """All codes, each with its title, reason, example and lesson.

    >>> catalogue()["EK002"].title
    'softmax over one unit'
    """
    entries = []
    for code, checks in sorted(CHECKS.items()):
        first = checks[0]
        moments = dict.fromkeys(check.moment for check in checks)
        entries.append(
            Entry(
                code,
                first.severity,
                say(first.title),
                say(first.why),
                lesson_link(first.lesson),
                tuple(moments),
                first.wrong,
                first.right,
            )
        )
    return Catalogue(tuple(entries))


def page() -> str:
    """The page `docs/doctor.md`."""
    lines = [
        "# What the doctor finds",
        "",
        "`model.diagnose(x, y)`, or `%doctor model x y` in a notebook, looks for the",
        'mistakes below.  `edukeras.ignore("EK022")` mutes one of them.',
        "",
        "This page is made by `python -m edukeras.inspect.doctor`.",
        "",
        "| code | what | how bad | seen |",
        "| --- | --- | --- | --- |",
    ]
    entries = catalogue().entries
    lines += [
        f"| [{e.code}](#{e.code.lower()}) | {e.title} | {e.severity} | "
        f"{'; '.join(MOMENTS[m] for m in e.moments)} |"
        for e in entries
    ]
    for e in entries:
        lines += ["", f"## {e.code}", "", f"**{e.title}** ({e.severity}, {e.lesson})"]
        lines += ["", e.why, "", "```python", e.wrong, "```", "", "instead:", ""]
        lines += ["```python", e.right, "```"]
    return "\n".join(lines) + "\n"
