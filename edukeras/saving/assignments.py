"""What a weights file is going to change: collected and checked first, done last.

So a file that does not fit leaves the model as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from edukeras.errors import ShapeError, explain
from edukeras.saving import hdf5
from edukeras.tensor import Variable


class Assignments:
    """Pairs of a variable and its new values.

    Args:
        skip_mismatch: leave out what does not fit, instead of raising.
    """

    def __init__(self, skip_mismatch: bool = False) -> None:
        self.skip_mismatch = skip_mismatch
        self.pairs: list[tuple[Variable, np.ndarray]] = []
        self.skipped: list[str] = []
        self._calls: list[tuple[Callable, Any]] = []

    def add_layer(
        self, layer_name: str, variables: Sequence[Variable], datasets: Sequence[Any]
    ) -> None:
        """One layer's variables, and the datasets for them in the same order."""
        shapes = [hdf5.shape_of(dataset) for dataset in datasets]
        if len(datasets) != len(variables):
            self.mismatch(
                f'layer "{layer_name}"',
                f'Layer "{layer_name}" has another number of weights in the file.',
                expected=f"{len(variables)} weights of shapes "
                f"{[v.shape for v in variables]}",
                received=f"{len(datasets)} weights of shapes {shapes}",
            )
            return
        for variable, dataset, shape in zip(variables, datasets, shapes, strict=True):
            if shape != variable.shape:
                self.mismatch(
                    f'"{variable.name}" of layer "{layer_name}" (the file has shape '
                    f"{shape}, the model {variable.shape})",
                    f'Weight "{variable.name}" of layer "{layer_name}" has another '
                    "shape in the file.",
                    expected=f"shape {variable.shape}",
                    received=f"shape {shape}",
                )
            else:
                self.pairs.append((variable, hdf5.read_numbers(dataset)))

    def add_call(self, load: Callable, store: Any) -> None:
        """A layer that reads its own part of the file, when all the rest fits."""
        self._calls.append((load, store))

    def mismatch(
        self, item: str, what: str, expected: object = None, received: object = None
    ) -> None:
        """Something that does not fit: noted, or an error."""
        if not self.skip_mismatch:
            raise ShapeError(
                explain(
                    f"{what} Nothing was changed.",
                    expected=expected,
                    received=received,
                    hint="load the weights into the architecture that they were saved "
                    "from, or pass skip_mismatch=True to leave out what does not fit.",
                )
            )
        self.skipped.append(item)

    def carry_out(self) -> None:
        """Changes the variables, and says what was left out."""
        for variable, array in self.pairs:
            variable.assign(array)
        for load, store in self._calls:
            load(store)
        if self.skipped:
            print(f"load_weights skipped what does not fit: {'; '.join(self.skipped)}.")
