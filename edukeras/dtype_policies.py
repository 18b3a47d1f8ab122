"""Which dtype a layer computes in, and which its weights have.

"float32" is both.  "mixed_float16" computes in float16 and keeps float32 weights.

Source: https://keras.io/api/mixed_precision/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping
from typing import Any

from edukeras import config, registry
from edukeras.errors import explain
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


class DTypePolicyMap(MutableMapping):
    """Policies for the layers inside a layer or model, by their paths.

    A key is a path, such as "encoder/dense", or a regular expression for whole paths;
    paths that no key fits have the default policy.

    Args:
        default_policy: a policy or its name; None is the default of `config`.
        policy_map: a dict from paths to policies.

    >>> policies = DTypePolicyMap("float32", {"encoder/dense": DTypePolicy("bfloat16")})
    >>> policies["encoder/.*norm"] = "float16"
    >>> [policies[path].name for path in ("encoder/dense", "encoder/b_norm", "head")]
    ['bfloat16', 'float16', 'float32']
    """

    def __init__(
        self, default_policy: Any = None, policy_map: dict[str, Any] | None = None
    ) -> None:
        if policy_map is not None and not isinstance(policy_map, dict):
            raise TypeError(
                explain(
                    "policy_map is a dict from paths to policies.",
                    received=repr(policy_map),
                )
            )
        self._given_default = default_policy
        self.default_policy = get(default_policy)
        self._policies = {path: get(p) for path, p in (policy_map or {}).items()}

    @property
    def name(self) -> str:
        return f"map_{self.default_policy.name}"

    @property
    def compute_dtype(self) -> str:
        """That of layers whose path no key fits."""
        return self.default_policy.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """That of layers whose path no key fits."""
        return self.default_policy.variable_dtype

    def __getitem__(self, key: str) -> DTypePolicy:
        if key in self._policies:
            return self._policies[key]
        fitting = [k for k in self._policies if re.fullmatch(k, key)]
        if len(fitting) > 1:
            raise ValueError(
                explain(
                    f'Several keys of the DTypePolicyMap fit the path "{key}".',
                    expected="one, or the path itself",
                    received=", ".join(fitting),
                )
            )
        return self._policies[fitting[0]] if fitting else self.default_policy

    def __setitem__(self, key: str, policy: Any) -> None:
        if key in self._policies:
            raise ValueError(
                f'"{key}" has a policy already: {self._policies[key]!r}. '
                "Try: delete it first."
            )
        self._policies[key] = get(policy)

    def __delitem__(self, key: str) -> None:
        del self._policies[key]

    def __contains__(self, key: object) -> bool:
        return key in self._policies

    def __len__(self) -> int:
        return len(self._policies)

    def __iter__(self) -> Iterator[str]:
        return iter(self._policies)

    def get_config(self) -> dict[str, Any]:
        """The default policy and the records of the others."""
        default = self._given_default
        if isinstance(default, DTypePolicy):
            default = default.name
        records = {path: serialize(p) for path, p in self._policies.items()}
        return {"default_policy": default, "policy_map": records}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> DTypePolicyMap:
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, DTypePolicyMap)
            and other.default_policy == self.default_policy
            and other._policies == self._policies
        )

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        names = {path: policy.name for path, policy in self._policies.items()}
        return f"<DTypePolicyMap default={self.default_policy.name}, {names}>"


_default: DTypePolicy | None = None


def dtype_policy() -> DTypePolicy:
    """The policy of layers that are given none: `floatx()` unless set otherwise."""
    return _default or DTypePolicy(config.floatx())


def set_dtype_policy(policy: Any) -> None:
    """Sets the default policy, by name or object."""
    global _default
    _default = None if policy is None else get(policy)


def get(identifier: Any) -> Any:
    """The policy that a layer's `dtype` argument means: a DTypePolicy or a map."""
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, (DTypePolicy, DTypePolicyMap)):
        return identifier
    if isinstance(identifier, dict):
        is_map = identifier.get("class_name") == "DTypePolicyMap"
        cls: Any = DTypePolicyMap if is_map else DTypePolicy
        return cls.from_config(identifier["config"])
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
registry.register_builtin(
    "keras.dtype_policies",
    {"FloatDTypePolicy": DTypePolicy, "DTypePolicyMap": DTypePolicyMap},
)
