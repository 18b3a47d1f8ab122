"""What a check found out: as data, as text, and as HTML.

Everything shown here is deterministic, so that notebooks can store it. The HTML has
inline styles only (an untrusted notebook keeps those), takes the page's own text
colour (light and dark), and says with a symbol and a word what it says in colour.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Literal

from edukeras.messages import say

Status = Literal["passed", "partial", "failed", "not attempted", "raised", "timed out"]

#                symbol, words, colour with enough contrast on white and on black
LOOKS: dict[str, tuple[str, str, str]] = {
    "passed": ("✓", "passed", "#1a8f3c"),
    "partial": ("◐", "partly right", "#a36a00"),
    "failed": ("✗", "not right yet", "#d1383d"),
    "not attempted": ("○", "not attempted yet", "#76808a"),
    "raised": ("!", "stopped with an error", "#c05500"),
    "timed out": ("∞", "did not finish", "#8a5cd6"),
}


def look(status: str) -> tuple[str, str, str]:
    """Symbol, words in the chosen language, and colour of a status."""
    symbol, words, colour = LOOKS[status]
    return symbol, say(words), colour


class CheckFailed(AssertionError):
    """An expectation that an answer does not meet; also what a grader is told.

    Args:
        message: what to look at, in words for the learner.
        hint: the number of the hint (from 1) that fits this mistake, or its text.
    """

    def __init__(self, message: str, hint: int | str | None = None):
        super().__init__(say(message))
        self.hint = hint

    def _render_traceback_(self) -> list[str]:
        """What IPython shows instead of a traceback through our files."""
        return [f"{type(self).__name__}: {self}"]


class Shown:
    """Something with a text and an HTML form, for consoles, notebooks and nbval."""

    def text(self) -> str:
        raise NotImplementedError

    def html(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}


@dataclass(frozen=True)
class Part:
    """The verdict on one part of an exercise."""

    name: str
    points: float
    max_points: float
    status: Status
    message: str = ""
    hint: int | str | None = None

    def text(self) -> str:
        symbol, words, _ = look(self.status)
        line = f"{symbol} {self.name}: {words}, {of(self.points, self.max_points)}"
        return f"{line}. {self.message}" if self.message else line

    def html(self) -> str:
        symbol, words, colour = look(self.status)
        head = f'<b style="color:{colour}">{symbol} {escape(self.name)}: {words}</b>'
        message = f"<br>{prose(self.message)}" if self.message else ""
        points = of(self.points, self.max_points)
        return f'<div style="margin:4px 0 4px 12px">{head}, {points}{message}</div>'


@dataclass(frozen=True, repr=False)
class Outcome(Shown):
    """The verdict on one answer.

    Args:
        name: of the exercise, such as "q1".
        points, max_points: what it earned, and what it could.
        status: "passed", "partial", "failed", "not attempted", "raised", "timed out".
        message: the reason, for this very answer.
        parts: one verdict a part, where the exercise has parts.
        hint: the hint that fits the mistake: its number (from 1) or its text.
        printed: what the learner's code printed while it was checked, shortened.
        tip: what to do next.

    >>> Outcome("q1", 0, 2, "failed", "Did you squash the sum?")
    ✗ q1: not right yet, 0 of 2 points
      Did you squash the sum?
    """

    name: str
    points: float
    max_points: float
    status: Status
    message: str = ""
    parts: tuple[Part, ...] = ()
    hint: int | str | None = None
    printed: str = ""
    tip: str = ""

    @property
    def passed(self) -> bool:
        return self.status == "passed"

    def text(self) -> str:
        symbol, words, _ = look(self.status)
        lines = [f"{symbol} {self.name}: {words}, {of(self.points, self.max_points)}"]
        lines += [part.text() for part in self.parts]
        lines += [self.message] if self.message else []
        if self.printed:
            lines.append(f"{say('Your code printed')}:\n" + _indented(self.printed))
        lines += [self.tip] if self.tip else []
        return _indented("\n".join(lines)).removeprefix("  ")

    def html(self) -> str:
        symbol, words, colour = look(self.status)
        head = f'<b style="color:{colour}">{symbol} {escape(self.name)}: {words}</b>'
        body = [f"<div>{head}, {of(self.points, self.max_points)}</div>"]
        body += [part.html() for part in self.parts]
        body += [f"<div>{prose(self.message)}</div>"] if self.message else []
        if self.printed:
            body.append(
                f"<details><summary>{escape(say('Your code printed'))}</summary>"
                f'<pre style="white-space:pre-wrap">{escape(self.printed)}</pre>'
                "</details>"
            )
        body += [f"<div><i>{prose(self.tip)}</i></div>"] if self.tip else []
        return framed("".join(body), colour)


@dataclass(frozen=True, repr=False)
class Note(Shown):
    """A title and a text, or a piece of code: a hint, a solution, a message.

    >>> Note("q1, hint 1 of 2", "Multiply, add, squash.")
    q1, hint 1 of 2
      Multiply, add, squash.
    """

    title: str
    body: str = ""
    is_code: bool = False

    def text(self) -> str:
        return f"{self.title}\n{_indented(self.body)}" if self.body else self.title

    def html(self) -> str:
        body = f"<div>{prose(self.body)}</div>" if self.body else ""
        if self.is_code:
            body = f'<pre style="margin:4px 0">{escape(self.body)}</pre>'
        return framed(f"<div><b>{prose(self.title)}</b></div>{body}", "#3b78c2")


def of(points: float, max_points: float) -> str:
    """Points in words.

    >>> of(0.5, 1), of(2.0, 3)
    ('0.5 of 1 point', '2 of 3 points')
    """
    text = (
        "{points} of {most} point" if max_points == 1 else "{points} of {most} points"
    )
    return say(text, points=f"{points:g}", most=f"{max_points:g}")


def framed(html: str, colour: str) -> str:
    """A block with a coloured edge."""
    style = f"border-left:4px solid {colour};padding:2px 12px;margin:4px 0"
    return f'<div style="{style}">{html}</div>'


def prose(text: str) -> str:
    """Plain text as HTML: `code` in backticks and line ends stay visible.

    >>> prose("Is `w < 0`?")
    'Is <code>w &lt; 0</code>?'
    """
    html = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", escape(text, quote=False))
    return html.replace("\n", "<br>")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.split("\n"))
