"""The graph behind `Input()`: which operation was called on which tensors.

Calling a layer on a symbolic tensor computes nothing.  It makes a `Node`, a record
of the call, and new symbolic tensors that remember it.  A `Graph` collects the
nodes between some inputs and some outputs, in an order in which they can run.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from edukeras import tree
from edukeras.errors import GraphError, explain
from edukeras.tensor import KerasTensor, Tensor, is_float, numpy_dtype

_names: Counter[str] = Counter()


def snake_case(name: str) -> str:
    """The default name of a class, by Keras's rule.

    >>> [snake_case(n) for n in ("Dense", "Conv2DTranspose", "LeakyReLU", "LSTM")]
    ['dense', 'conv2d_transpose', 'leaky_re_lu', 'lstm']
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def auto_name(prefix: str) -> str:
    """A name that no operation has yet: dense, dense_1, dense_2 ..."""
    count = _names[prefix]
    _names[prefix] += 1
    return f"{prefix}_{count}" if count else prefix


def forget_names() -> None:
    """Starts the counting of names anew (`keras.utils.clear_session`)."""
    _names.clear()


class Operation:
    """Something that can be called on symbolic tensors: a layer or an op."""

    name: str

    def __init__(self, name: str | None = None) -> None:
        self.name = name or auto_name(snake_case(type(self).__name__))
        self._inbound_nodes: list[Node] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    def call_in_graph(self, x: Tensor, training: bool | None) -> Any:
        """`self(x)` on a tensor whose shape and dtype the graph has proven right."""
        return self(x)


class OpCall(Operation):
    """An op that was called on symbolic tensors: `a + b` in a functional model."""

    def __init__(self, function: Callable, name: str | None = None) -> None:
        self.function = function
        super().__init__(name or auto_name(function.__name__.lstrip("_")))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)


class Node:
    """One call of an operation, with the arguments as they were given."""

    def __init__(
        self, operation: Operation, args: tuple, kwargs: dict, outputs: Any
    ) -> None:
        self.operation = operation
        self.args = args
        self.kwargs = kwargs
        self.outputs = outputs
        self.input_tensors = [
            x for x in tree.flatten((args, kwargs)) if isinstance(x, KerasTensor)
        ]
        index = len(operation._inbound_nodes)
        operation._inbound_nodes.append(self)
        for position, tensor in enumerate(tree.flatten(outputs)):
            tensor._keras_history = (operation, index, position)
            if tensor.name == "keras_tensor":
                tensor.name = operation.name

    @property
    def is_input(self) -> bool:
        return not self.input_tensors

    @property
    def parents(self) -> list[Node]:
        return [producer(x) for x in self.input_tensors]


def producer(tensor: KerasTensor) -> Node:
    """The node that made a symbolic tensor."""
    if tensor._keras_history is None:
        raise GraphError(
            explain(
                "A symbolic tensor that no layer made cannot be part of a model.",
                received=repr(tensor),
                hint="start from keras.Input(shape=...).",
            )
        )
    operation, index, _ = tensor._keras_history
    return operation._inbound_nodes[index]


def call_symbolically(function: Callable, args: tuple, kwargs: dict) -> Any:
    """Calls an op on symbolic tensors: makes a node, returns symbolic tensors."""
    outputs = infer_outputs(function, args, kwargs)
    Node(OpCall(function), args, kwargs, outputs)
    return outputs


def rename_operation(outputs: Any, name: str) -> None:
    """Gives the op that made these symbolic tensors a name: that of its original."""
    tree.flatten(outputs)[0]._keras_history[0].name = name


def infer_outputs(function: Callable, args: tuple, kwargs: dict) -> Any:
    """The symbolic results of a function, found by running it on small arrays.

    Unknown sizes are tried as 2 and as 3: what changes in the result is unknown
    there too.  Where those are too odd, as for `reshape(x, (-1, 4))`, 12 and 24 may do.
    """
    try:
        return _run_on_sizes((2, 3), function, args, kwargs)
    except ValueError:
        try:
            return _run_on_sizes((12, 24), function, args, kwargs)
        except ValueError:
            pass
        raise


def _run_on_sizes(
    sizes: tuple[int, int], function: Callable, args: tuple, kwargs: dict
) -> Any:
    runs = []
    for size in sizes:
        small_args, small_kwargs = tree.map_structure(
            lambda x, size=size: _small(x, size), (args, kwargs)
        )
        runs.append(function(*small_args, **small_kwargs))
    return tree.map_structure(_symbolic_result, *runs)


def _small(x: Any, size: int) -> Any:
    """A small tensor of the shape of a symbolic one."""
    if not isinstance(x, KerasTensor):
        return x
    shape = tuple(size if n is None else n for n in x.shape)
    values = np.ones(shape, numpy_dtype(x.dtype))
    if len(shape) > 1 and is_float(x.dtype):
        # Square matrices shall have an inverse and a Cholesky decomposition.
        values += np.eye(*shape[-2:], dtype=values.dtype)
    return Tensor(values)


def _symbolic_result(a: Any, b: Any) -> Any:
    if not isinstance(a, Tensor):
        return a
    shape = tuple(m if m == n else None for m, n in zip(a.shape, b.shape, strict=True))
    return KerasTensor(shape, a.dtype)


class Graph:
    """The calls that lead from some symbolic tensors to others, ready to run.

    Args:
        inputs, outputs: lists of symbolic tensors.

    Attributes:
        nodes: the calls, in an order in which they can run.
        operations: what is called; those far from the outputs first.
    """

    def __init__(self, inputs: list[KerasTensor], outputs: list[KerasTensor]) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.nodes, first_seen = self._walk_back_from_outputs()
        self.operations = self._by_depth(first_seen)
        self._plan = [self._step(node) for node in self.nodes if not self._given(node)]

    def _given(self, node: Node) -> bool:
        return any(
            tensor is given
            for tensor in tree.flatten(node.outputs)
            for given in self.inputs
        )

    def _walk_back_from_outputs(self) -> tuple[list[Node], dict[Operation, int]]:
        """Depth-first: a node comes after all nodes it needs."""
        done: dict[Node, None] = {}
        first_seen: dict[Operation, int] = {}
        given = {id(x) for x in self.inputs}

        def visit(tensor: KerasTensor) -> None:
            node = producer(tensor)
            if node in done:
                return
            first_seen.setdefault(node.operation, len(first_seen))
            if id(tensor) not in given:
                if node.is_input:
                    raise GraphError(
                        explain(
                            "The graph is disconnected: the outputs also need "
                            f'"{tensor.name}", which is not among the inputs.',
                            expected="inputs that lead to every output",
                            received=f"inputs {[x.name for x in self.inputs]}",
                            hint=f'add the input "{tensor.name}" to Model(inputs=...).',
                        )
                    )
                for parent in node.input_tensors:
                    visit(parent)
            done[node] = None

        for output in self.outputs:
            visit(output)
        for x in self.inputs:  # an input that no output uses still belongs here
            node = producer(x)
            done.setdefault(node)
            first_seen.setdefault(node.operation, -1)
        return list(done), first_seen

    def _by_depth(self, first_seen: dict[Operation, int]) -> list[Operation]:
        """Operations sorted as Keras sorts `model.layers`: by their distance from
        the outputs, the farthest first, then by when the walk met them."""
        node_depth: dict[Node, int] = {}
        depth_of: dict[Operation, int] = {}
        given = {id(producer(x)) for x in self.inputs}
        for node in reversed(self.nodes):
            depth = max(node_depth.get(node, 0), depth_of.get(node.operation, 0))
            depth_of[node.operation] = node_depth[node] = depth
            if id(node) not in given:
                for parent in node.parents:
                    node_depth[parent] = max(depth + 1, node_depth.get(parent, 0))
        return sorted(depth_of, key=lambda o: (-depth_of[o], first_seen[o]))

    def _step(self, node: Node) -> tuple:
        single = (
            len(node.args) == 1
            and isinstance(node.args[0], KerasTensor)
            and not node.kwargs
            and isinstance(node.outputs, KerasTensor)
        )
        return node, single, node.input_tensors[0], node.outputs

    def run(self, values: Iterable[Any], training: bool | None = None) -> list:
        """Computes the outputs from values for the inputs."""
        known = {id(x): value for x, value in zip(self.inputs, values, strict=True)}
        for node, single, source, target in self._plan:
            if single:
                x = known[id(source)]
                known[id(target)] = node.operation.call_in_graph(x, training)
            else:
                self._run_node(node, known, training)
        return [known[id(x)] for x in self.outputs]

    @staticmethod
    def _run_node(node: Node, known: dict, training: bool | None) -> None:
        """The general case: several tensors, nested, or as keyword arguments."""

        def value(x: Any) -> Any:
            return known[id(x)] if isinstance(x, KerasTensor) else x

        args, kwargs = tree.map_structure(value, (node.args, node.kwargs))
        takes_training = getattr(node.operation, "_call_takes_training", False)
        if takes_training and kwargs.get("training") is None:
            kwargs = {**kwargs, "training": training}
        results = node.operation(*args, **kwargs)
        for tensor, result in zip(
            tree.flatten(node.outputs), tree.flatten(results), strict=True
        ):
            known[id(tensor)] = result
