"""Architectures as JSON and YAML, without weights."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from edukeras import registry
from edukeras.errors import EdukerasError, FileFormatError, explain
from edukeras.saving.legacy_config import modernize
from edukeras.saving.versions import KERAS_VERSION, Era

# What building a model from a config raises if the config makes no sense.
_NONSENSE = (
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
    ZeroDivisionError,
)

# Far more values than any architecture has: a YAML text of a few lines can stand for
# billions, by repeating its parts.
_MOST_VALUES = 2_000_000


def to_json(model: Any, **kwargs: Any) -> str:
    """The architecture of a model; `kwargs` go to `json.dumps`."""
    return json.dumps(registry.serialize_keras_object(model), **kwargs)


def model_from_json(
    json_string: str, custom_objects: Mapping[str, Any] | None = None
) -> Any:
    """The model of such a JSON text, with new weights.

    Texts of Keras 3, tf-keras and Keras 2.2 are understood.
    """
    try:
        record = json.loads(json_string)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"This is no JSON: {error}") from error
    return model_from_record(record, custom_objects)


def to_yaml(model: Any, **kwargs: Any) -> str:
    """The architecture of a model; `kwargs` go to `yaml.safe_dump`.

    It is the content of `to_json`: plain lists and dicts, which any YAML reader takes.
    """
    import yaml

    record = json.loads(to_json(model))
    return yaml.safe_dump(record, **{"sort_keys": False, **kwargs})


def model_from_yaml(
    yaml_string: str, custom_objects: Mapping[str, Any] | None = None
) -> Any:
    """The model of such a YAML text, with new weights.

    Texts of Keras 2 are understood, too.  No tag is obeyed but that of tuples.
    """
    import yaml

    class Loader(yaml.SafeLoader):
        """A safe loader that takes the tuples in texts of Keras 2 as lists."""

    def as_list(loader: Loader, node: yaml.SequenceNode) -> list:
        return loader.construct_sequence(node, deep=True)

    Loader.add_constructor("tag:yaml.org,2002:python/tuple", as_list)
    try:
        record = _plain(yaml.load(yaml_string, Loader=Loader), [_MOST_VALUES])
    except EdukerasError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FileFormatError(f"This is no YAML of a model: {error}") from error
    return model_from_record(record, custom_objects)


def _plain(value: Any, left: list[int]) -> Any:
    """A copy in which nothing is shared; `left` counts down the values it may have."""
    left[0] -= 1
    if left[0] < 0:
        raise FileFormatError("The YAML text repeats itself without end.")
    if isinstance(value, dict):
        return {str(key): _plain(item, left) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, left) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise FileFormatError(f"The YAML text holds {value!r:.100}, which no config has.")


def model_from_record(
    record: Any,
    custom_objects: Mapping[str, Any] | None = None,
    version: str | None = None,
    compile: bool = True,
) -> Any:
    """The model of a config record of any Keras.

    Args:
        version: of the Keras that wrote it, if the record itself does not tell.
        compile: whether to compile it as the record says.
    """
    if not registry.is_record(record):
        raise FileFormatError(
            explain(
                "This is no architecture of a model.",
                expected='"class_name" and "config"',
                received=f"{record!r:.100}",
            )
        )
    era = Era(str(record.get("keras_version") or version or KERAS_VERSION))
    with nonsense_means_wrong_format(), registry.custom_object_scope(custom_objects):
        modern = modernize(record, era)
        if not compile:
            modern.pop("compile_config", None)
        return registry.deserialize_keras_object(modern)


@contextmanager
def nonsense_means_wrong_format() -> Iterator[None]:
    """Turns what building from a senseless config raises into a FileFormatError."""
    try:
        yield
    except EdukerasError:
        raise
    except _NONSENSE as error:
        raise FileFormatError(
            f"The config describes no model: {type(error).__name__}: {error}"
        ) from error
