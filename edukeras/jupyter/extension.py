"""`%load_ext edukeras`: magics, and what History and GradientTape show, come and go."""

from __future__ import annotations

from typing import Any

from edukeras.autodiff import GradientTape
from edukeras.callbacks import History
from edukeras.inspect import markup
from edukeras.inspect.curves import learning_curves
from edukeras.inspect.display import display
from edukeras.inspect.tape_records import tape_records
from edukeras.jupyter.completion import add_completion, remove_completion
from edukeras.jupyter.doctor_magics import DoctorMagics
from edukeras.jupyter.exercise_magics import ExerciseMagics
from edukeras.jupyter.glass_box_magic import GlassBoxMagic
from edukeras.jupyter.gradient_flow_magic import GradientFlowMagic
from edukeras.jupyter.live_curves import LiveCurves
from edukeras.jupyter.magics import EdukerasMagics
from edukeras.jupyter.predict_magic import PredictMagic
from edukeras.jupyter.profile_magics import ProfileMagics
from edukeras.jupyter.shapes_magic import ShapesMagic
from edukeras.jupyter.train_magic import TrainMagic

MAGICS = (
    EdukerasMagics,
    TrainMagic,
    GradientFlowMagic,
    GlassBoxMagic,
    DoctorMagics,
    ShapesMagic,
    PredictMagic,
    ExerciseMagics,
    ProfileMagics,
)


def load_ipython_extension(ip: Any) -> None:
    """Adds everything to an IPython shell; a second time changes nothing."""
    for magics in MAGICS:
        if not isinstance(ip.magics_manager.registry.get(magics.__name__), magics):
            ip.register_magics(magics)
    add_completion(ip)
    formatters = ip.display_formatter.formatters
    formatters["text/html"].for_type(History, _history_html)
    formatters["text/plain"].for_type(History, _history_text)
    formatters["text/html"].for_type(GradientTape, _tape_html)
    formatters["text/plain"].for_type(GradientTape, _tape_text)


def unload_ipython_extension(ip: Any) -> None:
    """Takes everything away again."""
    for magics in MAGICS:
        made = ip.magics_manager.registry.pop(magics.__name__, None)
        if made is not None:
            ip.configurables.remove(made)
            if hasattr(made, "put_away"):
                made.put_away()
            for kind, names in magics.magics.items():  # "line" and "cell"
                for name in names:
                    ip.magics_manager.magics[kind].pop(name, None)
    remove_completion(ip)
    formatters = ip.display_formatter.formatters
    for mime_type in ("text/html", "text/plain"):
        formatters[mime_type].pop(History, None)
        formatters[mime_type].pop(GradientTape, None)


def _history_html(history: History) -> str | None:
    if display() == "text":
        return None
    curves = learning_curves(history)
    if LiveCurves.shown_in_this_cell:
        return markup.muted(f"History of {_epochs(curves.last_epoch)}, drawn above.")
    return curves.html()


def _history_text(history: History, printer: Any, cycle: bool) -> None:
    printer.text(learning_curves(history).text())


def _tape_html(tape: GradientTape) -> str | None:
    return None if display() == "text" else tape_records(tape).html()


def _tape_text(tape: GradientTape, printer: Any, cycle: bool) -> None:
    printer.text(tape_records(tape).text())


def _epochs(count: int) -> str:
    return f"{count} epoch" if count == 1 else f"{count} epochs"
