"""One training step on a copy of the model, and what can be measured in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from edukeras import tree
from edukeras.inspect.doctor.patient import Patient, undisturbed
from edukeras.inspect.doctor.wiring import LINEAR_LAYERS, all_layers

# How often a step is repeated, and in models of so many parameters: less.
STEPS = 10
STEPS_IF_LARGE = 3
LARGE = 1_000_000


@dataclass
class LayerExam:
    """A layer during the step.

    Attributes:
        output: what it gave for the probe.
        has_kernel: whether it has a kernel that was trained.
        gradient: the root mean square of the kernel's gradient.
        ratio: |change of the kernel| / |kernel| in one step.
        was_zero: whether the kernel was 0 before.
    """

    layer: Any
    output: np.ndarray | None = None
    has_kernel: bool = False
    gradient: float = 0.0
    ratio: float = 0.0
    was_zero: bool = False

    @property
    def name(self) -> str:
        return self.layer.name


@dataclass
class Exam:
    """What one step showed.

    Attributes:
        layers: in the order in which they ran.
        losses: the loss before each of a few steps on the same samples.
        norm: the length of all gradients together.
    """

    layers: list[LayerExam] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    norm: float = 0.0

    @property
    def with_kernels(self) -> list[LayerExam]:
        return [layer for layer in self.layers if layer.has_kernel]


def exam_of(patient: Patient) -> Exam | None:
    """The exam of a patient, done once."""
    if "exam" not in patient.results:
        patient.results["exam"] = examine(patient)
    return patient.results["exam"]


def inference_loss(patient: Patient) -> float | None:
    """The loss for the probe in inference mode: what `evaluate` gives."""
    twin = patient.fresh_twin()
    if twin is None or patient.x_probe is None or patient.y is None:
        return None
    with undisturbed():
        try:
            y = patient.probe(patient.y)
            outputs = twin(patient.x_probe, training=False)
            loss = twin.compute_loss(patient.x_probe, y, outputs, training=False)
            return float(np.asarray(loss))
        except Exception:
            return None


def examine(patient: Patient) -> Exam | None:
    """Runs the step; None where the model cannot be trained on the data."""
    twin = patient.fresh_twin()
    if twin is None or patient.x_probe is None or not twin.compiled:
        return None
    if twin._compiled_loss is None or twin.optimizer is None:
        return None
    if patient.y is None:
        return None
    exam = Exam()
    y = patient.probe(patient.y)
    with undisturbed():
        try:
            _listen(twin, exam)
            _step(twin, patient.x_probe, y, exam)
            for layer in exam.layers:
                vars(layer.layer).pop("call", None)
            large = twin.count_params() > LARGE
            for _ in range(STEPS_IF_LARGE if large else STEPS):
                exam.losses.append(_one_more(twin, patient.x_probe, y))
        except Exception:  # shapes that do not fit: other checks say so
            return None
    return exam


def _listen(twin: Any, exam: Exam) -> None:
    """Lets each layer note its output when it is called."""
    for layer in all_layers(twin):
        note = LayerExam(layer)
        vars(layer)["call"] = _noting(layer.call, note, exam)


def _noting(call: Any, note: LayerExam, exam: Exam) -> Any:
    def noting(*args: Any, **kwargs: Any) -> Any:
        outputs = call(*args, **kwargs)
        flat = tree.flatten(outputs)
        if len(flat) == 1 and hasattr(flat[0], "array"):
            note.output = np.asarray(flat[0].array)
        if all(note is not other for other in exam.layers):
            exam.layers.append(note)
        return outputs

    return noting


def _step(twin: Any, x: Any, y: Any, exam: Exam) -> None:
    loss, _, gradients = twin._loss_and_gradients(x, y, None, None)
    exam.losses.append(float(loss))
    variables = twin._variables_to_train()
    arrays = {id(v): g for v, g in zip(variables, gradients, strict=True)}
    squares = [
        float(np.square(_dense(g), dtype="float64").sum())
        for g in gradients
        if g is not None
    ]
    exam.norm = float(np.sqrt(sum(squares)))
    before = {id(v): np.array(v.array) for v in variables}
    twin.optimizer.apply(gradients, variables)
    for note in exam.layers:
        kernel = getattr(note.layer, "kernel", None)
        if type(note.layer).__name__ not in LINEAR_LAYERS - {"EinsumDense"}:
            continue  # queries and keys of attention get small gradients at first
        if id(kernel) in arrays and arrays[id(kernel)] is not None:
            gradient = _dense(arrays[id(kernel)]).astype("float64")
            note.has_kernel = True
            note.gradient = float(np.sqrt(np.square(gradient).mean()))
            old = before[id(kernel)]
            note.was_zero = not old.any()
            length = float(np.linalg.norm(old)) or 1.0
            note.ratio = float(np.linalg.norm(np.asarray(kernel) - old)) / length


def _one_more(twin: Any, x: Any, y: Any) -> float:
    loss, _, gradients = twin._loss_and_gradients(x, y, None, None)
    twin.optimizer.apply(gradients, twin._variables_to_train())
    return float(loss)


def _dense(gradient: Any) -> np.ndarray:
    return np.asarray(gradient)
