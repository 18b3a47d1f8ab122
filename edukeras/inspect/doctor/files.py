"""Weights from a file, or from a list of arrays: do they go where they should?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from edukeras.inspect.doctor.checks import Sign, also, check
from edukeras.inspect.doctor.program import argument, constant
from edukeras.messages import say
from edukeras.saving.weights import loading_plan


@check(
    "EK030",
    "error",
    title="a kernel the wrong way round",
    why="Kernels of Keras are (inputs, units): a row for each input, a column for each "
    "unit. Other libraries have it the other way.",
    lesson=11,
    moment="file",
    wrong="layer.set_weights([weight, bias])  # weight of shape (units, inputs)",
    right="layer.set_weights([weight.T, bias])",
)
def transposed_kernels(patient: Any) -> Iterator[Sign]:
    given = patient.weights
    if given is None or isinstance(given, (str, os.PathLike)):
        return
    variables = patient.model.weights
    for variable, array in zip(variables, given, strict=False):
        shape = tuple(np.shape(array))
        if (
            len(shape) == 2
            and shape != variable.shape
            and shape[::-1] == variable.shape
        ):
            yield Sign(
                say(
                    'The array for "{name}" has shape {shape}; the kernel has shape '
                    "{expected}.",
                    name=variable.path,
                    shape=shape,
                    expected=variable.shape,
                ),
                f"{variable.path.split('/')[-2]}.set_weights([kernel.T, bias])",
            )


@check(
    "EK040",
    title="weights that the file did not fill",
    why="By name, only layers of the same name are filled, and nothing says so for the "
    "others: they keep their random weights.",
    lesson=11,
    moment="file",
    wrong='model.load_weights("old.h5", by_name=True)  # the layers have other names',
    right='model.load_weights("old.h5")  # by order; or give the layers the same names',
)
def layers_without_weights(patient: Any) -> Iterator[Sign]:
    path, model = patient.weights, patient.model
    if not isinstance(path, (str, os.PathLike)) or not os.path.isfile(path):
        return
    if not model.built:
        yield Sign(
            say("The model has no weights yet that could be filled."),
            "model.build((None, 4))  # or call it on data; then load_weights",
        )
        return
    by_name = any(
        constant(argument(c, "by_name", 1)) is True
        for c in patient.program.calls_of("load_weights")
    )
    filled, skipped = _filled(model, path, by_name)
    layers = [layer for layer in model.layers if layer.weights]
    rows = [_row(layer, filled) for layer in layers]
    empty = [row for row in rows if row[2] != row[1]]
    if empty or skipped:
        yield Sign(
            say(
                "The file fills {k} of {n} layers{how}.",
                k=len(rows) - len(empty),
                n=len(rows),
                how=say(" by their names") if by_name else "",
            ),
            _loading_fix(by_name),
            table=(
                (say("layer"), say("weights"), say("filled"), say("shapes")),
                *rows,
            ),
        )


def _filled(model: Any, path: Any, by_name: bool) -> tuple[set[int], list[str]]:
    """The variables that the file would fill, and what does not fit."""
    try:
        plan = loading_plan(model, path, by_name)
    except (ValueError, OSError) as error:
        return set(), [str(error)]
    return {id(variable) for variable, _ in plan.pairs}, plan.skipped


def _row(layer: Any, filled: set[int]) -> tuple[str, ...]:
    variables = layer.weights
    count = sum(id(v) in filled for v in variables)
    shapes = " ".join(str(v.shape) for v in variables)
    return layer.name, str(len(variables)), str(count), shapes


def _loading_fix(by_name: bool) -> str:
    if by_name:
        return "model.load_weights(path)  # by order; or give the layers the same names"
    return "model.load_weights(path)  # into the architecture that was saved"


@also("EK040", "code", "note")
def may_skip_silently(patient: Any) -> Iterator[Sign]:
    if patient.weights is not None:
        return
    for call in patient.program.calls_of("load_weights"):
        by_name = constant(argument(call, "by_name", 1)) is True
        if by_name or constant(argument(call, "skip_mismatch")) is True:
            yield Sign(
                say("What does not fit is left out here."),
                "model.diagnose(weights=path)  # shows what would be filled",
            )
