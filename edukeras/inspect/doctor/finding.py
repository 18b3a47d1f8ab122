"""What the doctor says: a Finding, and all of them together, a Diagnosis.

A finding tells what was seen (with its numbers), why it matters, the smallest change
of code that mends it, and where the lessons explain it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

from edukeras.inspect import markup
from edukeras.inspect.display import View
from edukeras.messages import say

# How bad it is, the worst first.  A note is worth knowing and may well be intended.
SEVERITIES = ("error", "warning", "note")

# A symbol beside the word, so that nothing hangs on a colour.
SYMBOLS = {"error": "✖", "warning": "▲", "note": "○"}

LESSONS = {
    1: "01_first_model",
    2: "02_dense_layer",
    3: "03_activations_and_shapes",
    4: "04_losses",
    5: "05_backpropagation",
    6: "06_optimizers",
    7: "07_sequential",
    8: "08_functional",
    9: "09_subclassing",
    10: "10_fit",
    11: "11_weights_and_files",
    12: "12_when_training_goes_wrong",
    13: "13_convolution",
    14: "14_under_the_hood",
}

_WIDTH = 88


def lesson_link(number: int) -> str:
    """Where the lessons explain it.

    >>> lesson_link(4)
    'lesson 04_losses'
    """
    return say("lesson {name}", name=LESSONS[number])


@dataclass(frozen=True)
class Finding:
    """One thing that is probably wrong.

    Attributes:
        code: "EK022"; `edukeras.ignore("EK022")` mutes it.
        severity: "error", "warning" or "note".
        title: the mistake in a few words.
        saw: what was seen in this model and these data, with the numbers.
        why: why it matters, in a sentence.
        fix: the smallest change, as code.
        lesson: the number of the lesson that explains it.
        layer: the name of the layer it is about, "" if of none.
        epoch: the epoch (from 1) at which it began, 0 if at none.
        table: rows of text that show more; the first is the head.
    """

    code: str
    severity: str
    title: str
    saw: str
    why: str
    fix: str
    lesson: int
    layer: str = ""
    epoch: int = 0
    table: tuple[tuple[str, ...], ...] = ()

    @property
    def link(self) -> str:
        return lesson_link(self.lesson)

    def text(self) -> str:
        """A paragraph of at most 100 columns."""
        head = f"{SYMBOLS[self.severity]} {self.code} {severity_word(self.severity)}"
        lines = [f"{head}: {self.title}"]
        for label, words in [(say("saw"), self.saw), (say("why"), self.why)]:
            lines += _paragraph(label, words)
        lines += [f"    {line}" for line in _table_lines(self.table)]
        lines += _listing(say("fix"), self.fix)
        return "\n".join([*lines, f"  {say('read')}: {self.link}"])

    def html(self) -> str:
        word = severity_word(self.severity)
        head = (
            f"{SYMBOLS[self.severity]} <b>{self.code}</b> {markup.escape(word)}: "
            f"<b>{markup.escape(self.title)}</b>"
        )
        body = markup.paragraph(markup.escape(self.saw))
        if self.table:
            rows = [[markup.escape(c) for c in row] for row in self.table]
            body += markup.table(rows[0], rows[1:])
        body += markup.paragraph(markup.escape(self.why))
        body += markup.paragraph(f"<b>{markup.escape(say('fix'))}</b>")
        body += code_block(self.fix)
        body += markup.paragraph(
            markup.muted(
                markup.escape(
                    say(
                        'read: {link} · mute: edukeras.ignore("{code}")',
                        link=self.link,
                        code=self.code,
                    )
                )
            )
        )
        return (
            f'<div style="border-left: 4px solid {_EDGE[self.severity]}; '
            f'padding: 2px 10px; margin: 8px 0">{markup.paragraph(head)}{body}</div>'
        )


# Orange and blue are told apart by nearly everybody; the symbol says it as well.
_EDGE = {"error": "#d55e00", "warning": "#e69f00", "note": "#56b4e9"}


def severity_word(severity: str) -> str:
    return {
        "error": say("error"),
        "warning": say("warning"),
        "note": say("note"),
    }[severity]


def code_block(code: str) -> str:
    """Several lines of code, as they are."""
    return (
        '<pre style="margin: 4px 0; padding: 6px 10px; text-align: left; '
        "white-space: pre-wrap; word-break: normal; overflow-wrap: anywhere; "
        'background: rgba(128, 128, 128, 0.12)">'
        f"{markup.escape(code)}</pre>"
    )


def _paragraph(label: str, words: str) -> list[str]:
    return wrap(
        words, _WIDTH, initial_indent=f"  {label}: ", subsequent_indent="       "
    )


def _listing(label: str, code: str) -> list[str]:
    first, *rest = code.splitlines() or [""]
    return [f"  {label}: {first}", *(f"       {line}" for line in rest)]


def _table_lines(table: tuple[tuple[str, ...], ...]) -> list[str]:
    if not table:
        return []
    widths = [max(len(row[k]) for row in table) for k in range(len(table[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()[:94]
        for row in table
    ]


@dataclass(frozen=True)
class Diagnosis(View):
    """All findings about one model, the worst first.

    >>> Diagnosis("small").text()
    '✔ Model "small": the doctor found nothing.'
    """

    name: str
    findings: tuple[Finding, ...] = ()
    muted: tuple[str, ...] = ()
    # What could not be looked at, and why.
    unseen: tuple[str, ...] = field(default=())

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __bool__(self) -> bool:
        """Also an empty diagnosis is one; `len` says whether something was found."""
        return True

    @property
    def codes(self) -> list[str]:
        """The codes of all findings, each once."""
        return list(dict.fromkeys(finding.code for finding in self.findings))

    @property
    def serious(self) -> list[Finding]:
        """Errors and warnings, without the notes."""
        return [f for f in self.findings if f.severity != "note"]

    def without(self, codes: Any) -> Diagnosis:
        """The same without the findings of some codes."""
        kept = tuple(f for f in self.findings if f.code not in set(codes))
        return Diagnosis(self.name, kept, self.muted, self.unseen)

    def headline(self) -> str:
        if not self.findings:
            return "✔ " + say(
                'Model "{name}": the doctor found nothing.', name=self.name
            )
        if len(self.findings) == 1:
            return say('Model "{name}": 1 finding.', name=self.name)
        return say(
            'Model "{name}": {n} findings.', name=self.name, n=len(self.findings)
        )

    def _remarks(self) -> list[str]:
        remarks = list(self.unseen)
        if self.muted:
            remarks.append(say("Muted: {codes}.", codes=", ".join(self.muted)))
        return remarks

    def text(self) -> str:
        parts = [self.headline(), *(finding.text() for finding in self.findings)]
        return "\n\n".join(parts + self._remarks())

    def html(self) -> str:
        parts = [markup.heading(markup.escape(self.headline()))]
        parts += [finding.html() for finding in self.findings]
        parts += [
            markup.paragraph(markup.muted(markup.escape(r))) for r in self._remarks()
        ]
        return f"<div>{''.join(parts)}</div>"


class DiagnosisError(ValueError):
    """A strict diagnosis that found errors or warnings."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        self.diagnosis = diagnosis
        codes = ", ".join(dict.fromkeys(f.code for f in diagnosis.serious))
        super().__init__(
            say(
                'Model "{name}" has {n} findings: {codes}.',
                name=diagnosis.name,
                n=len(diagnosis.serious),
                codes=codes,
            )
        )
