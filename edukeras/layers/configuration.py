"""The config of a layer: its arguments, read from the attributes of their names."""

from __future__ import annotations

from typing import Any

from edukeras import activations, registry
from edukeras.layers.arguments import parameter_names, takes_keywords
from edukeras.layers.weights import WeightOwner

# Keys that other versions of Keras write into configs and that change nothing here.
_FOREIGN_CONFIG_KEYS = frozenset({"quantization_config", "ragged", "optional"})
# The arguments that all layers have.
_BASE_ARGUMENTS = frozenset(
    {"activity_regularizer", "trainable", "dtype", "autocast", "name"}
)


class Configurable(WeightOwner):
    """`get_config` and `from_config` of a layer."""

    activity_regularizer: Any
    _dtype_policy: Any

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a layer again (without its weights).

        Every argument of `__init__` is looked up as the attribute of that name.  A
        class that overrides `get_config` answers for its own arguments.
        """
        config: dict[str, Any] = {
            "name": self.name,
            "trainable": self._trainable,
            "dtype": registry.serialize_keras_object(self._dtype_policy),
        }
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = registry.serialize_keras_object(
                self.activity_regularizer
            )
        for cls in reversed(type(self).__mro__):
            own = vars(cls)
            if "__init__" in own and "get_config" not in own:
                for name in parameter_names(own["__init__"]):
                    if name not in config and name not in _BASE_ARGUMENTS:
                        config[name] = self._serialized_argument(name)
        return config

    def _serialized_argument(self, name: str) -> Any:
        if not hasattr(self, name):
            raise NotImplementedError(
                f"{type(self).__name__}.get_config() does not know the value of the "
                f"argument {name!r}. Try: store it as self.{name} in __init__, or "
                "write get_config()."
            )
        value = getattr(self, name)
        if name.endswith("activation"):
            return activations.serialize(value)
        return registry.serialize_keras_object(value)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A new layer from what `get_config` returned."""
        left_out = set(_FOREIGN_CONFIG_KEYS)
        if not takes_keywords(cls.__init__):  # `def __init__(self, units):` and no more
            left_out |= _BASE_ARGUMENTS - set(parameter_names(cls.__init__))
        known = {k: v for k, v in config.items() if k not in left_out}
        return cls(**known)
