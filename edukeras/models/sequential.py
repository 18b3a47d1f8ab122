"""Sequential: one layer after the other."""

from __future__ import annotations

from typing import Any

from edukeras import registry, tree
from edukeras.errors import EmptyModelError, LayerTypeError, explain
from edukeras.graph import auto_name
from edukeras.layers.base import Layer, shapes_of
from edukeras.layers.core import Input, InputLayer
from edukeras.models.model import Model
from edukeras.name_scopes import name_scope
from edukeras.tensor import KerasTensor


class Sequential(Model):
    """A chain of layers.

    Its weights exist as soon as the input shape is known: from an `Input` at the
    head, from `input_shape=` of the first layer, or from the first data.

    Args:
        layers: the layers, in order.
        trainable: whether training changes the weights.
        name: None makes one.

    >>> from edukeras.layers import Dense
    >>> model = Sequential([Input(shape=(4,)), Dense(8, activation="relu"), Dense(3)])
    >>> model.count_params()
    67
    """

    def __init__(
        self, layers: Any = None, trainable: bool = True, name: str | None = None
    ) -> None:
        super().__init__(trainable=trainable, name=name)
        self._chain: list[Layer] = []
        for layer in layers or []:
            self.add(layer, rebuild=False)
        self._rebuild()

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Adds a layer at the end."""
        if isinstance(layer, KerasTensor):  # Input() returns a tensor
            layer = layer._keras_history[0]
        if not isinstance(layer, Layer):
            raise LayerTypeError(
                explain(
                    "Only layers can be added to a Sequential model.",
                    received=f"{type(layer).__name__} {layer!r}"[:200],
                    hint="a layer object, such as Dense(3), with its parentheses."
                    if isinstance(layer, type)
                    else None,
                )
            )
        if any(layer.name == other.name for other in self._chain):
            raise ValueError(
                explain(
                    "A Sequential model needs layers of different names; "
                    f'"{layer.name}" is there already.',
                    hint="another name=; a layer that is to be used twice needs the "
                    "functional API.",
                )
            )
        if isinstance(layer, InputLayer) and self._chain:
            raise ValueError(
                f'The Input "{layer.name}" must be the first of a Sequential model, '
                f"but {len(self._chain)} layer(s) came before."
            )
        self._chain.append(layer)
        if rebuild:
            self._rebuild()

    def pop(self, rebuild: bool = True) -> Layer:
        """Takes the last layer off and returns it."""
        if not self.layers:
            raise EmptyModelError(
                f'The Sequential model "{self.name}" has no layer to pop.'
            )
        layer = self._chain.pop()
        if rebuild:
            self._rebuild()
        return layer

    # -- the graph ------------------------------------------------------------

    def _rebuild(self) -> None:
        """Connects the layers, if the input shape is known."""
        self._functional = None
        self.built = False
        if not self._chain:
            return
        first = self._chain[0]
        batch_shape: Any = first._input_shape_argument
        dtype = None
        if isinstance(first, Model) and first._functional is not None:
            batch_shape, dtype = first.input_shape, first.inputs[0].dtype
        if isinstance(first, InputLayer):
            self._connect(first.output)
        elif batch_shape is not None:
            self._connect_from_shape(batch_shape, dtype)

    def _connect_from_shape(self, batch_shape: Any, dtype: Any = None) -> None:
        if dtype is None:
            dtype = self._chain[0].compute_dtype
        self._connect(Input(batch_shape=tuple(batch_shape), dtype=dtype))

    def _connect(self, inputs: KerasTensor) -> None:
        if self.layers:
            auto_name("functional")  # used up here by Keras: later names are the same
        x: Any = inputs
        with name_scope(self.name, caller=self):
            for layer in self.layers:
                x = layer(x)
        self._set_graph(inputs, x)

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights for an input shape with the batch axis: (None, 784)."""
        if self._functional is not None:
            return
        if input_shape is None:
            raise ValueError("build needs the input shape, such as (None, 784).")
        self._connect_from_shape(input_shape)

    def _ensure_built(self, args: tuple, kwargs: dict) -> None:
        if self.built:
            return
        inputs: Any = args[0] if args else kwargs.get("inputs")
        if not self._chain:
            raise ValueError(
                f'The Sequential model "{self.name}" has no layers. '
                "Try: model.add(Dense(...))."
            )
        shape = shapes_of(inputs)
        dtype = inputs.dtype if hasattr(inputs, "dtype") else None
        self._connect_from_shape((None, *shape[1:]), dtype)

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the InputLayer."""
        return [layer for layer in self._chain if not isinstance(layer, InputLayer)]

    def _sublayers(self) -> list[Layer]:
        return self.layers

    # -- configuration --------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        records = [registry.serialize_keras_object(x) for x in self._all_layers()]
        return {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": registry.serialize_keras_object(self.dtype_policy),
            "layers": records,
            "build_input_shape": None if self._functional is None else self.input_shape,
        }

    def _all_layers(self) -> list[Layer]:
        """With the InputLayer at the head, as Keras writes it."""
        if self._functional is None or isinstance(self._chain[0], InputLayer):
            return self._chain
        return [self.inputs[0]._keras_history[0], *self._chain]

    def get_build_config(self) -> dict[str, Any] | None:
        if self._functional is None:
            return None
        return {"input_shape": self.input_shape}

    def _record_names(self) -> dict[str, Any]:
        if type(self) is not Sequential:
            return {}
        return {"module": "keras", "registered_name": None}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        with registry.custom_object_scope(custom_objects):
            layers = [registry.deserialize_keras_object(r) for r in config["layers"]]
        model = cls(
            layers,
            trainable=config.get("trainable", True),
            name=config.get("name"),
        )
        shape = config.get("build_input_shape")
        if not model.built and shape and model._chain:
            model.build(tree.map_structure(lambda n: n, tuple(shape)))
        return model


registry.register_builtin("keras.models", {"Sequential": Sequential})
