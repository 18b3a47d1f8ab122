"""A guess before a result: what was expected, what came out, and whether they agree.

Having to say it first is what makes a learner notice the surprise (Crouch et al., 2004,
https://doi.org/10.1119/1.1707018).
"""

from __future__ import annotations

import ast
import io
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np

from edukeras.inspect import markup
from edukeras.inspect.display import View
from edukeras.messages import say

CLOSE = 0.01  # a guess may be rounded


@dataclass(frozen=True, repr=False)
class Prediction(View):
    """A guess, and what came out.

    Attributes:
        guess: as it was written.
        outcome: the result of the last line, or else what was printed, as text.
        right: whether they agree.
        value: the result itself; None if there was none.
        printed: what the cell printed.
    """

    guess: str
    outcome: str
    right: bool
    value: Any = None
    printed: str = ""

    def verdict(self) -> str:
        if self.right:
            return say("✓ As you predicted: {outcome}", outcome=self.outcome)
        return say(
            "✗ You predicted {guess}, and it is {outcome}",
            guess=self.guess,
            outcome=self.outcome,
        )

    def text(self) -> str:
        printed = self.printed.rstrip("\n")
        return "\n".join(filter(None, [printed, self.verdict()]))

    def html(self) -> str:
        printed = self.printed.rstrip("\n")
        style = "margin: 2px 0"
        shown = (
            f'<pre style="{style}">{markup.escape(printed)}</pre>' if printed else ""
        )
        verdict = markup.escape(self.verdict()).replace("\n", "<br>")
        return f"{shown}<div><b>{verdict}</b></div>"


def predict(code: str, expect: str, namespace: dict[str, Any]) -> Prediction:
    """Runs code, and compares what comes out with what was expected.

    Args:
        code: some Python; its last line gives the result, or else what it prints.
        expect: the guess as text: a value, what is printed, or the name of an error.
        namespace: the variables, `globals()` for instance.

    >>> predict("2 ** 3", "6", {})
    ✗ You predicted 6, and it is 8
    >>> predict("np.ones(2) / 3", "[0.33, 0.33]", {"np": np}).right
    True
    """
    printed = io.StringIO()
    value: Any = None
    try:
        with redirect_stdout(printed):
            value = _run(code, namespace)
    except Exception as error:
        outcome = f"{type(error).__name__}: {_first_line(error)}"
        right = expect.partition(":")[0].strip().lower() in (
            "error",
            type(error).__name__.lower(),
        )
        return Prediction(expect, outcome, right, printed=printed.getvalue())
    text = printed.getvalue()
    plain = value.item() if isinstance(value, np.generic) else value  # no np.True_
    outcome = repr(plain) if value is not None else text.strip() or "nothing"
    right = _agrees(expect, value, outcome, namespace)
    return Prediction(expect, outcome, right, value, text)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0]


def _run(code: str, namespace: dict[str, Any]) -> Any:
    """Runs code; the value of its last line, if that is an expression."""
    tree = ast.parse(code)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, "<predict>", "exec"), namespace)
        return None
    tree.body.pop()
    exec(compile(tree, "<predict>", "exec"), namespace)
    return eval(compile(ast.Expression(last.value), "<predict>", "eval"), namespace)


def _agrees(guess: str, value: Any, outcome: str, namespace: dict[str, Any]) -> bool:
    """Whether a guess says the same: the same words, or (nearly) the same numbers."""
    if _plain(guess) == _plain(outcome):
        return True
    try:
        guessed = eval(guess, namespace)
        found = value if value is not None else eval(outcome, namespace)
    except Exception:  # the guess is in words
        return False
    try:
        if isinstance(guessed, (str, bool)) or guessed is None:
            return bool(guessed == found)
        guessed, found = np.asarray(guessed, float), np.asarray(found, float)
        same_shape = guessed.shape == found.shape
        return same_shape and bool(np.allclose(guessed, found, rtol=CLOSE, atol=1e-6))
    except (TypeError, ValueError):
        return str(guessed) == str(found)


def _plain(text: str) -> str:
    return "".join(text.split()).strip("\"'").lower()
