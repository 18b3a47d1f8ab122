"""The consultation: every check looks at the patient."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from edukeras import config
from edukeras.errors import explain
from edukeras.inspect.doctor.checks import CHECKS
from edukeras.inspect.doctor.finding import (
    SEVERITIES,
    Diagnosis,
    DiagnosisError,
    Finding,
)
from edukeras.inspect.doctor.patient import Patient
from edukeras.messages import say
from edukeras.models.model import Model

# The cells that a notebook has run; `edukeras.jupyter` enters the function.
CELLS: list[Callable[[], Sequence[str]]] = []

# The attribute of a model that keeps which codes the callback has told it about.
TOLD = "_doctor_has_told"


def diagnose(
    model: Any,
    x: Any = None,
    y: Any = None,
    *,
    validation_data: Any = None,
    validation_split: float = 0.0,
    batch_size: int | None = None,
    weights: Any = None,
    source: str | Sequence[str] | None = None,
    mute: Iterable[str] = (),
    strict: bool = False,
) -> Diagnosis:
    """What is probably wrong with a model, its data or its training.

    The model stays as it is: all is tried on a copy.  More is found with data than
    without, and after training more than before.

    Args:
        model: any Model, built or not, compiled or not, trained or not.
        x, y: inputs and targets, as `fit` gets them.
        validation_data, validation_split, batch_size: as `fit` gets them.
        weights: a weights file that is to be loaded, or arrays for `set_weights`.
        source: the code of the program, one string or one per cell; None takes the
            cells that the notebook has run.
        mute: codes of findings that are not to be shown.
        strict: raise a DiagnosisError if there are errors or warnings.

    >>> from edukeras.layers import Dense, Input
    >>> from edukeras.models import Sequential
    >>> model = Sequential([Input((2,)), Dense(8), Dense(1, "sigmoid")])
    >>> model.compile("adam", "binary_crossentropy")
    >>> diagnose(model).findings[0].title
    'no activation between two layers'
    """
    if not isinstance(model, Model):
        raise TypeError(
            explain(
                "The doctor looks at models.",
                expected="a model",
                received=type(model).__name__,
            )
        )
    if source is None:
        source = [cell for cells in CELLS for cell in cells()]
    patient = Patient(
        model,
        x,
        y,
        validation_data=validation_data,
        validation_split=validation_split,
        batch_size=batch_size,
        weights=weights,
        source=source,
    )
    muted = {code.strip().upper() for code in (*mute, *config.ignore())} - {""}
    findings, failed = _findings(patient, muted)
    diagnosis = Diagnosis(
        model.name,
        tuple(findings),
        tuple(sorted(muted)),
        tuple(_unseen(patient) + failed),
    )
    if strict and diagnosis.serious:
        raise DiagnosisError(diagnosis)
    return diagnosis


def _findings(patient: Patient, muted: set[str]) -> tuple[list[Finding], list[str]]:
    """The findings, the worst first, and the checks that broke off."""
    found: list[Finding] = []
    failed: list[str] = []
    for code, entries in sorted(CHECKS.items()):
        if code in muted:
            continue
        of_code: list[Finding] = []
        for entry in entries:
            try:
                of_code += entry.findings(patient)
            except Exception as error:  # models and data may be of any kind
                failed.append(
                    say(
                        "{code} could not be checked: {error}.",
                        code=code,
                        error=f"{type(error).__name__}: {error}",
                    )
                )
        found += _once(of_code)
    return sorted(found, key=lambda f: (SEVERITIES.index(f.severity), f.code)), failed


def _once(findings: list[Finding]) -> list[Finding]:
    """One finding for each layer; one without a layer only if there is no other."""
    by_layer: dict[str, Finding] = {}
    for finding in findings:
        if not (by_layer and (not finding.layer or "" in by_layer)):
            by_layer.setdefault(finding.layer, finding)
    return list(by_layer.values())


def _unseen(patient: Patient) -> list[str]:
    """What could not be looked at."""
    if patient.model.built or patient.twin is not None:
        return []
    return [
        say(
            "The model has no weights yet, so its layers were not looked at: give x, "
            "or an Input layer."
        )
    ]
