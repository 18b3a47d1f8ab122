"""GlassBox: the steps, as text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from edukeras.inspect import markup
from edukeras.inspect.display import View
from edukeras.inspect.glass_box.focus import Focus
from edukeras.inspect.glass_box.recording import Recording
from edukeras.inspect.glass_box.steps import PHASES, Step, Table, number
from edukeras.messages import say
from edukeras.models.table import aligned_lines, text_width, wrap

COLUMNS = 100
# Not <code>, which notebooks give a background, line by line.
_BLOCK = (
    "margin: 4px 0; padding: 2px 8px; border-left: 3px solid rgba(128, 128, 128, 0.5); "
    "font-family: monospace; white-space: pre-wrap"
)


def phase_title(phase: str) -> str:
    """What happens in a phase."""
    return {
        "forward": say("Forward: what the model makes of the sample"),
        "loss": say("Loss: how wrong that is"),
        "backward": say("Backward: what each number has to do with it"),
        "check": say("Check: the same gradient without calculus"),
        "update": say("Update: the weight after the step"),
    }[phase]


@dataclass(frozen=True, repr=False)
class GlassBox(View):
    """One training step, number by number; see `glassbox`.

    Attributes:
        recording: all that happened, to look at other samples and units.
        focus: what is shown of it.
        steps: in the order in which they happen.
        loss_after: of the same batch, with the new weights; None: nothing is trained.
    """

    recording: Recording = field(compare=False)
    focus: Focus
    steps: tuple[Step, ...]
    loss_after: float | None = None

    def step(self, phase: str, layer: str | None = None, op: str | None = None) -> Step:
        """The first step of a phase, of a layer and an op if they are given."""
        for step in self.steps:
            if step.phase == phase and layer in (None, step.layer):
                if op in (None, step.op):
                    return step
        raise LookupError(f"No step {phase!r} with layer={layer!r} and op={op!r}.")

    def of_phase(self, phase: str) -> list[Step]:
        """All steps of a phase."""
        return [step for step in self.steps if step.phase == phase]

    # -- the head -------------------------------------------------------------

    def title(self) -> str:
        return say('One training step of "{model}"', model=self.recording.model)

    def batch_text(self) -> str:
        """Which batch, and which sample of it."""
        recording = self.recording
        first, last = recording.first, recording.first + recording.samples - 1
        return say(
            "batch: samples {first} to {last} of {all}; followed: sample {sample}",
            first=first,
            last=last,
            all=f"{recording.all_samples:,}",
            sample=first + self.focus.sample,
        )

    def remark(self) -> str:
        """What a reader must know about this model; mostly nothing."""
        if not self.recording.own_train_step:
            return ""
        return say(
            "This model has a train_step of its own. Shown is the step of `compile`: "
            "its loss, its optimizer."
        )

    def overview(self) -> list[tuple[str, str]]:
        """The step in a few numbers."""
        rows = [(say("loss of the batch"), number(self.recording.loss))]
        if self.loss_after is not None:
            rows.append((say("after the step"), number(self.loss_after)))
        for step in self.of_phase("check"):
            rows.append((say("followed weight"), step.title))
            rows.append((say("its gradient"), number(step.values["tape"])))
        for step in self.of_phase("update"):
            rows.append((say("before → after"), step.result))
        return rows

    # -- text -----------------------------------------------------------------

    def text(self) -> str:
        lines = [self.title(), self.batch_text(), *_wrapped(self.remark(), ""), ""]
        for name, value in self.overview():
            lines += _wrapped(f"{name}: {value}", "")
        for phase in PHASES:
            steps = self.of_phase(phase)
            if steps:
                lines += ["", phase_title(phase)]
            for step in steps:
                lines += step_lines(step)
        return "\n".join(lines)

    # -- HTML -----------------------------------------------------------------

    def html(self) -> str:
        parts = [self.head_html()]
        for phase in PHASES:
            steps = self.of_phase(phase)
            if steps:
                parts.append(markup.heading(markup.escape(phase_title(phase))))
                parts += [folded_step(step) for step in steps]
        return f"<div>{''.join(parts)}</div>"

    def head_html(self) -> str:
        title = markup.heading(markup.escape(self.title()))
        about = "<br>".join(
            markup.escape(text) for text in (self.batch_text(), self.remark()) if text
        )
        batch = markup.paragraph(markup.muted(about))
        rows = [
            [markup.escape(name), f"<b>{markup.escape(value)}</b>"]
            for name, value in self.overview()
        ]
        return title + batch + markup.table(["", ""], rows)


def step_lines(step: Step) -> list[str]:
    """One step as text: where, the formula, the numbers."""
    lines = _wrapped(step.title, "  ")
    explanation = step.explanation
    if explanation.formula:
        lines += _wrapped(explanation.formula, "      ")
    shown = explanation.lines or (explanation.result,)
    for line in shown:
        lines += _wrapped(line, "      ")
    for table in explanation.tables:
        if table.in_text:
            lines += _table_lines(table)
    return lines


def _wrapped(text: str, indent: str) -> list[str]:
    if not text:
        return []
    first, *rest = wrap(text, COLUMNS - len(indent) - 2)
    return [indent + first, *(f"{indent}  {line}" for line in rest)]


def _table_lines(table: Table) -> list[str]:
    columns = max(map(len, [table.headers, *table.rows]))
    rows = [
        [*row, *[""] * (columns - len(row))]
        for row in [table.headers, *table.rows]
        if any(row)
    ]
    widths = [max(text_width(row[k]) for row in rows) for k in range(columns)]
    while sum(widths) + 2 * columns > COLUMNS - 6:
        widths[widths.index(max(widths))] -= 1
    lines = aligned_lines(rows, widths)
    return [f"      {table.caption}", *(f"      {line}" for line in lines)]


def folded_step(step: Step) -> str:
    """One step, folded: the result is in sight, the rest opens with a click."""
    return markup.details(step_summary(step), step_body(step))


def step_summary(step: Step) -> str:
    """Where, and the arithmetic in one line."""
    where, _, what = step.title.partition(": ")
    title = f"<b>{markup.escape(where)}</b>"
    if what:
        title += f" {markup.muted(markup.escape(what))}"
    return f"{title}&ensp;{markup.code(step.result)}"


def step_body(step: Step) -> str:
    """What the step does, its formula with letters and with numbers, its shapes."""
    explanation = step.explanation
    parts = []
    if explanation.meaning:
        parts.append(markup.paragraph(markup.escape(explanation.meaning)))
    if explanation.formula:
        parts.append(_code_block(explanation.formula.split(";  ")))
    if explanation.lines:
        parts.append(_code_block(explanation.lines))
    parts += [table_html(table) for table in explanation.tables]
    if step.shapes:
        shapes = ", ".join(f"{name} {shape}" for name, shape in step.shapes)
        parts.append(markup.paragraph(markup.muted(markup.escape(shapes))))
    return "".join(parts)


def _code_block(lines: Any) -> str:
    inside = "<br>".join(map(markup.escape, lines))
    return f'<div style="{_BLOCK}">{inside}</div>'


def table_html(table: Table) -> str:
    """A table of a step."""
    columns = max(map(len, [table.headers, *table.rows]))
    rows = [
        [markup.escape(cell) for cell in (*row, *[""] * (columns - len(row)))]
        for row in table.rows
    ]
    headers = [*map(markup.escape, table.headers), *[""] * columns][:columns]
    caption = markup.paragraph(markup.escape(table.caption))
    return caption + markup.table(headers, rows)
