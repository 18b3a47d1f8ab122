"""Looking without touching: what a training step changes is put back afterwards."""

from __future__ import annotations

import random as python_random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from edukeras import config, random
from edukeras.tensor import Variable


@contextmanager
def left_unchanged(model: Any) -> Iterator[dict[int, np.ndarray]]:
    """Puts weights, metrics, attributes of layers and all seeds back at the end.

    Gives the values of all variables, by their id, as they were at the start.  The
    optimizer is not covered: its step is made on a copy (`update.py`).
    """
    layers = model._flatten_layers()
    attributes = [(layer, _copied_attributes(layer)) for layer in layers]
    variables = _variables_of(model, layers)
    arrays = [(v, v.array, v.array.copy()) for v in variables]
    generators = _generators_of(layers)
    states = [(g.bit_generator, g.bit_generator.state) for g in generators]
    # Layers of the user may draw from these two.
    python_state, numpy_state = python_random.getstate(), np.random.get_state()
    try:
        yield {id(variable): before for variable, _, before in arrays}
    finally:
        for layer, before in attributes:
            vars(layer).clear()
            vars(layer).update(before)
        for variable, array, values in arrays:
            array[...] = values
            variable.array = array
        for bit_generator, state in states:
            bit_generator.state = state
        python_random.setstate(python_state)
        np.random.set_state(numpy_state)


def _copied_attributes(layer: Any) -> dict[str, Any]:
    """The attributes of a layer; of those in which calls note losses, copies."""
    attributes = dict(vars(layer))
    for name in ("_losses_by_thread", "_adders_by_thread"):
        by_thread = attributes[name]
        attributes[name] = {thread: list(items) for thread, items in by_thread.items()}
    return attributes


def _variables_of(model: Any, layers: list) -> list[Variable]:
    """Weights, the numbers that metrics keep, and the states of seed generators."""
    found = [*model.variables]
    for metric in model.metrics:
        found += metric.variables
    for layer in layers:
        found += layer._attributes(Variable)
        found += [g.state for g in layer._attributes(random.SeedGenerator)]
    return list({id(variable): variable for variable in found}.values())


def _generators_of(layers: list) -> list[np.random.Generator]:
    own = [g for layer in layers for g in layer._attributes(np.random.Generator)]
    return [config.numpy_generator(), *own]
