"""Config: settings under names, for the head of a script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


class Config:
    """Settings that can be read and set as attributes or as items.

    >>> config = Config(units=32, rate=0.1)
    >>> config.units, config["rate"]
    (32, 0.1)
    >>> config.freeze()
    >>> config.units = 64
    Traceback (most recent call last):
    ValueError: This Config is frozen: 'units' cannot be changed.
    """

    def __init__(self, **kwargs: Any) -> None:
        object.__setattr__(self, "_settings", dict(kwargs))
        object.__setattr__(self, "_frozen", False)

    @property
    def frozen(self) -> bool:
        return self._frozen

    def freeze(self) -> None:
        """From now on nothing can be changed."""
        object.__setattr__(self, "_frozen", True)

    def unfreeze(self) -> None:
        """Changes are possible again."""
        object.__setattr__(self, "_frozen", False)

    def _check_change(self, name: str) -> None:
        if self._frozen:
            raise ValueError(f"This Config is frozen: {name!r} cannot be changed.")

    def __getattr__(self, name: str) -> Any:
        settings = self.__dict__.get("_settings", {})
        if name not in settings:
            raise AttributeError(f"This Config has no {name!r}; it has {[*settings]}.")
        return settings[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self._check_change(name)
        self._settings[name] = value

    def __delattr__(self, name: str) -> None:
        self._check_change(name)
        del self._settings[name]

    __getitem__ = __getattr__
    __setitem__ = __setattr__
    __delitem__ = __delattr__

    def __contains__(self, name: object) -> bool:
        return name in self._settings

    def __iter__(self) -> Iterator[str]:
        return iter(self._settings)

    def __len__(self) -> int:
        return len(self._settings)

    def keys(self) -> Any:
        return self._settings.keys()

    def values(self) -> Any:
        return self._settings.values()

    def items(self) -> Any:
        return self._settings.items()

    def get(self, name: str, default: Any = None) -> Any:
        return self._settings.get(name, default)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Sets several at once, as `dict.update`."""
        for name, value in dict(*args, **kwargs).items():
            self[name] = value

    def pop(self, name: str, *default: Any) -> Any:
        """Takes one out and returns it."""
        self._check_change(name)
        return self._settings.pop(name, *default)

    def as_dict(self) -> dict[str, Any]:
        """A dict of the settings."""
        return dict(self._settings)

    def to_json(self) -> str:
        """The settings as JSON."""
        return json.dumps(self._settings)

    def __repr__(self) -> str:
        return f"<Config {self._settings}>"
