"""Completion after a magic: names of models, then names of layers.

`%weights mo<Tab>` offers the variables that are models, `%weights model <Tab>` the
layers of that model.
"""

from __future__ import annotations

from typing import Any

# Magics whose first argument is a model, and whether a layer's name may follow.
TAKES_MODEL = {
    "summary": False,
    "explore": False,
    "weights": True,
    "curves": False,
    "source": True,
    "gradflow": False,
    "glassbox": False,
    "doctor": False,
}


def add_completion(ip: Any) -> None:
    """Teaches the shell; a second time changes nothing."""
    for name in TAKES_MODEL:
        if not _handlers(ip).get(f"%{name}"):
            ip.set_hook("complete_command", complete, str_key=f"%{name}")


def remove_completion(ip: Any) -> None:
    for name in TAKES_MODEL:
        _handlers(ip).pop(f"%{name}", None)


def _handlers(ip: Any) -> dict[str, Any]:
    return ip.strdispatchers["complete_command"].strs


def complete(ip: Any, event: Any) -> list[str]:
    """What may stand where the cursor is.

    Args:
        event: has the `line` so far, the `command`, and the `symbol` to complete.
    """
    words = event.line.split()
    begun = [] if event.line.endswith(" ") else words[-1:]
    done = [word for word in words[1 : len(words) - len(begun)] if word[0] != "-"]
    if not done:
        return model_names(ip.user_ns)
    model = ip.user_ns.get(done[0])
    if len(done) == 1 and TAKES_MODEL.get(event.command.lstrip("%")):
        return [layer.name for layer in getattr(model, "layers", [])]
    return []


def model_names(namespace: dict[str, Any]) -> list[str]:
    """The variables that hold models.

    >>> from edukeras import Sequential
    >>> model_names({"model": Sequential(), "_1": Sequential(), "x": 3})
    ['model']
    """
    return [
        name
        for name, value in list(namespace.items())
        if not name.startswith("_")
        and not isinstance(value, type)
        and hasattr(value, "layers")
        and hasattr(value, "weights")
    ]
