"""Layer: weights, and what happens around `call`.

`Layer.__call__` is the one place through which all layers are called.  It turns
arrays into tensors, builds the weights on first use, hands the training mode and
the masks on, and calls `call`.  On symbolic tensors it makes a node of the graph.

Source: https://keras.io/api/layers/base_layer/
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edukeras import (
    dtype_policies,
    graph,
    ops,
    regularizers,
    tree,
)
from edukeras.autodiff import autocast, now
from edukeras.errors import explain, nearest
from edukeras.graph import Node
from edukeras.layers.added_losses import Call, LossAdder, running_call
from edukeras.layers.arguments import (
    call_signature,
    input_shape_of,
    parameter_names,
)
from edukeras.layers.building import Buildable, remember_shapes
from edukeras.layers.configuration import Configurable
from edukeras.layers.input_spec import InputSpec as InputSpec, check_inputs
from edukeras.layers.structure import (
    any_symbolic,
    first_argument,
    is_plain_numbers,
    map_shapes,
    masks_of,
    shapes_of,
)
from edukeras.name_scopes import current_path, name_scope
from edukeras.tensor import KerasTensor, Tensor, Variable, is_float, numpy_dtype


class Layer(Configurable, Buildable, LossAdder):
    """The base class of all layers: weights and a `call` that uses them.

    A subclass stores its arguments in `__init__`, makes its weights in `build`
    (once the input shape is known) and computes in `call`.

    Args:
        activity_regularizer: a regularizer of the output, added to the loss.
        trainable: whether training changes the weights.
        dtype: a dtype or policy: "float32", "float64", "mixed_float16" ...
        autocast: whether float inputs are cast to the layer's dtype.
        name: unique within a model; None makes one from the class name.

    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight((), "ones", name="factor")
    ...     def call(self, x):
    ...         return x * self.factor
    >>> Scale()(np.ones((1, 2)))
    Tensor([[1., 1.]], shape=(1, 2), dtype=float32)
    """

    supports_masking = False
    # Whether `call` consists of ops alone, so that they may be run without it: what
    # `models/replay.py` does.  Holds for the class that writes it, not for subclasses
    # with another `call`.
    only_ops = False
    # Whether the layer takes strings.
    reads_text = False
    input_spec: Any = None
    _initialized = False
    _called = False

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if name is not None and (not isinstance(name, str) or "/" in name):
            raise ValueError(
                explain("A name is a string without '/'.", received=f"name={name!r}")
            )
        super().__init__(name)
        self._initialized = True
        self.built = False
        self.dtype_policy = dtype_policies.get(dtype)
        self.autocast = autocast
        self.activity_regularizer: Any = regularizers.get(activity_regularizer)
        self._trainable = bool(trainable)
        self._plain: bool | None = None
        self._trainable_variables: list[Variable] = []
        self._non_trainable_variables: list[Variable] = []
        self._losses_by_thread: dict[int, list[Any]] = {}
        self._adders_by_thread: dict[int, list[LossAdder]] = {}
        self._build_shapes: dict[str, Any] | None = None
        self._input_shape_argument = input_shape_of(kwargs)
        self._initial_weights = kwargs.pop("weights", None)
        self._signature = call_signature(type(self).call)
        self._call_takes_training = self._signature.takes_training
        if kwargs:
            self._reject_arguments(kwargs)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Lets `build` mark the layer as built, also when it is called by hand."""
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls):
            cls.build = remember_shapes(vars(cls)["build"])  # type: ignore

    def _reject_arguments(self, kwargs: dict[str, Any]) -> None:
        known = [
            name
            for cls in type(self).__mro__
            if "__init__" in vars(cls) and cls is not object
            for name in parameter_names(vars(cls)["__init__"])
        ]
        unknown = next(iter(kwargs))
        raise ValueError(
            f"{type(self).__name__} has no argument {unknown!r}. "
            f"{nearest(unknown, known)}".rstrip()
        )

    # -- what a layer computes in ---------------------------------------------

    @property
    def dtype_policy(self) -> Any:
        """A DTypePolicy, or a DTypePolicyMap for this layer and those inside it."""
        return self._dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, policy: Any) -> None:
        self._dtype_policy = dtype_policies.get(policy)
        self._follow_policy(self._dtype_policy)

    def _follow_policy(self, policy: Any) -> None:
        self._policy = policy
        self._compute_dtype = numpy_dtype(policy.compute_dtype)
        mixed = policy.compute_dtype != policy.variable_dtype
        self._autocast_dtype = self._compute_dtype if mixed else None
        self._plain = None

    def _look_up_policy(self) -> None:
        """With a DTypePolicyMap, the path says which policy is this layer's."""
        if isinstance(self._dtype_policy, dtype_policies.DTypePolicyMap):
            with name_scope(self.name, caller=self):
                self._follow_policy(self._dtype_policy[current_path()])

    @property
    def dtype(self) -> str:
        """The dtype of the weights."""
        return self._policy.variable_dtype

    @property
    def variable_dtype(self) -> str:
        return self._policy.variable_dtype

    @property
    def compute_dtype(self) -> str:
        """The dtype of inputs and of the arithmetic."""
        return self._policy.compute_dtype

    # -- what subclasses write ------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Makes the weights.

        The default has none of its own; it lets the layers inside make theirs, by
        calling this one on small arrays.
        """
        if self._sublayers():
            inputs = map_shapes(self._symbolic, input_shape)
            self.built = True
            with name_scope(self.name, caller=self):
                graph.infer_outputs(self, (inputs,), {})
        self._note_build({"input_shape": input_shape})

    def _symbolic(self, shape: tuple) -> KerasTensor:
        return KerasTensor(shape, self.compute_dtype)

    @classmethod
    def _builds_inside_call(cls) -> bool:
        return cls.build is Layer.build

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the output from tensors."""
        raise NotImplementedError(
            f"Layer {type(self).__name__} has no `call` method. "
            "Try: def call(self, inputs): ..."
        )

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """The output shape for an input shape, None standing for any size.

        The default finds it by calling the layer on small arrays.
        """
        shapes = tree.map_structure(lambda x: x, args[0])
        inputs = map_shapes(self._symbolic, shapes)
        self._ensure_built((inputs,), {})
        outputs = graph.infer_outputs(self, (inputs,), {})
        return tree.map_structure(lambda x: x.shape, outputs)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """The mask of the output; the default hands the input's on."""
        return previous_mask

    # -- calling --------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._initialized:
            raise RuntimeError(
                f"{type(self).__name__}.__init__ did not call super().__init__(). "
                "Try: make `super().__init__()` its first line."
            )
        if not self.built:
            self._look_up_policy()
        if any_symbolic(args) or (kwargs and any_symbolic(kwargs)):
            return self._call_symbolically(args, kwargs)
        args = tuple([self._as_tensors(x) for x in args])
        if kwargs:
            kwargs = {
                name: self._as_tensors(x) if name in self._signature.names else x
                for name, x in kwargs.items()
            }
        if self.input_spec is not None:
            check_inputs(self, first_argument(self, args, kwargs))
        if not self.built:
            self._ensure_built(args, kwargs)
        outer = running_call.get()
        training = self._mode(args, kwargs, outer)
        if self._call_takes_training:
            if len(args) <= self._signature.names.index("training"):
                kwargs["training"] = training
        else:
            kwargs.pop("training", None)
        masks = self._hand_over_masks(args, kwargs)
        if self._called:
            outputs = self._call_in_mode(args, kwargs, training, outer)
        else:  # layers inside, which make their weights now, are named after this one
            with name_scope(self.name, caller=self):
                outputs = self._call_in_mode(args, kwargs, training, outer)
            self._called = True
        if self.activity_regularizer is not None:
            self._add_activity_losses(outputs)
        if self.supports_masking:
            self._set_masks(args, outputs, masks)
        return outputs

    def _call_in_mode(
        self, args: tuple, kwargs: dict, training: bool | None, outer: Call | None
    ) -> Any:
        """Runs `call`, as the outermost call or inside one of the same mode."""
        if outer is not None and outer.training == training:
            return self._call_in_dtype(args, kwargs)
        if outer is None:
            self._forget_losses()
        inner = Call(training)
        token = running_call.set(inner)
        try:
            return self._call_in_dtype(args, kwargs)
        finally:
            running_call.reset(token)
            if outer is None:
                self._layers_with_losses = inner.layers_with_losses
            else:
                outer.layers_with_losses += inner.layers_with_losses

    def _call_in_dtype(self, args: tuple, kwargs: dict) -> Any:
        if now.compute_dtype is self._autocast_dtype:
            return self.call(*args, **kwargs)
        with autocast(self._autocast_dtype):
            return self.call(*args, **kwargs)

    def call_in_graph(self, x: Tensor, training: bool | None) -> Any:
        """`self(x)`, without the checks that passed when the graph was built."""
        if self._is_plain() and x.mask is None and now.compute_dtype is None:
            if self._call_takes_training:
                return self.call(x, training=training)
            return self.call(x)
        if self._call_takes_training:
            return self(x, training=training)
        return self(x)

    def _is_plain(self) -> bool:
        """Whether `__call__` would do nothing here but call `call`."""
        if self._plain is None:
            cls = type(self)
            self._plain = (
                self.built
                and self.activity_regularizer is None
                and self._autocast_dtype is None
                and cls.__call__ is Layer.__call__
                and cls.compute_mask is Layer.compute_mask
                and self._computes_in_dtype_of_inputs()
            )
        return self._plain

    def _computes_in_dtype_of_inputs(self) -> bool:
        tensors = [x for node in self._inbound_nodes for x in node.input_tensors]
        return all(x.dtype == self.compute_dtype for x in tensors)

    def _mode(self, args: tuple, kwargs: dict, outer: Call | None) -> bool | None:
        """Training or inference: as said, else as around us, else as declared."""
        if kwargs.get("training") is not None:
            return bool(kwargs["training"])
        if self._call_takes_training:
            place = self._signature.names.index("training")
            if len(args) > place and args[place] is not None:
                return bool(args[place])
        if outer is not None and outer.training is not None:
            return outer.training
        default = self._signature.defaults.get("training")
        return default if isinstance(default, bool) else False

    def _as_tensors(self, x: Any) -> Any:
        """Arrays as tensors, real numbers in the layer's dtype."""
        kind = type(x)
        if kind is Tensor:
            dtype = x.array.dtype
            if dtype == self._compute_dtype or not self.autocast:
                return x
            return _cast(x, self._compute_dtype) if is_float(dtype) else x
        if kind is np.ndarray:
            if x.dtype != self._compute_dtype and self.autocast and is_float(x.dtype):
                x = x.astype(self._compute_dtype)
            return Tensor(x)
        if x is None or isinstance(x, (bool, str)):
            return x
        if kind in (list, tuple) and is_plain_numbers(x):
            return self._as_tensors(Tensor(x).array)
        if isinstance(x, (list, tuple, dict)):
            return tree.map_structure(self._as_tensors, x)
        if isinstance(x, Variable):
            return self._as_tensors(ops.copy(x))
        if isinstance(x, (int, float)) or not hasattr(x, "__array__"):
            return x
        return self._as_tensors(np.asarray(x))  # a DataFrame, another framework's

    # -- symbolic calls -------------------------------------------------------

    def _call_symbolically(self, args: tuple, kwargs: dict) -> Any:
        if self.input_spec is not None:
            check_inputs(self, first_argument(self, args, kwargs))
        self._ensure_built(args, kwargs)
        outputs = self.compute_output_spec(*args, **kwargs)
        self._forget_losses()  # of the small arrays that showed the shapes
        outputs = tree.map_structure(_own_copy, outputs)
        if not self._call_takes_training:
            kwargs = {k: v for k, v in kwargs.items() if k != "training"}
        Node(self, args, kwargs, outputs)
        return outputs

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The symbolic outputs for symbolic inputs."""
        if type(self).compute_output_shape is Layer.compute_output_shape:
            return graph.infer_outputs(self, args, kwargs)
        names = parameter_names(type(self).compute_output_shape)
        given = dict(zip(self._signature.names, args, strict=False)) | kwargs
        shapes = {
            name: shapes_of(given[name.removesuffix("_shape")])
            for name in names
            if given.get(name.removesuffix("_shape")) is not None
        }
        if len(names) > 1 and shapes:
            output_shapes = self.compute_output_shape(**shapes)
        else:
            first = first_argument(self, args, kwargs)
            output_shapes = self.compute_output_shape(shapes_of(first))
        return map_shapes(self._symbolic, output_shapes)

    # -- masks ----------------------------------------------------------------

    def _hand_over_masks(self, args: tuple, kwargs: dict) -> Any:
        """Passes the inputs' masks to a `call` that asks for them."""
        first = args[0] if args else None
        masks = masks_of(first)
        signature = self._signature
        if signature.takes_mask and masks is not None and kwargs.get("mask") is None:
            if len(args) <= signature.names.index("mask"):
                kwargs["mask"] = masks
        if signature.mask_of:
            given = dict(zip(signature.names, args, strict=False)) | kwargs
            for name, source in signature.mask_of.items():
                mask = masks_of(given.get(source))
                if mask is not None and given.get(name) is None:
                    kwargs[name] = mask
        return masks if masks is not None else kwargs.get("mask")

    def _set_masks(self, args: tuple, outputs: Any, masks: Any) -> None:
        inputs = args[0] if args else None
        if type(outputs) is Tensor:
            if outputs.mask is None:
                outputs.mask = _mask_array(self.compute_mask(inputs, masks))
            return
        # A single mask belongs to the first output: states and scores have none.
        flat_masks = tree.flatten(self.compute_mask(inputs, masks))
        for output, mask in zip(tree.flatten(outputs), flat_masks, strict=False):
            if isinstance(output, Tensor) and output.mask is None:
                output.mask = _mask_array(mask)

    # -- in the graph ---------------------------------------------------------

    def _node_tensors(self, side: str) -> Any:
        if not self._inbound_nodes:
            raise AttributeError(
                f'Layer "{self.name}" was never called on an Input, so it has no '
                f"symbolic {side}."
            )
        node = self._inbound_nodes[0]
        if side == "output":
            return node.outputs
        found = node.input_tensors
        return found[0] if len(found) == 1 else found

    @property
    def input(self) -> Any:
        """The symbolic input of the first call."""
        return self._node_tensors("input")

    @property
    def output(self) -> Any:
        """The symbolic output of the first call."""
        return self._node_tensors("output")

    def __repr__(self) -> str:
        state = "built=True" if self.built else "built=False"
        return f"<{type(self).__name__} name={self.name}, {state}>"


def _cast(x: Tensor, dtype: np.dtype) -> Tensor:
    result = ops.cast(x, dtype)
    result.mask = x.mask
    return result


def _own_copy(x: Any) -> Any:
    """A symbolic output that is also an input (identity) gets an object of its own."""
    if isinstance(x, KerasTensor) and x._keras_history is not None:
        return KerasTensor(x.shape, x.dtype)
    return x


def _mask_array(mask: Any) -> Any:
    return mask.array if isinstance(mask, Tensor) else mask
