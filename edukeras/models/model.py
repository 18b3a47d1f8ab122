"""Model: layers that belong together, to be trained, looked at and saved.

Given inputs and outputs, a Model runs the graph between them (functional API).  A
subclass writes `call` instead.
"""

from __future__ import annotations

from typing import Any

from edukeras import registry, saving
from edukeras.errors import (
    GraphError,
    NotBuiltError,
    UnknownNameError,
    explain,
    nearest,
)
from edukeras.graph import auto_name
from edukeras.layers.base import Layer
from edukeras.models.functional import FunctionalGraph
from edukeras.models.graph_config import graph_from_config
from edukeras.models.looking import Looking
from edukeras.models.summary import print_summary
from edukeras.models.training import Trainer


class Model(Trainer, Looking):
    """A trainable whole.

    Args:
        inputs: the symbolic inputs: one, a list, or a dict.
        outputs: what is computed from them, nested likewise.
        name: None makes one.
        trainable: whether training changes the weights.

    A subclass makes its layers in `__init__` and computes in `call`.

    >>> from edukeras.layers import Dense, Input
    >>> inputs = Input(shape=(4,))
    >>> model = Model(inputs, Dense(3)(inputs))
    >>> model.predict(np.ones((2, 4)), verbose=0).shape
    (2, 3)
    """

    supports_masking = True
    only_ops = True

    def __init__(
        self,
        inputs: Any = None,
        outputs: Any = None,
        name: str | None = None,
        trainable: bool = True,
        **kwargs: Any,
    ) -> None:
        functional = inputs is not None or outputs is not None
        if functional and type(self) is Model:
            name = name or auto_name("functional")
        super().__init__(name=name, trainable=trainable, **kwargs)
        self._functional: FunctionalGraph | None = None
        if functional:
            if inputs is None or outputs is None:
                raise GraphError(
                    "A functional Model needs both inputs and outputs. "
                    "Try: keras.Model(inputs=x, outputs=y)."
                )
            self._set_graph(inputs, outputs)
            if not trainable:
                self.trainable = False

    def _set_graph(self, inputs: Any, outputs: Any) -> None:
        self._functional = FunctionalGraph(inputs, outputs)
        self._call_takes_training = True
        self.built = True

    # -- calling --------------------------------------------------------------

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Runs the graph; a subclass computes here."""
        if self._functional is None:
            raise NotImplementedError(
                f"Model {type(self).__name__} has neither inputs and outputs nor a "
                "`call` method. Try: def call(self, inputs): ..."
            )
        return self._functional.run(inputs, training, mask)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        # The layers inside have already marked the outputs.
        return None

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        if self._functional is None:
            return super().compute_output_spec(*args, **kwargs)
        return self._functional.symbolic_outputs(args[0])

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights of a subclass, by calling it on small arrays."""
        if not self.built:
            Layer.build(self, input_shape)

    @classmethod
    def _builds_inside_call(cls) -> bool:
        return getattr(cls.build, "__wrapped__", cls.build) is getattr(
            Model.build, "__wrapped__", Model.build
        )

    def _known_output_names(self) -> list[str] | None:
        return None if self._functional is None else self._functional.output_names

    # -- looking inside -------------------------------------------------------

    @property
    def layers(self) -> list[Layer]:
        """The layers, those of a graph by their distance from the output."""
        if self._functional is not None:
            return list(self._functional.layers)
        return self._sublayers()

    def _sublayers(self) -> list[Layer]:
        if self._functional is not None:
            inside = {id(layer) for layer in self._functional.layers}
            others = [x for x in super()._sublayers() if id(x) not in inside]
            return self._functional.layers + others
        return super()._sublayers()

    def _graph_or_error(self, what: str) -> FunctionalGraph:
        if self._functional is None:
            raise AttributeError(
                f'Model "{self.name}" has no {what}: it has no graph (yet). A subclass '
                "computes in `call` and never has one; a Sequential has one as soon "
                "as its input shape is known."
            )
        return self._functional

    @property
    def inputs(self) -> list:
        """The symbolic inputs."""
        return list(self._graph_or_error("inputs").inputs)

    @property
    def outputs(self) -> list:
        """The symbolic outputs."""
        return list(self._graph_or_error("outputs").outputs)

    @property
    def input(self) -> Any:
        """The symbolic input, nested as the user gave it."""
        return self._graph_or_error("input").input_structure

    @property
    def output(self) -> Any:
        """The symbolic output, nested as the user gave it."""
        return self._graph_or_error("output").output_structure

    @property
    def input_shape(self) -> Any:
        shapes = [x.shape for x in self.inputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self) -> Any:
        shapes = [x.shape for x in self.outputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def input_names(self) -> list[str]:
        return list(self._graph_or_error("input_names").input_names)

    @property
    def output_names(self) -> list[str]:
        return list(self._graph_or_error("output_names").output_names)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer, by its name or by its place in `layers`."""
        layers = self.layers
        if (name is None) == (index is None):
            raise ValueError("get_layer needs a name or an index, and not both.")
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(
                    f"There is no layer {index}: the model has {len(layers)} layers."
                )
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        names = [layer.name for layer in layers]
        raise UnknownNameError(
            explain(
                f'Model "{self.name}" has no layer {name!r}. '
                f"{nearest(name, names)}".rstrip(),
                expected=f"one of {', '.join(names)}" if names else "no name at all",
            )
        )

    def summary(
        self,
        line_length: int | None = None,
        positions: list[float] | None = None,
        print_fn: Any = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Prints a table of the layers, their output shapes and parameters.

        Args:
            line_length: width of the table in characters.
            positions: where the columns end, as shares of the width or characters.
            print_fn: gets the text instead of the screen.
            expand_nested: whether to open models inside.
            show_trainable: a column that says what is trained.
            layer_range: [first, last] names of the layers to show.
        """
        print_summary(
            self,
            line_length=line_length,
            positions=positions,
            print_fn=print_fn,
            expand_nested=expand_nested,
            show_trainable=show_trainable,
            layer_range=layer_range,
        )

    @property
    def stateful(self) -> bool:
        return any(getattr(x, "stateful", False) for x in self._flatten_layers()[1:])

    # -- configuration --------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """What makes such a model again; weights not included."""
        if self._functional is None or type(self) is not Model:
            return super().get_config()
        return {
            "name": self.name,
            "trainable": self.trainable,
            **self._functional.get_config(),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A new model from what `get_config` returned."""
        with registry.custom_object_scope(custom_objects):
            if "input_layers" not in config:
                return super().from_config(config)
            inputs, outputs = graph_from_config(config)
            return cls(
                inputs=inputs,
                outputs=outputs,
                name=config.get("name"),
                trainable=config.get("trainable", True),
            )

    def _record_names(self) -> dict[str, Any]:
        if self._functional is None or type(self) is not Model:
            return {}
        return {
            "module": "keras.src.models.functional",
            "class_name": "Functional",
            "registered_name": "Functional",
        }

    def get_build_config(self) -> dict[str, Any] | None:
        if self._functional is not None and type(self) is Model:
            return {"input_shape": None}
        return super().get_build_config()

    def get_compile_config(self) -> dict[str, Any] | None:
        """What `compile` was given."""
        if not self.compiled:
            return None
        arguments = dict(self._compile_arguments)
        arguments["optimizer"] = self.optimizer
        return registry.serialize_keras_object(arguments)

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles as `get_compile_config` says."""
        arguments = registry.deserialize_keras_object(config)
        self.compile(**arguments)
        if self.built and self.optimizer is not None:
            self.optimizer.build(self._variables_to_train())

    def _require_built(self, what: str) -> None:
        if not self.built:
            raise NotBuiltError(
                f'Model "{self.name}" has no weights yet, so they cannot be {what}. '
                "Try: call it on data, or model.build(input_shape), first."
            )

    # -- files ----------------------------------------------------------------

    def save_weights(
        self,
        filepath: Any,
        overwrite: bool = True,
        max_shard_size: float | None = None,
    ) -> None:
        """Writes the weights to an HDF5 file.

        `x.weights.h5` gets the layout of Keras 3, every other name that of Keras 2.
        With `max_shard_size` (in GiB) they go to several files and `x.weights.json`.
        """
        self._require_built("saved")
        saving.save_weights(
            self, filepath, overwrite=overwrite, max_shard_size=max_shard_size
        )

    def load_weights(
        self, filepath: Any, by_name: bool = False, skip_mismatch: bool = False
    ) -> None:
        """Reads the weights from an HDF5 file, of either layout.

        Args:
            by_name: fill the layers whose names occur in the file, and only those;
                otherwise the architecture must be the same.
            skip_mismatch: leave out weights whose shapes differ.
        """
        self._require_built("loaded")
        saving.load_weights(
            self, filepath, by_name=by_name, skip_mismatch=skip_mismatch
        )

    def save(self, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
        """Writes the whole model: `x.keras`, or `x.h5` as in Keras 2."""
        saving.save_model(self, filepath, overwrite=overwrite, **kwargs)

    def to_json(self, **kwargs: Any) -> str:
        """The architecture as JSON; `kwargs` go to `json.dumps`."""
        return saving.to_json(self, **kwargs)

    def to_yaml(self, **kwargs: Any) -> str:
        """The architecture as plain YAML; `kwargs` go to `yaml.safe_dump`."""
        return saving.to_yaml(self, **kwargs)


registry.register_builtin("keras.models", {"Model": Model, "Functional": Model})
