"""What the layers of a model make of a sample: their outputs, as numbers and pictures.

`activations(model, x)` runs the model once, for inference, and notes what each layer
returns on the way: also those inside models and inside `call` of a subclass.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from edukeras import tree
from edukeras.graph import producer
from edukeras.inspect import markup
from edukeras.inspect.pixels import as_grid, grid_png
from edukeras.inspect.weight_grid import strongest_cells
from edukeras.tensor import Tensor

MOST_SAMPLES = 32


@dataclass(frozen=True)
class Activations:
    """The outputs of all layers for some samples.

    Attributes:
        count: how many samples.
        outputs: id of a layer -> its outputs, one array for each output of each call,
            with the samples along the first axis.
    """

    count: int
    outputs: dict[int, tuple[np.ndarray, ...]]

    def of(self, layer: Any, sample: int = 0) -> list[np.ndarray]:
        """What a layer returned for one sample."""
        found = self.outputs.get(id(layer), ())
        return [values[sample] for values in found if len(values) > sample]


def activations(model: Any, x: Any, first: int = MOST_SAMPLES) -> Activations:
    """Runs a model on the first samples of x, and keeps what each layer returns.

    Args:
        x: what `model.predict` takes: an array, or a list or dict of arrays.
        first: how many samples at most.

    >>> from edukeras import Sequential, layers
    >>> model = Sequential([layers.Input((2,)), layers.Dense(1, name="sum")])
    >>> model.set_weights([np.ones((2, 1)), np.zeros(1)])
    >>> activations(model, np.array([[1.0, 2.0]])).of(model.layers[0])
    [array([3.], dtype=float32)]
    """
    x = tree.map_structure(lambda values: np.asarray(values)[:first], x)
    outputs: dict[int, list[np.ndarray]] = {}
    with _noting(model, outputs):
        model(x, training=False)
    functional = getattr(model, "_functional", None)
    if functional is not None:  # Input layers are not called: x is what they give
        for place, value in zip(functional.inputs, functional.match_inputs(x)):
            outputs[id(producer(place).operation)] = [value.array]
    return Activations(
        len(tree.flatten(x)[0]), {key: tuple(found) for key, found in outputs.items()}
    )


@contextlib.contextmanager
def _noting(model: Any, outputs: dict[int, list[np.ndarray]]) -> Iterator[None]:
    """While this is open, the layers of a model note what their `call` returns."""
    layers = [layer for layer in model._flatten_layers() if layer is not model]
    states = [(x, x.states) for x in layers if getattr(x, "stateful", False)]

    def note(layer: Any) -> None:
        original = layer.call

        def call(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            arrays = [v.array for v in tree.flatten(result) if isinstance(v, Tensor)]
            outputs.setdefault(id(layer), []).extend(arrays)
            return result

        # As an attribute of the object it comes before the method of the class.
        object.__setattr__(layer, "call", call)

    try:
        for layer in layers:
            note(layer)
        yield
    finally:
        for layer in layers:
            vars(layer).pop("call", None)
        for layer, before in states:
            layer.states = before


def activity_html(values: np.ndarray, layer: str) -> str:
    """One layer's output for one sample: a picture, numbers, the strongest units."""
    if values.dtype.kind not in "fiub" or values.size == 0:
        return markup.paragraph(markup.escape(str(values)))
    words = activity_in_words(values, layer)
    png, width = grid_png(as_grid(values))
    numbers = strongest_cells(values, 6, header="Output")
    picture = markup.paragraph(markup.picture(png, words, min(width, 480)))
    return picture + markup.paragraph(markup.muted(markup.escape(words))) + numbers


def activity_in_words(values: np.ndarray, layer: str) -> str:
    """The output in a sentence.

    >>> activity_in_words(np.array([0.0, 0.5, 2.0, 0.0]), "hidden")
    'Output of hidden, (4,): from 0 to 2, mean 0.625; 2 of 4 are 0.'
    """
    low, high, mean = values.min(), values.max(), values.mean()
    zeros = int(values.size - np.count_nonzero(values))
    silent = f"; {zeros:,} of {values.size:,} are 0" if zeros else ""
    return (
        f"Output of {layer}, {values.shape}: from {low:.3g} to {high:.3g}, "
        f"mean {mean:.3g}{silent}."
    )
