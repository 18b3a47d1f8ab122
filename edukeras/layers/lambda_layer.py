"""Lambda: any function as a layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edukeras import registry
from edukeras.errors import explain
from edukeras.layers.base import Layer


class Lambda(Layer):
    """Any function as a layer.

    Args:
        function: takes and returns tensors; built from `keras.ops`, it has a
            gradient. It is also given `mask` and `training` if it names them.
        output_shape: a shape without batch axis, or a function of the input shape;
            None finds it by trying.
        mask: a mask, or a function (inputs, mask) -> mask.
        arguments: further keyword arguments of the function.

    A lambda cannot be saved to a file: register a named function for that.

    >>> Lambda(lambda x: x * 2)(np.float32([[1, 2]])).tolist()
    [[2.0, 4.0]]
    """

    def __init__(
        self,
        function: Callable,
        output_shape: Any = None,
        mask: Any = None,
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(function):
            raise ValueError(
                explain("Lambda needs a function.", received=repr(function))
            )
        self.function = function
        self.output_shape_argument = output_shape
        self.mask_argument = mask
        self.arguments = arguments or {}
        self.supports_masking = mask is not None
        code = getattr(function, "__code__", None)
        self._names = code.co_varnames[: code.co_argcount] if code else ()

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        options = dict(self.arguments)
        if "mask" in self._names:
            options["mask"] = mask
        if "training" in self._names:
            options["training"] = training
        return self.function(inputs, **options)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        if callable(self.mask_argument):
            return self.mask_argument(inputs, previous_mask)
        return self.mask_argument

    def compute_output_shape(self, input_shape: Any) -> Any:
        if self.output_shape_argument is None:
            return super().compute_output_shape(input_shape)
        if callable(self.output_shape_argument):
            return tuple(self.output_shape_argument(input_shape))
        return (input_shape[0], *self.output_shape_argument)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "function": registry.serialize_keras_object(self.function),
            "output_shape": registry.serialize_keras_object(self.output_shape_argument),
            "mask": registry.serialize_keras_object(self.mask_argument),
            "arguments": registry.serialize_keras_object(self.arguments),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Lambda:
        config = dict(config)
        for name in ("function", "output_shape", "mask"):
            if isinstance(config.get(name), dict):
                config[name] = registry.deserialize_keras_object(config[name])
        return cls(**config)
