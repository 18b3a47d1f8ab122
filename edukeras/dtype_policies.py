"""Which dtype a layer computes in, and which its weights have.

"float32" is both.  "mixed_float16" computes in float16 and keeps float32 weights.

Source: https://keras.io/api/mixed_precision/
"""

from __future__ import annotations

from typing import Any

from edukeras import config, registry
from edukeras.tensor import standardize_dtype


class DTypePolicy:
    """The dtypes of a layer.

    Args:
        name: a dtype, or "mixed_float16", "mixed_bfloat16". None is `floatx()`.

    >>> policy = DTypePolicy("mixed_float16")
    >>> policy.compute_dtype, policy.variable_dtype
    ('float16', 'float32')
    """

    def __init__(self, name: str | None = None) -> None:
        self.name = standardize_policy_name(name)
        if self.name.startswith("mixed_"):
            self.compute_dtype = self.name.removeprefix("mixed_")
            self.variable_dtype = "float32"
        else:
            self.compute_dtype = self.variable_dtype = self.name

    def get_config(self) -> dict[str, Any]:
        """The name."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> DTypePolicy:
        return cls(config["name"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self.name}">'


def standardize_policy_name(name: str | None) -> str:
    """The name of a policy, checked."""
    if name in ("mixed_float16", "mixed_bfloat16"):
        return str(name)
    return standardize_dtype(name)


_default: DTypePolicy | None = None


def dtype_policy() -> DTypePolicy:
    """The policy of layers that are given none: `floatx()` unless set otherwise."""
    return _default or DTypePolicy(config.floatx())


def set_dtype_policy(policy: Any) -> None:
    """Sets the default policy, by name or object."""
    global _default
    _default = None if policy is None else get(policy)


def get(identifier: Any) -> DTypePolicy:
    """The policy that a layer's `dtype` argument means."""
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return DTypePolicy.from_config(identifier["config"])
    return DTypePolicy(identifier)


def serialize(dtype_policy: DTypePolicy) -> dict[str, Any]:
    """The record of a policy."""
    return registry.serialize_keras_object(dtype_policy)


def deserialize(config: dict[str, Any], custom_objects: Any = None) -> DTypePolicy:
    """The policy of a record."""
    with registry.custom_object_scope(custom_objects):
        return get(config)


# Keras offers these as keras.config.*; the settings lie below this module.
config.dtype_policy = dtype_policy  # type: ignore[attr-defined]
config.set_dtype_policy = set_dtype_policy  # type: ignore[attr-defined]

FloatDTypePolicy = DTypePolicy

registry.register_builtin("keras", {"DTypePolicy": DTypePolicy})
registry.register_builtin("keras.dtype_policies", {"FloatDTypePolicy": DTypePolicy})
