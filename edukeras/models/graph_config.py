"""The config of a functional model: who calls whom, as Keras writes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edukeras import ops, registry, tree
from edukeras.errors import GraphError
from edukeras.graph import Node, OpCall, rename_operation, snake_case
from edukeras.layers.core import InputLayer
from edukeras.tensor import KerasTensor


def references(structure: Any, reference: Callable) -> Any:
    if isinstance(structure, dict):
        return {key: references(value, reference) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        return [references(value, reference) for value in structure]
    return reference(structure)


def node_record(args: Any, kwargs: Any, reference: Callable) -> dict[str, Any]:
    def value(x: Any) -> Any:
        if isinstance(x, KerasTensor):
            return {
                "class_name": "__keras_tensor__",
                "config": {
                    "shape": list(x.shape),
                    "dtype": x.dtype,
                    "keras_history": reference(x),
                },
            }
        if isinstance(x, (list, tuple)):
            return [value(item) for item in x]
        if isinstance(x, dict):
            return {key: value(item) for key, item in x.items()}
        return registry.serialize_keras_object(x)

    return {"args": value(args), "kwargs": value(kwargs)}


# Where Keras keeps the class of an op; all others are in keras.src.ops.numpy.
_OP_MODULES = {
    "edukeras.ops.nn": "keras.src.ops.nn",
    "edukeras.ops.core": "keras.src.ops.core",
}


def op_record(operation: OpCall, node: Node, reference: Callable) -> dict[str, Any]:
    """An op as Keras writes it: tensors as arguments, options in the config."""
    function = operation.function
    name = function.__name__
    args, options = list(node.args), dict(node.kwargs)
    if name.startswith("_"):  # `concatenate` takes its tensors in one list
        args = [args]
    class_name = "".join(part.title() for part in name.strip("_").split("_"))
    tensors = {k: v for k, v in options.items() if isinstance(v, KerasTensor)}
    plain = {k: v for k, v in options.items() if k not in tensors}
    return {
        "module": _OP_MODULES.get(function.__module__, "keras.src.ops.numpy"),
        "class_name": class_name,
        "config": {"name": operation.name, **registry.serialize_keras_object(plain)},
        "registered_name": class_name,
        "name": operation.name,
        "inbound_nodes": [node_record(args, tensors, reference)],
    }


def graph_from_config(config: dict[str, Any]) -> tuple[Any, Any]:
    """The symbolic inputs and outputs of a functional config.

    Layers need not be listed in the order of their calls: a call waits until the
    tensors that it takes exist.
    """
    operations: dict[str, Any] = {}
    waiting: list[tuple[str, dict]] = []
    outputs: dict[tuple[str, int], list] = {}
    for record in config["layers"]:
        name = record.get("name") or record["config"]["name"]
        operations[name] = _operation_from(record)
        if isinstance(operations[name], InputLayer):
            outputs[name, 0] = [operations[name].output]
        waiting += [(name, node) for node in record.get("inbound_nodes", [])]

    def tensor(history: list) -> KerasTensor:
        name, node, position = history
        return outputs[name, node][position]

    calls = dict.fromkeys(operations, 0)
    while waiting:
        later: list[tuple[str, dict]] = []
        for name, node in waiting:
            # A layer's calls keep their order: they are numbered.
            held_back = any(other == name for other, _ in later)
            if held_back or not _is_ready(node, outputs):
                later.append((name, node))
                continue
            args, kwargs = (
                _arguments(node["args"], tensor),
                _arguments(node["kwargs"], tensor),
            )
            result = operations[name](*args, **kwargs)
            outputs[name, calls[name]] = tree.flatten(result)
            calls[name] += 1
        if len(later) == len(waiting):
            missing = sorted({name for name, _ in later})
            raise GraphError(
                f"The config of the model is damaged: the calls of {missing} need "
                "tensors that nothing makes."
            )
        waiting = later
    return (
        _mapreferences(config["input_layers"], tensor),
        _mapreferences(config["output_layers"], tensor),
    )


def _operation_from(record: dict[str, Any]) -> Any:
    if str(record.get("module", "")).startswith("keras.src.ops"):
        return _op_from(record)
    plain = {k: v for k, v in record.items() if k not in ("name", "inbound_nodes")}
    return registry.deserialize_keras_object(plain)


def _op_from(record: dict[str, Any]) -> Callable:
    name = snake_case(record["class_name"])
    function = getattr(ops, name, None)
    if name.startswith("_") or not callable(function):
        raise registry.UnknownNameError(
            f"The model uses the op {record['class_name']!r}, which edukeras lacks."
        )
    options = {k: v for k, v in record["config"].items() if k not in ("name", "dtype")}
    options = registry.deserialize_keras_object(options)
    if isinstance(options.get("key"), list):  # x[:, 1]: JSON knows no tuples
        options["key"] = tuple(options["key"])

    def call(*args: Any, **kwargs: Any) -> Any:
        outputs = function(*args, **options, **kwargs)
        rename_operation(outputs, record["config"]["name"])
        return outputs

    return call


def _is_tensor_record(x: Any) -> bool:
    return isinstance(x, dict) and x.get("class_name") == "__keras_tensor__"


def _is_ready(node: Any, outputs: dict) -> bool:
    if _is_tensor_record(node):
        name, number, _ = node["config"]["keras_history"]
        return (name, number) in outputs
    if isinstance(node, dict):
        return all(_is_ready(value, outputs) for value in node.values())
    if isinstance(node, (list, tuple)):
        return all(_is_ready(value, outputs) for value in node)
    return True


def _arguments(value: Any, tensor: Callable) -> Any:
    if _is_tensor_record(value):
        return tensor(value["config"]["keras_history"])
    if registry.is_record(value):
        return registry.deserialize_keras_object(value)
    if isinstance(value, dict):
        return {key: _arguments(item, tensor) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_arguments(item, tensor) for item in value]
    return value


def _mapreferences(value: Any, tensor: Callable) -> Any:
    if isinstance(value, dict):
        return {key: _mapreferences(item, tensor) for key, item in value.items()}
    if isinstance(value[0], str):
        return tensor(value)
    return [_mapreferences(item, tensor) for item in value]
