"""Pipeline: layers one after the other, as one layer."""

from __future__ import annotations

from typing import Any

from edukeras import registry
from edukeras.errors import LayerTypeError, explain
from edukeras.layers.base import Layer


class Pipeline(Layer):
    """Calls layers one after the other: what images go through before a model.

    Args:
        layers: a list of layers.

    >>> from edukeras.layers.preprocessing import CenterCrop, Rescaling
    >>> prepare = Pipeline([CenterCrop(2, 2), Rescaling(1 / 255)])
    >>> prepare(np.full((1, 4, 4, 3), 255)).shape
    (1, 2, 2, 3)
    """

    def __init__(self, layers: Any, name: str | None = None) -> None:
        super().__init__(name=name)
        for layer in layers:
            if not isinstance(layer, Layer):
                raise LayerTypeError(
                    explain("A Pipeline is made of layers.", received=repr(layer))
                )
        self.layers = list(layers)

    def call(self, inputs: Any, training: Any = True) -> Any:
        for layer in self.layers:
            inputs = layer(inputs, training=training)
        return inputs

    def get_config(self) -> dict[str, Any]:
        layers = [registry.serialize_keras_object(layer) for layer in self.layers]
        return {"layers": layers, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Pipeline:
        layers = [registry.deserialize_keras_object(x) for x in config["layers"]]
        return cls(layers, name=config.get("name"))
