"""Names, objects and config dicts: how layers, losses ... travel in files.

An object becomes a record, `{"module": "keras.layers", "class_name": "Dense",
"config": {...}, "registered_name": None}`, as in Keras 3.  A record becomes an
object by looking the name up here, among what the package and the user have
registered.  Nothing is ever imported and no code is run because of a file.

Source: https://keras.io/api/models/model_saving_apis/serialization_utils/
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from edukeras.errors import UnknownNameError, explain, nearest, unknown_name

# class name -> public module -> class.  A few names, such as "MeanSquaredError",
# are both a loss and a metric.
_builtin: dict[str, dict[str, type]] = {}
_functions: dict[str, Callable] = {}
_custom: dict[str, Any] = {}
_custom_names: dict[Any, str] = {}
_public_modules: dict[type, str] = {}


def register_builtin(module: str, names: Mapping[str, Any]) -> None:
    """Enters the public classes of a namespace under Keras's module name."""
    for name, value in names.items():
        if inspect.isclass(value) and not name.startswith("_"):
            _builtin.setdefault(name, {})[module] = value
            if name == value.__name__:
                _public_modules.setdefault(value, module)


def register_functions(names: Mapping[str, Callable]) -> None:
    """Enters functions (losses, metrics) that records may name."""
    _functions.update(names)


def public_module(cls: type) -> str | None:
    """Keras's module name of a built-in class: "keras.layers" for Dense."""
    return _public_modules.get(cls)


# -- custom objects -----------------------------------------------------------


def get_custom_objects() -> dict[str, Any]:
    """The dict of names that the user has registered; it may be changed."""
    return _custom


@contextmanager
def custom_object_scope(
    custom_objects: Mapping[str, Any] | None,
) -> Iterator[None]:
    """Within the `with`, these names are known when files are loaded."""
    before = dict(_custom)
    _custom.update(custom_objects or {})
    try:
        yield
    finally:
        _custom.clear()
        _custom.update(before)


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable:
    """A decorator that makes a class or function known to saving and loading.

    >>> @register_keras_serializable("course")
    ... def cube(x):
    ...     return x * x * x
    >>> get_registered_name(cube)
    'course>cube'
    """

    def decorator(thing: Any) -> Any:
        registered_name = f"{package}>{name or thing.__name__}"
        if inspect.isclass(thing) and not hasattr(thing, "get_config"):
            raise ValueError(
                f"Cannot register class {thing.__name__}: it has no get_config()."
            )
        _custom[registered_name] = thing
        _custom_names[thing] = registered_name
        return thing

    return decorator


def get_registered_name(obj: Any) -> str:
    """The registered name of a class or function, else its own name."""
    return _custom_names.get(obj) or obj.__name__


def get_registered_object(
    name: str,
    custom_objects: Mapping[str, Any] | None = None,
    module_objects: Mapping[str, Any] | None = None,
) -> Any:
    """What a name stands for: the user's objects first; None if unknown."""
    for names in (custom_objects, _custom, module_objects):
        if names and name in names:
            return names[name]
    for registered_name, thing in _custom.items():  # "cube" for "course>cube"
        if registered_name.split(">")[-1] == name:
            return thing
    return None


# -- object to record ---------------------------------------------------------


def serialize_keras_object(obj: Any) -> Any:
    """The JSON-able form of a value; objects become records."""
    if obj is None or isinstance(obj, (bool, int, float, str)):
        return obj.item() if isinstance(obj, np.generic) else obj
    if isinstance(obj, (list, tuple)):
        return [serialize_keras_object(item) for item in obj]
    if isinstance(obj, dict):
        return {key: serialize_keras_object(item) for key, item in obj.items()}
    if isinstance(obj, np.generic):
        return obj.item()
    if isinstance(obj, np.dtype):
        return obj.name
    if isinstance(obj, np.ndarray):
        config = {"value": obj.tolist(), "dtype": obj.dtype.name}
        return {"class_name": "__numpy__", "config": config}
    if isinstance(obj, slice):
        parts = {"start": obj.start, "stop": obj.stop, "step": obj.step}
        return {"class_name": "__slice__", "config": parts}
    if obj is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if hasattr(obj, "get_config"):
        return _object_record(obj)
    if callable(obj):
        return _function_record(obj)
    if hasattr(obj, "__array__"):
        return serialize_keras_object(np.asarray(obj))
    raise TypeError(
        explain(
            "This value cannot be written to a config.",
            received=f"{type(obj).__name__} {obj!r}",
            hint="give its class a get_config() method and a from_config().",
        )
    )


def _object_record(value: Any) -> dict:
    cls = type(value)
    registered_name = _custom_names.get(cls)
    module = public_module(cls)
    if module is None:
        module = cls.__module__
        registered_name = registered_name or cls.__name__
    record = {
        "module": module,
        "class_name": cls.__name__,
        "config": serialize_keras_object(value.get_config()),
        "registered_name": registered_name,
    }
    override = getattr(value, "_record_names", None)
    if override is not None:  # a functional Model is written as "Functional"
        record.update(override())
    for key, method in (
        ("build_config", "get_build_config"),
        ("compile_config", "get_compile_config"),
    ):
        extra = getattr(value, method, lambda: None)()
        if extra is not None:
            record[key] = serialize_keras_object(extra)
    return record


def _function_record(function: Callable) -> dict:
    name = getattr(function, "__name__", "")
    if name == "<lambda>" or not name:
        raise ValueError(
            explain(
                "A lambda has no name by which a file could find it again.",
                received=repr(function),
                hint="write it as a function (`def f(x): ...`) and decorate it with "
                "@keras.saving.register_keras_serializable().",
            )
        )
    registered_name = get_registered_name(function)
    return {
        "module": "builtins",
        "class_name": "function",
        "config": registered_name,
        "registered_name": registered_name,
    }


# -- record to object ---------------------------------------------------------


def is_record(value: Any) -> bool:
    """Whether a dict is the record of an object."""
    return isinstance(value, dict) and "class_name" in value and "config" in value


def deserialize_keras_object(
    config: Any,
    custom_objects: Mapping[str, Any] | None = None,
    safe_mode: bool = True,
    **kwargs: Any,
) -> Any:
    """The value of a serialized form; records become objects.

    `safe_mode=False` is accepted as in Keras, but code in a file is never run.
    """
    if custom_objects:
        with custom_object_scope(custom_objects):
            return deserialize_keras_object(config, safe_mode=safe_mode)
    if isinstance(config, (list, tuple)):
        return [deserialize_keras_object(item) for item in config]
    if not isinstance(config, dict):
        return config
    if not is_record(config):
        return {key: deserialize_keras_object(item) for key, item in config.items()}
    return _from_record(config)


def _from_record(record: dict) -> Any:
    class_name, config = record["class_name"], record["config"]
    if class_name == "__numpy__":
        return np.array(config["value"], dtype=config["dtype"])
    if class_name == "__tensor__":
        return np.array(config["value"], dtype=config["dtype"])
    if class_name == "__slice__":
        return slice(config["start"], config["stop"], config["step"])
    if class_name == "__ellipsis__":
        return Ellipsis
    if class_name in ("__lambda__", "__bytes__", "__typespec__"):
        raise ValueError(
            explain(
                f"The file holds a {class_name.strip('_')} record. edukeras does not "
                "run code from files.",
                hint="load it with custom_objects={...} after writing the function "
                "as a named, registered one.",
            )
        )
    if class_name == "function":
        return find_function(config)
    cls = find_class(class_name, record.get("module"), record.get("registered_name"))
    config = dict(config) if isinstance(config, dict) else config
    instance = cls.from_config(config)
    if record.get("build_config") and hasattr(instance, "build_from_config"):
        instance.build_from_config(record["build_config"])
    if record.get("compile_config") and hasattr(instance, "compile_from_config"):
        instance.compile_from_config(record["compile_config"])
    return instance


def find_function(name: str) -> Callable:
    """A registered or built-in function, by name."""
    function = get_registered_object(name, module_objects=_functions)
    if function is None:
        raise unknown_name("function", name, [*_functions, *_custom])
    return function


def find_class(
    class_name: str, module: str | None = None, registered_name: str | None = None
) -> Any:
    """A registered or built-in class, by the names in a record."""
    for name in (registered_name, class_name):
        if name and (cls := get_registered_object(name)) is not None:
            return cls
    short_name = class_name.split(">")[-1]
    choices = _builtin.get(short_name, {})
    if module in choices:
        return choices[module]
    if choices:  # "keras.src.layers.core.dense": the family is in the path
        family = (module or "").split(".")
        for public, cls in choices.items():
            if public.split(".")[-1] in family:
                return cls
        return next(iter(choices.values()))
    hint = (
        nearest(class_name, [*_builtin, *_custom]) + " If it is your own class, pass "
        f"custom_objects={{'{short_name}': {short_name}}} "
        "or decorate it with @keras.saving.register_keras_serializable()."
    )
    raise UnknownNameError(f"Unknown class {class_name!r}. {hint.strip()}")


# -- names and objects as arguments -------------------------------------------


def resolve(kind: str, identifier: Any, known: Mapping[str, Any]) -> Any:
    """What the argument of a layer or of `compile` means.

    None stays None; a name is looked up (classes are then called without
    arguments); a record is deserialized; a class is called; anything else that
    can be called or configured is taken as it is.
    """
    if identifier is None:
        return None
    if isinstance(identifier, dict):
        return _resolve_record(kind, identifier, known)
    if isinstance(identifier, str):
        found = get_registered_object(identifier, module_objects=known)
        if found is None:
            raise unknown_name(kind, identifier, known)
        return found() if inspect.isclass(found) else found
    if inspect.isclass(identifier):
        return identifier()
    if callable(identifier) or hasattr(identifier, "get_config"):
        return identifier
    raise ValueError(
        explain(
            f"This is no {kind}.",
            expected="a name, a function or an object",
            received=repr(identifier),
        )
    )


def _resolve_record(kind: str, record: dict, known: Mapping[str, Any]) -> Any:
    if not is_record(record):
        raise ValueError(
            explain(f"This dict is no {kind}.", expected='keys "class_name", "config"')
        )
    class_name = record["class_name"]
    cls: Any = get_registered_object(record.get("registered_name") or class_name)
    if cls is None:
        cls = known.get(class_name.split(">")[-1])
    if hasattr(cls, "from_config"):
        config = record["config"]
        return cls.from_config(dict(config)) if isinstance(config, dict) else cls()
    return deserialize_keras_object(record)
