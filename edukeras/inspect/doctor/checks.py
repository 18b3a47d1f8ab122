"""What a check is: a function that looks at a patient, and the words that go with it.

Each check stands in the file of its family, with its code, title and reason::

    @check(
        "EK002",
        "error",
        title="softmax over one unit",
        why="With one unit softmax is always exactly 1, so nothing can be learned.",
        lesson=3,
        wrong='Dense(1, activation="softmax")',
        right='Dense(1, activation="sigmoid")',
    )
    def softmax_over_one_unit(patient):
        ...
        yield Sign(say("Layer {layer} has one unit.", layer=...), fix="...")

`title` and `why` are plain English literals: they are the keys of the translations,
as the literals inside `say` are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edukeras.inspect.doctor.finding import Finding
from edukeras.messages import say

if TYPE_CHECKING:
    from edukeras.inspect.doctor.patient import Patient

# When a check can see something.
MOMENTS = {
    "model": "from the compiled model alone",
    "data": "from the model and the data",
    "training": "after training, from the history, gradients and activations",
    "code": "from the code of the cells",
    "file": "from the model and a weights file",
}


@dataclass(frozen=True)
class Sign:
    """What a check saw in this patient.

    Attributes:
        saw: the sentence with the numbers.
        fix: the smallest change, as code; "" takes the one of the catalogue.
        severity: None takes the check's own.
    """

    saw: str
    fix: str = ""
    severity: str | None = None
    layer: str = ""
    epoch: int = 0
    table: tuple[tuple[str, ...], ...] = ()


Look = Callable[[Any], Iterator[Sign]]


@dataclass(frozen=True)
class Check:
    """A check and its entry in the catalogue."""

    code: str
    severity: str
    title: str
    why: str
    lesson: int
    moment: str
    wrong: str
    right: str
    look: Look

    def findings(self, patient: Patient) -> Iterator[Finding]:
        for sign in self.look(patient):
            yield Finding(
                code=self.code,
                severity=sign.severity or self.severity,
                title=say(self.title),
                saw=sign.saw,
                why=say(self.why),
                fix=sign.fix or self.right,
                lesson=self.lesson,
                layer=sign.layer,
                epoch=sign.epoch,
                table=sign.table,
            )


CHECKS: dict[str, list[Check]] = {}


def check(
    code: str,
    severity: str = "warning",
    *,
    title: str,
    why: str,
    lesson: int,
    moment: str,
    wrong: str,
    right: str,
) -> Callable[[Look], Look]:
    """Enters a function in `CHECKS`.

    Args:
        code: "EK001"; several checks may share one, if they see the same mistake at
            different moments.  The first gives its words to the catalogue.
        severity: of a finding, unless its Sign says otherwise.
        moment: a key of MOMENTS.
        wrong, right: the mistake and its fix as code, for the catalogue.
    """

    def enter(look: Look) -> Look:
        entry = Check(code, severity, title, why, lesson, moment, wrong, right, look)
        CHECKS.setdefault(code, []).append(entry)
        return look

    return enter


def also(code: str, moment: str, severity: str | None = None) -> Callable[[Look], Look]:
    """Another way to see the mistake of a code that is there already."""

    def enter(look: Look) -> Look:
        first = CHECKS[code][0]
        CHECKS[code].append(
            Check(
                code,
                severity or first.severity,
                first.title,
                first.why,
                first.lesson,
                moment,
                first.wrong,
                first.right,
                look,
            )
        )
        return look

    return enter
