"""The weights of a layer and of the layers inside it: make, list, freeze, copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from edukeras import constraints, initializers, regularizers
from edukeras.errors import NotBuiltError, ShapeError, explain
from edukeras.graph import Operation
from edukeras.name_scopes import name_scope
from edukeras.tensor import Variable, is_float


class WeightOwner(Operation):
    """What Layer inherits: weights of its own, and those of layers it holds.

    Layers and variables are found where the user put them: among the attributes,
    also inside lists, tuples and dicts.
    """

    # Attributes that hold what belongs elsewhere; subclasses add theirs.
    _bookkeeping: frozenset[str] = frozenset(
        {
            "_inbound_nodes",
            "_losses_by_thread",
            "_adders_by_thread",
            "_build_shapes",
            "_signature",
            "_initial_weights",
            "_trainable_variables",
            "_non_trainable_variables",
            "_dtype_policy",
            "_policy",
            "input_spec",
        }
    )

    built: bool
    variable_dtype: Any
    _trainable: bool
    _trainable_variables: list[Variable]
    _non_trainable_variables: list[Variable]

    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Makes a weight.

        Args:
            shape: of the weight; None or () is a single number.
            initializer: None is "glorot_uniform" for real numbers, else "zeros".
            dtype: None is the layer's.
            trainable: whether optimizers may change it.
            regularizer, constraint: of this weight.
            name: shown in summaries and messages.

        Keras 2's order, `add_weight("kernel", shape, ...)`, works too.
        """
        if isinstance(shape, str):
            name, shape, initializer = shape, initializer, dtype
            dtype = None
        dtype = dtype or self.variable_dtype
        if initializer is None:
            initializer = "glorot_uniform" if is_float(str(dtype)) else "zeros"
        shape = tuple(shape) if shape is not None else ()
        if any(n is None for n in shape):
            raise ShapeError(
                explain(
                    f'Layer "{self.name}" cannot make the weight "{name}": a size is '
                    "not known.",
                    received=f"shape {shape}",
                    hint="give the whole shape of a sample: Input(shape=(784,)).",
                )
            )
        with name_scope(self.name, caller=self):
            variable = Variable(
                initializers.get(initializer),
                shape,
                dtype,
                trainable=trainable,
                autocast=autocast,
                name=name,
            )
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        own = self._trainable_variables if trainable else self._non_trainable_variables
        own.append(variable)
        return variable

    # -- weights --------------------------------------------------------------

    def _attributes(self, kind: type) -> list:
        """The objects of a kind that were stored as attributes, in that order."""
        found: dict[int, Any] = {}
        for name, value in vars(self).items():
            if name not in self._bookkeeping:
                for item in _leaves(value, kind):
                    found.setdefault(id(item), item)
        return list(found.values())

    def _sublayers(self) -> list[Any]:
        return [layer for layer in self._attributes(WeightOwner) if layer is not self]

    def _flatten_layers(self) -> list[Any]:
        """This layer and all below it, each once."""
        found: dict[int, WeightOwner] = {}

        def visit(layer: WeightOwner) -> None:
            if id(layer) not in found:
                found[id(layer)] = layer
                for sublayer in layer._sublayers():
                    visit(sublayer)

        visit(self)
        return list(found.values())

    def _own_variables(self) -> list[Variable]:
        """Trainable ones first, each kind in the order of creation."""
        attributes = self._attributes(Variable)
        made = {id(v) for v in self._trainable_variables}
        made |= {id(v) for v in self._non_trainable_variables}
        others = [v for v in attributes if id(v) not in made]
        if not others:
            return self._trainable_variables + self._non_trainable_variables
        trainable = [v for v in others if v.trainable]
        frozen = [v for v in others if not v.trainable]
        return _by_age(self._trainable_variables + trainable) + _by_age(
            self._non_trainable_variables + frozen
        )

    @property
    def weights(self) -> list[Variable]:
        """All weights: this layer's own, then those of the layers inside it."""
        found: dict[int, Variable] = {}
        for layer in self._flatten_layers():
            for variable in layer._own_variables():
                found.setdefault(id(variable), variable)
        return list(found.values())

    @property
    def variables(self) -> list[Variable]:
        return self.weights

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that gradients are taken of."""
        frozen: dict[int, Variable] = {}
        self._collect_frozen(frozen, self.trainable)
        return [v for v in self.weights if id(v) not in frozen]

    def _collect_frozen(self, frozen: dict[int, Variable], trainable: bool) -> None:
        trainable = trainable and self._trainable
        for variable in self._own_variables():
            if not trainable or not variable.trainable:
                frozen[id(variable)] = variable
        for sublayer in self._sublayers():
            sublayer._collect_frozen(frozen, trainable)

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """Statistics, and the weights of frozen layers."""
        trainable = {id(v) for v in self.trainable_weights}
        return [v for v in self.weights if id(v) not in trainable]

    @property
    def trainable_variables(self) -> list[Variable]:
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        return self.non_trainable_weights

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; setting it reaches all sublayers."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for layer in self._flatten_layers():
            layer._trainable = bool(value)

    def get_weights(self) -> list[np.ndarray]:
        """Copies of all weights, as NumPy arrays."""
        return [variable.numpy() for variable in self.weights]

    def set_weights(self, weights: list) -> None:
        """Replaces all weights; shapes must be those of `get_weights()`."""
        variables = self.weights
        arrays = [np.asarray(w) for w in weights]
        if len(arrays) != len(variables):
            raise ShapeError(
                explain(
                    f'set_weights on "{self.name}": the number of arrays is wrong.',
                    expected=f"{len(variables)} arrays of shapes "
                    f"{[v.shape for v in variables]}",
                    received=f"{len(arrays)} arrays of shapes "
                    f"{[a.shape for a in arrays]}",
                    hint=None if self.built else "build the layer or model first.",
                )
            )
        for variable, array in zip(variables, arrays, strict=True):
            if variable.shape != array.shape:
                raise ShapeError(
                    explain(
                        f'set_weights on "{self.name}": the shape of '
                        f'"{variable.path}" is wrong. Nothing was changed.',
                        expected=f"shape {variable.shape}",
                        received=f"shape {array.shape}",
                    )
                )
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)

    def save_own_variables(self, store: Any) -> None:
        """Puts this layer's own variables into a file's group: "0", "1" ...

        Override it, and `load_own_variables`, for state that is no Variable.
        """
        for number, variable in enumerate(self._own_variables()):
            store[str(number)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Takes this layer's own variables from what `save_own_variables` wrote."""
        variables = self._own_variables()
        if len(store) != len(variables):
            raise ShapeError(
                explain(
                    f'Layer "{self.name}" has another number of weights in the file.',
                    expected=f"{len(variables)}",
                    received=f"{len(store)}",
                )
            )
        for number, variable in enumerate(variables):
            variable.assign(store[str(number)])

    def count_params(self) -> int:
        """How many numbers the weights hold."""
        if not self.built:
            raise NotBuiltError(
                f'"{self.name}" has no weights yet, so they cannot be counted. '
                "Try: call it on data, or .build(input_shape), first."
            )
        return sum(int(np.prod(v.shape)) for v in self.weights)


def _by_age(variables: list[Variable]) -> list[Variable]:
    return sorted(variables, key=lambda variable: variable.number)


def _leaves(value: Any, kind: type) -> Iterator:
    """The objects of a kind in nested lists, tuples and dicts."""
    if isinstance(value, kind):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item, kind)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item, kind)
