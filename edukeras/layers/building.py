"""Building: when a layer makes its weights, and from which shapes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from edukeras.autodiff import autocast
from edukeras.layers.arguments import CallSignature, parameter_names
from edukeras.layers.structure import as_shapes, first_argument, shapes_of
from edukeras.layers.weights import WeightOwner
from edukeras.name_scopes import name_scope


class Buildable(WeightOwner):
    """Calls `build` on first use, and remembers the shapes for files."""

    build: Any
    _signature: CallSignature
    _initial_weights: Any
    _build_shapes: dict[str, Any] | None

    def _ensure_built(self, args: tuple, kwargs: dict) -> None:
        if self.built:
            return
        shapes = self._shapes_for_build(args, kwargs)
        if type(self)._builds_inside_call():
            self._note_build(shapes)  # the layers inside build when `call` reaches them
        else:
            with autocast(None):
                self.build(**shapes)
            self.built = True
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)
            self._initial_weights = None

    def _shapes_for_build(self, args: tuple, kwargs: dict) -> dict[str, Any]:
        """`build(input_shape)` gets the shape of the first argument;
        `build(query_shape, value_shape)` those of the arguments of that name."""
        names = parameter_names(_unwrapped(type(self).build))
        given = dict(zip(self._signature.names, args, strict=False))
        if not given and args:
            given = {"inputs": args[0]}
        given.update(kwargs)
        by_name = {
            name: shapes_of(given[name.removesuffix("_shape")])
            for name in names
            if given.get(name.removesuffix("_shape")) is not None
            and name.endswith("_shape")
        }
        if len(names) > 1 and by_name:
            return by_name
        first = first_argument(self, args, kwargs)
        return {names[0]: shapes_of(first)} if names else {}

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes that `build` was called with."""
        if self._build_shapes is None:
            return None
        if len(self._build_shapes) == 1:
            return {"input_shape": next(iter(self._build_shapes.values()))}
        return {"shapes_dict": self._build_shapes}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Builds as `get_build_config` says."""
        if self.built:
            return
        if config.get("shapes_dict"):
            self.build(**{k: as_shapes(v) for k, v in config["shapes_dict"].items()})
        elif config.get("input_shape") is not None:
            self.build(as_shapes(config["input_shape"]))
        else:
            return
        self.built = True

    def _note_build(self, shapes: dict[str, Any]) -> None:
        if self._build_shapes is None:
            self._build_shapes = shapes
        self.built = True

    @classmethod
    def _builds_inside_call(cls) -> bool:
        raise NotImplementedError


def remember_shapes(build: Callable) -> Callable:
    """Wraps a `build`: notes the shapes and that the layer is built."""
    if hasattr(build, "__wrapped__"):
        return build

    @functools.wraps(build)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> None:
        before = self.built and self._build_shapes is not None
        if not self.built:
            self._look_up_policy()
        with name_scope(self.name, caller=self):
            build(self, *args, **kwargs)
        if not before:
            # Of a `build` that calls super().build, the shapes of the outer call count.
            given = dict(zip(parameter_names(build), args, strict=False)) | kwargs
            shapes = {name: shape for name, shape in given.items() if shape is not None}
            self._build_shapes = shapes or None
            self.built = True

    return wrapper


def _unwrapped(function: Callable) -> Callable:
    return getattr(function, "__wrapped__", function)
