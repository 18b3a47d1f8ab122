"""The exceptions of edukeras, and the one function that words them.

A message says what happened and where, what was expected, what was received and
what to try.  Each class also inherits from the exception that Keras raises in the
same case, so that `except ValueError` in a Keras program goes on working.
"""

from __future__ import annotations

from collections.abc import Iterable


class EdukerasError(Exception):
    """The base of all exceptions defined here."""


class ShapeError(EdukerasError, ValueError):
    """Arrays whose shapes do not fit together."""


class NotCompiledError(EdukerasError, ValueError, RuntimeError):
    """`fit`, `evaluate` or `train_on_batch` before `compile`."""


class NotBuiltError(EdukerasError, ValueError):
    """Something that needs weights was asked of a layer that has none yet."""


class UnknownNameError(EdukerasError, ValueError):
    """A name such as "rleu" that no layer, loss, optimizer ... has."""


class GraphError(EdukerasError, ValueError):
    """Inputs and outputs that no chain of layer calls connects."""


class LayerTypeError(EdukerasError, TypeError, ValueError):
    """Something else where a layer, or the input of a layer, is needed."""


class EmptyModelError(EdukerasError, TypeError, IndexError):
    """`pop` from a Sequential without layers: TypeError in Keras 2, IndexError now."""


class FileFormatError(EdukerasError, ValueError, OSError):
    """A file that is damaged or of another kind than expected."""


def explain(
    what: str,
    *,
    expected: object = None,
    received: object = None,
    hint: str | None = None,
) -> str:
    """Words a message: what happened, expected, received, what to try.

    >>> explain("units must be positive.", received=-3, hint="Dense(3)")
    'units must be positive. Received: -3. Try: Dense(3)'
    """
    parts = [what]
    if expected is not None:
        parts.append(f"Expected: {expected}.")
    if received is not None:
        parts.append(f"Received: {received}.")
    if hint:
        parts.append(f"Try: {hint}")
    return " ".join(parts)


def nearest(name: object, candidates: Iterable[str]) -> str:
    """The best matching known name, as a sentence; empty when nothing is near.

    >>> nearest("rleu", ["relu", "tanh"])
    'Did you mean "relu"?'
    """
    import difflib  # only here, for a quicker start

    known = {candidate.lower(): candidate for candidate in candidates}
    matches = difflib.get_close_matches(str(name).lower(), list(known), n=1)
    return f'Did you mean "{known[matches[0]]}"?' if matches else ""


def unknown_name(
    kind: str, name: object, candidates: Iterable[str]
) -> UnknownNameError:
    """The error for a name that nothing of this kind has.

    >>> print(unknown_name("activation", "rleu", ["relu", "tanh"]))
    Unknown activation: 'rleu'. Did you mean "relu"?
    """
    names = sorted(candidates)
    hint = nearest(name, names) or f"Known names: {', '.join(names)}."
    return UnknownNameError(f"Unknown {kind}: {name!r}. {hint}")
