"""Configs of older Kerases, put into the form of Keras 3.

`modernize(config, era)` is all that others need: a config of Keras 2 (its own or
TensorFlow's) or of a Keras 3 `.h5` file becomes one that the registry can read.  What
is modern already passes through unchanged.

Source: FORMATS.md next to the golden test files, sections 2, 5 and 6
"""

from __future__ import annotations

from typing import Any

from edukeras import ops, registry
from edukeras.errors import FileFormatError, UnknownNameError, explain
from edukeras.graph import auto_name, snake_case
from edukeras.saving.keras2_numerics import OWN_NAME
from edukeras.saving.versions import Era

# Settings of Keras 2 layers that change nothing, or are not known any more.
_IGNORED = frozenset(
    {
        "adjustment",
        "fused",
        "implementation",
        "input_length",
        "key_shape",
        "query_shape",
        "ragged",
        "renorm_clipping",
        "renorm_momentum",
        "softmax_robust_masking",
        "sparse",
        "value_shape",
        "virtual_batch_size",
    }
)

# Settings that are known to do nothing only at these values.
_IGNORED_AT = {
    "groups": 1,
    "renorm": False,
    "time_major": False,
    "zero_output_for_mask": False,
}

_NOTHING = object()
_CELLS_WITH_GATES = ("LSTM", "GRU")


def modernize(record: Any, era: Era) -> Any:
    """The record of a model or layer, in the form of Keras 3."""
    if isinstance(record, (list, tuple)):
        return [modernize(item, era) for item in record]
    if not isinstance(record, dict):
        return record
    if record.get("type") == "ndarray" and "value" in record:  # a wrapped number
        return record["value"]
    if not registry.is_record(record):
        return {key: modernize(value, era) for key, value in record.items()}
    if OWN_NAME in record:
        record = {**record, "registered_name": record[OWN_NAME]}
    class_name = record["class_name"]
    if class_name == "Lambda":
        _refuse_code(record)
    config = record["config"]
    if class_name == "Sequential":
        config = _sequential(config, era)
    elif isinstance(config, dict) and "input_layers" in config:
        config = _functional(config, era)
        record = {**record, "class_name": _functional_name(class_name)}
    elif isinstance(config, dict):
        config = _object(class_name, config, era)
    modern = {**record, "config": config}
    if isinstance(record.get("compile_config"), dict):
        modern["compile_config"] = modernize(record["compile_config"], Era.of_today())
    return modern


def _functional_name(class_name: str) -> str:
    return "Functional" if class_name in ("Model", "Functional") else class_name


def _refuse_code(record: dict[str, Any]) -> None:
    """Keras 2 stored the byte code of a Lambda's function."""
    config = record["config"]
    if isinstance(config, dict) and isinstance(config.get("function"), (list, tuple)):
        raise ValueError(
            explain(
                f'The layer "{config.get("name")}" is a Lambda whose code is stored in '
                "the file. edukeras does not run code from files.",
                hint="build the model with Python code and load only its weights.",
            )
        )


# -- one object ---------------------------------------------------------------


def _object(class_name: str, config: dict[str, Any], era: Era) -> dict[str, Any]:
    """The config of a layer, initializer, regularizer ..."""
    config = {key: modernize(value, era) for key, value in config.items()}
    batch_shape = config.pop("batch_input_shape", None)
    if class_name == "InputLayer":
        if batch_shape is not None:
            config["batch_shape"] = batch_shape
        return config
    if not era.keras2:
        return config
    config = {
        key: value
        for key, value in config.items()
        if key not in _IGNORED and value != _IGNORED_AT.get(key, _NOTHING)
    }
    _use_keras2_numbers(class_name, config, era)
    if class_name.startswith("SpatialDropout"):  # takes nothing but these any more
        kept = ("name", "rate", "seed", "dtype")
        config = {key: value for key, value in config.items() if key in kept}
    if class_name.startswith("Separable"):  # their kernels have two names of their own
        unused = ("kernel_initializer", "kernel_regularizer", "kernel_constraint")
        config = {key: value for key, value in config.items() if key not in unused}
    if class_name == "LeakyReLU" and "alpha" in config:
        config["negative_slope"] = config.pop("alpha")
    if class_name == "VarianceScaling" and config.get("distribution") == "normal":
        config["distribution"] = "truncated_normal"
    if class_name == "Lambda" and isinstance(config.get("function"), str):
        config = _named_lambda(config)
    for key in config:
        if key.endswith("_initializer") and isinstance(config[key], dict):
            config[key]["config"].pop("dtype", None)  # early tf.keras
    return config


def _use_keras2_numbers(class_name: str, config: dict[str, Any], era: Era) -> None:
    """What the same config computed in Keras 2; see `keras2_numerics`."""
    if era.multi_backend and class_name.removesuffix("Cell") in _CELLS_WITH_GATES:
        config.setdefault("recurrent_activation", "hard_sigmoid")
        if class_name.startswith("GRU"):
            config.setdefault("reset_after", False)
    for key in ("activation", "recurrent_activation"):
        if config.get(key) == "hard_sigmoid":
            config[key] = _function("edukeras>keras2_hard_sigmoid")
    penalty = config.get("activity_regularizer")
    if era.multi_backend and isinstance(penalty, dict):
        if penalty.get("class_name") == "L1L2":
            name = "edukeras>Keras2ActivityRegularizer"
            config["activity_regularizer"] = {**penalty, "registered_name": name}


def _function(name: str) -> dict[str, Any]:
    return {
        "module": "builtins",
        "class_name": "function",
        "config": name,
        "registered_name": name,
    }


def _named_lambda(config: dict[str, Any]) -> dict[str, Any]:
    """A Lambda of a named function, which the user gives again on loading."""
    kept = ("name", "trainable", "dtype", "arguments")
    modern = {key: value for key, value in config.items() if key in kept}
    return {**modern, "function": _function(config["function"])}


def _layer(record: Any, era: Era) -> dict[str, Any]:
    """The record of a layer inside a model, which old files give no module."""
    if not registry.is_record(record):
        raise FileFormatError(
            explain("The config of the model is damaged.", received=f"{record!r:.100}")
        )
    modern = modernize(record, era)
    if modern.get("module") is None:
        modern["module"] = _module_of(modern)
    return modern


def _module_of(record: dict[str, Any]) -> str:
    class_name = record["class_name"]
    if class_name in ("Sequential", "Functional"):
        return "keras.models"
    try:
        registry.find_class(class_name)
    except UnknownNameError:
        # The call of an op, such as the one that makes a mask, looks like a layer.
        if callable(getattr(ops, snake_case(class_name), None)):
            return "keras.src.ops"
    return "keras.layers"


# -- models -------------------------------------------------------------------


def _sequential(config: Any, era: Era) -> dict[str, Any]:
    if isinstance(config, list):  # Keras 2.2.2 and older: no name either
        config = {"layers": config}
    records = config.get("layers")
    if not isinstance(records, list):
        raise FileFormatError('The config of a Sequential model has no list "layers".')
    layers = [_layer(record, era) for record in records]
    if layers and layers[0]["class_name"] != "InputLayer":
        shape = _input_shape(records[0]["config"])
        if shape is not None:
            layers.insert(0, _input_layer(records[0], shape))
    modern = {**config, "layers": layers}
    if "build_input_shape" in modern and era.keras2:
        del modern["build_input_shape"]  # the first layer has told
    return modern


def _input_shape(config: Any) -> Any:
    return config.get("batch_input_shape") if isinstance(config, dict) else None


def _input_layer(first: dict[str, Any], batch_shape: Any) -> dict[str, Any]:
    """The InputLayer that the first layer of an old Sequential stands for."""
    # Tables are looked up with whole numbers, which float32 rounds above 2**24.
    is_table = first["class_name"] == "Embedding"
    config = {
        "batch_shape": batch_shape,
        "dtype": "int32" if is_table else first["config"].get("dtype", "float32"),
        "name": auto_name("input_layer"),
    }
    return {"module": "keras.layers", "class_name": "InputLayer", "config": config}


def _functional(config: dict[str, Any], era: Era) -> dict[str, Any]:
    layers = [_layer(record, era) for record in config["layers"]]
    for layer in layers:
        nodes = layer.get("inbound_nodes", [])
        layer["inbound_nodes"] = [_node(node, layer["class_name"]) for node in nodes]
    models = _models_counted_from_one(layers, config["output_layers"])
    for layer in layers:
        layer["inbound_nodes"] = _count_from_zero(layer["inbound_nodes"], models)
    return {
        **config,
        "layers": layers,
        "output_layers": _count_from_zero(config["output_layers"], models),
    }


# -- who calls whom -----------------------------------------------------------


def _node(node: Any, class_name: str) -> dict[str, Any]:
    """One call of a layer.  Keras 2 lists [layer, call, output, options] for each
    tensor; Keras 3 writes the arguments as they were given."""
    if isinstance(node, dict) and "args" in node:
        return {"args": node["args"], "kwargs": node.get("kwargs", {})}
    options: dict[str, Any] = {}
    tensors = _old_tensors(node, options)
    if isinstance(tensors, list) and len(tensors) == 1:
        tensors = tensors[0]
    # The states that a recurrent layer starts from stood behind its input.
    is_recurrent = class_name.endswith(("RNN", "LSTM", "GRU", "Bidirectional"))
    if is_recurrent and isinstance(tensors, list):
        tensors, options["initial_state"] = tensors[0], tensors[1:]
    return {"args": [tensors], "kwargs": options}


def _old_tensors(node: Any, options: dict[str, Any]) -> Any:
    """The tensors of a node, in their nesting; its options are added to a dict."""
    if _is_reference(node):
        if len(node) > 3 and isinstance(node[3], dict):
            options.update({k: _old_tensors(v, {}) for k, v in node[3].items()})
        history = list(node[:3])
        config = {"shape": None, "dtype": "float32", "keras_history": history}
        return {"class_name": "__keras_tensor__", "config": config}
    if isinstance(node, dict):
        return {key: _old_tensors(value, options) for key, value in node.items()}
    if isinstance(node, (list, tuple)):
        return [_old_tensors(item, options) for item in node]
    return node


def _is_reference(value: Any) -> bool:
    """Whether this is [layer name, number of the call, number of the output ...]."""
    return (
        isinstance(value, (list, tuple))
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and isinstance(value[1], int)
        and isinstance(value[2], int)
    )


def _models_counted_from_one(layers: list[dict], outputs: Any) -> set[str]:
    """The models inside a model whose own graph counts as their call 0: so it was in
    Keras 2, but not for every kind of model."""
    models = {
        layer["name"]
        for layer in layers
        if layer["class_name"] in ("Sequential", "Functional") and "name" in layer
    }
    lowest: dict[str, int] = {}
    for name, call in _references([[x["inbound_nodes"] for x in layers], outputs]):
        lowest[name] = min(call, lowest.get(name, call))
    return {name for name in models if lowest.get(name) == 1}


def _references(value: Any) -> list[tuple[str, int]]:
    """All (layer name, number of the call) in a nesting of nodes or references."""
    if _is_reference(value):
        return [(value[0], value[1])]
    items = value.values() if isinstance(value, dict) else value
    if not isinstance(value, (dict, list, tuple)):
        return []
    return [reference for item in items for reference in _references(item)]


def _count_from_zero(value: Any, models: set[str]) -> Any:
    """The same nesting, with the calls of these models numbered from 0."""
    if _is_reference(value):
        name, call, *rest = value
        return [name, call - 1 if name in models else call, *rest]
    if isinstance(value, dict):
        return {key: _count_from_zero(item, models) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_count_from_zero(item, models) for item in value]
    return value
