"""Function: what lies between symbolic inputs and outputs, to be called.

It is the graph of a functional model without the model: nothing to compile, to train or
to save.

Source: https://keras.io/api/ops/ (keras.Function)
"""

from __future__ import annotations

from typing import Any

from edukeras import tree
from edukeras.errors import GraphError
from edukeras.graph import Node, Operation
from edukeras.layers.structure import any_symbolic
from edukeras.models.functional import FunctionalGraph
from edukeras.tensor import KerasTensor


class Function(Operation):
    """The computation from some symbolic tensors to others.

    Args:
        inputs: the symbolic inputs: one, a list, or a dict.
        outputs: what is computed from them, nested likewise.
        name: None makes one.

    >>> from edukeras.layers import Input
    >>> x = Input((2,))
    >>> double = Function(x, x * 2)
    >>> double(np.array([[1.0, 2.0]]))
    Tensor([[2., 4.]], shape=(1, 2), dtype=float32)
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None) -> None:
        if inputs is None or outputs is None:
            raise GraphError(
                "A Function needs both inputs and outputs. "
                "Try: keras.Function(inputs=x, outputs=y)."
            )
        super().__init__(name)
        self._graph = FunctionalGraph(inputs, outputs)

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs."""
        return list(self._graph.inputs)

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs."""
        return list(self._graph.outputs)

    @property
    def operations(self) -> list[Operation]:
        """What is called on the way, layers and ops."""
        return list(self._graph.graph.operations)

    def __call__(self, inputs: Any) -> Any:
        """The outputs for inputs, nested as in the definition."""
        if any_symbolic((inputs,)):
            outputs = self.compute_output_spec(inputs)
            Node(self, (inputs,), {}, outputs)
            return outputs
        return self._graph.run(inputs, training=None)

    def compute_output_spec(self, inputs: Any) -> Any:
        """The symbolic outputs for symbolic inputs."""
        return self._graph.symbolic_outputs(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shapes of the outputs for one input shape, or a list of them."""
        shapes = input_shape if isinstance(input_shape, list) else [input_shape]
        inputs = [KerasTensor(tuple(shape)) for shape in shapes]
        outputs = self._graph.symbolic_outputs(inputs)
        return tree.map_structure(lambda x: x.shape, outputs)
