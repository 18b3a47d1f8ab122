"""An exception, explained: what happened, where, and what to try.

Errors of edukeras say it themselves; those of Python and NumPy get a few words here.
For errors inside a model there is the pipeline with the joint that does not fit, and
what the doctor finds in the data.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from traceback import walk_tb
from types import SimpleNamespace, TracebackType
from typing import Any, cast

from edukeras.inspect import markup
from edukeras.inspect.display import View
from edukeras.inspect.doctor import diagnose
from edukeras.inspect.doctor.checks import CHECKS
from edukeras.inspect.doctor.finding import Finding, code_block
from edukeras.inspect.pipeline import Pipeline, pipeline_of
from edukeras.layers.base import Layer
from edukeras.messages import say
from edukeras.models.model import Model

# Findings of the doctor that can be the cause of an error.
CAUSES = {
    "EK005", "EK006", "EK007", "EK023", "EK025", "EK026", "EK027", "EK028", "EK029",
    "EK030", "EK049",
}  # fmt: skip

PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Explanation(View):
    """An exception in words.

    Attributes:
        kind: the class of the exception.
        cause: what happened.
        why: what that means, for errors that do not say it themselves.
        fix: what to try, often as code.
        where: the line of the learner's own code.
        pipeline: the model, with the guilty joint.
        findings: what the doctor sees in it.
        frames: the traceback, one line each.
    """

    kind: str
    cause: str
    why: str = ""
    fix: str = ""
    where: str = ""
    pipeline: Pipeline | None = None
    findings: tuple[Finding, ...] = ()
    frames: tuple[str, ...] = ()

    def text(self) -> str:
        parts = [f"✖ {self.kind}"]
        if self.where:
            parts.append(f"  {say('in')}: {self.where}"[:100])
        for label, words in [
            (say("what"), self.cause),
            (say("why"), self.why),
        ]:
            if words:
                parts.append(_wrapped(label, words))
        if self.pipeline is not None:
            drawn = self.pipeline.text().splitlines()
            parts.append("\n".join(["", *(f"    {line}"[:100] for line in drawn), ""]))
        if self.fix:
            first, *rest = self.fix.splitlines()
            lines = _wrapped(say("try"), first) if not rest else f"  {say('try')}:"
            parts.append(lines)
            parts += [f"       {line}" for line in ([first, *rest] if rest else [])]
        parts += [f"\n{finding.text()}" for finding in self.findings]
        return "\n".join(parts)

    def html(self) -> str:
        parts = [markup.heading(f"✖ {markup.escape(self.kind)}")]
        if self.where:
            parts.append(
                markup.paragraph(
                    f"{markup.escape(say('in'))}: {markup.code(self.where)}"
                )
            )
        parts += [
            markup.paragraph(markup.escape(words))
            for words in (self.cause, self.why)
            if words
        ]
        if self.pipeline is not None:
            parts.append(self.pipeline.html())
        if self.fix:
            parts.append(markup.paragraph(f"<b>{markup.escape(say('try'))}</b>"))
            parts.append(code_block(self.fix))
        parts += [finding.html() for finding in self.findings]
        if self.frames:
            body = code_block("\n".join(self.frames))
            parts.append(
                markup.details(markup.escape(say("The whole traceback")), body)
            )
        return f"<div>{''.join(parts)}</div>"


def explain_error(
    error: BaseException, names: Mapping[str, Any] | None = None, code: str = ""
) -> Explanation:
    """What an exception means, and what to try.

    Args:
        error: the exception, caught or from `sys.last_value`.
        names: the variables of the notebook, to find names that were meant.
        code: the cell that was run.

    >>> try:
    ...     np.ones((2, 3)) + np.ones((4,))
    ... except ValueError as error:
    ...     print(explain_error(error).why[:43])
    Shapes are compared from their last axis on
    """
    message = " ".join(str(error).split())
    cause, _, hint = message.partition(" Try: ")
    why, fix = _words_for(error, names or {}, code)
    pipeline = pipeline_of(error)
    return Explanation(
        kind=type(error).__name__,
        cause=cause or say("It has no message."),
        why=why,
        fix=_fix_of_joint(pipeline) or hint or fix,
        where=_own_line(error.__traceback__, code),
        pipeline=pipeline,
        findings=_findings(error),
        frames=tuple(_frames(error)),
    )


# -- the traceback ------------------------------------------------------------


def _frames(error: BaseException) -> list[str]:
    """One line for each call, with paths that are the same on every machine."""
    lines = []
    for frame in traceback.extract_tb(error.__traceback__):
        code = f": {frame.line}" if frame.line else ""
        lines.append(f"{_place(frame.filename)}:{frame.lineno} {frame.name}{code}")
    return [*lines, f"{type(error).__name__}: {error}"]


def _place(filename: str) -> str:
    path = Path(filename)
    if PACKAGE in path.parents:
        return f"edukeras/{path.relative_to(PACKAGE).as_posix()}"
    if "ipykernel" in filename or filename.startswith("<"):
        return say("cell")
    return path.name


def _own_line(trace: TracebackType | None, code: str) -> str:
    """The last line of the learner's own code."""
    line = ""
    names = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(trace)]
    for name, frame in zip(names, traceback.extract_tb(trace), strict=True):
        outside = "site-packages" in frame.filename or "/lib/python" in frame.filename
        if outside or name.partition(".")[0] == "edukeras":
            continue
        text = frame.line
        if not text and frame.filename.startswith("<") and frame.lineno:
            lines = code.splitlines()
            text = lines[frame.lineno - 1] if frame.lineno <= len(lines) else ""
        line = text.strip() if text else line
    return line


def _findings(error: BaseException) -> tuple[Finding, ...]:
    """What the doctor says about the model and the data that the frames hold."""
    trace = error.__traceback__
    while trace is not None:
        held = trace.tb_frame.f_locals
        model = held.get("self")
        if trace.tb_frame.f_code.co_name == "set_weights" and isinstance(model, Layer):
            patient = SimpleNamespace(model=model, weights=held.get("weights"))
            return tuple(CHECKS["EK030"][0].findings(cast(Any, patient)))
        if isinstance(model, Model) and held.get("x") is not None:
            try:
                found = diagnose(model, held["x"], held.get("y"), source="")
            except Exception:  # an explanation must not fail itself
                return ()
            return tuple(f for f in found if f.code in CAUSES and f.severity == "error")
        trace = trace.tb_next
    return ()


def _fix_of_joint(pipeline: Pipeline | None) -> str:
    """What usually mends this joint; "" where the error's own hint is better."""
    guilty = pipeline.guilty if pipeline is not None else None
    if pipeline is None or guilty is None or not guilty.kind:
        return ""
    before = pipeline.stations[pipeline.stations.index(guilty) - 1]
    sizes = before.shape.strip("()").split(", ")
    if guilty.kind.startswith("Conv2D") and len(sizes) == 3 and before.kind:
        return say(
            "layers.Reshape(({sizes}, 1))  # before it: pictures of one channel",
            sizes=", ".join(sizes[1:]),
        )
    if guilty.kind in RECURRENT and len(sizes) == 2:
        if before.kind in RECURRENT:
            return say(
                "layers.{kind}(..., return_sequences=True)  # all steps, not the last",
                kind=before.kind,
            )
        if before.kind not in ("", "InputLayer"):
            return f"layers.Reshape(({sizes[-1]}, 1))"
        return "x = x[:, :, None]  # (samples, steps, 1): one number for each step"
    return ""


RECURRENT = {"SimpleRNN", "LSTM", "GRU", "Bidirectional"}


# -- errors of Python and NumPy -----------------------------------------------

Words = tuple[str, str]


def _words_for(error: BaseException, names: Mapping[str, Any], code: str) -> Words:
    for kind, words in _KINDS.items():
        if isinstance(error, kind):
            found = words(error, names, code)
            if found != ("", ""):
                return found
    return "", ""


def _name_error(error: Any, names: Mapping[str, Any], code: str) -> Words:
    name = (
        getattr(error, "name", None) or (re.findall(r"'(\w+)'", str(error)) or [""])[0]
    )
    usual = {
        "np": "import numpy as np",
        "plt": "import matplotlib.pyplot as plt",
        "pd": "import pandas as pd",
        "keras": "import edukeras as keras",
        "layers": "from edukeras import layers",
        "Dense": "from edukeras.layers import Dense",
    }
    why = say(
        "Nothing has the name {name} yet. A cell further down may make it: cells run "
        "in the order in which you run them, not in that of the page.",
        name=name,
    )
    if name in usual:
        return why, usual[name]
    known = [n for n in [*names, *dir(builtins)] if not n.startswith("_")]
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return why, say("{near}  # instead of {name}", near=near[0], name=name)
    return why, say("Run the cell that makes {name} first.", name=name)


def _no_attribute(error: Any, names: Mapping[str, Any], code: str) -> Words:
    text = str(error)
    if text.startswith("'NoneType'"):
        return _none(code)
    target = getattr(error, "obj", None)
    name = getattr(error, "name", None) or ""
    near = (
        difflib.get_close_matches(name, dir(target), n=1) if target is not None else []
    )
    return "", say("Did you mean {near}?", near=near[0]) if near else ""


def _none(code: str) -> Words:
    why = say(
        "The value is None. Often a function ends without return, or a method that "
        "changes things in place (such as list.sort or model.compile) was assigned.",
    )
    without = _functions_without_return(code)
    if without:
        return why, say("return ...  # at the end of {name}", name=without[0])
    return why, say("return ...  # at the end of the function that gave this value")


def _functions_without_return(code: str) -> list[str]:
    try:
        parsed = ast.parse(code)
    except SyntaxError:
        return []
    functions = [n for n in ast.walk(parsed) if isinstance(n, ast.FunctionDef)]
    return [
        f.name
        for f in functions
        if f.name != "__init__"
        and not any(isinstance(n, (ast.Return, ast.Yield)) for n in ast.walk(f))
    ]


def _type_error(error: Any, names: Mapping[str, Any], code: str) -> Words:
    text = str(error)
    if "NoneType" in text:
        if "unsupported operand" in text and re.search(r"'int'|'float'", text):
            why, fix = _none(code)
            also = say(
                "Or it is the None of a shape such as (None, 4): the number of "
                "samples, which is free until there are data."
            )
            return f"{why} {also}", fix
        return _none(code)
    if "not callable" in text:
        return (
            say(
                "Parentheses after something that is no function. Perhaps a variable "
                "has the name of a function, or a * is missing."
            ),
            say(
                "del {name}  # and run the cell that defines the function", name="name"
            ),
        )
    if "missing" in text and "argument" in text:
        return say("The function needs more than it was given."), say(
            "help(...)  # shows the arguments"
        )
    if "unexpected keyword" in text:
        return say("The function has no argument of that name."), say(
            "help(...)  # shows the arguments"
        )
    if "can only concatenate str" in text or "must be str" in text:
        return say("Text and numbers cannot be added."), 'f"{text} {number}"'
    return "", ""


def _value_error(error: Any, names: Mapping[str, Any], code: str) -> Words:
    text = str(error)
    shapes = re.findall(r"\(([\d, ]*)\)", text)
    if "broadcast" in text and len(shapes) >= 2:
        return _broadcasting(shapes[:2])
    if "mismatch in its core dimension" in text or "not aligned" in text:
        return (
            say(
                "In a @ b, the last axis of a and the first of b must have the same "
                "size: each row of a meets each column of b."
            ),
            "a @ b.T  # or check which axis counts what: a.shape, b.shape",
        )
    if "cannot reshape" in text:
        return (
            say("The number of elements stays the same when an array is reshaped."),
            "x.reshape(len(x), -1)  # -1: as many as are left",
        )
    if "truth value of an array" in text:
        return (
            say("An array has many truth values; if needs a single one."),
            "(a == b).all()  # or .any()",
        )
    if "inhomogeneous" in text:
        return (
            say("The rows have different lengths, so they are no table."),
            "keras.utils.pad_sequences(rows)",
        )
    if "could not convert string to float" in text:
        return (
            say("There is text where a number is needed."),
            "names, numbers = np.unique(text, return_inverse=True)",
        )
    if "unpack" in text:
        return (
            say("The number of names on the left differs from the number of values."),
            "(x_train, y_train), (x_test, y_test) = load_data()",
        )
    return "", ""


def _broadcasting(shapes: Sequence[str]) -> Words:
    a, b = (tuple(int(n) for n in s.replace(" ", "").split(",") if n) for s in shapes)
    wrong = [
        (m, n)
        for m, n in zip(a[::-1], b[::-1], strict=False)
        if m != n and 1 not in (m, n)
    ]
    m, n = wrong[0] if wrong else ("?", "?")
    why = say(
        "Shapes are compared from their last axis on: sizes must be equal, or one of "
        "them 1. Here {m} meets {n}.",
        m=m,
        n=n,
    )
    if len(a) == 2 and len(b) == 1 and a[0] == b[0]:
        return why, "b[:, None]  # one number for each row"
    return why, "print(a.shape, b.shape)"


def _index_error(error: Any, names: Mapping[str, Any], code: str) -> Words:
    if "too many indices" in str(error):
        return say("The array has fewer axes than there are indices."), "x.shape"
    return (
        say("Indices begin at 0, so the last of n elements has the index n - 1."),
        "x[-1]  # the last one",
    )


def _key_error(error: Any, names: Mapping[str, Any], code: str) -> Words:
    key = error.args[0] if error.args else ""
    return (
        say("The dictionary has no key {key}.", key=repr(key)),
        say("list(d)  # the keys that it has"),
    )


def _import_error(error: Any, names: Mapping[str, Any], code: str) -> Words:
    name = getattr(error, "name", None)
    if name in ("tensorflow", "keras"):
        return (
            say("{name} is not installed; edukeras has the same names.", name=name),
            "import edukeras as keras",
        )
    return say("{name} is not installed here.", name=name), f"%pip install {name}"


def _syntax_error(error: Any, names: Mapping[str, Any], code: str) -> Words:
    return (
        say(
            "Python could not read line {line}. Often a parenthesis, a comma, a quote "
            "or a colon is missing, there or in the line before.",
            line=error.lineno,
        ),
        "",
    )


def _division(error: Any, names: Mapping[str, Any], code: str) -> Words:
    return say("The number below the line is 0."), "print(...)  # the divisor"


def _no_file(error: Any, names: Mapping[str, Any], code: str) -> Words:
    return (
        say("There is no such file, seen from the folder of the notebook."),
        "import os; os.getcwd(), os.listdir()",
    )


def _recursion(error: Any, names: Mapping[str, Any], code: str) -> Words:
    return say("A function calls itself without end."), ""


def _memory(error: Any, names: Mapping[str, Any], code: str) -> Words:
    return say("An array is larger than the memory."), "x[:1000]  # try on a part first"


def _not_written(error: Any, names: Mapping[str, Any], code: str) -> Words:
    return (
        say("This part is still to be written: by you, if it is an exercise."),
        "",
    )


_KINDS: dict[type[BaseException], Callable[[Any, Mapping[str, Any], str], Words]] = {
    NameError: _name_error,
    AttributeError: _no_attribute,
    TypeError: _type_error,
    ValueError: _value_error,
    IndexError: _index_error,
    KeyError: _key_error,
    ImportError: _import_error,
    SyntaxError: _syntax_error,
    ZeroDivisionError: _division,
    FileNotFoundError: _no_file,
    RecursionError: _recursion,
    MemoryError: _memory,
    NotImplementedError: _not_written,
}


def _wrapped(label: str, words: str) -> str:

    return fill(words, 92, initial_indent=f"  {label}: ", subsequent_indent="       ")
