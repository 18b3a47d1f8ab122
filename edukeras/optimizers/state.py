"""The variables of an optimizer: its memory, which files hold beside the weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any

from edukeras import initializers
from edukeras.errors import explain
from edukeras.tensor import Variable


class OptimizerState:
    """Makes, changes, saves and loads the variables of the optimizer `name`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.built = False
        # In the order in which files hold them.
        self._variables: list[Variable] = []

    @property
    def variables(self) -> list[Variable]:
        """All state, in the order of Keras's files.

        iteration, learning_rate (if it is a number), averages, accumulated gradients,
        then what the subclass has added.
        """
        return list(self._variables)

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Variable:
        """A new variable of the optimizer, which files will hold.

        `aggregation` and `layout` are about several machines and have no effect.
        """
        variable = Variable(
            initializers.get(initializer),
            shape=tuple(shape),
            dtype=dtype,
            trainable=False,
            name=name,
        )
        variable.path = f"{self.name}/{variable.name}"
        self._variables.append(variable)
        return variable

    def add_variable_from_reference(
        self,
        reference_variable: Variable,
        name: str | None = None,
        initializer: Any = "zeros",
    ) -> Variable:
        """A new variable of the shape and dtype of one of the model's."""
        return self.add_variable(
            reference_variable.shape,
            initializer,
            dtype=reference_variable.dtype,
            name=f"{reference_variable.path.replace('/', '_')}_{name or 'var'}",
        )

    def add_optimizer_variables(
        self,
        trainable_variables: Iterable[Variable],
        name: str | Sequence[str],
        initializer: Any = "zeros",
    ) -> Any:
        """One variable for each of the model's; a list of names makes a list each.

        With several names the files have them interleaved: momentum and velocity of
        the first variable, momentum and velocity of the second ...
        """
        if isinstance(name, str):
            return [
                self.add_variable_from_reference(variable, name, initializer)
                for variable in trainable_variables
            ]
        if not isinstance(initializer, (list, tuple)):
            initializer = [initializer] * len(name)
        lists: tuple[list[Variable], ...] = tuple([] for _ in name)
        for variable in trainable_variables:
            for state, one_name, one_start in zip(lists, name, initializer):
                state.append(
                    self.add_variable_from_reference(variable, one_name, one_start)
                )
        return lists

    def assign(self, variable: Variable, value: Any) -> None:
        """variable = value"""
        variable.assign(value)

    def assign_add(self, variable: Variable, value: Any) -> None:
        """variable += value"""
        variable.assign_add(value)

    def assign_sub(self, variable: Variable, value: Any) -> None:
        """variable -= value"""
        variable.assign_sub(value)

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Sets all state from arrays in the order of `variables`."""
        variables = self.variables
        if not self.built or len(weights) != len(variables):
            raise ValueError(
                explain(
                    f"These weights do not fit the optimizer {self.name!r}.",
                    expected=f"{len(variables)} arrays",
                    received=f"{len(weights)} arrays",
                    hint=None if self.built else "optimizer.build(variables) first.",
                )
            )
        for variable, weight in zip(variables, weights):
            variable.assign(weight)

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """Puts all state into the group of a file: "0", "1" ..."""
        for index, variable in enumerate(self.variables):
            store[str(index)] = variable.numpy()

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Takes all state from the group of a file."""
        self.set_weights([store[str(index)] for index in range(len(store))])
